"""Socket.IO event names and the payloads that belong to no other module; HTTP paths."""

from typing import Any

from sync_agent.contract.stock import StockLevel, StockMovement
from sync_agent.contract.streams import StreamHead
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


class InventoryUpdate(Wire):
    """A set, not a delta: SEED.md's way to change one figure."""

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
    pending: WireInt | None = None


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


class Notice(Wire):
    type: str
    data: dict[str, Any]
    timestamp: UtcTime
