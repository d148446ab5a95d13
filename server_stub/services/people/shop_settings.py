"""A shop's settings: rows of the tenant's stream, and who may change them.

A place's row takes precedence over the shop's, the shop's over the default
(`sync_agent.contract.shop_settings`). What makes the server check less is changed by an admin with a token of
their own; `operations/handlers/settings.py` has the changes that tills send.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, bindparam, select, update

from server_stub.errors import Refusal
from server_stub.roles import Action, may
from server_stub.services.people import administration
from server_stub.services.people.authorisation import Moment
from server_stub.services.people.caller import Caller
from server_stub.store import tables as t
from server_stub.store.database import UnitOfWork
from sync_agent.contract import shop_settings as contract
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.identity import TenantSettings
from sync_agent.contract.operations import Effect
from sync_agent.contract.shop_settings import DEFAULTS, SETTING, SettingRow, setting_id
from sync_agent.contract.streams import tenant_stream
from sync_agent.contract.text import Cleaning
from sync_agent.contract.wire import from_ms


def _never(_before: Any, _after: Any) -> bool:
    return False


def _is_higher(before: Any, after: Any) -> bool:
    return bool(after > before)


LOOSENED: dict[str, Callable[[Any, Any], bool]] = {
    "require_second_factor": lambda before, after: before and not after,
    "refuse_unconditional": lambda before, after: before and not after,
    "adds_tax": _never,
    "tax_rounding": _never,
    "cash_step_minor": _never,
    "clerk_discount_ppm_max": _is_higher,
    "low_stock": _never,
    "payment_methods": _never,
    "receipt_header": _never,
    "receipt_footer": _never,
    "refund_days": _never,
    "quantity_max": _is_higher,
    "amount_minor_max": _is_higher,
    "tax_rates": _never,
}
"""For each setting: whether a change makes the server check less."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting's row. Version 0: it was never set."""

    id: str
    value: Any = None
    version: int = 0

    @property
    def name(self) -> str:
        return contract.name_and_place(self.id)[0]

    @property
    def place(self) -> str | None:
        return contract.name_and_place(self.id)[1]


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a shop, by id."""

    rows: dict[str, Setting]

    def row(self, row_id: str) -> Setting:
        return self.rows.get(row_id) or Setting(row_id)

    def value(self, name: str, place: str | None) -> Any:
        """What holds at a place, or for the shop as a whole (None)."""
        for of in (place, None):
            found = self.row(setting_id(name, of)).value
            if found is not None:
                return found
        return default(name)

    def is_never_set(self, name: str, place: str | None) -> bool:
        """Whether nobody ever set it, for a place or for the shop."""
        return all(self.row(setting_id(name, of)).version == 0 for of in (place, None))

    def at(self, place: str | None) -> TenantSettings:
        """Everything that holds at a place, or for the shop as a whole."""
        names = {row.name for row in self.rows.values()} | set(contract.by_name(DEFAULTS))
        return contract.from_names({name: self.value(name, place) for name in names})

    def set_at(self, place: str | None) -> TenantSettings:
        """What is set for the shop itself (None), or for this place alone.

        The shop's `refuse_unconditional` is always there: clients of earlier releases expect it.
        """
        own = {row.name: row.value for row in self.rows.values() if row.place == place}
        always = {} if place is not None else {"refuse_unconditional": default("refuse_unconditional")}
        return contract.from_names(always | {name: value for name, value in own.items() if value is not None})


def default(name: str) -> Any:
    """What holds where nothing is set; None for a named tax rate."""
    return _DEFAULTS.get(name)


_DEFAULTS = contract.by_name(DEFAULTS)


def load(connection: Connection | UnitOfWork, tenant_id: str) -> Settings:
    of = t.setting.c
    query = select(of.id, of.value, of.version).where(of.tenant_id == tenant_id)
    found = connection.rows(query) if isinstance(connection, UnitOfWork) else connection.execute(query)
    return Settings({row.id: Setting(row.id, row.value, row.version) for row in found})


def loosens(settings: Settings, row_id: str, value: Any) -> bool:
    """Whether this value of a row would make the server check less, where the row counts."""
    name, place = contract.name_and_place(row_id)
    before, after = settings.value(name, place), value
    if after is None:
        after = default(name) if place is None else settings.value(name, None)
    is_looser = LOOSENED.get(name, _never)
    return before is not None and after is not None and is_looser(before, after)


def must_make_sense(row_id: str, value: Any, places: Iterable[str]) -> Any:
    """The value as it is stored. Raises Refusal for an unknown setting, value or place."""
    name, place = contract.name_and_place(row_id)
    if not contract.is_known(name):
        raise Refusal(ErrorCode.NOT_FOUND, f"resourceId: there is no setting {name[:40]}")
    if place is not None and place not in places:
        raise Refusal(ErrorCode.NOT_FOUND, f"resourceId: there is no place {place}")
    try:
        checked = contract.checked(name, value, Cleaning().context)
    except ValueError as error:
        raise Refusal(ErrorCode.BAD_REQUEST, f"data.value: no value of {name}") from error
    if name == "payment_methods" and checked is not None and len(set(checked)) < len(checked):
        raise Refusal(ErrorCode.BAD_REQUEST, "data.value: a payment method is named twice")
    return checked


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes a setting: by which operation, from which till, and when. None: not by an operation."""

    actor_id: str
    operation_id: str | None = None
    device_id: str | None = None
    occurred_ms: int | None = None


