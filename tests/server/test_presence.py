"""Presence: within one process, over several with Redis, and when Redis or a process fails."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import socketio

from server_stub.presence.local import Beat, Ceilings, Full, LocalPresence, Presence, Present
from server_stub.presence.redis_client import connect_to
from server_stub.presence.shared import RedisPresence
from server_stub.realtime.bus import RedisBus
from tests.kit.operations import movement
from tests.kit.redis_server import Redis
from tests.kit.servers import ShopServer
from tests.kit.waiting import WAIT_S

pytestmark = pytest.mark.xdist_group("scale")

BEAT_S = 600.0
"""Nobody lapses while a test lasts."""
LAPSING_S = 0.05
BOB = Present("s1", "bob", "main")
BOB_TOO = Present("s2", "bob", None)
ALICE = Present("s3", "alice", "annex", device_id="till")


async def eventually(ask: Callable[[], Awaitable[Any]]) -> Any:
    async with asyncio.timeout(WAIT_S):
        while not (answer := await ask()):  # noqa: ASYNC110 - what time brings tells nobody
            await asyncio.sleep(0.01)
        return answer


@pytest.fixture
async def process(redis_url: str) -> AsyncIterator[Callable[..., RedisPresence]]:
    """Makes the presence of one process after the other."""
    made: list[RedisPresence] = []

    def make(beat_s: float = BEAT_S) -> RedisPresence:
        made.append(RedisPresence(connect_to(redis_url), beat_s))
        return made[-1]

    yield make
    for presence in made:
        await presence.close()


@pytest.fixture(params=["one process", "Redis"])
def presence(request: pytest.FixtureRequest) -> Presence:
    if request.param == "one process":
        return LocalPresence()
    made: Presence = request.getfixturevalue("process")()
    return made


async def test_a_users_first_and_last_socket_are_told_apart(presence: Presence) -> None:
    assert await presence.enter("demo", BOB)
    assert not await presence.enter("demo", BOB_TOO)
    assert await presence.enter("demo", ALICE)
    assert len(await presence.of("demo")) == 3
    assert not await presence.leave("demo", "s1")
    assert await presence.leave("demo", "s2")
    assert not await presence.leave("demo", "s2"), "it has left already"
    assert await presence.of("demo") == [ALICE]


async def test_tenants_know_nothing_of_each_other(presence: Presence) -> None:
    await presence.enter("demo", BOB)
    assert await presence.of("rival") == []
    assert await presence.enter("rival", BOB_TOO)
    assert await presence.leave("demo", "s1")
    assert len(await presence.of("rival")) == 1


async def test_what_waits_at_a_till_is_news_once(presence: Presence) -> None:
    await presence.enter("demo", ALICE)
    assert await presence.report("demo", "s3", 7)
    assert not await presence.report("demo", "s3", 7)
    assert not await presence.report("demo", "gone", 7)
    assert [each.pending for each in await presence.of("demo")] == [7]


async def test_processes_see_each_others_sockets(process: Callable[..., RedisPresence]) -> None:
    one, other = process(), process()
    assert await one.enter("demo", BOB)
    assert not await other.enter("demo", BOB_TOO)
    assert {each.sid for each in await one.of("demo")} == {"s1", "s2"}
    assert not await one.leave("demo", "s1")
    assert await other.leave("demo", "s2")


CEILINGS = Ceilings(per_tenant=6, per_bearer=2)


def sockets_of(sid: str, many: int) -> list[Present]:
    """A till's, at which one person after the other signs in."""
    return [Present(f"{sid}{number}", f"clerk{number}", "main", device_id="till") for number in range(many)]


@pytest.fixture(params=["one process", "Redis"])
def narrow(request: pytest.FixtureRequest, redis_url: str) -> Presence:
    if request.param == "one process":
        return LocalPresence(CEILINGS)
    return RedisPresence(connect_to(redis_url), BEAT_S, CEILINGS)


