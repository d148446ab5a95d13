"""Conflicts as shown for a decision, and the decision as an operation of its own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from app.domain.errors import BadQuantity, ConflictGone, ConflictMoved
from app.domain.money import minor_digits
from app.domain.quantity import check_quantity
from app.domain.rights import Right
from app.domain.vocabulary.units import EACH
from app.services.approvals import authorise
from app.services.person_names import person_names
from app.services.stock.catalogue import product_names
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
from sync_agent.contract.wire import to_ms
from sync_agent.merge import counted_at, differing_fields, is_deleted, quantity_of
from sync_agent.store import endings, overlay, search
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction
from sync_agent.store.device import read_device
from sync_agent.store.outbox import (
    WAITING,
    ExpectedProductEffect,
    ExpectedStockEffect,
    NewOperation,
    Status,
    enqueue,
    finish,
)
from sync_agent.store.projection import StockFigure, stock_figure


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


# --- reading -----------------------------------------------------------------------------------------


def open_conflicts(till: Till) -> list[ConflictView]:
    """Open conflicts, oldest first."""
    query = select(t.conflict).where(t.conflict.c.status == "open").order_by(t.conflict.c.opened_ms)
    with till.store.reading() as connection:
        rows = connection.execute(query).all()
        names = product_names(connection, (row.resource_id for row in rows))
        decided = _with_waiting_decision(connection, [row.id for row in rows])
        mine = _own_operations(connection, [row.operation_id for row in rows if row.operation_id])
    return [
        ConflictView(
            id=row.id,
            resource_type=row.resource_type,
            title=names.get(row.resource_id, row.resource_id),
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
        title, unit = _named(connection, conflict.resource_id)
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
    if conflict.resource_type == PRODUCT:
        return suggest_product(conflict, my_name=my_name, minor_digits=minor_digits(till.device.currency))
    return None


def _rows(conflict: Conflict) -> list[ComparisonRow]:
    local, server, base = conflict.local_version, conflict.server_version, conflict.base_version
    if conflict.resource_type == STOCK_LEVEL:
        return [ComparisonRow("quantity", quantity_of(base), quantity_of(local), quantity_of(server))]
    before = base.values if base else {}
    if is_deleted(local) or is_deleted(server):
        return [ComparisonRow("deleted", False, is_deleted(local), is_deleted(server))]
    return [
        ComparisonRow(name, before.get(name), local.values.get(name), server.values.get(name))
        for name in differing_fields(local.values, server.values)
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


def _named(connection: Connection, product_id: str) -> tuple[str, str]:
    """The product's name and unit; a deleted product has its last name."""
    hit = search.find_product(connection, product_id)
    if hit is not None:
        return hit.name, hit.unit
    return product_names(connection, [product_id]).get(product_id, product_id), EACH


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
    NotPermitted, BadQuantity.
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
    replaced = _replace_refused_decision(tx, conflict_id)
    title, unit = _named(tx.connection, conflict.resource_id)
    decision = ResolveConflict(
        conflict_id=conflict_id,
        resolution=resolution,
        merged_data=merged if resolution is Resolution.MERGE else None,
        expected_server_version=expected_server_version,
    )
    quantity = _chosen_quantity(conflict, decision) if conflict.resource_type == STOCK_LEVEL else None
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
        overlay.drop_operation(tx, row.id)
        finish(tx, row.id, Status.REPLACED, result=None, code=None)
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
    return check_quantity(quantity)


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
    "unit": "unit",
}


def _product_effect(conflict: Conflict, decision: ResolveConflict) -> ExpectedProductEffect | None:
    """The expected effect on the product until the decision is confirmed."""
    match decision.resolution:
        case Resolution.ACCEPT_SERVER:
            chosen, deleted = conflict.server_version.values, is_deleted(conflict.server_version)
        case Resolution.ACCEPT_LOCAL:
            chosen, deleted = conflict.local_version.values, is_deleted(conflict.local_version)
        case Resolution.MERGE:
            chosen, deleted = decision.merged_data or {}, False
    fields = {_COLUMNS[name]: value for name, value in chosen.items() if name in _COLUMNS}
    return ExpectedProductEffect(conflict.resource_id, fields, deleted)


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
        suggestion = other.suggestion
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
    """Decide all as suggested; how many were decided, and how many had changed meanwhile and were skipped.

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
        except (ConflictMoved, ConflictGone):
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
        titles = product_names(connection, (conflict.resource_id for conflict in rows))
        names = person_names(connection, (conflict.resolved_by for conflict in rows if conflict.resolved_by))
    return [
        DecidedConflict(
            id=conflict.id,
            title=titles.get(conflict.resource_id, conflict.resource_id),
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
    if endings.withdraw(tx, decision.id, by=actor.id, reason="undone"):
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
    return Right.DECIDE_PRODUCT_CONFLICT


def _reopen(tx: Transaction, conflict_id: str, actor: Actor, *, after: str | None) -> str:
    body = tx.execute(select(t.conflict.c.body).where(t.conflict.c.id == conflict_id)).scalar_one_or_none()
    if body is None:
        raise ConflictGone
    conflict = Conflict.model_validate_json(body)
    authorise(actor, None, right_to_decide(conflict))
    title, unit = _named(tx.connection, conflict.resource_id)
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
