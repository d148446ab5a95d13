"""Every table of the server. Each primary key starts with the tenant, so no row is reached without one.

Times are milliseconds since the Unix epoch in UTC (`…_ms`). Money and quantities are integers. Rows that are
written many at a time are Core tables; a row that is read alone, handed on and changed is a SQLModel class
(docs/decisions/0016-tables.md). A SQLModel table does not validate, so neither is ever an input.
"""

from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, Index, MetaData, Table, Text, UniqueConstraint, text
from sqlalchemy.orm import registry
from sqlalchemy.sql.schema import SchemaItem
from sqlmodel import Field, SQLModel

from server_stub.store.types import Json, WholeNumber

METADATA = MetaData()

SERVER = "*"
"""Stands where a tenant's id does, for rows of the server itself. No tenant can be called that."""


def _table(name: str, *items: SchemaItem) -> Table:
    return Table(name, METADATA, *items, sqlite_strict=True)


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


def _number_key(name: str) -> Column[int]:
    return Column(name, WholeNumber, primary_key=True)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _optional_text(name: str) -> Column[str | None]:
    return Column(name, Text)


def _number(name: str) -> Column[int]:
    return Column(name, WholeNumber, nullable=False)


def _number_or(name: str, default: int) -> Column[int]:
    """A column that processes of the previous release leave out: the database fills it in."""
    return Column(name, WholeNumber, nullable=False, server_default=str(default))


def _optional_number(name: str) -> Column[int | None]:
    return Column(name, WholeNumber)


def _json(name: str) -> Column[Any]:
    return Column(name, Json, nullable=False)


def _optional_json(name: str) -> Column[Any]:
    return Column(name, Json)


def _of(parent: str, *columns: str, to: tuple[str, ...] = ("id",)) -> ForeignKeyConstraint:
    """A foreign key to a row of the same tenant."""
    names = ["tenant_id", *columns]
    targets = [f"{parent}.tenant_id", *(f"{parent}.{column}" for column in to[: len(columns)])]
    return ForeignKeyConstraint(names, targets)


tenant = _table(
    "tenant",
    _key("tenant_id"),
    _text("name"),
    _text("currency"),
    _text("pin_pepper"),
    Column("settings", Json, nullable=False, server_default="{}"),
    _number("created_ms"),
    _number_or("article_rule", 0),
    _optional_number("proved_ms"),
    _optional_number("jumped_ms"),
    _optional_number("quiet_from_ms"),
)
"""`article_rule` is the version of the rule that made the keys of the tenant's products. The last three are
what is known of the server's clock (`proved_time.Proof`). `settings` is for processes of the previous release
alone, which read and write it: settings are rows of `setting`.
"""

location = _table(
    "location",
    _key("tenant_id"),
    _key("id"),
    _text("name"),
    _text("time_zone"),
    _number("version"),
    _of("tenant"),
)

user_account = _table(
    "user_account",
    _key("tenant_id"),
    _key("id"),
    _text("username"),
    _text("name"),
    _text("role"),
    _json("locations"),
    _text("password_hash"),
    _optional_text("pin_verifier"),
    _number("disabled"),
    _number("version"),
    UniqueConstraint("tenant_id", "username"),
    _of("tenant"),
)

known_address = _table(
    "known_address",
    _key("tenant_id"),
    _key("user_id"),
    _key("address"),
    _number("seen_ms"),
    _of("user_account", "user_id"),
)
"""Where somebody signed in from (an `address_key`): strangers' attempts never lock them out there."""

second_factor = _table(
    "second_factor",
    _key("tenant_id"),
    _key("user_id"),
    _optional_text("secret"),
    _optional_text("offered"),
    _number("last_step"),
    _of("user_account", "user_id"),
)
"""The secret that a person's app makes codes from, and one that is offered and not confirmed yet; both
encrypted (`second_factor`). `last_step` is the time step of the newest code that was taken.
"""

recovery_code = _table(
    "recovery_code",
    _key("tenant_id"),
    _key("user_id"),
    _key("code_hash"),
    _optional_number("used_ms"),
    _of("user_account", "user_id"),
)

user_version = _table(
    "user_version",
    _key("tenant_id"),
    _key("user_id"),
    _number_key("version"),
    _number("tenant_seq"),
    _number("from_ms"),
    _text("role"),
    _json("locations"),
    _number("active"),
    _of("user_account", "user_id"),
)
"""A person's rights from one moment on: `tenant_seq` is their change's number in the tenant's stream,
`from_ms` its time. Both are 0 for rights from before versions were stored.
"""

