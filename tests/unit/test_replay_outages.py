"""Outages measured in sales, and the switch that cuts a till's link."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from app.replay.outages import BadOutages, LinkCut, Outage, SwitchedTransport, parse_outages
from sync_agent.ports import Channel, EventHandler

# --- the specification -------------------------------------------------------------------------------


def test_an_outage_is_for_every_till_or_for_one() -> None:
    assert parse_outages("cut:200-450, 2:cut:20-60", 4) == (Outage(None, 200, 450), Outage(2, 20, 60))
    assert parse_outages("", 4) == ()


def test_an_outage_covers_both_its_ends() -> None:
    outage = Outage(2, 20, 60)
    assert [outage.covers(2, number) for number in (19, 20, 60, 61)] == [False, True, True, False]
    assert not outage.covers(1, 30)
    assert Outage(None, 1, 1).covers(7, 1)


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ("cut", "is no outage"),
        ("cut:20", "is no outage"),
        ("cut:20-60,", "is no outage"),
        ("drop:20-60", "is no outage"),
        ("cut:-5-60", "is no outage"),
        ("5:cut:20-60", "names till 5; the tills are numbered from 1 to 4"),
        ("0:cut:20-60", "names till 0"),
        ("cut:60-20", "the first comes before the last"),
        ("cut:0-20", "numbered from 1"),
    ],
)
def test_a_bad_specification_is_refused_in_words(spec: str, why: str) -> None:
    with pytest.raises(BadOutages, match=why):
        parse_outages(spec, 4)


# --- the switch --------------------------------------------------------------------------------------


class SlowServer:
    """A transport whose answers come when the test lets them."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.asked = asyncio.Event()
        self.abandoned = 0
        self.answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.channel = QuietChannel()
        self.tell: EventHandler | None = None

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, str] | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> Any:
        self.requests.append(path)
        self.asked.set()
        try:
            return await asyncio.shield(self.answer)
        except asyncio.CancelledError:
            self.abandoned += 1
            raise

    async def open_channel(self, token: str, on_event: EventHandler) -> Channel:
        self.tell = on_event
        return self.channel

    async def close(self) -> None:
        return None


class QuietChannel:
    def __init__(self) -> None:
        self.is_closed = False

    async def call(self, event: str, payload: object, *, timeout_s: float) -> Any:
        return event

    async def closed(self) -> str:
        forever: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        return await forever

    async def close(self) -> None:
        self.is_closed = True


async def test_a_whole_link_passes_everything_on() -> None:
    server = SlowServer()
    server.answer.set_result("done")
    link = SwitchedTransport(server)
    assert await link.request("GET", "/here") == "done"
    channel = await link.open_channel("token", ignore)
    assert await channel.call("ping", None, timeout_s=1) == "ping"
    await channel.close()
    assert server.channel.is_closed


async def test_nothing_reaches_the_server_while_the_link_is_cut_and_all_does_afterwards() -> None:
    server = SlowServer()
    server.answer.set_result("done")
    link = SwitchedTransport(server)
    link.cut()
    assert link.is_cut
    with pytest.raises(LinkCut):
        await link.request("POST", "/lost")
    with pytest.raises(LinkCut):
        await link.open_channel("token", ignore)
    assert server.requests == []
    assert server.tell is None
    link.restore()
    assert await link.request("POST", "/found") == "done"


async def test_a_request_under_way_loses_its_answer() -> None:
    server = SlowServer()
    link = SwitchedTransport(server)
    asking = asyncio.create_task(link.request("POST", "/queue"))
    await server.asked.wait()
    link.cut()
    with pytest.raises(LinkCut):
        await asking
    assert server.abandoned == 1


async def test_an_open_channel_ends_and_stays_dead_when_the_link_is_back() -> None:
    server = SlowServer()
    link = SwitchedTransport(server)
    heard: list[str] = []

    async def hear(name: str, _payload: Any) -> None:
        heard.append(name)

    channel = await link.open_channel("token", hear)
    assert server.tell is not None
    await server.tell("before", None)
    ending = asyncio.create_task(channel.closed())
    link.cut()
    assert await ending == "the link is cut"
    link.restore()
    await server.tell("after", None)
    assert heard == ["before"]
    with pytest.raises(LinkCut):
        await channel.call("ping", None, timeout_s=1)


async def ignore(_name: str, _payload: Any) -> None:
    return None
