"""What of a sale went back, and what is left of it: by line in quantity and money, and by payment method.

Of one sale never more goes back than was paid. A line's parts are differences of shares of the whole line,
so that any parts of it add up to what it was paid and no more. Cash is rounded on the running sum: what goes
back in coins is the rounded sum of all that was to go back in cash, less what went back before.

Returns of releases that named no lines are laid on the lines by `SaleAccount.of`: first on lines of the same
product and price, then on others of the product, the dearest first. The server has the same account by a rule
of its own; docs/protocol.md, "What of a sale went back".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from app.domain.errors import NotRefundable
from app.domain.tender import Method, Tender, round_cash
from app.domain.vocabulary.payment_methods import is_cash
from resources.words import translate


@dataclass(frozen=True)
class Amounts:
    """A quantity of a line with its discount, tax and total, in minor units."""

    quantity: int = 0
    discount_minor: int = 0
    tax_minor: int = 0
    total_minor: int = 0

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(
            self.quantity + other.quantity,
            self.discount_minor + other.discount_minor,
            self.tax_minor + other.tax_minor,
            self.total_minor + other.total_minor,
        )

    def __sub__(self, other: "Amounts") -> "Amounts":
        return Amounts(
            self.quantity - other.quantity,
            self.discount_minor - other.discount_minor,
            self.tax_minor - other.tax_minor,
            self.total_minor - other.total_minor,
        )

    def share(self, quantity: int) -> "Amounts":
        """The share of the first `quantity` of these, each amount rounded down."""
        if quantity >= self.quantity or self.quantity <= 0:
            return self
        return Amounts(
            quantity,
            self.discount_minor * quantity // self.quantity,
            self.tax_minor * quantity // self.quantity,
            self.total_minor * quantity // self.quantity,
        )


@dataclass(frozen=True)
class SoldLine:
    """A line of the sale as it was paid."""

    line_no: int
    product_id: str
    unit_price_minor: int
    paid: Amounts

    @property
    def paid_each(self) -> Fraction:
        """What was paid for the smallest part of its quantity."""
        return Fraction(self.paid.total_minor, max(1, self.paid.quantity))


@dataclass(frozen=True)
class ReturnedLine:
    """A line of a refund or void. `of_line` is the sale's line; None in those of earlier releases."""

    of_line: int | None
    product_id: str
    unit_price_minor: int
    amounts: Amounts


@dataclass(frozen=True)
class Return:
    """A refund or void of the sale, with what was paid out."""

    id: str
    lines: tuple[ReturnedLine, ...]
    payments: tuple[Tender, ...]


@dataclass(frozen=True)
class AccountLine:
    """A line of the sale, and what of it went back."""

    sold: SoldLine
    gone: Amounts = Amounts()

    @property
    def left(self) -> int:
        """The quantity that did not go back yet."""
        return max(0, self.sold.paid.quantity - self.gone.quantity)

    @property
    def left_minor(self) -> int:
        """What was paid for the line and did not go back yet."""
        return max(0, self.sold.paid.total_minor - self.gone.total_minor)

    def part(self, quantity: int) -> Amounts:
        """The next `quantity` of it: the share of all that is then gone, less what is gone now.

        Raises NotRefundable for more than is left.
        """
        if not 0 <= quantity <= self.left:
            words = translate("errors", "More than was sold cannot go back. Look at the receipt again.")
            raise NotRefundable(words)
        if quantity == 0:
            return Amounts()
        paid, gone = self.sold.paid, self.gone
        due = paid.share(gone.quantity + quantity) - gone
        return Amounts(
            quantity,
            _within(due.discount_minor, paid.discount_minor - gone.discount_minor),
            _within(due.tax_minor, paid.tax_minor - gone.tax_minor),
            _within(due.total_minor, paid.total_minor - gone.total_minor),
        )


@dataclass(frozen=True)
class AccountTender:
    """A payment of the sale: what it took, and what of that went back by it."""

    method: Method
    reference: str | None
    taken_minor: int
    gone_minor: int = 0

    @property
    def left_minor(self) -> int:
        return max(0, self.taken_minor - self.gone_minor)


@dataclass(frozen=True)
class Payout:
    """How a refund is paid out. `beyond_tenders_minor` of it goes by another method than it was paid by."""

    tenders: tuple[Tender, ...]
    beyond_tenders_minor: int = 0

    @property
    def total_minor(self) -> int:
        return sum(tender.amount_minor for tender in self.tenders)


