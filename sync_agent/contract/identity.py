"""Signing in, refreshing and enrolling a till."""

import hashlib
import hmac
from typing import Literal

from pydantic import Field

from sync_agent.contract.stock import LocationRow
from sync_agent.contract.wire import Id, ShortText, Wire, WireInt

Role = Literal["clerk", "manager", "admin", "device"]


class LoginRequest(Wire):
    tenant_id: Id
    username: ShortText
    password: str = Field(max_length=1024)


class SignedInUser(Wire):
    id: Id
    username: str
    name: str
    role: Role
    locations: list[str]


class LoginAnswer(Wire):
    access_token: str
    refresh_token: str
    expires_in: WireInt
    user: SignedInUser


class RefreshRequest(Wire):
    refresh_token: str = Field(max_length=512)


class RefreshAnswer(Wire):
    """A device's credential does not rotate: `refresh_token` is then None."""

    access_token: str
    refresh_token: str | None = None
    expires_in: WireInt


class EnrollRequest(Wire):
    name: ShortText = Field(min_length=1)
    location_id: Id


class TenantInfo(Wire):
    id: Id
    name: str
    currency: str
    pin_pepper: str


class EnrollAnswer(Wire):
    """A till's own credential, and what it needs to sell before its first snapshot is in."""

    device_id: Id
    receipt_series: str
    device_token: str
    tenant: TenantInfo
    location: LocationRow


def pin_material(pepper: str, user_id: str, pin: str) -> str:
    """What Argon2id is run over to make or check a user's PIN verifier."""
    return hmac.new(pepper.encode(), f"{user_id}:{pin}".encode(), hashlib.sha256).hexdigest()
