"""Stock movements: goods in, waste, found, corrected, and what clients of the plain protocol call sales."""

from collections.abc import Mapping
from typing import Any, ClassVar

from server_stub.errors import Refusal
from server_stub.operations.context import OperationContext
from server_stub.operations.flags.stock import flags_of_stock
from server_stub.operations.handler import Handler, ParsedOperation, Preload, Requirement, Rows
from server_stub.operations.outcome import Outcome, applied
from server_stub.operations.resources.stock_levels import level_preload, place_and_product
from server_stub.roles import Action
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import STOCK_LEVEL, MovementData, Operation
from sync_agent.contract.stock import (
    STOCK_FLAG,
    MovementReason,
    OversoldRow,
    StockFlagRow,
    StockLevelRow,
)
from sync_agent.contract.wire import to_ms


class StockMovement(Handler[MovementData]):
    """A delta. It has no version, cannot conflict, and is accepted for unknown products too."""

    name = "StockMovementOperation"
    resource_type = STOCK_LEVEL
    verb = "update"
    data = MovementData
    marker = "delta"
    rows: ClassVar[Rows] = {
        "stock_level": StockLevelRow,
        "oversold": OversoldRow,
        STOCK_FLAG: StockFlagRow,
    }

    def read(self, operation: Operation, texts: Mapping[str, Any]) -> MovementData:
        data = super().read(operation, texts)
        if data.reason == MovementReason.COUNT:
            raise Refusal(
                ErrorCode.BAD_REQUEST, "data.reason: a count is sent as newQuantity, not as a delta"
            )
        return data

    def preload(self, context: OperationContext, operation: ParsedOperation[MovementData]) -> Preload:
        return level_preload(context, operation.envelope)

    def requirement(self, context: OperationContext, operation: ParsedOperation[MovementData]) -> Requirement:
        return Requirement(Action.MOVE_STOCK, operation.location_id)

    def apply_one(self, context: OperationContext, operation: ParsedOperation[MovementData]) -> Outcome:
        data = operation.data
        place, product_id = place_and_product(operation.envelope)
        if operation.operation.former_result is None:
            context.must_be_plausible(place, product_id, data.delta, "data.delta")
        level = context.level(place, product_id)
        occurred_ms = None if data.occurred_at is None else to_ms(data.occurred_at)
        effects = context.ledger.record(
            level,
            data.delta,
            data.reason,
            context.origin(operation.envelope, occurred_ms),
            note=data.note,
            reference=data.reference,
            sold_as=context.sold_as(product_id),
        )
        result = {"version": level.version, "onHand": level.quantity}
        flags = [
            *operation.flags,
            *context.ledger.take_flags(),
            *flags_of_stock(context, place, product_id, operation.actor_id),
        ]
        return applied(operation.id, effects, result, flags=flags)
