"""The events of the socket: what clients send and what the server sends, with their models.

The AsyncAPI document is made from these tables.
"""

from dataclasses import dataclass

from sync_agent.contract import conflicts, events, operations, streams
from sync_agent.contract.wire import Wire


@dataclass(frozen=True)
class ClientEvent:
    """An event that a client sends: its payload, its acknowledgement's data, and events it may cause."""

    summary: str
    takes: type[Wire]
    gives: type[Wire] | None
    many: bool = False
    then: tuple[str, ...] = ()


CLIENT_EVENTS: dict[str, ClientEvent] = {
    events.JOIN_TENANT: ClientEvent(
        "Says who is at the socket, and follows the tenant's streams; again, to renew the token.",
        streams.JoinTenant,
        streams.JoinedStreams,
        then=(events.INITIAL_SYNC,),
    ),
    events.INVENTORY_UPDATE: ClientEvent(
        "Sets the quantity of one product at one place.",
        events.InventoryUpdate,
        events.UpdateConfirmed,
        then=(events.UPDATE_CONFIRMED, events.SYNC_CONFLICT),
    ),
    events.SYNC_OFFLINE_QUEUE: ClientEvent(
        "Sends operations; each succeeds or fails by itself.",
        operations.Operation,
        operations.OperationResult,
        many=True,
        then=(events.OFFLINE_SYNC_RESULTS,),
    ),
    events.RESOLVE_CONFLICT: ClientEvent(
        "Decides a conflict.",
        conflicts.ResolveConflict,
        conflicts.ConflictResolved,
        then=(events.CONFLICT_RESOLVED, events.SYNC_CONFLICT),
    ),
    events.NETWORK_STATUS: ClientEvent(
        "How many operations wait at this client; shown in sync-state.", events.NetworkStatus, None
    ),
    events.PING: ClientEvent("For latency and the clock's offset.", events.Ping, events.Pong),
}


@dataclass(frozen=True)
class ServerEvent:
    """An event that the server sends: to one socket, or to all that follow a stream."""

    summary: str
    payload: type[Wire]
    channels: tuple[str, ...]
    many: bool = False


SOCKET, TENANT, LOCATION = "socket", "tenantStream", "locationStream"


SERVER_EVENTS: dict[str, ServerEvent] = {
    events.INITIAL_SYNC: ServerEvent("A first look at stock, after joining.", events.InitialSync, (SOCKET,)),
    events.INVENTORY_UPDATED: ServerEvent(
        "A stock level has changed; for clients without the feature `changes`.",
        events.InventoryUpdated,
        (LOCATION,),
    ),
    events.CHANGES: ServerEvent(
        "Numbered changes of one stream; for clients with the feature `changes`.",
        streams.ChangesEvent,
        (TENANT, LOCATION),
    ),
    events.UPDATE_CONFIRMED: ServerEvent("An update was applied.", events.UpdateConfirmed, (SOCKET,)),
    events.SYNC_CONFLICT: ServerEvent("A person has to decide.", conflicts.Conflict, (SOCKET,)),
    events.CONFLICT_RESOLVED: ServerEvent("A decision was applied.", conflicts.ConflictResolved, (SOCKET,)),
    events.CONFLICT_RESOLUTION_BROADCAST: ServerEvent(
        "Somebody has decided a conflict.", conflicts.ConflictResolved, (TENANT, LOCATION)
    ),
    events.OFFLINE_SYNC_RESULTS: ServerEvent(
        "The result of each operation sent.", operations.OperationResult, (SOCKET,), many=True
    ),
    events.USER_CONNECTED: ServerEvent("A user's first socket has joined.", events.Presence, (TENANT,)),
    events.USER_DISCONNECTED: ServerEvent("A user's last socket has gone.", events.Presence, (TENANT,)),
    events.SYNC_STATE: ServerEvent("The state of the shop's tills.", events.TenantSyncState, (TENANT,)),
    events.NOTICE: ServerEvent("Words from a manager, for people.", events.Notice, (TENANT, LOCATION)),
    events.SESSION_ENDED: ServerEvent("Why the server closes this socket.", events.SessionEnded, (SOCKET,)),
}
