"""Stored conflicts: opened with their context, found, changed.

Deciding one is in `handlers/conflict_resolution.py`, reopening in `handlers/conflict_reopening.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, select, update

from server_stub.errors import Refusal
from server_stub.operations.context import OperationContext
from server_stub.operations.outcome import Outcome, in_conflict
from server_stub.operations.parsing import Envelope
from server_stub.operations.resources import conflict_context, settings
from server_stub.services.people import shop_settings
from server_stub.services.people.shop_settings import Setting
from server_stub.services.stock.count_order import Moment
from server_stub.services.stock.joining import UndecidedCount
from server_stub.services.stock.ledger import Level
from server_stub.store import tables as t
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.conflicts import Conflict, ConflictSide, ConflictType, HistoryEntry
from sync_agent.contract.operations import (
    CONFLICT,
    PRODUCT,
    STOCK_LEVEL,
    CountData,
    Effect,
    OperationResult,
)
from sync_agent.contract.shop_settings import SETTING, SettingEdit
from sync_agent.contract.wire import format_time, from_ms

_WHY = {
    ConflictType.CONCURRENT_UPDATE: "both sides changed since the version this was made on",
    ConflictType.VERSION_MISMATCH: "the version this was made on is not known here",
    ConflictType.DATA_INCONSISTENCY: "what this was made on is not what the server has",
    ConflictType.SAME_ARTICLE: "another product has its codes, and differs",
}


@dataclass(slots=True)
class StoredConflict:
    """The wire object, and details of the operation behind it.

    `counted` is when a count was made, and its number on its device; a conflict that is not a count's has no
    time. `resolved` is the answer to the decision that resolved it.
    """

    conflict: Conflict
    counted: Moment
    resolved: dict[str, Any] | None


def open_for_count(
    context: OperationContext,
    envelope: Envelope,
    level: Level,
    data: CountData,
    counted_ms: int | None,
    kind: ConflictType,
    *,
    base: int | None,
    is_of_alias: bool,
) -> Outcome:
    """Opens the conflict of a count that cannot be applied automatically; `base` is the version of the level
    that it was made on, None for an alias's.
    """
    known_base = base if base is not None and base <= level.version else None
    values: dict[str, Any] = {"quantity": data.new_quantity}
    history: tuple[HistoryEntry, ...] = ()
    if known_base is not None:
        history = conflict_context.stock_history(context, level, known_base)
    elif is_of_alias:
        counted = Moment(counted_ms, envelope.device_id, envelope.device_seq)
        history = conflict_context.history_around_count(context, level, counted)
    if counted_ms is not None:
        # Corrected by the till's clock offset, like every time in the history beside it.
        values["countedAt"] = format_time(from_ms(counted_ms))
    return _open(
        context,
        envelope,
        resource_type="stock_level",
        resource_id=level.product_id,
        location_id=level.location_id,
        kind=kind,
        local=conflict_context.local_side(context, envelope, values, level.version if base is None else base),
        server=conflict_context.stock_side(context, level, level.version),
        base=None if known_base is None else conflict_context.stock_side(context, level, known_base),
        history=history,
        counted_ms=counted_ms,
    )


def open_for_product(
    context: OperationContext,
    envelope: Envelope,
    row: dict[str, Any],
    values: dict[str, Any],
    base_values: dict[str, Any] | None,
    kind: ConflictType,
) -> Outcome:
    """Opens the conflict of an edit or deletion that cannot be merged with the product's current version."""
    base = envelope.operation.version
    known_base = base if base is not None and base <= row["version"] else None
    has_base = bool(base_values) or known_base is not None
    return _open(
        context,
        envelope,
        resource_type="product",
        resource_id=row["id"],
        location_id=None,
        kind=kind,
        local=conflict_context.local_side(
            context, envelope, values, row["version"] if base is None else base
        ),
        server=conflict_context.product_side(context, row),
        base=ConflictSide(values=base_values or {}, version=base or 0) if has_base else None,
        history=()
        if known_base is None
        else conflict_context.product_history(context, row["id"], known_base),
        counted_ms=None,
    )


