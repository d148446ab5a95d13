"""Judges of money: sums that do not add up, and payments that cannot be."""

from collections.abc import Iterator

from server_stub.operations.flags.case import Case, decimals_of
from server_stub.operations.flags.judging import Finding, on_product, on_transaction
from server_stub.vocabulary import CASH, PAYMENT_METHODS
from sync_agent.contract.operations import TransactionLine

_PPM = 1_000_000
TAX_RATE_PPM_MAX = 1_000_000
"""A tax of more than the goods is a typing error anywhere."""

_ROUNDING_ALWAYS = 50
"""Half of the largest step that coins of a hundredth are rounded to, in minor units."""
_ROUNDING_SHARE = 20
"""A larger rounding, of a currency with small units, is at most this part of the total: 1/20."""


def total_is_not_the_lines(case: Case) -> Iterator[Finding]:
    transaction = case.transaction
    if transaction.has_goods:
        lines_minor = sum(line.total_minor for line in transaction.data.lines)
        if transaction.data.total_minor != lines_minor:
            yield Finding(str(lines_minor))


def tax_is_not_the_lines(case: Case) -> Iterator[Finding]:
    data = case.transaction.data
    tax_minor = sum(line.tax_minor for line in data.lines)
    if data.tax_minor != tax_minor:
        yield Finding(str(tax_minor))


def line_does_not_multiply(case: Case) -> Iterator[Finding]:
    """A line's total is quantity × price less discount, in the unit that it was sold by; where it does not
    say, in any that its product is or was sold by.
    """
    transaction = case.transaction
    for place, line in enumerate(transaction.data.lines, start=1):
        possible = decimals_of(case, line)
        if not possible:
            continue  # what a piece is, is not known: judged when the product arrives
        slack = _slack(case)
        if not any(_multiplies(line, decimals, slack) for decimals in possible):
            yield Finding(str(place), on_product(line.product_id))


def _multiplies(line: TransactionLine, decimals: int, slack: int) -> bool:
    gross, part = line.quantity * line.unit_price_minor, 10**decimals
    # With tax on top of the price, the total has the tax in it.
    wanted = (line.total_minor + line.discount_minor, line.total_minor - line.tax_minor + line.discount_minor)
    return any(abs(total * part - gross) <= slack * part for total in wanted)


def tax_does_not_fit(case: Case) -> Iterator[Finding]:
    """A line's tax is its rate's share of its total, whichever way prices are given."""
    for place, line in enumerate(case.transaction.data.lines, start=1):
        whole = _PPM + line.tax_rate_ppm
        off = abs(line.tax_minor * whole - line.total_minor * line.tax_rate_ppm)
        if off > _slack(case) * whole:
            yield Finding(str(place))


def _slack(case: Case) -> int:
    """Minor units by which a line may be off through rounding: of the line and of the receipt's tax that is
    spread over lines; a part that goes back is the difference of two rounded shares.
    """
    return 3 if case.transaction.takes_back else 2


def tax_rate_is_too_high(case: Case) -> Iterator[Finding]:
    for place, line in enumerate(case.transaction.data.lines, start=1):
        if line.tax_rate_ppm > TAX_RATE_PPM_MAX:
            yield Finding(str(place))


def tax_rate_was_not_valid(case: Case) -> Iterator[Finding]:
    """A line of a named rate has the figure that was valid that day; what goes back keeps its sale's."""
    if case.transaction.takes_back:
        return
    for place, line in enumerate(case.transaction.data.lines, start=1):
        valid = case.valid_rates.get(line.tax_name or "")
        if valid and line.tax_rate_ppm not in valid:
            yield Finding(str(place))


def nothing_was_paid(case: Case) -> Iterator[Finding]:
    data = case.transaction.data
    if not data.payments and data.total_minor + data.rounding_minor != 0:
        yield Finding()


def payments_do_not_add_up(case: Case) -> Iterator[Finding]:
    data = case.transaction.data
    if not data.payments:
        return
    paid_minor = sum(payment.amount_minor - (payment.change_minor or 0) for payment in data.payments)
    if paid_minor != data.total_minor + data.rounding_minor:
        yield Finding(str(paid_minor))


def rounding_is_too_large(case: Case) -> Iterator[Finding]:
    """Cash alone is rounded, and to a coin: anything else hides a wrong total."""
    data = case.transaction.data
    rounding_minor = abs(data.rounding_minor)
    if rounding_minor == 0:
        return
    # The rest of a sale that was rounded goes back rounded, by whatever method.
    parts = (case.transaction, case.original) if case.transaction.takes_back else (case.transaction,)
    payments = [payment for part in parts if part is not None for payment in part.data.payments]
    in_cash = any(payment.method == CASH for payment in payments)
    fits = rounding_minor <= _ROUNDING_ALWAYS or rounding_minor * _ROUNDING_SHARE <= abs(data.total_minor)
    if not (in_cash and fits):
        reference = case.transaction.reference if case.transaction.takes_back else None
        yield Finding(str(data.rounding_minor), None if reference is None else on_transaction(reference))


def method_is_unknown(case: Case) -> Iterator[Finding]:
    for method in dict.fromkeys(payment.method for payment in case.transaction.data.payments):
        if method not in PAYMENT_METHODS:
            yield Finding(method)


def change_is_impossible(case: Case) -> Iterator[Finding]:
    """Change is given for cash, and is less than what was handed over."""
    for place, payment in enumerate(case.transaction.data.payments, start=1):
        change_minor = payment.change_minor or 0
        if change_minor and (payment.method != CASH or change_minor > max(payment.amount_minor, 0)):
            yield Finding(str(place))


def amount_is_negative(case: Case) -> Iterator[Finding]:
    """The kind says which way money goes: amounts themselves are never below zero."""
    data = case.transaction.data
    amounts = [data.total_minor, data.tax_minor]
    for line in data.lines:
        amounts += [line.unit_price_minor, line.discount_minor, line.tax_minor, line.total_minor]
    for payment in data.payments:
        amounts += [payment.amount_minor, payment.change_minor or 0]
    lowest = min(amounts)
    if lowest < 0:
        yield Finding(str(lowest))


def amount_is_too_large(case: Case) -> Iterator[Finding]:
    data = case.transaction.data
    amounts = [data.total_minor]
    for line in data.lines:
        amounts += [line.unit_price_minor, line.discount_minor, line.total_minor]
    amounts += [payment.amount_minor for payment in data.payments]
    largest = max(amounts, key=abs)
    if abs(largest) > case.bounds.amount_minor:
        yield Finding(str(largest))


def currency_is_another(case: Case) -> Iterator[Finding]:
    if case.transaction.data.currency != case.currency:
        yield Finding(case.transaction.data.currency)
