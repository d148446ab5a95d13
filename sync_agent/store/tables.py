"""The till's tables. Times are milliseconds since the epoch in UTC, JSON is text, flags are 0 or 1.

Five families: this till itself (`device`, `link`, `notice`), its requests to the server (`outbox`,
`delivery`, `attempt`, `overlay`, `product_overlay`), what the server confirmed (the replica: `product` …
`shop_notice`, `cursor`, and the `staged_` tables that a snapshot fills), what a clerk searches
(`catalogue`, the projection of products, and `article_rule`), and what was done at this counter (`sale`,
`sale_line`, `payment`, `shift`, `held_cart`, `count_session`, `count_line`, `journal`, `pin_try`,
`preference`, `stock_elsewhere`). Foreign keys hold within a family and not across: stock may arrive before
its product. All are Core tables, because the window waits until they are made
(docs/decisions/0016-tables.md).
"""

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    literal_column,
    text,
)
from sqlalchemy.sql.schema import SchemaItem

METADATA = MetaData()


def _table(name: str, *items: SchemaItem, sqlite_with_rowid: bool = True) -> Table:
    return Table(name, METADATA, *items, sqlite_strict=True, sqlite_with_rowid=sqlite_with_rowid)


def _staged(table: Table) -> Table:
    """The table that a snapshot fills: the same columns and key, without indexes that are added later."""
    return table.to_metadata(METADATA, name=f"staged_{table.name}")


def _key(name: str, *references: ForeignKey) -> Column[str]:
    return Column(name, Text, *references, primary_key=True)


def _number_key(name: str) -> Column[int]:
    return Column(name, Integer, primary_key=True)


def _text(name: str, *, unique: bool | None = None, server_default: str | None = None) -> Column[str]:
    return Column(name, Text, nullable=False, unique=unique, server_default=server_default)


def _optional_text(name: str) -> Column[str | None]:
    return Column(name, Text)


def _number(name: str, *, unique: bool | None = None, server_default: str | None = None) -> Column[int]:
    return Column(name, Integer, nullable=False, unique=unique, server_default=server_default)


def _optional_number(name: str) -> Column[int | None]:
    return Column(name, Integer)


def as_written(table: Table) -> ColumnElement[int]:
    """Orders a table's rows as they were written, whatever the clock said: by SQLite's own row numbers."""
    return literal_column(f"{table.name}.rowid", Integer)


# --- what this till is -------------------------------------------------------------------------------

device = _table(
    "device",
    _number_key("id"),
    _text("device_id"),
    _text("name"),
    _text("tenant_id"),
    _text("tenant_name"),
    _text("currency"),
    _text("location_id"),
    _text("location_name"),
    _text("time_zone"),
    _text("receipt_series"),
    _text("server_url"),
    _number("next_receipt"),
    _number("next_device_seq"),
    _text("last_hash"),
    # Server minus till, as last measured.
    _number("clock_offset_ms"),
    _number("enrolled_ms"),
    # The first operation number that was given out under this identity.
    _number("first_device_seq", server_default="1"),
)
"""This till as enrolled, and the counters that only it advances. One row, id 1."""

link = _table(
    "link",
    _number_key("id"),
    # Transport failures in a row; the next wait is drawn from it.
    _number("failures"),
    # The queue backs off until then.
    _number("not_before_ms"),
    _optional_number("last_contact_ms"),
    _optional_number("last_full_sync_ms"),
    # The forms of operations that the server last named: a JSON list; None if it named none.
    _optional_text("forms"),
    # The most numbers that the server takes in a shift's manifest; None before it was asked.
    _optional_number("shift_operations"),
    # The resource types whose operations it takes: a JSON list, empty if it named none; None: not asked yet.
    _optional_text("takes"),
)
"""The state of the link to the server that survives a restart. One row, id 1."""

notice = _table(
    "notice",
    _number_key("id"),
    _number("at_ms"),
    _text("kind"),
    _text("message"),
    _optional_number("read_ms"),
    _optional_text("figures"),
)
"""A notice of this till, shown until it is read: a damaged database, a restored server.

`figures` is JSON, which the host words by `kind`; `message` is the text of an older release or an older
server, which has no figures.
"""

