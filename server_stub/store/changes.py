"""The numbering of streams: 1, 2, 3 … without gaps, in commit order, in the transaction of the change.

A stream's row is its lock. Several locks are taken in one call, ordered by name, against deadlocks. On
SQLite the write transaction itself is the lock, on PostgreSQL the row.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from server_stub.clock import Ids
from server_stub.store import tables as t
from sync_agent.contract.operations import Effect
from sync_agent.contract.streams import Change
from sync_agent.contract.wire import from_ms


@dataclass(frozen=True, slots=True)
class CommittedChange:
    """A change as passed to the feed after its commit."""

    tenant_id: str
    stream: str
    seq: int
    change_id: str
    resource_type: str
    resource_id: str
    version: int
    row: dict[str, Any] | None
    operation_id: str | None
    at_ms: int

    def to_change(self) -> Change:
        return Change(
            seq=self.seq,
            change_id=self.change_id,
            resource_type=self.resource_type,
            resource_id=self.resource_id,
            version=self.version,
            row=self.row,
            operation_id=self.operation_id,
            at=from_ms(self.at_ms),
        )


@dataclass(slots=True)
class _Head:
    seq: int
    change_id: str
    grown: bool = False


class StreamLog:
    """The streams of one tenant in one transaction: lock first, then append, then write."""

    def __init__(self, connection: Connection, tenant_id: str, ids: Ids, now_ms: int) -> None:
        self._connection = connection
        self._tenant_id = tenant_id
        self._ids = ids
        self._now_ms = now_ms
        self._heads: dict[str, _Head] = {}
        self._unwritten: list[CommittedChange] = []
        self.appended: list[CommittedChange] = []

    def create(self, name: str) -> None:
        """Creates an empty stream with a new epoch."""
        self._connection.execute(
            t.stream.insert().values(
                tenant_id=self._tenant_id,
                name=name,
                epoch=self._ids.new(),
                head=0,
                head_change_id="",
                pruned_to=0,
            )
        )

    def lock(self, names: Iterable[str]) -> None:
        wanted = sorted(set(names) - self._heads.keys())
        if not wanted:
            return
        rows = self._connection.execute(
            select(t.stream.c.name, t.stream.c.head, t.stream.c.head_change_id)
            .where(t.stream.c.tenant_id == self._tenant_id, t.stream.c.name.in_(wanted))
            .order_by(t.stream.c.name)
            .with_for_update()
        )
        for name, head, change_id in rows:
            self._heads[name] = _Head(head, change_id)

    def lock_free(self, names: Iterable[str]) -> set[str]:
        """Locks further streams out of their order, so without waiting; returns those that are held by
        another transaction, and not locked.
        """
        wanted = set(names) - self._heads.keys()
        if wanted:
            rows = self._connection.execute(
                select(t.stream.c.name, t.stream.c.head, t.stream.c.head_change_id)
                .where(t.stream.c.tenant_id == self._tenant_id, t.stream.c.name.in_(wanted))
                .with_for_update(skip_locked=True)
            )
            for name, head, change_id in rows:
                self._heads[name] = _Head(head, change_id)
        return wanted - self._heads.keys()

    def next_seq(self, stream: str) -> int:
        """The number of the next change of a locked stream."""
        return self._heads[stream].seq + 1

    def publish(
        self,
        stream: str,
        resource_type: str,
        resource_id: str,
        version: int,
        row: dict[str, Any] | None,
        operation_id: str | None,
    ) -> Effect:
        """Appends a change to a locked stream: a whole new row, or None for a deletion.

        Returns the effect for the operation's result.
        """
        head = self._heads[stream]
        head.seq += 1
        head.change_id = self._ids.new()
        head.grown = True
        change = CommittedChange(
            self._tenant_id,
            stream,
            head.seq,
            head.change_id,
            resource_type,
            resource_id,
            version,
            row,
            operation_id,
            self._now_ms,
        )
        self._unwritten.append(change)
        self.appended.append(change)
        return Effect(
            stream=stream, seq=head.seq, resource_type=resource_type, resource_id=resource_id, version=version
        )

    def write(self) -> None:
        """Writes the changes appended since the last write, and the new heads."""
        if not self._unwritten:
            return
        self._connection.execute(t.change.insert(), [_entry(change) for change in self._unwritten])
        self._connection.execute(
            _MOVE_HEAD,
            [
                {"of": self._tenant_id, "named": name, "head": head.seq, "head_change_id": head.change_id}
                for name, head in self._heads.items()
                if head.grown
            ],
        )
        self._unwritten = []


_MOVE_HEAD = (
    update(t.stream)
    .where(t.stream.c.tenant_id == bindparam("of"), t.stream.c.name == bindparam("named"))
    .values(head=bindparam("head"), head_change_id=bindparam("head_change_id"))
)


def _entry(change: CommittedChange) -> dict[str, Any]:
    return {
        "tenant_id": change.tenant_id,
        "stream": change.stream,
        "seq": change.seq,
        "change_id": change.change_id,
        "resource_type": change.resource_type,
        "resource_id": change.resource_id,
        "version": change.version,
        "row": change.row,
        "operation_id": change.operation_id,
        "at_ms": change.at_ms,
    }
