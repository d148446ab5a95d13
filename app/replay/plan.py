"""A shop's history as a plan for tills: the sales, refunds and adjustments in a file of invoices.

It only reads the file of UCI's "Online Retail" (CSV, or CSV in xz) line by line; nothing is sold here. A line
that cannot be sold is refused, with its line number and the reason; no line is skipped silently.

The rule of signs, in the file's own terms:

- a line with a positive quantity is sold: it moves stock by −Quantity;
- a line of a cancellation (its invoice begins with C, its quantity is negative) is refunded: it moves stock
  by +|Quantity|;
- any other line with a negative quantity is an adjustment by the shop: the quantity is the signed change of
  stock ("damages", −10 takes ten away), and the description is its note.

So an invoice that mixes positive and negative lines becomes a sale and several adjustments. Codes are
case sensitive: 85123A and 85123a are two articles. A shop compares article numbers as people see them, so
the later of the two gets another number.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from app.domain.errors import DomainError
from app.domain.money import AMOUNT_MAX_MINOR
from app.domain.quantity import QUANTITY_MAX
from app.packed_text import LINE_MAX, UnreadableText, open_text
from sync_agent.contract.article import sku_key
from sync_agent.contract.stock import MovementReason
from sync_agent.contract.wire import to_ms
from sync_agent.ports import Rng

RULES = (
    "A line with a positive quantity is sold and moves stock by -Quantity.",
    "A cancellation (its invoice begins with C) is refunded and moves stock by +|Quantity|.",
    "Any other negative line is a stock adjustment: its quantity is the signed change of stock as the shop"
    " wrote it, its description is the note.",
    "Codes are exact: upper and lower case are two articles, the later with another article number.",
    "Prices beyond two decimals are rounded half-even to pence.",
    "Times are UK local time.",
)

COLUMNS = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
ZONE = ZoneInfo("Europe/London")
CODE_LENGTH_MAX = 64
NAME_LENGTH_MAX = 200
NOTE_LENGTH_MAX = 2000

_PENNY = Decimal("0.01")
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+")
_DECIMAL_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


class BadHistory(DomainError):
    """The file is not readable as a shop's history."""


# --- the plan ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A quantity of an article at the file's price; positive."""

    code: str
    description: str
    quantity: int
    price_minor: int


@dataclass(frozen=True, slots=True)
class PlannedSale:
    """The lines of an invoice with positive quantities."""

    invoice: str
    occurred_ms: int
    lines: tuple[PlannedLine, ...]


@dataclass(frozen=True, slots=True)
class PlannedRefund:
    """A cancellation: its lines are returned, with positive quantities."""

    invoice: str
    occurred_ms: int
    lines: tuple[PlannedLine, ...]


@dataclass(frozen=True, slots=True)
class PlannedAdjustment:
    """A correction of stock by the shop; `quantity` is the signed change, always negative in this file."""

    invoice: str
    occurred_ms: int
    code: str
    quantity: int
    reason: MovementReason
    note: str


Planned = PlannedSale | PlannedRefund | PlannedAdjustment


@dataclass(frozen=True, slots=True)
class PlannedProduct:
    """An article with its most frequent name and price; without a price where it is never sold."""

    code: str
    name: str
    price_minor: int | None
    other_number: str | None = None
    """Its article number, where an earlier code is the same article number in another spelling."""

    @property
    def article_number(self) -> str:
        return self.other_number or self.code


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that no till can sell, and why. `line_number` counts from 1, including the header."""

    line_number: int
    reason: str
    raw: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoundedPrice:
    """A price of the file with more than two decimals, as written and as rounded to pence."""

    line_number: int
    code: str
    written: str
    price_minor: int


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """All steps between two dates, in chronological order."""

    steps: tuple[Planned, ...]
    products: tuple[PlannedProduct, ...]
    refused: tuple[Refused, ...]
    rounded_prices: tuple[RoundedPrice, ...]
    lines_in_range: int

    def sums(self, kind: type[Planned]) -> Counter[str]:
        """Quantities of a kind of step by code: positive for sales and refunds, signed for adjustments."""
        sums: Counter[str] = Counter()
        for step in self.steps:
            if isinstance(step, kind):
                for line in (step,) if isinstance(step, PlannedAdjustment) else step.lines:
                    sums[line.code] += line.quantity
        return sums

    def count(self, kind: type[Planned]) -> int:
        """The number of steps of a kind."""
        return sum(isinstance(step, kind) for step in self.steps)


# --- classifying codes and notes -----------------------------------------------------------------------

_NOT_GOODS = {
    "not goods: postage and carriage are services, nothing leaves the shelf": ("POST", "DOT", "C2"),
    "not goods: a manual entry is an amount keyed in by hand, it names no article": ("M", "m"),
    "not goods: a discount takes off money, not stock": ("D",),
    "not goods: a charge for samples names no article": ("S",),
    "not goods: bad debt is bookkeeping": ("B",),
    "not goods: fees and commissions are paid to others": ("BANK CHARGES", "AMAZONFEE", "CRUK"),
}
_NOT_GOODS_BY_CODE = {code: reason for reason, codes in _NOT_GOODS.items() for code in codes}
_VOUCHER_PREFIX = "gift_"
_VOUCHER = "not goods: a gift voucher is money owed, not an article on the shelf"

_SPOILT = re.compile(
    r"damag|dagamed|broke|break|smash|crush|crack|destroy|thr(ow|own) ?away|unsal|rust|mould|\bwet\b|smudge"
    r"|faulty",
    re.IGNORECASE,
)


def not_goods(code: str) -> str | None:
    """The reason why a code is not an article, such as postage; None where it is."""
    return _VOUCHER if code.startswith(_VOUCHER_PREFIX) else _NOT_GOODS_BY_CODE.get(code)


def adjustment_reason(note: str) -> MovementReason:
    """Waste where the note mentions spoilt goods, otherwise a correction."""
    return MovementReason.WASTE if _SPOILT.search(note) else MovementReason.CORRECTION


# --- reading the file --------------------------------------------------------------------------------


@contextmanager
def open_history(path: Path) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """The file's rows below its header, with line numbers. Raises BadHistory, also during iteration."""
    try:
        # An invalid byte in a description must not cost its line.
        with open_text(path, encoding="utf-8-sig", errors="replace") as text:
            reader = csv.reader(_bounded_lines(text))
            header = next(reader, [])
            if tuple(header) != COLUMNS:
                raise BadHistory(
                    f"{path.name} does not begin with the columns {','.join(COLUMNS)}, but with"
                    f" “{','.join(header):.200}”."
                )
            yield ((reader.line_num, row) for row in reader if row)
    except UnreadableText as error:
        raise BadHistory(f"{path} cannot be read: it {error}") from error
    except csv.Error as error:
        raise BadHistory(f"{path} cannot be read: {error}") from error


