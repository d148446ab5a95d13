"""The till's vocabularies (code lists), a table each: forms, reports and receipts take their texts from it.

`movement_reasons`, `payment_methods`, `transaction_kinds`, `units`, `roles` and `flags` hold the tables. A
new code is a new row and its translations. The server has its own tables of the same codes
(`server_stub/vocabulary.py`); a test compares the two.

A code from a newer version is in no table. Looking it up never fails: the row for it shows the code itself,
moves no stock or money and permits nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar


class Row(Protocol):
    """What every row has: the code on the wire and in the database."""

    @property
    def code(self) -> str: ...


RowT = TypeVar("RowT", bound=Row)


@dataclass(frozen=True)
class Table(Generic[RowT]):
    """Rows by code, in display order. `unknown` makes the row of any other code."""

    rows: dict[str, RowT]
    unknown: Callable[[str], RowT] = field(compare=False)

    @classmethod
    def of_rows(cls, rows: Iterable[RowT], unknown: Callable[[str], RowT]) -> "Table[RowT]":
        return cls({row.code: row for row in rows}, unknown)

    def of(self, code: str) -> RowT:
        """The row of a code; an unknown code gets a row from `unknown`."""
        row = self.rows.get(code)
        return self.unknown(code) if row is None else row

    def knows(self, code: str) -> bool:
        """Whether the table has a row for this code."""
        return code in self.rows

    def all(self) -> tuple[RowT, ...]:
        """All rows, in display order."""
        return tuple(self.rows.values())

    def in_order(self, codes: Iterable[str]) -> list[str]:
        """Codes in the order of the table; unknown codes last, alphabetically."""
        places = {code: place for place, code in enumerate(self.rows)}
        return sorted(codes, key=lambda code: (places.get(code, len(places)), code))
