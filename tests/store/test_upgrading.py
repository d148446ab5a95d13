"""An update of a till never costs an operation: it refuses, and changes nothing, rather than orphan one."""

import lzma
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from sync_agent.errors import DiskFull, MigrationRefused
from sync_agent.ports import SystemClock, Uuid7Ids
from sync_agent.store.database import Store
from sync_agent.store.home import Home
from sync_agent.store.migrations.upgrade import alembic_config
from sync_agent.store.recovery import backup
from sync_agent.store.tables import METADATA

FIRST = Path(__file__).parent.parent / "golden_homes" / "0001" / "home.sqlite.xz"
HEAD = "0021"


@pytest.fixture
def old(tmp_path: Path) -> Home:
    home = Home(tmp_path / "till")
    home.database.write_bytes(lzma.decompress(FIRST.read_bytes()))
    return home


def open_(home: Home) -> None:
    Store.open(home, clock=SystemClock(), ids=Uuid7Ids()).close()


def state(home: Home) -> tuple[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(home.database)) as connection:
        [[revision]] = connection.execute("SELECT version_num FROM alembic_version")
        return revision, connection.execute(
            "SELECT id, data, hash FROM outbox ORDER BY device_seq"
        ).fetchall()


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM outbox WHERE id = (SELECT max(id) FROM outbox WHERE finished_ms IS NULL)",
        "UPDATE outbox SET data = '{}' WHERE finished_ms IS NULL",
        "UPDATE outbox SET schema_version = 99 WHERE finished_ms IS NULL",
    ],
)
def test_an_update_that_would_orphan_an_operation_is_refused_and_undone(
    old: Home, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    before = state(old)
    real = command.upgrade

    def harmful(config: Config, revision: str) -> None:
        real(config, revision)
        connection = config.attributes["connection"]
        if harm.startswith("DELETE"):
            for refers in ("payment", "sale_line", "sale", "overlay", "product_overlay"):
                connection.execute(METADATA.tables[refers].delete())
        connection.exec_driver_sql(harm)

    monkeypatch.setattr(command, "upgrade", harmful)
    with pytest.raises(MigrationRefused, match=r"unsent entries behind\. Nothing was changed"):
        open_(old)
    assert state(old) == before
    monkeypatch.undo()
    open_(old)
    assert state(old)[0] == HEAD


def preferences(home: Home) -> dict[str, str]:
    with closing(sqlite3.connect(home.database)) as connection:
        return dict(connection.execute("SELECT name, value FROM preference"))


def test_a_tills_money_settings_are_written_down_where_it_had_the_defaults(tmp_path: Path) -> None:
    old = Home(tmp_path / "till")
    old.database.write_bytes(lzma.decompress((FIRST.parent.parent / "0003" / "home.sqlite.xz").read_bytes()))
    with closing(sqlite3.connect(old.database)) as connection, connection:
        connection.execute("INSERT INTO preference (name, value) VALUES ('cash_step_minor', '5')")
    open_(old)
    assert preferences(old) == {"adds_tax": "false", "cash_step_minor": "5"}
    new = Home(tmp_path / "new")
    open_(new)
    assert preferences(new) == {}


@pytest.mark.parametrize("revision", ["0017", "0018", "0019", "0020"])
def test_a_home_between_releases_keeps_when_its_clock_agreed(old: Home, revision: str) -> None:
    """Before, the column had another name."""
    engine = create_engine(f"sqlite:///{old.database}")
    with engine.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.exec_driver_sql("ALTER TABLE proved_time RENAME COLUMN agreed_ms TO told_ms")
        connection.exec_driver_sql("INSERT INTO proved_time (id, believed_ms, told_ms) VALUES (1, 10, 20)")
    engine.dispose()
    open_(old)
    with closing(sqlite3.connect(old.database)) as raw:
        assert raw.execute("SELECT believed_ms, agreed_ms FROM proved_time").fetchall() == [(10, 20)]
    assert state(old)[0] == HEAD


def test_without_room_for_a_backup_nothing_is_changed(old: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state(old)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10, 9, 1))
    with pytest.raises(DiskFull, match="Nothing was changed"):
        open_(old)
    assert state(old) == before


def test_the_last_two_backups_stay(old: Home) -> None:
    for revision in ("a", "b", "c"):
        backup.back_up(old, revision)
    assert [path.name for path in backup.backups(old)] == ["till-c.backup.sqlite", "till-b.backup.sqlite"]


_DIES = """
import os, sys
from sqlalchemy import event
from sync_agent.ports import SystemClock, Uuid7Ids
from sync_agent.store import database
from sync_agent.store.home import Home
from sync_agent.store.migrations import upgrade
from pathlib import Path
real = database._write_engine
def engine(home):
    made = real(home)
    def step(*_):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), 9)
    event.listen(made, "before_cursor_execute", step)
    event.listen(made, "commit", step)
    return made
database._write_engine = engine
for line in sys.stdin:
    left = int(line)
    child = os.fork()
    if child == 0:
        database.Store.open(Home(Path(sys.argv[1])), clock=SystemClock(), ids=Uuid7Ids()).close()
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Opens the home once for each line, in a process of its own that dies at that statement, and prints how each
ended. They are forks, for what they import takes longer than the update.
"""


@contextmanager
def updates_of(home: Home) -> Iterator[Callable[[int], int]]:
    """Updates the home and dies at a statement; the exit code: -9, or 0 where there are not so many."""
    with subprocess.Popen(
        [sys.executable, "-c", _DIES, str(home.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent.parent)},
    ) as forking:

        def update(dies_at: int) -> int:
            assert forking.stdin is not None
            assert forking.stdout is not None
            forking.stdin.write(f"{dies_at}\n")
            forking.stdin.flush()
            return int(forking.stdout.readline())

        yield update


@pytest.mark.timeout(600)
def test_an_update_that_is_killed_at_any_statement_leaves_the_old_or_the_new_state(
    old: Home, tmp_path: Path
) -> None:
    untouched = tmp_path / "untouched.sqlite"
    shutil.copy(old.database, untouched)
    before = state(old)
    seen = set()
    with updates_of(old) as update:
        for step in range(1, 300, 3):
            for left in old.path.glob("till.sqlite*"):
                left.unlink()
            shutil.copy(untouched, old.database)
            exit_code = update(step)
            assert exit_code in {0, -signal.SIGKILL}
            revision, operations = state(old)
            seen.add(revision)
            assert operations == before[1]
            open_(old)
            assert state(old) == (HEAD, before[1])
            if exit_code == 0:
                break
        else:
            raise AssertionError("the update has more steps than were tried")
    assert seen == {"0001", HEAD}
