"""Authorises each operation once, before it is applied.

Checks that need only the operation and its bearer are here; who may is decided by
`server_stub.services.people.authorisation`, with people's rights as they were when the operation was done.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from server_stub.errors import Refusal
from server_stub.operations.context import OperationContext
from server_stub.operations.handler import Handler, ParsedOperation, Requirement
from server_stub.operations.parsing import Envelope, names_another_tenant
from server_stub.operations.quarantine import Quarantined
from server_stub.roles import Action
from server_stub.services.people.authorisation import (
    NOTHING,
    Allowed,
    ApprovalClaim,
    Bearer,
    Flagged,
    Refused,
    RequiredRight,
    decide,
)
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import Operation
from sync_agent.contract.wire import AMOUNT_MAX


def authorise(
    context: OperationContext, handler: Handler[Any], operation: ParsedOperation[Any]
) -> tuple[str, ...]:
    """The flags of an authorised operation. Raises Refusal, or Quarantined of a completed one."""
    envelope = operation.envelope
    _must_be_of_this_tenant(context, envelope)
    _require_forwarding_till(context, envelope)
    _must_be_at_its_place(context, handler, envelope)
    needed = handler.requirement(context, operation)
    return _flags(context, needed, envelope, is_completed=handler.is_completed)


def _must_be_of_this_tenant(context: OperationContext, envelope: Envelope) -> None:
    if names_another_tenant(envelope.raw.item, context.tenant_id):
        raise Refusal(ErrorCode.FORBIDDEN, "tenantId: not the tenant of this token")


def _require_forwarding_till(context: OperationContext, envelope: Envelope) -> None:
    """A till may forward operations of another till of its place, under that till's own numbers."""
    origin = envelope.operation.carried_for
    if origin is None or not envelope.raw.is_forwarded:
        return
    if not context.caller.is_device:
        raise Refusal(ErrorCode.FORBIDDEN, "carriedFor: only a till carries another till's operations")
    place = context.place_of_device(origin)
    if place is None:
        raise Refusal(ErrorCode.NOT_FOUND, f"carriedFor: there is no till {origin}")
    if place not in context.caller.locations:
        raise Refusal(ErrorCode.FORBIDDEN, f"carriedFor: {origin} is a till of another place")
    owner = context.owner_of_number(origin, envelope.device_seq)
    if owner is not None and owner.id != envelope.id and not owner.is_carried:
        raise Refusal(
            ErrorCode.PRECONDITION_FAILED, "deviceSeq: that till sent another operation under this number"
        )


def _must_be_at_its_place(context: OperationContext, handler: Handler[Any], envelope: Envelope) -> None:
    """Refuses a place that the operation names and where the bearer may not act."""
    place = envelope.location_id
    if place is None or place in context.caller.locations:
        return
    if place in context.locations():
        refusal = Refusal(ErrorCode.FORBIDDEN, f"locationId: {place} is not your place")
    else:
        refusal = Refusal(ErrorCode.NOT_FOUND, f"locationId: there is no place {place}")
    if handler.is_completed and context.caller.is_device:
        # A till's completed sale is never refused, not even from the wrong place.
        raise Quarantined(refusal.message)
    raise refusal


def _flags(
    context: OperationContext, needed: Requirement, envelope: Envelope, *, is_completed: bool
) -> tuple[str, ...]:
    """The flags that the decision gives; none where it allows."""
    caller, actor = context.caller, context.person(envelope.actor_id)
    approvals = tuple(_approvals(context, envelope.operation))
    moment = context.moments.of(envelope)
    decide_now = partial(
        decide,
        Bearer(caller.id, caller.role, frozenset(caller.locations), caller.user_id),
        actor,
        approvals,
        (RequiredRight(needed.right), *needed.besides),
        needed.place,
        moment,
        is_completed=is_completed,
    )
    if approvals or len(actor.versions) > 1:
        verdict = decide_now()
    else:
        # Rights that never changed are the same at every moment, so most operations of a till share one
        # decision.
        asked = (actor.id, needed, is_completed)
        verdict = context.verdicts.get(asked) or context.verdicts.setdefault(asked, decide_now())
    match verdict:
        case Allowed():
            return ()
        case Flagged(flags):
            return flags
        case Refused(code, message):
            raise Refusal(code, message)


def amount_by_right(context: OperationContext, envelope: Envelope, place: str, right: Action) -> int:
    """Up to how much a right was used in an operation, in minor units: by whoever did it without bound, by
    approval as far as that went; 0 if nobody of them has it.
    """
    caller, actor = context.caller, context.person(envelope.actor_id)
    bearer = Bearer(caller.id, caller.role, frozenset(caller.locations), caller.user_id)
    moment = context.moments.of(envelope)

    def is_allowed(approvals: tuple[ApprovalClaim, ...]) -> bool:
        verdict = decide(bearer, actor, approvals, (RequiredRight(right),), place, moment)
        return isinstance(verdict, Allowed)

    if is_allowed(()):
        return AMOUNT_MAX
    if not is_allowed(tuple(_approvals(context, envelope.operation))):
        return 0
    bounds = [
        approval.at_most for approval in envelope.operation.approvals or () if approval.right == right.value
    ]
    return max((AMOUNT_MAX if bound is None else bound for bound in bounds), default=AMOUNT_MAX)


def _approvals(context: OperationContext, operation: Operation) -> Iterator[ApprovalClaim]:
    """Who approved what. Where `approvals` names the right, `approvedById` only names a person."""
    for approval in operation.approvals or ():
        yield ApprovalClaim(context.person(approval.approver), approval.right, approval.of, approval.at_most)
    approver_id = operation.approved_by_id
    if approver_id is not None:
        yield ApprovalClaim(context.person(approver_id), NOTHING if operation.approvals else None)


def people_named(envelope: Envelope) -> set[str]:
    """The ids of everybody whose rights count for an operation."""
    operation = envelope.operation
    approvers = {approval.approver for approval in operation.approvals or ()}
    named = {envelope.actor_id, *approvers}
    return named if operation.approved_by_id is None else named | {operation.approved_by_id}
