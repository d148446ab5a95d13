"""Control letters in what a person types: the contract's rule (`sync_agent.contract.text`); a test compares.

A reason or note loses them: nobody is kept from selling by what they cannot see. A name is seen by the whole
shop for years, and is refused with the letter's number.
"""

import re
import unicodedata

from app.domain.errors import DomainError, quoted
from resources.words import translate

FILE_NAME_MAX = 80
_POP_ISOLATE = "\u2069"
_ISOLATE = re.compile("[\u2066-\u2069]")
MARKS_MAX = 8
"""On one letter: Tibetan writes some, no language more."""
_MARKS = {"Mn", "Me"}

_NONCHARACTERS = (
    *range(0xFDD0, 0xFDF0),
    *(plane << 16 | last for plane in range(17) for last in (0xFFFE, 0xFFFF)),
)
_NO_PART = "\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\ud800-\udfff" + "".join(
    map(chr, _NONCHARACTERS)
)
_CONTROL = re.compile(f"[{_NO_PART}]")
_CONTROL_IN_LINES = re.compile(f"(?!\n)[{_NO_PART}]")
_BLANKS = re.compile("[\t\n\v\f\r\x85\u2028\u2029]+")
_ON_PAPER: dict[int, str | None] = dict.fromkeys(
    (
        *range(0x20),
        *range(0x7F, 0xA0),
        *range(0x2028, 0x202F),
        *range(0x206A, 0x2070),
        *range(0xFFF9, 0xFFFC),
        *range(0xD800, 0xE000),
        *_NONCHARACTERS,
    )
)
_ON_PAPER |= dict.fromkeys(map(ord, "\t\n\v\f\r\x85\u2028\u2029"), " ")


class ControlLetter(DomainError):
    """A name with a letter that nobody sees, and that printers, terminals or the text beside it act on."""

    def __init__(self, text: str, letter: str) -> None:
        words = translate("errors", "“{text}” has a letter that nobody sees ({letter}). Type it again.")
        super().__init__(words.format(text=quoted(without_controls(text)), letter=letter))


def without_controls(text: str) -> str:
    """A text of one line without control letters: what parts words becomes a blank, all others go."""
    if _CONTROL.search(text) is None:
        return text
    return _CONTROL.sub("", _BLANKS.sub(" ", text)).strip()


def must_be_seen(text: str, *, lines: bool = False) -> str:
    """The text. Raises ControlLetter; with `lines`, a newline is none."""
    found = (_CONTROL_IN_LINES if lines else _CONTROL).search(text)
    if found is not None:
        raise ControlLetter(text, f"U+{ord(found[0]):04X}")
    return text


def on_paper(text: str) -> str:
    """A text of one line as a slip or a window may have it: closed isolates stay, which the till itself sets
    around figures. A name that opens or closes one alone would turn round the text beside it. A letter has no
    more marks than scripts give it, so that none is drawn over other lines.
    """
    if text.isascii() and text.isprintable():
        return text
    plain = _with_few_marks(text.translate(_ON_PAPER))
    return plain if _ISOLATE.search(plain) is None else _with_closed_isolates(plain)


def _with_closed_isolates(text: str) -> str:
    opened: list[int] = []
    alone: set[int] = set()
    for place, letter in enumerate(text):
        if letter == _POP_ISOLATE:
            if opened:
                opened.pop()
            else:
                alone.add(place)
        elif _ISOLATE.match(letter):
            opened.append(place)
    alone.update(opened)
    return "".join(letter for place, letter in enumerate(text) if place not in alone) if alone else text


def _with_few_marks(text: str) -> str:
    marks, kept = 0, []
    for letter in text:
        marks = marks + 1 if unicodedata.category(letter) in _MARKS else 0
        if marks <= MARKS_MAX:
            kept.append(letter)
    return "".join(kept)


def as_file_name(text: str, ending: str) -> str:
    """A name as a file's: in no other folder, hidden nowhere, and without what a file system refuses."""
    plain = re.sub(r'[\\/:*?"<>|]+', "-", without_controls(text))[:FILE_NAME_MAX].strip(" .-")
    return f"{plain or 'evertill'}{ending}"


def in_cell(text: str) -> str:
    """A text as a spreadsheet's cell may have it: with its lines, and without other control letters."""
    # A byte that is no letter in a file's encoding is read as half a surrogate pair.
    text = text.encode("utf-8", "backslashreplace").decode()
    return _CONTROL_IN_LINES.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
