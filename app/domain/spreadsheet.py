"""CSV files that the till writes: a spreadsheet shows their cells, and evaluates none."""

import csv
import re
from collections.abc import Iterable
from io import StringIO
from typing import TextIO

from app.domain.text import in_cell

_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""How a formula begins for one spreadsheet or another: also behind blanks, or in full width."""
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def write_rows(file: TextIO, rows: Iterable[Iterable[object]]) -> None:
    """Write rows of cells; open the file with newline=""."""
    csv.writer(file).writerows([cell(value) for value in row] for row in rows)


def as_line(row: Iterable[object]) -> str:
    """One row, without the line's end."""
    line = StringIO()
    csv.writer(line, lineterminator="").writerow(cell(value) for value in row)
    return line.getvalue()


def cell(value: object) -> object:
    """A cell's content. A text that could be a formula begins with an apostrophe; a number stays one."""
    if not isinstance(value, str):
        return value
    text = in_cell(value)
    if (_FORMULA.match(value) or _FORMULA.match(text)) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text
