"""Brings a till's database to this release's schema, from wherever it stands.

An update never costs an operation: the file is backed up first, the whole upgrade is one transaction, and
before its commit everything that waits has to be there, word for word, in a form that can still be sent.
Most starts find nothing to do, and do not even load what an upgrade needs.
"""

from sqlalchemy import Engine, inspect, text

from sync_agent.store.home import Home

HEAD = "0008"
"""The newest revision in versions/."""


def migrate(engine: Engine, home: Home | None = None) -> None:
    """Upgrade to the newest revision; the database of a home is backed up before.

    Raises SchemaTooNew where a later release wrote it, MigrationRefused where an operation would be orphaned,
    DiskFull where there is no room for the backup. Nothing was changed then.
    """
    current = _current(engine)
    if current != HEAD:
        from sync_agent.store.migrations.upgrade import upgrade  # noqa: PLC0415 - alembic takes a while

        upgrade(engine, home, current)


def _current(engine: Engine) -> str | None:
    # Its own transaction, ended before the one that the upgrade works in.
    with engine.connect() as connection, connection.begin():
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found