async def test_a_bearer_and_a_tenant_have_so_many_sockets(narrow: Presence) -> None:
    try:
        for present in sockets_of("t", 2):
            await narrow.enter("demo", present)
        (third,) = sockets_of("more", 1)
        with pytest.raises(Full, match="bearer"):
            await narrow.enter("demo", third)
        await narrow.enter("demo", sockets_of("t", 2)[1])  # who joins again needs no other place
        await narrow.enter("rival", third)
        for number in range(4):
            await narrow.enter("demo", Present(f"p{number}", f"person{number}", None))
        with pytest.raises(Full, match="tenant"):
            await narrow.enter("demo", BOB)
        assert len(await narrow.of("demo")) == 6
        assert not await narrow.leave("demo", BOB.sid), "who was refused is not there"
        await narrow.leave("demo", "t0")
        await narrow.enter("demo", third)
    finally:
        await narrow.close()


async def test_sockets_that_join_at_two_processes_at_once_count_each_other(redis_url: str) -> None:
    both = [RedisPresence(connect_to(redis_url), BEAT_S, CEILINGS) for _ in range(2)]
    entering = (both[number % 2].enter("demo", one) for number, one in enumerate(sockets_of("t", 20)))
    told = await asyncio.gather(*entering, return_exceptions=True)
    assert sorted(type(one).__name__ for one in told) == ["Full"] * 18 + ["bool"] * 2
    assert len(await both[0].of("demo")) == 2
    for presence in both:
        await presence.close()


