"""Signing in, refreshing and enrolling a till."""

import hashlib
import hmac
from typing import Annotated, Literal

from pydantic import Field

from sync_agent.contract.stock import LocationRow, UserRow
from sync_agent.contract.tolerance import Features, Open
from sync_agent.contract.wire import Id, ShortText, UtcTime, Wire, WireInt

Role = Literal["clerk", "manager", "admin", "device"]


class LoginRequest(Wire):
    tenant_id: Id
    username: ShortText
    password: str = Field(max_length=1024)
    features: Features | None = None


class SignedInUser(Wire):
    id: Id
    username: str
    name: str
    role: Open[Role]
    locations: list[str]


class LoginAnswer(Wire):
    access_token: str
    refresh_token: str
    expires_in: WireInt
    user: SignedInUser


class RefreshRequest(Wire):
    refresh_token: str = Field(max_length=512)
    features: Features | None = None
    """The client's features; they hold for all requests with the access token that it gets."""


class RefreshAnswer(Wire):
    """A device's credential does not rotate: `refresh_token` is then None."""

    access_token: str
    refresh_token: str | None = None
    expires_in: WireInt
    forms: tuple[WireInt, ...] | None = None
    """The forms of operations that this server reads (`Operation.schema`); None means form 1."""


class EnrollRequest(Wire):
    name: ShortText = Field(min_length=1)
    location_id: Id


class TenantInfo(Wire):
    id: Id
    name: str
    currency: str
    pin_pepper: str


class EnrollAnswer(Wire):
    """A till's own credential, and what it needs to sell before its first snapshot is read."""

    device_id: Id
    receipt_series: str
    device_token: str
    tenant: TenantInfo
    location: LocationRow


Password = Annotated[str, Field(min_length=10, max_length=1024)]
Pin = Annotated[str, Field(pattern=r"^[0-9]{4,8}$")]
PersonRole = Literal["clerk", "manager", "admin"]


class UserCreate(Wire):
    """POST /api/v1/users."""

    id: Id
    username: ShortText = Field(min_length=1)
    name: ShortText = Field(min_length=1)
    role: PersonRole
    locations: list[Id] = Field(max_length=1000)
    password: Password
    pin: Pin | None = None


class UserEdit(Wire):
    """PATCH /api/v1/users/{id}: fields left out are unchanged. New rights end the user's sessions."""

    name: ShortText | None = Field(default=None, min_length=1)
    role: PersonRole | None = None
    locations: list[Id] | None = Field(default=None, max_length=1000)
    disabled: bool | None = None
    password: Password | None = None
    pin: Pin | None = None


class UserList(Wire):
    users: list[UserRow]


class DeviceRow(Wire):
    """An enrolled till, as a manager sees it."""

    id: Id
    name: str
    location_id: Id
    receipt_series: str
    enrolled_by: str
    enrolled_at: UtcTime
    revoked_at: UtcTime | None = None
    cloned_at: UtcTime | None = None


class DeviceList(Wire):
    devices: list[DeviceRow]


class TenantSettings(Wire):
    """The settings of a shop: set by a manager, or only by an admin if it loosens a check."""

    refuse_unconditional: bool = False
    """Refuse an `inventory-update` that names neither `version` nor `previousQuantity`."""


def pin_material(pepper: str, user_id: str, pin: str) -> str:
    """The input of Argon2id that makes or checks a user's PIN verifier."""
    return hmac.new(pepper.encode(), f"{user_id}:{pin}".encode(), hashlib.sha256).hexdigest()