@dataclass(frozen=True)
class SaleAccount:
    """The account of one sale. `tenders` are in the order in which they were paid."""

    lines: tuple[AccountLine, ...]
    tenders: tuple[AccountTender, ...]
    paid_out: Mapping[Method, int] = field(default_factory=dict)
    """What went back by each method, in minor units."""
    returned_minor: int = 0
    """The sum of all lines that went back, before rounding of cash."""

    @classmethod
    def of(
        cls, lines: Iterable[SoldLine], payments: Iterable[Tender], returns: Iterable[Return]
    ) -> "SaleAccount":
        """The account of a sale after these refunds and voids, in whatever order they are given."""
        in_order = sorted(returns, key=lambda one: one.id)
        paid_out: dict[Method, int] = {}
        for payment in (payment for one in in_order for payment in one.payments):
            paid_out[payment.method] = paid_out.get(payment.method, 0) + payment.net_minor
        gone = [line for one in in_order for line in one.lines]
        return cls(
            lines=_with_returned(tuple(AccountLine(line) for line in lines), gone),
            tenders=_with_paid_out(_taken(payments), in_order),
            paid_out=paid_out,
            returned_minor=sum(line.amounts.total_minor for line in gone),
        )

    @property
    def is_fully_returned(self) -> bool:
        """Whether no quantity is left to go back."""
        return all(line.left == 0 for line in self.lines)

    @property
    def left_minor(self) -> int:
        """What was paid for the sale, in cash rounded, and did not go back yet, by whatever method."""
        return max(0, self._taken_minor - sum(self.paid_out.values()))

    @property
    def _taken_minor(self) -> int:
        return sum(tender.taken_minor for tender in self.tenders)

    def line(self, line_no: int) -> AccountLine:
        """Raises NotRefundable if the sale has no such line."""
        for line in self.lines:
            if line.sold.line_no == line_no:
                return line
        words = translate("errors", "More than was sold cannot go back. Look at the receipt again.")
        raise NotRefundable(words)

    def left_of(self, method: Method) -> int:
        """What can still go back by this method without approval."""
        left = sum(tender.left_minor for tender in self.tenders if tender.method == method)
        return min(left, self.left_minor)

    @property
    def methods(self) -> tuple[Method, ...]:
        """The methods by which it was paid, in that order."""
        return tuple(dict.fromkeys(tender.method for tender in self.tenders))

    def payout(
        self,
        parts: Mapping[int, int],
        method: Method,
        *,
        cash_step_minor: int = 0,
        all_by_method: bool = False,
    ) -> Payout:
        """How quantities by line number are paid out: by `method` as far as it took money, then by others.

        With `all_by_method`, or if the method has nothing left, all of it goes by that method. The sum of the
        sale is never exceeded. Raises NotRefundable for more than is left of a line.
        """
        exact_minor = sum(
            self.line(line_no).part(quantity).total_minor for line_no, quantity in parts.items()
        )
        due_minor = self._due(exact_minor, parts, cash_step_minor)
        is_rest = due_minor == self.left_minor
        everything = all_by_method or (due_minor > 0 and self.left_of(method) == 0)
        shares = self._shares(due_minor, method, everything=everything)
        tenders: list[Tender] = []
        beyond_minor = 0
        left_minor = self.left_minor - sum(amount for each, amount in shares.items() if not is_cash(each))
        for each, amount_minor in shares.items():
            cap_minor = left_minor if everything else min(left_minor, self.left_of(each))
            paid_minor = amount_minor
            if is_cash(each):
                paid_minor = self._in_coins(amount_minor, cash_step_minor, cap_minor, is_rest=is_rest)
            beyond_minor += max(0, max(amount_minor, paid_minor) - self.left_of(each))
            tenders += self._by_tender(each, paid_minor)
        return Payout(tuple(tenders), beyond_minor)

    def _due(self, exact_minor: int, parts: Mapping[int, int], cash_step_minor: int) -> int:
        """What goes back for lines of this worth: all that is left, if they are the rest of the sale.

        The two differ by rounding of cash and no more, unless more went back of other lines than was paid.
        """
        paid_minor = sum(line.sold.paid.total_minor for line in self.lines)
        rounding_minor = max(cash_step_minor, abs(self._taken_minor - paid_minor))
        if exact_minor - self.left_minor > rounding_minor:
            words = translate(
                "errors", "So much is not left of what was paid: more went back of it elsewhere."
            )
            raise NotRefundable(words)
        is_rest = all(line.left == parts.get(line.sold.line_no, 0) for line in self.lines)
        if is_rest and self.left_minor - exact_minor <= rounding_minor:
            return self.left_minor
        return min(exact_minor, self.left_minor)

    def _shares(self, due_minor: int, method: Method, *, everything: bool) -> dict[Method, int]:
        """The amount by method before rounding of cash: the chosen one first, cash last of the others."""
        if everything:
            return {method: due_minor}
        others = sorted((each for each in self.methods if each != method), key=is_cash)
        shares: dict[Method, int] = {}
        rest_minor = due_minor
        for each in (method, *others):
            share = min(rest_minor, self.left_of(each))
            if share > 0 or each == method:
                shares[each] = share
            rest_minor -= share
        if len(shares) > 1 and not shares[method]:
            del shares[method]
        return shares

    def _in_coins(self, amount_minor: int, step: int, cap_minor: int, *, is_rest: bool) -> int:
        """The amount in coins, on the running sum of what was to go back in cash; never above the cap."""
        if is_rest:
            paid_minor = round_cash(amount_minor, step)
        else:
            before_minor = sum(amount for each, amount in self.paid_out.items() if is_cash(each))
            paid_minor = round_cash(self._cash_due_before() + amount_minor, step) - before_minor
        if paid_minor > cap_minor:
            paid_minor = cap_minor - cap_minor % step if step > 1 else cap_minor
        return max(0, paid_minor)

    def _cash_due_before(self) -> int:
        """What of the lines that went back was to be paid in cash, before rounding."""
        return self.returned_minor - sum(
            amount for method, amount in self.paid_out.items() if not is_cash(method)
        )

    def _by_tender(self, method: Method, amount_minor: int) -> list[Tender]:
        """The amount as payments: one for each of the sale's tenders of the method, with its reference."""
        rest_minor = amount_minor
        shares: dict[str | None, int] = {}
        for tender in self.tenders:
            share = min(rest_minor, tender.left_minor) if tender.method == method else 0
            if share > 0:
                shares[tender.reference] = share
                rest_minor -= share
        if rest_minor or not shares:
            shares[None] = shares.get(None, 0) + rest_minor
        return [Tender(method, share, reference=reference) for reference, share in shares.items()]


