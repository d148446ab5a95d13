"""Till transactions: completed sales, refunds and voids, money paid in or out, a drawer opened.

They have happened, so they are always accepted; what is suspicious is flagged.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from server_stub.errors import Refusal
from server_stub.operations.authorisation import amount_by_right
from server_stub.operations.context import OperationContext
from server_stub.operations.flags.again import count_flags, judge_again, store_flags
from server_stub.operations.flags.case import Completed, decimals_as_sold
from server_stub.operations.flags.judging import Flag
from server_stub.operations.handler import Handler, ParsedOperation, Preload, Requirement, Rows
from server_stub.operations.outcome import Outcome, applied
from server_stub.operations.quarantine import Quarantined
from server_stub.roles import Action
from server_stub.services.people.authorisation import RequiredRight
from server_stub.services.streams.transaction_rows import transaction_row
from server_stub.store import tables as t
from server_stub.vocabulary import TRANSACTION_KINDS, UNITS
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import (
    TRANSACTION,
    Effect,
    Operation,
    TransactionData,
    TransactionLine,
    TransactionRow,
)
from sync_agent.contract.wire import to_ms

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

    def read(self, operation: Operation, texts: Mapping[str, Any]) -> TransactionData:
        data = super().read(operation, texts)
        if data.kind not in TRANSACTION_KINDS:
            raise Refusal(ErrorCode.BAD_REQUEST, f"data.kind: this server does not know “{data.kind}”")
        return data

    def preload(self, context: OperationContext, operation: Transaction) -> Preload:
        place, data = context.callers_place(operation.location_id), operation.data
        if place is None:
            return Preload()
        products = frozenset(line.product_id for line in data.lines)
        return Preload(
            levels=frozenset((place, product_id) for product_id in products),
            completed=(_completed(context, operation, place),),
        )

    def requirement(self, context: OperationContext, operation: Transaction) -> Requirement:
        return Requirement(Action.SELL, operation.location_id, tuple(_needs(context, operation)))

    def apply_one(self, context: OperationContext, operation: Transaction) -> Outcome:
        place = operation.location_id
        if place is None:
            raise Quarantined("locationId: a transaction names its place")
        (moves, unmoved), ledger = _stock_moves(context, operation.data), context.ledger
        completed = _completed(context, operation, place)
        if completed.takes_back:
            bound_minor = amount_by_right(context, operation.envelope, place, Action.REFUND_OTHER_TENDER)
            completed = replace(completed, other_tender_minor=bound_minor)
        judged = context.evidence.flags_of(completed)
        beyond = [
            id_ for id_, delta in moves.items() if not ledger.has_room(context.level(place, id_), delta)
        ]
        for product_id in beyond:
            del moves[product_id]
        effects = _move_stock(context, operation, place, moves)
        not_moved = [*unmoved, *(f"stock_not_moved:{id_}" for id_ in beyond)]
        for_good = [*operation.flags, *not_moved, *ledger.take_flags()]
        flags = list(dict.fromkeys([*(flag.written for flag in judged), *for_good]))
        effects.append(_enter(context, completed, judged, flags))
        return applied(operation.id, effects, {"version": 1, "flags": flags})

    def all_stored(self, context: OperationContext) -> None:
        judge_again(context)


def _needs(context: OperationContext, operation: Transaction) -> Iterator[RequiredRight]:
    """The rights that its content needs, with amounts for `Approval.at_most`."""
    data = operation.data
    kind = TRANSACTION_KINDS[data.kind]
    total_minor = sum(line.total_minor for line in data.lines) or data.total_minor
    is_of_nothing = data.refund_of is None and data.refers_to is None
    right = kind.right_without_reference if kind.right is None and is_of_nothing else kind.right
    if right is not None:
        yield RequiredRight(right, amount=total_minor)
    if kind.turnover <= 0:
        # Returned goods have the prices of their sale, which were authorised then.
        return
    for place, line in enumerate(data.lines, start=1):
        of = f"line:{place}"
        if line.list_price_minor not in (None, line.unit_price_minor):
            yield RequiredRight(Action.OVERRIDE_PRICE, of, _below_the_catalogue(context, line))
        if line.discount_minor > 0 and _is_large(context, operation, line):
            yield RequiredRight(Action.LARGE_DISCOUNT, of, line.discount_minor)


def _is_large(context: OperationContext, operation: Transaction, line: TransactionLine) -> bool:
    """Whether a line's discount is larger than a clerk gave alone under the shop's setting of that time.

    A share is rarely a whole number of minor units: a minor unit of rounding is tolerated, as on the till.
    """
    ppm_max = context.setting_at("clerk_discount_ppm_max", operation.location_id, operation.envelope)
    gross_minor = _gross(context, line)
    return bool(line.discount_minor * _WHOLE_PPM > gross_minor * ppm_max + _WHOLE_PPM)


_WHOLE_PPM = 1_000_000


def _gross(context: OperationContext, line: TransactionLine) -> int:
    """Quantity times price; of a product whose unit is unknown here, what was paid and the discount."""
    decimals = _decimals(context, line)
    if decimals is None:
        return line.total_minor + line.discount_minor
    return _rounded(line.unit_price_minor * line.quantity, 10**decimals)


def _below_the_catalogue(context: OperationContext, line: TransactionLine) -> int | None:
    """How much less a line costs than the catalogue price; None if its unit is unknown here."""
    decimals = _decimals(context, line)
    if decimals is None or line.list_price_minor is None:
        return None
    # Rounded as on the till: both amounts to whole minor units.
    listed, taken = (
        _rounded(price_minor * line.quantity, 10**decimals)
        for price_minor in (line.list_price_minor, line.unit_price_minor)
    )
    return listed - taken


def _decimals(context: OperationContext, line: TransactionLine) -> int | None:
    """The decimals of a line's quantity: of the unit that it was sold by, else of its product's."""
    as_sold = decimals_as_sold(line)
    if as_sold is not None:
        return as_sold
    product = context.product_sold(line.product_id)
    unit = UNITS.get(product["unit"]) if product is not None else None
    return None if unit is None else unit.decimals


def _rounded(value: int, by: int) -> int:
    """Rounds half away from zero."""
    return (abs(value) + by // 2) // by * (1 if value >= 0 else -1)


def _stock_moves(context: OperationContext, data: TransactionData) -> tuple[dict[str, int], list[str]]:
    """The transaction's delta of each product's stock, and flags of products that it moves in part or not.

    A quantity in another unit than the product's cannot be added to its stock: a person counts it.
    """
    sign = TRANSACTION_KINDS[data.kind].stock
    moves: dict[str, int] = {}
    unmoved: list[str] = []
    for line in data.lines if sign else ():
        product = context.product_sold(line.product_id)
        if product is not None and line.unit is not None and line.unit != product["unit"]:
            unmoved.append(f"unit_mismatch:{line.product_id}")
        else:
            moves[line.product_id] = moves.get(line.product_id, 0) + sign * line.quantity
    return moves, unmoved


def _move_stock(
    context: OperationContext, operation: Transaction, place: str, moves: dict[str, int]
) -> list[Effect]:
    data = operation.data
    reason = TRANSACTION_KINDS[data.kind].reason
    origin = context.origin(operation.envelope, to_ms(data.occurred_at))
    effects: list[Effect] = []
    for product_id, delta in moves.items():
        level = context.level(place, product_id)
        effects += context.ledger.record(
            level,
            delta,
            reason,
            origin,
            reference=data.receipt_number,
            sold_as=context.sold_as(product_id),
        )
    return effects


def _completed(context: OperationContext, operation: Transaction, place: str) -> Completed:
    """The transaction as its flags are judged."""
    data = operation.data
    return Completed(
        id=operation.id,
        location_id=place,
        actor_id=operation.actor_id,
        device_id=operation.device_id,
        device_seq=operation.device_seq,
        corrected_ms=to_ms(data.occurred_at) + (operation.operation.clock_offset_ms or 0),
        received_ms=context.unit.now_ms,
        data=data,
    )


def _enter(
    context: OperationContext, completed: Completed, judged: Sequence[Flag], flags: list[str]
) -> Effect:
    data = completed.data
    row = {
        "tenant_id": context.tenant_id,
        "id": completed.id,
        "location_id": completed.location_id,
        "kind": data.kind,
        "receipt_number": data.receipt_number,
        "refers_to": data.refers_to,
        "currency": data.currency,
        "total_minor": data.total_minor,
        "occurred_ms": to_ms(data.occurred_at),
        "received_ms": completed.received_ms,
        "actor_id": completed.actor_id,
        "device_id": completed.device_id,
        "flags": flags,
        "data": data.to_wire(),
        "version": 1,
        "device_seq": completed.device_seq,
        "corrected_ms": completed.corrected_ms,
        "shift_id": data.shift_id,
        "refund_of": data.refund_of,
        "other_tender_minor": completed.other_tender_minor,
    }
    context.unit.insert(t.till_transaction, row)
    store_flags(context, completed.id, completed.location_id, flags, {flag.written: flag for flag in judged})
    count_flags(context, before=(), after=flags)
    _note_arrival(context, completed)
    wire = transaction_row(row, context.device_name(completed.device_id)).to_wire()
    return context.publish(completed.location_id, TRANSACTION, completed.id, 1, wire, completed.id)


def _note_arrival(context: OperationContext, completed: Completed) -> None:
    """Notes what other transactions' flags may depend on: its id, its number, and what it takes back."""
    arrivals, evidence = context.arrivals, context.evidence
    arrivals.transactions |= {completed.id, completed.data.receipt_number}
    same_number = evidence.same_number(completed)
    arrivals.unsettled.update(same_number)
    original = evidence.original_of(completed) if completed.takes_back else None
    if original is not None:
        arrivals.unsettled.update(one.id for one in evidence.returns_of(original) if one.id != completed.id)
    if same_number:
        # What names this number may be of another sale now.
        arrivals.unsettled.update(evidence.refer_to(completed.data.receipt_number))
    evidence.remember(completed)
