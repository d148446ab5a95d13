"""Names of earlier releases that have control letters: cleaned as a new version, so that tills learn them.

Nothing comes in with control letters any more (`sync_agent.contract.text`), but what is there may have some,
also what a process of an earlier release writes beside this one. So each process looks once at each tenant.
Completed sales stay as they are: they are immutable, and whatever prints or exports them cleans their texts.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection, RowMapping, Table, select, update

from server_stub.background.served_tenants import ServedTenants
from server_stub.operations.context import OperationContext
from server_stub.operations.resources import product_versions
from server_stub.services.people import rights_history, shop_settings
from server_stub.services.people.caller import Caller
from server_stub.services.streams import broadcasts
from server_stub.store import tables as t
from server_stub.store.database import Database, UnitOfWork
from sync_agent.contract import shop_settings as contract
from sync_agent.contract.notices import NOTICE_ROW
from sync_agent.contract.stock import LocationRow, UserRow
from sync_agent.contract.streams import tenant_stream
from sync_agent.contract.text import Cleaning, has_controls, without_controls

log = structlog.get_logger()

EVERY_S = 10.0
AT_A_TIME = 200
"""Rows in one database transaction, so that tills do not wait long."""

_DEVICE = t.Device.__table__  # type: ignore[attr-defined]
_NAMES: dict[str, tuple[Table, tuple[str, ...], tuple[str, ...]]] = {
    "product": (t.product, ("name", "barcode", "sku"), ()),
    "user": (t.user_account, ("name", "username"), ()),
    "location": (t.location, ("name",), ()),
    NOTICE_ROW: (t.notice, ("sender_name",), ("text",)),
    "device": (_DEVICE, ("name",), ()),
}
"""By kind: its table, its texts of one line, and those of several."""

Found = tuple[str, str]
"""A kind, and the id of a row of it."""


class CleanNames(ServedTenants):
    """Looks once at each tenant's names."""

    def __init__(self, database: Database) -> None:
        super().__init__(EVERY_S)
        self._database = database
        self._seen: set[str] = set()

    async def run(self) -> None:
        # Behind row-level security this finds none: there a tenant is seen at its first commit.
        self._served.update(await self._database.read("", _tenants))
        await super().run()

    async def visit(self, tenant_id: str) -> None:
        if tenant_id in self._seen:
            return
        odd = await self._database.read(tenant_id, partial(find, tenant_id=tenant_id))
        for start in range(0, len(odd), AT_A_TIME):
            some = odd[start : start + AT_A_TIME]
            await self._database.write(tenant_id, partial(clean, found=some))
        self._seen.add(tenant_id)
        if odd:
            log.info("names.cleaned", tenant=tenant_id, names=len(odd))


def _tenants(connection: Connection) -> Sequence[str]:
    return connection.execute(select(t.tenant.c.tenant_id)).scalars().all()


def find(connection: Connection, tenant_id: str) -> list[Found]:
    """What has control letters in its names."""
    found: list[Found] = []
    for kind, (table, single, several) in _NAMES.items():
        columns = [table.c[name] for name in (*single, *several)]
        rows = connection.execute(select(table.c.id, *columns).where(table.c.tenant_id == tenant_id))
        found += [(kind, row.id) for row in rows.mappings() if _cleaned(row, single, several)]
    settings = shop_settings.load(connection, tenant_id).rows.values()
    found += [("setting", row.id) for row in settings if _clean_value(row) != row.value]
    name = connection.execute(select(t.tenant.c.name).where(t.tenant.c.tenant_id == tenant_id)).scalar()
    return found + [("tenant", tenant_id)] * (name is not None and has_controls(name))


