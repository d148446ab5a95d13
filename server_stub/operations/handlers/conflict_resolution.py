"""Deciding a conflict.

A decision is compared with the server version that the person saw. Movements since then are added on top; if
another count, edit or decision came in between, nothing is decided: the conflict stays open and is shown
again with the newer server version. A second decision gets the first one's answer.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import ValidationError
from sqlalchemy import Row

from server_stub.errors import Refusal, unreadable
from server_stub.operations.context import OperationContext
from server_stub.operations.handler import Data, Handler, ParsedOperation, Requirement, Rows
from server_stub.operations.outcome import Outcome, applied, in_conflict
from server_stub.operations.parsing import Envelope
from server_stub.operations.resources import (
    aliases,
    conflict_context,
    conflicts,
    product_versions,
    same_articles,
    settings,
)
from server_stub.operations.resources.conflicts import StoredConflict
from server_stub.roles import Action
from server_stub.services.people import shop_settings
from server_stub.services.stock.article_journal import note
from server_stub.services.stock.count_order import Moment, was_counted
from server_stub.services.streams.product_rows import product_row
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.conflicts import (
    Conflict,
    ConflictResolved,
    ConflictSide,
    HistoryEntry,
    ReopenConflict,
    Resolution,
    ResolveConflict,
)
from sync_agent.contract.events import CONFLICT_RESOLUTION_BROADCAST
from sync_agent.contract.operations import CONFLICT, PRODUCT, CountData, Effect, Operation, ProductFields
from sync_agent.contract.shop_settings import SETTING, SettingRow
from sync_agent.contract.stock import MovementReason, ProductRow, StockLevelRow
from sync_agent.contract.text import Cleaning
from sync_agent.contract.wire import from_ms

_DECIDED = {
    Resolution.ACCEPT_LOCAL: "Decided: the till’s side",
    Resolution.MERGE: "Decided: both together",
}
"""The note on the movement that a decision causes; keeping the server's value moves nothing."""


class ConflictHandler(Handler[Data]):
    """What deciding and reopening share: place and required right follow from the conflict they name."""

    resource_type = CONFLICT
    rows: ClassVar[Rows] = {
        CONFLICT: Conflict,
        "stock_level": StockLevelRow,
        PRODUCT: ProductRow,
        SETTING: SettingRow,
    }
    audit_kind = "resolution"

    def read(self, operation: Operation, texts: Mapping[str, Any]) -> Data:
        # The id in the data takes precedence over the resource that the operation names.
        try:
            named = {"conflictId": operation.resource_id, **operation.data}
            return self.data.model_validate(named, context=dict(texts))
        except ValidationError as error:
            raise unreadable(error, "data") from error

    def places(self, context: OperationContext, operation: ParsedOperation[Data]) -> set[str | None]:
        conflict_id = _id_of(operation.data)
        named = conflicts.product_that_may_move(context, conflict_id)
        moved = set() if named is None else aliases.places_with_stock(context, named)
        return {*conflicts.places_of(context, conflict_id), *moved}

    def requirement(self, context: OperationContext, operation: ParsedOperation[Data]) -> Requirement:
        return requirement_of(conflicts.find(context, _id_of(operation.data)).conflict)


class ResolveOneConflict(ConflictHandler[ResolveConflict]):
    """Applies a decision; operations, events and requests all come here."""

    name = "DecisionOperation"
    verb = "update"
    data = ResolveConflict

    def apply_one(self, context: OperationContext, operation: ParsedOperation[ResolveConflict]) -> Outcome:
        stored = conflicts.find(context, operation.data.conflict_id)
        return apply_decision(context, operation.envelope, stored, operation.data)


def as_item(decision: ResolveConflict, new_id: str, timestamp: str) -> dict[str, Any]:
    """A decision as an item of the queue."""
    return {
        "id": decision.operation_id or new_id,
        "operation": "update",
        "resourceType": CONFLICT,
        "resourceId": decision.conflict_id,
        "timestamp": timestamp,
        "data": decision.to_wire(),
    }


def requirement_of(conflict: Conflict) -> Requirement:
    """The right that deciding the conflict needs, and where."""
    right = _RIGHTS.get(conflict.resource_type, Action.DECIDE_STOCK_CONFLICT)
    return Requirement(right, conflict.location_id)


_RIGHTS = {PRODUCT: Action.DECIDE_PRODUCT_CONFLICT, SETTING: Action.CHANGE_SHOP_SETTINGS}


