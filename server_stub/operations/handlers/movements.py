"""Stock movements: goods in, waste, found, corrected, and what clients of the plain protocol call sales."""

from typing import ClassVar

from server_stub.errors import Refusal
from server_stub.operations.context import OperationContext
from server_stub.operations.handler import Handler, ParsedOperation, Requirement, Rows, Wanted
from server_stub.operations.outcome import Outcome, applied
from server_stub.operations.resources.stock_levels import level_wanted, place_and_product
from server_stub.roles import Action
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import STOCK_LEVEL, MovementData, Operation
from sync_agent.contract.stock import MovementReason, OversoldRow, StockLevelRow
from sync_agent.contract.wire import to_ms


class StockMovement(Handler[MovementData]):
    """A delta. It has no version, cannot conflict, and is accepted for unknown products too."""

    name = "StockMovementOperation"
    resource_type = STOCK_LEVEL
    verb = "update"
    data = MovementData
    marker = "delta"
    rows: ClassVar[Rows] = {"stock_level": StockLevelRow, "oversold": OversoldRow}

    def read(self, operation: Operation) -> MovementData:
        data = super().read(operation)
        if data.reason == MovementReason.COUNT:
            raise Refusal(
                ErrorCode.BAD_REQUEST, "data.reason: a count is sent as newQuantity, not as a delta"
            )
        return data

    def wanted(self, context: OperationContext, operation: ParsedOperation[MovementData]) -> Wanted:
        return level_wanted(context, operation.envelope)

    def requirement(self, context: OperationContext, operation: ParsedOperation[MovementData]) -> Requirement:
        return Requirement(Action.MOVE_STOCK, operation.location_id)

    def apply_one(self, context: OperationContext, operation: ParsedOperation[MovementData]) -> Outcome:
        data = operation.data
        level = context.ledger.level(*place_and_product(operation.envelope))
        occurred_ms = None if data.occurred_at is None else to_ms(data.occurred_at)
        effects = context.ledger.record(
            level,
            data.delta,
            data.reason,
            context.origin(operation.envelope, occurred_ms),
            note=data.note,
            reference=data.reference,
        )
        result = {"version": level.version, "onHand": level.quantity}
        return applied(operation.id, effects, result, flags=[*operation.flags, *context.ledger.take_flags()])
