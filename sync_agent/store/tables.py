"""The till's tables. Times are milliseconds since the epoch in UTC, JSON is text, flags are 0 or 1.

Five families: what this till is (`device`, `link`, `notice`), what it asks of the server (`outbox`,
`delivery`, `attempt`, `overlay`, `product_overlay`), what the server confirmed (the replica: `product` …
`conflict`, `cursor`, and their `staged_` twins that a snapshot fills), what a clerk searches (`catalogue`,
the projection of products), and what was done at this counter (`sale`, `sale_line`, `payment`, `shift`,
`held_cart`, `count_session`, `count_line`, `journal`, `pin_try`, `preference`, `stock_elsewhere`). Tables are
rows, never inputs: a SQLModel table does not validate. Foreign keys hold within a family and not across:
stock may arrive before its product.
"""

from typing import Any, ClassVar

from sqlalchemy import Index, Table, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import registry
from sqlalchemy.sql.compiler import TypeCompiler
from sqlmodel import Field, SQLModel
from sqlmodel.sql.sqltypes import AutoString


@compiles(AutoString, "sqlite")
def _text_in_strict_tables(_type: AutoString, _compiler: TypeCompiler, **_: object) -> str:
    return "TEXT"  # STRICT tables know no VARCHAR


_STRICT = {"sqlite_strict": True}


class Row(SQLModel, registry=registry()):
    """The base of the till's tables, with a registry of its own: a server may live in the same process."""

    __table_args__: ClassVar[Any] = _STRICT


# --- what this till is -------------------------------------------------------------------------------


class Device(Row, table=True):
    """This till as it was enrolled, and the counters that only it advances. One row, id 1."""

    id: int = Field(primary_key=True)
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
    next_receipt: int
    next_device_seq: int
    last_hash: str
    clock_offset_ms: int
    """Server minus till, as last measured."""
    enrolled_ms: int


class Link(Row, table=True):
    """What outlives a restart about the way to the server. One row, id 1."""

    id: int = Field(primary_key=True)
    failures: int
    """Transport troubles in a row; the next wait is drawn from it."""
    not_before_ms: int
    """The queue rests until then."""
    last_contact_ms: int | None
    last_full_sync_ms: int | None


class Notice(Row, table=True):
    """What a person has to read even after a restart: a damaged database, a restored server."""

    id: int | None = Field(default=None, primary_key=True)
    at_ms: int
    kind: str
    message: str
    read_ms: int | None


# --- what it asks of the server ----------------------------------------------------------------------


class Outbox(Row, table=True):
    """One operation, from the clerk's act to its end. Its content never changes once it was tried."""

    __tablename__ = "outbox"
    __table_args__: ClassVar[Any] = (
        Index("outbox_open", "status", "rank", "device_seq", sqlite_where=text("finished_ms IS NULL")),
        Index("outbox_due", "status", "next_attempt_ms", sqlite_where=text("finished_ms IS NULL")),
        Index("outbox_lane", "lane", "device_seq", sqlite_where=text("lane IS NOT NULL")),
        Index("outbox_finished", "finished_ms", sqlite_where=text("finished_ms IS NOT NULL")),
        Index("outbox_depends_on", "depends_on", sqlite_where=text("depends_on IS NOT NULL")),
        Index("outbox_offer_again", "device_seq", sqlite_where=text("offer_again = 1")),
        _STRICT,
    )

    id: str = Field(primary_key=True)
    device_seq: int = Field(unique=True)
    operation: str
    resource_type: str
    resource_id: str | None
    location_id: str | None
    data: str
    base_version: int | None
    actor_id: str
    approved_by_id: str | None
    prev_hash: str
    hash: str
    timestamp_ms: int
    clock_offset_ms: int
    schema_version: int
    replaces: str | None
    summary: str
    """What a clerk reads in the list: a JSON object that `app` writes and renders."""
    bytes: int
    """Of the operation on the wire, for splitting batches before they are sent."""
    rank: int
    """0 for what customers wait on, 1 for bulk edits."""
    lane: str | None
    """Versioned operations with the same lane go one after another; None flows past all."""
    status: str
    failures: int
    """Attempts burned: times the server failed on this operation alone while others passed."""
    sent_count: int
    next_attempt_ms: int
    lease_owner: str | None
    lease_until_ms: int | None
    code: str | None
    error: str | None
    result: str | None
    finished_ms: int | None
    depends_on: str | None = None
    """The operation that has to be completed before this one is offered."""
    offer_again: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """1 for a completed operation that a restored server may have lost."""
    ended_by: str | None = None
    """Who discarded or replaced it, and why: `end_reason`."""
    end_reason: str | None = None
    approvals: str | None = None
    """What a manager approved in it: a JSON list in wire names, sent beside `approved_by_id`."""