async def test_a_join_asks_redis_once(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    redis = connect_to(redis_url)
    presence = RedisPresence(redis, BEAT_S, CEILINGS)
    await presence.enter("demo", BOB)  # the script is known from now on
    asked: list[Any] = []
    send: Any = redis.execute_command

    async def counted(*arguments: Any, **options: Any) -> Any:
        asked.append(arguments[0])
        return await send(*arguments, **options)

    monkeypatch.setattr(redis, "execute_command", counted)
    await presence.enter("demo", ALICE)
    assert asked == ["EVALSHA"]
    await presence.close()


async def test_one_process_says_who_vanished_with_a_dead_one(process: Callable[..., RedisPresence]) -> None:
    dead, one, other = process(LAPSING_S), process(), process()
    for each in (dead, one, other):
        await each.beat()
    for sid in ("x1", "x2"):
        await dead.enter("demo", Present(sid, "bob", "main"))
    await one.enter("demo", ALICE)
    await other.enter("demo", Present("s4", "ada", None))
    told: list[tuple[str, str]] = []

    async def both_beat() -> bool:
        for lives in (one, other):
            told.extend((tenant, vanished.user_id) for tenant, vanished in (await lives.beat()).vanished)
        return len(await one.of("demo")) == 2

    await eventually(both_beat)
    await both_beat()
    assert told == [("demo", "bob")]


async def test_whoever_is_still_elsewhere_did_not_vanish(process: Callable[..., RedisPresence]) -> None:
    dead, lives = process(LAPSING_S), process()
    for each in (dead, lives):
        await each.beat()
    await dead.enter("demo", BOB)
    await lives.enter("demo", BOB_TOO)
    told: list[Any] = []

    async def beat() -> bool:
        told.extend((await lives.beat()).vanished)
        return len(await lives.of("demo")) == 1

    await eventually(beat)
    assert told == []


async def test_a_process_taken_for_dead_says_who_came_back_with_it(
    process: Callable[..., RedisPresence],
) -> None:
    slow, lives = process(LAPSING_S), process()
    for each in (slow, lives):
        await each.beat()
    await slow.enter("demo", BOB)
    await slow.enter("demo", ALICE)
    await lives.enter("demo", Present("s4", "alice", "main"))

    async def vanished() -> list[tuple[str, Present]]:
        return (await lives.beat()).vanished

    assert await eventually(vanished) == [("demo", BOB)]
    assert (await slow.beat()).returned == [("demo", BOB)], "alice was at the other all the time"
    assert await slow.beat() == Beat()


async def test_a_redis_that_forgot_everything_is_told_again(
    process: Callable[..., RedisPresence], redis_server: Redis
) -> None:
    presence = process()
    await presence.beat()
    await presence.enter("demo", BOB)
    redis_server.forget()
    assert (await presence.beat()).vanished == []
    assert await process().of("demo") == [BOB]


async def test_without_redis_a_process_knows_its_own_and_recovers(
    process: Callable[..., RedisPresence], redis_server: Redis
) -> None:
    presence, other = process(), process()
    await presence.beat()
    await presence.enter("demo", BOB)
    redis_server.stop()
    try:
        assert await presence.enter("demo", ALICE)
        assert await presence.of("demo") == [BOB, ALICE]
        assert await presence.leave("demo", "s1")
        assert len(await presence.of("demo")) == 1
        assert await presence.beat() == Beat()
    finally:
        redis_server.start()
    await presence.beat()
    assert await other.of("demo") == [ALICE]


@pytest.fixture
async def two_shops(
    open_with: Callable[..., Any], redis_url: str
) -> AsyncIterator[tuple[ShopServer, ShopServer]]:
    """Two servers that are one: the same database, joined by Redis."""
    joined = {"redis_url": redis_url, "sync_state_pause_s": 0.02, "sync_state_s": 0.5}
    async with open_with(**joined) as one, open_with(**joined) as other:
        yield one, other


async def test_news_of_stock_and_people_reach_the_sockets_of_both_processes(
    two_shops: tuple[ShopServer, ShopServer],
) -> None:
    one, other = two_shops
    bob, alice = await one.sign_in("demo", "bob"), await other.sign_in("demo", "alice")
    witness = await other.join("demo", alice, locationId="main", features=["changes"])
    here, there = await one.join("demo", bob, locationId="main"), await other.join("demo", bob)
    await witness.hear("user-connected", lambda told: told["userId"] == "bob")
    await witness.hear("sync-state", lambda state: state["onlineUsers"] == 2)
    await bob.send(movement("p", 3))
    await witness.hear("changes", lambda told: told["changes"][0]["resourceId"] == "p")
    assert (await there.hear("inventory-updated"))["newQuantity"] == 3
    await here.hear("inventory-updated")
    await here.client.disconnect()
    await there.client.disconnect()
    await witness.hear("user-disconnected", lambda told: told["userId"] == "bob")
    connected = [told for told in witness.all_of("user-connected") if told["userId"] == "bob"]
    assert len(connected) == len(witness.all_of("user-disconnected")) == 1
    assert len(here.all_of("inventory-updated")) == 1


async def test_a_processes_replies_are_its_own_sockets_alone(
    two_shops: tuple[ShopServer, ShopServer],
) -> None:
    one, other = two_shops
    bob = await one.sign_in("demo", "bob")
    here, there = await one.join("demo", bob), await other.join("demo", bob)
    await here.hear("initial-sync")
    await there.hear("initial-sync")
    update = {"productId": "p", "locationId": "main", "newQuantity": 5}
    assert (await here.call("inventory-update", update))["success"]
    await here.hear("update-confirmed")
    await there.hear("inventory-updated")
    assert there.all_of("update-confirmed") == []
    assert [len(socket.all_of("initial-sync")) for socket in (here, there)] == [1, 1]


async def test_the_ceiling_of_a_tenant_is_that_of_all_processes(
    open_with: Callable[..., Any], redis_url: str
) -> None:
    full = {"redis_url": redis_url, "connections_per_tenant_max": 1}
    async with open_with(**full) as one, open_with(**full) as other:
        bob = await one.sign_in("demo", "bob")
        await one.join("demo", bob)
        socket = await other.connect()
        join = {"tenantId": "demo", "userId": "bob", "token": bob.access_token}
        assert (await socket.call("join-tenant", join))["error"]["code"] == "unavailable"


async def test_the_ceiling_of_a_person_and_of_a_till_is_that_of_all_processes(
    open_with: Callable[..., Any], redis_url: str
) -> None:
    narrow = {"redis_url": redis_url, "sockets_per_bearer_max": 2}
    async with open_with(**narrow) as one, open_with(**narrow) as other:
        bob, alice = await one.sign_in("demo", "bob"), await one.sign_in("demo", "alice")
        for person in (bob, await one.enroll(alice)):
            first, _second = await one.join("demo", person), await other.join("demo", person)
            for shop in (one, other):
                refused = await (await shop.connect()).join(person)
                assert refused["error"]["code"] == "unavailable"
            assert (await first.join(person))["success"], "who joins again needs no other place"
            await first.client.disconnect()
            async with asyncio.timeout(WAIT_S):
                while not (await (await other.connect()).join(person))["success"]:
                    pass
        await other.join("demo", alice)


async def test_sockets_go_on_without_redis_and_are_joined_again_with_it(
    two_shops: tuple[ShopServer, ShopServer], redis_server: Redis
) -> None:
    one, other = two_shops
    bob, alice = await one.sign_in("demo", "bob"), await other.sign_in("demo", "alice")
    here, there = await one.join("demo", bob, locationId="main"), await other.join("demo", alice)
    redis_server.stop()
    try:
        await bob.send(movement("p", 1))
        await here.hear("inventory-updated")
        assert (await here.call("ping"))["success"]
        late = await one.join("demo", bob, locationId="main")
        await late.hear("initial-sync")
    finally:
        redis_server.start()
    async with asyncio.timeout(WAIT_S):
        while not there.all_of("inventory-updated"):
            await bob.send(movement("q", 1))
            await asyncio.sleep(0.05)
    state = await there.hear("sync-state", lambda state: state["onlineUsers"] == 2)
    assert state["tenantId"] == "demo"


class Bus(RedisBus):
    """One process's bus, whose sockets are nobody."""

    def __init__(self, redis_url: str) -> None:
        super().__init__(connect_to(redis_url))
        self.heard: list[str] = []
        self.failed: list[str] = []
        self._failed = self.failed.append
        socketio.AsyncServer(async_mode="asgi", client_manager=self)
        self.initialize()

    async def _handle_emit(self, message: dict[str, Any]) -> None:
        self.heard.append(message["event"])


@pytest.fixture
async def two_buses(redis_url: str) -> AsyncIterator[tuple[Bus, Bus]]:
    one, other = Bus(redis_url), Bus(redis_url)
    await eventually(lambda: is_heard(one, other))
    yield one, other
    await one.close()
    await other.close()


class Line:
    """A way to Redis whose connections can die in silence: nothing comes through, and nobody hangs up."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._pumps: list[asyncio.Task[None]] = []
        self._ends: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> str:
        self._listening = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        return f"redis://127.0.0.1:{self._listening.sockets[0].getsockname()[1]}/0"

    async def __aexit__(self, *_error: object) -> None:
        self._listening.close()
        await self.fall_silent()
        for end in self._ends:
            end.close()

    async def fall_silent(self) -> None:
        """All connections that there are; new ones work."""
        silenced, self._pumps = self._pumps, []
        for pump in silenced:
            pump.cancel()
        await asyncio.gather(*silenced, return_exceptions=True)

    async def _carry(self, near_reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        far_reader, far = await asyncio.open_connection("127.0.0.1", self._port)
        self._ends += [near, far]
        for reader, writer in ((near_reader, far), (far_reader, near)):
            self._pumps.append(asyncio.create_task(self._pump(reader, writer)))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while some := await reader.read(65536):
            writer.write(some)


async def is_heard(teller: Bus, listener: Bus) -> bool:
    """Whether the other process has received the news of this one or an earlier one."""
    await teller.emit("news", {}, room="demo")
    return "news" in listener.heard


async def test_a_bus_whose_sender_fails_goes_on_sending(
    two_buses: tuple[Bus, Bus], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two_buses
    with monkeypatch.context() as broken:
        broken.setattr("redis.asyncio.Redis.pipeline", None)
        await one.emit("lost", {}, room="demo")

        async def has_failed() -> bool:
            return bool(one.failed)

        await eventually(has_failed)
    other.heard.clear()
    await eventually(lambda: is_heard(one, other))


async def test_a_connection_to_redis_that_died_in_silence_is_replaced(
    redis_server: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server_stub.realtime.bus._LISTEN_S", 0.1)
    line = Line(redis_server.port)
    async with line as line_url:
        teller, listener = Bus(redis_url), Bus(line_url)
        await eventually(lambda: is_heard(teller, listener))
        await line.fall_silent()
        listener.heard.clear()
        await eventually(lambda: is_heard(teller, listener))
        await teller.close()
        await listener.close()
