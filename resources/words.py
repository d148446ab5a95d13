"""Words for a person, in the language of whoever is at the till.

The rules, the services and the agent say everything in English here; a window installs a translator (Qt's).
The first argument names the context in the translation files, the second is the English text. `n` is a count:
"%n" in the text becomes it, and each language has its own plural forms; English writes "%n item(s)".
Commands and logs speak English.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Protocol


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


_translators: list[Translator] = [english]
_decimal_points = ["."]
_clocks: list[Callable[[datetime], str]] = [twenty_four_hours]


def install(
    translator: Translator,
    decimal_point: str = ".",
    clock: Callable[[datetime], str] = twenty_four_hours,
) -> None:
    """Say everything from now on in another language; `install(english)` goes back."""
    _translators[0] = translator
    _decimal_points[0] = decimal_point
    _clocks[0] = clock


def translate(context: str, text: str, n: int = -1) -> str:
    """The text in the language in use. Placeholders in braces are left for the caller to fill."""
    return _translators[0](context, text, n)


def in_figures(plain: str) -> str:
    """A plain figure such as "-1.250" as the language in use writes it: "-1,250"."""
    return plain.replace(".", _decimal_points[0])


def time_of_day(moment: datetime) -> str:
    """Hour and minute as the language in use writes them; `moment` is in the zone of whoever reads it."""
    return _clocks[0](moment)
