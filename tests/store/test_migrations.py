"""The till's schema: migrations make what the tables say, and the data of a newer till is left alone."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from sync_agent.errors import HomeInUse, SchemaTooNew
from sync_agent.store.database import Store
from sync_agent.store.device import read_device, record_enrolment
from sync_agent.store.home import Home
from sync_agent.store.migrations import HEAD, migrate
from sync_agent.store.migrations.upgrade import alembic_config
from sync_agent.store.tables import METADATA
from tests.kit.clocks import CountingIds, InlineExecutor, ManualClock
from tests.kit.homes import IDENTITY

NOT_IN_TABLES_PY = ("catalogue_search", "alembic_version", "sqlite_")
"""The search index, which is no declared table, and the internal tables of alembic and SQLite."""


def open_store(home: Path) -> Store:
    return Store.open(Home(home), clock=ManualClock(), ids=CountingIds(), executor=InlineExecutor())


def is_in_tables_py(name: str) -> bool:
    return not name.startswith(NOT_IN_TABLES_PY)


def described(connection: Connection) -> dict[str, dict[str, Any]]:
    """Every table as SQLite reports it: whether it is strict, its columns, keys and indexes."""
    tables = connection.execute(
        text("SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    )
    return {
        name: {
            "strict": bool(strict),
            "columns": sorted(_pragma(connection, "table_info", name, 'name, type, "notnull", pk')),
            "references": sorted(_pragma(connection, "foreign_key_list", name, '"from", "table", "to"')),
            "indexes": sorted(
                (
                    unique,
                    partial,
                    _pragma(connection, "index_info", index, "name"),
                    _condition(connection, index),
                )
                for index, unique, partial in _pragma(
                    connection, "index_list", name, 'name, "unique", partial'
                )
            ),
        }
        for name, strict in tables.all()
        if is_in_tables_py(name)
    }


def _pragma(connection: Connection, pragma: str, name: str, columns: str) -> list[tuple[Any, ...]]:
    rows = connection.execute(text(f"SELECT {columns} FROM pragma_{pragma}(:name)"), {"name": name})  # noqa: S608 - written above
    return [tuple(row) for row in rows]


def _condition(connection: Connection, index: str) -> str:
    """The WHERE of a partial index, "" without one."""
    written = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": index})
    # The key of a table WITHOUT ROWID is an index of no row in that list.
    return str(written.scalar() or "").partition(" WHERE ")[2]


# --- what migrations make ----------------------------------------------------------------------------


@pytest.fixture
def migrated(tmp_path: Path) -> Any:
    engine = create_engine(f"sqlite:///{tmp_path / 'migrated.sqlite'}")
    migrate(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_an_empty_file_becomes_exactly_the_tables_of_this_release(migrated: Connection) -> None:
    def compared(_: object, name: str | None, kind: str, *__: object) -> bool:
        return kind != "table" or name is None or is_in_tables_py(name)

    context = MigrationContext.configure(migrated, opts={"include_object": compared, "compare_type": True})
    assert compare_metadata(context, METADATA) == []


def test_migrations_and_tables_agree_in_every_column_key_and_index(migrated: Connection) -> None:
    fresh = create_engine("sqlite://")
    METADATA.create_all(fresh)
    with fresh.connect() as connection:
        wanted = described(connection)
    fresh.dispose()
    made = described(migrated)
    assert made.keys() == wanted.keys() == METADATA.tables.keys()
    for name, table in wanted.items():
        assert made[name] == table, name


def test_what_was_sold_of_a_product_is_found_by_an_index(migrated: Connection) -> None:
    """Without one, each product that the till does not know costs 0.3 s among 400,000 sold lines."""
    last = "SELECT description FROM sale_line WHERE product_id = 'mug' ORDER BY sale_id DESC LIMIT 1"
    [step] = [row.detail for row in migrated.execute(text(f"EXPLAIN QUERY PLAN {last}"))]
    assert step == "SEARCH sale_line USING INDEX sale_line_product (product_id=?)"


def test_every_table_is_strict(migrated: Connection) -> None:
    assert [name for name, table in described(migrated).items() if not table["strict"]] == []


def test_a_strict_table_takes_no_words_for_a_quantity(store: Store) -> None:
    with closing(sqlite3.connect(store.home.database)) as raw:
        insert = "INSERT INTO stock_level VALUES ('main', 'mug', ?, 1, 0)"
        for odd in ("a dozen", 1.5):
            with pytest.raises(sqlite3.IntegrityError, match="cannot store"):
                raw.execute(insert, (odd,))


# --- opening -----------------------------------------------------------------------------------------


def test_opening_twice_is_harmless(tmp_path: Path) -> None:
    first = open_store(tmp_path / "till")
    first.submit(lambda tx: record_enrolment(tx, IDENTITY)).result()
    first.close()
    before = contents(tmp_path / "till")
    second = open_store(tmp_path / "till")
    with second.reading() as connection:
        assert read_device(connection) == IDENTITY
    second.close()
    assert contents(tmp_path / "till") == before


def test_a_home_that_is_open_is_not_opened_again_and_its_till_goes_on(store: Store) -> None:
    with pytest.raises(HomeInUse, match="already working on"):
        open_store(store.home.path)
    with store.reading() as connection:
        assert read_device(connection) == IDENTITY


def contents(home: Path) -> list[str]:
    """All rows of a closed till's database, as SQL."""
    with closing(sqlite3.connect(Home(home).database)) as raw:
        return list(raw.iterdump())


# --- a newer till's data -----------------------------------------------------------------------------


@pytest.fixture
def of_a_later_release(tmp_path: Path) -> Path:
    """The home of a till that a later release has worked on: a revision and a table unknown here."""
    home = tmp_path / "till"
    enrolled = open_store(home)
    enrolled.submit(lambda tx: record_enrolment(tx, IDENTITY)).result()
    enrolled.close()
    with closing(sqlite3.connect(Home(home).database)) as raw:
        raw.execute("CREATE TABLE loyalty_card (id TEXT PRIMARY KEY) STRICT")
        raw.execute("UPDATE alembic_version SET version_num = 'from the future'")
        raw.commit()
    return home


def test_the_data_of_a_later_release_is_refused_in_words(of_a_later_release: Path) -> None:
    with pytest.raises(SchemaTooNew, match=r"newer Evertill.*nothing was changed"):
        open_store(of_a_later_release)


def test_the_data_of_a_later_release_is_not_touched(of_a_later_release: Path) -> None:
    database = Home(of_a_later_release).database
    before = database.read_bytes(), contents(of_a_later_release)
    with pytest.raises(SchemaTooNew):
        open_store(of_a_later_release)
    assert (database.read_bytes(), contents(of_a_later_release)) == before


def test_a_refused_home_is_given_back_so_that_the_newer_till_can_open_it(of_a_later_release: Path) -> None:
    with pytest.raises(SchemaTooNew):
        open_store(of_a_later_release)
    with closing(sqlite3.connect(Home(of_a_later_release).database)) as raw:
        raw.execute("DROP TABLE loyalty_card")
        head = ScriptDirectory.from_config(alembic_config()).get_current_head()
        raw.execute("UPDATE alembic_version SET version_num = ?", (head,))
        raw.commit()
    again = open_store(of_a_later_release)
    with again.reading() as connection:
        assert read_device(connection) == IDENTITY
    again.close()


def test_the_newest_revision_is_the_one_that_a_start_looks_for() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == HEAD
