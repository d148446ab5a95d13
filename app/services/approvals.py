"""Authorisation at the till: the person who acts has the right, or a manager approved it."""

from app.domain.errors import NotPermitted
from app.domain.open_sale import OpenSale
from app.domain.rights import Right, only
from app.services.till import Actor, Till
from sync_agent.contract.operations import Approval
from sync_agent.contract.wire import from_ms


def authorise(actor: Actor, approved_by: Actor | None, right: Right) -> Actor:
    """The person with the right: the actor, else the approver. Raises NotPermitted."""
    for person in (actor, approved_by):
        if person is not None and person.may(right):
            return person
    raise not_permitted(right)


def not_permitted(right: Right) -> NotPermitted:
    """The error, with a message that says which role has the right."""
    return NotPermitted(only(right))


def approvals_for(
    till: Till, actor: Actor, approved_by: Actor | None, right: Right, at_most_minor: int | None = None
) -> tuple[Approval, ...]:
    """The approval of an action that is done at once; empty where the actor needs none.

    Raises NotPermitted where neither has the right.
    """
    approver = authorise(actor, approved_by, right)
    if approver.id == actor.id:
        return ()
    at = from_ms(till.clock.now_ms())
    return (Approval(right=right, approver=approver.id, at_most=at_most_minor, at=at),)


def of_sale(sale: OpenSale, actor: Actor) -> tuple[Approval, ...]:
    """The approvals in a sale by people other than the actor, in wire form: lines by their index."""
    places = {line.line_id: place for place, line in enumerate(sale.cart.lines, start=1)}
    return tuple(
        Approval(
            right=approval.right,
            approver=approval.approver_id,
            of=None if approval.line_id is None else f"line:{places[approval.line_id]}",
            at_most=approval.at_most_minor,
            at=from_ms(approval.at_ms),
        )
        for approval in sale.approvals
        if approval.approver_id != actor.id
    )


def last_approver_id(approvals: tuple[Approval, ...]) -> str | None:
    """The approver that an operation names; None where nothing was approved."""
    return approvals[-1].approver if approvals else None
