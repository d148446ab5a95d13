"""Who sees the whole shop, and who their own places alone."""

from sqlalchemy import Connection, select

from server_stub.roles import Action, may
from server_stub.services.people.caller import Caller
from server_stub.store import tables as t


def places_of_shop(connection: Connection, tenant_id: str) -> tuple[str, ...]:
    """The ids of its places, in order."""
    of = t.location.c
    return tuple(connection.execute(select(of.id).where(of.tenant_id == tenant_id).order_by(of.id)).scalars())


def places_of_person(connection: Connection, tenant_id: str, user_id: str) -> frozenset[str]:
    """The ids of a person's places; none for somebody whom the tenant does not have."""
    of = t.user_account.c
    found = connection.execute(
        select(of.locations).where(of.tenant_id == tenant_id, of.id == user_id)
    ).scalar()
    return frozenset(found or ())


def sees_whole_shop(caller: Caller, places: tuple[str, ...]) -> bool:
    """An admin, and a manager or clerk who has every place of the shop."""
    return may(caller.role, Action.MANAGE_PLACES) or set(places) <= set(caller.locations)


def is_of_whole_shop(connection: Connection, caller: Caller) -> bool:
    return sees_whole_shop(caller, places_of_shop(connection, caller.tenant_id))


def own_people(connection: Connection, caller: Caller) -> list[str]:
    """The caller, and whoever has places that are all the caller's."""
    of = t.user_account.c
    rows = connection.execute(select(of.id, of.locations).where(of.tenant_id == caller.tenant_id))
    own = set(caller.locations)
    return [
        row.id
        for row in rows
        if row.id == caller.user_id or (row.locations and own.issuperset(row.locations))
    ]
