"""What a person has to read even after a restart: each notice stays until somebody has read it."""

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction

SERVER_RESTORED = "server_restored"
DATABASE_SALVAGED = "database_salvaged"


@dataclass(frozen=True)
class NoticeView:
    """One notice; `at_ms` by the till's own clock."""

    id: int
    at_ms: int
    kind: str
    message: str


def add(tx: Transaction, kind: str, message: str) -> None:
    tx.execute(insert(t.notice).values(at_ms=tx.now_ms, kind=kind, message=message, read_ms=None))
    tx.touch(Topic.DEVICE)


def unread(connection: Connection) -> list[NoticeView]:
    """The oldest first."""
    of = t.notice.c
    rows = connection.execute(
        select(of.id, of.at_ms, of.kind, of.message).where(of.read_ms.is_(None)).order_by(of.id)
    )
    return [NoticeView(*row) for row in rows]


def mark_read(tx: Transaction, notice_id: int) -> None:
    tx.execute(update(t.notice).where(t.notice.c.id == notice_id).values(read_ms=tx.now_ms))
    tx.touch(Topic.DEVICE)
