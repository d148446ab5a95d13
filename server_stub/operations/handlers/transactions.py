"""Completed sales, refunds and voids. The goods have left the shop, so they are always taken; what looks odd
is flagged beside them. One that cannot be read goes to quarantine, whole."""

from collections.abc import Iterator

from pydantic import ValidationError
from sqlalchemy import or_, select

from server_stub.errors import Refusal, what_is_wrong
from server_stub.operations.context import Asked, Batch, applied
from server_stub.operations.quarantine import Unreadable
from server_stub.roles import Action
from server_stub.store import tables as t
from server_stub.vocabulary import PAYMENT_METHODS, TRANSACTION_KINDS
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import (
    Effect,
    OperationResult,
    TransactionData,
    TransactionRow,
)
from sync_agent.contract.streams import location_stream
from sync_agent.contract.wire import from_ms, to_ms


def complete(batch: Batch, asked: Asked) -> OperationResult:
    """Takes a finished transaction: its movements, and the transaction itself, in the location's stream.

    One that cannot be taken as it is raises `Unreadable`, before anything of it is written.
    """
    if asked.operation.operation != "create":
        raise Refusal(
            ErrorCode.PRECONDITION_FAILED, "a completed transaction is immutable; void or refund it instead"
        )
    batch.caller.must(Action.SELL)
    if asked.location_id is None:
        raise Unreadable("locationId: a transaction names its place")
    try:
        data = TransactionData.model_validate(asked.operation.data)
    except ValidationError as error:
        raise Unreadable(what_is_wrong(error, "data")) from error
    if data.kind not in TRANSACTION_KINDS:
        raise Unreadable(f"data.kind: this server does not know “{data.kind}”")
    moves = _stock_moves(data)
    try:
        for product_id, delta in moves.items():
            batch.ledger.must_fit(batch.ledger.level(asked.location_id, product_id), delta)
    except Refusal as refusal:
        raise Unreadable(refusal.message) from refusal
    flags = list(_oddities(batch, asked, data))
    effects = _move_stock(batch, asked, asked.location_id, data, moves)
    flags += batch.ledger.take_flags()
    effects.append(_enter(batch, asked, asked.location_id, data, flags))
    return applied(asked, effects, version=1, flags=flags)


def _stock_moves(data: TransactionData) -> dict[str, int]:
    """What the transaction does to each product's stock."""
    sign = TRANSACTION_KINDS[data.kind].stock
    moves: dict[str, int] = {}
    if sign:
        for line in data.lines:
            moves[line.product_id] = moves.get(line.product_id, 0) + sign * line.quantity
    return moves


def _move_stock(
    batch: Batch, asked: Asked, location_id: str, data: TransactionData, moves: dict[str, int]
) -> list[Effect]:
    reason = TRANSACTION_KINDS[data.kind].reason
    origin = batch.origin(asked, to_ms(data.occurred_at))
    effects: list[Effect] = []
    for product_id, delta in moves.items():
        level = batch.ledger.level(location_id, product_id)
        effects += batch.ledger.record(level, delta, reason, origin, reference=data.receipt_number)
    return effects


def _enter(batch: Batch, asked: Asked, location_id: str, data: TransactionData, flags: list[str]) -> Effect:
    unit = batch.unit
    wire = data.to_wire()
    unit.insert(
        t.till_transaction,
        {
            "tenant_id": batch.tenant_id,
            "id": asked.id,
            "location_id": location_id,
            "kind": data.kind,
            "receipt_number": data.receipt_number,
            "refers_to": data.refers_to,
            "currency": data.currency,
            "total_minor": data.total_minor,
            "occurred_ms": to_ms(data.occurred_at),
            "received_ms": unit.now_ms,
            "actor_id": asked.actor_id,
            "device_id": asked.device_id,
            "flags": flags,
            "data": wire,
        },
    )
    row = TransactionRow.model_validate(
        wire
        | {
            "id": asked.id,
            "actorId": asked.actor_id,
            "deviceId": asked.device_id,
            "locationId": location_id,
            "receivedAt": from_ms(unit.now_ms),
            "flags": flags,
        }
    ).to_wire()
    stream = location_stream(batch.tenant_id, location_id)
    change = unit.streams.append(stream, "transaction", asked.id, 1, row, asked.id)
    return Effect(stream=stream, seq=change.seq, resource_type="transaction", resource_id=asked.id, version=1)


def _oddities(batch: Batch, asked: Asked, data: TransactionData) -> Iterator[str]:
    """What a manager may want to look at, each as a word and what it is about."""
    for product_id in dict.fromkeys(line.product_id for line in data.lines):
        product = batch.product(product_id)
        if product is None:
            yield f"unknown_product:{product_id}"
        elif product["deleted"]:
            yield f"deleted_product:{product_id}"
    for method in dict.fromkeys(payment.method for payment in data.payments):
        if method not in PAYMENT_METHODS:
            yield f"unknown_method:{method}"
    if batch.person(asked.actor_id) is None:
        yield f"unknown_actor:{asked.actor_id}"
    if data.refers_to is not None and not _knows_transaction(batch, data.refers_to):
        yield f"unknown_reference:{data.refers_to}"


def _knows_transaction(batch: Batch, reference: str) -> bool:
    """Whether there is a transaction of that id, or of that receipt number."""
    of = t.till_transaction.c
    found = batch.unit.rows(
        select(of.id).where(
            of.tenant_id == batch.tenant_id, or_(of.id == reference, of.receipt_number == reference)
        )
    ).first()
    return found is not None
