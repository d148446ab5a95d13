"""Connections at a real server: who sleeps, stalls, trickles or does not read costs others nothing.

Peers come from addresses of loopback: 127.0.0.2 is another client than 127.0.0.1.
"""

import asyncio
import resource
import socket as socket_of_the_system
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
import socketio
import websockets

from server_stub.middleware.connections import allow_files_for
from server_stub.settings import Settings
from tests.kit.certificates import certificate_for
from tests.kit.clients import Person
from tests.kit.operations import operation
from tests.kit.servers import UNHURRIED, ShopServer
from tests.kit.waiting import WAIT_S

SLEEPERS = "127.0.0.66"
POLLING = "/socket.io/?EIO=4&transport=polling"


def port_of(shop: ShopServer) -> int:
    return int(shop.url.rpartition(":")[2])


Peer = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def peers(
    shop: ShopServer, many: int, said: bytes = b"", address: str = SLEEPERS
) -> AsyncIterator[list[Peer]]:
    """Connections of one address that say this and then nothing."""
    opened: list[Peer] = []
    try:
        for _ in range(many):
            peer = await asyncio.open_connection("127.0.0.1", port_of(shop), local_addr=(address, 0))
            peer[1].write(said)
            opened.append(peer)
        yield opened
    finally:
        for _reader, writer in opened:
            writer.transport.abort()


async def is_cut(peer: Peer) -> bool:
    try:
        return await asyncio.wait_for(peer[0].read(), WAIT_S) == b""
    except ConnectionError:
        return True