def _within(amount_minor: int, most_minor: int) -> int:
    return max(0, min(amount_minor, most_minor))


def _taken(payments: Iterable[Tender]) -> tuple[AccountTender, ...]:
    taken: dict[tuple[Method, str | None], int] = {}
    for payment in payments:
        key = payment.method, payment.reference
        taken[key] = taken.get(key, 0) + payment.net_minor
    return tuple(AccountTender(*key, amount) for key, amount in taken.items())


def _with_paid_out(
    tenders: tuple[AccountTender, ...], returns: Sequence[Return]
) -> tuple[AccountTender, ...]:
    """Payments that name a tender are taken off it first, the others off tenders of their method in order."""
    left = list(tenders)

    def take(amount_minor: int, method: Method, reference: str | None, *, named: bool) -> int:
        for place, tender in enumerate(left):
            if tender.method == method and (not named or tender.reference == reference):
                share = min(amount_minor, tender.left_minor)
                left[place] = replace(tender, gone_minor=tender.gone_minor + share)
                amount_minor -= share
        return amount_minor

    rest = [
        (payment, take(payment.net_minor, payment.method, payment.reference, named=True))
        for one in returns
        for payment in one.payments
    ]
    for payment, amount_minor in rest:
        take(amount_minor, payment.method, None, named=False)
    return tuple(left)


def _with_returned(lines: tuple[AccountLine, ...], gone: Sequence[ReturnedLine]) -> tuple[AccountLine, ...]:
    by_number = {line.sold.line_no: line for line in lines}
    unplaced: list[ReturnedLine] = []
    for returned in gone:
        line = None if returned.of_line is None else by_number.get(returned.of_line)
        if line is None:
            unplaced.append(returned)
        else:
            by_number[line.sold.line_no] = replace(line, gone=line.gone + returned.amounts)
    dearest = sorted(lines, key=lambda line: (-line.sold.paid_each, line.sold.line_no))
    for same_price in (True, False):
        unplaced = [
            left
            for returned in unplaced
            if (left := _lay(returned, dearest, by_number, same_price=same_price)).amounts.quantity > 0
        ]
    return tuple(by_number[line.sold.line_no] for line in lines)


def _lay(
    returned: ReturnedLine,
    dearest: Sequence[AccountLine],
    by_number: dict[int, AccountLine],
    *,
    same_price: bool,
) -> ReturnedLine:
    """Lay a return without line numbers on lines of its product, the dearest first; what found no place."""
    for line in dearest:
        now = by_number[line.sold.line_no]
        is_of_it = line.sold.product_id == returned.product_id and (
            not same_price or line.sold.unit_price_minor == returned.unit_price_minor
        )
        laid = min(now.left, returned.amounts.quantity)
        if is_of_it and laid > 0:
            share = returned.amounts.share(laid)
            by_number[line.sold.line_no] = replace(now, gone=now.gone + share)
            returned = replace(returned, amounts=returned.amounts - share)
    return returned
