"""Conflicts as shown for a decision, and the decision as an operation of its own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from app.domain.errors import BadProduct, BadQuantity, ConflictGone, ConflictMoved, LoosensCheck
from app.domain.money import minor_digits
from app.domain.plausible import check_plausible
from app.domain.quantity import check_quantity
from app.domain.rights import Right
from app.domain.shop_settings import loosens
from app.domain.vocabulary.units import EACH
from app.services.approvals import authorise
from app.services.person_names import person_names
from app.services.references import product_references
from app.services.setting_words import title_of
from app.services.shop_settings import read_from
from app.services.stock import article_codes
from app.services.stock.unit_changes import check_unit
from app.services.sync import same_article
from app.services.sync.suggestions import Suggestion, suggest_product, suggest_stock
from app.services.till import Actor, Till
from resources.words import translate
from sync_agent.contract.conflicts import (
    Conflict,
    ConflictSide,
    ConflictType,
    HistoryEntry,
    ReopenConflict,
    Resolution,
    ResolveConflict,
)
from sync_agent.contract.operations import CONFLICT, PRODUCT, STOCK_LEVEL
from sync_agent.contract.shop_settings import SETTING, name_and_place
from sync_agent.contract.wire import to_ms
from sync_agent.merge import counted_at, differing_fields, is_deleted, quantity_of
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction
from sync_agent.store.device import read_device
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


@dataclass(frozen=True)
class ConflictView:
    """An open conflict in the inbox. `decided`: a decision waits to be sent. `mine`: from this till."""

    id: str
    resource_type: str
    title: str
    opened_ms: int
    decided: bool
    mine: bool


@dataclass(frozen=True)
class ComparisonRow:
    """A field that differs, under its wire name ("quantity", "priceMinor" …), with plain values."""

    field: str
    before: Any
    this_till: Any
    server: Any


@dataclass(frozen=True)
class SideLabel:
    """Who wrote a side, where and when; None where not known."""

    person: str
    place: str
    at_ms: int | None


@dataclass(frozen=True)
class HistoryLine:
    """An event between the common base version and now. `after_count` is None where nothing was counted."""

    at_ms: int
    person: str
    place: str
    delta: int | None
    reason: str
    fields: dict[str, Any] | None
    after_count: bool | None


@dataclass(frozen=True)
class Comparison:
    """A conflict as its dialog shows it. `clock_off_ms` is server minus till; `unit` that of quantities."""

    conflict_id: str
    title: str
    resource_type: str
    unit: str
    rows: list[ComparisonRow]
    this_till: SideLabel
    server: SideLabel
    suggestion: Suggestion | None
    history: list[HistoryLine]
    clock_off_ms: int
    server_version: int
    is_same_article: bool = False
    """Whether it is asked if the product on this side is the one at the server: both have one number."""


# --- reading -----------------------------------------------------------------------------------------


def open_conflicts(till: Till) -> list[ConflictView]:
    """Open conflicts, oldest first."""
    query = select(t.conflict).where(t.conflict.c.status == "open").order_by(t.conflict.c.opened_ms)
    with till.store.reading() as connection:
        rows = connection.execute(query).all()
        names = _titles(connection, ((row.resource_type, row.resource_id) for row in rows))
        titles = {
            row.id: names.get(row.resource_id)
            or _named(connection, Conflict.model_validate_json(row.body))[0]
            for row in rows
        }
        decided = _with_waiting_decision(connection, [row.id for row in rows])
        mine = _own_operations(connection, [row.operation_id for row in rows if row.operation_id])
    return [
        ConflictView(
            id=row.id,
            resource_type=row.resource_type,
            title=titles[row.id],
            opened_ms=row.opened_ms,
            decided=row.id in decided,
            mine=row.operation_id in mine,
        )
        for row in rows
    ]


def comparison(till: Till, conflict_id: str, reader: Actor | None = None) -> Comparison:
    """Both sides, their common base and the suggestion. Raises ConflictGone.

    The suggestion says "You" for this till's side where `reader` wrote it, or where no reader is given.
    """
    with till.store.reading() as connection:
        conflict = _open_conflict(connection, conflict_id)
        title, unit = _named(connection, conflict)
        device = read_device(connection)
    here = till.device.device_id
    counted = counted_at(conflict) if conflict.resource_type == STOCK_LEVEL else None
    return Comparison(
        conflict_id=conflict.id,
        title=title,
        resource_type=conflict.resource_type,
        unit=unit,
        rows=_rows(conflict),
        this_till=_label(
            conflict.local_version, _this_till() if conflict.local_version.device == here else ""
        ),
        server=_label(conflict.server_version, translate("conflicts", "Server")),
        suggestion=_suggestion(till, conflict, unit, reader),
        history=[
            HistoryLine(
                at_ms=to_ms(entry.occurred_at),
                person=entry.actor_name or entry.actor or "",
                place=_place(entry, here),
                delta=entry.delta,
                reason=entry.reason,
                fields=entry.fields,
                after_count=None if counted is None else entry.occurred_at > counted,
            )
            for entry in conflict.history
        ],
        clock_off_ms=device.clock_offset_ms if device else 0,
        server_version=conflict.server_version.version,
        is_same_article=same_article.is_same_article(conflict),
    )


def _suggestion(till: Till, conflict: Conflict, unit: str, reader: Actor | None) -> Suggestion | None:
    """None where this till does not know the type of the conflict or lacks data on it."""
    if not isinstance(conflict.conflict_type, ConflictType):
        return None
    local = conflict.local_version
    here = local.device == till.device.device_id
    if here and (reader is None or local.actor == reader.id):
        my_name = None
    else:
        my_name = local.actor_name or (_this_till() if here else translate("conflicts", "The other till"))
    if conflict.resource_type == STOCK_LEVEL:
        return suggest_stock(conflict, my_name=my_name, unit=unit, zone=till.zone)
    if same_article.is_same_article(conflict):
        return same_article.suggestion(conflict)
    if conflict.resource_type == PRODUCT:
        return suggest_product(conflict, my_name=my_name, minor_digits=minor_digits(till.device.currency))
    return None


def _rows(conflict: Conflict) -> list[ComparisonRow]:
    local, server, base = conflict.local_version, conflict.server_version, conflict.base_version
    if conflict.resource_type == STOCK_LEVEL:
        return [ComparisonRow("quantity", quantity_of(base), quantity_of(local), quantity_of(server))]
    before = base.values if base else {}
    codes = same_article.shared_codes(conflict) if same_article.is_same_article(conflict) else []
    if conflict.resource_type == SETTING:
        name, _ = name_and_place(conflict.resource_id)
        return [
            ComparisonRow(name, before.get("value"), local.values.get("value"), server.values.get("value"))
        ]
    if is_deleted(local) or is_deleted(server):
        return [ComparisonRow("deleted", False, is_deleted(local), is_deleted(server))]
    return [
        ComparisonRow(name, before.get(name), local.values.get(name), server.values.get(name))
        for name in dict.fromkeys([*codes, *differing_fields(local.values, server.values)])
    ]


def _label(side: ConflictSide, fallback_place: str) -> SideLabel:
    return SideLabel(
        person=side.actor_name or side.actor or "",
        place=side.device_name or fallback_place,
        at_ms=None if side.at is None else to_ms(side.at),
    )


def _place(entry: HistoryEntry, this_device: str) -> str:
    return entry.device_name or (_this_till() if entry.device == this_device else "")


def _this_till() -> str:
    return translate("conflicts", "This till")


def _named(connection: Connection, conflict: Conflict) -> tuple[str, str]:
    """What it is about and its unit: the product's name (of a deleted one its last), or the setting's."""
    about = conflict.resource_id
    if conflict.resource_type == SETTING:
        return _titles(connection, [(conflict.resource_type, about)])[about], EACH
    product = product_references(connection, [about])[about]
    if product.is_known:
        return product.name, product.unit
    # A product that this till does not have is called as its own side calls it.
    values = conflict.local_version.values
    return str(values.get("name") or product.shown_name), str(values.get("unit") or product.unit)


def _titles(connection: Connection, resources: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names by resource id, of known products and settings, given by (resource type, id)."""
    of = list(resources)
    settings = [resource_id for kind, resource_id in of if kind == SETTING]
    products = product_references(connection, (resource_id for kind, resource_id in of if kind != SETTING))
    titles = {product_id: product.name for product_id, product in products.items() if product.is_known}
    if settings:
        places = {row.id: row.name for row in connection.execute(select(t.location.c.id, t.location.c.name))}
        titles |= {row_id: title_of(row_id, places) for row_id in settings}
    return titles


