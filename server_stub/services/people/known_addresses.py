"""Where people signed in from: strangers who try their passwords do not lock them out there."""

from sqlalchemy import Connection, delete, select, update

from server_stub.store import tables as t
from server_stub.store.database import UnitOfWork
from sync_agent.contract.text import without_controls

_EACH_MAX = 50
"""Addresses that are remembered of one person: the newest."""

_DAY_MS = 24 * 3600 * 1000
_KNOWN_DAYS = 180


def is_known(connection: Connection, tenant_id: str, username: str, address: str, now_ms: int) -> bool:
    """Whether the person of this name signed in from this `address_key`, not too long ago."""
    of, user = t.known_address.c, t.user_account.c
    query = (
        select(of.seen_ms)
        .join(t.user_account, (user.tenant_id == of.tenant_id) & (user.id == of.user_id))
        .where(
            of.tenant_id == tenant_id,
            user.username.in_({username, without_controls(username)}),
            of.address == address,
            of.seen_ms > now_ms - _KNOWN_DAYS * _DAY_MS,
        )
    )
    return connection.execute(query).first() is not None


def remember(unit: UnitOfWork, user_id: str, address: str) -> None:
    """Somebody signed in from this `address_key`. Call it once in a transaction: it locks."""
    unit.lock_words([f"known-address {user_id}"])
    of = t.known_address.c
    own = (of.tenant_id == unit.tenant_id) & (of.user_id == user_id)
    known = set(unit.rows(select(of.address).where(own)).scalars())
    if address in known:
        unit.execute(update(t.known_address).where(own, of.address == address).values(seen_ms=unit.now_ms))
        return
    if len(known) >= _EACH_MAX:
        oldest = select(of.address).where(own).order_by(of.seen_ms, of.address)
        too_many = unit.rows(oldest.limit(len(known) - _EACH_MAX + 1)).scalars().all()
        unit.execute(delete(t.known_address).where(own, of.address.in_(too_many)))
    unit.insert(
        t.known_address,
        {"tenant_id": unit.tenant_id, "user_id": user_id, "address": address, "seen_ms": unit.now_ms},
    )


def forget(unit: UnitOfWork, user_id: str) -> None:
    """The password is another: whoever had the old one is a stranger."""
    of = t.known_address.c
    unit.execute(delete(t.known_address).where(of.tenant_id == unit.tenant_id, of.user_id == user_id))
