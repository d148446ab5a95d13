"""The bundled server's services without a network: what rest/ and realtime/ do, and no more.

It runs on a real SQLite file, dies at any commit, comes back on the same file or on an older copy of it, and
reports every commit's changes to its listeners.
"""

import asyncio
import random
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import event

from server_stub.cli import administration
from server_stub.errors import Refusal
from server_stub.operations.handlers import HANDLERS
from server_stub.operations.queue import OperationQueue
from server_stub.services.people import accounts, devices, till_credentials
from server_stub.services.people.caller import Caller
from server_stub.services.streams import receipts, retention, sync
from server_stub.services.streams.digest import Digests
from server_stub.services.streams.snapshot import snapshot
from server_stub.services.visibility import Audience, visible_row
from server_stub.store.changes import CommittedChange
from server_stub.store.database import Commit, Database
from sync_agent.contract import events, paths
from sync_agent.contract.codes import Envelope, ErrorCode
from sync_agent.contract.identity import RefreshRequest
from sync_agent.contract.operations import QueueResults
from sync_agent.contract.streams import ChangesEvent, Cursor, JoinedStreams, location_stream, tenant_stream
from sync_agent.contract.tolerance import TOLERANT
from sync_agent.contract.wire import from_ms
from tests.simulation.loop import VirtualLoop
from tests.simulation.ports import Died, SimClock, SimIds

_TILLS = Audience(is_till=True, is_tolerant=True)
TOKEN_S = 900.0
SNAPSHOT_ROWS = 7
OPERATIONS_PER_COMMIT = 5
SIGNING_SECRET = b"the secret of a simulated server"


class ServerGone(Exception):
    """Nothing listens at the port, or the server died before it answered."""


