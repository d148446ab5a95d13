"""Brings a till's database to this release's schema, with alembic, from wherever it stands."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine

from sync_agent.errors import SchemaTooNew

_HERE = Path(__file__).parent


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    return config


def migrate(engine: Engine) -> None:
    """Upgrade to the newest revision. Raises SchemaTooNew where a later release wrote the database."""
    config = alembic_config()
    script = ScriptDirectory.from_config(config)
    with engine.connect() as connection:
        # Its own transaction, ended before alembic opens the one that it works in.
        with connection.begin():
            current = MigrationContext.configure(connection).get_current_revision()
        if current == script.get_current_head():
            return
        if current is not None:
            try:
                script.get_revision(current)
            except CommandError as error:
                raise SchemaTooNew(
                    "This till's data was written by a newer Evertill. Install that version again; "
                    "nothing was changed."
                ) from error
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
