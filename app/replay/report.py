"""The result of a replay: the same sums from the file, the server and every till.

The file's sums are computed here from the file again, independently of the plan, so that a mistake in the
plan shows as a disagreement.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import orjson

from app.domain.money import AMOUNT_MAX_MINOR
from app.domain.quantity import QUANTITY_MAX
from app.domain.spreadsheet import as_line
from app.replay.plan import (
    CODE_LENGTH_MAX,
    PlannedAdjustment,
    PlannedRefund,
    PlannedSale,
    Refused,
    ReplayPlan,
    RoundedPrice,
    not_goods,
    open_history,
)
from sync_agent import private_files

EXAMPLES_MAX = 5


@dataclass(frozen=True)
class CodeSums:
    """The movements of a StockCode since the start, on each side and in the file.

    `csv`, `server` and `tills` are sums of movements. `server_level` and `till_levels` are quantities on hand
    now less those at the start, which must be equal to them. `sold` and `refunded` are positive quantities,
    `adjusted` is signed, so that other rules of signs can be computed from them.
    """

    csv: int
    server: int
    server_level: int
    tills: list[int]
    till_levels: list[int]
    sold: int
    refunded: int
    adjusted: int

    @property
    def agree(self) -> bool:
        return {self.csv} == {self.server, self.server_level, *self.tills, *self.till_levels}


@dataclass(frozen=True)
class TillCounts:
    """The outcome of a till's operations. `duplicates` were received twice and answered as repeated."""

    operations: int
    sent: int
    retries: int
    duplicates: int
    completed: int
    conflicts: int
    dead_letters: int
    quarantined: int
    waiting: int


@dataclass(frozen=True)
class OutageTaken:
    """An actual cut of a till's link, in sales; it ends at the latest with the till's last sale."""

    till: int
    cut_before: int
    restored_after: int


@dataclass(frozen=True)
class RefusedByReason:
    lines: int
    examples: list[dict[str, str | int]]


@dataclass(frozen=True)
class Unsold:
    """A planned step that the till refused, with its message."""

    invoice: str
    reason: str


@dataclass(frozen=True)
class Unfinished:
    """What a till had not finished when the replay stopped waiting: its connection, cursors and the heads."""

    till: int
    waiting: int
    connection: str
    cursors: dict[str, int]
    heads: dict[str, int]


@dataclass(frozen=True)
class Seconds:
    prepare: float
    sell: float
    settle: float
    total: float


@dataclass(frozen=True)
class ReplayReport:
    """The report, in the form of its JSON file."""

    agree: bool
    disagreeing: list[str]
    settled: bool
    unfinished: list[Unfinished]
    file: str
    from_date: date | None
    to_date: date | None
    seed: int
    tills: int
    outages: str
    outages_taken: list[OutageTaken]
    rules: tuple[str, ...]
    lines: int
    sales: int
    refunds: int
    adjustments: int
    products_created: int
    products_reused: int
    operations: int
    sent: int
    retries: int
    duplicates: int
    conflicts: int
    dead_letters: int
    quarantined: int
    by_till: list[TillCounts]
    unsold: list[Unsold]
    refused_lines: int
    refused: dict[str, RefusedByReason]
    rounded_prices: list[RoundedPrice]
    attention: list[str]
    seconds: Seconds
    sales_per_second: float
    totals: CodeSums
    codes: dict[str, CodeSums]


def write_report(report: ReplayReport, path: Path) -> None:
    """Write it as indented JSON."""
    private_files.make_folder(path.parent)
    private_files.write(path, orjson.dumps(report, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


# --- the file's own sums -----------------------------------------------------------------------------


def sums_of_file(path: Path, from_date: date | None, to_date: date | None) -> Counter[str]:
    """The sums of stock movements in the file between two dates, by code (case sensitive)."""
    moved: Counter[str] = Counter()
    first, last = (from_date or date.min).isoformat(), (to_date or date.max).isoformat()
    with open_history(path) as rows:
        for _, row in rows:
            if len(row) == 8 and first <= row[4].strip()[:10] <= last:
                moved.update(_movement_of([text.strip() for text in row]))
    return moved


def _movement_of(row: list[str]) -> dict[str, int]:
    invoice, code, _, quantity_text, moment, price_text, *_ = row
    try:
        quantity, price = int(quantity_text), float(price_text)
        datetime.fromisoformat(moment)
    except ValueError:
        return {}
    cancelled = invoice.startswith("C")
    sensible = (
        0 < len(invoice) <= CODE_LENGTH_MAX
        and 0 < len(code) <= CODE_LENGTH_MAX
        and not not_goods(code)
        and 0 < abs(quantity) <= QUANTITY_MAX
        and 0 <= abs(quantity) * price * 100 <= AMOUNT_MAX_MINOR
        and not (cancelled and quantity > 0)
    )
    if not sensible:
        return {}
    return {code: quantity if quantity < 0 and not cancelled else -quantity}


# --- comparing ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moved:
    """Sums of movements and changes of stock level by code, on one side."""

    sums: Counter[str]
    levels: Counter[str]


def compare(plan: ReplayPlan, file: Counter[str], server: Moved, tills: list[Moved]) -> dict[str, CodeSums]:
    """The sums of all sides by code, sorted by code."""
    sold, refunded, adjusted = (plan.sums(kind) for kind in (PlannedSale, PlannedRefund, PlannedAdjustment))
    codes = {product.code for product in plan.products} | file.keys()
    return {
        code: CodeSums(
            csv=file[code],
            server=server.sums[code],
            server_level=server.levels[code],
            tills=[till.sums[code] for till in tills],
            till_levels=[till.levels[code] for till in tills],
            sold=sold[code],
            refunded=refunded[code],
            adjusted=adjusted[code],
        )
        for code in sorted(codes)
    }


def total(codes: Iterable[CodeSums], tills: int) -> CodeSums:
    """The sums over all codes."""
    every = list(codes)
    return CodeSums(
        csv=sum(sums.csv for sums in every),
        server=sum(sums.server for sums in every),
        server_level=sum(sums.server_level for sums in every),
        tills=[sum(sums.tills[till] for sums in every) for till in range(tills)],
        till_levels=[sum(sums.till_levels[till] for sums in every) for till in range(tills)],
        sold=sum(sums.sold for sums in every),
        refunded=sum(sums.refunded for sums in every),
        adjusted=sum(sums.adjusted for sums in every),
    )


def refused_by_reason(refused: Iterable[Refused]) -> dict[str, RefusedByReason]:
    """Refused lines by reason: their number and the first examples, as written in the file."""
    lines: dict[str, list[Refused]] = {}
    for line in refused:
        lines.setdefault(line.reason, []).append(line)
    return {
        reason: RefusedByReason(
            len(refusals),
            [{"line": line.line_number, "text": as_line(line.raw)} for line in refusals[:EXAMPLES_MAX]],
        )
        for reason, refusals in sorted(lines.items())
    }