def write(unit: UnitOfWork, before: Setting, value: Any, author: Author) -> tuple[Setting, Effect]:
    """Stores and publishes a row's next version; the tenant's stream is locked."""
    after = Setting(before.id, value, before.version + 1)
    stored: dict[str, Any] = {
        "value": after.value,
        "changed_by": author.actor_id,
        "changed_ms": unit.now_ms,
        "version": after.version,
    }
    of = t.setting.c
    if before.version == 0:
        row = {"tenant_id": unit.tenant_id, "id": after.id, "name": after.name, "location_id": after.place}
        unit.insert(t.setting, row | stored)
    else:
        unit.execute(
            update(t.setting).where(of.tenant_id == unit.tenant_id, of.id == after.id).values(stored)
        )
    wire = row_on_the_wire({"id": after.id, "name": after.name, "location_id": after.place} | stored)
    effect = unit.streams.publish(
        tenant_stream(unit.tenant_id), SETTING, after.id, after.version, wire.to_wire(), author.operation_id
    )
    unit.insert(
        t.setting_version,
        {
            "tenant_id": unit.tenant_id,
            "setting_id": after.id,
            "version": after.version,
            "value": after.value,
            "tenant_seq": effect.seq,
            "operation_id": author.operation_id,
            "actor_id": author.actor_id,
            "device_id": author.device_id,
            "occurred_ms": unit.now_ms if author.occurred_ms is None else author.occurred_ms,
            "received_ms": unit.now_ms,
        },
    )
    return after, effect


def row_on_the_wire(row: dict[str, Any] | RowMapping) -> SettingRow:
    return SettingRow(
        id=row["id"],
        name=row["name"],
        location_id=row["location_id"],
        value=row["value"],
        version=row["version"],
        changed_by=row["changed_by"],
        changed_at=from_ms(row["changed_ms"]),
    )


# --- what held at a moment ------------------------------------------------------------------------------


