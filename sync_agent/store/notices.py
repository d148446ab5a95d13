"""Notices: this till's own, and a manager's to the shop.

A notice is shown until a person has read it, also after a restart. A till's own notice is a code with
figures, which the host program words. A manager's is plain text that comes with the stream and has an end
date.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import ColumnElement, Connection, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or_leave

from sync_agent.contract.events import Notice
from sync_agent.contract.notices import READINGS_MAX, NoticeReading
from sync_agent.contract.wire import from_ms
from sync_agent.figures import Figures
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction

SERVER_RESTORED = "server_restored"
SETTINGS_SET_BACK = "settings_set_back"
DATABASE_REPAIRED = "database_salvaged"
RECEIVED = "heard"
"""Kinds of a till's own notices. RECEIVED is a manager's notice from a server that has no rows for them."""


@dataclass(frozen=True)
class NoticeView:
    """One notice of this till; `at_ms` by its own clock.

    `figures` is None if `message` holds the text: of an older release, or written by a person.
    """

    id: int
    at_ms: int
    kind: str
    message: str
    figures: Figures | None = None


def add(tx: Transaction, kind: str, figures: Figures) -> None:
    """Add a notice of this till; the host program words `kind` and `figures`."""
    _add(tx, kind, "", orjson.dumps(dict(figures)).decode())


def add_received(tx: Transaction, notice: Notice) -> None:
    """Add a manager's notice that came only as an event."""
    text = text_of(notice)
    if text:
        _add(tx, RECEIVED, text, None)


def _add(tx: Transaction, kind: str, message: str, figures: str | None) -> None:
    values = {"at_ms": tx.now_ms, "kind": kind, "message": message, "read_ms": None, "figures": figures}
    tx.execute(insert(t.notice).values(values))
    tx.touch(Topic.NOTICES)


def unread(connection: Connection) -> list[NoticeView]:
    """This till's own unread notices, oldest first."""
    of = t.notice.c
    rows = connection.execute(
        select(of.id, of.at_ms, of.kind, of.message, of.figures).where(of.read_ms.is_(None)).order_by(of.id)
    )
    return [
        NoticeView(
            row.id, row.at_ms, row.kind, row.message, orjson.loads(row.figures) if row.figures else None
        )
        for row in rows
    ]


def mark_read(tx: Transaction, notice_id: int) -> None:
    """Mark a till's own notice as read; it is not shown again."""
    tx.execute(
        update(t.notice)
        .where(t.notice.c.id == notice_id, t.notice.c.read_ms.is_(None))
        .values(read_ms=tx.now_ms)
    )
    tx.touch(Topic.NOTICES)


# --- a manager's ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShopNotice:
    """A manager's notice. Times are the server's, in milliseconds; `read_ms` is this till's,
    None if unread.
    """

    id: str
    type: str
    text: str
    sender_name: str
    sent_ms: int
    until_ms: int
    read_ms: int | None


def text_of(notice: Notice) -> str:
    """The text of a notice; "" if it has none."""
    words = (notice.data.get(name) for name in ("message", "text"))
    return next((each.strip() for each in words if isinstance(each, str) and each.strip()), "")


def of_shop(connection: Connection, now_ms: int) -> list[ShopNotice]:
    """The notices that have not ended, newest first. `now_ms` is corrected to the server's time."""
    of, read = t.shop_notice.c, t.shop_notice_read.c
    query = (
        select(of.id, of.type, of.text, of.sender_name, of.sent_ms, of.until_ms, read.read_ms)
        .outerjoin(t.shop_notice_read, read.notice_id == of.id)
        .where(of.until_ms > now_ms)
        .order_by(of.sent_ms.desc(), of.id)
    )
    return [ShopNotice(*row) for row in connection.execute(query)]


def mark_shop_notice_read(tx: Transaction, notice_id: str, person_id: str) -> bool:
    """Store who read it first at this till. False if it was read here before, or is not known here."""
    known = tx.execute(select(t.shop_notice.c.id).where(t.shop_notice.c.id == notice_id)).first()
    if known is None:
        return False
    noted = tx.execute(
        insert_or_leave(t.shop_notice_read)
        .values(notice_id=notice_id, person_id=person_id, read_ms=tx.now_ms, reported_ms=None)
        .on_conflict_do_nothing(index_elements=["notice_id"])
    )
    tx.touch(Topic.NOTICES)
    return bool(noted.rowcount)


def to_report(connection: Connection, clock_offset_ms: int) -> list[NoticeReading]:
    """Readings not reported to the server yet, oldest first; times are corrected to its clock."""
    of = t.shop_notice_read.c
    rows = connection.execute(
        select(of.notice_id, of.person_id, of.read_ms)
        .where(of.reported_ms.is_(None))
        .order_by(of.read_ms, of.notice_id)
        .limit(READINGS_MAX)
    )
    return [
        NoticeReading(
            notice_id=row.notice_id, person_id=row.person_id, at=from_ms(row.read_ms + clock_offset_ms)
        )
        for row in rows
    ]


def mark_reported(tx: Transaction, readings: Sequence[NoticeReading]) -> None:
    """The server has stored these readings."""
    of = t.shop_notice_read.c
    ids = [reading.notice_id for reading in readings]
    tx.execute(update(t.shop_notice_read).where(of.notice_id.in_(ids)).values(reported_ms=tx.now_ms))


def forget_page(tx: Transaction) -> int:
    """Delete one page of reported readings of notices that are gone from the stream. Returns how many."""
    of = t.shop_notice_read.c
    is_known: ColumnElement[bool] = (
        select(t.shop_notice.c.id).where(t.shop_notice.c.id == of.notice_id).exists()
    )
    gone = tx.execute(delete(t.shop_notice_read).where(~is_known, of.reported_ms.is_not(None)))
    return int(gone.rowcount)