# --- what it asks of the server ----------------------------------------------------------------------

outbox = _table(
    "outbox",
    _key("id"),
    _number("device_seq", unique=True),
    _text("operation"),
    _text("resource_type"),
    _optional_text("resource_id"),
    _optional_text("location_id"),
    _text("data"),
    _optional_number("base_version"),
    _text("actor_id"),
    _optional_text("approved_by_id"),
    _text("prev_hash"),
    _text("hash"),
    _number("timestamp_ms"),
    _number("clock_offset_ms"),
    _number("schema_version"),
    _optional_text("replaces"),
    # For the list that a clerk reads: a JSON object that `app` writes and renders.
    _text("summary"),
    # The operation's size on the wire, for sizing batches before they are sent.
    _number("bytes"),
    # The priority: 0 for what customers wait for, 1 for bulk edits.
    _number("rank"),
    # The ordering key: operations with the same key are sent in sequence; None is not ordered.
    _optional_text("lane"),
    _text("status"),
    # Failed attempts: how often the server failed on this operation alone while others passed.
    _number("failures"),
    _number("sent_count"),
    _number("next_attempt_ms"),
    _optional_text("lease_owner"),
    _optional_number("lease_until_ms"),
    _optional_text("code"),
    _optional_text("error"),
    _optional_text("result"),
    _optional_number("finished_ms"),
    # The operation that has to be completed before this one is sent.
    _optional_text("depends_on"),
    # 1 for a completed operation that a restored server may have lost.
    _number("offer_again", server_default="0"),
    # Who discarded or replaced it, and why: `end_reason`.
    _optional_text("ended_by"),
    _optional_text("end_reason"),
    # A manager's approvals: a JSON list in wire names, sent beside `approved_by_id`.
    _optional_text("approvals"),
    # How far this till had read the tenant's stream (people, products) when the operation was made.
    _optional_number("tenant_seq"),
    Index("outbox_open", "status", "rank", "device_seq", sqlite_where=text("finished_ms IS NULL")),
    Index("outbox_due", "status", "next_attempt_ms", sqlite_where=text("finished_ms IS NULL")),
    Index("outbox_lane", "lane", "device_seq", sqlite_where=text("lane IS NOT NULL")),
    Index("outbox_finished", "finished_ms", sqlite_where=text("finished_ms IS NOT NULL")),
    Index("outbox_depends_on", "depends_on", sqlite_where=text("depends_on IS NOT NULL")),
    Index("outbox_offer_again", "device_seq", sqlite_where=text("offer_again = 1")),
)
"""One operation, from the clerk's action to its end. Its content never changes."""

delivery = _table(
    "delivery",
    _key("id"),
    _number("began_ms"),
    _optional_number("ended_ms"),
    # "http" or "socket".
    _text("way"),
    _number("operations"),
    _number("bytes"),
    _optional_text("outcome"),
    _optional_text("code"),
    _optional_text("detail"),
    Index("delivery_began", "began_ms"),
)
"""One exchange that sent operations. `id` is its request id, which the server logs, too. `way` is its route.

`outcome` stays None if the till stopped before it knew.
"""

attempt = _table(
    "attempt",
    _key("operation_id"),
    _key("delivery_id"),
    _optional_text("outcome"),
    _optional_text("code"),
    _optional_text("detail"),
    Index("attempt_delivery", "delivery_id"),
    sqlite_with_rowid=False,
)
"""One operation in one delivery, and its outcome there."""

overlay = _table(
    "overlay",
    _key("operation_id", ForeignKey("outbox.id")),
    _key("product_id"),
    _key("location_id"),
    _number("device_seq"),
    _text("kind"),
    _number("quantity"),
    _optional_text("effect_stream"),
    _optional_number("effect_seq"),
    Index("overlay_place", "product_id", "location_id", "device_seq"),
    Index("overlay_effect", "effect_stream", "effect_seq", sqlite_where=text("effect_seq IS NOT NULL")),
)
"""The effect of one unconfirmed operation on one product's stock at one location.

`kind` is "delta" (add `quantity`) or "count" (set to `quantity`). The row is deleted once the cursor of
`effect_stream` has reached `effect_seq`, so a figure never flickers."""