class History:
    """What settings were, for one database transaction: the versions of a row are loaded once."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit
        self._versions: dict[str, Sequence[Row[Any]]] = {}

    def value_at(self, name: str, place: str | None, moment: Moment) -> Any:
        """What held at a place at a moment, for somebody who had read what the moment says.

        A version that had been read counts; others count from their own time on.
        """
        for of in dict.fromkeys((place, None)):
            value = None
            for version in self._versions_of(setting_id(name, of)):
                if moment.tenant_seq is None:
                    counts = version.received_ms <= moment.at_ms
                else:
                    counts = version.tenant_seq <= moment.tenant_seq
                if counts:
                    value = version.value
            if value is not None:
                return value
        return default(name)

    def values_since(self, name: str, place: str | None, since_ms: int) -> Iterator[Any]:
        """What held at a place at a moment by the server's clock, and whatever held there later."""
        rows = [self._versions_of(setting_id(name, of)) for of in dict.fromkeys((place, None))]
        later = {version.received_ms for versions in rows for version in versions}
        for moment_ms in (since_ms, *(moment_ms for moment_ms in later if moment_ms > since_ms)):
            yield self.value_at(name, place, Moment(moment_ms))

    def _versions_of(self, row_id: str) -> Sequence[Row[Any]]:
        found = self._versions.get(row_id)
        if found is None:
            which = {"of_tenant": self._unit.tenant_id, "row": row_id}
            found = self._versions[row_id] = self._unit.rows(_VERSIONS, which).all()
        return found


_OF = t.setting_version.c
_VERSIONS = (
    select(_OF.value, _OF.tenant_seq, _OF.received_ms)
    .where(_OF.tenant_id == bindparam("of_tenant"), _OF.setting_id == bindparam("row"))
    .order_by(_OF.version)
)


# --- by a person, with a connection ---------------------------------------------------------------------


def read(
    connection: Connection, tenant_id: str, *, caller: Caller | None = None, place: str | None = None
) -> TenantSettings:
    """What is set for the shop (None), or for one of its places alone."""
    if caller is not None and place is not None:
        _must_be_theirs(connection, caller, place)
    return load(connection, tenant_id).set_at(place)


def edit(
    unit: UnitOfWork, caller: Caller, changes: TenantSettings, place: str | None = None
) -> TenantSettings:
    """Sets what is named in `changes`, for the shop or for one place. Checking less than before needs a
    right of its own.
    """
    unit.streams.lock([tenant_stream(unit.tenant_id)])
    settings = load(unit, unit.tenant_id)
    places = _must_be_theirs(unit, caller, place)
    wanted = {
        setting_id(name, place): must_make_sense(setting_id(name, place), value, places)
        for name, value in contract.by_name(changes).items()
    }
    is_looser = any(loosens(settings, row_id, value) for row_id, value in wanted.items())
    caller.must(Action.LOOSEN_CHECKS if is_looser else Action.CHANGE_SHOP_SETTINGS)
    rows = dict(settings.rows)
    changed: dict[str, Any] = {}
    for row_id, value in wanted.items():
        before = settings.row(row_id)
        if before.value == value and before.version:
            continue
        if value is None and not before.version:
            continue
        rows[row_id], _ = write(unit, before, value, Author(caller.id))
        changed[row_id] = value
    if changed:
        names = {contract.name_and_place(row_id)[0]: value for row_id, value in changed.items()}
        removed = sorted(name for name, value in names.items() if value is None)
        detail = contract.from_names(names).to_wire() | ({"removed": removed} if removed else {})
        administration.record(unit, caller, "settings", place or unit.tenant_id, "settings_edited", detail)
    return Settings(rows).set_at(place)


def _must_be_theirs(connection: Connection | UnitOfWork, caller: Caller, place: str | None) -> frozenset[str]:
    """All places of the shop. Refuses one that does not exist, or is none of the caller's."""
    of = t.location.c
    query = select(of.id).where(of.tenant_id == caller.tenant_id)
    found = connection.rows(query) if isinstance(connection, UnitOfWork) else connection.execute(query)
    places = frozenset(found.scalars())
    if place is None or place in caller.locations or may(caller.role, Action.MANAGE_PLACES):
        if place is not None and place not in places:
            raise Refusal(ErrorCode.NOT_FOUND, f"locationId: there is no place {place}")
        return places
    raise Refusal(ErrorCode.NOT_FOUND, f"locationId: there is no place {place} for you")
