"""Every table of the server. Each primary key starts with the tenant, so no row is reached without one.

Times are milliseconds since the Unix epoch in UTC (`…_ms`). Money and quantities are integers. The lower-case
names at the end are the Core tables that statements are written on: hot paths write many rows at once with
them, and a SQLModel table validates nothing, so it is never an input.
"""

from typing import Any, cast

from sqlalchemy import ForeignKeyConstraint, Index, MetaData, Table, Text, UniqueConstraint
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from server_stub.store.types import Json, WholeNumber

STRICT = {"sqlite_strict": True}
METADATA = MetaData()


def _key() -> Any:
    return Field(primary_key=True, sa_type=Text)


def _text() -> Any:
    return Field(sa_type=Text)


def _optional_text() -> Any:
    return Field(default=None, sa_type=Text)


def _integer() -> Any:
    return Field(sa_type=WholeNumber)


def _optional_integer() -> Any:
    return Field(default=None, sa_type=WholeNumber)


def _json() -> Any:
    return Field(sa_type=Json)


def _of(parent: str, *columns: str, to: tuple[str, ...] = ("id",)) -> ForeignKeyConstraint:
    """A reference to a row of the same tenant."""
    names = ["tenant_id", *columns]
    targets = [f"{parent}.tenant_id", *(f"{parent}.{column}" for column in to[: len(columns)])]
    return ForeignKeyConstraint(names, targets)


class ServerTable(SQLModel, registry=registry(metadata=METADATA)):
    """Keeps the server's tables apart from a till's that lives in the same process."""


class Tenant(ServerTable, table=True):
    __tablename__ = "tenant"
    __table_args__ = (STRICT,)

    tenant_id: str = _key()
    name: str = _text()
    currency: str = _text()
    pin_pepper: str = _text()
    settings: dict[str, Any] = _json()
    created_ms: int = _integer()


class Location(ServerTable, table=True):
    __tablename__ = "location"
    __table_args__ = (_of("tenant"), STRICT)

    tenant_id: str = _key()
    id: str = _key()
    name: str = _text()
    time_zone: str = _text()
    version: int = _integer()


class UserAccount(ServerTable, table=True):
    __tablename__ = "user_account"
    __table_args__ = (UniqueConstraint("tenant_id", "username"), _of("tenant"), STRICT)

    tenant_id: str = _key()
    id: str = _key()
    username: str = _text()
    name: str = _text()
    role: str = _text()
    locations: list[str] = _json()
    password_hash: str = _text()
    pin_verifier: str | None = _optional_text()
    disabled: int = _integer()
    version: int = _integer()


class UserVersion(ServerTable, table=True):
    """A person's rights from one moment on: `tenant_seq` is the change of the tenant's stream that told of
    them, `from_ms` when that was. Both are 0 for what held before versions were written down."""

    __tablename__ = "user_version"
    __table_args__ = (_of("user_account", "user_id"), STRICT)

    tenant_id: str = _key()
    user_id: str = _key()
    version: int = Field(primary_key=True, sa_type=WholeNumber)
    tenant_seq: int = _integer()
    from_ms: int = _integer()
    role: str = _text()
    locations: list[str] = _json()
    active: int = _integer()


class Device(ServerTable, table=True):
    """An enrolled till, its credential kept as a hash. One that was cloned has to be enrolled anew."""

    __tablename__ = "device"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        UniqueConstraint("tenant_id", "receipt_series"),
        _of("location", "location_id"),
        STRICT,
    )

    tenant_id: str = _key()
    id: str = _key()
    name: str = _text()
    location_id: str = _text()
    receipt_series: str = _text()
    token_hash: str = _text()
    enrolled_by: str = _text()
    enrolled_ms: int = _integer()
    revoked_ms: int | None = _optional_integer()
    cloned_ms: int | None = _optional_integer()


class RefreshToken(ServerTable, table=True):
    """One link of a family of rotating refresh tokens, kept as a hash."""

    __tablename__ = "refresh_token"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_refresh_token_family", "tenant_id", "family_id"),
        _of("user_account", "user_id"),
        STRICT,
    )

    tenant_id: str = _key()
    token_hash: str = _key()
    family_id: str = _text()
    user_id: str = _text()
    successor_hash: str | None = _optional_text()
    expires_ms: int = _integer()
    revoked_ms: int | None = _optional_integer()


class Stream(ServerTable, table=True):
    """Where a stream stands. Its row is the lock under which it grows; changes to `pruned_to` are gone."""

    __tablename__ = "stream"
    __table_args__ = (_of("tenant"), STRICT)

    tenant_id: str = _key()
    name: str = _key()
    epoch: str = _text()
    head: int = _integer()
    head_change_id: str = _text()
    pruned_to: int = _integer()


