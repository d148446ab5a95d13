"""This till's identity, and the counters that only it advances."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from sync_agent.errors import StoreError
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction


class NotEnrolled(StoreError):
    """This home belongs to no shop yet."""


@dataclass(frozen=True)
class DeviceIdentity:
    device_id: str
    name: str
    tenant_id: str
    tenant_name: str
    currency: str
    location_id: str
    location_name: str
    time_zone: str
    receipt_series: str
    server_url: str
    clock_offset_ms: int


def read_device(connection: Connection) -> DeviceIdentity | None:
    """This till as it was enrolled; None before enrolment."""
    names = tuple(DeviceIdentity.__dataclass_fields__)
    row = connection.execute(select(*(t.device.c[name] for name in names))).first()
    return None if row is None else DeviceIdentity(**dict(zip(names, row, strict=True)))


def record_enrolment(tx: Transaction, identity: DeviceIdentity) -> None:
    """Store what the server gave at enrolment, for a new till or a till that is enrolled again.

    A till that is enrolled again has another id and receipt series. Its unsent operations stay, and its
    operation numbers and chain continue, so that no operation is lost or doubled between the two identities.
    """
    values = {name: getattr(identity, name) for name in DeviceIdentity.__dataclass_fields__}
    before = tx.execute(select(t.device.c.next_device_seq, t.device.c.last_hash)).first()
    next_seq, last_hash = before or _after_the_last_operation(tx)
    tx.execute(delete(t.device))
    tx.execute(
        insert(t.device).values(
            **values,
            id=1,
            next_receipt=1,
            next_device_seq=next_seq,
            last_hash=last_hash,
            enrolled_ms=tx.now_ms,
            first_device_seq=next_seq,
        )
    )
    tx.execute(
        insert(t.link)
        .prefix_with("OR IGNORE")
        .values(id=1, failures=0, not_before_ms=0, last_contact_ms=None, last_full_sync_ms=None)
    )
    tx.touch(Topic.DEVICE)


def _after_the_last_operation(tx: Transaction) -> tuple[int, str]:
    """The next operation number and last hash: 1 and "", unless this home has operations but
    lost its identity.
    """
    row = tx.execute(
        select(t.outbox.c.device_seq, t.outbox.c.hash).order_by(t.outbox.c.device_seq.desc()).limit(1)
    ).first()
    return (1, "") if row is None else (row.device_seq + 1, row.hash)


def take_receipt_number(tx: Transaction) -> tuple[str, int]:
    """The receipt series and next number of this till; without gaps, because the sale's
    transaction takes it.
    """
    row = tx.execute(_TAKE_RECEIPT_NUMBER).first()
    if row is None:
        raise NotEnrolled("This till is not enrolled yet.")
    return row[0], row[1]


_TAKE_RECEIPT_NUMBER = (
    update(t.device)
    .where(t.device.c.id == 1)
    .values(next_receipt=t.device.c.next_receipt + 1)
    .returning(t.device.c.receipt_series, t.device.c.next_receipt - 1)
)


def record_clock_offset(tx: Transaction, offset_ms: int) -> None:
    """Store the clock offset measured last: server time minus till time, in milliseconds."""
    tx.execute(update(t.device).values(clock_offset_ms=offset_ms))
    tx.touch(Topic.DEVICE)