class Delivery(Row, table=True):
    """One exchange that carried operations up. `id` is its request id, which stands in the server's log too.

    `outcome` stays None where the till stopped before it knew.
    """

    __table_args__: ClassVar[Any] = (Index("delivery_began", "began_ms"), _STRICT)

    id: str = Field(primary_key=True)
    began_ms: int
    ended_ms: int | None
    way: str
    """"http" or "socket"."""
    operations: int
    bytes: int
    outcome: str | None
    code: str | None
    detail: str | None


class Attempt(Row, table=True):
    """One operation in one delivery, and what became of it there."""

    __table_args__: ClassVar[Any] = (
        Index("attempt_delivery", "delivery_id"),
        {**_STRICT, "sqlite_with_rowid": False},
    )

    operation_id: str = Field(primary_key=True)
    delivery_id: str = Field(primary_key=True)
    outcome: str | None
    code: str | None
    detail: str | None


class Overlay(Row, table=True):
    """What one unconfirmed operation does to one product's stock at one place.

    `kind` is "delta" (add `quantity`) or "count" (it is `quantity`). Kept until the cursor of
    `effect_stream` has reached `effect_seq`, so that a figure never flickers.
    """

    __table_args__: ClassVar[Any] = (
        Index("overlay_place", "product_id", "location_id", "device_seq"),
        Index("overlay_effect", "effect_stream", "effect_seq", sqlite_where=text("effect_seq IS NOT NULL")),
        _STRICT,
    )

    operation_id: str = Field(primary_key=True, foreign_key="outbox.id")
    product_id: str = Field(primary_key=True)
    location_id: str = Field(primary_key=True)
    device_seq: int
    kind: str
    quantity: int
    effect_stream: str | None
    effect_seq: int | None


class ProductOverlay(Row, table=True):
    """The fields that one unconfirmed operation sets on a product; `deleted` 1 where it deletes it."""

    __tablename__ = "product_overlay"
    __table_args__: ClassVar[Any] = (
        Index("product_overlay_product", "product_id", "device_seq"),
        Index(
            "product_overlay_effect",
            "effect_stream",
            "effect_seq",
            sqlite_where=text("effect_seq IS NOT NULL"),
        ),
        _STRICT,
    )

    operation_id: str = Field(primary_key=True, foreign_key="outbox.id")
    product_id: str = Field(primary_key=True)
    device_seq: int
    fields: str
    deleted: int
    effect_stream: str | None
    effect_seq: int | None


# --- what the server confirmed: written by the feed alone -------------------------------------------


class Cursor(Row, table=True):
    """How far this till has followed a stream: the number and id of the last change applied."""

    stream: str = Field(primary_key=True)
    seq: int
    change_id: str
    epoch: str
    synced_ms: int


class Staging(Row, table=True):
    """A snapshot on its way in; `page_token` resumes it after a crash."""

    stream: str = Field(primary_key=True)
    seq: int
    change_id: str
    epoch: str
    page_token: str | None
    rows_done: int
    rows_total: int
    complete: int


class ProductColumns(Row):
    id: str = Field(primary_key=True)
    name: str
    barcode: str | None
    sku: str | None
    price_minor: int | None
    tax_rate_ppm: int
    unit: str
    deleted: int
    version: int


class Product(ProductColumns, table=True):
    """A product as the server last confirmed it."""


class StagedProduct(ProductColumns, table=True):
    __tablename__ = "staged_product"


class LocationColumns(Row):
    id: str = Field(primary_key=True)
    name: str
    time_zone: str
    version: int


class Location(LocationColumns, table=True):
    """A shop of this tenant."""


class StagedLocation(LocationColumns, table=True):
    __tablename__ = "staged_location"


class PersonColumns(Row):
    id: str = Field(primary_key=True)
    username: str
    name: str
    role: str
    locations: str
    pin_verifier: str | None
    disabled: int
    version: int


class Person(PersonColumns, table=True):
    """A user of this tenant, with what checks their PIN when the server is away."""


class StagedPerson(PersonColumns, table=True):
    __tablename__ = "staged_person"


class StockLevelColumns(Row):
    location_id: str = Field(primary_key=True)
    product_id: str = Field(primary_key=True)
    quantity: int
    version: int
    updated_ms: int


