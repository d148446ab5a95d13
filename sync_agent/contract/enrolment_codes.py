"""Enrolment by code: what a manager asks for, what a till shows and sends; and a new server's first shop.

A code is 60 random bits in Crockford's base 32: twelve letters and digits without look-alikes, in groups of
four. Its length is what makes it infeasible to guess, and no limit that strangers could use up.
"""

import secrets
from typing import Annotated, Literal

from pydantic import Field

from sync_agent.contract.identity import Password, Pin
from sync_agent.contract.tolerance import Open
from sync_agent.contract.wire import Id, ShortText, UtcTime, Wire

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LETTERS = 12
_GROUP = 4
_READ_AS = str.maketrans("OIL", "011", "- \t\u00a0\u2010\u2011\u2012\u2013\u2014\u2212")
"""A letter that is no part of a code is read as the digit that it looks like; what groups it is left out."""

CODE_LASTS_S = 15 * 60
"""How long a code holds, and how long after its use a lost answer is given again."""
CODE_TRIES_MAX = 5
"""Wrong codes from one address in that time that are looked into; a right one always is."""


def new_code() -> str:
    """A code in its written form, as `8F3K-Q2ZN-7M4T`."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS))
    return "-".join(letters[first : first + _GROUP] for first in range(0, _LETTERS, _GROUP))


def plain_code(typed: str) -> str | None:
    """A code as it is hashed, from any spelling; None if this cannot be a code."""
    plain = typed.strip().upper().translate(_READ_AS)
    return plain if len(plain) == _LETTERS and all(letter in _ALPHABET for letter in plain) else None


TypedCode = Annotated[str, Field(min_length=1, max_length=40)]
Nonce = Annotated[str, Field(min_length=32, max_length=128, pattern=r"^[A-Za-z0-9_-]+$")]
"""Random, and the till's secret: who repeats it is the till that asked before."""
Purpose = Literal["till", "first_shop"]
ShopName = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


class EnrolmentCodeRequest(Wire):
    location_id: Id


class EnrolmentCode(Wire):
    """A code for one till at one place. The server keeps only a hash: it is answered once."""

    code: str
    location_id: Id
    expires_at: UtcTime


class CodeLookUp(Wire):
    code: TypedCode


class OfferedPlace(Wire):
    id: Id
    name: str


class CodeOffer(Wire):
    """What a code is for, shown to a person before it is used. Looking up uses nothing."""

    purpose: Open[Purpose]
    tenant: OfferedPlace | None = None
    location: OfferedPlace | None = None
    expires_at: UtcTime


class EnrollByCode(Wire):
    code: TypedCode
    nonce: Nonce
    name: ShortText = Field(min_length=1)
    former_device_id: Id | None = None
    """The till's id until now, if it is enrolled again."""


class FirstPlace(Wire):
    name: ShopName
    time_zone: str = Field(min_length=1, max_length=64)
    id: Id | None = None
    """Made from the name where it is left out."""


class FirstAdmin(Wire):
    username: ShopName
    name: ShopName | None = None
    password: Password
    pin: Pin


class SetUpRequest(Wire):
    """The first shop of a server that has none."""

    code: TypedCode
    nonce: Nonce
    name: ShopName
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    location: FirstPlace
    admin: FirstAdmin
    tenant_id: Id | None = None
    """Made from the name where it is left out."""


class SetUpAnswer(Wire):
    """What the admin signs in to, and where the first till is enrolled."""

    tenant_id: Id
    location_id: Id
