"""Enqueueing: an operation, its place in the till's chain, and its expected effects.

An operation is written in the same transaction as the business rows that it reports. It is hashed when it is
written and never changes. ARCHITECTURE.md, "Life of an operation".
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import bindparam, insert, literal, select, update

from sync_agent.contract.operations import Approval, chain_hash, content_hash
from sync_agent.contract.streams import tenant_stream
from sync_agent.contract.text import cleaned
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.device import NotEnrolled
from sync_agent.store.projection import aliases, catalogue
from sync_agent.store.queue import forms, ordering
from sync_agent.store.queue.status import Status


@dataclass(frozen=True)
class ExpectedStockEffect:
    """The expected effect on one product's stock: "delta" adds `quantity`, "count" sets it."""

    product_id: str
    location_id: str
    kind: str
    quantity: int


@dataclass(frozen=True)
class ExpectedProductEffect:
    """The expected effect on a product: the fields it sets (columns of the catalogue), or its deletion."""

    product_id: str
    fields: dict[str, Any]
    deleted: bool = False


@dataclass(frozen=True)
class ExpectedSettingEffect:
    """The expected effect on one of the shop's settings: its new value, None for not set."""

    setting_id: str
    value: Any


@dataclass(frozen=True)
class NewOperation:
    """An operation to be queued. `data` has wire names and JSON types, in the newest form.

    It is hashed when it is written, and never changes.
    """

    operation: str
    resource_type: str
    resource_id: str | None
    data: dict[str, Any]
    actor_id: str
    summary: dict[str, Any]
    location_id: str | None = None
    base_version: int | None = None
    approved_by_id: str | None = None
    approvals: tuple[Approval, ...] = ()
    """What was approved in it, and by whom; `approved_by_id` is who gave the last of them."""
    ordering_key: str | None = None
    priority: int = 0
    replaces: str | None = None
    occurred_ms: int | None = None
    depends_on: str | None = None
    """The id of an operation that has to end before this one is sent."""
    stock: tuple[ExpectedStockEffect, ...] = ()
    product: ExpectedProductEffect | None = None
    setting: ExpectedSettingEffect | None = None
    id: str | None = None
    """Generated if None."""


@dataclass(frozen=True)
class Enqueued:
    id: str
    device_seq: int


def enqueue(tx: Transaction, new: NewOperation) -> Enqueued:
    """Queue one operation, with its expected effects, in the caller's transaction."""
    return enqueue_many(tx, (new,))[0]


def enqueue_many(tx: Transaction, operations: Sequence[NewOperation]) -> list[Enqueued]:
    """Queue operations in order. Raises NotEnrolled on a home without a till."""
    row = tx.execute(_NUMBERS).first()
    if row is None:
        raise NotEnrolled("This till is not enrolled yet.")
    device_seq, last_hash, clock_offset_ms, tenant_seq, server_forms = row
    form = forms.FORMS.to_write(server_forms)
    outbox_rows, stock_rows, product_rows, setting_rows = [], [], [], []
    for new in operations:
        values = _outbox_values(tx, new, device_seq, last_hash, clock_offset_ms, form)
        values["tenant_seq"] = tenant_seq
        outbox_rows.append(values)
        if new.stock:
            overlays = _stock_overlays(tx, values["id"], device_seq, new.stock)
            stock_rows += overlays
            tx.touch(Topic.STOCK, *(row["product_id"] for row in overlays))
        if new.product is not None:
            product_rows.append(_product_overlay(values["id"], device_seq, new.product))
        if new.setting is not None:
            setting_rows.append(_setting_overlay(values["id"], device_seq, new.setting))
        device_seq, last_hash = device_seq + 1, values["hash"]
    tx.execute(_SET_NUMBERS, {"next_device_seq": device_seq, "last_hash": last_hash})
    tx.execute(_INSERT_OPERATION, outbox_rows)
    ordering.block_followers(tx, {values["lane"] for values in outbox_rows} - {None})
    if stock_rows:
        tx.execute(_INSERT_OVERLAY, stock_rows)
    if product_rows:
        tx.execute(insert(t.product_overlay), product_rows)
        catalogue.reproject(tx, [row["product_id"] for row in product_rows])
    if setting_rows:
        tx.execute(insert(t.setting_overlay), setting_rows)
        tx.touch(Topic.SETTINGS)
    tx.touch(Topic.OUTBOX)
    return [Enqueued(values["id"], values["device_seq"]) for values in outbox_rows]


_INSERT_OPERATION, _INSERT_OVERLAY = insert(t.outbox), insert(t.overlay)


