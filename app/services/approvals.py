"""Who answers for what needs a right: the person at the till, or the manager who approved it."""

from app.domain.errors import NotPermitted
from app.domain.open_sale import OpenSale
from app.domain.rights import Right, only
from app.services.till import Actor, Till
from sync_agent.contract.operations import Approval
from sync_agent.contract.wire import from_ms


def authorise(actor: Actor, approved_by: Actor | None, right: Right) -> Actor:
    """Whoever answers for it: the person themselves, or the manager who approved. Raises NotPermitted."""
    for person in (actor, approved_by):
        if person is not None and person.may(right):
            return person
    raise not_permitted(right)


def not_permitted(right: Right) -> NotPermitted:
    """The refusal that says who may."""
    return NotPermitted(only(right))


def answered_for(
    till: Till, actor: Actor, approved_by: Actor | None, right: Right, at_most_minor: int | None = None
) -> tuple[Approval, ...]:
    """The approval of an act that is done at once; empty where the person may do it alone.

    Raises NotPermitted where neither of the two may.
    """
    approver = authorise(actor, approved_by, right)
    if approver.id == actor.id:
        return ()
    at = from_ms(till.clock.now_ms())
    return (Approval(right=right, approver=approver.id, at_most=at_most_minor, at=at),)


def of_sale(sale: OpenSale, actor: Actor) -> tuple[Approval, ...]:
    """What others than this person approved in a sale, as it is sent: a line is named by its place in it."""
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
    """Whom an operation names as its approver; None where nothing was approved."""
    return approvals[-1].approver if approvals else None
