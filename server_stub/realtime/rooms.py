"""Rooms: a stream has three: for enrolled tills, for others that take `changes`, and for all the rest.

Only tills are told the verifiers of people's PINs, so they hear the same changes in a room of their own.

A stream's name alone could be spelled by two tenants ("tenant-a-location-b" is a location of "a", or all of
"a-location-b"), so a room's name keeps the tenant apart. "/" and "#" stand in no id.
"""


def plain_room(tenant_id: str, stream: str) -> str:
    return f"{tenant_id}/{stream}"


def changes_room(tenant_id: str, stream: str) -> str:
    return f"{tenant_id}/{stream}#changes"


def tills_room(tenant_id: str, stream: str) -> str:
    return f"{tenant_id}/{stream}#tills"


def rooms_of(tenant_id: str, stream: str) -> list[str]:
    return [plain_room(tenant_id, stream), changes_room(tenant_id, stream), tills_room(tenant_id, stream)]


def room_for(tenant_id: str, stream: str, *, takes_changes: bool, is_till: bool) -> str:
    if not takes_changes:
        return plain_room(tenant_id, stream)
    return (tills_room if is_till else changes_room)(tenant_id, stream)