_NUMBERS = select(
    t.device.c.next_device_seq,
    t.device.c.last_hash,
    t.device.c.clock_offset_ms,
    t.cursor.c.seq,
    t.link.c.forms,
).select_from(
    t.device.outerjoin(
        t.cursor, t.cursor.c.stream == literal(tenant_stream("")) + t.device.c.tenant_id
    ).outerjoin(t.link, t.link.c.id == t.device.c.id)
)


_SET_NUMBERS = update(t.device).values({name: bindparam(name) for name in ("next_device_seq", "last_hash")})


def _outbox_values(
    tx: Transaction, new: NewOperation, device_seq: int, prev_hash: str, clock_offset_ms: int, form: int
) -> dict[str, Any]:
    operation_id = new.id or tx.ids.new()
    written = forms.FORMS.written_in(form, new.resource_type, new.data)
    data = orjson.dumps(written)
    if b"\\" in data or not data.isascii():
        # Whatever form or file it was typed in: a till of this release sends no control letters.
        written = cleaned(written)
        data = orjson.dumps(written)
    approvals = orjson.dumps([approval.to_wire() for approval in new.approvals]) if new.approvals else b""
    content = content_hash(new.operation, new.resource_type, new.resource_id, written)
    return {
        "id": operation_id,
        "device_seq": device_seq,
        "operation": new.operation,
        "resource_type": new.resource_type,
        "resource_id": new.resource_id,
        "location_id": new.location_id,
        "data": data.decode(),
        "base_version": new.base_version,
        "actor_id": new.actor_id,
        "approved_by_id": new.approved_by_id,
        "approvals": approvals.decode() if approvals else None,
        "prev_hash": prev_hash,
        "hash": chain_hash(prev_hash, operation_id, device_seq, content),
        "timestamp_ms": tx.now_ms if new.occurred_ms is None else new.occurred_ms,
        "clock_offset_ms": clock_offset_ms,
        "schema_version": form,
        "replaces": new.replaces,
        "summary": json.dumps(new.summary, ensure_ascii=False),
        "bytes": len(data) + len(approvals) + _WIRE_FRAME_BYTES,
        "rank": new.priority,
        "lane": new.ordering_key,
        "status": Status.PENDING,
        "failures": 0,
        "sent_count": 0,
        "next_attempt_ms": 0,
        "lease_owner": None,
        "lease_until_ms": None,
        "code": None,
        "error": None,
        "result": None,
        "finished_ms": None,
        "depends_on": new.depends_on,
        "offer_again": 0,
        "ended_by": None,
        "end_reason": None,
    }


_WIRE_FRAME_BYTES = 700
"""An upper bound for the size of the wire fields besides `data` and `approvals` (ids, hash, times)."""


def _stock_overlays(
    tx: Transaction, operation_id: str, device_seq: int, effects: Sequence[ExpectedStockEffect]
) -> list[dict[str, Any]]:
    """The overlay rows of an operation; effects on two ids of one product are one."""
    real = aliases.real_products(tx.connection, (effect.product_id for effect in effects))
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for effect in effects:
        key = real[effect.product_id], effect.location_id
        if key in rows:
            rows[key]["quantity"] += effect.quantity
        else:
            rows[key] = _stock_overlay(operation_id, device_seq, replace(effect, product_id=key[0]))
    return list(rows.values())


def _stock_overlay(operation_id: str, device_seq: int, effect: ExpectedStockEffect) -> dict[str, Any]:
    return {
        "operation_id": operation_id,
        "product_id": effect.product_id,
        "location_id": effect.location_id,
        "device_seq": device_seq,
        "kind": effect.kind,
        "quantity": effect.quantity,
        "effect_stream": None,
        "effect_seq": None,
    }


def _product_overlay(operation_id: str, device_seq: int, effect: ExpectedProductEffect) -> dict[str, Any]:
    return {
        "operation_id": operation_id,
        "product_id": effect.product_id,
        "device_seq": device_seq,
        "fields": orjson.dumps(effect.fields).decode(),
        "deleted": int(effect.deleted),
        "effect_stream": None,
        "effect_seq": None,
    }


def _setting_overlay(operation_id: str, device_seq: int, effect: ExpectedSettingEffect) -> dict[str, Any]:
    return {
        "operation_id": operation_id,
        "setting_id": effect.setting_id,
        "device_seq": device_seq,
        "value": None if effect.value is None else orjson.dumps(effect.value).decode(),
        "effect_stream": None,
        "effect_seq": None,
    }


def clear_tenant_seq(tx: Transaction) -> None:
    """Clear the `tenant_seq` of all operations: the tenant's stream has a new epoch (the server was restored
    from a backup), and the numbers of the old one mean nothing in it.
    """
    tx.execute(update(t.outbox).where(t.outbox.c.tenant_seq.is_not(None)).values(tenant_seq=None))
