"""Texts for the flags that the server put on a till transaction."""

from collections.abc import Iterable

import orjson
from sqlalchemy import Connection, select

from app.domain.rights import Right, in_words
from app.domain.vocabulary.flags import flag_of
from app.services.person_names import person_names
from app.services.till import Till
from sync_agent.contract.operations import FLAGS_ABOUT_GOODS
from sync_agent.store import search
from sync_agent.store import tables as t


def of_sale(till: Till, sale_id: str) -> list[str]:
    """The flags of this till's transaction as texts; empty until the server has answered."""
    with till.store.reading() as connection:
        result = connection.execute(select(t.outbox.c.result).where(t.outbox.c.id == sale_id)).scalar()
        return in_plain_words(connection, flags_in(result))


def flags_in(result: str | None) -> list[str]:
    """The flags of a stored result, as the server sent them."""
    answered = orjson.loads(result) if result else {}
    said = (answered.get("result") or {}).get("flags") or ()
    return [str(flag) for flag in said]


def needs_a_person(flags: Iterable[str]) -> bool:
    """Whether any flag needs review; flags about goods follow from the till having been offline."""
    return any(flag.partition(":")[0] not in FLAGS_ABOUT_GOODS for flag in flags)


def in_plain_words(connection: Connection, flags: Iterable[str]) -> list[str]:
    """The flags as texts; a code that this till does not know is shown as it is."""
    return [_in_words(connection, *flag.partition(":")[::2]) for flag in flags]


def _in_words(connection: Connection, code: str, about: str) -> str:
    flag = flag_of(code)
    what = about
    match flag.about:
        case "person":
            what = person_names(connection, [about])[about]
        case "product":
            hit = search.find_product(connection, about)
            what = about if hit is None else hit.name
        case "right":
            what = in_words(Right(about)) if about in set(Right) else about
    return str(flag.words).format(what=what)