def apply_decision(
    context: OperationContext, envelope: Envelope, stored: StoredConflict, decision: ResolveConflict
) -> Outcome:
    """Applies an authorised decision; returns the first answer if it was made before."""
    audit = {
        "resolution": decision.resolution,
        "local": stored.conflict.local_version.to_wire(),
        "server": stored.conflict.server_version.to_wire(),
    }
    if stored.resolved is not None:
        return applied(envelope.id, [], stored.resolved, audit={**audit, "result": stored.resolved["result"]})
    if stored.conflict.same_as is not None:
        return _resolve_same_article(context, envelope, stored, stored.conflict.same_as, decision, audit)
    if stored.conflict.resource_type == PRODUCT:
        return _resolve_product(context, envelope, stored, decision, audit)
    if stored.conflict.resource_type == SETTING:
        return _resolve_setting(context, envelope, stored, decision, audit)
    return _resolve_stock(context, envelope, stored, decision, audit)


def _id_of(data: object) -> str:
    assert isinstance(data, ResolveConflict | ReopenConflict), "both kinds name their conflict"
    return data.conflict_id


def _resolve_stock(
    context: OperationContext,
    envelope: Envelope,
    stored: StoredConflict,
    decision: ResolveConflict,
    audit: dict[str, Any],
) -> Outcome:
    conflict = stored.conflict
    level = context.level(conflict.location_id or "", conflict.resource_id)
    if level.product_id != conflict.resource_id:
        # The versions of two levels say nothing about each other.
        moved_to = conflicts.on_level(context, stored, level)
        return _move(context, envelope, moved_to, moved_to.server_version, moved_to.history, audit)
    compared = _compared_version(decision, conflict, level.version)
    known_from = _known_from(conflict, decision, compared)
    moved = conflict_context.moved_since(context, level, known_from)
    if compared < conflict.server_version.version or any(
        movement.reason == MovementReason.COUNT for movement in moved if movement.version > compared
    ):
        again = conflicts.compared_again(context, stored, level)
        return _move(context, envelope, again, again.server_version, again.history, audit)
    effects: list[Effect] = []
    if decision.resolution is not Resolution.ACCEPT_SERVER:
        decided = _decided_quantity(decision, conflict)
        if decision.resolution is Resolution.MERGE and envelope.operation.former_result is None:
            field = "data.mergedData.newQuantity"
            context.must_be_plausible(level.location_id, level.product_id, decided, field)
        target = decided + _on_top(stored, decision, moved)
        counted = level.counted
        if stored.counted.ms is not None and stored.counted.ms >= (counted.ms or 0):
            counted = stored.counted
        effects += context.ledger.post(
            level,
            target - level.quantity,
            MovementReason.COUNT,
            context.origin(envelope),
            note=_DECIDED[decision.resolution],
            reference=conflict.id,
            counted=note(counted, context.all_names({level.product_id})),
        )
        context.ledger.mark_counted(level, counted)
    outcome = {
        "productId": level.product_id,
        "locationId": level.location_id,
        "newQuantity": level.quantity,
        "version": level.version,
    }
    return _settle(context, envelope, conflict, decision.resolution, outcome, level.version, effects, audit)


def _known_from(conflict: Conflict, decision: ResolveConflict, compared: int) -> int:
    """The version from which movements are added to the decision: the one that the person compared with.

    For a count that was reopened it is the version before the earlier decision: what was sold since then was
    sold after the counting, however new the server version is that the person sees.
    """
    if conflict.reopens is None or decision.resolution is not Resolution.ACCEPT_LOCAL:
        return compared
    return min(compared, conflict.base_version.version if conflict.base_version else compared)


def _on_top(stored: StoredConflict, decision: ResolveConflict, moved: Sequence[Row[Any]]) -> int:
    """The sum added on top: all movements that are neither counts nor already seen by an accepted count.

    So a late movement gives the same stock whether it arrives before the decision or after it.
    """
    accepts_count = decision.resolution is Resolution.ACCEPT_LOCAL

    def has_seen(movement: Row[Any]) -> bool:
        return accepts_count and was_counted(
            Moment(movement.happened_ms, movement.device_id, movement.device_seq), stored.counted
        )

    return sum(
        movement.delta
        for movement in moved
        if movement.reason != MovementReason.COUNT and (movement.compensated or not has_seen(movement))
    )


