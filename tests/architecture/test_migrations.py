"""The migrations of both sides are one line each: a database has one newest revision to be brought to."""

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from tests.kit.paths import ROOT


@pytest.mark.parametrize("side", ["server_stub", "sync_agent"])
def test_migrations_are_one_line_named_by_their_numbers(side: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / side / "store" / "migrations"))
    revisions = list(ScriptDirectory.from_config(config).walk_revisions())[::-1]
    assert [revision.revision for revision in revisions] == [
        f"{number:04d}" for number in range(1, len(revisions) + 1)
    ]
    files = sorted((ROOT / side / "store" / "migrations" / "versions").glob("0*.py"))
    assert [file.name[:4] for file in files] == [revision.revision for revision in revisions]
