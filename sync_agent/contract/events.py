"""Socket.IO event names and the payloads that belong to no other module; HTTP paths."""

from typing import Annotated, Any, Literal

from pydantic import Field

from sync_agent.contract.notices import Readings
from sync_agent.contract.stock import StockLevel, StockMovement
from sync_agent.contract.streams import StreamHead
from sync_agent.contract.tolerance import Open
from sync_agent.contract.wire import Id, Quantity, Sequence, UtcTime, Version, Wire, WireInt

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

FROM_CLIENT = (JOIN_TENANT, INVENTORY_UPDATE, SYNC_OFFLINE_QUEUE, RESOLVE_CONFLICT, NETWORK_STATUS, PING)
"""Every event that a client sends."""
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

PATH_LOGIN = "/api/v1/auth/login"
PATH_REFRESH = "/api/v1/auth/refresh"
PATH_LOGOUT = "/api/v1/auth/logout"
PATH_ENROLL = "/api/v1/devices/enroll"
PATH_QUEUE = "/api/v1/realtime/offline-queue"
PATH_CHANGES = "/api/v1/realtime/changes"
PATH_SNAPSHOT = "/api/v1/realtime/snapshot"
PATH_CONFLICTS = "/api/v1/realtime/conflicts"
PATH_RESOLVE = "/api/v1/realtime/resolve-conflict"
PATH_SYNC_STATE = "/api/v1/realtime/sync-state"
PATH_HEALTH = "/api/v1/realtime/health"
PATH_PING = "/api/v1/realtime/ping"
PATH_STOCK = "/api/v1/stock"
PATH_DIGEST = "/api/v1/realtime/digest"
PATH_BROADCAST = "/api/v1/realtime/broadcast"
PATH_NOTICES = "/api/v1/notices"
PATH_PREVIEW = "/api/v1/realtime/conflicts/{conflict_id}/preview"
PATH_REOPEN = "/api/v1/realtime/conflicts/{conflict_id}/reopen"
PATH_SHIFT = "/api/v1/shifts/{shift_id}"
PATH_AUDIT = "/api/v1/audit"
PATH_AUDIT_VERIFY = "/api/v1/audit/verify"
PATH_QUARANTINE = "/api/v1/quarantine"
PATH_QUARANTINE_RETRY = "/api/v1/quarantine/{operation_id}/retry"
PATH_QUARANTINE_DISCARD = "/api/v1/quarantine/{operation_id}/discard"
PATH_USERS = "/api/v1/users"
PATH_USER = "/api/v1/users/{user_id}"
PATH_DEVICES = "/api/v1/devices"
PATH_DEVICE_REVOKE = "/api/v1/devices/{device_id}/revoke"
PATH_SETTINGS = "/api/v1/settings"
PATH_LIVE = "/livez"
PATH_READY = "/readyz"
PATH_METRICS = "/metrics"


class InventoryUpdate(Wire):
    """A set, not a delta: the simplest way to change one figure."""

    product_id: Id
    location_id: Id
    new_quantity: Quantity
    previous_quantity: Quantity | None = None
    version: Version | None = None
    event_id: Id | None = None


class UpdateConfirmed(Wire):
    event_id: str
    new_version: Version
    timestamp: UtcTime


class InventoryUpdated(Wire):
    product_id: Id
    location_id: Id
    new_quantity: Quantity
    updated_by: str
    timestamp: UtcTime
    version: Version
    stream: str
    seq: Sequence
    operation_id: str | None = None
    delta: Quantity | None = None
    reason: str | None = None


class InitialSync(Wire):
    """At most 1,000 stock levels and the 100 newest movements; `complete` tells whether that is all."""

    stock_levels: list[StockLevel]
    recent_movements: list[StockMovement]
    sync_timestamp: UtcTime
    tenant_id: Id
    location_id: Id | None = None
    streams: dict[str, StreamHead]
    complete: bool


class NetworkStatus(Wire):
    """What a till reports of itself; shown in `sync-state`, trusted for nothing else."""

    is_online: bool
    pending: Annotated[int, Field(strict=True, ge=0, le=10**9)] | None = None
    notices_read: Readings | None = None
    """Notices that were read here since the last report; one that is reported again changes nothing."""


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
    """`pending_operations` is what the tills there last said of themselves with `network-status`."""

    location_id: Id
    last_sync_timestamp: UtcTime | None = None
    pending_operations: WireInt
    conflict_count: WireInt
    online_users: WireInt


class TenantSyncState(Wire):
    """`sync-state`. `online_users` counts people, once each, however many sockets they have."""

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
    data: dict[str, Any]
    location_id: Id | None = None
    event_id: Id | None = None
    until: UtcTime | None = None
    """When it is shown no more; a week after it was sent if left out."""


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
    """Of a server whose notices are rows of the stream as well; an older one leaves it out."""


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
    """The last thing that a socket hears before the server closes it."""

    reason: Open[EndReason]


class SystemHealth(Wire):
    """Over all tenants; nothing else in the answer is."""

    total_connections: WireInt
    active_tenants: WireInt
    average_connections_per_tenant: float


class TenantHealth(Wire):
    id: Id
    connected_users: WireInt
    sync_state: TenantSyncState


class HealthCheck(Wire):
    """One check: whether all is well, and the figures that say so (milliseconds, bytes, percent, counts)."""

    ok: bool
    figures: dict[str, float]


class Health(Wire):
    """The answer to GET …/health; `checks` are database, memory, cpu, sockets and latency."""

    system: SystemHealth
    tenant: TenantHealth
    checks: dict[str, HealthCheck] = Field(default_factory=dict)
    timestamp: UtcTime
