"""What one engine of SQLite compiled, the others of the process run: in each thread, and in the next till."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, bindparam, select
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql.compiler import SQLCompiler

from sync_agent.compiled_sql import sqlite_engine
from sync_agent.store import tables as t
from sync_agent.store.database import Store


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each text that is compiled meanwhile, once for each time that it is."""
    found: list[str] = []
    real = SQLCompiler.__init__

    def compile_(self: SQLCompiler, *arguments: object, **rest: object) -> None:
        real(self, *arguments, **rest)  # type: ignore[arg-type]
        found.append(str(self))

    monkeypatch.setattr(SQLCompiler, "__init__", compile_)
    return found


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Engine, Engine]]:
    one, other = (sqlite_engine(str(tmp_path / f"{name}.sqlite")) for name in ("one", "other"))
    for engine in (one, other):
        with engine.begin() as connection:
            t.METADATA.create_all(connection, [t.preference])
    yield one, other
    one.dispose()
    other.dispose()


def test_another_engine_runs_what_one_compiled_with_values_of_its_own(
    two: tuple[Engine, Engine], compiled: list[str]
) -> None:
    wanted = select(t.preference.c.value, t.preference.c.name.label("of_this_test")).where(
        t.preference.c.name == bindparam("wanted")
    )
    for number, engine in enumerate(two):
        with engine.begin() as connection:
            connection.execute(t.preference.insert(), {"name": "n", "value": f'"{number}"'})
            assert connection.execute(wanted, {"wanted": "n"}).one() == (f'"{number}"', "n")
    assert sum("of_this_test" in statement for statement in compiled) == 1


def test_a_thread_that_reads_for_the_first_time_compiles_nothing_that_another_read(
    store: Store, compiled: list[str]
) -> None:
    wanted = select(t.preference.c.name.label("of_each_thread"))

    def read() -> int:
        with store.reading() as connection:
            return len(connection.execute(wanted).all())

    read()
    for _ in range(3):
        with ThreadPoolExecutor(1) as thread:
            thread.submit(read).result()
    assert sum("of_each_thread" in statement for statement in compiled) == 1


def test_another_kind_of_dialect_is_another() -> None:
    engine = sqlite_engine("x.sqlite")
    assert engine.dialect == sqlite_engine("y.sqlite").dialect
    assert engine.dialect != SQLiteDialect_pysqlite()
    assert engine.dialect.name == "sqlite"