async def is_answered(shop: ShopServer, address: str) -> bool:
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(shop), local_addr=(address, 0))
    try:
        writer.write(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return b" 200 " in await asyncio.wait_for(reader.read(), WAIT_S)
    finally:
        writer.close()


@pytest.fixture
def many_files() -> Iterator[None]:
    """Both ends of each connection are in this process."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4000
    if before[0] < wanted:
        if before[1] != resource.RLIM_INFINITY and before[1] < wanted:
            pytest.skip("this system allows too few open files")
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


# --- who sleeps --------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("many_files")
@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET /livez HTTP/1.1\r\nHost: x\r\n",
        b"POST /api/v1/auth/login HTTP/1.1\r\nContent-Length: 99\r\n\r\n{",
    ],
    ids=["nothing", "half a head", "half a body"],
)
async def test_with_shipped_defaults_sleepers_keep_out_neither_others_nor_their_own_address(
    shop: ShopServer, said: bytes
) -> None:
    most = Settings(home=Path()).connections_per_address_max
    async with peers(shop, most + 20, said) as sleeping:
        assert await is_cut(sleeping[0])
        assert await is_answered(shop, "127.0.0.1")
        assert await is_answered(shop, SLEEPERS)
        bob = await shop.sign_in("demo", "bob")
        assert (await (await shop.join("demo", bob)).call("ping"))["success"]


@pytest.mark.usefixtures("many_files")
async def test_a_shop_of_a_hundred_tills_behind_one_address_fits_in_shipped_defaults(
    shop: ShopServer,
) -> None:
    alice = await shop.sign_in("demo", "alice")
    tills = [await shop.enroll(alice, f"Till {number}") for number in range(100)]
    sockets = [await shop.join("demo", till) for till in tills]

    async def work(till: Person) -> None:
        answers = await asyncio.gather(*(till.post("/realtime/ping", {}) for _ in range(3)))
        assert {answer.status_code for answer in answers} == {200}

    # Sleepers of the same address, as a till that has gone mad might open them.
    async with peers(shop, 450, address="127.0.0.1"):
        await asyncio.gather(*(work(till) for till in tills))
        assert all([(await socket.call("ping"))["success"] for socket in sockets])


async def test_a_full_server_closes_the_oldest_sleeper_of_all_for_a_newcomer(
    open_with: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server_stub.middleware.connections._BESIDE_SOCKETS", 1)
    async with (
        open_with(connections_max=3) as shop,
        peers(shop, 2, address="127.0.0.2") as first,
        peers(shop, 2, address="127.0.0.3") as second,
    ):
        assert await is_answered(shop, "127.0.0.4")
        assert await is_cut(first[0])
        assert not second[1][0].at_eof()


async def test_joined_sockets_are_never_closed_for_sleepers(
    open_with: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server_stub.middleware.connections._BESIDE_SOCKETS", 1)
    async with open_with(connections_max=2) as shop:
        bob = await shop.sign_in("demo", "bob")
        socket = await shop.join("demo", bob)
        async with peers(shop, 10) as sleeping:
            assert await is_cut(sleeping[0])
            assert (await socket.call("ping"))["success"]


# --- sockets that never join -------------------------------------------------------------------------------


@asynccontextmanager
async def unjoined(
    shop: ShopServer, many: int, *, opens: bool
) -> AsyncIterator[list[websockets.ClientConnection]]:
    url = shop.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    opened: list[websockets.ClientConnection] = []
    try:
        for _ in range(many):
            raw = await websockets.connect(url, proxy=None, ping_interval=None)
            await raw.recv()
            if opens:
                await raw.send("40")
                await raw.recv()
            opened.append(raw)
        yield opened
    finally:
        for raw in opened:
            raw.transport.abort()


@pytest.mark.parametrize("opens", [False, True], ids=["silent", "opened"])
@pytest.mark.parametrize("limit", ["connections_per_address_max", "connections_max"])
async def test_sockets_that_never_join_make_room_for_one_that_does(
    open_with: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, opens: bool, limit: str
) -> None:
    monkeypatch.setattr("server_stub.realtime.places._UNOPENED_MAX", 0)
    async with open_with(**{limit: 6}) as shop:
        bob = await shop.sign_in("demo", "bob")
        first = await shop.join("demo", bob)
        async with unjoined(shop, 8, opens=opens) as strangers:
            joined = await shop.join("demo", bob)
            async with asyncio.timeout(WAIT_S):
                await strangers[0].wait_closed()
            assert (await joined.call("ping"))["success"]
            assert (await first.call("ping"))["success"]


async def test_long_polling_holds_no_more_sockets_than_an_address_may_have(
    open_with: Callable[..., Any],
) -> None:
    async with open_with(connections_per_address_max=6) as shop:
        sids = [orjson.loads((await shop.http.get(POLLING)).content[1:])["sid"] for _ in range(10)]
        alive = [(await shop.http.post(f"{POLLING}&sid={sid}", content=b"3")).status_code for sid in sids]
        assert alive == [400] * 4 + [200] * 6
        bob = await shop.sign_in("demo", "bob")
        assert (await (await shop.join("demo", bob)).call("ping"))["success"]


async def test_an_address_full_of_joined_sockets_is_told_so_and_another_gets_in(
    open_with: Callable[..., Any],
) -> None:
    async with open_with(connections_per_address_max=2, trusted_proxies=("127.0.0.1",)) as shop:
        bob, alice = await shop.sign_in("demo", "bob"), await shop.sign_in("demo", "alice")

        async def join_from(address: str, person: Person) -> Any:
            socket = await shop.connect(headers={"X-Forwarded-For": address})
            assert (await socket.join(person))["success"]
            return socket

        for _ in range(2):
            await join_from("203.0.113.1", bob)
        with pytest.raises(socketio.exceptions.ConnectionError):
            await shop.connect(headers={"X-Forwarded-For": "203.0.113.1"})
        answer = await shop.http.get("/livez", headers={"X-Forwarded-For": "203.0.113.1"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "rate_limited")
        assert int(answer.headers["Retry-After"]) >= 1
        await join_from("203.0.113.2", alice)
        assert (await shop.http.get("/livez")).status_code == 200, "the proxy's own requests are its own"


async def test_one_person_and_one_till_hold_so_many_sockets_and_others_theirs(
    open_with: Callable[..., Any],
) -> None:
    async with open_with(sockets_per_bearer_max=2) as shop:
        bob, alice = await shop.sign_in("demo", "bob"), await shop.sign_in("demo", "alice")
        till = await shop.enroll(alice)
        for person in (bob, till):
            sockets = [await shop.join("demo", person) for _ in range(2)]
            refused = await (await shop.connect()).join(person)
            assert refused["error"]["code"] == "unavailable"
            assert refused["error"]["retryAfterMs"] > 0
            assert (await sockets[0].join(person))["success"], "who joins again needs no other place"
            await sockets[0].client.disconnect()
            async with asyncio.timeout(WAIT_S):
                while not (await (await shop.connect()).join(person))["success"]:
                    pass
        await shop.join("demo", alice)


# --- who stalls and who does not read ----------------------------------------------------------------------


async def test_a_body_that_trickles_ends(open_with: Callable[..., Any]) -> None:
    head = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n"
    async with open_with(body_pause_s=0.1, body_within_s=0.4) as shop, peers(shop, 1, head) as [peer]:

        async def trickle() -> None:
            while True:
                peer[1].write(b" " * 2048)
                await asyncio.sleep(0.05)

        trickling = asyncio.create_task(trickle())
        assert await is_cut(peer)
        trickling.cancel()


class Deaf(asyncio.Protocol):
    def __init__(self) -> None:
        self.is_lost = asyncio.Event()

    def connection_lost(self, _exc: Exception | None) -> None:
        self.is_lost.set()


@asynccontextmanager
async def deaf_peer(shop: ShopServer, said: bytes) -> AsyncIterator[None]:
    """A connection that reads nothing, with little room for what it does not read."""
    raw = socket_of_the_system.socket()
    raw.setsockopt(socket_of_the_system.SOL_SOCKET, socket_of_the_system.SO_RCVBUF, 4096)
    raw.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(raw, ("127.0.0.1", port_of(shop)))
    transport, protocol = await loop.create_connection(Deaf, sock=raw)
    transport.pause_reading()
    transport.write(said)
    yield
    transport.abort()
    await protocol.is_lost.wait()


async def closes(shop: ShopServer, reason: str) -> None:
    wanted = f'evertill_connections_cut_total{{reason="{reason}"}}'
    async with asyncio.timeout(WAIT_S):
        while True:
            figures = (await shop.metrics()).text
            if any(line.startswith(wanted) and not line.endswith(" 0.0") for line in figures.splitlines()):
                return


async def test_who_does_not_read_an_answer_is_cut_off(open_with: Callable[..., Any]) -> None:
    async with open_with(unread_s=1.0, rate_limits=UNHURRIED) as shop:
        bob, alice = await shop.sign_in("demo", "bob"), await shop.sign_in("demo", "alice")
        name = {"name": "x" * 190}
        await alice.send(
            *(operation("product", name, operation="create", resourceId=f"p{n}") for n in range(200))
        )
        asked = (
            f"GET /api/v1/realtime/changes?stream=tenant-demo&after=0 HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: Bearer {bob.access_token}\r\n\r\n"
        ).encode()
        # Pipelined: more than the system holds for a reader who does not read.
        async with deaf_peer(shop, asked * 200):
            await closes(shop, "not_reading")


async def test_who_does_not_read_a_sockets_messages_is_cut_off_though_it_answers_each_ping(
    open_with: Callable[..., Any],
) -> None:
    async with open_with(unread_s=1.0, ping_interval_s=1.0) as shop:
        bob = await shop.sign_in("demo", "bob")
        url = shop.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
        raw = await websockets.connect(url, proxy=None, ping_interval=None, max_queue=1)
        await raw.send("40")
        join = {"tenantId": "demo", "userId": "bob", "token": bob.access_token}
        await raw.send("420" + orjson.dumps(["join-tenant", join]).decode())
        raw.transport.pause_reading()

        async def ask_and_pong() -> None:
            while True:
                # It never reads, and says that it is there all the same.
                await raw.send("3")
                await raw.send("421" + orjson.dumps(["sync-offline-queue", [{}] * 500]).decode())
                await asyncio.sleep(0.05)

        asking = asyncio.create_task(ask_and_pong())
        try:
            await closes(shop, "not_reading")
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            raw.transport.abort()


async def test_a_tls_handshake_that_stalls_counts_for_its_address_and_ends(
    open_with: Callable[..., Any], tmp_path: Path
) -> None:
    certificate, key = certificate_for("127.0.0.1", tmp_path)
    trust = ssl.create_default_context(cafile=str(certificate))
    tls = {"tls_cert": certificate, "tls_key": key, "head_within_s": 1.0}
    async with open_with(connections_per_address_max=4, **tls) as shop:
        for said in (b"", b"\x16\x03\x01\x02\x00\x01"):
            async with peers(shop, 5, said) as stalled:
                assert await is_cut(stalled[0]), "closed for the fifth"
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", port_of(shop), local_addr=(SLEEPERS, 0), ssl=trust
                )
                writer.write(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                assert b" 200 " in await asyncio.wait_for(reader.read(), WAIT_S)
                writer.close()
                assert await is_cut(stalled[-1]), "after its time"


def test_the_server_allows_itself_the_files_that_its_limits_need(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (1024, before[1]))
        allow_files_for(Settings(home=tmp_path, connections_max=1000))
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 1000 + 1000 + 64
        allow_files_for(Settings(home=tmp_path, connections_max=100))
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 1000 + 1000 + 64
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
