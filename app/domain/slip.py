"""Slips: receipts and reports as rows of plain text, independent of printer and screen.

So a receipt, an X report and a reprint look alike on paper, in a PDF and on the screen. Paper width and the
printer's character set are left to app/printing and app/ui.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from textwrap import wrap

from app.domain.text import on_paper


class Weight(StrEnum):
    PLAIN = "plain"
    STRONG = "strong"
    LARGE = "large"


@dataclass(frozen=True)
class Centred:
    """A centred line: the shop's name, a greeting."""

    text: str
    weight: Weight = Weight.PLAIN


@dataclass(frozen=True)
class Pair:
    """Text at the start of the line and a figure at its end."""

    text: str
    figure: str = ""
    weight: Weight = Weight.PLAIN


@dataclass(frozen=True)
class Rule:
    """A line across the paper."""


Row = Centred | Pair | Rule


@dataclass(frozen=True)
class Slip:
    """The rows of a slip, without control letters. `title` names it in a window and in a file's name."""

    title: str
    rows: tuple[Row, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", on_paper(self.title))
        object.__setattr__(self, "rows", tuple(map(_on_paper, self.rows)))

    def texts(self) -> Iterable[str]:
        """All its texts, for choosing a character set."""
        for row in self.rows:
            match row:
                case Centred():
                    yield row.text
                case Pair():
                    yield from (row.text, row.figure)
                case Rule():
                    pass


def _on_paper(row: Row) -> Row:
    match row:
        case Centred():
            return replace(row, text=on_paper(row.text))
        case Pair():
            return replace(row, text=on_paper(row.text), figure=on_paper(row.figure))
        case Rule():
            return row


def set_in_columns(slip: Slip, columns: int) -> list[tuple[str, Weight]]:
    """The slip as lines of `columns` characters, for a printer with a fixed-width font.

    Large letters are twice as wide. Long words are broken rather than lost.
    """
    lines: list[tuple[str, Weight]] = []
    for row in slip.rows:
        match row:
            case Rule():
                lines.append(("-" * columns, Weight.PLAIN))
            case Centred():
                room = columns // 2 if row.weight is Weight.LARGE else columns
                lines += [(part.center(room).rstrip(), row.weight) for part in _wrapped(row.text, room)]
            case Pair():
                room = columns // 2 if row.weight is Weight.LARGE else columns
                lines += [(line, row.weight) for line in _pair(row, room)]
    return lines


def _pair(row: Pair, columns: int) -> list[str]:
    if not row.figure:
        return _wrapped(row.text, columns)
    *before, last = _wrapped(row.text, max(columns - len(row.figure) - 1, columns // 2))
    gap = columns - len(last) - len(row.figure)
    if gap < 1:
        return [*before, last, row.figure.rjust(columns)]
    return [*before, f"{last}{' ' * gap}{row.figure}"]


def _wrapped(text: str, columns: int) -> list[str]:
    """The text in lines of at most `columns` characters; at least one line, without loss."""
    return wrap(text, columns) or [""]
