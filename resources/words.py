"""Words for a person, in the language of whoever is at the till.

The rules, the services and the agent say everything in English here; a window installs a translator (Qt's).
The first argument names the context in the translation files, the second is the English text. `n` is a count:
"%n" in the text becomes it, and each language has its own plural forms; English writes "%n item(s)".
Commands and logs speak English.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

MINUS = "\u2212"


class Translator(Protocol):
    def __call__(self, context: str, text: str, n: int = -1, /) -> str: ...


def english(_context: str, text: str, n: int = -1) -> str:
    """The text itself, with its count and the plural that goes with it."""
    return text if n < 0 else plural(text, n).replace("%n", str(n))


def plural(text: str, n: int) -> str:
    """The English text with the plural that goes with a count.

    "entry(ies)" is one entry, or two entries; "(needs|need)" is one of the two.
    """
    text = re.sub(r"\((\w+)\|(\w+)\)", r"\1" if n == 1 else r"\2", text)
    if n == 1:
        return re.sub(r"\(\w+\)", "", text)
    return re.sub(r"y\(ies\)", "ies", text).replace("(s)", "s").replace("(es)", "es")


def twenty_four_hours(moment: datetime) -> str:
    """14:05"""
    return f"{moment:%H:%M}"


@dataclass(frozen=True)
class Figures:
    """How a language writes them. `before_sign` keeps a sign at the left where people read from the right.

    `group_sizes`: digits of the last group, and of each before it (12,34,567 is 3 and 2). `currency_sign` is
    the sign of `currency`, the currency of the language's country (ISO 4217).
    """

    decimal_point: str = "."
    before_sign: str = ""
    clock: Callable[[datetime], str] = twenty_four_hours
    group_separator: str = ","
    group_sizes: tuple[int, int] = (3, 3)
    currency: str = ""
    currency_sign: str = ""


_translators: list[Translator] = [english]
_figures = [Figures()]


def install(translator: Translator, figures: Figures | None = None) -> None:
    """Say everything from now on in another language; `install(english)` goes back."""
    _translators[0] = translator
    _figures[0] = figures or Figures()


def translate(context: str, text: str, n: int = -1) -> str:
    """The text in the language in use. Placeholders in braces are left for the caller to fill."""
    return _translators[0](context, text, n)


@dataclass(frozen=True)
class Text:
    """An English text that is written down where the program is read in, and translated when it is shown.

    `str(text)` is it in the language in use, `text.of(n)` with a count. Made by `marked`, so that the texts
    of a table reach the translation files.
    """

    context: str
    source: str

    def __str__(self) -> str:
        return translate(self.context, self.source)

    def of(self, n: int) -> str:
        """With a count, for a source that has "%n" in it."""
        return translate(self.context, self.source, n)


Words = Text | str
"""What a table says: a text to be translated, or a plain one that is shown as it is."""


def marked(context: str, text: str) -> Text:
    """A text for a table: gathered into the translation files like one given to `translate`."""
    return Text(context, text)


def figures_in_use() -> Figures:
    """How the language in use writes figures."""
    return _figures[0]


def in_figures(plain: str) -> str:
    """A plain figure such as "-1.250" as the language in use writes it: "-1,250"."""
    return plain.replace(".", _figures[0].decimal_point)


def negative(figure: str) -> str:
    """A figure below zero: −3."""
    return f"{_figures[0].before_sign}{MINUS}{figure}"


def positive(figure: str) -> str:
    """A figure that was added: +12."""
    return f"{_figures[0].before_sign}+{figure}"


def time_of_day(moment: datetime) -> str:
    """Hour and minute as the language in use writes them; `moment` is in the zone of whoever reads it."""
    return _figures[0].clock(moment)
