"""The shop's settings at this till: read from the rows of the tenant's stream, and changed by operations.

A place's row takes precedence over the shop's, the shop's over the default. Until somebody has set one for
the shop, a till that was set up by an earlier release goes on with its own value, and hands it over once
(`carry_up`); with its own money settings, until it is decided whose value is the shop's. What loosens a check
is changed at the server, by an admin (app/shop_admin.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from pydantic import ValidationError
from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.sqlite import insert

from app.domain.errors import BadSetting, LoosensCheck
from app.domain.rights import Right
from app.domain.shop_settings import NamedRate, RateStep, ShopSettings, loosens
from app.services import journal
from app.services.approvals import approvals_for, last_approver_id
from app.services.till import Actor, Till
from sync_agent.contract import shop_settings as contract
from sync_agent.contract.operations import Approval
from sync_agent.contract.shop_settings import DEFAULTS, SETTING, TAX_RATE, SettingEdit, setting_id
from sync_agent.store import link, queue
from sync_agent.store import shop_settings as store
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction
from sync_agent.store.queue import ExpectedSettingEffect, NewOperation
from sync_agent.store.shop_settings import ShownSetting, ShownSettings

_MONEY_SETTINGS = ("adds_tax", "cash_step_minor")
"""What the sums of a sale depend on: no till takes another's without a question."""
_FORMERLY_THE_TILLS = (
    *_MONEY_SETTINGS,
    "clerk_discount_ppm_max",
    "low_stock",
    "receipt_header",
    "receipt_footer",
)
"""Settings that each till had for itself before they were the shop's."""
_CARRIED_UP = "shop_settings_carried_up"
"""The till's note that it has handed them over."""
_DEFAULTS = contract.by_name(DEFAULTS)


def read(till: Till) -> ShopSettings:
    """What holds at this till's place."""
    with till.store.reading() as connection:
        return read_from(connection)


def read_from(connection: Connection) -> ShopSettings:
    """What holds at this till's place. A value that this release cannot read counts as not set."""
    values = in_force(connection, _place_of(connection))
    return _built(orjson.dumps(values, option=orjson.OPT_SORT_KEYS))


def in_force(connection: Connection, place: str | None) -> dict[str, Any]:
    """The values by name that hold at a place, or for the shop as a whole (None); without defaults."""
    shown = store.shown(connection)
    own = _formerly_the_tills(connection)
    values = {name: value for name, value in own.items() if name not in shown.rows}
    for row_id, row in shown.rows.items():
        if contract.name_and_place(row_id)[1] is None and row.value is not None:
            values[row_id] = row.value
    if place is not None:
        values |= {name: own[name] for name in _undecided(connection, own)}
    for row_id, row in shown.rows.items():
        name, of = contract.name_and_place(row_id)
        if of is not None and of == place and row.value is not None:
            values[name] = row.value
    return values


@dataclass(frozen=True)
class SeenSettings:
    """What a person was shown of the settings of a place, or of the shop (`place` None).

    Values by name, in JSON types: `values` is what held there, `rows` what the place or the shop itself had
    set.
    """

    place: str | None
    values: Mapping[str, Any]
    rows: Mapping[str, ShownSetting]

    @property
    def settings(self) -> ShopSettings:
        return _built(orjson.dumps(self.values, option=orjson.OPT_SORT_KEYS))

    def after(self, changes: Mapping[str, Any], shops: Mapping[str, Any]) -> "SeenSettings":
        """As it is once these changes are made; where one is None, the shop's value holds, or the default."""
        versions = {name: row.version for name, row in self.rows.items()}
        rows = {name: ShownSetting(value, versions.get(name, 0)) for name, value in changes.items()}
        held = {
            name: shops.get(name, _DEFAULTS.get(name)) if value is None else value
            for name, value in changes.items()
        }
        return SeenSettings(self.place, {**self.values, **held}, {**self.rows, **rows})


def seen(till: Till, place: str | None) -> SeenSettings:
    """What there is to show of a place, or of the shop as a whole (None)."""
    with till.store.reading() as connection:
        return SeenSettings(place, in_force(connection, place), _rows_of(store.shown(connection), place))


def _rows_of(shown: ShownSettings, place: str | None) -> dict[str, ShownSetting]:
    named = ((contract.name_and_place(row_id), row) for row_id, row in shown.rows.items())
    return {name: row for (name, of), row in named if of == place}


