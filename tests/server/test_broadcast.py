"""A manager's notices: to everybody or to one place, once, and never another tenant's."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from sync_agent.contract.wire import format_time
from tests.kit.servers import ShopServer

NOTICE = {"type": "announcement", "data": {"message": "Closing early"}}


def told_until(sent: str) -> str:
    """A week after it was sent."""
    return format_time(datetime.fromisoformat(sent) + timedelta(days=7))


async def test_a_notice_reaches_everybody_of_the_tenant_and_nobody_else(shop: ShopServer) -> None:
    alice, bob = await shop.sign_in("demo", "alice"), await shop.sign_in("demo", "bob")
    mallory = await shop.sign_in("rival", "mallory")
    hearers = [
        await shop.join("demo", bob, locationId="main"),
        await shop.join("demo", bob, locationId="annex", features=["changes"]),
    ]
    stranger = await shop.join("rival", mallory)
    response = await alice.post("/realtime/broadcast", NOTICE)
    assert response.status_code == 200, response.text
    told = response.json()["data"]
    for hearer in hearers:
        notice = await hearer.hear("notice")
        until = told_until(told["timestamp"])
        assert notice == {**NOTICE, "sentBy": "alice", "until": until, **told}
    await mallory.post("/realtime/broadcast", {**NOTICE, "data": {"message": "ours"}})
    assert (await stranger.hear("notice"))["data"] == {"message": "ours"}


async def test_a_notice_of_a_place_is_heard_there(shop: ShopServer) -> None:
    alice = await shop.sign_in("demo", "alice")
    here = await shop.join("demo", alice, locationId="annex")
    elsewhere = await shop.join("demo", alice, locationId="main")
    await alice.post("/realtime/broadcast", {**NOTICE, "locationId": "annex"})
    assert (await here.hear("notice"))["locationId"] == "annex"
    await alice.post("/realtime/broadcast", {**NOTICE, "data": {"message": "all"}})
    await elsewhere.hear("notice", lambda notice: notice["data"] == {"message": "all"})
    assert len(elsewhere.all_of("notice")) == 1


async def test_the_same_event_id_is_sent_once_and_answered_alike(shop: ShopServer) -> None:
    alice = await shop.sign_in("demo", "alice")
    socket = await shop.join("demo", alice)
    answers = [
        (await alice.post("/realtime/broadcast", {**NOTICE, "eventId": event_id})).json()["data"]
        for event_id in ("e-1", "e-1", "e-2")
    ]
    assert answers[0] == answers[1]
    await socket.hear("notice", lambda notice: notice["eventId"] == "e-2")
    assert [notice["eventId"] for notice in socket.all_of("notice")] == ["e-1", "e-2"]
    assert shop.rows("SELECT resource_id, actor_id FROM audit_entry WHERE kind = 'broadcast'") == [
        ("e-1", "alice"),
        ("e-2", "alice"),
    ]


async def test_another_tenants_event_id_is_no_obstacle(shop: ShopServer) -> None:
    alice, mallory = await shop.sign_in("demo", "alice"), await shop.sign_in("rival", "mallory")
    socket = await shop.join("rival", mallory)
    for manager in (alice, mallory):
        await manager.post("/realtime/broadcast", {**NOTICE, "eventId": "e-1"})
    assert (await socket.hear("notice"))["sentBy"] == "mallory"


@pytest.mark.parametrize(
    ("who", "body", "status"),
    [
        ("bob", NOTICE, 403),
        ("alice", {**NOTICE, "locationId": "nowhere"}, 404),
        ("mallory", {**NOTICE, "locationId": "annex"}, 404),
        ("alice", {**NOTICE, "type": "gossip"}, 400),
        ("alice", {"type": "announcement"}, 400),
        ("alice", {**NOTICE, "data": {"message": "x" * 70_000}}, 413),
    ],
)
async def test_who_may_not_send_or_not_this_is_told(
    shop: ShopServer, who: str, body: dict[str, Any], status: int
) -> None:
    person = await shop.sign_in("rival" if who == "mallory" else "demo", who)
    assert (await person.post("/realtime/broadcast", body)).status_code == status
    assert shop.rows("SELECT * FROM audit_entry WHERE kind = 'broadcast'") == []
