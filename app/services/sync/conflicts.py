"""Conflicts as shown for a decision: the inbox, the comparison of both sides, and those that were decided."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app.domain.money import minor_digits
from app.services.person_names import person_names
from app.services.sync import conflict_rows, same_article
from app.services.sync.suggestions import Suggestion, suggest_product, suggest_stock
from app.services.till import Actor, Till
from resources.words import translate
from sync_agent.contract.conflicts import (
    Conflict,
    ConflictSide,
    ConflictType,
    HistoryEntry,
)
from sync_agent.contract.operations import PRODUCT, STOCK_LEVEL
from sync_agent.contract.shop_settings import SETTING, name_and_place
from sync_agent.contract.wire import to_ms
from sync_agent.merge import counted_at, differing_fields, is_deleted, quantity_of
from sync_agent.store import tables as t
from sync_agent.store.device import read_device
from sync_agent.store.queue import (
    Status,
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


@dataclass(frozen=True)
class DecidedConflict:
    """A decided conflict in the history. `decided_by` is a name, None where not known."""

    id: str
    title: str
    resolution: str | None
    decided_by: str | None


def open_conflicts(till: Till) -> list[ConflictView]:
    """Open conflicts, oldest first."""
    query = select(t.conflict).where(t.conflict.c.status == "open").order_by(t.conflict.c.opened_ms)
    with till.store.reading() as connection:
        rows = connection.execute(query).all()
        names = conflict_rows.titles(connection, ((row.resource_type, row.resource_id) for row in rows))
        titles = {
            row.id: names.get(row.resource_id)
            or conflict_rows.named(connection, Conflict.model_validate_json(row.body))[0]
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
        known = conflict_rows.titles(connection, ((row.resource_type, row.resource_id) for row in rows))
        titles = {
            row.id: known.get(row.resource_id) or conflict_rows.named(connection, row)[0] for row in rows
        }
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


def comparison(till: Till, conflict_id: str, reader: Actor | None = None) -> Comparison:
    """Both sides, their common base and the suggestion. Raises ConflictGone.

    The suggestion says "You" for this till's side where `reader` wrote it, or where no reader is given.
    """
    with till.store.reading() as connection:
        conflict = conflict_rows.open_conflict(connection, conflict_id)
        title, unit = conflict_rows.named(connection, conflict)
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


def _with_waiting_decision(connection: Connection, conflict_ids: Iterable[str]) -> set[str]:
    pending = conflict_rows.pending_decisions(connection, conflict_ids)
    return {row.resource_id for row in pending if row.status != Status.DEAD_LETTER}


def _own_operations(connection: Connection, operation_ids: Iterable[str]) -> set[str]:
    query = select(t.outbox.c.id).where(t.outbox.c.id.in_(list(operation_ids)))
    return set(connection.execute(query).scalars())
