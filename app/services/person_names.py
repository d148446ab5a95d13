"""Names of people by id."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from sync_agent.store import tables as t


def person_names(connection: Connection, person_ids: Iterable[str]) -> dict[str, str]:
    """Names by id; the id itself where this till does not know the person."""
    wanted = set(person_ids)
    names = {person_id: person_id for person_id in wanted}
    names.update(
        (row.id, row.name)
        for row in connection.execute(select(t.person.c.id, t.person.c.name).where(t.person.c.id.in_(wanted)))
    )
    return names
