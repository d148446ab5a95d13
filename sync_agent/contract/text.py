"""Control letters: what no name, note, code or other text for people may hold.

One rule for the server, the till's forms, its import of catalogues, and whatever prints, logs or exports:

- **No part of a text** are C0 and C1 controls and DEL (a receipt printer and a terminal act on them), the
  bidirectional embeddings, overrides and isolates U+202A to U+202E and U+2066 to U+2069 (they turn round what
  stands beside the text), their deprecated kin U+206A to U+206F, the separators U+2028 and U+2029, the
  annotations U+FFF9 to U+FFFB, halves of a surrogate pair, and noncharacters: programs use those for marks of
  their own, as Qt does U+FDD0, at which it begins a new line.
- A newline is part of a text that has several lines, and of no other.
- **Part of a text** are the joiners ZWJ and ZWNJ and the marks LRM, RLM and ALM: Persian, Arabic, Indic
  scripts and emoji are not written without them. So are what parts words without being seen (U+200B,
  U+FEFF), variation selectors, tags (flags are written with them), private use and what Unicode has not
  assigned yet: nothing acts on them.

Who reads a text decides what follows, by the `context` of pydantic's validation: a request is refused
(`REFUSING`), what a till's queue brings is cleaned (`Cleaning`), and without a context a text stays as it is:
what the other side sends as information stops nothing, and both sides make their digests of the same letters.
"""

import re
from typing import Any, Protocol

from pydantic import ValidationInfo

TEXT_CLEANED = "text_cleaned"
"""The flag of an operation whose texts were cleaned."""

_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
)
_NO_PART = f"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\ud800-\udfff{_NONCHARACTERS}"
_CONTROL = re.compile(f"[{_NO_PART}]")
_CONTROL_IN_LINES = re.compile(f"(?!\n)[{_NO_PART}]")
_BLANKS = re.compile("[\t\n\v\f\r\x85\u2028\u2029]+")
_BLANKS_IN_LINES = re.compile("[\t\v\f]+")
_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
_TEXTS = "texts"


class Texts(Protocol):
    """What a reader does with a text that has control letters."""

    def judge(self, text: str, *, lines: bool) -> str: ...


class Refuses:
    """Refuses such a text, and names the first of its control letters."""

    def judge(self, text: str, *, lines: bool) -> str:
        raise ValueError(f"the control letter {named(text, lines=lines)} stands in it")


class Cleaning:
    """Cleans such texts; `has_cleaned` says whether there was one."""

    def __init__(self) -> None:
        self.has_cleaned = False

    def judge(self, text: str, *, lines: bool) -> str:
        self.has_cleaned = True
        return without_controls(text, lines=lines)

    @property
    def context(self) -> dict[str, Any]:
        """The context of validation that cleans by this."""
        return {_TEXTS: self}


REFUSING: dict[str, Any] = {_TEXTS: Refuses()}
"""The context of validation that refuses texts with control letters."""


def has_controls(text: str, *, lines: bool = False) -> bool:
    """Whether a text has control letters; with `lines`, a newline is none."""
    if text.isascii() and text.isprintable():
        return False
    return (_CONTROL_IN_LINES if lines else _CONTROL).search(text) is not None


def without_controls(text: str, *, lines: bool = False) -> str:
    """The text without control letters: what parts words becomes a blank, all others go.

    With `lines`, every line's end becomes a newline.
    """
    if not has_controls(text, lines=lines):
        return text
    if lines:
        in_lines = _BLANKS_IN_LINES.sub(" ", _LINE_ENDS.sub("\n", text))
        return _CONTROL_IN_LINES.sub("", in_lines)
    return _CONTROL.sub("", _BLANKS.sub(" ", text)).strip()


def escaped(text: str, *, lines: bool = False) -> str:
    """The text with its control letters written out, as \\x1b: for terminals and logs."""
    if not has_controls(text, lines=lines):
        return text
    return (_CONTROL_IN_LINES if lines else _CONTROL).sub(_written_out, text)


def named(text: str, *, lines: bool = False) -> str:
    """The first control letter of a text by its number, as U+001B; empty if it has none."""
    found = (_CONTROL_IN_LINES if lines else _CONTROL).search(text)
    return "" if found is None else f"U+{ord(found[0]):04X}"


def _written_out(letter: re.Match[str]) -> str:
    number = ord(letter[0])
    return f"\\x{number:02x}" if number <= 0xFF else f"\\u{number:04x}"


def cleaned(value: Any) -> Any:
    """A JSON value whose texts have no control letters but newlines."""
    if isinstance(value, str):
        return without_controls(value, lines=True)
    if isinstance(value, dict):
        return {name: cleaned(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(one) for one in value]
    return value


# --- as validators of the contract's fields --------------------------------------------------------------


def one_line(text: str, info: ValidationInfo) -> str:
    """Judges a text of one line."""
    texts: Texts | None = info.context and info.context.get(_TEXTS)
    return texts.judge(text, lines=False) if texts and has_controls(text) else text


def in_lines(text: str, info: ValidationInfo) -> str:
    """Judges a text of several lines, whose ends may be written as a spreadsheet's or a browser's."""
    texts: Texts | None = info.context and info.context.get(_TEXTS)
    if not texts or not has_controls(text, lines=True):
        return text
    plain = text.replace("\r\n", "\n")
    return texts.judge(plain, lines=True) if has_controls(plain, lines=True) else plain


def in_tree(value: Any, info: ValidationInfo) -> Any:
    """Judges all texts of a JSON value whose fields the contract does not know."""
    if isinstance(value, str):
        return in_lines(value, info)
    if isinstance(value, dict):
        return {in_lines(str(name), info): in_tree(one, info) for name, one in value.items()}
    if isinstance(value, list):
        return [in_tree(one, info) for one in value]
    return value
