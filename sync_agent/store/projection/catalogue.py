"""The projection of products: the replica with this till's own edits applied, indexed for search."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, String, case, cast, delete, or_, select, text
from sqlalchemy.dialects.sqlite import insert

from sync_agent.contract.article import barcode_key, sku_key
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.projection.search import search_text

_FIELDS = ("name", "barcode", "sku", "price_minor", "tax_rate_ppm", "tax_name", "unit")
_CHUNK = 500
_PLAIN_UNITS = ("each", "kg")
_of = t.product.c
CONFIRMED_UNIT: ColumnElement[str] = case(
    (_of.unit_decimals.is_(None) | _of.unit.in_(_PLAIN_UNITS), _of.unit),
    else_=_of.unit + "|" + cast(_of.unit_decimals, String),
).label("unit")
"""A product's unit inside the till. A unit that only a newer server knows carries its decimals ("litre|2"),
so that quantities in it can be shown and sold.
"""
_CONFIRMED: dict[str, ColumnElement[Any]] = {field: _of[field] for field in (*_FIELDS, "version")} | {
    "unit": CONFIRMED_UNIT
}


def reproject(tx: Transaction, product_ids: Sequence[str]) -> None:
    """Recompute the catalogue rows of these products from replica and overlay."""
    for start in range(0, len(product_ids), _CHUNK):
        _reproject_chunk(tx, list(dict.fromkeys(product_ids[start : start + _CHUNK])))
    tx.touch(Topic.CATALOGUE, *product_ids)


def _reproject_chunk(tx: Transaction, product_ids: list[str]) -> None:
    projected: dict[str, dict[str, Any] | None] = dict.fromkeys(product_ids)
    confirmed = select(_of.id, _of.deleted, *_CONFIRMED.values()).where(_of.id.in_(product_ids))
    for row in tx.execute(confirmed):
        if not row.deleted:
            projected[row.id] = {field: getattr(row, field) for field in _FIELDS} | {"version": row.version}
    overlays = (
        select(t.product_overlay)
        .where(t.product_overlay.c.product_id.in_(product_ids))
        .order_by(t.product_overlay.c.device_seq)
    )
    for row in tx.execute(overlays):
        if row.deleted:
            projected[row.product_id] = None
        elif projected[row.product_id] is None and "name" not in orjson.loads(row.fields):
            pass  # an edit of a deleted product recreates it only if it sets the name
        else:
            base = projected[row.product_id] or _UNKNOWN_PRODUCT
            edited = orjson.loads(row.fields)
            if edited.get("unit") == base["unit"].partition("|")[0]:
                del edited["unit"]  # the same unit, which carries its decimals here
            projected[row.product_id] = base | edited
    of_another = select(t.product_alias.c.id).where(
        t.product_alias.c.id.in_(product_ids), t.product_alias.c.parted == 0
    )
    projected.update(dict.fromkeys(tx.execute(of_another).scalars()))
    present = [_entry(product_id, fields) for product_id, fields in projected.items() if fields is not None]
    absent = [product_id for product_id, fields in projected.items() if fields is None]
    if absent:
        tx.execute(delete(t.catalogue).where(t.catalogue.c.product_id.in_(absent)))
    upsert_entries(tx, present)


_UNKNOWN_PRODUCT: dict[str, Any] = {
    "name": "",
    "barcode": None,
    "sku": None,
    "price_minor": None,
    "tax_rate_ppm": 0,
    "tax_name": None,
    "unit": "each",
    "version": 0,
}


def _entry(product_id: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "product_id": product_id,
        **{field: fields[field] for field in (*_FIELDS, "version")},
        "folded": search_text(fields["name"], fields["barcode"], fields["sku"]),
        "barcode_key": barcode_key(fields["barcode"]),
        "sku_key": sku_key(fields["sku"]),
    }


def upsert_entries(tx: Transaction, entries: list[dict[str, Any]]) -> None:
    """Insert or update catalogue rows; `entries` are complete rows."""
    if not entries:
        return
    tx.execute(_UPSERT, entries)


_INSERT = insert(t.catalogue)
_UPSERT = _INSERT.on_conflict_do_update(
    index_elements=["product_id"],
    set_={
        column: _INSERT.excluded[column]
        for column in (*_FIELDS, "version", "folded", "barcode_key", "sku_key")
    },
)


def rebuild(tx: Transaction) -> None:
    """Recompute the whole catalogue after a snapshot was swapped in; writes only rows that differ."""
    tx.execute(
        text(
            "DELETE FROM catalogue WHERE product_id NOT IN (SELECT id FROM product WHERE deleted = 0)"
            " AND product_id NOT IN (SELECT product_id FROM product_overlay)"
        )
    )
    shown = t.catalogue.c
    differs = [shown[field].is_distinct_from(column) for field, column in _CONFIRMED.items()]
    differing = (
        select(_of.id.label("product_id"), *_CONFIRMED.values())
        .select_from(t.product.outerjoin(t.catalogue, shown.product_id == _of.id))
        .where(_of.deleted == 0, or_(shown.id.is_(None), *differs))
    )
    rows = tx.execute(differing).all()
    for start in range(0, len(rows), _CHUNK):
        upsert_entries(tx, [_entry(row.product_id, row._asdict()) for row in rows[start : start + _CHUNK]])
    overlaid = tx.execute(select(t.product_overlay.c.product_id).distinct()).scalars().all()
    if overlaid:
        reproject(tx, overlaid)
    tx.touch_all(Topic.CATALOGUE)
