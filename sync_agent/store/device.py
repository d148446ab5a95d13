"""What this till is, and the counters that only it advances."""

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

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
    """This till as it was enrolled, None before that."""
    names = tuple(DeviceIdentity.__dataclass_fields__)
    row = connection.execute(select(*(t.device.c[name] for name in names))).first()
    return None if row is None else DeviceIdentity(**dict(zip(names, row, strict=True)))


def record_enrolment(tx: Transaction, identity: DeviceIdentity) -> None:
    """Write what the server gave at enrolment. A home is enrolled once."""
    values = {name: getattr(identity, name) for name in DeviceIdentity.__dataclass_fields__}
    tx.execute(
        insert(t.device).values(
            **values, id=1, next_receipt=1, next_device_seq=1, last_hash="", enrolled_ms=tx.now_ms
        )
    )
    tx.execute(
        insert(t.link).values(id=1, failures=0, not_before_ms=0, last_contact_ms=None, last_full_sync_ms=None)
    )
    tx.touch(Topic.DEVICE)


def take_receipt_number(tx: Transaction) -> tuple[str, int]:
    """The series and the next number of this till, gap-free because it is taken in the sale's transaction."""
    row = tx.execute(
        update(t.device)
        .where(t.device.c.id == 1)
        .values(next_receipt=t.device.c.next_receipt + 1)
        .returning(t.device.c.receipt_series, t.device.c.next_receipt - 1)
    ).first()
    if row is None:
        raise NotEnrolled("This till is not enrolled yet.")
    return row[0], row[1]


def record_clock_offset(tx: Transaction, offset_ms: int) -> None:
    """Keep what was measured last: server time minus till time."""
    tx.execute(update(t.device).values(clock_offset_ms=offset_ms))
    tx.touch(Topic.DEVICE)