def _bounded_lines(text: TextIO) -> Iterator[str]:
    while line := text.readline(LINE_MAX + 1):
        if len(line) > LINE_MAX:
            raise csv.Error(f"it has a line of more than {LINE_MAX:,} characters")
        yield line


def read_plan(path: Path, from_date: date | None = None, to_date: date | None = None) -> ReplayPlan:
    """The plan for the days from `from_date` to `to_date`, inclusive. Raises BadHistory."""
    planner = _Planner(from_date or date.min, to_date or date.max)
    with open_history(path) as rows:
        for line_number, row in rows:
            planner.take(line_number, row)
    return planner.plan()


class _Impossible(Exception):
    """The line cannot be carried out at a till; the text is the reason."""


@dataclass(frozen=True, slots=True)
class _Line:
    line_number: int
    invoice: str
    code: str
    description: str
    quantity: int
    price: Decimal
    occurred_ms: int

    @property
    def price_minor(self) -> int:
        return int(self.price.quantize(_PENNY, ROUND_HALF_EVEN) * 100)

    @property
    def is_cancellation(self) -> bool:
        return self.invoice.startswith("C")

    @property
    def is_adjustment(self) -> bool:
        return self.quantity < 0 and not self.is_cancellation


@dataclass(slots=True)
class _Invoice:
    """An invoice, collected from lines that need not be adjacent; the first gives its time."""

    occurred_ms: int
    sold: list[PlannedLine] = field(default_factory=list)
    refunded: list[PlannedLine] = field(default_factory=list)
    adjusted: list[PlannedAdjustment] = field(default_factory=list)

    def steps(self, invoice: str) -> Iterator[Planned]:
        if self.sold:
            yield PlannedSale(invoice, self.occurred_ms, tuple(self.sold))
        if self.refunded:
            yield PlannedRefund(invoice, self.occurred_ms, tuple(self.refunded))
        yield from self.adjusted


@dataclass(slots=True)
class _Article:
    """How often an article was sold under which name and at which price."""

    names: Counter[str] = field(default_factory=Counter)
    prices: Counter[int] = field(default_factory=Counter)

    def product(self, code: str) -> PlannedProduct:
        return PlannedProduct(
            code,
            name=self.names.most_common(1)[0][0] if self.names else code,
            price_minor=self.prices.most_common(1)[0][0] if self.prices else None,
        )