def open_for_article(
    context: OperationContext,
    envelope: Envelope,
    product_id: str,
    values: dict[str, Any],
    other: dict[str, Any],
) -> Outcome:
    """Opens the conflict of a creation with the codes of another product, which differs in what matters."""
    return _open(
        context,
        envelope,
        resource_type="product",
        resource_id=product_id,
        location_id=None,
        kind=ConflictType.SAME_ARTICLE,
        local=conflict_context.local_side(context, envelope, values, 0),
        server=conflict_context.product_side(context, other),
        base=None,
        history=(),
        counted_ms=None,
        same_as=other["id"],
    )


def open_for_two_counts(context: OperationContext, count: UndecidedCount) -> Effect:
    """Opens the conflict of two counts of one article, made under two ids at about the same time."""
    unit, level, counted = context.unit, count.level, count.counted
    at = None if counted.ms is None else from_ms(counted.ms)
    values: dict[str, Any] = {"quantity": count.quantity}
    if at is not None:
        values["countedAt"] = format_time(at)
    local = ConflictSide(
        values=values,
        version=level.version,
        actor=count.actor_id,
        actor_name=context.name_of(count.actor_id),
        device=counted.device_id,
        device_name=context.device_name(counted.device_id),
        at=at,
    )
    conflict = Conflict(
        id=unit.ids.new(),
        tenant_id=context.tenant_id,
        resource_type="stock_level",
        resource_id=level.product_id,
        conflict_type=ConflictType.CONCURRENT_UPDATE,
        local_version=local,
        server_version=conflict_context.stock_side(context, level, level.version),
        timestamp=from_ms(unit.now_ms),
        user_id=count.actor_id,
        location_id=level.location_id,
    )
    # Of no operation: the count's own was answered under the other id.
    return insert(context, StoredConflict(conflict, Moment(counted.ms), resolved=None), conflict.id)


def open_for_setting(
    context: OperationContext, envelope: Envelope, setting: Setting, data: SettingEdit, kind: ConflictType
) -> Outcome:
    """Opens the conflict of a setting's new value that does not replace what the server has."""
    base = envelope.operation.version or 0
    name = setting.name
    before = shop_settings.default(name) if data.base is None else data.base
    return _open(
        context,
        envelope,
        resource_type="setting",
        resource_id=setting.id,
        location_id=setting.place,
        kind=kind,
        local=conflict_context.local_side(context, envelope, {"value": data.value}, base),
        server=conflict_context.setting_side(context, setting),
        base=ConflictSide(values={"value": before}, version=base),
        history=conflict_context.setting_history(context, setting.id, base),
        counted_ms=None,
    )


def open_before(
    context: OperationContext,
    envelope: Envelope,
    resource_type: str,
    resource_id: str,
    location_id: str | None,
) -> str | None:
    """The id of the open conflict of an earlier operation of the same till on the same resource, which
    blocks this one.
    """
    if envelope.device_id is None or envelope.device_seq is None:
        return None
    of = t.conflict.c
    found = context.unit.rows(
        select(of.id).where(
            _is_open(context, resource_type, resource_id),
            of.location_id.is_(None) if location_id is None else of.location_id == location_id,
            of.device_id == envelope.device_id,
            of.device_seq < envelope.device_seq,
        )
    ).first()
    return None if found is None else str(found.id)


def that_asks(
    context: OperationContext,
    resource_type: str,
    resource_id: str,
    location_id: str | None,
    values: Mapping[str, Any],
) -> Conflict | None:
    """The open conflict, of whatever till, that asks for just these values of a resource."""
    of = t.conflict.c
    found = context.unit.rows(
        select(of.body).where(
            _is_open(context, resource_type, resource_id),
            of.location_id.is_(None) if location_id is None else of.location_id == location_id,
        )
    )
    opened = (Conflict.model_validate(row.body) for row in found)
    return next((conflict for conflict in opened if conflict.local_version.values == values), None)


def _open(
    context: OperationContext,
    envelope: Envelope,
    *,
    resource_type: Literal["stock_level", "product", "setting"],
    resource_id: str,
    location_id: str | None,
    kind: ConflictType,
    local: ConflictSide,
    server: ConflictSide,
    base: ConflictSide | None,
    history: tuple[HistoryEntry, ...],
    counted_ms: int | None,
    same_as: str | None = None,
) -> Outcome:
    conflict = Conflict(
        id=context.unit.ids.new(),
        tenant_id=context.tenant_id,
        resource_type=resource_type,
        resource_id=resource_id,
        conflict_type=kind,
        local_version=local,
        server_version=server,
        base_version=base,
        history=history,
        timestamp=from_ms(context.unit.now_ms),
        user_id=envelope.actor_id,
        location_id=location_id,
        operation_id=envelope.id,
        same_as=same_as,
    )
    counted = Moment(counted_ms, envelope.device_id, envelope.device_seq)
    effect = insert(context, StoredConflict(conflict, counted, resolved=None), envelope.id)
    return in_conflict(
        envelope.id, conflict, [effect], ErrorCode.CONFLICT, _WHY[kind], {"conflictId": conflict.id}
    )