product_overlay = _table(
    "product_overlay",
    _key("operation_id", ForeignKey("outbox.id")),
    _key("product_id"),
    _number("device_seq"),
    _text("fields"),
    _number("deleted"),
    _optional_text("effect_stream"),
    _optional_number("effect_seq"),
    Index("product_overlay_product", "product_id", "device_seq"),
    Index(
        "product_overlay_effect",
        "effect_stream",
        "effect_seq",
        sqlite_where=text("effect_seq IS NOT NULL"),
    ),
)
"""The fields that one unconfirmed operation sets on a product; `deleted` 1 where it deletes it."""

# --- what the server confirmed: written by the feed alone -------------------------------------------

cursor = _table(
    "cursor",
    _key("stream"),
    _number("seq"),
    _text("change_id"),
    _text("epoch"),
    _number("synced_ms"),
    # What the copy was read with, as `reader` writes it; {} from releases that did not store it.
    _text("reader", server_default="{}"),
)
"""The cursor of a stream: the number and id of the last change applied."""

staging = _table(
    "staging",
    _key("stream"),
    _number("seq"),
    _text("change_id"),
    _text("epoch"),
    _optional_text("page_token"),
    _number("rows_done"),
    _number("rows_total"),
    _number("complete"),
    # As in `cursor`.
    _text("reader", server_default="{}"),
)
"""A snapshot that is being staged; `page_token` resumes it after a crash."""

product = _table(
    "product",
    _key("id"),
    _text("name"),
    _optional_text("barcode"),
    _optional_text("sku"),
    _optional_number("price_minor"),
    _number("tax_rate_ppm"),
    _text("unit"),
    _number("deleted"),
    _number("version"),
    # Of the unit, as the server sent them.
    _optional_number("unit_decimals"),
    # The key of its named tax rate, whose figure depends on the day.
    _optional_text("tax_name"),
)
"""A product as the server last confirmed it."""
staged_product = _staged(product)

setting_overlay = _table(
    "setting_overlay",
    _key("operation_id", ForeignKey("outbox.id")),
    _key("setting_id"),
    _number("device_seq"),
    _optional_text("value"),
    _optional_text("effect_stream"),
    _optional_number("effect_seq"),
    Index(
        "setting_overlay_effect",
        "effect_stream",
        "effect_seq",
        sqlite_where=text("effect_seq IS NOT NULL"),
    ),
)
"""What this till's own unconfirmed changes make of the shop's settings; the value as JSON, None: not set."""

shop_setting = _table(
    "shop_setting",
    _key("id"),
    _text("name"),
    _optional_text("location_id"),
    _optional_text("value"),
    _text("changed_by"),
    _number("changed_ms"),
    _number("version"),
)
"""A setting of the shop, or of one of its places; the value as JSON, None: not set any more."""
staged_shop_setting = _staged(shop_setting)

product_alias = _table(
    "product_alias",
    _key("id"),
    _text("product_id"),
    _number("made_ms"),
    _text("made_by"),
    _number("parted"),
    _number("version"),
)
"""The id of an article that was made twice, and the product that it counts on; `parted` 1: not any more."""
staged_product_alias = _staged(product_alias)
Index("product_alias_product", product_alias.c.product_id)

location = _table(
    "location",
    _key("id"),
    _text("name"),
    _text("time_zone"),
    _number("version"),
)
"""A shop of this tenant."""
staged_location = _staged(location)

person = _table(
    "person",
    _key("id"),
    _text("username"),
    _text("name"),
    _text("role"),
    _text("locations"),
    _optional_text("pin_verifier"),
    _number("disabled"),
    _number("version"),
)
"""A user of this tenant, with the verifier that checks their PIN offline."""
staged_person = _staged(person)

stock_level = _table(
    "stock_level",
    _key("location_id"),
    _key("product_id"),
    _number("quantity"),
    _number("version"),
    _number("updated_ms"),
)
"""Quantity on hand as the server last confirmed it."""
staged_stock_level = _staged(stock_level)
Index("stock_level_oversold", stock_level.c.product_id, sqlite_where=text("quantity < 0"))

