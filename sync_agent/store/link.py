"""What outlives a restart about the link to the server: how long to back off, and the last contact."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, select, update

from sync_agent.contract.operations import SHIFT_OPERATIONS_OF_OLDER_SERVERS
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


def note_shift_operations(tx: Transaction, named: int | None) -> None:
    """Store how many numbers a shift's manifest may have for the server; None if it named no limit."""
    limit = SHIFT_OPERATIONS_OF_OLDER_SERVERS if named is None else named
    of = t.link.c.shift_operations
    tx.execute(update(t.link).where(of.is_distinct_from(limit)).values(shift_operations=limit))


def note_takes(tx: Transaction, resource_types: Sequence[str] | None) -> None:
    """Store the resource types whose operations the server named that it takes; None if it named none."""
    written = orjson.dumps(sorted(resource_types or ())).decode()
    tx.execute(update(t.link).where(t.link.c.takes.is_distinct_from(written)).values(takes=written))


def takes(connection: Connection, resource_type: str) -> bool | None:
    """Whether the server takes operations on this resource type; None if it was not asked yet.

    Release 0.1.0 names none; what it takes besides is not asked here.
    """
    written = connection.execute(select(t.link.c.takes)).scalar()
    return None if written is None else resource_type in orjson.loads(written)


def note_full_sync(tx: Transaction) -> None:
    """Record that every stream of this till has been read to its head."""
    tx.execute(update(t.link).values(last_full_sync_ms=tx.now_ms, last_contact_ms=tx.now_ms))
    tx.touch(Topic.OUTBOX)
