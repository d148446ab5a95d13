"""Rooms. Each stream has three: for enrolled tills, for other clients that take `changes`, and for the rest.

Only tills get the verifiers of people's PINs, so they have a room of their own. The first two each have side
rooms for tolerant clients and for others; those are used only for changes that differ between the two.

A stream's name is ambiguous between tenants ("tenant-a-location-b" is a location of "a", or all of
"a-location-b"), so a room's name includes the tenant. Ids contain neither "/" nor "#".
"""

from server_stub.services.visibility import Audience


def plain_room(tenant_id: str, stream: str) -> str:
    return f"{tenant_id}/{stream}"


def changes_room(tenant_id: str, stream: str) -> str:
    return f"{tenant_id}/{stream}#changes"


def tills_room(tenant_id: str, stream: str) -> str:
    return f"{tenant_id}/{stream}#tills"


def rooms_of(tenant_id: str, stream: str) -> list[str]:
    return [plain_room(tenant_id, stream), changes_room(tenant_id, stream), tills_room(tenant_id, stream)]


def side_room(room: str, *, is_tolerant: bool) -> str:
    return f"{room}-{'tolerant' if is_tolerant else 'known'}"


def rooms_for(tenant_id: str, stream: str, *, takes_changes: bool, audience: Audience) -> list[str]:
    """The rooms that a socket joins for a stream."""
    if not takes_changes:
        return [plain_room(tenant_id, stream)]
    room = (tills_room if audience.is_till else changes_room)(tenant_id, stream)
    return [room, side_room(room, is_tolerant=audience.is_tolerant)]
