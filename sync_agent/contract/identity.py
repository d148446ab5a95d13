"""Signing in, refreshing and enrolling a till."""

import hashlib
import hmac
from typing import Annotated, Literal

from pydantic import Field, StrictBool

from sync_agent.contract.stock import LocationRow, UserRow
from sync_agent.contract.tax_rates import RateKey, TaxRate
from sync_agent.contract.tolerance import Features, Open
from sync_agent.contract.wire import (
    AMOUNT_MAX,
    Code,
    Id,
    LongText,
    Name,
    UtcTime,
    Wire,
    WireInt,
    in_vocabulary,
)

Role = Literal["clerk", "manager", "admin", "device"]


SecondFactorCode = Annotated[str, Field(min_length=1, max_length=40)]


class LoginRequest(Wire):
    tenant_id: Id
    username: Annotated[str, Field(max_length=200)]
    password: str = Field(max_length=1024, repr=False)
    features: Features | None = None
    code: SecondFactorCode | None = None
    """From an authenticator app, or a recovery code; where the account has a second factor."""


class SecondFactorRequest(Wire):
    """POST /api/v1/auth/second-factor/begin, /confirm and /end: by name and password, as for signing in.

    `code`: when beginning and ending, of the second factor that the account has; when confirming, of the new
    one.
    """

    tenant_id: Id
    username: Annotated[str, Field(max_length=200)]
    password: str = Field(max_length=1024, repr=False)
    features: Features | None = None
    code: SecondFactorCode | None = None


class SecondFactorOffer(Wire):
    """A new secret, in base32, and the same as a link for authenticator apps. It counts once confirmed."""

    secret: str = Field(repr=False)
    link: str = Field(repr=False)


class SecondFactorConfirmed(Wire):
    """Ten codes, each of which signs in once in place of the app's. They are told once, and stored hashed."""

    recovery_codes: list[str] = Field(repr=False)


class SignedInUser(Wire):
    id: Id
    username: str
    name: str
    role: Annotated[Open[Role], in_vocabulary("roles")]
    locations: list[str]


class LoginAnswer(Wire):
    access_token: str = Field(repr=False)
    refresh_token: str = Field(repr=False)
    expires_in: WireInt
    user: SignedInUser


class RefreshRequest(Wire):
    refresh_token: str = Field(max_length=512, repr=False)
    features: Features | None = None
    """The client's features; they hold for all requests with the access token that it gets."""
    nonce: str | None = Field(default=None, max_length=64)
    """Of a till: whoever asks with another nonce gets another successor, so that a copy shows."""


class RefreshAnswer(Wire):
    """`refresh_token` is the next one to use; None for a till that did not ask for one."""

    access_token: str = Field(repr=False)
    refresh_token: str | None = Field(default=None, repr=False)
    expires_in: WireInt
    forms: tuple[WireInt, ...] | None = None
    """The forms of operations that this server reads (`Operation.schema`); None means form 1."""


class SignInRow(Wire):
    """A sign-in of a person that has not ended."""

    id: Id
    user_id: Id
    began_at: UtcTime
    began_from: str | None = None
    """The address; None where an earlier release did not write it down."""
    last_used_at: UtcTime
    """When it was last refreshed."""
    last_used_from: str | None = None
    ends_at: UtcTime
    """When it ends unless it is refreshed; no refresh takes it beyond its whole lifetime."""
    current: bool | None = None
    """Whether it is the one that asks."""


class SignInList(Wire):
    sign_ins: list[SignInRow]


class EnrollRequest(Wire):
    name: Name
    location_id: Id
    former_device_id: Id | None = None
    """The till's id until now, if it is enrolled again: its former receipt series and shifts stay its own."""


class TenantInfo(Wire):
    id: Id
    name: str
    currency: str
    pin_pepper: str = Field(repr=False)


class EnrollAnswer(Wire):
    """A till's own credential, and what it needs to sell before its first snapshot is read."""

    device_id: Id
    receipt_series: str
    device_token: str = Field(repr=False)
    tenant: TenantInfo
    location: LocationRow


Password = Annotated[str, Field(min_length=10, max_length=1024)]
Pin = Annotated[str, Field(pattern=r"^[0-9]{4,8}$")]
PersonRole = Literal["clerk", "manager", "admin"]


class UserCreate(Wire):
    """POST /api/v1/users."""

    id: Id
    username: Name
    name: Name
    role: PersonRole
    locations: list[Id] = Field(max_length=1000)
    password: Password
    pin: Pin | None = None


class UserEdit(Wire):
    """PATCH /api/v1/users/{id}: fields left out are unchanged. New rights end the user's sessions."""

    name: Name | None = None
    role: PersonRole | None = None
    locations: list[Id] | None = Field(default=None, max_length=1000)
    disabled: bool | None = None
    password: Password | None = None
    pin: Pin | None = None
    reset_second_factor: Literal[True] | None = None
    """Takes a lost second factor away: the password alone signs in until there is a new one."""


class OwnPassword(Wire):
    """POST /api/v1/users/{id}/password: a person changes their own password."""

    current_password: str = Field(max_length=1024)
    new_password: Password


class OwnPin(Wire):
    """POST /api/v1/users/{id}/pin: a person changes their own PIN, by it or by their password."""

    current_pin: str | None = Field(default=None, max_length=64)
    current_password: str | None = Field(default=None, max_length=1024)
    new_pin: Pin


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
    """Settings of a shop, or of one of its places (GET and PATCH /api/v1/settings).

    As an answer: what is set; what was never set, or was removed, is left out and has its default
    (`shop_settings.DEFAULTS`). As a request: what is left out stays, and null removes what is set: a place
    then has the shop's value. `tax_rates` is by the rate's key, each with the same rule.

    The names of its fields are the names of the `setting` rows; a named tax rate is a row of its own.
    """

    require_second_factor: StrictBool | None = None
    """Managers and admins sign in with a second factor. Tills and PINs need none."""
    refuse_unconditional: StrictBool | None = None
    """Refuse an `inventory-update` that names neither `version` nor `previousQuantity`."""
    adds_tax: StrictBool | None = None
    """Prices exclude tax, which is added."""
    tax_rounding: Literal["line", "receipt"] | None = None
    """Where tax is rounded: on each line, or once for each rate of a receipt."""
    cash_step_minor: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] | None = None
    """The smallest coin, in minor units, that cash is rounded to; 0 rounds nothing."""
    clerk_discount_ppm_max: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] | None = None
    """The largest discount without a manager's approval, in ppm of the price."""
    low_stock: Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)] | None = None
    """Stock at or below this many whole units (pieces, kilograms) is low."""
    payment_methods: Annotated[tuple[Code, ...], Field(min_length=1, max_length=20)] | None = None
    """The payment methods that tills offer, in their order on the keys."""
    receipt_header: LongText | None = None
    receipt_footer: LongText | None = None
    refund_days: Annotated[int, Field(strict=True, ge=1, le=3650)] | None = None
    """Days after a sale in which its receipt can be refunded."""
    quantity_max: Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)] | None = None
    """The largest plausible quantity of one line or movement, in whole units."""
    amount_minor_max: Annotated[int, Field(strict=True, ge=1, le=AMOUNT_MAX)] | None = None
    """The largest plausible amount of one payment or receipt, in minor units."""
    tax_rates: dict[RateKey, TaxRate | None] | None = Field(default=None, max_length=100)


def pin_material(pepper: str, user_id: str, pin: str) -> str:
    """The input of Argon2id that makes or checks a user's PIN verifier."""
    return hmac.new(pepper.encode(), f"{user_id}:{pin}".encode(), hashlib.sha256).hexdigest()
