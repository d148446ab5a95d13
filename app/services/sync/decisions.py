"""The decision of a conflict as an operation of its own: made, undone, and the conflict reopened."""

from typing import Any

from sqlalchemy import Connection, select

from app.domain.errors import BadQuantity, ConflictGone, ConflictMoved, LoosensCheck
from app.domain.plausible import check_plausible
from app.domain.quantity import check_quantity
from app.domain.shop_settings import loosens
from app.services.approvals import authorise
from app.services.shop_settings import read_from
from app.services.stock import article_codes
from app.services.stock.unit_changes import check_unit
from app.services.sync import conflict_rows, same_article
from app.services.till import Actor, Till
from resources.words import translate
from sync_agent.contract.conflicts import (
    Conflict,
    ConflictSide,
    ReopenConflict,
    Resolution,
    ResolveConflict,
)
from sync_agent.contract.operations import CONFLICT, PRODUCT, STOCK_LEVEL
from sync_agent.contract.shop_settings import SETTING, name_and_place
from sync_agent.merge import is_deleted, quantity_of
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction
from sync_agent.store.projection.stock_figures import StockFigure, stock_figure
from sync_agent.store.queue import (
    WAITING,
    ExpectedProductEffect,
    ExpectedSettingEffect,
    ExpectedStockEffect,
    NewOperation,
    Status,
    dead_letters,
    enqueue,
)


async def resolve(
    till: Till,
    conflict_id: str,
    resolution: Resolution,
    actor: Actor,
    *,
    merged: dict[str, Any] | None = None,
    expected_server_version: int,
) -> str:
    """Decide a conflict; the id of the operation that carries the decision to the server.

    `merged` goes with MERGE: {"newQuantity": …} for stock, the fields for a product. Raises ConflictGone
    where it is not open any more, ConflictMoved where the server's side has changed since the comparison,
    NotPermitted, BadQuantity, BadProduct.
    """
    return await till.store.write(
        lambda tx: _decide(tx, till, conflict_id, resolution, actor, merged, expected_server_version)
    )


def _decide(
    tx: Transaction,
    till: Till,
    conflict_id: str,
    resolution: Resolution,
    actor: Actor,
    merged: dict[str, Any] | None,
    expected_server_version: int,
) -> str:
    conflict = conflict_rows.open_conflict(tx.connection, conflict_id)
    if conflict.server_version.version != expected_server_version:
        raise ConflictMoved
    authorise(actor, None, conflict_rows.right_to_decide(conflict))
    if same_article.is_same_article(conflict):
        if resolution is Resolution.MERGE:
            merged = same_article.checked(tx.connection, conflict, merged)
    elif conflict.resource_type == PRODUCT:
        merged = _checked_codes(tx.connection, conflict, resolution, merged)
    replaced = _replace_refused_decision(tx, conflict_id)
    title, unit = conflict_rows.named(tx.connection, conflict)
    if conflict.resource_type == SETTING:
        _must_not_loosen(tx.connection, conflict, resolution)
    decision = ResolveConflict(
        conflict_id=conflict_id,
        resolution=resolution,
        merged_data=merged if resolution is Resolution.MERGE else None,
        expected_server_version=expected_server_version,
    )
    quantity = _chosen_quantity(conflict, decision) if conflict.resource_type == STOCK_LEVEL else None
    if quantity is not None and resolution is Resolution.MERGE:  # typed here; both sides' own were checked
        check_plausible(check_quantity(quantity), unit, read_from(tx.connection))
    operation = NewOperation(
        operation="update",
        resource_type=CONFLICT,
        resource_id=conflict_id,
        location_id=conflict.location_id,
        data=decision.to_wire(),
        actor_id=actor.id,
        ordering_key=conflict_rows.decision_ordering_key(conflict_id),
        replaces=replaced,
        stock=() if quantity is None else (_stock_effect(tx.connection, till, conflict, quantity),),
        product=_product_effect(conflict, decision) if conflict.resource_type == PRODUCT else None,
        setting=_setting_effect(conflict, decision) if conflict.resource_type == SETTING else None,
        summary={
            "kind": "decision",
            "product": title,
            "unit": unit,
            "quantity": quantity,
            "person": actor.name,
        },
    )
    return enqueue(tx, operation).id


