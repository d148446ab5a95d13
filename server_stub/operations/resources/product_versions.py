"""Writes products: each time a new version, published in the tenant's stream and stored in the history."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, exists, select, update

from server_stub.errors import Refusal
from server_stub.operations.context import OperationContext
from server_stub.operations.parsing import Envelope
from server_stub.operations.resources import articles
from server_stub.operations.resources.articles import ArticleKeys
from server_stub.services.streams.product_rows import product_row
from server_stub.store import tables as t
from server_stub.vocabulary import UNITS
from sync_agent.contract.article import barcode_key, sku_key
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import PRODUCT, Effect, ProductFields, ProductValues

FIELDS = tuple(ProductFields.model_fields)
"""The columns that an edit may set; named like the attributes of the wire object."""

_NEVER_EMPTY = ("name", "tax_rate_ppm", "unit")
_CODES = ("barcode", "sku", "tax_name")


def must_know_unit(fields: ProductFields) -> None:
    """Refuses a product in a unit whose decimals this server does not know."""
    if fields.unit is not None and fields.unit not in UNITS:
        raise Refusal(ErrorCode.BAD_REQUEST, f"data.unit: this server does not know “{fields.unit}”")


def columns_of(fields: ProductFields | ProductValues) -> dict[str, Any]:
    """The columns that an edit sets; what it leaves out is absent. An empty code becomes None."""
    sent = fields.model_dump(by_alias=False, include=fields.model_fields_set)
    return {name: None if name in _CODES and value == "" else value for name, value in sent.items()}


def write_version(
    context: OperationContext, envelope: Envelope, row: dict[str, Any]
) -> tuple[dict[str, Any], Effect]:
    """Stores a product's next version. Raises Refusal if it is incomplete, or has a new barcode with a wrong
    check digit, a new code of another product, or another unit while there is stock or history.
    """
    row = {**row, "tax_rate_ppm": _carried_rate(context, row)}
    must_be_complete(row)
    _judge_codes(context, envelope, row)
    judge_unit(context, envelope, row, row["unit"])
    before = context.product(row["id"]) or row
    if row["version"] == 0 or (before["deleted"], before["unit"]) != (row["deleted"], row["unit"]):
        context.arrivals.products.add(row["id"])
    occurred_ms = context.origin(envelope).occurred_ms
    author = Author(envelope.id, envelope.actor_id, envelope.device_id, occurred_ms)
    ((new, effect),) = store(context, [row], author)
    return new, effect


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes a product's version: by which operation, from which till, and when (None: now)."""

    operation_id: str
    actor_id: str
    device_id: str | None
    occurred_ms: int | None


THE_SERVER = Author("", "", None, None)
"""By no operation: the calendar, or what follows from a setting."""


def store(
    context: OperationContext, rows: Iterable[dict[str, Any]], author: Author
) -> list[tuple[dict[str, Any], Effect]]:
    """Stores and publishes the next version of each row, as it is, but with today's figure of its named rate;
    the tenant's stream is locked.
    """
    unit, changed = context.unit, []
    stored: list[tuple[dict[str, Any], Effect]] = []
    for row in rows:
        new = {
            **row,
            "tax_rate_ppm": _carried_rate(context, row),
            "version": row["version"] + 1,
            "barcode_key": barcode_key(row["barcode"]),
            "sku_key": sku_key(row["sku"]),
            "keyed_version": row["version"] + 1,
        }
        if new["version"] == 1:
            unit.insert(t.product, new)
        else:
            changed.append({"of_tenant": context.tenant_id, "of_product": new["id"], **_as_new(new)})
        context.remember_product(new)
        stored.append((new, _publish(context, new, author)))
    if changed:
        unit.execute(_UPDATE, changed)
    return stored


