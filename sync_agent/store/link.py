"""What outlives a restart about the link to the server: how long to back off, and the last contact."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, select, update

from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction


@dataclass(frozen=True)
class LinkRecord:
    failures: int
    not_before_ms: int
    last_contact_ms: int | None
    last_full_sync_ms: int | None


def read_link(connection: Connection) -> LinkRecord | None:
    """None before enrolment."""
    columns = (
        t.link.c.failures,
        t.link.c.not_before_ms,
        t.link.c.last_contact_ms,
        t.link.c.last_full_sync_ms,
    )
    row = connection.execute(select(*columns)).first()
    return None if row is None else LinkRecord(*row)


def back_off_until(tx: Transaction, not_before_ms: int) -> None:
    """Transport trouble: nothing is sent until then, and the next wait is longer."""
    tx.execute(update(t.link).values(failures=t.link.c.failures + 1, not_before_ms=not_before_ms))
    tx.touch(Topic.OUTBOX)


def end_back_off(tx: Transaction, *, contact: bool) -> None:
    """End the back-off: the server answered (`contact`), or a clerk chose "Try now"."""
    values: dict[str, int] = {"not_before_ms": 0}
    if contact:
        values |= {"failures": 0, "last_contact_ms": tx.now_ms}
    tx.execute(update(t.link).values(**values))


def note_contact(tx: Transaction) -> None:
    """Record that our own server answered an authenticated call."""
    tx.execute(update(t.link).values(last_contact_ms=tx.now_ms))


def note_forms(tx: Transaction, forms: Sequence[int] | None) -> None:
    """Store the forms of operations that the server named; None if it named none."""
    written = None if forms is None else orjson.dumps(list(forms)).decode()
    tx.execute(update(t.link).where(t.link.c.forms.is_distinct_from(written)).values(forms=written))


def note_full_sync(tx: Transaction) -> None:
    """Record that every stream of this till has been read to its head."""
    tx.execute(update(t.link).values(last_full_sync_ms=tx.now_ms, last_contact_ms=tx.now_ms))
    tx.touch(Topic.OUTBOX)