stream = _table(
    "stream",
    _key("tenant_id"),
    _key("name"),
    _text("epoch"),
    _number("head"),
    _text("head_change_id"),
    _number("pruned_to"),
    _of("tenant"),
)
"""A stream's head. Its row is the lock for appending; changes up to `pruned_to` are pruned."""

change = _table(
    "change",
    _key("tenant_id"),
    _key("stream"),
    _number_key("seq"),
    _text("change_id"),
    _text("resource_type"),
    _text("resource_id"),
    _number("version"),
    _optional_json("row"),
    _optional_text("operation_id"),
    _number("at_ms"),
    _of("stream", "stream", to=("name",)),
)
"""One numbered change: the whole new row, or None for a tombstone."""

product = _table(
    "product",
    _key("tenant_id"),
    _key("id"),
    _text("name"),
    _optional_text("barcode"),
    _optional_text("sku"),
    _optional_number("price_minor"),
    _number("tax_rate_ppm"),
    _optional_text("tax_name"),
    _text("unit"),
    _number("deleted"),
    _number("version"),
    _optional_text("barcode_key"),
    _optional_text("sku_key"),
    _number_or("keyed_version", 0),
    Index("ix_product_barcode_key", "tenant_id", "barcode_key"),
    Index("ix_product_sku_key", "tenant_id", "sku_key"),
    Index(
        "ix_product_unkeyed",
        "tenant_id",
        "id",
        sqlite_where=text("keyed_version <> version"),
        postgresql_where=text("keyed_version <> version"),
    ),
    _of("tenant"),
)
"""The keys are the codes as they are compared (`sync_agent/contract/article.py`), made of the row's
`keyed_version`: a process of an earlier release writes newer versions without keys.
"""

product_version = _table(
    "product_version",
    _key("tenant_id"),
    _key("product_id"),
    _number_key("version"),
    _json("row"),
    _text("operation_id"),
    _text("actor_id"),
    _optional_text("device_id"),
    _number("occurred_ms"),
    _number("received_ms"),
    _of("product", "product_id"),
)
"""A product at one version, and what caused it: for merges and a conflict's history."""

product_alias = _table(
    "product_alias",
    _key("tenant_id"),
    _key("id"),
    _text("product_id"),
    _number("made_ms"),
    _text("made_by"),
    _number("parted"),
    _json("fields"),
    _number("version"),
    Index("ix_product_alias_product", "tenant_id", "product_id"),
    _of("tenant"),
)
"""The id of an article that was made twice, and the product that it counts on; `parted` 1: not any more.

`fields` are the alias's own values when it was joined, with which it is parted again.
"""

setting = _table(
    "setting",
    _key("tenant_id"),
    _key("id"),
    _text("name"),
    _optional_text("location_id"),
    _optional_json("value"),
    _text("changed_by"),
    _number("changed_ms"),
    _number("version"),
    _of("tenant"),
)
"""A setting of the shop, or of one place; without a value it is not set any more."""

setting_version = _table(
    "setting_version",
    _key("tenant_id"),
    _key("setting_id"),
    _number_key("version"),
    _optional_json("value"),
    _number("tenant_seq"),
    _optional_text("operation_id"),
    _text("actor_id"),
    _optional_text("device_id"),
    _number("occurred_ms"),
    _number("received_ms"),
    _of("setting", "setting_id"),
)
"""A setting at one version: `tenant_seq` is its change's number in the tenant's stream, `received_ms` its
time (both 0 for what was set before settings had versions).
"""

stock_level = _table(
    "stock_level",
    _key("tenant_id"),
    _key("location_id"),
    _key("product_id"),
    _number("quantity"),
    _number("version"),
    _number("updated_ms"),
    _number("seq"),
    _optional_number("counted_ms"),
    _optional_text("counted_device_id"),
    _optional_number("counted_device_seq"),
    Index("ix_stock_level_seq", "tenant_id", "location_id", "seq"),
)
"""Quantity on hand: the materialised sum of the movements at one place, whose count is its version.

`seq` is the number of the change that caused it. `counted_…` describe the newest applied count, with which
late movements are compared; `counted_ms` is None for a count without a time.
"""

