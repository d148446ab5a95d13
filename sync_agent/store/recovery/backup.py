"""Backup of the till's database before a change that cannot be undone."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from sync_agent import private_files
from sync_agent.errors import DiskFull, StoreUnavailable
from sync_agent.store.home import Home

BACKUPS_MAX = 2
_PATTERN = "till-*.backup.sqlite"


def back_up(home: Home, revision: str) -> Path:
    """Copy the database to `till-<revision>.backup.sqlite` and check the copy; `BACKUPS_MAX` are stored.

    Raises DiskFull if there is no room, StoreUnavailable if the copy is damaged; nothing else is changed
    then.
    """
    size = sum(part.stat().st_size for part in home.path.glob("till.sqlite*"))
    if shutil.disk_usage(home.path).free < 2 * size:
        raise DiskFull(
            "There is not enough room on the disk to back this till's data up before the update. "
            "Nothing was changed; free some space and start again."
        )
    target = home.path / f"till-{revision}.backup.sqlite"
    draft = target.with_suffix(".new")
    draft.unlink(missing_ok=True)
    private_files.prepare_database(draft)
    with closing(sqlite3.connect(home.database)) as source, closing(sqlite3.connect(draft)) as copy:
        source.backup(copy)
        verdict = copy.execute("PRAGMA quick_check").fetchone()[0]
    if verdict != "ok":
        draft.unlink(missing_ok=True)
        raise StoreUnavailable(f"This till's data could not be backed up: {verdict}. Nothing was changed.")
    with draft.open("rb+") as written:
        os.fsync(written.fileno())
    draft.replace(target)
    for old in backups(home)[BACKUPS_MAX:]:
        old.unlink()
    return target


def backups(home: Home) -> list[Path]:
    """The backups of a home, newest first: by their revisions, as a clock may have been wrong."""
    return sorted(home.path.glob(_PATTERN), reverse=True)