def _open_conflict(connection: Connection, conflict_id: str) -> Conflict:
    query = select(t.conflict.c.body).where(t.conflict.c.id == conflict_id, t.conflict.c.status == "open")
    body = connection.execute(query).scalar_one_or_none()
    if body is None:
        raise ConflictGone
    return Conflict.model_validate_json(body)


def _pending_decisions(connection: Connection, conflict_ids: Iterable[str]) -> list[Row[Any]]:
    query = select(t.outbox.c.id, t.outbox.c.resource_id, t.outbox.c.status).where(
        t.outbox.c.lane.in_([decision_ordering_key(conflict_id) for conflict_id in conflict_ids]),
        t.outbox.c.finished_ms.is_(None),
    )
    return list(connection.execute(query))


def _with_waiting_decision(connection: Connection, conflict_ids: Iterable[str]) -> set[str]:
    pending = _pending_decisions(connection, conflict_ids)
    return {row.resource_id for row in pending if row.status != Status.DEAD_LETTER}


def _own_operations(connection: Connection, operation_ids: Iterable[str]) -> set[str]:
    query = select(t.outbox.c.id).where(t.outbox.c.id.in_(list(operation_ids)))
    return set(connection.execute(query).scalars())


# --- decisions ---------------------------------------------------------------------------------------


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


