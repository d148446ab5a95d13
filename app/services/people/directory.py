"""People who may sign in at this till, and sign-in by PIN, online and offline."""

import asyncio
from dataclasses import dataclass

import orjson
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from sqlalchemy import select

from app.domain.errors import NotPermitted, WrongPin
from app.domain.rights import Right
from app.services.approvals import authorise
from app.services.people import pin_tries
from app.services.till import Actor, Till
from resources.words import translate
from sync_agent.contract.identity import pin_material
from sync_agent.store import tables as t


@dataclass(frozen=True)
class Person:
    """A person who may sign in here."""

    id: str
    name: str
    username: str
    role: str


def people(till: Till) -> list[Person]:
    """The enabled people of this till's location, by name."""
    query = select(t.person).where(t.person.c.disabled == 0).order_by(t.person.c.name, t.person.c.id)
    with till.store.reading() as connection:
        rows = connection.execute(query).all()
    return [
        Person(row.id, row.name, row.username, row.role)
        for row in rows
        if till.device.location_id in orjson.loads(row.locations)
    ]


def named_with_rights(till: Till, username: str | None, *rights: Right) -> Person:
    """The person who wants to act by a command: by username, or the only one here who has these rights.

    Raises NotPermitted. Whether it is that person, their PIN says: `sign_in`.
    """
    able = approvers(till, *rights)
    if not able:
        raise NotPermitted("This till knows nobody yet who may do this. Let it connect once, then try again.")
    named = [person for person in able if username in {None, person.username}]
    if len(named) != 1:
        who = ", ".join(person.username for person in able)
        raise NotPermitted(f"Name with --user who does this. At this shop it may be: {who}.")
    return named[0]


async def sign_in(till: Till, person_id: str, pin: str, *, pepper: str) -> Actor:
    """Sign in by PIN; `pepper` is the till's. Raises WrongPin, TooManyTries, NotPermitted."""
    person = next((found for found in people(till) if found.id == person_id), None)
    if person is None:
        words = translate("errors", "This account may not sign in here any more. Ask a manager.")
        raise NotPermitted(words)
    verifier = _verifier(till, person_id)
    if verifier is None:
        words = translate("errors", "{name} has no PIN yet. A manager can set one.")
        raise NotPermitted(words.format(name=person.name))
    await pin_tries.begin(till, person_id)
    # Argon2id is slow by design: run it off the UI thread.
    right = await asyncio.to_thread(_is_right, verifier, pin_material(pepper, person_id, pin))
    if not right:
        raise WrongPin
    await pin_tries.succeeded(till, person_id)
    return Actor(person.id, person.name, person.role)


async def approve(till: Till, person_id: str, pin: str, *rights: Right, pepper: str) -> Actor:
    """Check the approver's PIN and rights. Raises as `sign_in`, and NotPermitted."""
    approver = await sign_in(till, person_id, pin, pepper=pepper)
    for right in rights:
        authorise(approver, None, right)
    return approver


def approvers(till: Till, *rights: Right) -> list[Person]:
    """The people here who have all these rights."""
    return [
        person
        for person in people(till)
        if all(Actor(person.id, person.name, person.role).may(right) for right in rights)
    ]


def _verifier(till: Till, person_id: str) -> str | None:
    with till.store.reading() as connection:
        query = select(t.person.c.pin_verifier).where(t.person.c.id == person_id)
        return connection.execute(query).scalar_one_or_none()


def _is_right(verifier: str, material: str) -> bool:
    try:
        return PasswordHasher().verify(verifier, material)
    except VerifyMismatchError:
        return False
    except (VerificationError, InvalidHashError) as error:
        words = translate("errors", "This PIN cannot be checked. A manager can set a new one.")
        raise NotPermitted(words) from error
