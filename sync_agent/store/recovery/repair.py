"""Repair of a damaged database: it is set aside, and what is readable is copied to a new database.

The till's own operations, sales and numbers exist nowhere else. They are read row by row around the damage,
and an operation is copied only if its checksum verifies. People, products and their aliases are copied so
that the shop can go on selling; stock and cursors are not, because they come again from the server.
"""

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Table, insert, select, update

from sync_agent import private_files
from sync_agent.contract.operations import chain_hash, content_hash
from sync_agent.figures import Figures
from sync_agent.store import article_keys, money_settings, notices
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction
from sync_agent.store.home import Home
from sync_agent.store.recovery import lost_shifts
from sync_agent.store.recovery.backup import backups

NUMBERS_LEFT_OUT = 1000
"""How many numbers are skipped if the last ones may be lost: a number is never used twice."""

_TAKEN_OVER: tuple[Table, ...] = (
    t.device,
    t.link,
    t.notice,
    t.outbox,
    t.overlay,
    t.product_overlay,
    t.setting_overlay,
    t.sale,
    t.sale_line,
    t.payment,
    t.past_sale,
    t.receipt,
    t.shift,
    t.skipped_numbers,
    t.proved_time,
    t.held_cart,
    t.count_session,
    t.count_line,
    t.journal,
    t.pin_try,
    t.preference,
    t.delivery,
    t.attempt,
    t.location,
    t.person,
    t.shop_setting,
    t.catalogue,
    t.product_alias,
)
"""Ordered so that a table comes after the tables that it refers to."""
_SINCE_A_LATER_RELEASE = frozenset(
    table.name
    for table in (
        t.delivery,
        t.attempt,
        t.notice,
        t.past_sale,
        t.receipt,
        t.shift,
        t.skipped_numbers,
        t.proved_time,
        t.held_cart,
        t.count_session,
        t.count_line,
        t.journal,
        t.pin_try,
        t.preference,
        t.product_alias,
        t.setting_overlay,
        t.shop_setting,
    )
)
_CHILDREN = {
    "overlay": "operation_id",
    "product_overlay": "operation_id",
    "setting_overlay": "operation_id",
    "sale": "id",
}
_SALES_CHILDREN = {"sale_line": "sale_id", "payment": "sale_id"}
_ROWS_AT_A_TIME = 200
_ROWID_MAX = 2**40


@dataclass
class Found:
    """What could be read of a damaged database. `lost`: some of the till's own rows may be missing.

    `revision` is that of the damaged database; None if it cannot be read.
    """

    rows: dict[str, list[dict[str, Any]]]
    lost: bool = False
    revision: str | None = None


def is_damaged(database: Path) -> bool:
    """Whether SQLite's quick check finds an error in the file."""
    with closing(sqlite3.connect(database)) as connection:
        try:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok")
        except sqlite3.DatabaseError:
            return True


def is_cut_short(database: Path) -> bool:
    """Whether the file is smaller than its header says; cheap, reads only the header."""
    with database.open("rb") as file:
        header = file.read(100)
    if len(header) < 100:
        return bool(header)
    page_size = int.from_bytes(header[16:18], "big")
    pages, valid_for, changed_at = (int.from_bytes(header[at : at + 4], "big") for at in (28, 92, 24))
    if page_size == 1:
        page_size = 65_536
    return valid_for == changed_at and database.stat().st_size < pages * page_size


def set_aside(home: Home, stamp: str) -> Path:
    """Move the database and its journal files into their own folder; they are never deleted."""
    folder = home.damaged / stamp
    number = 1
    while folder.exists():
        number += 1
        folder = home.damaged / f"{stamp}-{number}"
    private_files.make_folder(folder)
    for part in home.path.glob("till.sqlite*"):
        shutil.move(part, folder / part.name)
    return folder / home.database.name