movement = _table(
    "movement",
    _key("id"),
    _text("product_id"),
    _text("location_id"),
    _number("delta"),
    _text("reason"),
    _optional_text("note"),
    _optional_text("reference"),
    _text("operation_id"),
    _text("actor_id"),
    _optional_text("device_id"),
    _number("occurred_ms"),
    _number("received_ms"),
    _number("seq"),
    # The id that its operation named, if that is an alias.
    _optional_text("sold_as"),
)
"""A movement of the stock ledger; the till stores those that it received."""
staged_movement = _staged(movement)
Index("movement_product", movement.c.product_id, movement.c.location_id, movement.c.seq)
Index("movement_operation", movement.c.operation_id)

conflict = _table(
    "conflict",
    _key("id"),
    _text("resource_type"),
    _text("resource_id"),
    _optional_text("location_id"),
    _optional_text("operation_id"),
    _text("status"),
    _number("version"),
    _number("opened_ms"),
    # The wire's Conflict, whole.
    _text("body"),
)
"""Two versions of one thing, open or decided by a person."""
staged_conflict = _staged(conflict)
Index("conflict_open", conflict.c.status, conflict.c.opened_ms)
Index("conflict_operation", conflict.c.operation_id)

shift_standing = _table(
    "shift_standing",
    _key("id"),
    _text("location_id"),
    _optional_text("device_id"),
    _text("status"),
    _number("version"),
    # The wire's ShiftRow, whole.
    _text("body"),
)
"""The server's state of a shift of this location: whether it has all operations of its manifest."""
staged_shift_standing = _staged(shift_standing)

receipt = _table(
    "receipt",
    _key("id"),
    _text("kind"),
    _text("receipt_number"),
    _optional_text("refund_of"),
    _optional_text("refers_to"),
    _text("actor_id"),
    _optional_text("device_id"),
    _number("occurred_ms"),
    # By the server's clock.
    _number("received_ms"),
    _number("version"),
    # The wire's TransactionRow, whole.
    _text("body"),
    # When it was asked for, where it is older than what every till has; None: the stream or the copy has it.
    _optional_number("asked_ms"),
    Index("receipt_number", "receipt_number"),
    Index("receipt_refund_of", "refund_of", sqlite_where=text("refund_of IS NOT NULL")),
    Index("receipt_refers_to", "refers_to", sqlite_where=text("refers_to IS NOT NULL")),
    Index("receipt_received", "received_ms"),
)
"""A till transaction of this location, of any till, as the server has it: what can be refunded here."""

receipts_copy = _table(
    "receipts_copy",
    _key("stream"),
    _optional_text("page_token"),
    _number("complete"),
    _number("rows_done"),
    # As long as the shop refunded when it was begun; less where older ones were deleted here since.
    _number("days", server_default="0"),
)
"""How far the first copy of a location's receipts was read, newest first; it is read beside selling."""

receipt_question = _table(
    "receipt_question",
    _key("receipt_number"),
    _number("answered_ms"),
    # How many sales the server has under it.
    _number("found"),
)
"""A receipt number that the server was asked for, and what it had."""

shop_notice = _table(
    "shop_notice",
    _key("id"),
    _text("type"),
    _text("text"),
    _text("sender_id"),
    _text("sender_name"),
    _optional_text("location_id"),
    _number("sent_ms"),
    _number("until_ms"),
    _number("version"),
)
"""A manager's notice to the shop or one location: plain text, shown until it was read or has ended."""
staged_shop_notice = _staged(shop_notice)

shop_notice_read = _table(
    "shop_notice_read",
    _key("notice_id"),
    _text("person_id"),
    _number("read_ms"),
    _optional_number("reported_ms"),
)
"""Which shop notices were read at this till, by whom first, and when that was reported to the server."""

# --- what a clerk searches ---------------------------------------------------------------------------

