"""Words for a person, in the language of whoever is at the till.

The rules and the services say everything in English here; a window installs a translator (Qt's). The first
argument names the context of the translation files, the second is the English text. `n` is a count: "%n" in
the text becomes it, and each language has its own plural forms; English writes "%n item(s)".
"""

import re
from typing import Protocol


class Translator(Protocol):
    def __call__(self, context: str, text: str, n: int = -1, /) -> str: ...


def english(_context: str, text: str, n: int = -1) -> str:
    """The text itself, with its count and the plural that goes with it."""
    return text if n < 0 else plural(text, n).replace("%n", str(n))


def plural(text: str, n: int) -> str:
    """The English text with the plural that goes with a count: "entry(ies)" is one entry, or two entries."""
    if n == 1:
        return re.sub(r"\(\w+\)", "", text)
    return re.sub(r"y\(ies\)", "ies", text).replace("(s)", "s").replace("(es)", "es")


_translators: list[Translator] = [english]


def install(translator: Translator) -> None:
    """Say everything from now on in another language; `install(english)` goes back."""
    _translators[0] = translator


def translate(context: str, text: str, n: int = -1) -> str:
    """The text in the language in use. Placeholders in braces are left for the caller to fill."""
    return _translators[0](context, text, n)