class ChangeEntry(ServerTable, table=True):
    """One numbered change: the whole new row, or none for a tombstone."""

    __tablename__ = "change"
    __table_args__ = (_of("stream", "stream", to=("name",)), STRICT)

    tenant_id: str = _key()
    stream: str = _key()
    seq: int = Field(primary_key=True, sa_type=WholeNumber)
    change_id: str = _text()
    resource_type: str = _text()
    resource_id: str = _text()
    version: int = _integer()
    row: dict[str, Any] | None = Field(default=None, sa_type=Json)
    operation_id: str | None = _optional_text()
    at_ms: int = _integer()


class Product(ServerTable, table=True):
    __tablename__ = "product"
    __table_args__ = (Index("ix_product_barcode", "tenant_id", "barcode"), _of("tenant"), STRICT)

    tenant_id: str = _key()
    id: str = _key()
    name: str = _text()
    barcode: str | None = _optional_text()
    sku: str | None = _optional_text()
    price_minor: int | None = _optional_integer()
    tax_rate_ppm: int = _integer()
    unit: str = _text()
    deleted: int = _integer()
    version: int = _integer()


class ProductVersion(ServerTable, table=True):
    """A product as it was at one version, and what made it so: for merges and a conflict's history."""

    __tablename__ = "product_version"
    __table_args__ = (_of("product", "product_id"), STRICT)

    tenant_id: str = _key()
    product_id: str = _key()
    version: int = Field(primary_key=True, sa_type=WholeNumber)
    row: dict[str, Any] = _json()
    operation_id: str = _text()
    actor_id: str = _text()
    device_id: str | None = _optional_text()
    occurred_ms: int = _integer()
    received_ms: int = _integer()


class StockLevelEntry(ServerTable, table=True):
    """Quantity on hand: the materialised sum of the movements at one place, which its version counts.

    `seq` is the change that made it so. `counted_…` describe the newest applied count, which late movements
    are held against; `counted_ms` is None for a count that did not say when it was made.
    """

    __tablename__ = "stock_level"
    __table_args__ = (Index("ix_stock_level_seq", "tenant_id", "location_id", "seq"), STRICT)

    tenant_id: str = _key()
    location_id: str = _key()
    product_id: str = _key()
    quantity: int = _integer()
    version: int = _integer()
    updated_ms: int = _integer()
    seq: int = _integer()
    counted_ms: int | None = _optional_integer()
    counted_device_id: str | None = _optional_text()
    counted_device_seq: int | None = _optional_integer()


class Movement(ServerTable, table=True):
    """One line of the stock ledger; appended, never changed. `version` is the level's after it.

    `occurred_ms` is what the till wrote, `happened_ms` the same corrected by the till's clock offset.
    `compensated` marks a movement that a later count had already seen, and the correction that cancels it.
    """

    __tablename__ = "stock_movement"
    __table_args__ = (Index("ix_stock_movement_seq", "tenant_id", "location_id", "seq"), STRICT)

    tenant_id: str = _key()
    location_id: str = _key()
    product_id: str = _key()
    version: int = Field(primary_key=True, sa_type=WholeNumber)
    id: str = _text()
    delta: int = _integer()
    reason: str = _text()
    note: str | None = _optional_text()
    reference: str | None = _optional_text()
    operation_id: str = _text()
    actor_id: str = _text()
    device_id: str | None = _optional_text()
    device_seq: int | None = _optional_integer()
    occurred_ms: int = _integer()
    happened_ms: int = _integer()
    received_ms: int = _integer()
    seq: int = _integer()
    compensated: int = _integer()
    near_count: int = _integer()


class Oversold(ServerTable, table=True):
    """One product that was sold below zero at one place: open exactly while its stock is below zero."""

    __tablename__ = "oversold"
    __table_args__ = (STRICT,)

    tenant_id: str = _key()
    location_id: str = _key()
    product_id: str = _key()
    quantity: int = _integer()
    since_ms: int = _integer()
    open: int = _integer()
    version: int = _integer()


class OperationEntry(ServerTable, table=True):
    """An operation that was judged, and its answer. Its id keeps what it did single for ever.

    `happened_ms` is when it was done, by the server's clock, `tenant_seq` what its till had read of the
    tenant's stream by then; neither is ever below that of its till's number before.
    """

    __tablename__ = "operation"
    __table_args__ = (UniqueConstraint("tenant_id", "device_id", "device_seq"), STRICT)

    tenant_id: str = _key()
    id: str = _key()
    content_hash: str = _text()
    device_id: str | None = _optional_text()
    device_seq: int | None = _optional_integer()
    chain_hash: str | None = _optional_text()
    resource_type: str = _text()
    resource_id: str | None = _optional_text()
    location_id: str | None = _optional_text()
    actor_id: str = _text()
    approved_by_id: str | None = _optional_text()
    replaces: str | None = _optional_text()
    status: str = _text()
    result: dict[str, Any] = _json()
    received_ms: int = _integer()
    tenant_seq: int | None = _optional_integer()
    happened_ms: int | None = _optional_integer()