def decision_ordering_key(conflict_id: str) -> str:
    """The ordering key of decisions on a conflict."""
    return f"{CONFLICT}:{conflict_id}"


def _decide(
    tx: Transaction,
    till: Till,
    conflict_id: str,
    resolution: Resolution,
    actor: Actor,
    merged: dict[str, Any] | None,
    expected_server_version: int,
) -> str:
    conflict = _open_conflict(tx.connection, conflict_id)
    if conflict.server_version.version != expected_server_version:
        raise ConflictMoved
    authorise(actor, None, right_to_decide(conflict))
    if same_article.is_same_article(conflict):
        if resolution is Resolution.MERGE:
            merged = same_article.checked(tx.connection, conflict, merged)
    elif conflict.resource_type == PRODUCT:
        merged = _checked_codes(tx.connection, conflict, resolution, merged)
    replaced = _replace_refused_decision(tx, conflict_id)
    title, unit = _named(tx.connection, conflict)
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
        ordering_key=decision_ordering_key(conflict_id),
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
    for row in _pending_decisions(tx.connection, [conflict_id]):
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


@dataclass(frozen=True)
class SimilarConflict:
    """A conflict that a batch of similar decisions can include, with its suggestion."""

    id: str
    title: str
    label: str
    server_version: int
    resolution: Resolution
    merged: dict[str, Any] | None


def similar(till: Till, conflict_id: str) -> list[SimilarConflict]:
    """This conflict and the open ones with the same resource type and suggested resolution, oldest first.

    Raises ConflictGone.
    """
    like = comparison(till, conflict_id)
    if like.suggestion is None:
        return []
    found: list[SimilarConflict] = []
    for conflict in open_conflicts(till):
        if conflict.decided or conflict.resource_type != like.resource_type:
            continue
        other = comparison(till, conflict.id)
        suggestion = other.suggestion if other.is_same_article == like.is_same_article else None
        if suggestion is None or suggestion.resolution is not like.suggestion.resolution:
            continue
        found.append(
            SimilarConflict(
                id=conflict.id,
                title=conflict.title,
                label=suggestion.label,
                server_version=other.server_version,
                resolution=suggestion.resolution,
                merged=merged_of(suggestion),
            )
        )
    return found