def _replace_refused_decision(tx: Transaction, conflict_id: str) -> str | None:
    """Discard a refused earlier decision; its id. Raises ConflictGone where one is pending."""
    replaced: str | None = None
    for row in conflict_rows.pending_decisions(tx.connection, [conflict_id]):
        if row.status != Status.DEAD_LETTER:
            raise ConflictGone
        dead_letters.supersede(tx, row.id)
        replaced = row.id
    return replaced


def _chosen_quantity(conflict: Conflict, decision: ResolveConflict) -> int:
    match decision.resolution:
        case Resolution.ACCEPT_LOCAL:
            quantity = quantity_of(conflict.local_version)
        case Resolution.ACCEPT_SERVER:
            quantity = quantity_of(conflict.server_version)
        case Resolution.MERGE:
            quantity = (decision.merged_data or {}).get("newQuantity")
    if not isinstance(quantity, int):
        raise BadQuantity(translate("errors", "Say how many there are."))
    return quantity


def _stock_effect(
    connection: Connection, till: Till, conflict: Conflict, quantity: int
) -> ExpectedStockEffect:
    """The expected effect on stock until the decision is confirmed.

    The server adds all movements since the compared version to the decided quantity, so the till does too:
    the movements in its replica, and its own unconfirmed ones.
    """
    location_id = conflict.location_id or till.device.location_id
    stock = stock_figure(connection, conflict.resource_id, location_id)
    on_top = _heard_since(stock, conflict.server_version) + sum(
        effect.quantity for effect in stock.effects if effect.kind == "delta"
    )
    return ExpectedStockEffect(conflict.resource_id, location_id, "count", quantity + on_top)


def _heard_since(stock: StockFigure, compared: ConflictSide) -> int:
    if stock.server_quantity is None or (stock.version or 0) <= compared.version:
        return 0
    return stock.server_quantity - (quantity_of(compared) or 0)


_COLUMNS = {
    "name": "name",
    "barcode": "barcode",
    "sku": "sku",
    "priceMinor": "price_minor",
    "taxRatePpm": "tax_rate_ppm",
    "taxName": "tax_name",
    "unit": "unit",
}


def _checked_codes(
    connection: Connection, conflict: Conflict, resolution: Resolution, merged: dict[str, Any] | None
) -> dict[str, Any] | None:
    """The merged values with codes as they are stored. Raises BadProduct where a code or unit cannot be."""
    if resolution is Resolution.ACCEPT_SERVER:
        return merged
    local = conflict.local_version
    if resolution is Resolution.ACCEPT_LOCAL and is_deleted(local):
        return merged
    chosen = local.values if resolution is Resolution.ACCEPT_LOCAL else merged or {}
    before, is_there = article_codes.confirmed_codes(connection, conflict.resource_id)
    check_unit(connection, conflict.resource_id, chosen.get("unit"))
    codes = {name: chosen[name] for name in ("barcode", "sku") if name in chosen}
    has = {} if is_there else {"barcode": before.barcode, "sku": before.sku}
    stored = article_codes.checked(
        connection, conflict.resource_id, has | codes, before, comes_back=not is_there
    )
    codes = {name: stored[name] for name in codes}
    return merged if resolution is Resolution.ACCEPT_LOCAL else chosen | codes