def clean(unit: UnitOfWork, found: Iterable[Found]) -> None:
    """Cleans these, each as a new version of its row; by no operation and no person."""
    context = OperationContext(unit, Caller(unit.tenant_id, "device", ()))
    by_kind: dict[str, list[str]] = {}
    for kind, id_ in found:
        by_kind.setdefault(kind, []).append(id_)
    # All of the tenant's streams, since a notice may be a row of any: read again under their locks.
    context.lock([None, *context.locations()])
    for kind, ids in by_kind.items():
        if kind == "setting":
            _clean_settings(unit, ids)
        elif kind == "tenant":
            _write(unit, t.tenant, {"name": without_controls(_tenant_name(unit)) or unit.tenant_id})
        else:
            _clean_rows(context, kind, ids)


def _clean_rows(context: OperationContext, kind: str, ids: list[str]) -> None:
    unit, (table, single, several) = context.unit, _NAMES[kind]
    query = select(table).where(table.c.tenant_id == unit.tenant_id, table.c.id.in_(ids)).order_by(table.c.id)
    for row in unit.rows(query).mappings().all():
        changes = _cleaned(row, single, several)
        if not changes:
            continue
        if "name" in changes and not changes["name"]:
            changes["name"] = row["id"]
        if "username" in changes and _is_taken(unit, changes["username"]):
            del changes["username"]
        new = {**row, **changes}
        if kind == "product":
            product_versions.store(context, [new], product_versions.THE_SERVER)
            continue
        if kind == "device":
            _write(unit, table, changes, row["id"])
            continue
        new["version"] = row["version"] + 1
        _write(unit, table, changes | {"version": new["version"]}, row["id"])
        _publish(unit, kind, new)


def _publish(unit: UnitOfWork, kind: str, new: dict[str, Any]) -> None:
    match kind:
        case "user":
            rights_history.publish(unit, UserRow.model_validate(new))
        case "location":
            wire = LocationRow.model_validate(new)
            stream = tenant_stream(unit.tenant_id)
            unit.streams.publish(stream, kind, wire.id, wire.version, wire.to_wire(), None)
        case _:
            notice = broadcasts.on_the_wire(new)
            unit.streams.publish(new["stream"], kind, notice.id, notice.version, notice.to_wire(), None)


def _clean_settings(unit: UnitOfWork, ids: list[str]) -> None:
    rows = shop_settings.load(unit, unit.tenant_id).rows
    for id_ in ids:
        of = t.setting.c
        query = select(of.changed_by).where(of.tenant_id == unit.tenant_id, of.id == id_)
        author = shop_settings.Author(unit.rows(query).scalar_one())
        shop_settings.write(unit, rows[id_], _clean_value(rows[id_]), author)


def _clean_value(setting: shop_settings.Setting) -> Any:
    if not contract.is_known(setting.name):
        return setting.value
    cleaning = Cleaning()
    try:
        value = contract.checked(setting.name, setting.value, cleaning.context)
    except ValueError:  # of another release, or nothing is left of a name
        return setting.value
    return value if cleaning.has_cleaned else setting.value


def _cleaned(
    row: RowMapping | dict[str, Any], single: Iterable[str], several: Iterable[str]
) -> dict[str, str]:
    """What of a row's texts is another without control letters."""
    return {
        name: without_controls(row[name], lines=has_lines)
        for names, has_lines in ((single, False), (several, True))
        for name in names
        if row[name] is not None and has_controls(row[name], lines=has_lines)
    }


def _is_taken(unit: UnitOfWork, username: str) -> bool:
    of = t.user_account.c
    query = select(of.id).where(of.tenant_id == unit.tenant_id, of.username == username)
    return not username or unit.rows(query).first() is not None


def _tenant_name(unit: UnitOfWork) -> str:
    name: str = unit.rows(select(t.tenant.c.name).where(t.tenant.c.tenant_id == unit.tenant_id)).scalar_one()
    return name


def _write(unit: UnitOfWork, table: Table, values: dict[str, Any], id_: str | None = None) -> None:
    statement = update(table).where(table.c.tenant_id == unit.tenant_id)
    unit.execute((statement if id_ is None else statement.where(table.c.id == id_)).values(values))
