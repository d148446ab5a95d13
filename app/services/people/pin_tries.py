"""Rate limit on PINs: after five wrong tries the person has to wait. Survives restarts."""

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from app.domain.errors import TooManyTries
from app.services import journal
from app.services.till import Till
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction

TRIES_MAX = 5
WAIT_S = 30
WAIT_S_MAX = 3600
"""The wait doubles with each further five wrong tries, up to this."""


async def begin(till: Till, person_id: str) -> None:
    """Count a try as wrong before it is checked, so that concurrent tries count too.

    Raises TooManyTries while the person has to wait.
    """
    wait_s = await till.store.write(lambda tx: _count(tx, person_id))
    if wait_s:
        raise TooManyTries(wait_s)


async def succeeded(till: Till, person_id: str) -> None:
    """The PIN was right: reset the count."""
    await till.store.write(lambda tx: tx.execute(delete(t.pin_try).where(t.pin_try.c.person_id == person_id)))


def _count(tx: Transaction, person_id: str) -> int:
    """Seconds left to wait; 0 where the try is allowed, and counted."""
    row = tx.execute(select(t.pin_try).where(t.pin_try.c.person_id == person_id)).first()
    wrong, closed_until_ms = (row.wrong, row.closed_until_ms) if row else (0, 0)
    left_ms = closed_until_ms - tx.now_ms
    # A clock that was set back must not extend the wait beyond the longest.
    if 0 < left_ms <= WAIT_S_MAX * 1000:
        return max(1, -(-left_ms // 1000))
    wrong += 1
    values = {"person_id": person_id, "wrong": wrong, "closed_until_ms": 0}
    if wrong % TRIES_MAX == 0:
        wait_s = min(WAIT_S * 2 ** (wrong // TRIES_MAX - 1), WAIT_S_MAX)
        values["closed_until_ms"] = tx.now_ms + wait_s * 1000
        journal.note(tx, "wrong_pins", person_id, tries=wrong)
    statement = insert(t.pin_try).values(values)
    tx.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_=values))
    return 0
