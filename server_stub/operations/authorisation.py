"""Whether whoever stands behind an operation may do it: asked once for each, before it is applied."""

from typing import Any

from server_stub.errors import Refusal
from server_stub.operations.context import OperationContext
from server_stub.operations.handler import Handler, ParsedOperation, Requirement
from server_stub.operations.parsing import Envelope
from server_stub.operations.quarantine import CannotBeTaken
from server_stub.roles import may
from sync_agent.contract.codes import ErrorCode


def authorise(
    context: OperationContext, handler: Handler[Any], operation: ParsedOperation[Any]
) -> tuple[str, ...]:
    """The flags of an operation that may be applied. Raises Refusal, or CannotBeTaken of a completed one."""
    envelope = operation.envelope
    _must_be_of_this_tenant(context, envelope)
    _must_carry_for_a_till(context, envelope)
    _must_act_as_themselves(context, handler, envelope)
    _must_be_at_its_place(context, handler, envelope)
    _must_hold_the_right(context, handler.requirement(context, operation), envelope)
    return ()


def _must_be_of_this_tenant(context: OperationContext, envelope: Envelope) -> None:
    if envelope.raw.item.get("tenantId") not in (None, context.tenant_id):
        raise Refusal(ErrorCode.FORBIDDEN, "tenantId: not the tenant of this token")


def _must_carry_for_a_till(context: OperationContext, envelope: Envelope) -> None:
    """A till carries another's operations: one of the same tenant, and under numbers that are that one's."""
    origin = envelope.operation.carried_for
    if origin is None:
        return
    if not context.caller.is_device:
        raise Refusal(ErrorCode.FORBIDDEN, "carriedFor: only a till carries another till's operations")
    if not context.is_device(origin):
        raise Refusal(ErrorCode.NOT_FOUND, f"carriedFor: there is no till {origin}")
    owner = context.owner_of_number(origin, envelope.device_seq)
    if owner not in (None, envelope.id):
        raise Refusal(
            ErrorCode.PRECONDITION_FAILED, "deviceSeq: that till sent another operation under this number"
        )


def _must_act_as_themselves(context: OperationContext, handler: Handler[Any], envelope: Envelope) -> None:
    """A person's token acts in that person's name alone; a till's in the name of any user of the tenant."""
    named = envelope.operation.actor_id
    if named is None:
        return
    if not context.caller.is_device:
        if named != context.caller.user_id:
            raise Refusal(ErrorCode.FORBIDDEN, "actorId: not the user of this token")
    elif not handler.is_completed and context.person(named) is None:
        raise Refusal(ErrorCode.FORBIDDEN, f"actorId: there is no user {named}")


def _must_be_at_its_place(context: OperationContext, handler: Handler[Any], envelope: Envelope) -> None:
    """The bearer may act at the place that the operation names, if it names one."""
    place = envelope.location_id
    if place is None or place in context.caller.locations:
        return
    if place in context.locations():
        refusal = Refusal(ErrorCode.FORBIDDEN, f"locationId: {place} is not your place")
    else:
        refusal = Refusal(ErrorCode.NOT_FOUND, f"locationId: there is no place {place}")
    if handler.is_completed and context.caller.is_device:
        # A till's completed sale is never bounced, not even from the wrong place.
        raise CannotBeTaken(refusal.message)
    raise refusal


def _must_hold_the_right(context: OperationContext, needed: Requirement, envelope: Envelope) -> None:
    """The bearer holds the right, or, of a till, whoever stands at it or approves there."""
    caller = context.caller
    if needed.place is not None and needed.place not in caller.locations:
        raise Refusal(ErrorCode.FORBIDDEN, f"it is of {needed.place}, which is not your place")
    if may(caller.role, needed.right):
        return
    if not caller.is_device:
        raise Refusal(ErrorCode.FORBIDDEN, f"a {caller.role} may not {needed.right}")
    named = (envelope.actor_id, envelope.operation.approved_by_id)
    people = (context.person(who) for who in named if who)
    if not any(person is not None and may(person.role, needed.right) for person in people):
        raise Refusal(ErrorCode.FORBIDDEN, f"the person at the till may not {needed.right}")