class SimServer:
    """`on_changes` hears each commit, as (tenant, changes); `failing` decides which uploads end in a bug."""

    def __init__(
        self,
        loop: VirtualLoop,
        path: Path,
        chance: random.Random,
        trace: Callable[..., None],
    ) -> None:
        self._loop = loop
        self.path = path
        self._chance = chance
        self._trace = trace
        self.clock = SimClock(loop)
        self._ids = SimIds(loop, chance)
        self._tokens: dict[str, tuple[Caller, float]] = {}
        self._sockets: list[Socket] = []
        self._asking: dict[asyncio.Task[Any], None] = {}
        """In the order in which they came: a set of tasks has none that a seed could replay."""
        self.database: Database | None = None
        self._digests = Digests()
        self._dies_in: tuple[str, int] | None = None
        self.on_commit: list[Callable[[Commit], None]] = []
        self.fails_on: Callable[[list[Any]], bool] = lambda _items: False
        self.deaths = 0
        self.start()

    # --- life ----------------------------------------------------------------------------------------

    @property
    def is_up(self) -> bool:
        return self.database is not None

    def start(self) -> None:
        database = Database(f"sqlite:///{self.path}", clock=self.clock, ids=self._ids, readers=1)
        for engine in database.engines:
            event.listen(engine, "connect", _without_waiting_for_the_disk)
        event.listen(database.engines[0], "commit", lambda _connection: self._maybe_die("before"))
        database.on_commit(self._committed)
        self.database = database
        self._digests = Digests()
        self._trace("server", "up")

    def die(self) -> None:
        """As kill -9 does: everything in progress ends at once."""
        database = self.database
        if database is None:
            return
        self.deaths += 1
        self.database, self._dies_in = None, None
        self._loop.kill_threads_of(database._writer, database._readers)
        for task in tuple(self._asking):
            task.cancel()
        for socket in self._sockets:
            socket.end("the server has died")
        self._sockets.clear()
        # Tokens are signed, so they outlive the process; sockets do not.
        self._loop.call_soon(database.close)
        self._trace("server", "dies")

    def die_at_commit(self, when: str, commits: int) -> None:
        """`when` is "before" (rolled back) or "after" (committed, but not published)."""
        self._dies_in = (when, commits)

    def _maybe_die(self, when: str) -> None:
        if self._dies_in is None or self._dies_in[0] != when:
            return
        left = self._dies_in[1] - 1
        self._dies_in = (when, left)
        if left <= 0:
            self._dies_in = None
            self._loop.call_soon(self.die)
            raise Died

    def copy(self, to: Path) -> None:
        """A backup, as of now."""
        with closing(sqlite3.connect(self.path)) as source, closing(sqlite3.connect(to)) as target:
            source.backup(target)

    def restore(self, copy: Path) -> None:
        assert not self.is_up, "a backup is restored while the server is down"
        for left in self.path.parent.glob(f"{self.path.name}*"):
            left.unlink()
        shutil.copy(copy, self.path)
        self._trace("server", "restored")

    async def new_epoch(self, tenant_id: str) -> None:
        assert self.database is not None
        await self.database.write(tenant_id, administration.new_epoch)

    async def prune(self, tenant_id: str, older_than_ms: int) -> int:
        assert self.database is not None
        pruned = 0
        for stream in await self.database.read(tenant_id, partial(retention._streams, tenant_id=tenant_id)):
            before_ms = self.clock.now_ms() - older_than_ms
            work = partial(retention.prune_changes, stream=stream, before_ms=before_ms, rows_max=1000)
            pruned += await self.database.write(tenant_id, work)
        return pruned

    def expire_tokens(self) -> None:
        self._tokens = {token: (caller, 0.0) for token, (caller, _) in self._tokens.items()}

    # --- HTTP ----------------------------------------------------------------------------------------

    async def answer(
        self, method: str, path: str, body: Any, query: Mapping[str, str], token: str | None
    ) -> dict[str, Any]:
        """One exchange, as the envelope. Raises ServerGone if the server dies during it."""
        door = self._doors.get((method, path))
        assert door is not None, f"the agent asked for {method} {path}"
        return await self._in_an_envelope(lambda: door(self, body, query, token))

    async def _in_an_envelope(self, ask: Callable[[], Awaitable[Any]]) -> dict[str, Any]:
        if not self.is_up:
            raise ServerGone("nobody listens")
        task = asyncio.ensure_future(ask())
        self._asking[task] = None
        try:
            return Envelope(success=True, data=await task).model_dump(mode="json", exclude_none=True)
        except Refusal as refusal:
            return Envelope(success=False, error=refusal.body("sim")).model_dump(
                mode="json", by_alias=True, exclude_none=True
            )
        except (Died, asyncio.CancelledError) as error:
            asking = asyncio.current_task()
            if isinstance(error, asyncio.CancelledError) and asking is not None and asking.cancelling():
                raise  # it is the one who asked that is gone, or waits no longer
            raise ServerGone("it died before the answer") from error
        finally:
            self._asking.pop(task, None)
            task.cancel()

    async def _live(self, _body: Any, _query: Mapping[str, str], _token: str | None) -> Any:
        return {"live": True}

    async def _refresh(self, body: Any, _query: Mapping[str, str], _token: str | None) -> Any:
        """A till's credential for its successor, and a token."""
        asked, database = RefreshRequest.model_validate(body), self.database
        assert database is not None
        tenant_id, held = accounts.tenant_of_token(asked.refresh_token), asked.refresh_token
        await database.read(
            tenant_id,
            partial(accounts.must_know_token, tenant_id=tenant_id, token=held, secret=SIGNING_SECRET),
        )
        exchanged = await database.write(
            tenant_id,
            partial(
                till_credentials.exchange,
                token=held,
                secret=SIGNING_SECRET,
                nonce=asked.nonce,
                rotates=TOLERANT in (asked.features or ()),
                address="192.0.2.1",
            ),
        )
        if isinstance(exchanged, till_credentials.IsCopy):
            self._trace("server", "saw a copy")
            raise devices.cloned()
        token = f"access-{self._ids.new()}"
        caller = exchanged.caller.with_features(asked.features or ())
        self._tokens[token] = (caller, self._loop.time() + TOKEN_S)
        return {"accessToken": token, "refreshToken": exchanged.successor, "expiresIn": int(TOKEN_S)}

    def _caller(self, token: str | None) -> Caller:
        caller, good_until_s = self._tokens.get(token or "", (None, 0.0))
        if caller is None:
            raise Refusal(ErrorCode.UNAUTHORIZED, "a token is needed")
        if self._loop.time() >= good_until_s:
            raise Refusal(ErrorCode.TOKEN_EXPIRED, "the token has run out")
        return caller

    async def _take(self, body: Any, _query: Mapping[str, str], token: str | None) -> Any:
        results = await self._process(self._caller(token), body["items"])
        return results.to_wire()

    async def _process(self, caller: Caller, items: list[Any]) -> QueueResults:
        if self.fails_on(items):
            raise Refusal(ErrorCode.INTERNAL, "something went wrong here")
        assert self.database is not None
        return QueueResults(
            results=await OperationQueue(self.database, HANDLERS, OPERATIONS_PER_COMMIT).process(
                caller, items
            )
        )

    async def _changes(self, _body: Any, query: Mapping[str, str], token: str | None) -> Any:
        caller, cursor = (
            self._caller(token),
            Cursor(seq=int(query["after"]), change_id=query.get("changeId", "")),
        )
        page = await self._read(
            caller,
            partial(
                sync.changes_after,
                caller=caller,
                stream=query["stream"],
                cursor=cursor,
                limit=int(query["limit"]),
            ),
        )
        return page.to_wire()

    async def _snapshot(self, _body: Any, query: Mapping[str, str], token: str | None) -> Any:
        caller = self._caller(token)
        page = await self._read(
            caller,
            partial(
                snapshot,
                caller=caller,
                stream=query["stream"],
                page_token=query.get("pageToken"),
                rows_max=SNAPSHOT_ROWS,
            ),
        )
        return page.to_wire()

    async def _digest(self, _body: Any, query: Mapping[str, str], token: str | None) -> Any:
        caller = self._caller(token)
        digest = await self._read(
            caller, lambda connection: self._digests.of(connection, caller, query["stream"])
        )
        return digest.to_wire()

    async def _receipts(self, _body: Any, query: Mapping[str, str], token: str | None) -> Any:
        caller = self._caller(token)
        assert self.database is not None
        page = await self._read(
            caller,
            partial(
                receipts.page,
                caller=caller,
                location_id=query["locationId"],
                page_token=query.get("pageToken"),
                now_ms=self.database.clock.now_ms(),
            ),
        )
        return page.to_wire()

    async def _read(self, caller: Caller, question: Callable[..., Any]) -> Any:
        assert self.database is not None
        return await self.database.read(caller.tenant_id, question)

    _doors: Mapping[tuple[str, str], Callable[..., Awaitable[Any]]] = {
        ("GET", paths.LIVE): _live,
        ("POST", paths.REFRESH): _refresh,
        ("POST", paths.QUEUE): _take,
        ("GET", paths.CHANGES): _changes,
        ("GET", paths.SNAPSHOT): _snapshot,
        ("GET", paths.DIGEST): _digest,
        ("GET", paths.RECEIPTS): _receipts,
    }

    # --- the live socket -----------------------------------------------------------------------------

    def connect(self, token: str, deliver: Callable[[str, Any], None]) -> "Socket":
        if not self.is_up:
            raise ServerGone("nobody listens")
        self._caller(token)
        socket = Socket(self, deliver)
        self._sockets.append(socket)
        return socket

    async def hear(self, socket: "Socket", name: str, payload: Any) -> dict[str, Any]:
        """One event of a client; its acknowledgement."""
        return await self._in_an_envelope(lambda: self._heard(socket, name, payload))

    async def _heard(self, socket: "Socket", name: str, payload: Any) -> Any:
        if name == events.JOIN_TENANT:
            caller = self._caller(payload["token"])
            socket.caller = caller
            streams = caller.streams()
            heads = await self._read(caller, partial(sync.heads, tenant_id=caller.tenant_id, streams=streams))
            return JoinedStreams(streams=heads, server_time=from_ms(self.clock.now_ms())).to_wire()
        if socket.caller is None:
            raise Refusal(ErrorCode.UNAUTHORIZED, "join first")
        if name == events.SYNC_OFFLINE_QUEUE:
            results = await self._process(socket.caller, payload)
            return results.to_wire()["results"]
        assert name == events.NETWORK_STATUS, name
        socket.pending = payload["pending"]
        return None

    def drop(self, socket: "Socket") -> None:
        if socket in self._sockets:
            self._sockets.remove(socket)

    def end_sessions(self) -> None:
        """As signing out does: every socket gets `session-ended` and is closed."""
        for socket in tuple(self._sockets):
            socket.deliver(events.SESSION_ENDED, {"reason": "signed_out"})

    def _committed(self, commit: Commit) -> None:
        for listener in self.on_commit:
            listener(commit)
        by_stream: dict[tuple[str, str], list[CommittedChange]] = {}
        for change in commit.changes:
            by_stream.setdefault((change.tenant_id, change.stream), []).append(change)
        for (tenant_id, stream), changes in by_stream.items():
            self._tell(tenant_id, stream, changes)
        self._maybe_die("after")

    def _tell(self, tenant_id: str, stream: str, changes: list[CommittedChange]) -> None:
        told = [
            change.to_change().model_copy(
                update={"row": visible_row(change.resource_type, change.row, _TILLS)}
            )
            for change in changes
        ]
        event_ = ChangesEvent(
            stream=stream, from_seq=told[0].seq, to_seq=told[-1].seq, changes=told
        ).to_wire()
        for socket in self._sockets:
            caller = socket.caller
            if caller is not None and caller.tenant_id == tenant_id and stream in caller.streams():
                socket.deliver(events.CHANGES, event_)


class Socket:
    """A client's socket, as the server holds it."""

    def __init__(self, server: SimServer, deliver: Callable[[str, Any], None]) -> None:
        self.server = server
        self.deliver = deliver
        self.caller: Caller | None = None
        self.pending = 0
        self.ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def end(self, why: str) -> None:
        if not self.ended.done():
            self.ended.set_result(why)
        self.server.drop(self)


def _without_waiting_for_the_disk(connection: Any, _record: object) -> None:
    # Crashes are simulated between statements, not between sectors.
    connection.execute("PRAGMA synchronous = OFF")


def streams_of(caller: Caller) -> tuple[str, str]:
    return tenant_stream(caller.tenant_id), location_stream(caller.tenant_id, caller.locations[0])
