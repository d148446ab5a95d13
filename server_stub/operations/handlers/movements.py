"""Stock that moves: goods in, waste, found, corrected, and what clients of the plain protocol call sales."""

from typing import Any

from pydantic import ValidationError

from server_stub.errors import Refusal, unreadable
from server_stub.operations.context import Asked, Batch, applied
from server_stub.roles import Action
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import MovementData, OperationResult
from sync_agent.contract.stock import MovementReason
from sync_agent.contract.wire import to_ms


def move(batch: Batch, asked: Asked) -> OperationResult:
    """A delta. It carries no version, cannot conflict, and is taken for unknown products too."""
    batch.caller.must(Action.MOVE_STOCK)
    try:
        data = MovementData.model_validate(asked.operation.data)
    except ValidationError as error:
        raise unreadable(error, "data") from error
    if data.reason == MovementReason.COUNT:
        raise Refusal(ErrorCode.BAD_REQUEST, "data.reason: a count is sent as newQuantity, not as a delta")
    location_id, product_id = place_of(asked)
    level = batch.ledger.level(location_id, product_id)
    effects = batch.ledger.record(
        level,
        data.delta,
        data.reason,
        batch.origin(asked, to_ms(data.occurred_at) if data.occurred_at else None),
        note=data.note,
        reference=data.reference,
    )
    result: dict[str, Any] = {"version": level.version, "onHand": level.quantity}
    flags = batch.ledger.take_flags()
    return applied(asked, effects, **result, **({"flags": flags} if flags else {}))


def place_of(asked: Asked) -> tuple[str, str]:
    """The (location, product) of a stock operation."""
    product_id = asked.operation.resource_id or asked.operation.data.get("productId")
    if not isinstance(product_id, str):
        raise Refusal(ErrorCode.BAD_REQUEST, "resourceId: a stock operation names its product")
    if asked.location_id is None:
        raise Refusal(ErrorCode.BAD_REQUEST, "locationId: a stock operation names its place")
    return asked.location_id, product_id
