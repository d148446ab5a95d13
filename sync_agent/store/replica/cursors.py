"""Cursors: up to which change each stream was read, and what it was read with."""

from sqlalchemy import Connection, select, update

from sync_agent.contract.streams import Cursor
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction
from sync_agent.store.replica.read_with import ReadWith


def read_cursors(connection: Connection) -> dict[str, Cursor]:
    """The cursor of each stream that this till follows."""
    return {
        row.stream: Cursor(seq=row.seq, change_id=row.change_id)
        for row in connection.execute(select(t.cursor.c.stream, t.cursor.c.seq, t.cursor.c.change_id))
    }


def epoch_of(connection: Connection, stream: str) -> str | None:
    return connection.execute(
        select(t.cursor.c.epoch).where(t.cursor.c.stream == stream)
    ).scalar_one_or_none()


def confirm_head(tx: Transaction, stream: str) -> None:
    """The server said that this till's cursor is the head: its figures are current."""
    tx.execute(update(t.cursor).where(t.cursor.c.stream == stream).values(synced_ms=tx.now_ms))


def read_with(connection: Connection, stream: str) -> ReadWith | None:
    """What the copy of a stream was read with; None if there is no copy."""
    reader = connection.execute(select(t.cursor.c.reader).where(t.cursor.c.stream == stream)).scalar()
    return None if reader is None else ReadWith.from_text(reader)


def note_read_with(tx: Transaction, stream: str, reader: ReadWith) -> None:
    """Store what the stream is read with from now on."""
    tx.execute(update(t.cursor).where(t.cursor.c.stream == stream).values(reader=reader.to_text()))
