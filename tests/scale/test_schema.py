"""The schema on PostgreSQL: equal to the program's tables, with row-level security and a separate owner."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from server_stub.store import tables
from server_stub.store.database import sqlalchemy_url
from server_stub.store.migrations import SchemaNotReady, config_for, make_ready, migrate
from tests.kit.postgresql import SERVER_ROLE, FreshDatabase, Postgres, demo_shops

pytestmark = [pytest.mark.xdist_group("scale"), pytest.mark.slow]

Fresh = Callable[..., FreshDatabase]


def test_migrations_make_the_tables_that_the_program_has(fresh_database: Fresh) -> None:
    database = fresh_database()
    migrate(database.owner_url, server_role=SERVER_ROLE)
    engine = create_engine(sqlalchemy_url(database.owner_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.METADATA) == []
    engine.dispose()


def test_people_of_before_begin_with_the_rights_that_they_have(fresh_database: Fresh) -> None:
    """Row-level security holds for the schema's owner too: without a tenant it sees no rows."""
    database = fresh_database(demo_shops)
    config = config_for(database.owner_url)
    engine = create_engine(sqlalchemy_url(database.owner_url))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    engine.dispose()
    migrate(database.owner_url, server_role=SERVER_ROLE)
    begun = database.rows("SELECT user_id, role, active FROM user_version WHERE from_ms = 0 ORDER BY user_id")
    assert begun == database.rows("SELECT id, role, 1 - disabled FROM user_account ORDER BY id")
    assert len(begun) == 4
    walled = "SELECT relforcerowsecurity FROM pg_class WHERE relname IN ('user_account', 'user_version')"
    assert database.rows(walled) == [(True,), (True,)]


def test_the_clock_of_before_is_believed_by_what_it_wrote(fresh_database: Fresh) -> None:
    database = fresh_database(demo_shops)
    config = config_for(database.owner_url)
    engine = create_engine(sqlalchemy_url(database.owner_url))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0008")
    engine.dispose()
    migrate(database.owner_url, server_role=SERVER_ROLE)
    proved = database.rows("SELECT tenant_id, proved_ms FROM tenant ORDER BY 1")
    assert proved == database.rows("SELECT tenant_id, max(at_ms) FROM change GROUP BY 1 ORDER BY 1")
    assert len(proved) == 2
    walled = "SELECT relforcerowsecurity FROM pg_class WHERE relname IN ('tenant', 'change')"
    assert database.rows(walled) == [(True,), (True,)]


def test_every_table_is_walled_off_even_from_its_owner(fresh_database: Fresh) -> None:
    walled = fresh_database().rows(
        "SELECT c.relname, count(p.polname) FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid"
        " WHERE c.relrowsecurity AND c.relforcerowsecurity AND p.polqual IS NOT NULL"
        " AND p.polwithcheck IS NOT NULL AND p.polcmd = '*' GROUP BY 1"
    )
    assert dict(walled) == dict.fromkeys(tables.METADATA.tables, 1)


def test_the_server_starts_as_its_own_role_alone(fresh_database: Fresh) -> None:
    database = fresh_database()
    make_ready(database.server_url)
    for url in (database.owner_url, database.superuser_url):
        with pytest.raises(SchemaNotReady, match="row-level security"):
            make_ready(url)


def test_the_server_does_not_start_on_an_older_schema(postgres: Postgres) -> None:
    bare = postgres.empty_database()
    with pytest.raises(SchemaNotReady, match="evertill server migrate"):
        make_ready(bare.server_url)
    postgres.drop(bare)


def test_the_servers_role_cannot_touch_the_schema(fresh_database: Fresh) -> None:
    database = fresh_database()
    for statement in (
        "DROP TABLE change",
        "ALTER TABLE change DISABLE ROW LEVEL SECURITY",
        "DROP POLICY own_tenant ON change",
        "TRUNCATE change",
        "CREATE TABLE mine (id text)",
        "UPDATE alembic_version SET version_num = '9'",
        "UPDATE audit_entry SET outcome = ''",
        "SET ROLE postgres",
    ):
        assert "InsufficientPrivilege" in said(database.server_url, statement), statement


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET outcome = ''", "DELETE FROM audit_entry", "TRUNCATE audit_entry"]
)
def test_the_audit_trail_is_kept_even_from_its_owner(fresh_database: Fresh, statement: str) -> None:
    assert "append-only" in said(fresh_database(demo_shops).owner_url, statement)


def test_a_restored_backup_is_whole_walled_off_and_ready(
    fresh_database: Fresh, postgres: Postgres, tmp_path: Path
) -> None:
    backed_up, restored = fresh_database(demo_shops), postgres.empty_database()
    postgres.copy(backed_up, restored, tmp_path / "backup.dump")
    make_ready(restored.server_url)
    for table in tables.METADATA.tables:
        everything = f"SELECT * FROM {table} ORDER BY 1, 2, 3"  # noqa: S608
        assert restored.rows(everything) == backed_up.rows(everything), table
    assert "InsufficientPrivilege" in said(restored.server_url, "UPDATE audit_entry SET outcome = ''")
    engine = create_engine(sqlalchemy_url(restored.owner_url))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1 FROM change")).all() == []
    engine.dispose()
    postgres.drop(restored)


def said(url: str, statement: str) -> str:
    """The database's refusal of a statement."""
    engine = create_engine(sqlalchemy_url(url))
    try:
        with pytest.raises(DBAPIError) as refused, engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()
    return str(refused.value)
