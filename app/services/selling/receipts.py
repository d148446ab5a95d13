"""Receipts of this till's transactions as slips, made from the database."""

from collections.abc import Iterable
from typing import Any, Protocol

from sqlalchemy import Row as DbRow
from sqlalchemy import select

from app.domain.errors import UnknownSale
from app.domain.shop_settings import ShopSettings
from app.domain.slip import Centred, Pair, Row, Rule, Slip, Weight
from app.domain.vocabulary.payment_methods import method_of
from app.domain.vocabulary.transaction_kinds import kind_of
from app.domain.vocabulary.units import EACH
from app.services import shop_settings
from app.services.person_names import person_names
from app.services.selling import as_sold
from app.services.till import Till
from resources.words import translate
from sync_agent.store import tables as t


class Spelling(Protocol):
    """Formats figures for this shop; implemented by the window's Formatter."""

    def money(self, minor: int) -> str: ...
    def amount(self, minor: int) -> str: ...
    def quantity(self, quantity: int, unit: str = EACH) -> str: ...
    def percent(self, ppm: int) -> str: ...
    def full_moment(self, moment_ms: int) -> str: ...


def receipt(till: Till, sale_id: str, spelling: Spelling, *, copy: bool = False) -> Slip:
    """The receipt of a till transaction; `copy` marks it as a reprint. Raises UnknownSale."""
    with till.store.reading() as connection:
        sale = connection.execute(select(t.sale).where(t.sale.c.id == sale_id)).first()
        if sale is None:
            raise UnknownSale(sale_id)
        lines = connection.execute(
            select(t.sale_line).where(t.sale_line.c.sale_id == sale_id).order_by(t.sale_line.c.line_no)
        ).all()
        payments = connection.execute(
            select(t.payment).where(t.payment.c.sale_id == sale_id).order_by(t.payment.c.payment_no)
        ).all()
        names = person_names(connection, [sale.actor_id])
        units = [as_sold.unit_of_line(connection, line) for line in lines]
        chosen = shop_settings.read_from(connection)
    rows: list[Row] = [*_head(till, chosen)]
    if copy:
        rows.append(Centred(translate("receipt", "Copy"), Weight.STRONG))
    rows.append(Pair(f"{kind_of(sale.kind).name} {sale.receipt_number}", weight=Weight.STRONG))
    rows.append(Pair(spelling.full_moment(sale.occurred_ms)))
    rows.append(Pair(translate("receipt", "Served by {name}").format(name=names[sale.actor_id])))
    if sale.refers_to:
        rows.append(Pair(translate("receipt", "For receipt {number}").format(number=sale.refers_to)))
    if sale.reason:
        rows.append(Pair(sale.reason))
    rows.append(Rule())
    for line, unit in zip(lines, units, strict=True):
        rows += _line(line, unit, spelling)
    if lines:
        rows.append(Rule())
    rows += _sums(sale, lines, payments, spelling)
    rows += [Rule(), *(Centred(line) for line in chosen.receipt_footer.splitlines() if line.strip())]
    if rows[-1] == Rule():
        rows.pop()
    return Slip(translate("receipt", "Receipt {number}").format(number=sale.receipt_number), tuple(rows))


def _head(till: Till, chosen: ShopSettings) -> Iterable[Row]:
    yield Centred(till.device.tenant_name, Weight.LARGE)
    yield Centred(f"{till.device.location_name} · {till.device.name}")
    for line in chosen.receipt_header.splitlines():
        if line.strip():
            yield Centred(line)
    yield Rule()


def _line(line: DbRow[Any], unit: str, spelling: Spelling) -> Iterable[Row]:
    gross_minor = line.total_minor + line.discount_minor
    quantity = spelling.quantity(line.quantity, unit)
    yield Pair(line.description, spelling.amount(gross_minor))
    if quantity != spelling.quantity(1):
        yield Pair(f"  {quantity} × {spelling.amount(line.unit_price_minor)}")
    if line.discount_minor:
        yield Pair(f"  {translate('receipt', 'Discount')}", spelling.amount(-line.discount_minor))
    if line.list_price_minor is not None:
        words = translate("receipt", "instead of {price}")
        yield Pair(f"  {words.format(price=spelling.amount(line.list_price_minor))}")


def _sums(
    sale: DbRow[Any], lines: Iterable[DbRow[Any]], payments: Iterable[DbRow[Any]], spelling: Spelling
) -> Iterable[Row]:
    if kind_of(sale.kind).has_amount:
        yield Pair(translate("receipt", "Total"), spelling.money(sale.total_minor), Weight.LARGE)
    if sale.rounding_minor:
        yield Pair(translate("receipt", "Rounding of cash"), spelling.amount(sale.rounding_minor))
    for payment in payments:
        words = str(method_of(payment.method).name)
        if payment.reference:
            words = f"{words} {payment.reference}"
        yield Pair(words, spelling.amount(payment.amount_minor))
        if payment.change_minor:
            yield Pair(translate("receipt", "Change"), spelling.amount(payment.change_minor))
    taxes: dict[int, tuple[int, int]] = {}
    for line in lines:
        gross, tax = taxes.get(line.tax_rate_ppm, (0, 0))
        taxes[line.tax_rate_ppm] = gross + line.total_minor, tax + line.tax_minor
    for rate_ppm, (gross, tax) in sorted(taxes.items(), reverse=True):
        if rate_ppm:
            words = translate("receipt", "Tax {rate} in {gross}")
            yield Pair(
                words.format(rate=spelling.percent(rate_ppm), gross=spelling.amount(gross)),
                spelling.amount(tax),
            )
