"""Figures as people type them and as an input field writes them: the one reader of the till.

Decimal and group marks are those of the language in use (`resources.words.Figures`). Digits, blanks, minus
signs, apostrophes and percent signs of any script are folded first. Marks of other places are read too where
only one number can be meant: "12.50" in German is 12.50. A text that could be two numbers is refused; figures
are never floats. Why Babel: docs/decisions/0021-babel-reads-figures.md.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from enum import Enum
from functools import lru_cache

from app.domain.errors import quoted
from resources.words import Figures, figures_in_use, in_figures, translate

FIGURE_LENGTH_MAX = 64
"""The longest text that is read as a figure; input fields for figures hold as many characters.

A shorter field would cut off what is pasted, and with it digits.
"""

_GROUPS_OF_THREE = (3, 3)
_STRICT_LOCALES = {_GROUPS_OF_THREE: "en", (3, 2): "en_IN"}
"""Sizes of the last group and of those before it → a Babel locale with these, "," and "."."""

_EXACT = Context(prec=2 * FIGURE_LENGTH_MAX)
_AMBIGUOUS_MARKS = {".", ","}
"""Decimal marks here, group marks there. Blanks, apostrophes and Arabic marks are the same everywhere."""

_FOLDED = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"),
    **dict.fromkeys("\ufe62\uff0b", "+"),
    **dict.fromkeys("\u2018\u2019\u02bc\u02b9\u2032\uff07`\u00b4", "'"),
    **dict.fromkeys("\u066a\ufe6a\uff05", "%"),
    **dict.fromkeys("\ufe52\uff0e", "."),
    **dict.fromkeys("\ufe50\uff0c", ","),
}
_MARKS_IN_ASCII = str.maketrans({"`": "'"})


class Problem(Enum):
    """Why a text is not read as a figure."""

    NO_FIGURE = "no figure"
    TWO_FIGURES = "two figures"
    TOO_MANY_DECIMALS = "too many decimals"


class Unreadable(ValueError):
    """The text is refused. `could_be`: the two numbers, where it could be either."""

    def __init__(self, problem: Problem, could_be: tuple[str, str] = ("", "")) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.could_be = could_be

    def words(self, written: str, decimals: int, no_figure: str) -> str:
        """For whoever typed it; `no_figure` is the sentence where there is no number at all."""
        match self.problem:
            case Problem.NO_FIGURE:
                return no_figure
            case Problem.TWO_FIGURES:
                first, second = self.could_be
                words = translate(
                    "errors",
                    "“{written}” could be {first} or {second}. Type it without marks between thousands.",
                )
                return words.format(written=quoted(written), first=first, second=second)
            case Problem.TOO_MANY_DECIMALS:
                words = translate("errors", "“{written}” has more than %n decimal(s).", decimals)
        return words.format(written=quoted(written))


def fold(text: str) -> str:
    """The text with digits of any script as 0 to 9, one kind of blank, minus, plus, apostrophe and percent
    sign, and without invisible characters such as direction marks.

    A tab or a newline inside is no blank: what it parts are two cells or lines, and never one figure.
    """
    if text.isascii():
        return text.translate(_MARKS_IN_ASCII).strip()
    folded = []
    for letter in text:
        category = unicodedata.category(letter)
        if category == "Nd":
            folded.append(str(unicodedata.decimal(letter)))
        elif category == "Zs":
            folded.append(" ")
        elif category != "Cf":
            folded.append(_FOLDED.get(letter, letter))
    return "".join(folded).strip()


def read_day(text: str) -> date:
    """A day as fields write it in every language, "2027-01-31", in digits of any script. Raises ValueError.

    Days in a language's own order are not read: 01/02 is January in one place and February in another.
    """
    return date.fromisoformat(fold(text))


@dataclass(frozen=True)
class _Reading:
    """A number as one reader understands it."""

    groups: tuple[str, ...]
    fraction: str
    value: Decimal


def read_units(
    text: str,
    decimals: int,
    *,
    figures: Figures | None = None,
    sizes: tuple[int, int] = _GROUPS_OF_THREE,
    zeros: bool = False,
    foreign: bool = True,
) -> int:
    """The number in units of its last decimal: "12.50" with two decimals is 1250. Raises Unreadable.

    `figures`: how it is written, else as the language in use does; `sizes` are accepted beside the language's
    own sizes of groups. With `zeros`, more decimals than `decimals` are accepted if they are zeros. Without
    `foreign`, "." and "," are read as in `figures` alone.
    """
    style = figures or figures_in_use()
    folded = fold(text)
    match = re.fullmatch(r"([-+]?) ?(.*)", folded)
    if match is None or len(folded) > FIGURE_LENGTH_MAX:
        raise Unreadable(Problem.NO_FIGURE)
    reading = _chosen(match[2], decimals, _Marks.of(style, sizes, foreign=foreign))
    fraction = reading.fraction.rstrip("0") if zeros else reading.fraction
    if len(fraction) > decimals:
        raise Unreadable(Problem.TOO_MANY_DECIMALS)
    units = int(_EXACT.scaleb(reading.value, decimals))
    return -units if match[1] == "-" else units


@dataclass(frozen=True)
class _Marks:
    """The marks of the language, and whether those of others are read."""

    decimal: str
    group: str
    sizes: frozenset[tuple[int, int]]
    decimals: frozenset[str]
    groups: frozenset[str]

    @classmethod
    @lru_cache(maxsize=32)
    def of(cls, style: Figures, sizes: tuple[int, int], *, foreign: bool) -> "_Marks":
        decimal = _FOLDED.get(style.decimal_point, style.decimal_point)
        # A blank is stripped at the ends of a text; as a mark it counts.
        group = fold(f"0{style.group_separator}0")[1:-1]
        return cls(
            decimal,
            group,
            frozenset((_GROUPS_OF_THREE, style.group_sizes, sizes)),
            frozenset({decimal, "٫"} | (_AMBIGUOUS_MARKS if foreign else set())),
            frozenset({group, " ", "'", "٬"} | (_AMBIGUOUS_MARKS if foreign else set())) - {""},
        )


def _chosen(body: str, decimals: int, marks: _Marks) -> _Reading:
    """The one number that `body` can be."""
    parts = re.split(r"(\D)", body)
    digits, between = parts[::2], parts[1::2]
    if not any(digits) or not all(digits[1:-1]):
        raise Unreadable(Problem.NO_FIGURE)
    whole = _as_grouped(digits, between, marks)
    divided = _as_decimal(digits, between, marks)
    if whole is None or divided is None:
        only = whole or divided
        if only is None:
            raise Unreadable(Problem.NO_FIGURE)
        return only
    mark = between[-1]
    if mark == marks.decimal and len(divided.fraction) <= decimals:
        return divided
    if mark == marks.decimal and len(divided.fraction.rstrip("0")) > decimals:
        raise Unreadable(Problem.TOO_MANY_DECIMALS)
    if mark != marks.decimal and not decimals:
        return whole
    raise Unreadable(Problem.TWO_FIGURES, (_plain(divided, marks.decimal), _plain(whole, marks.decimal)))


def _as_grouped(digits: list[str], between: list[str], marks: _Marks) -> _Reading | None:
    """As a whole number, all marks parting groups."""
    if not between:
        return _strict(tuple(digits), "", marks)
    if len(set(between)) > 1 or between[0] not in marks.groups:
        return None
    return _strict(tuple(digits), "", marks)


def _as_decimal(digits: list[str], between: list[str], marks: _Marks) -> _Reading | None:
    """With the last mark as the decimal mark, and those before it parting groups."""
    if not between or between[-1] not in marks.decimals:
        return None
    groups = set(between[:-1])
    if len(groups) > 1 or not groups <= marks.groups - {between[-1]}:
        return None
    return _strict((digits[0] or "0", *digits[1:-1]), digits[-1], marks)


def _strict(groups: tuple[str, ...], fraction: str, marks: _Marks) -> _Reading | None:
    """Babel's strict reading, in each of the accepted sizes of groups."""
    # Babel takes a tenth of a second to load, and nothing is typed while a window starts.
    from babel.numbers import NumberFormatError, parse_decimal  # noqa: PLC0415

    point = f".{fraction}" if fraction else ""
    for sizes in marks.sizes:
        if len(groups) > 1 and len(groups[-1]) != sizes[0]:
            continue
        locale = _STRICT_LOCALES.get(sizes)
        if locale is None:
            if not _is_regular(groups, sizes):
                continue
            locale, groups = "en", ("".join(groups),)
        try:
            value = parse_decimal(",".join(groups) + point, locale=locale, strict=True)
        except NumberFormatError:
            continue
        return _Reading(groups, fraction, value)
    return None


def _is_regular(groups: tuple[str, ...], sizes: tuple[int, int]) -> bool:
    last, others = sizes
    wanted = (others,) * (len(groups) - 2) + (last,)
    return len(groups) == 1 or (
        0 < len(groups[0]) <= others and tuple(len(group) for group in groups[1:]) == wanted
    )


def _plain(reading: _Reading, decimal_mark: str) -> str:
    """Without groups."""
    whole = "".join(reading.groups)
    return f"{whole}{decimal_mark}{reading.fraction}" if reading.fraction else whole


def write_units(units: int, decimals: int) -> str:
    """The counterpart of `read_units` for an input field, without groups: 1250 with two is "12.50"."""
    sign = "-" if units < 0 else ""
    whole, fraction = divmod(abs(units), 10**decimals)
    return in_figures(f"{sign}{whole}.{fraction:0{decimals}d}" if decimals else f"{sign}{whole}")