def read(damaged: Path) -> Found:
    """All readable rows of the till's own tables. The file itself is not opened: a copy is."""
    copy = damaged.with_name("reading.sqlite")
    for part in damaged.parent.glob(f"{damaged.name}*"):
        beside = copy.with_name(part.name.replace(damaged.name, copy.name))
        with part.open("rb") as source, private_files.open_bytes(beside) as target:
            shutil.copyfileobj(source, target)
    found = Found({table.name: [] for table in _TAKEN_OVER})
    try:
        with closing(sqlite3.connect(copy)) as connection:
            connection.row_factory = sqlite3.Row
            found.revision = _read_revision(connection)
            for table in _TAKEN_OVER:
                rows, whole = _read_table(connection, table)
                found.rows[table.name] = rows
                found.lost = found.lost or not whole
    finally:
        for part in copy.parent.glob(f"{copy.name}*"):
            part.unlink()
    _drop_unverified_operations(found)
    return found


def _read_revision(connection: sqlite3.Connection) -> str | None:
    with contextlib.suppress(sqlite3.DatabaseError):
        for (revision,) in connection.execute("SELECT version_num FROM alembic_version"):
            return str(revision)
    return None


def _read_table(connection: sqlite3.Connection, table: Table) -> tuple[list[dict[str, Any]], bool]:
    try:
        there = {row["name"] for row in connection.execute(f"PRAGMA table_info({table.name})")}
    except sqlite3.DatabaseError:
        return [], False
    columns = ", ".join(column.name for column in table.c if column.name in there)
    if not columns:
        return [], table.name not in _SINCE_A_LATER_RELEASE
    has_rowid = table.name != t.attempt.name
    try:
        rows = connection.execute(f"SELECT {columns} FROM {table.name} NOT INDEXED").fetchall()  # noqa: S608 - names of ours
        return [dict(row) for row in rows], True
    except sqlite3.DatabaseError:
        return (list(_around_damage(connection, table.name, columns)) if has_rowid else []), False


def _around_damage(connection: sqlite3.Connection, table: str, columns: str) -> Iterator[dict[str, Any]]:
    """Rows by rowid range; an unreadable range is halved, down to single rows, which are skipped."""
    query = f"SELECT {columns} FROM {table} NOT INDEXED WHERE rowid BETWEEN ? AND ? ORDER BY rowid"  # noqa: S608
    ranges = [(1, _last_rowid(connection, table))]
    tries = 0
    while ranges and tries < 200_000:
        low, high = ranges.pop()
        tries += 1
        try:
            rows = connection.execute(query, (low, high)).fetchall()
        except sqlite3.DatabaseError:
            if low < high:
                middle = (low + high) // 2
                ranges += [(middle + 1, high), (low, middle)]
        else:
            yield from (dict(row) for row in rows)


def _last_rowid(connection: sqlite3.Connection, table: str) -> int:
    with contextlib.suppress(sqlite3.DatabaseError):
        return int(connection.execute(f"SELECT max(rowid) FROM {table}").fetchone()[0] or 1)  # noqa: S608
    # If that fails: an upper bound by doubling.
    high = 1
    while high < _ROWID_MAX:
        try:
            row = connection.execute(f"SELECT 1 FROM {table} WHERE rowid >= ? LIMIT 1", (high,)).fetchone()  # noqa: S608
        except sqlite3.DatabaseError:
            row = (1,)
        if row is None or high > 10_000_000:
            return high
        high *= 2
    return high


def _drop_unverified_operations(found: Found) -> None:
    """Drop operations whose checksum does not verify, and the rows that belong to them."""
    verified: dict[str, dict[str, Any]] = {}
    for row in found.rows["outbox"]:
        if _verify_checksum(row):
            verified[row["id"]] = row
        else:
            found.lost = True
    found.rows["outbox"] = sorted(verified.values(), key=lambda row: row["device_seq"])
    for name, key in _CHILDREN.items():
        found.rows[name] = [row for row in found.rows[name] if row[key] in verified]
    sessions = {row["id"] for row in found.rows["count_session"]}
    found.rows["count_line"] = [row for row in found.rows["count_line"] if row["session_id"] in sessions]
    sales = {row["id"] for row in found.rows["sale"]}
    for name, key in _SALES_CHILDREN.items():
        found.rows[name] = [row for row in found.rows[name] if row[key] in sales]