def insert(context: OperationContext, stored: StoredConflict, operation_id: str) -> Effect:
    """Stores and publishes a new conflict opened by `operation_id`."""
    conflict = stored.conflict
    context.unit.insert(
        t.conflict,
        {
            "tenant_id": context.tenant_id,
            "id": conflict.id,
            "resource_type": conflict.resource_type,
            "resource_id": conflict.resource_id,
            "location_id": conflict.location_id,
            "operation_id": operation_id,
            "device_id": stored.counted.device_id,
            "device_seq": stored.counted.device_seq,
            "counted_ms": stored.counted.ms,
            "opened_ms": context.unit.now_ms,
            "status": conflict.status,
            "body": conflict.to_wire(),
            "resolved": stored.resolved,
        },
    )
    return _publish(context, conflict, operation_id)


def change(
    context: OperationContext,
    conflict: Conflict,
    operation_id: str,
    *,
    resolved: dict[str, Any] | None = None,
) -> Effect:
    """Stores and publishes a changed conflict; its version has risen."""
    of = t.conflict.c
    context.unit.execute(
        update(t.conflict)
        .where(of.tenant_id == context.tenant_id, of.id == conflict.id)
        .values(
            status=conflict.status,
            resource_id=conflict.resource_id,
            body=conflict.to_wire(),
            resolved=resolved,
        )
    )
    return _publish(context, conflict, operation_id)


def places_of_open_counts(context: OperationContext, product_id: str) -> set[str]:
    """The places where a count under this id is in conflict."""
    of = t.conflict.c
    query = select(of.location_id).where(_is_open(context, STOCK_LEVEL, product_id))
    return {place for place in context.unit.rows(query).scalars() if place is not None}


def open_of_counts(context: OperationContext, place: str, product_id: str) -> list[StoredConflict]:
    """The open conflicts of counts of a product at a place."""
    of = t.conflict.c
    query = select(of.body, of.device_id, of.device_seq, of.counted_ms).where(
        _is_open(context, STOCK_LEVEL, product_id), of.location_id == place
    )
    return [
        StoredConflict(
            Conflict.model_validate(row.body), Moment(row.counted_ms, row.device_id, row.device_seq), None
        )
        for row in context.unit.rows(query.order_by(of.id)).all()
    ]


def _is_open(context: OperationContext, resource_type: str, resource_id: str) -> ColumnElement[bool]:
    """Which conflicts are the open ones about a resource."""
    of = t.conflict.c
    return and_(
        of.tenant_id == context.tenant_id,
        of.resource_type == resource_type,
        of.resource_id == resource_id,
        of.status == "open",
    )


def id_named(context: OperationContext, conflict: Conflict) -> str | None:
    """The id that the operation of a count's conflict named; None if it is of no operation."""
    of, first = t.conflict.c, conflict
    while first.reopens is not None:
        query = select(of.body).where(of.tenant_id == context.tenant_id, of.id == first.reopens)
        first = Conflict.model_validate(context.unit.rows(query).scalar_one())
    made = t.operation.c
    query = select(made.resource_id, made.result).where(
        made.tenant_id == context.tenant_id, made.id == first.operation_id
    )
    row = context.unit.rows(query).one_or_none()
    if row is None:
        return None
    # One that named it in its data is known by the conflict that was its answer.
    named = row.resource_id or row.result["conflict"]["resourceId"]
    return str(named)


def on_level(context: OperationContext, stored: StoredConflict, level: Level) -> Conflict:
    """The conflict of a count, compared with another level than the one that it was made on."""
    return stored.conflict.model_copy(
        update={
            "resource_id": level.product_id,
            "server_version": conflict_context.stock_side(context, level, level.version),
            "base_version": None,
            "history": history_without_base(context, stored, level),
        }
    )


