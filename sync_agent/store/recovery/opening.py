"""Opening a till's database: checked if there is reason to, and repaired if it is damaged."""

import contextlib
import logging
import os

from sync_agent import private_files
from sync_agent.contract.wire import format_time, from_ms
from sync_agent.errors import StoreCorrupt
from sync_agent.ports import Clock, Executor, Ids, Priority
from sync_agent.settings import DEFAULTS, AgentSettings
from sync_agent.store.database import Store
from sync_agent.store.home import Home
from sync_agent.store.recovery import repair

log = logging.getLogger(__name__)


def open_store(
    home: Home,
    *,
    clock: Clock,
    ids: Ids,
    executor: Executor | None = None,
    settings: AgentSettings = DEFAULTS,
) -> Store:
    """As `Store.open`, and repairs a damaged database: sets it aside and copies what is readable to a new
    one.

    A notice in the new database reports this. Raises what `Store.open` raises, except StoreCorrupt.
    """
    home.acquire()  # no other process may use a file that is checked and moved
    try:
        damaged = home.database.exists() and (
            repair.is_cut_short(home.database)
            or (_is_to_be_checked(home, clock, settings) and repair.is_damaged(home.database))
        )
    finally:
        home.release()
    if not damaged:
        try:
            store = Store.open(home, clock=clock, ids=ids, executor=executor)
        except StoreCorrupt:
            damaged = True
        else:
            _note_intact(home, clock, settings)
            return store
    aside = repair.set_aside(home, format_time(from_ms(clock.now_ms())).replace(":", "").replace(".", ""))
    log.error("the till's database is damaged; it is kept at %s", aside)
    store = Store.open(home, clock=clock, ids=ids, executor=executor)
    try:
        found = repair.read(aside)
        store.submit(lambda tx: repair.fill(tx, home, aside, found), Priority.CLERK).result()
    except BaseException:
        store.close()
        raise
    return store


def _is_to_be_checked(home: Home, clock: Clock, settings: AgentSettings) -> bool:
    """After an unclean end, and once a day; not always, because it reads the whole file at start-up."""
    if home.in_use_mark.exists() or not home.checked_mark.exists():
        return True
    age_ms = clock.now_ms() - home.checked_mark.stat().st_mtime_ns // 1_000_000
    return not 0 <= age_ms < settings.check_database_every_ms


def _note_intact(home: Home, clock: Clock, settings: AgentSettings) -> None:
    if _is_to_be_checked(home, clock, settings) or not home.checked_mark.exists():
        with contextlib.suppress(OSError):
            private_files.touch(home.checked_mark)
            os.utime(home.checked_mark, (clock.now_ms() / 1000, clock.now_ms() / 1000))
