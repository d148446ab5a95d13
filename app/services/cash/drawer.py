"""Cash without a sale: paid in, paid out, and the drawer opened (a no-sale)."""

from sqlalchemy import Connection

from app.domain.errors import BadAmount, NoShift
from app.domain.limits import typed_reason
from app.domain.plausible import check_plausible_amount
from app.domain.rights import Right
from app.domain.tender import Tender
from app.domain.vocabulary.payment_methods import CASH
from app.domain.vocabulary.transaction_kinds import NO_SALE, PAID_IN, PAID_OUT
from app.services.approvals import approvals_for
from app.services.selling.transaction import CompletedSale, NewTransaction
from app.services.shop_settings import read_from
from app.services.till import Actor, Till
from resources.words import translate
from sync_agent.contract.operations import Approval
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction


def check_move(till: Till, amount_minor: int, reason: str) -> None:
    """Raise BadAmount, ReasonMissing or TextTooLong where the same would be refused when it is carried out:
    nobody approves what cannot be done.
    """
    with till.store.reading() as connection:
        _check_amount(till, amount_minor, connection)
    typed_reason(reason)


async def pay_in(till: Till, amount_minor: int, actor: Actor, reason: str) -> CompletedSale:
    """Pay cash into the drawer, such as change from the bank. Raises BadAmount, NoShift, ReasonMissing."""
    return await _move(till, PAID_IN, amount_minor, actor, reason, ())


async def pay_out(
    till: Till, amount_minor: int, actor: Actor, reason: str, *, approved_by: Actor | None = None
) -> CompletedSale:
    """Pay cash out of the drawer, such as for the window cleaner. Raises as `pay_in`, and NotPermitted."""
    approvals = approvals_for(till, actor, approved_by, Right.PAY_OUT, amount_minor)
    return await _move(till, PAID_OUT, amount_minor, actor, reason, approvals)


async def open_without_sale(
    till: Till, actor: Actor, reason: str, *, approved_by: Actor | None = None
) -> CompletedSale:
    """Record that the drawer was opened without a sale. Raises NotPermitted, ReasonMissing."""
    approvals = approvals_for(till, actor, approved_by, Right.OPEN_DRAWER)
    new = NewTransaction(till, NO_SALE, actor, reason=typed_reason(reason), approvals=approvals)
    return await till.store.write(new.write)


async def _move(
    till: Till,
    kind: str,
    amount_minor: int,
    actor: Actor,
    reason: str,
    approvals: tuple[Approval, ...],
) -> CompletedSale:
    new = NewTransaction(
        till,
        kind,
        actor,
        payments=(Tender(CASH, amount_minor),),
        total_minor=amount_minor,
        reason=typed_reason(reason),
        approvals=approvals,
    )

    def write(tx: Transaction) -> CompletedSale:
        _check_amount(till, amount_minor, tx.connection)
        if tx.execute(t.shift.select().where(t.shift.c.status == "open")).first() is None:
            raise NoShift
        return new.write(tx)

    return await till.store.write(write)


def _check_amount(till: Till, amount_minor: int, connection: Connection) -> None:
    if amount_minor <= 0:
        raise BadAmount(translate("errors", "Say how much."))
    check_plausible_amount(amount_minor, till.device.currency, read_from(connection))
