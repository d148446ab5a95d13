"""A shift's X and Z reports as slips, and the text on how much of the shift the server has."""

from collections.abc import Iterable

from app.domain.shift import ShiftTotals
from app.domain.slip import Centred, Pair, Row, Rule, Slip, Weight
from app.domain.vocabulary.payment_methods import PAYMENT_METHODS, method_of
from app.domain.vocabulary.transaction_kinds import SALE, TRANSACTION_KINDS
from app.services.cash.shifts import ShiftState, ShiftView
from app.services.selling.receipts import Spelling
from app.services.till import Till
from resources.words import translate


def x_report(till: Till, shift: ShiftView, totals: ShiftTotals, spelling: Spelling) -> Slip:
    """The figures of the open shift so far; it changes nothing."""
    title = translate("receipt", "X report")
    return Slip(title, (*_report_head(till, title, shift, spelling), *_report(totals, spelling)))


def z_report(
    till: Till, shift: ShiftView, totals: ShiftTotals, state: ShiftState, spelling: Spelling
) -> Slip:
    """A closed shift: counted cash, the difference, and whether the server has received all of it."""
    title = translate("receipt", "Z report")
    rows = [*_report_head(till, title, shift, spelling), *_report(totals, spelling), Rule()]
    rows.append(Pair(translate("receipt", "Counted"), spelling.money(shift.counted_minor or 0)))
    difference = Pair(translate("receipt", "Difference"), spelling.money(shift.difference_minor or 0))
    rows.append(Pair(difference.text, difference.figure, Weight.STRONG))
    if shift.reason:
        rows.append(Pair(shift.reason))
    rows += [Rule(), Pair(state_text(state))]
    return Slip(title, tuple(rows))


def state_text(state: ShiftState) -> str:
    """ "143 of 143 received by the server", or what is still missing."""
    if state.disagrees:
        return translate(
            "receipt", "The server has all of it, but its sums differ. A manager should look at it."
        )
    if state.received is None:
        return translate("receipt", "Not yet confirmed: %n entry(ies) not sent yet", state.unsent)
    words = translate("receipt", "{received} of {all} received by the server")
    return words.format(received=state.received, all=state.operations)


def _report_head(till: Till, title: str, shift: ShiftView, spelling: Spelling) -> Iterable[Row]:
    yield Centred(title, Weight.LARGE)
    yield Centred(f"{till.device.location_name} · {till.device.name}")
    yield Rule()
    yield Pair(translate("receipt", "Opened"), spelling.full_moment(shift.opened_ms))
    yield Pair(f"  {shift.opened_by}")
    if shift.closed_ms is not None:
        yield Pair(translate("receipt", "Closed"), spelling.full_moment(shift.closed_ms))
        yield Pair(f"  {shift.closed_by}")
    else:
        yield Pair(translate("receipt", "Now"), spelling.full_moment(till.clock.now_ms()))
    yield Rule()


def _report(totals: ShiftTotals, spelling: Spelling) -> Iterable[Row]:
    money = spelling.money
    for kind in TRANSACTION_KINDS.all():
        sums = totals.of(kind.code)
        if kind.turnover and (sums.count or kind.code == SALE):
            yield Pair(kind.in_report(sums.count), money(kind.turnover * sums.total_minor))
    yield Pair(translate("receipt", "Turnover"), money(totals.net_minor), Weight.STRONG)
    if totals.discounts_minor:
        yield Pair(translate("receipt", "Discounts given"), money(totals.discounts_minor))
    if totals.rounding_minor:
        yield Pair(translate("receipt", "Rounding of cash"), money(totals.rounding_minor))
    yield Rule()
    for tax in totals.taxes:
        words = translate("receipt", "Tax {rate} in {gross}")
        yield Pair(
            words.format(rate=spelling.percent(tax.rate_ppm), gross=spelling.amount(tax.gross_minor)),
            money(tax.tax_minor),
        )
    for method in PAYMENT_METHODS.in_order(totals.by_method):
        yield Pair(str(method_of(method).name), money(totals.by_method[method]))
    yield Rule()
    yield Pair(translate("receipt", "Float"), money(totals.float_minor))
    for kind in TRANSACTION_KINDS.all():
        sums = totals.of(kind.code)
        if kind.turnover or not sums.count:
            continue
        figure = money(kind.drawer * sums.total_minor) if kind.has_amount else str(sums.count)
        yield Pair(kind.in_report(sums.count), figure)
    yield Pair(translate("receipt", "Cash expected"), money(totals.expected_minor), Weight.STRONG)
    if totals.uncounted:
        yield Pair(uncounted_in_words(totals.uncounted))


def uncounted_in_words(count: int) -> str:
    """A report's line on till transactions that are in none of its sums."""
    return translate("receipt", "In no sum: %n entry(ies) of a kind that this till does not know", count)
