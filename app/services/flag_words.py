"""Texts for the flags that the server put on a till transaction."""

import re
from collections.abc import Iterable

import orjson
from sqlalchemy import Connection, select

from app.domain.money import format_minor
from app.domain.rights import Right, in_words
from app.domain.vocabulary.flags import flag_of
from app.services.person_names import person_names
from app.services.references import product_references
from app.services.till import Till
from sync_agent.store import tables as t
from sync_agent.store.replica import flagged

_AMOUNT = re.compile(r"-?[0-9]+")


def of_sale(till: Till, sale_id: str) -> list[str]:
    """The flags of this till's transaction as texts, as they are now; empty until the server has answered."""
    with till.store.reading() as connection:
        flags = flagged.flags_of(connection, [sale_id]).get(sale_id)
        if flags is None:
            result = connection.execute(select(t.outbox.c.result).where(t.outbox.c.id == sale_id)).scalar()
            flags = flags_in(result)
        return in_plain_words(connection, flags, till.device.currency)


def flags_in(result: str | None) -> tuple[str, ...]:
    """The flags of a stored result, as the server sent them when the transaction arrived."""
    answered = orjson.loads(result) if result else {}
    said = (answered.get("result") or {}).get("flags") or ()
    return tuple(str(flag) for flag in said)


def in_plain_words(connection: Connection, flags: Iterable[str], currency: str) -> list[str]:
    """The flags as texts; a code that this till does not know is shown as it is.

    `currency` is that of the transaction's amounts.
    """
    return [_in_words(connection, *flag.partition(":")[::2], currency) for flag in flags]


def _in_words(connection: Connection, code: str, about: str, currency: str) -> str:
    flag = flag_of(code)
    what = about
    match flag.about:
        case "person":
            what = person_names(connection, [about])[about]
        case "product":
            what = product_references(connection, [about])[about].name or about
        case "right":
            what = in_words(Right(about)) if about in set(Right) else about
        case "amount":
            what = format_minor(int(about), currency) if _AMOUNT.fullmatch(about) else about
    return str(flag.words).format(what=what)