def _verify_checksum(row: dict[str, Any]) -> bool:
    try:
        data = orjson.loads(row["data"])
        content = content_hash(row["operation"], row["resource_type"], row["resource_id"], data)
        chained = chain_hash(row["prev_hash"], row["id"], row["device_seq"], content)
    except (ValueError, TypeError):
        return False
    return bool(chained == row["hash"])


# --- into a new database -----------------------------------------------------------------------------


def fill(tx: Transaction, home: Home, damaged: Path, found: Found) -> None:
    """Write the rows found into the new, empty database, and add a notice."""
    if not found.rows["device"]:
        found.rows["device"] = _device_of_a_backup(home)
    for table in _TAKEN_OVER:
        known = {column.name for column in table.c}
        by_key = {tuple(row.get(c.name) for c in table.primary_key): row for row in found.rows[table.name]}
        rows = [{name: value for name, value in row.items() if name in known} for row in by_key.values()]
        for start in range(0, len(rows), _ROWS_AT_A_TIME):
            tx.execute(insert(table).prefix_with("OR IGNORE"), rows[start : start + _ROWS_AT_A_TIME])
    article_keys.make(tx.connection)
    if found.revision is not None and found.revision < money_settings.SINCE_REVISION:
        money_settings.write_down(tx.connection)
    jumped = _set_numbers(tx, found)
    lost_shifts.rebuild(tx)
    notices.add(tx, notices.DATABASE_REPAIRED, _figures(found, damaged, jumped=jumped))


def _device_of_a_backup(home: Home) -> list[dict[str, Any]]:
    for backup in backups(home):
        with closing(sqlite3.connect(backup)) as connection:
            connection.row_factory = sqlite3.Row
            with contextlib.suppress(sqlite3.DatabaseError):
                return [dict(row) for row in connection.execute("SELECT * FROM device")]
    return []


def _set_numbers(tx: Transaction, found: Found) -> bool:
    """Continue numbering after the highest known number, and skip `NUMBERS_LEFT_OUT` if some may be lost."""
    of = t.device.c
    device = tx.execute(select(of.next_device_seq, of.next_receipt, of.last_hash)).first()
    if device is None:
        return False
    last = tx.execute(
        select(t.outbox.c.device_seq, t.outbox.c.hash).order_by(t.outbox.c.device_seq.desc()).limit(1)
    ).first()
    receipts = tx.execute(select(t.sale.c.receipt_number)).scalars()
    highest_receipt = max((_number_of(receipt) for receipt in receipts), default=0)
    highest_seq = last.device_seq if last else 0
    margin = NUMBERS_LEFT_OUT if found.lost else 0
    next_seq = max(device.next_device_seq, highest_seq + 1)
    if margin:
        skipped = {"first_device_seq": next_seq, "last_device_seq": next_seq + margin - 1}
        tx.execute(insert(t.skipped_numbers), skipped)
    tx.execute(
        update(t.device).values(
            next_device_seq=next_seq + margin,
            next_receipt=max(device.next_receipt, highest_receipt + 1) + margin,
            last_hash=last.hash if last and (found.lost or not device.last_hash) else device.last_hash,
        )
    )
    return bool(margin)


def _number_of(receipt: str) -> int:
    number = receipt.rpartition("-")[2]
    return int(number) if number.isdecimal() else 0


def _figures(found: Found, damaged: Path, *, jumped: bool) -> Figures:
    """The notice's figures: counts, and 1 for true."""
    return {
        "entries": len(found.rows["outbox"]),
        "waiting": sum(1 for row in found.rows["outbox"] if row.get("finished_ms") is None),
        "lost": int(found.lost),
        "numbers_left_out": NUMBERS_LEFT_OUT if jumped else 0,
        "enrolled": int(bool(found.rows["device"])),
        "path": str(damaged),
    }