catalogue = _table(
    "catalogue",
    _number_key("id"),
    _text("product_id", unique=True),
    _text("name"),
    _optional_text("barcode"),
    _optional_text("sku"),
    _optional_number("price_minor"),
    _number("tax_rate_ppm"),
    _text("unit"),
    # The version that the server confirmed; 0 for a product that it does not have yet.
    _number("version"),
    _text("folded"),
    _optional_text("barcode_key"),
    _optional_text("sku_key"),
    _optional_text("tax_name"),
    Index("catalogue_barcode_key", "barcode_key", sqlite_where=text("barcode_key IS NOT NULL")),
    Index("catalogue_sku_key", "sku_key", sqlite_where=text("sku_key IS NOT NULL")),
    Index("catalogue_folded", "folded"),
)
"""A product as this till shows and sells it: the replica with this till's own edits applied.

`folded` is the searched text (NFKD, casefolded, marks removed); `catalogue_search` indexes it. `barcode_key`
and `sku_key` are the codes as they are compared (`sync_agent/contract/article.py`).
"""

article_rule = _table(
    "article_rule",
    _number_key("id"),
    _number("version"),
)
"""The version of the rule that made the keys of the catalogue. One row, id 1."""

# --- what was done at this counter -------------------------------------------------------------------

sale = _table(
    "sale",
    _key("id", ForeignKey("outbox.id")),
    _text("kind"),
    _text("receipt_number", unique=True),
    _optional_text("refers_to"),
    _text("currency"),
    _number("total_minor"),
    _number("tax_minor"),
    _number("rounding_minor"),
    _text("actor_id"),
    _number("occurred_ms"),
    _optional_text("shift_id"),
    _optional_text("approved_by_id"),
    _optional_text("reason"),
    # The id of the sale that a refund or void gives back; None in those of earlier releases.
    _optional_text("refund_of"),
    # Where tax was rounded; None in those of earlier releases, and without goods.
    _optional_text("tax_rounding"),
    Index("sale_occurred", "occurred_ms"),
    Index("sale_shift", "shift_id"),
    Index("sale_refers_to", "refers_to", sqlite_where=text("refers_to IS NOT NULL")),
    Index("sale_refund_of", "refund_of", sqlite_where=text("refund_of IS NOT NULL")),
)
"""A till transaction, with a receipt number: a finished sale, refund or void, money paid in or out, a drawer
opened without a sale. Its id is that of its operation.
"""

past_sale = _table(
    "past_sale",
    _key("id"),
    _text("kind"),
    _text("receipt_number"),
    _optional_text("refund_of"),
    _optional_text("refers_to"),
    _text("actor_id"),
    _number("occurred_ms"),
    # Lines, payments and total, in the names of the wire's TransactionRow.
    _text("body"),
    Index("past_sale_receipt", "receipt_number"),
    Index("past_sale_refund_of", "refund_of", sqlite_where=text("refund_of IS NOT NULL")),
    Index("past_sale_refers_to", "refers_to", sqlite_where=text("refers_to IS NOT NULL")),
)
"""A till transaction of this till whose own rows were pruned: what a refund needs of it, for good."""

flagged = _table(
    "flagged",
    _key("id"),
    _text("kind"),
    _text("receipt_number"),
    _text("currency"),
    _number("total_minor"),
    _text("actor_id"),
    _number("occurred_ms"),
    # A JSON list, as the server sent them.
    _text("flags"),
    _number("version"),
    # A JSON list: the flags that a person has seen here, whether or not it still has them.
    _text("seen_flags"),
    # 1 while it has a flag that nobody has seen here.
    _number("open"),
    _optional_text("seen_by"),
    _optional_number("seen_ms"),
    Index("flagged_open", "occurred_ms", sqlite_where=text("open = 1")),
)
"""Till transactions of this location, of any till, that the server has flagged, and who has seen them.

One that lost its flags stays without any: its row tells a later version from an earlier one.
"""

sale_line = _table(
    "sale_line",
    _key("sale_id", ForeignKey("sale.id")),
    _number_key("line_no"),
    _text("product_id"),
    _text("description"),
    _number("quantity"),
    _number("unit_price_minor"),
    _number("discount_minor"),
    _number("tax_rate_ppm"),
    _number("tax_minor"),
    _number("total_minor"),
    # The catalogue's price, if another price was charged.
    _optional_number("list_price_minor"),
    # The reason of another price, or of a discount.
    _optional_text("reason"),
    # In a refund or void: the number of the sale's line.
    _optional_number("of_line"),
    # The key of the named tax rate that the product had.
    _optional_text("tax_name"),
    # The product's unit and codes when it was sold. None in lines of earlier releases whose product was not
    # known, or was sold by another unit since.
    _optional_text("unit"),
    _optional_number("unit_decimals"),
    _optional_text("barcode"),
    _optional_text("sku"),
    Index("sale_line_product", "product_id", "sale_id"),
)