def at(till: Till, place: str | None) -> ShopSettings:
    """What holds at a place, or where no place has a value of its own (None)."""
    with till.store.reading() as connection:
        return _built(orjson.dumps(in_force(connection, place), option=orjson.OPT_SORT_KEYS))


def holds_for_the_shop(till: Till, name: str) -> bool:
    """Whether the shop as a whole has a value of a setting."""
    with till.store.reading() as connection:
        return name in in_force(connection, None)


def changed(till: Till, shown: SeenSettings, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Which of these values, in JSON types, differ from what the person who typed them was shown.

    A place's value that is the shop's own becomes None: the place follows the shop then.
    """
    with till.store.reading() as connection:
        shops = in_force(connection, None)
    differing: dict[str, Any] = {}
    for name, value in typed.items():
        if value != shown.values.get(name, _DEFAULTS.get(name)):
            is_the_shops = shown.place is not None and value == shops.get(name, _DEFAULTS.get(name))
            differing[name] = None if is_the_shops else value
    return differing


def _place_of(connection: Connection) -> str | None:
    return connection.execute(select(t.device.c.location_id)).scalar()


def _formerly_the_tills(connection: Connection) -> dict[str, Any]:
    """What this till had for itself, by name."""
    of = t.preference.c
    rows = connection.execute(select(of.name, of.value).where(of.name.in_(_FORMERLY_THE_TILLS)))
    return {row.name: orjson.loads(row.value) for row in rows}


def _undecided(connection: Connection, own: Mapping[str, Any]) -> set[str]:
    """The money settings of `own` that this till goes on with whatever another till has made the shop's: it
    has not handed them over yet, what it handed over has not ended, or another till's same is in conflict.
    """
    names = [name for name in _MONEY_SETTINGS if name in own]
    if not names or not _is_carried_up(connection):
        return set(names)
    of = t.outbox.c
    open_conflicts = select(t.conflict.c.id).where(t.conflict.c.status == "open")
    handed_over = select(of.resource_id).where(
        of.lane.in_([_ordering_key(name) for name in names]),
        func.json_extract(of.data, "$.carriedUp").is_(True),
        of.finished_ms.is_(None) | func.json_extract(of.result, "$.conflict.id").in_(open_conflicts),
    )
    return {name for name in connection.execute(handed_over).scalars() if name is not None}


@lru_cache(maxsize=64)
def _built(written: bytes) -> ShopSettings:
    """The settings of these values by name: few different ones are read over and over."""
    chosen = contract.from_names(orjson.loads(written))
    plain = chosen.model_dump(by_alias=False, exclude_none=True, exclude={"tax_rates"})
    rates = tuple(
        NamedRate(key, rate.name, tuple(RateStep(step.from_, step.rate_ppm) for step in rate.steps))
        for key, rate in sorted((chosen.tax_rates or {}).items())
        if rate is not None
    )
    return ShopSettings(**plain, tax_rates=rates)


# --- changing -----------------------------------------------------------------------------------------


def changes_that_loosen(till: Till, changes: Mapping[str, Any], place: str | None) -> frozenset[str]:
    """The names of what a change would loosen: those need an admin with a connection."""
    with till.store.reading() as connection:
        return _loosening(connection, changes, place)


def _loosening(connection: Connection, changes: Mapping[str, Any], place: str | None) -> frozenset[str]:
    before, shops = in_force(connection, place), in_force(connection, None)
    found: set[str] = set()
    for name, value in changes.items():
        fallback = shops.get(name, _DEFAULTS.get(name)) if place is not None else _DEFAULTS.get(name)
        now, then = before.get(name, _DEFAULTS.get(name)), fallback if value is None else value
        if now is not None and then is not None and loosens(name, now, then):
            found.add(name)
    return frozenset(found)


async def change(
    till: Till,
    actor: Actor,
    changes: Mapping[str, Any],
    *,
    place: str | None = None,
    shown: SeenSettings | None = None,
    approved_by: Actor | None = None,
) -> tuple[str, ...]:
    """Change settings of the shop, or of one place; the ids of the operations that carry it to the server.

    `changes` are values by name, in JSON types; None removes what is set: a place then has the shop's. They
    replace what was `shown` (None: what holds now); where the server has another by then, a manager decides.
    Raises NotPermitted, BadSetting, and LoosensCheck where an admin has to change it with a connection.
    """
    approvals = approvals_for(till, actor, approved_by, Right.CHANGE_SHOP_SETTINGS)
    checked = {name: _checked(name, value) for name, value in changes.items()}
    return await till.store.write(lambda tx: _change(tx, actor, checked, place, approvals, shown))


def _checked(name: str, value: Any) -> Any:
    if not contract.is_known(name):
        raise BadSetting(name)
    try:
        return contract.checked(name, value)
    except ValidationError as error:
        raise BadSetting(name) from error


def _change(
    tx: Transaction,
    actor: Actor,
    changes: Mapping[str, Any],
    place: str | None,
    approvals: tuple[Approval, ...],
    seen: SeenSettings | None,
) -> tuple[str, ...]:
    if _loosening(tx.connection, changes, place):
        raise LoosensCheck
    shown = store.shown(tx.connection)
    operations: list[NewOperation] = []
    for name, value in changes.items():
        row = shown.row(name, place)
        if (None if row is None else row.value) == value:
            continue
        if seen is not None:
            row = seen.rows.get(name)
        if place is None and name in _MONEY_SETTINGS:
            _replace_own(tx, name, value)
        operations.append(
            NewOperation(
                operation="update",
                resource_type=SETTING,
                resource_id=setting_id(name, place),
                location_id=place,
                data=SettingEdit(value=value, base=None if row is None else row.value).to_wire(),
                actor_id=actor.id,
                approved_by_id=last_approver_id(approvals),
                approvals=approvals,
                summary={"kind": "setting", "setting": name, "person": actor.name},
                base_version=0 if row is None else row.version,
                ordering_key=_ordering_key(setting_id(name, place)),
                setting=ExpectedSettingEffect(setting_id(name, place), value),
            )
        )
    if not operations:
        return ()
    journal.note(
        tx, "settings", actor.id, approved_by_id=last_approver_id(approvals), changed=sorted(changes)
    )
    return tuple(queued.id for queued in queue.enqueue_many(tx, operations))


def _replace_own(tx: Transaction, name: str, value: Any) -> None:
    """What a person chose for the shop is this till's too, in place of what it had for itself."""
    written = orjson.dumps(_DEFAULTS[name] if value is None else value).decode()
    tx.execute(update(t.preference).where(t.preference.c.name == name).values(value=written))


def _ordering_key(row_id: str) -> str:
    return f"{SETTING}:{row_id}"


# --- an update ----------------------------------------------------------------------------------------


def carry_up(tx: Transaction) -> None:
    """Hand over, once, what this till had set for itself before settings were the shop's.

    Only what differs from the default; of money settings the default too, which the update has written down.
    Where tills differ the server opens a conflict, which a manager decides. It waits for a server that takes
    settings; until then, and until the shop has a value, the till goes on with its own; with a money setting
    until what it handed over has ended.
    """
    if not link.takes(tx.connection, SETTING) or _is_carried_up(tx.connection):
        return
    shown = store.shown(tx.connection)
    device_id = tx.execute(select(t.device.c.device_id)).scalar_one()
    operations = [
        NewOperation(
            operation="update",
            resource_type=SETTING,
            resource_id=name,
            data=SettingEdit(value=value, carried_up=True).to_wire(),
            actor_id=device_id,
            summary={"kind": "setting", "setting": name},
            base_version=0,
            ordering_key=_ordering_key(name),
        )
        for name, value in _formerly_the_tills(tx.connection).items()
        if (value != _DEFAULTS[name] or name in _MONEY_SETTINGS)
        and _is_readable(name, value)
        and not _is_the_shops(shown, name, value)
    ]
    if operations:
        queue.enqueue_many(tx, operations)
    tx.execute(insert(t.preference).values(name=_CARRIED_UP, value="true"))


def _is_carried_up(connection: Connection) -> bool:
    note = select(t.preference.c.name).where(t.preference.c.name == _CARRIED_UP)
    return connection.execute(note).first() is not None


def _is_the_shops(shown: ShownSettings, name: str, value: Any) -> bool:
    row = shown.row(name, None)
    return row is not None and value == (_DEFAULTS[name] if row.value is None else row.value)


def _is_readable(name: str, value: Any) -> bool:
    try:
        contract.checked(name, value)
    except ValidationError:
        return False
    return True


def tax_rate_name(key: str) -> str:
    """The name of the setting that is this named tax rate."""
    return TAX_RATE + key
