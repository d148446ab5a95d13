"""Transfers between two places of a tenant: both deltas in the same transaction."""

from server_stub.errors import Refusal
from server_stub.operations.context import OperationContext
from server_stub.operations.flags.stock import flags_of_stock
from server_stub.operations.handler import Handler, ParsedOperation, Preload, Requirement
from server_stub.operations.outcome import Outcome, applied
from server_stub.roles import Action
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import STOCK_TRANSFER, Effect, TransferData
from sync_agent.contract.stock import MovementReason
from sync_agent.contract.wire import to_ms


class Transfer(Handler[TransferData]):
    """Moves stock out of the operation's place into another; deltas at both, so it cannot conflict."""

    name = "TransferOperation"
    resource_type = STOCK_TRANSFER
    verb = "create"
    data = TransferData
    why_no_other_verb = "a transfer is immutable; send the goods back with another one"

    def places(self, context: OperationContext, operation: ParsedOperation[TransferData]) -> set[str | None]:
        goal = operation.data.to_location_id
        return {context.callers_place(operation.location_id), goal if goal in context.locations() else None}

    def preload(self, context: OperationContext, operation: ParsedOperation[TransferData]) -> Preload:
        origin = context.callers_place(operation.location_id)
        if origin is None:
            return Preload()
        places = (origin, operation.data.to_location_id)
        return Preload(
            levels=frozenset((place, line.product_id) for place in places for line in operation.data.lines)
        )

    def requirement(self, context: OperationContext, operation: ParsedOperation[TransferData]) -> Requirement:
        return Requirement(Action.TRANSFER_STOCK, operation.location_id)

    def apply_one(self, context: OperationContext, operation: ParsedOperation[TransferData]) -> Outcome:
        data, ledger = operation.data, context.ledger
        origin_place, goal = _ends(context, operation)
        moves = _moves(data)
        # Everything is validated before anything is written.
        for product_id, quantity in moves.items():
            if operation.operation.former_result is None:
                context.must_be_plausible(origin_place, product_id, quantity, "data.lines")
            ledger.check_limit(context.level(origin_place, product_id), -quantity)
            ledger.check_limit(context.level(goal, product_id), quantity)
        occurred_ms = None if data.occurred_at is None else to_ms(data.occurred_at)
        origin = context.origin(operation.envelope, occurred_ms)
        effects: list[Effect] = []
        for product_id, quantity in moves.items():
            for place, delta, reason in (
                (origin_place, -quantity, MovementReason.TRANSFER_OUT),
                (goal, quantity, MovementReason.TRANSFER_IN),
            ):
                level = context.level(place, product_id)
                sold_as = context.sold_as(product_id)
                effects += ledger.record(level, delta, reason, origin, note=data.note, sold_as=sold_as)
        flags = [*operation.flags, *ledger.take_flags()]
        for product_id in moves:
            for place in (origin_place, goal):
                flags += flags_of_stock(context, place, product_id, operation.actor_id)
        return applied(operation.id, effects, flags=list(dict.fromkeys(flags)))


def _ends(context: OperationContext, operation: ParsedOperation[TransferData]) -> tuple[str, str]:
    goal = operation.data.to_location_id
    if operation.location_id is None:
        raise Refusal(ErrorCode.BAD_REQUEST, "locationId: a transfer names the place it starts from")
    if goal == operation.location_id:
        raise Refusal(ErrorCode.BAD_REQUEST, "data.toLocationId: the goods are there already")
    if goal not in context.locations():
        raise Refusal(ErrorCode.NOT_FOUND, f"data.toLocationId: there is no place {goal}")
    return operation.location_id, goal


def _moves(data: TransferData) -> dict[str, int]:
    moves: dict[str, int] = {}
    for line in data.lines:
        moves[line.product_id] = moves.get(line.product_id, 0) + line.quantity
    return moves
