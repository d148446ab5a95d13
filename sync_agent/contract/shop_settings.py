"""A shop's settings as rows of its tenant's stream: a row a field, for the shop or for one of its places.

A place's row takes precedence over the shop's, the shop's over the default. A row whose value is null counts
as not set. What a setting's value may be is in `identity.TenantSettings`, whose fields name the settings.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from sync_agent.contract.identity import TenantSettings
from sync_agent.contract.tax_rates import TaxRate
from sync_agent.contract.wire import Id, Tree, UtcTime, Version, Wire

SETTING = "setting"
"""The resource type of a setting's row, and of the operation that changes it."""

DEFAULTS = TenantSettings(
    require_second_factor=False,
    refuse_unconditional=False,
    adds_tax=False,
    tax_rounding="line",
    cash_step_minor=0,
    clerk_discount_ppm_max=100_000,
    low_stock=5,
    payment_methods=("cash", "card", "other"),
    receipt_header="",
    receipt_footer="",
    refund_days=90,
    quantity_max=1_000_000,
    amount_minor_max=1_000_000_000,
    tax_rates={},
)
"""What holds where nothing is set: both sides have to agree on it."""

TAX_RATE = "tax_rate."
"""The names of named tax rates begin with this; their key follows."""

_RATES = "tax_rates"


class SettingRow(Wire):
    """One setting, as the tenant's stream carries it. `value` null: not set any more."""

    id: str = Field(max_length=110)
    name: str = Field(max_length=40)
    location_id: Id | None = None
    value: Any = None
    version: Version
    changed_by: str
    changed_at: UtcTime


class SettingEdit(Wire):
    """`setting` update: a new value, and the row's value that it replaces (null: none was set).

    `carried_up`: not a person's change, but what a till had for itself before settings were the shop's. It
    becomes the shop's where nobody has set anything yet.
    """

    value: Tree = None
    base: Tree = None
    carried_up: bool = False


def setting_id(name: str, location_id: str | None = None) -> str:
    """The id of a setting's row: of the shop, or of one place."""
    return name if location_id is None else f"{location_id}:{name}"


def name_and_place(row_id: str) -> tuple[str, str | None]:
    """The inverse of `setting_id`. A name has no colon; a place's id may have some."""
    place, colon, name = row_id.rpartition(":")
    return name, place if colon else None


def is_known(name: str) -> bool:
    """Whether this release knows a setting of that name."""
    if name.startswith(TAX_RATE):
        return True
    return name in TenantSettings.model_fields and name != _RATES


def checked(name: str, value: Any, context: dict[str, Any] | None = None) -> Any:
    """The value of a setting in JSON types, as it is stored. Raises pydantic's ValidationError.

    The name is a known one. None, for not set, is a value of every setting. `context` says what becomes of
    control letters (`sync_agent.contract.text`).
    """
    if value is None:
        return None
    key = name.removeprefix(TAX_RATE)
    if key != name:
        settings = TenantSettings.model_validate({_RATES: {key: value}}, context=context)
        rate = (settings.tax_rates or {})[key]
        return None if rate is None else rate.to_wire()
    return TenantSettings.model_validate({name: value}, context=context).model_dump(
        mode="json", by_alias=False
    )[name]


def by_name(settings: TenantSettings) -> dict[str, Any]:
    """What a request sets, by the names of rows, in JSON types; null for what it removes."""
    given = settings.model_fields_set - {_RATES}
    values: dict[str, Any] = settings.model_dump(mode="json", by_alias=False, include=given)
    for key, rate in (settings.tax_rates or {}).items():
        values[TAX_RATE + key] = None if rate is None else rate.to_wire()
    return values


def to_request(values: Mapping[str, Any]) -> TenantSettings:
    """The inverse of `by_name`: a request that sets these values, and removes those that are None."""
    plain = {name: value for name, value in values.items() if not name.startswith(TAX_RATE)}
    rates = {name.removeprefix(TAX_RATE): value for name, value in values.items() if name not in plain}
    return TenantSettings.model_validate(plain | ({_RATES: rates} if rates else {}))


def from_names(values: dict[str, Any]) -> TenantSettings:
    """The settings of these values by name. What this release does not know or cannot read is left out."""
    plain: dict[str, Any] = {}
    rates: dict[str, TaxRate] = {}
    for name, value in values.items():
        if value is None or not is_known(name):
            continue
        try:
            readable = checked(name, value)
        except ValueError:  # of a newer release
            continue
        if name.startswith(TAX_RATE):
            rates[name.removeprefix(TAX_RATE)] = TaxRate.model_validate(readable)
        else:
            plain[name] = readable
    return TenantSettings.model_validate(plain | ({_RATES: rates} if rates else {}))