def _decided_quantity(decision: ResolveConflict, conflict: Conflict) -> int:
    if decision.resolution is Resolution.ACCEPT_LOCAL:
        return int(conflict.local_version.values["quantity"])
    try:
        return CountData.model_validate(decision.merged_data or {}).new_quantity
    except ValidationError as error:
        raise unreadable(error, "mergedData") from error


def _resolve_product(
    context: OperationContext,
    envelope: Envelope,
    stored: StoredConflict,
    decision: ResolveConflict,
    audit: dict[str, Any],
) -> Outcome:
    conflict = stored.conflict
    row = context.product(conflict.resource_id)
    assert row is not None, "a product that was once in conflict keeps its row"
    compared = _compared_version(decision, conflict, row["version"])
    if compared != row["version"] or compared < conflict.server_version.version:
        base = conflict.base_version
        history = (
            conflict.history
            if base is None
            else conflict_context.product_history(context, row["id"], base.version)
        )
        server = conflict_context.product_side(context, row)
        return _move(context, envelope, conflict, server, history, audit)
    effects: list[Effect] = []
    if decision.resolution is not Resolution.ACCEPT_SERVER:
        wanted = _decided_fields(decision, conflict)
        row, effect = product_versions.write_version(context, envelope, {**row, **wanted})
        effects.append(effect)
    outcome = product_row(row)
    return _settle(context, envelope, conflict, decision.resolution, outcome, row["version"], effects, audit)


def _resolve_same_article(
    context: OperationContext,
    envelope: Envelope,
    stored: StoredConflict,
    same_as: str,
    decision: ResolveConflict,
    audit: dict[str, Any],
) -> Outcome:
    """Two articles, if the merged values have other codes; else one, with the values of either side.

    One article is there afterwards, also if the earlier product was deleted meanwhile.
    """
    conflict = stored.conflict
    if same_articles.is_answered(context, conflict.resource_id):
        return _settle_as_answered(context, envelope, conflict, decision.resolution, audit)
    local = conflict.local_version.values
    row = same_articles.new_row(context, conflict.resource_id, same_articles.columns_of_values(local))
    other = same_articles.other_of(context, row, same_as)
    if other["id"] != conflict.server_version.values.get("id", same_as):
        # The versions of two products say nothing about each other.
        return _move(
            context,
            envelope,
            conflict.model_copy(update={"same_as": other["id"]}),
            conflict_context.product_side(context, other),
            (),
            audit,
        )
    compared = _compared_version(decision, conflict, other["version"])
    if compared != other["version"] or compared < conflict.server_version.version:
        server = conflict_context.product_side(context, other)
        return _move(context, envelope, conflict, server, (), audit)
    wanted: dict[str, Any] = {"deleted": 0}
    if decision.resolution is not Resolution.ACCEPT_SERVER:
        wanted = _decided_fields(decision, conflict)
    effects: list[Effect] = []
    if decision.resolution is not Resolution.ACCEPT_SERVER and same_articles.are_two(
        {**row, **wanted}, other, is_merged=decision.resolution is Resolution.MERGE
    ):
        row, effect = product_versions.write_version(context, envelope, {**row, **wanted})
        effects.append(effect)
        outcome, version = product_row(row), row["version"]
    else:
        same_articles.must_be_one_unit({**row, **wanted}, other)
        wanted = same_articles.revived(context, other, wanted)
        if any(other[name] != value for name, value in wanted.items()):
            other, effect = product_versions.write_version(context, envelope, {**other, **wanted})
            effects.append(effect)
        values = same_articles.values_of(row)
        effects += aliases.make(context, envelope, row["id"], other["id"], values)
        outcome, version = product_row(other), other["version"]
    audit = {**audit, "productId": other["id"], "alias": local}
    for again in conflicts.open_about_article(context, conflict.resource_id, but_not=conflict.id):
        settled = _settle(context, envelope, again, decision.resolution, outcome, version, [], audit)
        effects += settled.result.effects or []
    return _settle(context, envelope, conflict, decision.resolution, outcome, version, effects, audit)


def _settle_as_answered(
    context: OperationContext,
    envelope: Envelope,
    conflict: Conflict,
    resolution: Resolution,
    audit: dict[str, Any],
) -> Outcome:
    """Settles a conflict about an id of which it is known by now what product it is."""
    row = context.product_sold(conflict.resource_id)
    # A restored server knows an alias before its product is back.
    outcome = {"id": context.real_product(conflict.resource_id)} if row is None else product_row(row)
    version = 0 if row is None else row["version"]
    return _settle(context, envelope, conflict, resolution, outcome, version, [], audit)


