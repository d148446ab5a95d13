"""How a kind of flag is judged: a pure function of a case, that yields what it found.

A finding's `depends_on` names what may change the answer when it arrives: a product, a shift, a transaction.
It is stored with the flag, so that an arrival finds the transactions that are to be judged again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from server_stub.operations.flags.case import Case


@dataclass(frozen=True, slots=True)
class Finding:
    """What a judge found. `subject` follows the flag's code; empty: the transaction as a whole."""

    subject: str = ""
    depends_on: str | None = None


Judge = Callable[[Case], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag of one transaction: its code and subject, as written on the wire."""

    code: str
    subject: str = ""
    depends_on: str | None = None

    @property
    def written(self) -> str:
        return f"{self.code}:{self.subject}" if self.subject else self.code


def code_of(written: str) -> str:
    """The code of a flag as written: the word before the colon."""
    return written.partition(":")[0]


def on_product(product_id: str) -> str:
    return f"product:{product_id}"


def on_shift(shift_id: str) -> str:
    return f"shift:{shift_id}"


def on_transaction(name: str) -> str:
    """`name` is an id or a receipt number."""
    return f"transaction:{name}"
