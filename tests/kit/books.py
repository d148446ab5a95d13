"""Accounts made by hand: from the rows of a SQLite database, read without the program that owns it."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.domain.shift import ShiftTotals
from tests.kit.waiting import WAIT_S

_GIVES = {"sale": 1, "refund": -1, "void": -1}
"""What is turnover, and its sign."""


def read_rows(database: Path, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
    """The rows of a SELECT; the database may be in use, and is only read."""
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(statement, parameters).fetchall()


def change_rows(database: Path, statement: str, parameters: Mapping[str, object]) -> None:
    """Runs one statement on a database that may be in use."""
    with closing(sqlite3.connect(database, timeout=WAIT_S)) as connection, connection:
        connection.execute(statement, parameters)


@dataclass
class Account:
    """Sums of till transactions, in minor units, by name."""

    sums: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def add(self, amount: int, *name: object) -> None:
        self.sums[tuple(map(str, name))] += amount

    def filled(self) -> dict[tuple[str, ...], int]:
        """Those that are not zero."""
        return {name: amount for name, amount in self.sums.items() if amount}


def of_the_journal(database: Path, *, but: frozenset[str] = frozenset()) -> Account:
    """All till transactions of a till's database but those with the ids `but`."""
    account, signs = Account(), dict[str, int]()
    for sale_id, kind, total, rounding in read_rows(
        database, "SELECT id, kind, total_minor, rounding_minor FROM sale"
    ):
        if sale_id not in but:
            signs[sale_id] = _GIVES.get(kind, 0)
            account.add(1, "count", kind)
            account.add(total, "total", kind)
            account.add(signs[sale_id] * rounding, "rounding")
    for sale_id, method, amount, change in read_rows(
        database, "SELECT sale_id, method, amount_minor, change_minor FROM payment"
    ):
        account.add(signs.get(sale_id, 0) * (amount - change), "method", method)
    for sale_id, rate, gross, tax, discount in read_rows(
        database, "SELECT sale_id, tax_rate_ppm, total_minor, tax_minor, discount_minor FROM sale_line"
    ):
        sign = signs.get(sale_id, 0)
        account.add(sign * gross, "gross", rate)
        account.add(sign * tax, "tax", rate)
        account.add(sign * discount, "discounts")
    return account


def of_reports(reports: Iterable[ShiftTotals]) -> Account:
    """The sums of X and Z reports."""
    account = Account()
    for report in reports:
        for kind, total in report.by_kind.items():
            account.add(total.count, "count", kind)
            account.add(total.total_minor, "total", kind)
        for method, amount in report.by_method.items():
            account.add(amount, "method", method)
        for tax in report.taxes:
            account.add(tax.gross_minor, "gross", tax.rate_ppm)
            account.add(tax.tax_minor, "tax", tax.rate_ppm)
        account.add(report.discounts_minor, "discounts")
        account.add(report.rounding_minor, "rounding")
    return account
