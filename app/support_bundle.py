"""The support bundle: a file for remote support without data on customers, people, prices or secrets.

It is made by an allow list: a column that is not named here is not included.
"""

import platform
import re
import sqlite3
import zipfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Column, Connection, Integer, func, select

from app.diagnosis import Finding
from sync_agent import private_files
from sync_agent.errors import StoreError
from sync_agent.store import tables as t
from sync_agent.store.database import peek
from sync_agent.store.home import Home

LOG_LINES_MAX = 2000
_ROWS_MAX = 2000
_PACKAGES = ("evertill", "PySide6-Essentials", "sqlalchemy", "python-socketio", "httpx", "pydantic")

_LOG_LINE = re.compile(r"^(\S+ \S+) (DEBUG|INFO|WARNING|ERROR|CRITICAL) ([\w.]+):")
_TRACE_LINE = re.compile(
    r'^  File "([^"]*)", line (\d+), in (\w+)$|^(\w+(?:\.\w+)*(?:Error|Exception|Full|Corrupt))\b'
)


def write_bundle(home: Home, findings: Sequence[Finding], to: Path) -> Path:
    """Write the zip; raises OSError. Unreadable parts are omitted."""
    with private_files.replacing(to) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("versions.json", _json(_versions()))
        bundle.writestr("findings.json", _json([[finding.level, finding.what] for finding in findings]))
        bundle.writestr("log.txt", "\n".join(_log(home.log)))
        try:
            with peek(home) as connection:
                bundle.writestr("queue.json", _json(_queue(connection)))
        except StoreError:
            bundle.writestr("queue.json", _json("the database could not be read"))
    return to


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2)


def _versions() -> dict[str, str]:
    versions = {
        "python": platform.python_version(),
        "system": platform.platform(),
        "sqlite": sqlite3.sqlite_version,
    }
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "not here"
    return versions


def _log(path: Path) -> list[str]:
    """Time, level and logger of each line, and the places of tracebacks; never the messages."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES_MAX:]
    shown: list[str] = []
    for line in lines:
        logged, traced = _LOG_LINE.match(line), _TRACE_LINE.match(line)
        if logged:
            shown.append(" ".join(logged.groups()))
        elif traced and traced[1]:
            shown.append(f"  {Path(traced[1]).name}:{traced[2]} in {traced[3]}")
        elif traced:
            shown.append(f"  {traced[4]}")
    return shown


def _queue(connection: Connection) -> dict[str, Any]:
    of = t.outbox.c
    operations = [of.device_seq, of.resource_type, of.operation, of.status, of.rank, of.code, of.failures]
    operations += [of.sent_count, of.timestamp_ms, of.finished_ms, of.clock_offset_ms, of.bytes]
    return {
        "revision": connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar(),
        "counts": _rows(
            connection, [of.status, of.resource_type, of.code, func.count().label("count")], grouped=3
        ),
        "open": _rows(connection, operations, unfinished=True),
        "deliveries": _rows(
            connection,
            [column for column in t.delivery.c if column.name != "detail"],
        ),
        "link": _rows(connection, [column for column in t.link.c if isinstance(column.type, Integer)]),
        "cursors": _rows(connection, [t.cursor.c.seq, t.cursor.c.synced_ms]),
        "sizes": {
            str(table.name): connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (t.product, t.stock_level, t.movement, t.conflict, t.catalogue, t.sale, t.overlay)
        },
    }


def _rows(
    connection: Connection,
    columns: Sequence[Column[Any] | Any],
    *,
    grouped: int = 0,
    unfinished: bool = False,
) -> list[dict[str, Any]]:
    query = select(*columns).limit(_ROWS_MAX)
    if grouped:
        query = query.group_by(*columns[:grouped])
    if unfinished:
        query = query.where(t.outbox.c.finished_ms.is_(None))
    # `str`: SQLAlchemy's column names are a subclass of str, which orjson rejects as keys.
    return [{str(name): value for name, value in row._asdict().items()} for row in connection.execute(query)]
