"""The server's account of a sale: what of each line and payment went back, and by which return too much.

A rule of its own, shared with no till. Returns count in the order in which they happened: of two tills that
gave one line back, the later return is the one that goes beyond. docs/protocol.md, "What of a sale went
back".
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from server_stub.operations.flags.case import Case, Completed
from server_stub.operations.flags.judging import Finding, on_transaction
from server_stub.vocabulary import SALE
from sync_agent.contract.operations import TransactionLine


def goes_beyond_sale(case: Case) -> Iterator[Finding]:
    """With this return, more went back of a line, by a payment or in all than the sale has."""
    own, sale = case.transaction, case.original
    if not own.takes_back or sale is None or sale.data.kind != SALE:
        return
    earlier = [one for one in case.returns if _place(one) < _place(own)]
    before, after = _beyond(sale, earlier), _beyond(sale, [*earlier, own])
    if any(now > then for now, then in zip(after, before, strict=True)):
        yield Finding(own.reference_in_words, on_transaction(own.reference or ""))


def _place(returned: Completed) -> tuple[int, str]:
    return returned.corrected_ms, returned.id


def _beyond(sale: Completed, returns: Sequence[Completed]) -> tuple[int, ...]:
    """By how much each figure of the sale is exceeded: its lines' quantities and amounts, all of its lines'
    amounts, what was paid out by another method than it was paid by, and all that was paid out.
    """
    quantities, amounts = _lines(sale, returns)
    gone_minor = sum(line.total_minor for one in returns for line in one.data.lines)
    sold_minor = sum(line.total_minor for line in sale.data.lines)
    return (*quantities, *amounts, max(0, gone_minor - sold_minor), *_payments(sale, returns))


@dataclass
class _Line:
    sold: TransactionLine
    quantity: int = 0
    amount_minor: int = 0

    @property
    def room(self) -> int:
        return max(0, self.sold.quantity - self.quantity)

    def take(self, quantity: int, amount_minor: int) -> None:
        self.quantity += quantity
        self.amount_minor += amount_minor


def _lines(sale: Completed, returns: Iterable[Completed]) -> tuple[list[int], list[int]]:
    """By how much each line's quantity and amount are exceeded; last, what is of no line."""
    lines = {number: _Line(line) for number, line in enumerate(sale.data.lines, start=1)}
    unplaced: list[tuple[TransactionLine, int, int]] = []
    for one in sorted(returns, key=lambda returned: returned.id):
        for line in one.data.lines:
            place = lines.get(line.of_line) if line.of_line is not None else None
            if place is None:
                unplaced.append((line, line.quantity, line.total_minor))
            else:
                place.take(line.quantity, line.total_minor)
    for same_price in (True, False):
        unplaced = [_lay(*what, list(lines.values()), same_price=same_price) for what in unplaced]
    over = [max(0, line.quantity - line.sold.quantity) for line in lines.values()]
    over.append(sum(max(0, quantity) for _, quantity, _ in unplaced))
    over_minor = [max(0, line.amount_minor - line.sold.total_minor) for line in lines.values()]
    return over, over_minor


def _lay(
    line: TransactionLine, quantity: int, amount_minor: int, lines: list[_Line], *, same_price: bool
) -> tuple[TransactionLine, int, int]:
    """Lays a return that names no line on the dearest lines of its product; what finds no room is left."""
    fitting = [
        one
        for one in lines
        if one.sold.product_id == line.product_id
        and (not same_price or one.sold.unit_price_minor == line.unit_price_minor)
    ]
    # The highest amount for a piece first: a / b > c / d is a * d > c * b, and sorting is stable.
    while quantity > 0 and any(one.room for one in fitting):
        dearest = next(one for one in fitting if one.room)
        for one in fitting:
            if one.room and _paid_each_is_more(one.sold, dearest.sold):
                dearest = one
        taken = min(quantity, dearest.room)
        share_minor = amount_minor * taken // quantity
        dearest.take(taken, share_minor)
        quantity, amount_minor = quantity - taken, amount_minor - share_minor
    return line, quantity, amount_minor


def _paid_each_is_more(line: TransactionLine, other: TransactionLine) -> bool:
    return line.total_minor * other.quantity > other.total_minor * line.quantity


def _payments(sale: Completed, returns: Sequence[Completed]) -> tuple[int, int]:
    """What was paid out by methods that had not taken it and that nobody approved, and what beyond all."""
    if not sale.data.payments:
        return 0, 0  # what it was paid by is not known; the sale itself is flagged for that
    left: dict[str, int] = {}
    for payment in sale.data.payments:
        left[payment.method] = (
            left.get(payment.method, 0) + payment.amount_minor - (payment.change_minor or 0)
        )
    all_left, by_others = sum(left.values()), 0
    for one in sorted(returns, key=_place):
        excess = 0
        for payment in one.data.payments:
            paid_out = payment.amount_minor - (payment.change_minor or 0)
            taken = min(paid_out, max(0, left.get(payment.method, 0)))
            left[payment.method] = left.get(payment.method, 0) - taken
            excess += paid_out - taken
            all_left -= paid_out
        by_others += max(0, excess - one.other_tender_minor)
    return by_others, max(0, -all_left)