class _Planner:
    """Builds a plan from the lines of the file; `plan` returns it."""

    def __init__(self, from_date: date, to_date: date) -> None:
        self._from_date = from_date
        self._to_date = to_date
        self._invoices: dict[str, _Invoice] = {}
        self._articles: dict[str, _Article] = {}
        self._refused: list[Refused] = []
        self._rounded: list[RoundedPrice] = []
        self._lines_in_range = 0

    def take(self, line_number: int, row: list[str]) -> None:
        try:
            line = self._read(line_number, row)
        except _Impossible as impossible:
            self._lines_in_range += 1
            self._refused.append(Refused(line_number, str(impossible), tuple(row)))
        else:
            if line is not None:
                self._lines_in_range += 1
                self._place(line)

    def plan(self) -> ReplayPlan:
        invoices = sorted(self._invoices.items(), key=lambda item: item[1].occurred_ms)
        return ReplayPlan(
            steps=tuple(step for name, invoice in invoices for step in invoice.steps(name)),
            products=tuple(self._products()),
            refused=tuple(self._refused),
            rounded_prices=tuple(self._rounded),
            lines_in_range=self._lines_in_range,
        )

    def _products(self) -> Iterator[PlannedProduct]:
        spellings: Counter[str | None] = Counter()
        for code, article in self._articles.items():
            product, key = article.product(code), sku_key(code)
            spellings[key] += 1
            nth = spellings[key]
            yield product if nth == 1 else replace(product, other_number=f"{code} ({nth})")

    def _read(self, line_number: int, row: list[str]) -> _Line | None:
        """The line, or None outside the dates. Raises _Impossible."""
        if len(row) != len(COLUMNS):
            raise _Impossible("impossible: not as many fields as the header has")
        invoice, code, description, quantity, moment, price = (text.strip() for text in row[:6])
        occurred = _moment(moment)
        if not self._from_date <= occurred.date() <= self._to_date:
            return None
        _check_names(invoice, code)
        line = _Line(
            line_number=line_number,
            invoice=invoice,
            code=code,
            description=description[:NOTE_LENGTH_MAX],
            quantity=_quantity(quantity),
            price=_price(price),
            occurred_ms=to_ms(occurred.replace(tzinfo=occurred.tzinfo or ZONE)),
        )
        _check_amounts(line)
        return line

    def _place(self, line: _Line) -> None:
        article = self._articles.setdefault(line.code, _Article())
        invoice = self._invoices.setdefault(line.invoice, _Invoice(line.occurred_ms))
        if line.is_adjustment:
            # Its description is a note and its price is zero: neither is the article's.
            invoice.adjusted.append(_adjustment(line))
            return
        price_minor = line.price_minor
        if price_minor != line.price * 100:
            self._rounded.append(RoundedPrice(line.line_number, line.code, str(line.price), price_minor))
        description = line.description[:NAME_LENGTH_MAX]
        if description:
            article.names[description] += 1
        article.prices[price_minor] += 1
        lines = invoice.refunded if line.is_cancellation else invoice.sold
        lines.append(PlannedLine(line.code, description, abs(line.quantity), price_minor))


def _moment(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written)
    except ValueError as error:
        raise _Impossible("impossible: the date cannot be read") from error


def _check_names(invoice: str, code: str) -> None:
    if not invoice:
        raise _Impossible("impossible: no invoice number")
    if not code:
        raise _Impossible("impossible: no article code")
    if max(len(invoice), len(code)) > CODE_LENGTH_MAX:
        raise _Impossible("impossible: a number or code longer than a till takes")
    reason = not_goods(code)
    if reason is not None:
        raise _Impossible(reason)


def _quantity(written: str) -> int:
    if not _WHOLE_NUMBER.fullmatch(written):
        raise _Impossible("impossible: the quantity is not a whole number")
    if len(written) > len(str(QUANTITY_MAX)) + 1:
        raise _Impossible("impossible: more than a till can handle")
    quantity = int(written)
    if quantity == 0:
        raise _Impossible("impossible: the quantity is zero")
    return quantity


def _price(written: str) -> Decimal:
    if not _DECIMAL_NUMBER.fullmatch(written):
        raise _Impossible("impossible: the price is not a number")
    price = Decimal(written)
    if price < 0:
        raise _Impossible("impossible: the price is negative")
    if price * 100 > AMOUNT_MAX_MINOR:
        raise _Impossible("impossible: more than a till can handle")
    return price


def _check_amounts(line: _Line) -> None:
    if line.is_cancellation and line.quantity > 0:
        raise _Impossible("impossible: a cancellation with a positive quantity")
    if abs(line.quantity) > QUANTITY_MAX or abs(line.quantity) * line.price_minor > AMOUNT_MAX_MINOR:
        raise _Impossible("impossible: more than a till can handle")


def _adjustment(line: _Line) -> PlannedAdjustment:
    return PlannedAdjustment(
        invoice=line.invoice,
        occurred_ms=line.occurred_ms,
        code=line.code,
        quantity=line.quantity,
        reason=adjustment_reason(line.description),
        note=line.description,
    )


# --- dealing to tills --------------------------------------------------------------------------------


def deal(steps: Sequence[Planned], tills: int, rng: Rng) -> list[list[Planned]]:
    """Deal the invoices to the tills at random; order within a till and whole invoices are preserved."""
    dealt: list[list[Planned]] = [[] for _ in range(tills)]
    till_of: dict[str, int] = {}
    for step in steps:
        if step.invoice not in till_of:
            till_of[step.invoice] = min(int(rng.uniform(0, tills)), tills - 1)
        dealt[till_of[step.invoice]].append(step)
    return dealt
