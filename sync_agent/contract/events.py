"""Socket.IO event names and the payloads that belong to no other module; HTTP paths are in `paths`."""

from typing import Annotated, Any, Literal

from pydantic import Field

from sync_agent.contract.notices import Readings
from sync_agent.contract.stock import StockLevel, StockMovement
from sync_agent.contract.streams import StreamHead
from sync_agent.contract.tolerance import Open
from sync_agent.contract.wire import Fields, Id, OnHand, Quantity, Sequence, UtcTime, Version, Wire, WireInt

JOIN_TENANT = "join-tenant"
INVENTORY_UPDATE = "inventory-update"
SYNC_OFFLINE_QUEUE = "sync-offline-queue"
RESOLVE_CONFLICT = "resolve-conflict"
NETWORK_STATUS = "network-status"
PING = "ping"

INITIAL_SYNC = "initial-sync"
INVENTORY_UPDATED = "inventory-updated"
CHANGES = "changes"
UPDATE_CONFIRMED = "update-confirmed"
SYNC_CONFLICT = "sync-conflict"
CONFLICT_RESOLVED = "conflict-resolved"
CONFLICT_RESOLUTION_BROADCAST = "conflict-resolution-broadcast"
OFFLINE_SYNC_RESULTS = "offline-sync-results"
USER_CONNECTED = "user-connected"
USER_DISCONNECTED = "user-disconnected"
SYNC_STATE = "sync-state"
NOTICE = "notice"
SESSION_ENDED = "session-ended"

FROM_SERVER = (
    INITIAL_SYNC,
    INVENTORY_UPDATED,
    CHANGES,
    UPDATE_CONFIRMED,
    SYNC_CONFLICT,
    CONFLICT_RESOLVED,
    CONFLICT_RESOLUTION_BROADCAST,
    OFFLINE_SYNC_RESULTS,
    USER_CONNECTED,
    USER_DISCONNECTED,
    SYNC_STATE,
    NOTICE,
    SESSION_ENDED,
)
"""Every event that the server sends."""


class InventoryUpdate(Wire):
    """Sets a quantity, not a delta: the simplest request that changes stock."""

    product_id: Id
    location_id: Id
    new_quantity: Quantity
    previous_quantity: OnHand | None = None
    version: Version | None = None
    event_id: Id | None = None


class UpdateConfirmed(Wire):
    event_id: str
    new_version: Version
    timestamp: UtcTime


class InventoryUpdated(Wire):
    product_id: Id
    location_id: Id
    new_quantity: OnHand
    updated_by: str
    timestamp: UtcTime
    version: Version
    stream: str
    seq: Sequence
    operation_id: str | None = None
    delta: OnHand | None = None
    reason: str | None = None


class InitialSync(Wire):
    """At most 1,000 stock levels and the 100 newest movements; `complete` says whether that is all."""

    stock_levels: list[StockLevel]
    recent_movements: list[StockMovement]
    sync_timestamp: UtcTime
    tenant_id: Id
    location_id: Id | None = None
    streams: dict[str, StreamHead]
    complete: bool


class NetworkStatus(Wire):
    """What a till reports about itself; shown in `sync-state` and used for nothing else."""

    is_online: bool
    pending: Annotated[int, Field(strict=True, ge=0, le=10**9)] | None = None
    notices_read: Readings | None = None
    """Notices that were read here since the last report; reporting a notice again has no effect."""


class Ping(Wire):
    client_time: UtcTime | None = None


class Pong(Wire):
    client_time: UtcTime | None = None
    server_time: UtcTime


class Presence(Wire):
    """`user-connected` and `user-disconnected`."""

    user_id: str
    location_id: str | None = None
    timestamp: UtcTime


class LocationSyncState(Wire):
    """`pending_operations` is what the tills there last reported with `network-status`."""

    location_id: Id
    last_sync_timestamp: UtcTime | None = None
    pending_operations: WireInt
    conflict_count: WireInt
    online_users: WireInt


class TenantSyncState(Wire):
    """`sync-state`. `online_users` counts people, not their sockets."""

    tenant_id: Id
    last_sync_timestamp: UtcTime | None = None
    pending_operations: WireInt
    conflict_count: WireInt
    online_users: WireInt
    locations: dict[str, LocationSyncState]


class SyncStateAnswer(Wire):
    """The answer to GET …/sync-state. `connected_users` counts sockets that have joined."""

    sync_state: TenantSyncState
    connected_users: WireInt
    timestamp: UtcTime


NoticeType = Literal["inventory_update", "price_change", "announcement", "maintenance"]


class BroadcastRequest(Wire):
    type: NoticeType
    data: Fields
    location_id: Id | None = None
    event_id: Id | None = None
    until: UtcTime | None = None
    """The end date of the notice; a week after it was sent if left out."""


class BroadcastAnswer(Wire):
    event_id: Id
    timestamp: UtcTime


class Notice(Wire):
    """From a manager's broadcast: shown to people, never applied as state."""

    type: Open[NoticeType]
    data: dict[str, Any]
    event_id: Id | None = None
    location_id: Id | None = None
    sent_by: str | None = None
    timestamp: UtcTime
    until: UtcTime | None = None
    """Set by a server whose notices are rows of the stream as well; an older server leaves it out."""


EndReason = Literal[
    "not_joined",
    "token_expired",
    "signed_out",
    "user_disabled",
    "rights_changed",
    "device_revoked",
    "too_slow",
    "server_stopping",
]


class SessionEnded(Wire):
    """The last event on a socket before the server closes it."""

    reason: Open[EndReason]