movement = _table(
    "stock_movement",
    _key("tenant_id"),
    _key("location_id"),
    _key("product_id"),
    _number_key("version"),
    _text("id"),
    _number("delta"),
    _text("reason"),
    _optional_text("note"),
    _optional_text("reference"),
    _text("operation_id"),
    _text("actor_id"),
    _optional_text("device_id"),
    _optional_number("device_seq"),
    _number("occurred_ms"),
    _number("happened_ms"),
    _number("received_ms"),
    _number("seq"),
    _number("compensated"),
    _number("near_count"),
    _optional_text("sold_as"),
    _number_or("carried", 0),
    _optional_json("counted"),
    Index("ix_stock_movement_seq", "tenant_id", "location_id", "seq"),
)
"""One line of the stock ledger; appended, never changed. `version` is the level's after it.

`occurred_ms` is by the till's clock, `happened_ms` the same corrected by the till's clock offset.
`compensated` marks a movement that a later count had already seen, and the correction that cancels it.
`sold_as` is the alias that the operation named. `carried` marks the correction by which an alias's stock
leaves a level or comes back to it. `counted` is of a count: its time, the ids that it counted together, and
whether a later count was applied before it.
"""

notice = _table(
    "notice",
    _key("tenant_id"),
    _key("id"),
    _text("stream"),
    _text("type"),
    _text("text"),
    _text("sender_id"),
    _text("sender_name"),
    _optional_text("location_id"),
    _number("sent_ms"),
    _number("until_ms"),
    _number("version"),
)
"""A manager's notice: to everybody, or to one place. Pruned some time after its end."""

notice_read = _table(
    "notice_read",
    _key("tenant_id"),
    _key("notice_id"),
    _key("person_id"),
    _optional_text("device_id"),
    _number("read_ms"),
    _number("received_ms"),
)
"""The first report that a person has read a notice; `read_ms` is by the reporter's clock."""

oversold = _table(
    "oversold",
    _key("tenant_id"),
    _key("location_id"),
    _key("product_id"),
    _number("quantity"),
    _number("since_ms"),
    _number("open"),
    _number("version"),
)
"""A product sold below zero at one place: open exactly while its stock is below zero."""

operation = _table(
    "operation",
    _key("tenant_id"),
    _key("id"),
    _text("content_hash"),
    _optional_text("device_id"),
    _optional_number("device_seq"),
    _optional_text("chain_hash"),
    _text("resource_type"),
    _optional_text("resource_id"),
    _optional_text("location_id"),
    _text("actor_id"),
    _optional_text("approved_by_id"),
    _optional_text("replaces"),
    _text("status"),
    _json("result"),
    _number("received_ms"),
    _optional_number("tenant_seq"),
    _optional_number("happened_ms"),
    _optional_text("carried_by"),
    UniqueConstraint("tenant_id", "device_id", "device_seq"),
)
"""An operation and its answer. Its id makes it idempotent for ever.

`carried_by` is the till that carried it for `device_id`, until that till sends it itself: only what a till
sends itself proves anything against it.

`happened_ms` is when it was done, by the server's clock, `tenant_seq` what its till had read of the tenant's
stream by then; neither is ever below that of the till's previous number.
"""

till_transaction = _table(
    "till_transaction",
    _key("tenant_id"),
    _key("id"),
    _text("location_id"),
    _text("kind"),
    _text("receipt_number"),
    _optional_text("refers_to"),
    _text("currency"),
    _number("total_minor"),
    _number("occurred_ms"),
    _number("received_ms"),
    _text("actor_id"),
    _optional_text("device_id"),
    _json("flags"),
    _json("data"),
    _number_or("version", 1),
    _optional_number("device_seq"),
    _number_or("corrected_ms", 0),
    _optional_text("shift_id"),
    _optional_text("refund_of"),
    _number_or("other_tender_minor", 0),
    Index("ix_till_transaction_receipt", "tenant_id", "receipt_number"),
    Index("ix_till_transaction_refers_to", "tenant_id", "refers_to"),
    Index("ix_till_transaction_refund_of", "tenant_id", "refund_of"),
    Index("ix_till_transaction_shift", "tenant_id", "shift_id"),
    Index("ix_till_transaction_received", "tenant_id", "location_id", "received_ms"),
)
"""A completed sale, refund or void as the till finished it. Its flags and `version` alone change.

`corrected_ms` is when it occurred, by the till's clock and the offset that the till had measured; a process
of an earlier release leaves it 0, which is read as `occurred_ms`.
`other_tender_minor` is how much of it may go back by another method than its sale was paid by.
"""

