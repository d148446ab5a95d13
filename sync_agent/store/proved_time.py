"""Proved time: whether what is old by this computer's clock is old; asked before anything is deleted for age.

A clock may be wrong by years: a dead battery, a wrong year typed in. What is deleted by it is gone for good,
so a jump of more than a week is believed only once the clock says the same a day later and the server's time
agrees, or once a person says that it is right; and nothing is deleted in the first 24 hours after any jump.
Deletion for age asks `cutoff_ms` and nothing else (`tests/architecture/test_deleting.py`).
"""

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction

DAY_MS = 86_400_000
JUMP_MS = 7 * DAY_MS
"""A clock that differs by more than this from the newest time that was believed has jumped."""


@dataclass(frozen=True)
class Proof:
    """What is known of a clock. All times in milliseconds since the epoch.

    `believed_ms` is the newest time that was believed, `jumped_ms` the time at which a jump was first seen
    that is not believed yet, `quiet_from_ms` when a jump last began or ended, and `agreed_ms` this clock's
    time when the server's last agreed with it.
    """

    believed_ms: int
    jumped_ms: int | None = None
    quiet_from_ms: int | None = None
    agreed_ms: int | None = None

    @property
    def is_doubted(self) -> bool:
        """Whether the clock has jumped and nothing has proved it right yet."""
        return self.jumped_ms is not None

    def may_delete(self, now_ms: int) -> bool:
        """Whether deletion for age is safe: no jump, and none in the last 24 hours."""
        if self.is_doubted:
            return False
        return self.quiet_from_ms is None or now_ms >= self.quiet_from_ms + DAY_MS


def look(proof: Proof, now_ms: int) -> Proof:
    """What is known after another look at the clock."""
    jumped_ms = proof.jumped_ms
    if abs(now_ms - proof.believed_ms) <= JUMP_MS:
        believed_ms = max(proof.believed_ms, now_ms)
        if jumped_ms is None:
            return replace(proof, believed_ms=believed_ms)
        return replace(proof, believed_ms=believed_ms, jumped_ms=None, quiet_from_ms=now_ms)
    if jumped_ms is None or not 0 <= now_ms - jumped_ms <= JUMP_MS:
        return replace(proof, jumped_ms=now_ms, quiet_from_ms=now_ms)
    # What the server said before the jump is far from the time of the jump.
    server_agrees = proof.agreed_ms is not None and jumped_ms - DAY_MS <= proof.agreed_ms <= now_ms
    return believe(proof, now_ms) if server_agrees and now_ms - jumped_ms >= DAY_MS else proof


def believe(proof: Proof, now_ms: int) -> Proof:
    """The clock is right, whatever it was before: a person says so, or enough agrees."""
    return replace(proof, believed_ms=now_ms, jumped_ms=None, quiet_from_ms=now_ms)


# --- stored ------------------------------------------------------------------------------------------


def cutoff_ms(tx: Transaction, age_ms: int) -> int | None:
    """The time before which something is older than `age_ms`; None while nothing may be deleted."""
    proof = look(_read(tx.connection, tx.now_ms), tx.now_ms)
    _store(tx, proof)
    return min(tx.now_ms, proof.believed_ms) - age_ms if proof.may_delete(tx.now_ms) else None


def is_before_any_young(before_ms: int) -> ColumnElement[bool]:
    """Whether an operation's number is below that of each that was made at `before_ms` or later."""
    of = t.outbox.c
    first_young = select(func.min(of.device_seq)).where(of.timestamp_ms >= before_ms).scalar_subquery()
    return of.device_seq < func.coalesce(first_young, of.device_seq + 1)


def note_server_time(tx: Transaction, offset_ms: int) -> None:
    """The server named its time, this much ahead of this computer's."""
    proof = look(_read(tx.connection, tx.now_ms), tx.now_ms)
    _store(tx, replace(proof, agreed_ms=tx.now_ms) if abs(offset_ms) <= DAY_MS else proof)


def confirm(tx: Transaction) -> None:
    """A person says that the clock is right."""
    _store(tx, believe(_read(tx.connection, tx.now_ms), tx.now_ms))


def is_doubted(connection: Connection, now_ms: int) -> bool:
    """Whether the clock has jumped and nothing has proved it right yet."""
    return look(_read(connection, now_ms), now_ms).is_doubted


def _read(connection: Connection, now_ms: int) -> Proof:
    """What is known; the first time, that the newest row was written at a right time."""
    names = tuple(Proof.__dataclass_fields__)
    row = connection.execute(select(*(t.proved_time.c[name] for name in names))).first()
    if row is not None:
        return Proof(**dict(zip(names, row, strict=True)))
    rows = (select(func.max(t.outbox.c.timestamp_ms)), select(func.max(t.delivery.c.began_ms)))
    newest = [connection.execute(query).scalar() for query in rows]
    return Proof(max((moment for moment in newest if moment is not None), default=now_ms))


def _store(tx: Transaction, proof: Proof) -> None:
    before = tx.execute(select(t.proved_time.c.jumped_ms)).first()
    values = {"id": 1, **vars(proof)}
    statement = insert(t.proved_time).values(values)
    tx.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))
    if (before is not None and before.jumped_ms is not None) != proof.is_doubted:
        tx.touch(Topic.DEVICE)
