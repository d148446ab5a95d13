"""Migrates a till's database from any earlier revision to this release's schema.

An update never loses an operation: the file is backed up first, the whole upgrade is one transaction, and
before its commit all waiting operations must still exist, unchanged, in a form that can be sent. Most starts
find nothing to do, and do not import alembic.
"""

from sqlalchemy import Engine, inspect, text

from sync_agent.store.home import Home

HEAD = "0021"
"""The newest revision in versions/."""


def migrate(engine: Engine, home: Home | None = None) -> None:
    """Upgrade to the newest revision, after a backup if `home` is given.

    Raises SchemaTooNew if a later release wrote it, MigrationRefused if an operation would be lost,
    DiskFull if there is no room for the backup. Nothing is changed then.
    """
    current = _current(engine)
    if current != HEAD:
        from sync_agent.store.migrations.upgrade import upgrade  # noqa: PLC0415 - alembic takes a while

        upgrade(engine, home, current)


def _current(engine: Engine) -> str | None:
    # A transaction of its own, ended before the upgrade's transaction begins.
    with engine.connect() as connection, connection.begin():
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found
