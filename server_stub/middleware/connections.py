"""Every open connection of this process: whose it is, what it has shown, and which one is closed for another.

A connection counts from its acceptance on, before its TLS handshake, for the address of its peer; that of a
trusted proxy counts for the client of its current request. Where there is no room, those go first that have
shown least, and of these the oldest: an honest client asks within a round trip, and who only sleeps is
closed for it. Nobody who is being served with a token is closed for a newcomer.
"""

import asyncio
import sys
from collections.abc import Callable, Iterable
from enum import IntEnum
from ipaddress import ip_address, ip_network
from typing import Literal, Protocol

from server_stub.addresses import address_key, proxy_networks
from server_stub.errors import Refusal
from server_stub.settings import Settings
from sync_agent.contract.codes import ErrorCode

_RETRY_MS = 5000
_BESIDE_SOCKETS = 1000
"""Connections allowed besides sockets: requests, and sockets that are being opened."""
_OTHER_FILES = 64
"""File descriptors for everything else: databases, logs, libraries."""

CutReason = Literal["server_full", "address_full", "not_reading"]
CUT_REASONS: tuple[CutReason, ...] = ("server_full", "address_full", "not_reading")

STATE_KEY = "connection"
"""The connection's name in the `state` of an ASGI scope."""


class Shown(IntEnum):
    """What a connection has shown, the least first."""

    NOTHING = 0
    """No request: a TLS handshake, a head that is not complete, or silence."""
    REQUEST = 1
    """A request without a valid token, or a socket that has not joined."""
    TOKEN = 2
    """It was served with a token, and waits for its next request."""
    WORK = 3
    """It is being served with a token, or its socket has joined."""


class Wire(Protocol):
    """What is used of a transport."""

    def abort(self) -> None: ...

    def get_write_buffer_size(self) -> int: ...


class Connection:
    """One connection in the table; its methods say what becomes of it."""

    __slots__ = ("_table", "address", "bearer", "is_open", "is_proxied", "shown", "turn", "unread", "wire")

    def __init__(self, table: "ConnectionTable", wire: Wire, address: str, *, is_proxied: bool) -> None:
        self._table = table
        self.wire = wire
        self.address: str | None = None if is_proxied else address
        """The address that it counts for; None between the requests of a proxy."""
        self.is_proxied = is_proxied
        self.is_open = True
        self.shown = Shown.NOTHING
        self.turn = 0
        """Rises with each connection that showed something: the order within what was shown."""
        self.bearer: tuple[str, ...] | None = None
        self.unread: _Unread | None = None

    def asked(self) -> None:
        """The head of a request is complete."""
        self._table.shows(self, max(self.shown, Shown.REQUEST))

    def counts_for(self, address: str) -> None:
        """The client behind a proxy, until `served_for`. Raises Refusal where its address has no room."""
        if self.is_proxied and not self._table.attribute(self, address_key(address)):
            raise Refusal(
                ErrorCode.RATE_LIMITED, "too many connections of this address", retry_after_ms=_RETRY_MS
            )

    def served_for(self) -> None:
        if self.is_proxied:
            self._table.release_address(self)

    def works_for(self, *bearer: str) -> None:
        """The request has a valid token. Raises Refusal where its bearer has too many requests at once."""
        if not self._table.work(self, bearer):
            raise Refusal(ErrorCode.RATE_LIMITED, "too many requests at once", retry_after_ms=_RETRY_MS)

    def joined(self) -> None:
        """Its socket has joined; sockets are counted for their bearers by `realtime`."""
        self._table.shows(self, Shown.WORK)

    def rests(self) -> None:
        """The request is answered, or the socket has left its tenant."""
        self._table.rest(self)

    def closed(self) -> None:
        self._table.remove(self)


class _Unread:
    """A peer that has not read all that was sent to it."""

    __slots__ = ("bytes", "progress_s", "since_s")

    def __init__(self, waiting: int, now_s: float) -> None:
        self.bytes = waiting
        self.since_s = self.progress_s = now_s