payment = _table(
    "payment",
    _key("sale_id", ForeignKey("sale.id")),
    _number_key("payment_no"),
    _text("method"),
    _number("amount_minor"),
    _number("change_minor"),
    _optional_text("reference"),
)

shift = _table(
    "shift",
    _key("id"),
    _text("status"),
    _text("opened_by"),
    _number("opened_ms"),
    _number("float_minor"),
    # The first and last operation number that belong to it; the last once it is closed.
    _number("first_device_seq"),
    _optional_number("last_device_seq"),
    # The till's identity that opened it; None for a former one that a repair could not read.
    _optional_text("device_id"),
    _optional_text("closed_by"),
    _optional_number("closed_ms"),
    _optional_number("counted_minor"),
    _optional_number("expected_minor"),
    # The takings by payment method: a JSON object of minor units.
    _optional_text("totals"),
    # The reason of a difference between counted and expected cash.
    _optional_text("reason"),
    # How many operations its manifest names.
    _optional_number("operations"),
    _optional_text("close_operation_id"),
    # The figures of its Z report, as JSON; None in those of earlier releases.
    _optional_text("report"),
    Index("shift_first_device_seq", "first_device_seq"),
)
"""A shift of this till's drawer, from opening to cashing up; its id is that of the opening operation."""

proved_time = _table(
    "proved_time",
    _number_key("id"),
    _number("believed_ms"),
    _optional_number("jumped_ms"),
    _optional_number("quiet_from_ms"),
    _optional_number("agreed_ms"),
)
"""What is known of this computer's clock, as `proved_time.Proof` has it. One row, id 1."""

skipped_numbers = _table(
    "skipped_numbers",
    _number_key("first_device_seq"),
    _number("last_device_seq"),
)
"""Operation numbers that a repair skipped, as the till's last ones may have been lost."""

held_cart = _table(
    "held_cart",
    _key("id"),
    _number("in_progress"),
    _number("at_ms"),
    _text("actor_id"),
    _number("items"),
    _number("total_minor"),
    _text("body"),
    Index("held_cart_in_progress", "in_progress", unique=True, sqlite_where=text("in_progress = 1")),
)
"""A held cart, or with `in_progress` 1 the cart on the screen."""

count_session = _table(
    "count_session",
    _key("id"),
    _text("name"),
    _number("is_full"),
    _text("status"),
    _text("actor_id"),
    _number("began_ms"),
    _optional_number("ended_ms"),
)
"""A count session: counting a location or shelf by scanning; it can be paused and resumed, even after a
restart.
"""

count_line = _table(
    "count_line",
    _key("session_id", ForeignKey("count_session.id")),
    _key("product_id"),
    _number("quantity"),
    _number("seen"),
    _number("counted_ms"),
)
"""The count of one product. `seen` is the quantity on hand that this till showed when it was last counted."""

journal = _table(
    "journal",
    _number_key("id"),
    _number("at_ms"),
    _text("kind"),
    _text("actor_id"),
    _optional_text("approved_by_id"),
    _optional_text("reason"),
    _text("detail"),
    Index("journal_at", "at_ms"),
)
"""The journal: what was done at this till, by whom, approved by whom, and why."""

pin_try = _table(
    "pin_try",
    _key("person_id"),
    _number("wrong"),
    _number("closed_until_ms"),
)
"""A person's wrong PINs in a row, and until when they have to wait."""

preference = _table(
    "preference",
    _key("name"),
    _text("value"),
)
"""One setting of this till, as JSON."""

stock_elsewhere = _table(
    "stock_elsewhere",
    _key("product_id"),
    _key("location_id"),
    _number("quantity"),
    _number("updated_ms"),
    _number("asked_ms"),
)
"""Remote stock: the server's quantity at another location, and when it was fetched."""
