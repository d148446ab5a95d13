"""Streams: changes numbered without gaps, cursors that follow them, and snapshots that start a cursor."""

import hashlib
from typing import Any

from pydantic import Field

from sync_agent.contract.tolerance import Features
from sync_agent.contract.wire import Id, Sequence, UtcTime, Version, Wire, WireInt


def tenant_stream(tenant_id: str) -> str:
    """The stream of what all locations share (products, users, locations), and the name of its room."""
    return f"tenant-{tenant_id}"


def location_stream(tenant_id: str, location_id: str) -> str:
    """The stream of one location's stock, movements, sales and conflicts, and the name of its room."""
    return f"tenant-{tenant_id}-location-{location_id}"


class Cursor(Wire):
    """How far a till has followed one stream. `change_id` is "" at number 0."""

    seq: Sequence
    change_id: str = ""


class StreamHead(Wire):
    """A stream's head. A new epoch means that its numbers may have been used before."""

    head: Sequence
    change_id: str = ""
    epoch: str


class Change(Wire):
    """One numbered change of a stream: the whole new row, or None for a tombstone."""

    seq: Sequence
    change_id: str
    resource_type: str
    resource_id: str
    version: Version
    row: dict[str, Any] | None = None
    operation_id: str | None = None
    at: UtcTime


class ChangesEvent(Wire):
    """The changes `from_seq` to `to_seq` of one stream, sent together."""

    stream: str
    from_seq: Sequence = Field(alias="from")
    to_seq: Sequence = Field(alias="to")
    changes: list[Change]


class ChangesPage(Wire):
    """The answer to GET …/changes: what follows a cursor, oldest first."""

    changes: list[Change]
    head: Sequence
    epoch: str


class SnapshotPage(Wire):
    """One page of a stream's current rows, as columns and rows rather than objects (they parse faster).

    `seq` and `change_id` are the cursor to follow the stream from: taken before the first page, and the same
    on every page. Pages are read without a lock; a row may be newer than `seq`, never older.
    """

    stream: str
    seq: Sequence
    change_id: str
    epoch: str
    resource_type: str
    columns: list[str]
    rows: list[list[Any]]
    next_page_token: str | None = None
    rows_total: WireInt


class ResourceDigest(Wire):
    """`count` rows, and the sum of their digests modulo 2^128 in 32 hex digits; independent of
    their order.
    """

    count: Sequence
    digest: str


class StreamDigest(Wire):
    """The answer to GET …/digest. Comparable with a till's own only at an equal `seq`."""

    stream: str
    seq: Sequence
    change_id: str = ""
    epoch: str
    resources: dict[str, ResourceDigest]


def row_digest(resource_id: str, version: int, quantity: int | None = None) -> int:
    """A row's summand in its resource type's digest: 128 bits of SHA-256 over "id:version".

    A stock level's is over "id:version:quantity". Only open conflicts and oversold entries count; deleted
    products do not.
    """
    text = f"{resource_id}:{version}" if quantity is None else f"{resource_id}:{version}:{quantity}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")


def written_digest(total: int) -> str:
    """A sum of row digests in wire form."""
    return f"{total % 2**128:032x}"


class JoinedStreams(Wire):
    """The acknowledgement of `join-tenant`."""

    streams: dict[str, StreamHead]
    server_time: UtcTime
    forms: tuple[WireInt, ...] | None = None
    """As in the answer to a refresh."""
    shift_operations: WireInt | None = None
    """The most numbers that a shift's manifest may have; None means 20,000."""
    takes: tuple[str, ...] | None = None
    """The resource types whose operations this server takes; None: those of release 0.1.0."""


class JoinTenant(Wire):
    tenant_id: Id
    user_id: Id
    token: str
    location_id: Id | None = None
    device_id: Id | None = None
    protocol: WireInt | None = None
    cursors: dict[str, Cursor] | None = None
    features: Features = ()
