"""What a SQLite database says, read past the program that keeps it."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any


def read_rows(database: Path, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
    """The rows of a SELECT; the database may be in use, and is only read."""
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(statement, parameters).fetchall()