def _publish(context: OperationContext, new: dict[str, Any], author: Author) -> Effect:
    wire, now_ms = product_row(new), context.unit.now_ms
    context.unit.insert(
        t.product_version,
        {
            "tenant_id": context.tenant_id,
            "product_id": new["id"],
            "version": new["version"],
            "row": {name: value for name, value in wire.items() if name != "unitDecimals"},
            "operation_id": author.operation_id,
            "actor_id": author.actor_id,
            "device_id": author.device_id,
            "occurred_ms": now_ms if author.occurred_ms is None else author.occurred_ms,
            "received_ms": now_ms,
        },
    )
    row = None if new["deleted"] else wire
    return context.publish(None, PRODUCT, new["id"], new["version"], row, author.operation_id or None)


def _carried_rate(context: OperationContext, row: dict[str, Any]) -> int:
    """The figure that a product's row carries: of its named rate, where that has one today, else its own."""
    return int(context.todays_rates().get(row["tax_name"], row["tax_rate_ppm"]))


_SET = (*FIELDS, "barcode_key", "sku_key", "keyed_version", "deleted", "version")


def _as_new(row: dict[str, Any]) -> dict[str, Any]:
    return {f"new_{name}": row[name] for name in _SET}


_UPDATE = (
    update(t.product)
    .where(t.product.c.tenant_id == bindparam("of_tenant"), t.product.c.id == bindparam("of_product"))
    .values({name: bindparam(f"new_{name}") for name in _SET})
)


def must_be_complete(row: dict[str, Any]) -> None:
    """Refuses a product without a name, tax rate or unit, or with a price below zero."""
    for name in _NEVER_EMPTY:
        if row[name] is None or str(row[name]).strip() == "":
            raise Refusal(ErrorCode.BAD_REQUEST, f"data: a product cannot be without {name}")
    if row["price_minor"] is not None and row["price_minor"] < 0:
        raise Refusal(ErrorCode.BAD_REQUEST, "data: a price is not below zero")


def _judge_codes(context: OperationContext, envelope: Envelope, row: dict[str, Any]) -> None:
    """Refuses a new barcode with a wrong check digit, and a new code that is another product's.

    What a product has already stays, however it came: also what is sent again to a restored server that had
    taken it before.
    """
    if row["deleted"] or envelope.operation.former_result is not None:
        return
    before = context.product(row["id"])
    if row["barcode"] is not None and (before is None or before["barcode"] != row["barcode"]):
        articles.must_be_whole(row["barcode"])
    keys = ArticleKeys.of(row["barcode"], row["sku"])
    if before is not None and not before["deleted"]:
        keys = keys.less(ArticleKeys.of(before["barcode"], before["sku"]))
    other_id = articles.existing_article(context.unit, keys, but_not=row["id"])
    if other_id is None:
        return
    other = context.product(other_id)
    assert other is not None, "an existing article has a row"
    has_barcode = keys.barcode_key is not None and keys.barcode_key == barcode_key(other["barcode"])
    what = f"barcode {row['barcode']}" if has_barcode else f"article number {row['sku']}"
    raise Refusal(ErrorCode.PRECONDITION_FAILED, f"the {what} is on “{other['name']}” ({other_id}) already")


def judge_unit(context: OperationContext, envelope: Envelope, row: dict[str, Any], unit: str | None) -> None:
    """Refuses another unit for a product that has stock or history anywhere: 12 pieces would be 0.012 kg.

    What was accepted before a restore is accepted again.
    """
    before = context.product(row["id"])
    if before is None or unit in (None, before["unit"]) or envelope.operation.former_result is not None:
        return
    of = t.stock_level.c
    has_history = exists().where(of.tenant_id == context.tenant_id, of.product_id == row["id"])
    if context.unit.rows(select(has_history)).scalar():
        raise Refusal(
            ErrorCode.PRECONDITION_FAILED,
            f"“{before['name']}” has stock or history in its unit, {before['unit']}, which would be read as "
            f"{unit}: add another product for the other unit",
        )
