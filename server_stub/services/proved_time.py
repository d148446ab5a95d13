"""Proved time: whether what is old by the server's clock is old, asked before anything is pruned for its age.

A server's clock may be wrong by years. What is pruned by it is gone for good, so a jump of more than a week
is believed only once the clock says the same a day later, or once a person says that it is right
(`evertill server confirm-clock`); and nothing is pruned in the first 24 hours after any jump.
"""

from dataclasses import dataclass, replace

from sqlalchemy import select, update

from server_stub.store import tables as t
from server_stub.store.database import UnitOfWork

DAY_MS = 24 * 3600 * 1000
JUMP_MS = 7 * DAY_MS
"""A clock that differs by more than this from the newest time that was believed has jumped."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of the clock. All times in milliseconds since the epoch.

    `believed_ms` is the newest time that was believed, `jumped_ms` the time at which a jump was first seen
    that is not believed yet, and `quiet_from_ms` when a jump last began or ended.
    """

    believed_ms: int
    jumped_ms: int | None = None
    quiet_from_ms: int | None = None

    def may_delete(self, now_ms: int) -> bool:
        """Whether pruning is safe: no jump, and none in the last 24 hours."""
        if self.jumped_ms is not None:
            return False
        return self.quiet_from_ms is None or now_ms >= self.quiet_from_ms + DAY_MS


def look(proof: Proof, now_ms: int) -> Proof:
    """What is known after another look at the clock."""
    is_near = abs(now_ms - proof.believed_ms) <= JUMP_MS
    if is_near and proof.jumped_ms is None:
        return replace(proof, believed_ms=max(proof.believed_ms, now_ms))
    if is_near:
        return Proof(max(proof.believed_ms, now_ms), None, now_ms)
    if proof.jumped_ms is None or not 0 <= now_ms - proof.jumped_ms <= JUMP_MS:
        return replace(proof, jumped_ms=now_ms, quiet_from_ms=now_ms)
    return believe(now_ms) if now_ms - proof.jumped_ms >= DAY_MS else proof


def believe(now_ms: int) -> Proof:
    """The clock is right, whatever it was before: a person says so, or a second look agrees."""
    return Proof(now_ms, None, now_ms)


# --- stored ----------------------------------------------------------------------------------------------


def proved_ms(unit: UnitOfWork) -> int | None:
    """The time that ages are counted from; None while nothing may be pruned."""
    proof = look(_read(unit), unit.now_ms)
    _store(unit, proof)
    return min(unit.now_ms, proof.believed_ms) if proof.may_delete(unit.now_ms) else None


def confirm(unit: UnitOfWork) -> None:
    """A person says that the clock is right."""
    _store(unit, believe(unit.now_ms))


def _read(unit: UnitOfWork) -> Proof:
    """What is known. Of a tenant that a process of an earlier release created, that its creation was timed
    rightly: nothing that was written since proves the clock that it is by.
    """
    of = t.tenant.c
    row = unit.rows(
        select(of.proved_ms, of.jumped_ms, of.quiet_from_ms, of.created_ms).where(
            of.tenant_id == unit.tenant_id
        )
    ).one()
    believed_ms = row.created_ms if row.proved_ms is None else row.proved_ms
    return Proof(believed_ms, row.jumped_ms, row.quiet_from_ms)


def _store(unit: UnitOfWork, proof: Proof) -> None:
    of = t.tenant.c
    unit.execute(
        update(t.tenant)
        .where(of.tenant_id == unit.tenant_id)
        .values(proved_ms=proof.believed_ms, jumped_ms=proof.jumped_ms, quiet_from_ms=proof.quiet_from_ms)
    )
