"""Transfers between two places of a tenant: goods leave one and are at the other in the same transaction."""

from pydantic import ValidationError

from server_stub.errors import Refusal, unreadable
from server_stub.operations.context import Asked, Batch, applied
from server_stub.roles import Action
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import Effect, OperationResult, TransferData
from sync_agent.contract.stock import MovementReason
from sync_agent.contract.wire import to_ms


def transfer(batch: Batch, asked: Asked) -> OperationResult:
    """Moves stock out of the operation's place into another; deltas at both, so it cannot conflict."""
    if asked.operation.operation != "create":
        raise Refusal(
            ErrorCode.PRECONDITION_FAILED, "a transfer is immutable; send the goods back with another one"
        )
    batch.caller.must(Action.TRANSFER_STOCK)
    try:
        data = TransferData.model_validate(asked.operation.data)
    except ValidationError as error:
        raise unreadable(error, "data") from error
    origin_place, goal = _ends(batch, asked, data)
    moves = _moves(data)
    # All of it is looked at before any of it is written.
    for product_id, quantity in moves.items():
        batch.ledger.must_fit(batch.ledger.level(origin_place, product_id), -quantity)
        batch.ledger.must_fit(batch.ledger.level(goal, product_id), quantity)
    origin = batch.origin(asked, to_ms(data.occurred_at) if data.occurred_at else None)
    effects: list[Effect] = []
    for product_id, quantity in moves.items():
        for place, delta, reason in (
            (origin_place, -quantity, MovementReason.TRANSFER_OUT),
            (goal, quantity, MovementReason.TRANSFER_IN),
        ):
            level = batch.ledger.level(place, product_id)
            effects += batch.ledger.record(level, delta, reason, origin, note=data.note)
    flags = batch.ledger.take_flags()
    return applied(asked, effects, **({"flags": flags} if flags else {}))


def goal_of(asked: Asked) -> str | None:
    """The place that the goods go to, as far as it can be told without reading all of it."""
    told = asked.operation.data.get("toLocationId")
    return told if isinstance(told, str) else None


def _ends(batch: Batch, asked: Asked, data: TransferData) -> tuple[str, str]:
    goal = data.to_location_id
    if asked.location_id is None:
        raise Refusal(ErrorCode.BAD_REQUEST, "locationId: a transfer names the place it starts from")
    if goal == asked.location_id:
        raise Refusal(ErrorCode.BAD_REQUEST, "data.toLocationId: the goods are there already")
    if goal not in batch.locations():
        raise Refusal(ErrorCode.NOT_FOUND, f"data.toLocationId: there is no place {goal}")
    return asked.location_id, goal


def _moves(data: TransferData) -> dict[str, int]:
    moves: dict[str, int] = {}
    for line in data.lines:
        moves[line.product_id] = moves.get(line.product_id, 0) + line.quantity
    return moves