def merged_of(suggestion: Suggestion) -> dict[str, Any] | None:
    """The merged values of a suggestion, by wire names; None where it takes a side unchanged."""
    if suggestion.resolution is not Resolution.MERGE:
        return None
    return suggestion.fields or {"newQuantity": suggestion.quantity}


async def decide_similar(till: Till, chosen: Sequence[SimilarConflict], actor: Actor) -> tuple[int, int]:
    """Decide all as suggested; how many were decided, and how many were skipped: what has changed since, or
    would give a product a code of another.

    Raises NotPermitted.
    """
    decided = left = 0
    for conflict in chosen:
        try:
            await resolve(
                till,
                conflict.id,
                conflict.resolution,
                actor,
                merged=conflict.merged,
                expected_server_version=conflict.server_version,
            )
        except (ConflictMoved, ConflictGone, BadProduct):
            left += 1
        else:
            decided += 1
    return decided, left


# --- undoing and reopening ---------------------------------------------------------------------------


@dataclass(frozen=True)
class DecidedConflict:
    """A decided conflict in the history. `decided_by` is a name, None where not known."""

    id: str
    title: str
    resolution: str | None
    decided_by: str | None


def decided_conflicts(till: Till, limit: int = 50) -> list[DecidedConflict]:
    """Decided conflicts that can be reopened, as far as this till has received them, newest first."""
    query = (
        select(t.conflict)
        .where(t.conflict.c.status == "resolved")
        .order_by(t.conflict.c.opened_ms.desc())
        .limit(limit)
    )
    with till.store.reading() as connection:
        rows = [Conflict.model_validate_json(row.body) for row in connection.execute(query)]
        known = _titles(connection, ((row.resource_type, row.resource_id) for row in rows))
        titles = {row.id: known.get(row.resource_id) or _named(connection, row)[0] for row in rows}
        names = person_names(connection, (conflict.resolved_by for conflict in rows if conflict.resolved_by))
    return [
        DecidedConflict(
            id=conflict.id,
            title=titles[conflict.id],
            resolution=str(conflict.resolution) if conflict.resolution else None,
            decided_by=names.get(conflict.resolved_by) if conflict.resolved_by else None,
        )
        for conflict in rows
    ]


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
            of.lane == decision_ordering_key(conflict_id),
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


def right_to_decide(conflict: Conflict) -> Right:
    """The right to decide or reopen it."""
    if conflict.resource_type == STOCK_LEVEL:
        return Right.DECIDE_STOCK_CONFLICT
    if conflict.resource_type == SETTING:
        return Right.CHANGE_SHOP_SETTINGS
    return Right.DECIDE_PRODUCT_CONFLICT


def _reopen(tx: Transaction, conflict_id: str, actor: Actor, *, after: str | None) -> str:
    body = tx.execute(select(t.conflict.c.body).where(t.conflict.c.id == conflict_id)).scalar_one_or_none()
    if body is None:
        raise ConflictGone
    conflict = Conflict.model_validate_json(body)
    authorise(actor, None, right_to_decide(conflict))
    title, unit = _named(tx.connection, conflict)
    operation = NewOperation(
        operation="create",
        resource_type=CONFLICT,
        resource_id=conflict_id,
        location_id=conflict.location_id,
        data=ReopenConflict(conflict_id=conflict_id).to_wire(),
        actor_id=actor.id,
        ordering_key=decision_ordering_key(conflict_id),
        depends_on=after,
        summary={"kind": "reopening", "product": title, "unit": unit, "person": actor.name},
    )
    return enqueue(tx, operation).id
