"""Refunds and voids against a receipt: by line and quantity, or whole. Works offline.

What can go back is the account of the sale (`app.domain.sale_account`): of one sale never more goes back than
was paid. It goes back as it was paid; by another method it needs a right.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from app.domain.errors import BadQuantity, NotRefundable, UnknownSale
from app.domain.limits import typed_reason
from app.domain.receipt_number import as_printed, full_number
from app.domain.rights import Right
from app.domain.sale_account import (
    AccountLine,
    Amounts,
    Payout,
    Return,
    ReturnedLine,
    SaleAccount,
    SoldLine,
)
from app.domain.tender import Method, Tender
from app.domain.vocabulary.transaction_kinds import REFUND, SALE, VOID
from app.domain.vocabulary.units import code_of, sent_decimals_of, unit_of
from app.services.approvals import approvals_for
from app.services.person_names import person_names
from app.services.selling import as_sold, sale_records
from app.services.selling.sale_records import SaleRecord
from app.services.selling.transaction import CompletedSale, Line, NewTransaction
from app.services.shop_settings import read_from
from app.services.till import Actor, Till
from resources.words import translate
from sync_agent.contract.operations import Approval
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction


@dataclass(frozen=True)
class RefundableLine:
    """A line of a receipt, with what of it went back."""

    line: Line
    unit: str
    account: AccountLine

    @property
    def line_no(self) -> int:
        return self.account.sold.line_no

    @property
    def left(self) -> int:
        """The quantity that is not returned yet."""
        return self.account.left

    def part(self, quantity: int) -> Line:
        """This quantity of the line, with its share of price, discount and tax. Raises NotRefundable."""
        amounts = self.account.part(quantity)
        return replace(
            self.line,
            quantity=quantity,
            discount_minor=amounts.discount_minor,
            tax_minor=amounts.tax_minor,
            total_minor=amounts.total_minor,
            of_line=self.line_no,
            unit=code_of(self.unit),
            unit_decimals=sent_decimals_of(self.unit),
        )


@dataclass(frozen=True)
class RefundableSale:
    """A sale with what can still be returned of it."""

    id: str
    receipt_number: str
    occurred_ms: int
    person: str
    total_minor: int
    lines: tuple[RefundableLine, ...]
    payments: tuple[Tender, ...]
    account: SaleAccount
    can_be_voided: bool
    """Nothing of it was returned, and its shift is still open."""
    cash_step_minor: int = 0
    till_name: str = ""
    """The till that sold it, as `_till_name`: empty for this till."""

    @property
    def is_fully_returned(self) -> bool:
        """Whether nothing is left to return."""
        return self.account.is_fully_returned

    def parts(self, quantities: Mapping[int, int]) -> tuple[Line, ...]:
        """These quantities by line number, as lines of a refund.

        Raises NotRefundable for more than is left, and for a line that the sale does not have.
        """
        lines = {self.account.line(line_no): quantity for line_no, quantity in sorted(quantities.items())}
        return tuple(line.part(lines[line.account]) for line in self.lines if line.account in lines)

    def payout(self, quantities: Mapping[int, int], method: Method, *, all_by_method: bool = False) -> Payout:
        """How quantities by line number are paid out, as far as they are left. Raises NotRefundable."""
        as_far_as_left = {
            line.line_no: min(quantities[line.line_no], line.left)
            for line in self.lines
            if quantities.get(line.line_no, 0) > 0
        }
        return self.account.payout(
            as_far_as_left, method, cash_step_minor=self.cash_step_minor, all_by_method=all_by_method
        )


@dataclass(frozen=True)
class FoundSale:
    """A sale to choose, where several have a receipt number. `till_name` is empty for this till."""

    id: str
    receipt_number: str
    occurred_ms: int
    person: str
    total_minor: int
    till_name: str


class SeveralSales(NotRefundable):
    """Several receipts have the number: a person says which of `choices`."""

    def __init__(self, choices: tuple[FoundSale, ...]) -> None:
        super().__init__(translate("errors", "Several receipts have this number. Choose which."))
        self.choices = choices


def find(till: Till, receipt: str) -> RefundableSale:
    """The sale of a receipt number, given in full or by its last digits: of this till, or of another here.

    Raises UnknownSale, NotRefundable, and SeveralSales where several sales have the number.
    """
    written = receipt.strip()
    with till.store.reading() as connection:
        found = _found(connection, written, till.device.receipt_series)
        if not found:
            raise UnknownSale(as_printed(written))
        sales = [record for record in found if record.kind == SALE]
        if len(sales) > 1:
            names = person_names(connection, (record.person_id for record in sales))
            raise SeveralSales(tuple(_choice(record, names) for record in sales))
        return _refundable(connection, (sales or found)[0])


def _found(connection: Connection, written: str, own_series: str) -> list[SaleRecord]:
    # A client that is no till may have a series in small letters.
    in_full = [written, as_printed(written)]
    own = full_number(written, own_series)
    if own is None:
        return sale_records.by_receipt(connection, in_full)
    found = sale_records.by_receipt(connection, [*in_full, own])
    if found:
        return found
    numbers = (full_number(written, series) for series in sale_records.series(connection))
    return sale_records.by_receipt(connection, [number for number in numbers if number is not None])


def _choice(record: SaleRecord, names: Mapping[str, str]) -> FoundSale:
    return FoundSale(
        id=record.id,
        receipt_number=record.receipt_number,
        occurred_ms=record.occurred_ms,
        person=names[record.person_id],
        total_minor=record.total_minor,
        till_name=_till_name(record),
    )


def _till_name(record: SaleRecord) -> str:
    """The name of its till; its receipt series where the name is not known; empty for this till."""
    return "" if record.is_own else record.till_name or record.receipt_number.rpartition("-")[0]


def open_sale(till: Till, sale_id: str) -> RefundableSale:
    """The sale of an id as it is now. Raises UnknownSale, NotRefundable."""
    with till.store.reading() as connection:
        return _by_id(connection, sale_id)


def _by_id(connection: Connection, sale_id: str) -> RefundableSale:
    record = sale_records.by_id(connection, sale_id)
    if record is None:
        raise UnknownSale(sale_id)
    return _refundable(connection, record)


def _refundable(connection: Connection, record: SaleRecord) -> RefundableSale:
    if record.kind != SALE:
        words = translate("errors", "{receipt} is no sale: only what was sold can go back.")
        raise NotRefundable(words.format(receipt=record.receipt_number))
    returns = sale_records.returns_of(connection, record)
    account = SaleAccount.of(
        (_sold_line(line_no, line) for line_no, line in enumerate(record.lines, start=1)),
        record.payments,
        map(_return, returns),
    )
    return RefundableSale(
        id=record.id,
        receipt_number=record.receipt_number,
        occurred_ms=record.occurred_ms,
        person=person_names(connection, [record.person_id])[record.person_id],
        total_minor=record.total_minor,
        lines=tuple(
            RefundableLine(line, as_sold.unit_of_line(connection, line), of)
            for of, line in zip(account.lines, record.lines, strict=True)
        ),
        payments=record.payments,
        account=account,
        can_be_voided=not returns and record.is_own and _is_of_the_open_shift(connection, record.shift_id),
        cash_step_minor=read_from(connection).cash_step_minor,
        till_name=_till_name(record),
    )


def _sold_line(line_no: int, line: Line) -> SoldLine:
    return SoldLine(line_no, line.product_id, line.unit_price_minor, _amounts(line))


def _return(record: SaleRecord) -> Return:
    lines = (
        ReturnedLine(line.of_line, line.product_id, line.unit_price_minor, _amounts(line))
        for line in record.lines
    )
    return Return(record.id, tuple(lines), record.payments)


def _amounts(line: Line) -> Amounts:
    return Amounts(line.quantity, line.discount_minor, line.tax_minor, line.total_minor)


async def refund(
    till: Till,
    sale: RefundableSale,
    quantities: Mapping[int, int],
    method: Method,
    actor: Actor,
    reason: str,
    *,
    approved_by: Actor | None = None,
    all_by_method: bool = False,
) -> CompletedSale:
    """Refund quantities by line number and pay them out.

    By `method` goes what it took, the rest by the other methods of the sale. All of it goes by `method` if it
    took nothing or with `all_by_method`: that needs Right.REFUND_OTHER_TENDER. What is left is checked again
    in the database transaction. Raises BadQuantity, NotPermitted, NotRefundable, ReasonMissing.
    """
    why = typed_reason(reason)
    wanted = {line_no: quantity for line_no, quantity in quantities.items() if quantity}
    if not wanted:
        raise BadQuantity(translate("errors", "Choose what goes back first."))

    def write(tx: Transaction) -> CompletedSale:
        now = _by_id(tx.connection, sale.id)
        lines = now.parts(wanted)
        payout = now.payout(wanted, method, all_by_method=all_by_method)
        total_minor = sum(line.total_minor for line in lines)
        new = NewTransaction(
            till=till,
            kind=REFUND,
            actor=actor,
            lines=lines,
            payments=payout.tenders,
            total_minor=total_minor,
            tax_minor=sum(line.tax_minor for line in lines),
            rounding_minor=payout.total_minor - total_minor,
            items=sum(unit_of(of.unit).items(wanted[of.line_no]) for of in now.lines if of.line_no in wanted),
            refund_of=now.id,
            refers_to=now.receipt_number,
            reason=why,
            approvals=_approvals(till, payout, actor, approved_by),
        )
        return new.write(tx)

    return await till.store.write(write)


def _approvals(till: Till, payout: Payout, actor: Actor, approved_by: Actor | None) -> tuple[Approval, ...]:
    beyond_minor = payout.beyond_tenders_minor
    if not beyond_minor:
        return ()
    return approvals_for(till, actor, approved_by, Right.REFUND_OTHER_TENDER, beyond_minor)


async def void(
    till: Till, sale: RefundableSale, actor: Actor, reason: str, *, approved_by: Actor | None = None
) -> CompletedSale:
    """Void a sale of the open shift, by its own payment methods. Raises NotPermitted, NotRefundable,
    ReasonMissing.
    """
    approvals = approvals_for(till, actor, approved_by, Right.VOID_SALE)
    why = typed_reason(reason)

    def write(tx: Transaction) -> CompletedSale:
        now = _by_id(tx.connection, sale.id)
        if not now.can_be_voided:
            words = translate("errors", "This sale cannot be voided any more. Refund it instead.")
            raise NotRefundable(words)
        lines = tuple(of.part(of.left) for of in now.lines)
        total_minor = sum(line.total_minor for line in lines)
        payments = tuple(
            Tender(payment.method, payment.net_minor, 0, payment.reference) for payment in now.payments
        )
        new = NewTransaction(
            till=till,
            kind=VOID,
            actor=actor,
            lines=lines,
            payments=payments,
            total_minor=total_minor,
            tax_minor=sum(line.tax_minor for line in lines),
            rounding_minor=sum(payment.net_minor for payment in payments) - total_minor,
            items=sum(unit_of(of.unit).items(of.line.quantity) for of in now.lines),
            refund_of=now.id,
            refers_to=now.receipt_number,
            reason=why,
            approvals=approvals,
        )
        return new.write(tx)

    return await till.store.write(write)


def _is_of_the_open_shift(connection: Connection, shift_id: str | None) -> bool:
    status = connection.execute(select(t.shift.c.status).where(t.shift.c.id == shift_id)).scalar()
    return status == "open"