class TillTransaction(ServerTable, table=True):
    """A completed sale, refund or void as the till finished it; immutable."""

    __tablename__ = "till_transaction"
    __table_args__ = (
        Index("ix_till_transaction_receipt", "tenant_id", "receipt_number"),
        STRICT,
    )

    tenant_id: str = _key()
    id: str = _key()
    location_id: str = _text()
    kind: str = _text()
    receipt_number: str = _text()
    refers_to: str | None = _optional_text()
    currency: str = _text()
    total_minor: int = _integer()
    occurred_ms: int = _integer()
    received_ms: int = _integer()
    actor_id: str = _text()
    device_id: str | None = _optional_text()
    flags: list[str] = _json()
    data: dict[str, Any] = _json()


class Quarantine(ServerTable, table=True):
    """A sale that could not be read, whole as it came, for a manager to look at.

    `stream` is the one that tells of it: of its place where that is known, else the tenant's.
    """

    __tablename__ = "quarantine"
    __table_args__ = (Index("ix_quarantine_status", "tenant_id", "status", "received_ms"), STRICT)

    tenant_id: str = _key()
    operation_id: str = _key()
    stream: str = _text()
    location_id: str | None = _optional_text()
    device_id: str | None = _optional_text()
    actor_id: str = _text()
    payload: dict[str, Any] = _json()
    reason: str = _text()
    received_ms: int = _integer()
    status: str = _text()
    decided_by: str | None = _optional_text()
    decided_ms: int | None = _optional_integer()
    note: str | None = _optional_text()
    version: int = _integer()


class Shift(ServerTable, table=True):
    """A till's drawer from opening to cashing up. `body` is the wire object, `manifest` what the till sent.

    `awaited` is 1 while numbers of the manifest are missing.
    """

    __tablename__ = "shift"
    __table_args__ = (Index("ix_shift_awaited", "tenant_id", "device_id", "awaited"), STRICT)

    tenant_id: str = _key()
    id: str = _key()
    location_id: str = _text()
    device_id: str | None = _optional_text()
    awaited: int = _integer()
    first_device_seq: int | None = _optional_integer()
    last_device_seq: int | None = _optional_integer()
    manifest: dict[str, Any] | None = Field(default=None, sa_type=Json)
    body: dict[str, Any] = _json()
    version: int = _integer()


class AuditHead(ServerTable, table=True):
    """Where a tenant's audit trail stands. Its row is the last lock that a transaction takes."""

    __tablename__ = "audit_head"
    __table_args__ = (STRICT,)

    tenant_id: str = _key()
    seq: int = _integer()
    hash: str = _text()


class AuditLine(ServerTable, table=True):
    """One line of the audit trail. The database itself refuses to change or delete it."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_actor", "tenant_id", "actor_id", "seq"),
        Index("ix_audit_entry_resource", "tenant_id", "resource_id", "seq"),
        STRICT,
    )

    tenant_id: str = _key()
    seq: int = Field(primary_key=True, sa_type=WholeNumber)
    at_ms: int = _integer()
    kind: str = _text()
    actor_id: str | None = _optional_text()
    device_id: str | None = _optional_text()
    address: str | None = _optional_text()
    resource_type: str | None = _optional_text()
    resource_id: str | None = _optional_text()
    operation_id: str | None = _optional_text()
    outcome: str = _text()
    times: int = _integer()
    detail: dict[str, Any] | None = Field(default=None, sa_type=Json)
    prev_hash: str = _text()
    hash: str = _text()


class ConflictEntry(ServerTable, table=True):
    """A conflict as it stands. `body` is the wire object; `resolved` the first resolution's answer."""

    __tablename__ = "conflict"
    __table_args__ = (
        UniqueConstraint("tenant_id", "operation_id"),
        Index("ix_conflict_resource", "tenant_id", "resource_type", "resource_id", "status"),
        Index("ix_conflict_open", "tenant_id", "status", "opened_ms"),
        STRICT,
    )

    tenant_id: str = _key()
    id: str = _key()
    resource_type: str = _text()
    resource_id: str = _text()
    location_id: str | None = _optional_text()
    operation_id: str = _text()
    device_id: str | None = _optional_text()
    device_seq: int | None = _optional_integer()
    counted_ms: int | None = _optional_integer()
    opened_ms: int = _integer()
    status: str = _text()
    body: dict[str, Any] = _json()
    resolved: dict[str, Any] | None = Field(default=None, sa_type=Json)


def _core(model: type[ServerTable]) -> Table:
    return cast("Table", model.__dict__["__table__"])


tenant = _core(Tenant)
location = _core(Location)
user_account = _core(UserAccount)
user_version = _core(UserVersion)
device = _core(Device)
refresh_token = _core(RefreshToken)
stream = _core(Stream)
change = _core(ChangeEntry)
product = _core(Product)
product_version = _core(ProductVersion)
stock_level = _core(StockLevelEntry)
movement = _core(Movement)
oversold = _core(Oversold)
operation = _core(OperationEntry)
till_transaction = _core(TillTransaction)
quarantine = _core(Quarantine)
shift = _core(Shift)
conflict = _core(ConflictEntry)
audit_head = _core(AuditHead)
audit_entry = _core(AuditLine)