def _decided_fields(decision: ResolveConflict, conflict: Conflict) -> dict[str, Any]:
    """The columns that the decision writes. Accepting a deletion deletes; accepting fields restores."""
    local = conflict.local_version.values
    if decision.resolution is Resolution.ACCEPT_LOCAL and local.get("deleted"):
        return {"deleted": 1}
    chosen = local if decision.resolution is Resolution.ACCEPT_LOCAL else decision.merged_data or {}
    try:
        fields = ProductFields.model_validate(chosen, context=Cleaning().context)
    except ValidationError as error:
        raise unreadable(error, "mergedData") from error
    product_versions.must_know_unit(fields)
    return {**product_versions.columns_of(fields), "deleted": 0}


def _resolve_setting(
    context: OperationContext,
    envelope: Envelope,
    stored: StoredConflict,
    decision: ResolveConflict,
    audit: dict[str, Any],
) -> Outcome:
    conflict = stored.conflict
    setting = context.settings().row(conflict.resource_id)
    compared = _compared_version(decision, conflict, setting.version)
    if compared != setting.version or compared < conflict.server_version.version:
        base = conflict.base_version.version if conflict.base_version else 0
        history = conflict_context.setting_history(context, setting.id, base)
        server = conflict_context.setting_side(context, setting)
        return _move(context, envelope, conflict, server, history, audit)
    effects: list[Effect] = []
    value = _decided_value(context, decision, conflict)
    # What is decided becomes a row, if there was none: tills go on with their own values until there is.
    if decision.resolution is not Resolution.ACCEPT_SERVER or setting.version == 0:
        settings.must_be_allowed(context, setting.id, value)
        setting, effect = settings.change(context, envelope, setting, value)
        effects.append(effect)
    outcome = {"id": setting.id, "value": setting.value, "version": setting.version}
    return _settle(context, envelope, conflict, decision.resolution, outcome, setting.version, effects, audit)


def _decided_value(context: OperationContext, decision: ResolveConflict, conflict: Conflict) -> Any:
    match decision.resolution:
        case Resolution.ACCEPT_LOCAL:
            chosen = conflict.local_version.values
        case Resolution.ACCEPT_SERVER:
            chosen = conflict.server_version.values
        case Resolution.MERGE:
            chosen = decision.merged_data or {}
            if "value" not in chosen:
                raise Refusal(ErrorCode.BAD_REQUEST, "mergedData: it has no value")
    return shop_settings.must_make_sense(conflict.resource_id, chosen.get("value"), context.locations())


def _compared_version(decision: ResolveConflict, conflict: Conflict, current: int) -> int:
    """The server version that the person compared with."""
    compared = decision.expected_server_version
    if compared is None:
        return conflict.server_version.version
    if compared > current:
        raise Refusal(
            ErrorCode.PRECONDITION_FAILED, f"expectedServerVersion: {compared} has not been reached here"
        )
    return compared


def _move(
    context: OperationContext,
    envelope: Envelope,
    conflict: Conflict,
    server: ConflictSide,
    history: tuple[HistoryEntry, ...],
    audit: dict[str, Any],
) -> Outcome:
    moved = conflict.model_copy(
        update={"server_version": server, "history": history, "version": conflict.version + 1}
    )
    effect = conflicts.change(context, moved, envelope.id)
    why = "it changed again since; look at it once more"
    return in_conflict(envelope.id, moved, [effect], ErrorCode.CONFLICT_MOVED, why, audit)


def _settle(
    context: OperationContext,
    envelope: Envelope,
    conflict: Conflict,
    resolution: Resolution,
    outcome: dict[str, Any],
    version: int,
    effects: list[Effect],
    audit: dict[str, Any],
) -> Outcome:
    settled = conflict.model_copy(
        update={
            "status": "resolved",
            "resolution": resolution,
            "resolved_by": envelope.actor_id,
            "version": conflict.version + 1,
        }
    )
    answer = ConflictResolved(
        conflict_id=conflict.id,
        resolution=resolution,
        result=outcome,
        version=version,
        timestamp=from_ms(context.unit.now_ms),
        resolved_by=envelope.actor_id,
    ).to_wire()
    effect = conflicts.change(context, settled, envelope.id, resolved=answer)
    stream = context.stream_of(conflict.location_id)
    context.unit.announce(stream, CONFLICT_RESOLUTION_BROADCAST, answer)
    return applied(envelope.id, [*effects, effect], answer, audit={**audit, "result": outcome})
