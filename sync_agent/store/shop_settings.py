"""The shop's settings as this till shows them: the replica's rows with its own changes applied.

A change that needs attention (refused, in conflict, blocked) does not count: the tills of a shop agree, and
what is in question is the server's until somebody has decided.
"""

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, select

from sync_agent.contract.shop_settings import DEFAULTS, by_name, from_names, setting_id
from sync_agent.store import tables as t
from sync_agent.store.queue.status import WAITING, Status


@dataclass(frozen=True)
class ShownSetting:
    """A row as this till shows it. `value` None: not set any more. `version` is the replica's, 0 without."""

    value: Any
    version: int = 0


@dataclass(frozen=True)
class ShownSettings:
    """The rows by id. A row that nobody ever set is missing."""

    rows: dict[str, ShownSetting]

    def row(self, name: str, location_id: str | None) -> ShownSetting | None:
        return self.rows.get(setting_id(name, location_id))


_COUNTS = (*WAITING, Status.COMPLETED)


def shown(connection: Connection) -> ShownSettings:
    """All rows, of every place."""
    replica = t.shop_setting.c
    rows = {
        row.id: ShownSetting(_read(row.value), row.version)
        for row in connection.execute(select(replica.id, replica.value, replica.version))
    }
    own = t.setting_overlay.c
    changes = (
        select(own.setting_id, own.value)
        .join(t.outbox, t.outbox.c.id == own.operation_id)
        .where(t.outbox.c.status.in_(_COUNTS))
        .order_by(own.device_seq)
    )
    for row in connection.execute(changes):
        version = rows[row.setting_id].version if row.setting_id in rows else 0
        rows[row.setting_id] = ShownSetting(_read(row.value), version)
    return ShownSettings(rows)


def confirmed(connection: Connection, name: str, location_id: str) -> Any:
    """The value of a setting at a place as the server judges by it: this till's own changes do not count."""
    of = t.shop_setting.c
    rows = {
        row.id: _read(row.value)
        for row in connection.execute(
            select(of.id, of.value).where(of.id.in_([setting_id(name), setting_id(name, location_id)]))
        )
    }
    for row_id in (setting_id(name, location_id), setting_id(name)):
        value = getattr(from_names({name: rows.get(row_id)}), name)
        if value is not None:
            return value
    return getattr(DEFAULTS, name)


def set_back(connection: Connection) -> list[str]:
    """The names of settings that the staged copy has in an older version, and otherwise than the replica: a
    server was restored from a backup without them.
    """
    known, staged = t.shop_setting.c, t.staged_shop_setting.c
    of_both = select(known.id, known.name, known.value, staged.value.label("staged")).outerjoin(
        t.staged_shop_setting, staged.id == known.id
    )
    rows = connection.execute(
        of_both.where(staged.version.is_(None) | (staged.version < known.version)).order_by(known.name)
    )
    defaults = by_name(DEFAULTS)
    found: list[str] = []
    for row in rows:
        before, after = (
            defaults.get(row.name) if value is None else _read(value) for value in (row.value, row.staged)
        )
        if before != after and row.name not in found:
            found.append(row.name)
    return found


def _read(value: str | None) -> Any:
    return None if value is None else orjson.loads(value)
