"""The least that could be done: raw sqlite3 writing the very rows that a program wrote, durably.

The rows are those in which two files of one database differ; they are written into a copy of the first, so
many to a transaction, with FULL, from memory: no lookups, no rules, no JSON.
"""

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any


class Difference:
    """What was written between `before` and `after`, by table."""

    def __init__(self, before: Path, after: Path) -> None:
        self._before = before
        with closing(sqlite3.connect(before)) as old, closing(sqlite3.connect(after)) as new:
            self.rows = {name: _new_rows(old, new, name) for name in _tables(new)}

    @property
    def count(self) -> int:
        return sum(len(rows) for rows in self.rows.values())

    def write(self, path: Path, *, transactions: int) -> float:
        """Seconds that raw sqlite3 takes for the same rows, in so many transactions of equal size."""
        shutil.copy(self._before, path)
        with closing(sqlite3.connect(path, isolation_level=None, cached_statements=512)) as connection:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-32000"):
                connection.execute(f"PRAGMA {pragma}")
            began_s = time.perf_counter()
            for number in range(transactions):
                connection.execute("BEGIN IMMEDIATE")
                for table, rows in self.rows.items():
                    some = rows[len(rows) * number // transactions : len(rows) * (number + 1) // transactions]
                    if some:
                        marks = ",".join("?" * len(some[0]))
                        connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", some)  # noqa: S608
                connection.execute("COMMIT")
            return time.perf_counter() - began_s


def _tables(connection: sqlite3.Connection) -> list[str]:
    """Without the shadows of a full-text index: triggers write those."""
    found = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%\\_search%' ESCAPE '\\'"
        " AND name NOT LIKE 'sqlite%' AND name <> 'alembic_version'"
    )
    return [name for (name,) in found]


def _new_rows(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    known = set(old.execute(f"SELECT * FROM {table}"))  # noqa: S608 - names of our own tables
    return [row for row in new.execute(f"SELECT * FROM {table}") if row not in known]  # noqa: S608
