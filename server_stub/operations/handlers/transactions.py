"""Till transactions: completed sales, refunds and voids, money paid in or out, a drawer opened.

They have happened, so they are always accepted; what is suspicious is flagged.
"""

from collections.abc import Iterator
from typing import ClassVar

from server_stub.errors import Refusal
from server_stub.operations.context import OperationContext
from server_stub.operations.handler import Handler, ParsedOperation, Requirement, Rows, Wanted
from server_stub.operations.outcome import Outcome, applied
from server_stub.operations.quarantine import CannotBeTaken
from server_stub.roles import Action
from server_stub.services.people.authorisation import Need
from server_stub.store import tables as t
from server_stub.vocabulary import PAYMENT_METHODS, TRANSACTION_KINDS, UNITS
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import (
    TRANSACTION,
    Effect,
    Operation,
    TransactionData,
    TransactionLine,
    TransactionRow,
)
from sync_agent.contract.wire import from_ms, to_ms

Transaction = ParsedOperation[TransactionData]


class TillTransaction(Handler[TransactionData]):
    """Writes the transaction and its movements to the location's stream.

    One that cannot be accepted as it is goes to quarantine whole, before anything is written.
    """

    name = "TransactionOperation"
    resource_type = TRANSACTION
    verb = "create"
    data = TransactionData
    why_no_other_verb = "a completed transaction is immutable; void or refund it instead"
    is_completed = True
    rows: ClassVar[Rows] = {TRANSACTION: TransactionRow}

    def read(self, operation: Operation) -> TransactionData:
        data = super().read(operation)
        if data.kind not in TRANSACTION_KINDS:
            raise Refusal(ErrorCode.BAD_REQUEST, f"data.kind: this server does not know “{data.kind}”")
        return data

    def wanted(self, context: OperationContext, operation: Transaction) -> Wanted:
        place, data = context.own(operation.location_id), operation.data
        if place is None:
            return Wanted()
        products = frozenset(line.product_id for line in data.lines)
        return Wanted(
            levels=frozenset((place, product_id) for product_id in products),
            products=products,
            references=frozenset() if data.refers_to is None else frozenset({data.refers_to}),
        )

    def requirement(self, context: OperationContext, operation: Transaction) -> Requirement:
        return Requirement(Action.SELL, operation.location_id, tuple(_needs(context, operation.data)))

    def apply_one(self, context: OperationContext, operation: Transaction) -> Outcome:
        place = operation.location_id
        if place is None:
            raise CannotBeTaken("locationId: a transaction names its place")
        moves = _stock_moves(operation.data)
        try:
            for product_id, delta in moves.items():
                context.ledger.must_fit(context.ledger.level(place, product_id), delta)
        except Refusal as refusal:
            raise CannotBeTaken(refusal.message) from refusal
        flags = [*_suspicions(context, operation), *operation.flags]
        effects = _move_stock(context, operation, place, moves)
        flags += context.ledger.take_flags()
        effects.append(_enter(context, operation, place, flags))
        return applied(operation.id, effects, {"version": 1, "flags": flags})


def _needs(context: OperationContext, data: TransactionData) -> Iterator[Need]:
    """The rights that its content needs, with amounts for `Approval.at_most`."""
    kind = TRANSACTION_KINDS[data.kind]
    total_minor = sum(line.total_minor for line in data.lines) or data.total_minor
    right = kind.right_without_reference if kind.right is None and data.refers_to is None else kind.right
    if right is not None:
        yield Need(right, amount=total_minor)
    if kind.turnover <= 0:
        # Returned goods have the prices of their sale, which were authorised then.
        return
    for place, line in enumerate(data.lines, start=1):
        of = f"line:{place}"
        if line.list_price_minor not in (None, line.unit_price_minor):
            yield Need(Action.OVERRIDE_PRICE, of, _below_the_catalogue(context, line))
        if line.discount_minor > 0:
            # The share from which a clerk needs approval is a setting of each till.
            yield Need(Action.LARGE_DISCOUNT, of, line.discount_minor, is_set_by_till=True)


def _below_the_catalogue(context: OperationContext, line: TransactionLine) -> int | None:
    """How much less a line costs than the catalogue price; None if its unit is unknown here."""
    product = context.product(line.product_id)
    unit = UNITS.get(product["unit"]) if product is not None else None
    if unit is None or line.list_price_minor is None:
        return None
    # Rounded as on the till: both amounts to whole minor units.
    listed, taken = (
        _rounded(price_minor * line.quantity, 10**unit.decimals)
        for price_minor in (line.list_price_minor, line.unit_price_minor)
    )
    return listed - taken


def _rounded(value: int, by: int) -> int:
    """Rounds half away from zero."""
    return (abs(value) + by // 2) // by * (1 if value >= 0 else -1)


def _stock_moves(data: TransactionData) -> dict[str, int]:
    """The transaction's delta of each product's stock."""
    sign = TRANSACTION_KINDS[data.kind].stock
    moves: dict[str, int] = {}
    if sign:
        for line in data.lines:
            moves[line.product_id] = moves.get(line.product_id, 0) + sign * line.quantity
    return moves


def _move_stock(
    context: OperationContext, operation: Transaction, place: str, moves: dict[str, int]
) -> list[Effect]:
    data = operation.data
    reason = TRANSACTION_KINDS[data.kind].reason
    origin = context.origin(operation.envelope, to_ms(data.occurred_at))
    effects: list[Effect] = []
    for product_id, delta in moves.items():
        level = context.ledger.level(place, product_id)
        effects += context.ledger.record(level, delta, reason, origin, reference=data.receipt_number)
    return effects


def _enter(context: OperationContext, operation: Transaction, place: str, flags: list[str]) -> Effect:
    unit, data = context.unit, operation.data
    wire = data.to_wire()
    unit.insert(
        t.till_transaction,
        {
            "tenant_id": context.tenant_id,
            "id": operation.id,
            "location_id": place,
            "kind": data.kind,
            "receipt_number": data.receipt_number,
            "refers_to": data.refers_to,
            "currency": data.currency,
            "total_minor": data.total_minor,
            "occurred_ms": to_ms(data.occurred_at),
            "received_ms": unit.now_ms,
            "actor_id": operation.actor_id,
            "device_id": operation.device_id,
            "flags": flags,
            "data": wire,
        },
    )
    context.remember_references({operation.id, data.receipt_number})
    row = TransactionRow.model_validate(
        wire
        | {
            "id": operation.id,
            "actorId": operation.actor_id,
            "deviceId": operation.device_id,
            "locationId": place,
            "receivedAt": from_ms(unit.now_ms),
            "flags": flags,
        }
    ).to_wire()
    return context.publish(place, TRANSACTION, operation.id, 1, row, operation.id)


def _suspicions(context: OperationContext, operation: Transaction) -> Iterator[str]:
    """Flags for a manager: each a code and its subject."""
    data = operation.data
    for product_id in dict.fromkeys(line.product_id for line in data.lines):
        product = context.product(product_id)
        if product is None:
            yield f"unknown_product:{product_id}"
        elif product["deleted"]:
            yield f"deleted_product:{product_id}"
    for method in dict.fromkeys(payment.method for payment in data.payments):
        if method not in PAYMENT_METHODS:
            yield f"unknown_method:{method}"
    if data.refers_to is not None and not context.knows_transaction(data.refers_to):
        yield f"unknown_reference:{data.refers_to}"
