"""The upgrade itself, with alembic; imported only if there is something to upgrade."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, inspect, text

from sync_agent.contract.operations import OPERATION_SCHEMAS_READ
from sync_agent.errors import MigrationRefused, SchemaTooNew
from sync_agent.store.home import Home
from sync_agent.store.recovery.backup import back_up

_HERE = Path(__file__).parent


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    return config


def upgrade(engine: Engine, home: Home | None, current: str | None) -> None:
    """From `current` (None for an empty database) to the newest revision, in one transaction."""
    config = alembic_config()
    with engine.connect() as connection:
        if current is not None:
            _must_be_known(ScriptDirectory.from_config(config), current)
            if home is not None:
                back_up(home, current)
        with connection.begin():
            before = _waiting(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            _must_not_orphan(before, _waiting(connection))


def _must_be_known(script: ScriptDirectory, revision: str) -> None:
    try:
        script.get_revision(revision)
    except CommandError as error:
        raise SchemaTooNew(
            "This till's data was written by a newer Evertill. Install that version again; "
            "nothing was changed."
        ) from error


def _waiting(connection: Connection) -> list[tuple[Any, ...]]:
    """All unfinished operations, with the columns that may never change."""
    if not inspect(connection).has_table("outbox"):
        return []
    rows = connection.execute(
        text(
            "SELECT id, device_seq, operation, resource_type, resource_id, data, actor_id, prev_hash, hash,"
            " timestamp_ms, schema_version FROM outbox WHERE finished_ms IS NULL ORDER BY device_seq"
        )
    )
    return [tuple(row) for row in rows]


def _must_not_orphan(before: list[tuple[Any, ...]], after: list[tuple[Any, ...]]) -> None:
    unsendable = sum(1 for row in after if row[-1] not in OPERATION_SCHEMAS_READ)
    if before == after and not unsendable:
        return
    lost = len(set(before) - set(after)) or unsendable
    raise MigrationRefused(
        f"The update would leave {lost} of this till's {len(before)} unsent entries behind. Nothing was "
        "changed. Start the version from before, let it send everything, then update again."
    )
