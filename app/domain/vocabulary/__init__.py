"""The till's vocabularies, a table each. What a form, a report or a receipt says comes from the table.

`movement_reasons`, `payment_methods`, `transaction_kinds`, `units`, `roles` and `flags` own one each. A new
word is one row, and its translations. The server has its own tables of the same codes
(`server_stub/vocabulary.py`); a test compares the two.

A code from a newer program is in no table. Looking it up never fails: it gives a row that shows the code
itself, moves nothing and permits nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar


class Row(Protocol):
    """What every row has: the word that travels on the wire and is stored."""

    @property
    def code(self) -> str: ...


RowT = TypeVar("RowT", bound=Row)


@dataclass(frozen=True)
class Table(Generic[RowT]):
    """Rows by code, in the order in which people see them. `unknown` makes the row of any other code."""

    rows: dict[str, RowT]
    unknown: Callable[[str], RowT] = field(compare=False)

    @classmethod
    def of_rows(cls, rows: Iterable[RowT], unknown: Callable[[str], RowT]) -> "Table[RowT]":
        return cls({row.code: row for row in rows}, unknown)

    def of(self, code: str) -> RowT:
        """The row of a code, whatever the code."""
        row = self.rows.get(code)
        return self.unknown(code) if row is None else row

    def knows(self, code: str) -> bool:
        return code in self.rows

    def all(self) -> tuple[RowT, ...]:
        return tuple(self.rows.values())

    def in_order(self, codes: Iterable[str]) -> list[str]:
        """Codes as the table has them, the unknown ones last, by name."""
        places = {code: place for place, code in enumerate(self.rows)}
        return sorted(codes, key=lambda code: (places.get(code, len(places)), code))
