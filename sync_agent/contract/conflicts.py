"""A conflict as both sides see it: two versions of one thing, their base, and the history since."""

from enum import StrEnum
from typing import Any, Literal

from sync_agent.contract.tolerance import Open
from sync_agent.contract.wire import Fields, Id, OnHand, UtcTime, Version, Wire


class ConflictType(StrEnum):
    CONCURRENT_UPDATE = "concurrent_update"
    VERSION_MISMATCH = "version_mismatch"
    DATA_INCONSISTENCY = "data_inconsistency"
    SAME_ARTICLE = "same_article"
    """A product was created whose codes another has, and whose name, price or unit differs."""


class Resolution(StrEnum):
    ACCEPT_LOCAL = "accept_local"
    ACCEPT_SERVER = "accept_server"
    MERGE = "merge"


class ConflictSide(Wire):
    """One side of a conflict. For stock `values` is {"quantity": …, "countedAt"?: …}; for a
    product its fields.
    """

    values: dict[str, Any]
    version: Version
    actor: str | None = None
    actor_name: str | None = None
    device: str | None = None
    device_name: str | None = None
    at: UtcTime | None = None


class HistoryEntry(Wire):
    """Something that happened between the common base and now."""

    operation_id: str
    delta: OnHand | None = None
    fields: dict[str, Any] | None = None
    reason: str
    actor: str | None = None
    actor_name: str | None = None
    device: str | None = None
    device_name: str | None = None
    occurred_at: UtcTime
    received_at: UtcTime


class Conflict(Wire):
    """`id` is stable; `version` rises with each change of the conflict itself (opened, moved, resolved)."""

    id: Id
    tenant_id: Id
    resource_type: Open[Literal["stock_level", "product", "transaction", "setting"]]
    resource_id: Id
    conflict_type: Open[ConflictType]
    local_version: ConflictSide
    server_version: ConflictSide
    base_version: ConflictSide | None = None
    history: tuple[HistoryEntry, ...] = ()
    timestamp: UtcTime
    user_id: str
    location_id: Id | None = None
    operation_id: str | None = None
    """The operation that could not be applied."""
    status: Open[Literal["open", "resolved"]] = "open"
    resolution: Open[Resolution] | None = None
    resolved_by: str | None = None
    same_as: Id | None = None
    """Of a `same_article`: the product that has the codes already; `server_version` is its."""
    reopens: str | None = None
    """The resolved conflict that this one opens again."""
    version: Version = 1


class ResolveConflict(Wire):
    """mergedData is {"newOnHand": …} for stock, the fields for a product."""

    conflict_id: Id
    resolution: Resolution
    merged_data: Fields | None = None
    expected_server_version: Version | None = None
    operation_id: Id | None = None


class ConflictResolved(Wire):
    """`conflict-resolved`; with `resolved_by` it is `conflict-resolution-broadcast`."""

    conflict_id: Id
    resolution: Open[Resolution]
    result: dict[str, Any]
    version: Version
    timestamp: UtcTime
    resolved_by: str | None = None


class ReopenConflict(Wire):
    """`conflict` create: a resolved conflict is reopened for a person, against the server's
    current version.
    """

    conflict_id: Id


class PreviewRequest(Wire):
    merged_data: Fields | None = None
    expected_server_version: Version | None = None


class PreviewedChoice(Wire):
    """What one resolution would do. `outcome` is one of applied, conflict (it moved) and rejected."""

    outcome: Open[Literal["applied", "conflict", "rejected"]]
    result: dict[str, Any] | None = None
    conflict: Conflict | None = None
    error: str | None = None
    code: str | None = None


class ConflictPreview(Wire):
    """The answer to POST …/conflicts/{id}/preview; `merge` only where merged data was given."""

    conflict_id: Id
    accept_local: PreviewedChoice
    accept_server: PreviewedChoice
    merge: PreviewedChoice | None = None