def _product_effect(conflict: Conflict, decision: ResolveConflict) -> ExpectedProductEffect | None:
    """The expected effect on the product until the decision is confirmed."""
    if same_article.is_same_article(conflict):
        return same_article.effect(conflict, decision.resolution, decision.merged_data)
    match decision.resolution:
        case Resolution.ACCEPT_SERVER:
            chosen, deleted = conflict.server_version.values, is_deleted(conflict.server_version)
        case Resolution.ACCEPT_LOCAL:
            chosen, deleted = conflict.local_version.values, is_deleted(conflict.local_version)
        case Resolution.MERGE:
            chosen, deleted = decision.merged_data or {}, False
    fields = {_COLUMNS[name]: value for name, value in chosen.items() if name in _COLUMNS}
    return ExpectedProductEffect(conflict.resource_id, fields, deleted)


def _setting_effect(conflict: Conflict, decision: ResolveConflict) -> ExpectedSettingEffect:
    match decision.resolution:
        case Resolution.ACCEPT_SERVER:
            values = conflict.server_version.values
        case Resolution.ACCEPT_LOCAL:
            values = conflict.local_version.values
        case Resolution.MERGE:
            values = decision.merged_data or {}
    return ExpectedSettingEffect(conflict.resource_id, values.get("value"))


def _must_not_loosen(connection: Connection, conflict: Conflict, resolution: Resolution) -> None:
    """Raises LoosensCheck where the decision lets more pass unchecked than the server does now."""
    if resolution is Resolution.ACCEPT_SERVER:
        return
    name, _ = name_and_place(conflict.resource_id)
    server, local = (side.values.get("value") for side in (conflict.server_version, conflict.local_version))
    if server is not None and local is not None and loosens(name, server, local):
        raise LoosensCheck


async def undo(till: Till, conflict_id: str, actor: Actor) -> str | None:
    """Undo a decision. An unsent decision is withdrawn; the result is None. After a sent decision the
    conflict is reopened by a new operation; the result is its id.

    Raises ConflictGone where this till knows of no such conflict, NotPermitted.
    """
    return await till.store.write(lambda tx: _undo(tx, conflict_id, actor))


def _undo(tx: Transaction, conflict_id: str, actor: Actor) -> str | None:
    of = t.outbox.c
    decision = tx.execute(
        select(of.id, of.finished_ms)
        .where(
            of.lane == conflict_rows.decision_ordering_key(conflict_id),
            of.operation == "update",
            of.status.in_([*WAITING, Status.COMPLETED]),
        )
        .order_by(of.device_seq.desc())
        .limit(1)
    ).first()
    if decision is None:
        raise ConflictGone
    if dead_letters.withdraw(tx, decision.id, by=actor.id, reason="undone"):
        return None
    return _reopen(tx, conflict_id, actor, after=None if decision.finished_ms else decision.id)


async def reopen(till: Till, conflict_id: str, actor: Actor) -> str:
    """Reopen a decided conflict against the server's present state; the operation's id.

    Raises ConflictGone where this till knows of no such conflict, NotPermitted.
    """
    return await till.store.write(lambda tx: _reopen(tx, conflict_id, actor, after=None))


def _reopen(tx: Transaction, conflict_id: str, actor: Actor, *, after: str | None) -> str:
    body = tx.execute(select(t.conflict.c.body).where(t.conflict.c.id == conflict_id)).scalar_one_or_none()
    if body is None:
        raise ConflictGone
    conflict = Conflict.model_validate_json(body)
    authorise(actor, None, conflict_rows.right_to_decide(conflict))
    title, unit = conflict_rows.named(tx.connection, conflict)
    operation = NewOperation(
        operation="create",
        resource_type=CONFLICT,
        resource_id=conflict_id,
        location_id=conflict.location_id,
        data=ReopenConflict(conflict_id=conflict_id).to_wire(),
        actor_id=actor.id,
        ordering_key=conflict_rows.decision_ordering_key(conflict_id),
        depends_on=after,
        summary={"kind": "reopening", "product": title, "unit": unit, "person": actor.name},
    )
    return enqueue(tx, operation).id
