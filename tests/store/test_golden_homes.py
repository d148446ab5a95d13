"""Tills of earlier releases are opened by this one: what waits in them is there, word for word."""

import json
import lzma
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import select

from app.bootstrap import open_home, running_agent
from server_stub.run import running
from server_stub.settings import Settings
from server_stub.store.migrations import migrate as migrate_server
from sync_agent import credentials
from sync_agent.contract.operations import chain_hash, content_hash
from sync_agent.credentials import Credentials
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from sync_agent.store.home import Home
from sync_agent.store.migrations.upgrade import alembic_config
from sync_agent.store.queue.status import Status
from sync_agent.store.queue.wire import wire_form
from sync_agent.store.recovery.backup import backups
from tests.kit.waiting import until

GOLDEN = Path(__file__).parent.parent / "golden_homes"
RELEASES = sorted(folder.name for folder in GOLDEN.iterdir() if (folder / "home.sqlite.xz").exists())


@pytest.fixture(params=RELEASES)
def golden(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A home as that release left it, and its server's database beside it."""
    folder = GOLDEN / request.param
    home, server = Home(tmp_path / "till"), tmp_path / "server"
    server.mkdir()
    home.database.write_bytes(lzma.decompress((folder / "home.sqlite.xz").read_bytes()))
    (server / "server.sqlite3").write_bytes(lzma.decompress((folder / "server.sqlite3.xz").read_bytes()))
    secret = json.loads((folder / "credentials.json").read_text())
    credentials.save(home, Credentials(secret["deviceToken"], secret["pinPepper"]))
    return tmp_path


def waiting_of(golden: Path) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(golden / "till" / "till.sqlite")) as connection:
        revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    told: list[dict[str, Any]] = json.loads((GOLDEN / revision / "waiting.json").read_text())
    return told


def unfinished(store: Store) -> list[Any]:
    with store.reading() as connection:
        return list(
            connection.execute(
                select(t.outbox).where(t.outbox.c.finished_ms.is_(None)).order_by(t.outbox.c.device_seq)
            )
        )


def test_what_waited_is_still_sent_word_for_word(golden: Path) -> None:
    before = waiting_of(golden)
    opened = open_home(golden / "till")
    assert [wire_form(row) for row in unfinished(opened.store)] == before
    opened.store.close()


def test_the_chain_of_hashes_is_whole(golden: Path) -> None:
    opened = open_home(golden / "till")
    with opened.store.reading() as connection:
        rows = connection.execute(select(t.outbox).order_by(t.outbox.c.device_seq)).all()
    before = ""
    for row in rows:
        content = content_hash(row.operation, row.resource_type, row.resource_id, json.loads(row.data))
        assert row.prev_hash == before
        before = chain_hash(before, row.id, row.device_seq, content)
        assert row.hash == before
    opened.store.close()


def test_the_file_from_before_is_kept(golden: Path) -> None:
    home = Home(golden / "till")
    before = waiting_of(golden)
    with closing(sqlite3.connect(home.database)) as connection:
        [[revision]] = connection.execute("SELECT version_num FROM alembic_version")
    open_home(home.path).store.close()
    kept = backups(home)
    if revision == ScriptDirectory.from_config(alembic_config()).get_current_head():
        assert kept == [], "nothing was changed, so nothing had to be kept"
        return
    [backup] = kept
    with closing(sqlite3.connect(backup)) as connection:
        [[count]] = connection.execute("SELECT count(*) FROM outbox WHERE finished_ms IS NULL")
    assert count == len(before)


async def test_it_drains_to_the_server_of_today(golden: Path) -> None:
    """All but what needs attention: the conflict, what it blocks, and the refused count."""
    settings = Settings(home=golden / "server", port=0)
    migrate_server(settings.url)
    opened = open_home(golden / "till")
    before = {row.id: row for row in unfinished(opened.store)}
    async with running(settings, demo_data=False) as server:
        await opened.store.write(lambda tx: tx.execute(t.device.update().values(server_url=server.url)))
        async with running_agent(opened):
            await until(
                lambda: (
                    not any(
                        row.status in {Status.PENDING, Status.PROCESSING} for row in unfinished(opened.store)
                    )
                ),
                "everything that can go has gone",
                within_s=60,
            )
    left = unfinished(opened.store)
    assert {row.status for row in left} <= {Status.CONFLICT, Status.BLOCKED, Status.DEAD_LETTER}
    opened.store.close()
    with closing(sqlite3.connect(golden / "server" / "server.sqlite3")) as connection:
        for operation_id in before.keys() - {row.id for row in left}:
            [[count]] = connection.execute(
                "SELECT count(*) FROM operation WHERE id = ? AND status = 'applied'", (operation_id,)
            )
            assert count == 1, before[operation_id].summary
