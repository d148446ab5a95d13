"""Rooms: each stream has two, one for sockets that take `changes` and one for those that do not.

A stream's name alone could be spelled by two tenants ("tenant-a-location-b" is a location of "a", or all of
"a-location-b"), so a room's name keeps the tenant apart. "/" and "#" stand in no id.
"""


def plain_room(tenant_id: str, stream: str) -> str:
    return f"{tenant_id}/{stream}"


def changes_room(tenant_id: str, stream: str) -> str:
    return f"{tenant_id}/{stream}#changes"


def rooms_of(tenant_id: str, stream: str) -> list[str]:
    return [plain_room(tenant_id, stream), changes_room(tenant_id, stream)]


def room_for(tenant_id: str, stream: str, *, takes_changes: bool) -> str:
    return (changes_room if takes_changes else plain_room)(tenant_id, stream)