class StockLevel(StockLevelColumns, table=True):
    """Quantity on hand as the server last confirmed it."""

    __tablename__ = "stock_level"
    __table_args__: ClassVar[Any] = (
        Index("stock_level_oversold", "product_id", sqlite_where=text("quantity < 0")),
        _STRICT,
    )


class StagedStockLevel(StockLevelColumns, table=True):
    __tablename__ = "staged_stock_level"


class MovementColumns(Row):
    id: str = Field(primary_key=True)
    product_id: str
    location_id: str
    delta: int
    reason: str
    note: str | None
    reference: str | None
    operation_id: str
    actor_id: str
    device_id: str | None
    occurred_ms: int
    received_ms: int
    seq: int


class Movement(MovementColumns, table=True):
    """A line of the stock ledger, as far as this till has heard of it."""

    __table_args__: ClassVar[Any] = (
        Index("movement_product", "product_id", "location_id", "seq"),
        Index("movement_operation", "operation_id"),
        _STRICT,
    )


class StagedMovement(MovementColumns, table=True):
    __tablename__ = "staged_movement"


class ConflictColumns(Row):
    id: str = Field(primary_key=True)
    resource_type: str
    resource_id: str
    location_id: str | None
    operation_id: str | None
    status: str
    version: int
    opened_ms: int
    body: str
    """The wire's Conflict, whole."""


class Conflict(ConflictColumns, table=True):
    """Two versions of one thing, waiting for a person or decided by one."""

    __table_args__: ClassVar[Any] = (
        Index("conflict_open", "status", "opened_ms"),
        Index("conflict_operation", "operation_id"),
        _STRICT,
    )


class StagedConflict(ConflictColumns, table=True):
    __tablename__ = "staged_conflict"


class ShiftStandingColumns(Row):
    id: str = Field(primary_key=True)
    location_id: str
    device_id: str | None
    status: str
    version: int
    body: str
    """The wire's ShiftRow, whole."""


class ShiftStanding(ShiftStandingColumns, table=True):
    """How a shift of this place stands at the server: whether all that its till says it sent is there."""

    __tablename__ = "shift_standing"


class StagedShiftStanding(ShiftStandingColumns, table=True):
    __tablename__ = "staged_shift_standing"


# --- what a clerk searches ---------------------------------------------------------------------------


class CatalogueEntry(Row, table=True):
    """A product as this till shows and sells it: the replica with this till's own edits over it.

    `folded` is what is searched (NFKD, casefolded, marks removed); `catalogue_search` indexes it.
    """

    __tablename__ = "catalogue"
    __table_args__: ClassVar[Any] = (
        Index("catalogue_barcode", "barcode", sqlite_where=text("barcode IS NOT NULL")),
        Index("catalogue_sku", "sku", sqlite_where=text("sku IS NOT NULL")),
        Index("catalogue_folded", "folded"),
        _STRICT,
    )

    id: int | None = Field(default=None, primary_key=True)
    product_id: str = Field(unique=True)
    name: str
    barcode: str | None
    sku: str | None
    price_minor: int | None
    tax_rate_ppm: int
    unit: str
    version: int
    """The version that the server confirmed; 0 for a product that it does not know yet."""
    folded: str


# --- what was done at this counter -------------------------------------------------------------------


class Sale(Row, table=True):
    """Whatever has a receipt number: a finished sale, refund or void, money paid in or out, a drawer opened
    without a sale. Its id is that of its operation.
    """

    __table_args__: ClassVar[Any] = (
        Index("sale_occurred", "occurred_ms"),
        Index("sale_shift", "shift_id"),
        Index("sale_refers_to", "refers_to", sqlite_where=text("refers_to IS NOT NULL")),
        _STRICT,
    )

    id: str = Field(primary_key=True, foreign_key="outbox.id")
    kind: str
    receipt_number: str = Field(unique=True)
    refers_to: str | None
    currency: str
    total_minor: int
    tax_minor: int
    rounding_minor: int
    actor_id: str
    occurred_ms: int
    shift_id: str | None = None
    approved_by_id: str | None = None
    reason: str | None = None


class SaleLine(Row, table=True):
    __tablename__ = "sale_line"

    sale_id: str = Field(primary_key=True, foreign_key="sale.id")
    line_no: int = Field(primary_key=True)
    product_id: str
    description: str
    quantity: int
    unit_price_minor: int
    discount_minor: int
    tax_rate_ppm: int
    tax_minor: int
    total_minor: int
    list_price_minor: int | None = None
    """What the catalogue asked, where another price was taken."""
    reason: str | None = None
    """Of another price, or of a discount."""


