"""Rooms: a stream has three: for enrolled tills, for others that take `changes`, and for all the rest.

Only tills are told the verifiers of people's PINs, so they hear the same changes in a room of their own. In
each of the two, who reads unknown words and who does not have a side room besides: what the two are sent
differs seldom, and only then it goes there.

A stream's name alone could be spelled by two tenants ("tenant-a-location-b" is a location of "a", or all of
"a-location-b"), so a room's name keeps the tenant apart. "/" and "#" stand in no id.
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
    """The rooms that a socket is in."""
    if not takes_changes:
        return [plain_room(tenant_id, stream)]
    room = (tills_room if audience.is_till else changes_room)(tenant_id, stream)
    return [room, side_room(room, is_tolerant=audience.is_tolerant)]
