"""The people of a till's shop, as its copy of the directory names them."""

from sqlalchemy import select

from app.services.till import Actor
from sync_agent.store import tables as t
from sync_agent.store.database import Store


def person_named(store: Store, username: str) -> Actor | None:
    """The person who signs in by this name; None if the till does not know them."""
    with store.reading() as connection:
        row = connection.execute(select(t.person).where(t.person.c.username == username)).one_or_none()
    return None if row is None else Actor(row.id, row.name, row.role)


def clerk_named(store: Store, username: str) -> Actor:
    """As `person_named`, for a person whom the till must know."""
    found = person_named(store, username)
    assert found is not None, f"the till does not know {username}"
    return found