class ConnectionTable:
    """The connections of one process. Used on the event loop alone."""

    def __init__(
        self,
        *,
        open_max: int,
        per_address_max: int,
        per_bearer_max: int,
        unread_s: float,
        unread_total_s: float,
        proxies: Iterable[str] = (),
        cut: Callable[[CutReason], None] = lambda _reason: None,
    ) -> None:
        """`unread_s`: how long a peer may read nothing of what waits for it, `unread_total_s` how long it
        may take to read all. `proxies`: networks whose requests count for their clients.
        """
        self.open_max = open_max
        self._per_address_max = per_address_max
        self._per_bearer_max = per_bearer_max
        self._unread_s = unread_s
        self._unread_total_s = unread_total_s
        self._proxies = [ip_network(network) for network in proxies]
        self._cut = cut
        self._turn = 0
        self._by_shown: dict[Shown, dict[Connection, None]] = {shown: {} for shown in Shown}
        self._by_address: dict[str, dict[Connection, None]] = {}
        self._by_bearer: dict[tuple[str, ...], int] = {}

    def __len__(self) -> int:
        return sum(len(connections) for connections in self._by_shown.values())

    def count(self, shown: Shown) -> int:
        return len(self._by_shown[shown])

    def open(self, transport: asyncio.Transport) -> Connection | None:
        """The accepted connection; None if there is no room for it."""
        peer = transport.get_extra_info("peername")
        host = str(peer[0]) if isinstance(peer, tuple) else ""
        return self.admit(transport, host)

    def admit(self, wire: Wire, host: str) -> Connection | None:
        connection = Connection(self, wire, address_key(host), is_proxied=self._is_proxy(host))
        if connection.address is not None and not self._has_room_for(connection.address):
            self._cut("address_full")
            return None
        if len(self) >= self.open_max and not self._make_room():
            self._cut("server_full")
            return None
        self.shows(connection, Shown.NOTHING)
        if connection.address is not None:
            self._by_address.setdefault(connection.address, {})[connection] = None
        return connection

    def shows(self, connection: Connection, shown: Shown) -> None:
        if not connection.is_open:
            return
        self._by_shown[connection.shown].pop(connection, None)
        self._turn += 1
        connection.shown, connection.turn = shown, self._turn
        self._by_shown[shown][connection] = None

    def attribute(self, connection: Connection, address: str) -> bool:
        if connection.is_open and connection.address != address:
            self.release_address(connection)
            if not self._has_room_for(address):
                self._cut("address_full")
                return False
            connection.address = address
            self._by_address.setdefault(address, {})[connection] = None
        return True

    def release_address(self, connection: Connection) -> None:
        address, connection.address = connection.address, None
        if address is not None:
            held = self._by_address[address]
            held.pop(connection, None)
            if not held:
                del self._by_address[address]

    def work(self, connection: Connection, bearer: tuple[str, ...]) -> bool:
        if connection.is_open and connection.bearer is None:
            at_once = self._by_bearer.get(bearer, 0)
            if at_once >= self._per_bearer_max:
                return False
            self._by_bearer[bearer] = at_once + 1
            connection.bearer = bearer
        self.shows(connection, Shown.WORK)
        return True

    def rest(self, connection: Connection) -> None:
        self._release_bearer(connection)
        if connection.shown is Shown.WORK:
            self.shows(connection, Shown.TOKEN)

    def remove(self, connection: Connection) -> None:
        connection.is_open = False
        self._by_shown[connection.shown].pop(connection, None)
        self.release_address(connection)
        self._release_bearer(connection)

    def cut_who_does_not_read(self, now_s: float) -> None:
        """Closes connections whose peers do not read what waits for them. Called every second or so: from
        one call to the next a peer that reads has taken something.
        """
        for connections in self._by_shown.values():
            for connection in list(connections):
                waiting = connection.wire.get_write_buffer_size()
                if waiting == 0:
                    connection.unread = None
                elif connection.unread is None:
                    connection.unread = _Unread(waiting, now_s)
                elif self._is_too_slow(connection.unread, waiting, now_s):
                    self._close(connection, "not_reading")

    def _is_too_slow(self, unread: _Unread, waiting: int, now_s: float) -> bool:
        if waiting < unread.bytes:
            unread.progress_s = now_s
        unread.bytes = waiting
        return now_s - unread.progress_s >= self._unread_s or now_s - unread.since_s >= self._unread_total_s

    def _has_room_for(self, address: str) -> bool:
        """Whether one more of this address has room, after closing its least if need be."""
        held = self._by_address.get(address, {})
        if len(held) < self._per_address_max:
            return True
        least = min(held, key=lambda connection: (connection.shown, connection.turn))
        if least.shown is Shown.WORK:
            return False
        self._close(least, "address_full")
        return True

    def _make_room(self) -> bool:
        for shown in (Shown.NOTHING, Shown.REQUEST, Shown.TOKEN):
            for connection in self._by_shown[shown]:
                self._close(connection, "server_full")
                return True
        return False

    def _close(self, connection: Connection, reason: CutReason) -> None:
        self.remove(connection)
        self._cut(reason)
        connection.wire.abort()

    def _release_bearer(self, connection: Connection) -> None:
        bearer, connection.bearer = connection.bearer, None
        if bearer is not None:
            self._by_bearer[bearer] -= 1
            if not self._by_bearer[bearer]:
                del self._by_bearer[bearer]

    def _is_proxy(self, host: str) -> bool:
        if not self._proxies:
            return False
        try:
            address = ip_address(host.partition("%")[0])
        except ValueError:
            return False
        return any(address in network for network in self._proxies)


def table_of(settings: Settings, cut: Callable[[CutReason], None]) -> ConnectionTable:
    return ConnectionTable(
        open_max=min(settings.connections_max + _BESIDE_SOCKETS, files_max() - _OTHER_FILES),
        per_address_max=settings.connections_per_address_max,
        per_bearer_max=settings.requests_per_bearer_max,
        unread_s=settings.unread_s,
        unread_total_s=settings.unread_total_s,
        proxies=proxy_networks(settings.trusted_proxies),
        cut=cut,
    )


def files_max() -> int:
    """The process's limit of open files."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return sys.maxsize
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft


def allow_files_for(settings: Settings) -> None:
    """Raises the process's limit of open files to what the settings need, as far as the system lets it: a
    common default of 1024 would leave room for a tenth of the sockets.
    """
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    needed = settings.connections_max + _BESIDE_SOCKETS + _OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