transaction_flag = _table(
    "transaction_flag",
    _key("tenant_id"),
    _key("transaction_id"),
    _key("flag"),
    _text("code"),
    _text("location_id"),
    _optional_text("depends_on"),
    Index("ix_transaction_flag_depends_on", "tenant_id", "depends_on"),
    Index("ix_transaction_flag_place", "tenant_id", "location_id"),
)
"""Each flag of a transaction, as `till_transaction.flags` has it: to find the transactions by.

`depends_on` names what may change the answer when it arrives: `product:`, `shift:` or `transaction:` and its
id or receipt number.
"""

stock_flag = _table(
    "stock_flag",
    _key("tenant_id"),
    _key("location_id"),
    _key("product_id"),
    _json("flags"),
    _text("actor_id"),
    _number("since_ms"),
    _number("version"),
    Index("ix_stock_flag_product", "tenant_id", "product_id"),
)
"""What looks odd about a product's stock at one place: it was moved or counted, and is in no catalogue.

`actor_id` is who moved or counted it last; without flags it is odd no more.
"""

quarantine = _table(
    "quarantine",
    _key("tenant_id"),
    _key("operation_id"),
    _text("stream"),
    _optional_text("location_id"),
    _optional_text("device_id"),
    _text("actor_id"),
    _json("payload"),
    _text("reason"),
    _number("received_ms"),
    _text("status"),
    _optional_text("decided_by"),
    _optional_number("decided_ms"),
    _optional_text("note"),
    _number("version"),
    Index("ix_quarantine_status", "tenant_id", "status", "received_ms"),
)
"""An unreadable sale, whole as received, for a manager.

`stream` is the stream that publishes it: that of its place if known, else the tenant's.
"""

shift = _table(
    "shift",
    _key("tenant_id"),
    _key("id"),
    _text("location_id"),
    _optional_text("device_id"),
    _number("awaited"),
    _optional_number("first_device_seq"),
    _optional_number("last_device_seq"),
    _optional_json("manifest"),
    _json("body"),
    _number("version"),
    Index("ix_shift_awaited", "tenant_id", "device_id", "awaited"),
)
"""A till's drawer from opening to cashing up. `body` is the wire object, `manifest` what the till sent.

`device_id` is the till's id when it opened the shift; once it is closed, when it closed it. `awaited` is 1
while numbers of the manifest are missing.
"""

audit_head = _table(
    "audit_head",
    _key("tenant_id"),
    _number("seq"),
    _text("hash"),
)
"""The head of a tenant's audit trail. Its row is the last lock that a transaction takes."""

audit_entry = _table(
    "audit_entry",
    _key("tenant_id"),
    _number_key("seq"),
    _number("at_ms"),
    _text("kind"),
    _optional_text("actor_id"),
    _optional_text("device_id"),
    _optional_text("address"),
    _optional_text("resource_type"),
    _optional_text("resource_id"),
    _optional_text("operation_id"),
    _text("outcome"),
    _number("times"),
    _optional_json("detail"),
    _text("prev_hash"),
    _text("hash"),
    Index("ix_audit_entry_actor", "tenant_id", "actor_id", "seq"),
    Index("ix_audit_entry_resource", "tenant_id", "resource_id", "seq"),
)
"""One line of the audit trail. The database itself refuses updates and deletions."""

conflict = _table(
    "conflict",
    _key("tenant_id"),
    _key("id"),
    _text("resource_type"),
    _text("resource_id"),
    _optional_text("location_id"),
    _text("operation_id"),
    _optional_text("device_id"),
    _optional_number("device_seq"),
    _optional_number("counted_ms"),
    _number("opened_ms"),
    _text("status"),
    _json("body"),
    _optional_json("resolved"),
    UniqueConstraint("tenant_id", "operation_id"),
    Index("ix_conflict_resource", "tenant_id", "resource_type", "resource_id", "status"),
    Index("ix_conflict_open", "tenant_id", "status", "opened_ms"),
)
"""A conflict's current state. `body` is the wire object; `resolved` the answer to its resolution."""


class ServerRow(SQLModel, registry=registry(metadata=METADATA)):
    """The base of rows that are objects: see `UnitOfWork.session`."""


