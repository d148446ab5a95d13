"""Schema versions of the server's database, and upgrading to them. Runs without an alembic.ini.

A SQLite file is upgraded by the server that opens it. On PostgreSQL the schema belongs to a role of its own:
the server's role may neither change the schema nor bypass row-level security.
"""

import re
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from server_stub.store import article_keys
from server_stub.store.database import engine_for, sqlalchemy_url

_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


class SchemaNotReady(Exception):
    """The schema is of another release, or the role could bypass row-level security."""


def config_for(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def migrate(url: str, *, server_role: str | None = None) -> None:
    """Upgrades the database to the newest schema, in one transaction, as the schema's owner.

    `server_role` (PostgreSQL) is the existing role that the server runs under; it is granted what it needs.
    """
    config = config_for(url)
    engine = engine_for(url, connections=1)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                # No limit for building an index on a big table; waiting for a lock is still limited.
                connection.execute(text("SET LOCAL statement_timeout = 0"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            article_keys.make_for_all(connection)
            if server_role is not None:
                _grant(connection, server_role)
    finally:
        engine.dispose()


def newest() -> str | None:
    return ScriptDirectory.from_config(config_for("")).get_current_head()


def make_ready(url: str) -> None:
    """Upgrades a SQLite file; checks that a PostgreSQL database is ready for this release."""
    if sqlalchemy_url(url).get_backend_name() == "sqlite":
        migrate(url)
        return
    engine = engine_for(url, connections=1)
    try:
        with engine.begin() as connection:
            _must_be_newest(connection)
            _require_row_level_security(connection)
    finally:
        engine.dispose()


def _must_be_newest(connection: Connection) -> None:
    current = MigrationContext.configure(connection).get_current_revision()
    if current != newest():
        raise SchemaNotReady(
            f"the database's schema is {current or 'missing'} and this release needs {newest()}; run:"
            " evertill server migrate --database <the schema owner's URL> --server-role <this role>"
        )


def _require_row_level_security(connection: Connection) -> None:
    unbound, owner = connection.execute(
        text(
            "SELECT rolsuper OR rolbypassrls, EXISTS (SELECT 1 FROM pg_tables WHERE tablename = 'change'"
            " AND schemaname = current_schema() AND tableowner = current_user)"
            " FROM pg_roles WHERE rolname = current_user"
        )
    ).one()
    if unbound or owner:
        raise SchemaNotReady(
            "this role owns the schema or is not held by row-level security;"
            " give the server a role of its own: CREATE ROLE … LOGIN NOSUPERUSER NOBYPASSRLS"
        )


def _grant(connection: Connection, role: str) -> None:
    if _PLAIN_NAME.fullmatch(role) is None:
        raise ValueError(f"{role} is not a plain role name")
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {role}"))
    connection.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"))
    connection.execute(text(f"REVOKE UPDATE, DELETE ON audit_entry FROM {role}"))
    connection.execute(text(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}"))
