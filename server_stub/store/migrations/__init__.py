"""Schema versions of the server's database, and how to bring one up to date. Runs without an alembic.ini."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from server_stub.store.database import engine_for


def config_for(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def migrate(url: str) -> None:
    """Brings the database to the newest schema, in one transaction for each step."""
    config = config_for(url)
    engine = engine_for(url, connections=1)
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def newest() -> str | None:
    return ScriptDirectory.from_config(config_for("")).get_current_head()