class Device(ServerRow, table=True):
    """An enrolled till, with its credential's hash. A cloned one has to be enrolled again."""

    __tablename__ = "device"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        UniqueConstraint("tenant_id", "receipt_series"),
        _of("location", "location_id"),
        {"sqlite_strict": True},
    )

    tenant_id: str = Field(primary_key=True, sa_type=Text)
    id: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(sa_type=Text)
    location_id: str = Field(sa_type=Text)
    receipt_series: str = Field(sa_type=Text)
    token_hash: str = Field(sa_type=Text)
    enrolled_by: str = Field(sa_type=Text)
    enrolled_ms: int = Field(sa_type=WholeNumber)
    revoked_ms: int | None = Field(default=None, sa_type=WholeNumber)
    cloned_ms: int | None = Field(default=None, sa_type=WholeNumber)
    former_id: str | None = Field(default=None, sa_type=Text)
    """The till's id before it was enrolled again."""
    generation: int = Field(
        default=0, sa_type=WholeNumber, sa_column_kwargs={"nullable": False, "server_default": "0"}
    )
    """How often its credential was replaced by a successor that was used."""
    next_hash: str | None = Field(default=None, sa_type=Text)
    """The newest successor, not used yet."""
    first_hash: str | None = Field(default=None, sa_type=Text)
    """The credential of its enrolment, once it was replaced."""
    used_ms: int | None = Field(default=None, sa_type=WholeNumber)
    used_from: str | None = Field(default=None, sa_type=Text)
    """When and from where the current credential was first used; None for the one of its enrolment."""


class EnrolmentCode(ServerRow, table=True):
    """A one-time code, stored as a hash: for a till at one place, or for the first shop of an empty server.

    The latter are rows of `SERVER`, which is no shop. On PostgreSQL a row is also seen by whoever names its
    hash (`database.name_code`): a till that has only a code does not know whose it is.
    """

    __tablename__ = "enrolment_code"
    __table_args__ = (_of("location", "location_id"), {"sqlite_strict": True})

    tenant_id: str = Field(primary_key=True, sa_type=Text)
    code_hash: str = Field(primary_key=True, sa_type=Text)
    location_id: str | None = Field(default=None, sa_type=Text)
    made_by: str | None = Field(default=None, sa_type=Text)
    """The user's id; None: a command of the server."""
    made_ms: int = Field(sa_type=WholeNumber)
    expires_ms: int = Field(sa_type=WholeNumber)
    used_ms: int | None = Field(default=None, sa_type=WholeNumber)
    nonce_hash: str | None = Field(default=None, sa_type=Text)
    """Of the till that has used it, and may be answered once more."""
    became: str | None = Field(default=None, sa_type=Text)
    """The id of what it became: a till, or a shop."""


class RefreshToken(ServerRow, table=True):
    """One token of a family of rotating refresh tokens, stored as a hash."""

    __tablename__ = "refresh_token"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_refresh_token_family", "tenant_id", "family_id"),
        _of("user_account", "user_id"),
        {"sqlite_strict": True},
    )

    tenant_id: str = Field(primary_key=True, sa_type=Text)
    token_hash: str = Field(primary_key=True, sa_type=Text)
    family_id: str = Field(sa_type=Text)
    user_id: str = Field(sa_type=Text)
    successor_hash: str | None = Field(default=None, sa_type=Text)
    expires_ms: int = Field(sa_type=WholeNumber)
    revoked_ms: int | None = Field(default=None, sa_type=WholeNumber)
    used_ms: int | None = Field(default=None, sa_type=WholeNumber)
    """When it was first exchanged; None also where a process of the previous release did that."""
    used_from: str | None = Field(default=None, sa_type=Text)
    """The address that it was first exchanged from."""


class SignInRecord(ServerRow, table=True):
    """One sign-in of a person: a family of refresh tokens."""

    __tablename__ = "sign_in"
    __table_args__ = (
        Index("ix_sign_in_user", "tenant_id", "user_id"),
        _of("user_account", "user_id"),
        {"sqlite_strict": True},
    )

    tenant_id: str = Field(primary_key=True, sa_type=Text)
    id: str = Field(primary_key=True, sa_type=Text)
    """The `family_id` of its refresh tokens."""
    user_id: str = Field(sa_type=Text)
    began_ms: int = Field(sa_type=WholeNumber)
    began_from: str | None = Field(default=None, sa_type=Text)
    used_ms: int = Field(sa_type=WholeNumber)
    used_from: str | None = Field(default=None, sa_type=Text)
    expires_ms: int = Field(sa_type=WholeNumber)
    """When its newest refresh token expires."""
    ended_ms: int | None = Field(default=None, sa_type=WholeNumber)