class SalePayment(Row, table=True):
    __tablename__ = "payment"

    sale_id: str = Field(primary_key=True, foreign_key="sale.id")
    payment_no: int = Field(primary_key=True)
    method: str
    amount_minor: int
    change_minor: int
    reference: str | None


class Shift(Row, table=True):
    """This till's drawer from its opening to its cashing up; its id is that of the opening operation."""

    __table_args__: ClassVar[Any] = (Index("shift_opened", "opened_ms"), _STRICT)

    id: str = Field(primary_key=True)
    status: str
    opened_by: str
    opened_ms: int
    float_minor: int
    first_device_seq: int
    closed_by: str | None
    closed_ms: int | None
    counted_minor: int | None
    expected_minor: int | None
    totals: str | None
    """What the drawer took, by payment method: a JSON object of minor units."""
    reason: str | None
    """Of a difference between what was counted and what was expected."""
    operations: int | None
    """How many its manifest names."""
    close_operation_id: str | None


class HeldCart(Row, table=True):
    """A cart that was put aside, or, with `in_progress` 1, the one on the screen."""

    __tablename__ = "held_cart"
    __table_args__: ClassVar[Any] = (
        Index("held_cart_in_progress", "in_progress", unique=True, sqlite_where=text("in_progress = 1")),
        _STRICT,
    )

    id: str = Field(primary_key=True)
    in_progress: int
    at_ms: int
    actor_id: str
    items: int
    total_minor: int
    body: str


class CountSession(Row, table=True):
    """Counting a whole place or one shelf by scanning; it can rest and go on, after a restart too."""

    __tablename__ = "count_session"

    id: str = Field(primary_key=True)
    name: str
    is_full: int
    status: str
    actor_id: str
    began_ms: int
    ended_ms: int | None


class CountLine(Row, table=True):
    """What was counted of one product. `seen` is what this till showed on hand when it was last counted."""

    __tablename__ = "count_line"

    session_id: str = Field(primary_key=True, foreign_key="count_session.id")
    product_id: str = Field(primary_key=True)
    quantity: int
    seen: int
    counted_ms: int


class Journal(Row, table=True):
    """What was done here that somebody may ask about later: by whom, approved by whom, and why."""

    __table_args__: ClassVar[Any] = (Index("journal_at", "at_ms"), _STRICT)

    id: int | None = Field(default=None, primary_key=True)
    at_ms: int
    kind: str
    actor_id: str
    approved_by_id: str | None
    reason: str | None
    detail: str


class PinTry(Row, table=True):
    """Wrong PINs in a row, and until when this person has to wait."""

    __tablename__ = "pin_try"

    person_id: str = Field(primary_key=True)
    wrong: int
    closed_until_ms: int


class Preference(Row, table=True):
    """One setting of this till, as JSON."""

    name: str = Field(primary_key=True)
    value: str


class StockElsewhere(Row, table=True):
    """What the server said of another place when somebody last looked, and when that was."""

    __tablename__ = "stock_elsewhere"

    product_id: str = Field(primary_key=True)
    location_id: str = Field(primary_key=True)
    quantity: int
    updated_ms: int
    asked_ms: int


# --- the same tables for Core statements, which is what every query and hot path here is written with --


def _core(row: type[Row]) -> Table:
    return row.metadata.tables[str(row.__tablename__)]


device = _core(Device)
link = _core(Link)
notice = _core(Notice)
outbox = _core(Outbox)
delivery = _core(Delivery)
attempt = _core(Attempt)
overlay = _core(Overlay)
product_overlay = _core(ProductOverlay)
cursor = _core(Cursor)
staging = _core(Staging)
product = _core(Product)
location = _core(Location)
person = _core(Person)
stock_level = _core(StockLevel)
movement = _core(Movement)
conflict = _core(Conflict)
staged_product = _core(StagedProduct)
staged_location = _core(StagedLocation)
staged_person = _core(StagedPerson)
staged_stock_level = _core(StagedStockLevel)
staged_movement = _core(StagedMovement)
staged_conflict = _core(StagedConflict)
catalogue = _core(CatalogueEntry)
sale = _core(Sale)
sale_line = _core(SaleLine)
payment = _core(SalePayment)
shift_standing = _core(ShiftStanding)
staged_shift_standing = _core(StagedShiftStanding)
shift = _core(Shift)
held_cart = _core(HeldCart)
count_session = _core(CountSession)
count_line = _core(CountLine)
journal = _core(Journal)
pin_try = _core(PinTry)
preference = _core(Preference)
stock_elsewhere = _core(StockElsewhere)