def compared_again(context: OperationContext, stored: StoredConflict, level: Level) -> Conflict:
    """The conflict of a count, compared with what its level is now."""
    base = stored.conflict.base_version
    return stored.conflict.model_copy(
        update={
            "server_version": conflict_context.stock_side(context, level, level.version),
            "history": history_without_base(context, stored, level)
            if base is None
            else conflict_context.stock_history(context, level, base.version),
        }
    )


def history_without_base(
    context: OperationContext, stored: StoredConflict, level: Level
) -> tuple[HistoryEntry, ...]:
    """What happened since a counting; nothing for a conflict of no operation, whose figure has it already."""
    if stored.conflict.operation_id is None:
        return ()
    return conflict_context.history_around_count(context, level, stored.counted)


def open_about_article(context: OperationContext, product_id: str, *, but_not: str) -> list[Conflict]:
    """Other open conflicts about whether this id is another product: its creation came more than once."""
    of = t.conflict.c
    query = select(of.body).where(_is_open(context, PRODUCT, product_id), of.id != but_not)
    found = [Conflict.model_validate(body) for body in context.unit.rows(query.order_by(of.id)).scalars()]
    return [conflict for conflict in found if conflict.same_as is not None]


def find(context: OperationContext, conflict_id: str) -> StoredConflict:
    """A conflict whose stream is locked. Raises Refusal if there is none."""
    of = t.conflict.c
    row = context.unit.rows(
        select(of.body, of.device_id, of.device_seq, of.counted_ms, of.resolved).where(
            of.tenant_id == context.tenant_id, of.id == conflict_id
        )
    ).first()
    if row is None:
        raise Refusal(ErrorCode.NOT_FOUND, f"there is no conflict {conflict_id}")
    conflict = Conflict.model_validate(row.body)
    place = conflict.location_id
    if place is not None and place not in context.caller.locations:
        raise Refusal(ErrorCode.FORBIDDEN, f"the conflict is of {place}, which is not your place")
    if not context.holds(place):
        # It was opened after this transaction determined which streams to lock.
        raise Refusal(ErrorCode.NOT_FOUND, f"there is no conflict {conflict_id}")
    return StoredConflict(conflict, Moment(row.counted_ms, row.device_id, row.device_seq), row.resolved)


def places_of(context: OperationContext, conflict_id: str) -> set[str | None]:
    """The places whose streams a decision may write to; None is the tenant's stream.

    A setting of one place is a row of the tenant's stream, and its conflict is in the place's. A product that
    the server has may be deleted or restored, which the flags of sales at all places depend on.
    """
    of = t.conflict.c
    found = context.unit.rows(
        select(of.location_id, of.resource_type, of.resource_id, of.body).where(
            of.tenant_id == context.tenant_id, of.id == conflict_id
        )
    ).one_or_none()
    if found is None:
        return {None}
    place = context.callers_place(found.location_id)
    if found.resource_type == SETTING:
        return {place, *settings.places_of(context, found.resource_id)}
    is_of_stored = found.resource_type == PRODUCT and found.body.get("sameAs") is None
    return {place, *context.locations()} if is_of_stored else {place}


def product_that_may_move(context: OperationContext, conflict_id: str) -> str | None:
    """The id whose stock a decision may move to another product's, at any place; None if there is none."""
    of = t.conflict.c
    row = context.unit.rows(
        select(of.resource_id, of.body).where(
            of.tenant_id == context.tenant_id, of.id == conflict_id, of.resource_type == "product"
        )
    ).one_or_none()
    return None if row is None or row.body.get("sameAs") is None else str(row.resource_id)


def with_conflict_of_now(context: OperationContext, first: OperationResult) -> OperationResult:
    """A stored answer that contains a conflict, with the conflict's current state.

    Whoever repeats the operation may have missed the resolution, and snapshots contain open conflicts only.
    """
    assert first.conflict is not None, "asked of an answer that brought one"
    of = t.conflict.c
    body = context.unit.rows(
        select(of.body).where(of.tenant_id == context.tenant_id, of.id == first.conflict.id)
    ).scalar_one_or_none()
    return first if body is None else first.model_copy(update={"conflict": Conflict.model_validate(body)})


def _publish(context: OperationContext, conflict: Conflict, operation_id: str) -> Effect:
    """Publishes opening, moving and resolving as changes, so that tills that were away receive them."""
    return context.publish(
        conflict.location_id, CONFLICT, conflict.id, conflict.version, conflict.to_wire(), operation_id
    )
