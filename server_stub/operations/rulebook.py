"""What each kind of operation is: the rule that carries it out, and the streams that it may write to."""

from collections.abc import Callable

from server_stub.errors import Refusal
from server_stub.operations import quarantine
from server_stub.operations.context import Asked, Batch
from server_stub.operations.handlers import (
    conflicts,
    counts,
    products,
    reopening,
    shifts,
    transactions,
    transfers,
)
from server_stub.operations.handlers import movements as inventory
from server_stub.operations.parsing import Intake
from server_stub.operations.quarantine import Unreadable
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import (
    CONFLICT,
    PRODUCT,
    SHIFT,
    STOCK_LEVEL,
    STOCK_TRANSFER,
    TRANSACTION,
    OperationResult,
)


def touched_by(batch: Batch, intake: Intake, asked: Asked | None) -> set[str | None]:
    """The places whose streams one operation may write to. What is refused for its place is the tenant's."""
    if asked is None:
        return {batch.own(quarantine.place_told(intake, None))} if intake.is_sale else set()
    resource_type = asked.operation.resource_type
    if resource_type in (STOCK_LEVEL, TRANSACTION):
        return {batch.own(asked.location_id)}
    if resource_type == STOCK_TRANSFER:
        goal = transfers.goal_of(asked)
        return {batch.own(asked.location_id), goal if goal in batch.locations() else None}
    if resource_type == CONFLICT:
        return {batch.own(conflicts.location_of(batch, asked))}
    if resource_type == SHIFT:
        return shifts.places_of(batch, asked)
    return {None}


def _stock(batch: Batch, asked: Asked) -> OperationResult:
    if asked.operation.operation != "update":
        raise Refusal(ErrorCode.BAD_REQUEST, "operation: a stock level is only ever updated")
    is_delta, is_count = "delta" in asked.operation.data, "newQuantity" in asked.operation.data
    if is_delta == is_count:
        raise Refusal(ErrorCode.BAD_REQUEST, "data: a stock update has either delta or newQuantity")
    return inventory.move(batch, asked) if is_delta else counts.count(batch, asked)


def _decision(batch: Batch, asked: Asked) -> OperationResult:
    match asked.operation.operation:
        case "create":
            return reopening.reopen(batch, asked)
        case "update":
            return conflicts.resolve(batch, asked)
        case "delete":
            raise Refusal(ErrorCode.BAD_REQUEST, "operation: a conflict is decided, or opened again")


_RULES: dict[str, Callable[[Batch, Asked], OperationResult]] = {
    STOCK_LEVEL: _stock,
    TRANSACTION: transactions.complete,
    PRODUCT: products.edit,
    CONFLICT: _decision,
    STOCK_TRANSFER: transfers.transfer,
    SHIFT: shifts.run,
}


def apply(batch: Batch, asked: Asked) -> OperationResult:
    """Carries an operation out; its streams are locked. Refuses, or says that a sale cannot be taken."""
    rule = _RULES.get(asked.operation.resource_type)
    if rule is None:
        raise Refusal(
            ErrorCode.BAD_REQUEST, f"resourceType: nothing is known of {asked.operation.resource_type}"
        )
    _must_be_of_this_tenant(batch, asked)
    _must_carry_for_a_till(batch, asked)
    _must_act_as_themselves(batch, asked)
    misplaced = _misplaced(batch, asked)
    if misplaced is None:
        return rule(batch, asked)
    if asked.operation.resource_type == TRANSACTION and batch.caller.is_device:
        # A till's completed sale is never bounced, not even from the wrong place.
        raise Unreadable(misplaced.message)
    raise misplaced


def _must_be_of_this_tenant(batch: Batch, asked: Asked) -> None:
    if asked.raw.get("tenantId") not in (None, batch.tenant_id):
        raise Refusal(ErrorCode.FORBIDDEN, "tenantId: not the tenant of this token")


def _must_carry_for_a_till(batch: Batch, asked: Asked) -> None:
    """A till carries another's operations: one of the same tenant, and under numbers that are that one's."""
    origin = asked.operation.carried_for
    if origin is None:
        return
    if not batch.caller.is_device:
        raise Refusal(ErrorCode.FORBIDDEN, "carriedFor: only a till carries another till's operations")
    if not batch.is_device(origin):
        raise Refusal(ErrorCode.NOT_FOUND, f"carriedFor: there is no till {origin}")
    owner = batch.owner_of_number(origin, asked.device_seq)
    if owner not in (None, asked.id):
        raise Refusal(
            ErrorCode.PRECONDITION_FAILED, "deviceSeq: that till sent another operation under this number"
        )


def _must_act_as_themselves(batch: Batch, asked: Asked) -> None:
    """A person's token acts in that person's name alone; a till's in the name of any user of the tenant."""
    named = asked.operation.actor_id
    if named is None:
        return
    if not batch.caller.is_device:
        if named != batch.caller.user_id:
            raise Refusal(ErrorCode.FORBIDDEN, "actorId: not the user of this token")
    elif asked.operation.resource_type != TRANSACTION and batch.person(named) is None:
        raise Refusal(ErrorCode.FORBIDDEN, f"actorId: there is no user {named}")


def _misplaced(batch: Batch, asked: Asked) -> Refusal | None:
    """Why the caller may not act at the place that the operation names, if it names one."""
    place = asked.location_id
    if place is None or place in batch.caller.locations:
        return None
    if place not in batch.locations():
        return Refusal(ErrorCode.NOT_FOUND, f"locationId: there is no place {place}")
    return Refusal(ErrorCode.FORBIDDEN, f"locationId: {place} is not your place")
