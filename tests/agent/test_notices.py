"""A manager's notice at the tills, also at those that were offline, until it is read, and who read it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.services import notices
from app.services.notices import NoticeLine
from sync_agent.contract.events import Notice
from sync_agent.errors import ProtocolError
from sync_agent.ports import Priority
from sync_agent.server_events import HANDLERS, Handled, Listener, handle
from sync_agent.settings import AgentSettings
from tests.kit.demo import PASSWORD, TENANT
from tests.kit.tills import WorldTill
from tests.kit.waiting import until
from tests.kit.world import World


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[World]:
    """A shop whose tills report all the time."""
    async with World(tmp_path, tills=2, agent_settings=AgentSettings(heartbeat_s=0.05)) as world:
        yield world


async def ask(shop: World, method: str, path: str, body: Any = None) -> Any:
    async with httpx.AsyncClient(base_url=shop.url, trust_env=False) as http:
        login = {"tenantId": TENANT, "username": "alice", "password": PASSWORD}
        signed_in = (await http.post("/api/v1/auth/login", json=login)).json()["data"]
        headers = {"Authorization": f"Bearer {signed_in['accessToken']}"}
        answer = await http.request(method, f"/api/v1{path}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]


async def announce(shop: World, words: str) -> None:
    await ask(shop, "POST", "/realtime/broadcast", {"type": "announcement", "data": {"message": words}})


def listener_of(till: WorldTill) -> Listener:
    """What the handlers of this till's connection work with."""
    assert till.agent is not None
    return Listener(till.opened.store, till.till.device, till.agent._session, till.agent._puller)


def unread(till: WorldTill) -> list[NoticeLine]:
    return notices.unread(till.till)


async def test_a_notice_reaches_a_till_that_is_there_and_one_that_was_away(shop: World) -> None:
    here, away = shop.tills
    await away.stop()
    await announce(shop, "Closing at <b>four</b>")
    await until(lambda: unread(here), "it is there")
    [line] = unread(here)
    assert (line.words, line.sender, line.is_read) == ("Closing at <b>four</b>", "Alice Marlow", False)
    assert unread(away) == []
    away.start()
    await until(lambda: unread(away), "it has come there, too")
    assert [line.words for line in unread(away)] == ["Closing at <b>four</b>"]


async def test_who_has_read_it_is_reported_and_it_does_not_come_back(shop: World) -> None:
    here, other = shop.tills
    await announce(shop, "Closing at four")
    await until(lambda: unread(here) and unread(other), "both have it")
    await notices.mark_read(here.till, unread(here)[0], here.clerk("bob"))
    assert unread(here) == []

    async def readers() -> list[dict[str, Any]]:
        [notice] = (await ask(shop, "GET", "/notices"))["notices"]
        read_by: list[dict[str, Any]] = notice["readBy"]
        return read_by

    while not await readers():
        await until(lambda: "network-status" in here.link.calls, "it has reported")
        here.link.calls.clear()
    [reader] = await readers()
    assert (reader["personId"], reader["deviceId"]) == (here.clerk("bob").id, here.till.device.device_id)
    await here.restart()
    await shop.settle()
    assert unread(here) == []
    assert [line.is_read for line in notices.listed(here.till)] == [True]
    assert [line.is_read for line in notices.listed(other.till)] == [False], (
        "each till shows it until read there"
    )


async def test_a_fresh_copy_of_the_stream_keeps_what_was_read_read(shop: World) -> None:
    here, _ = shop.tills
    await announce(shop, "Closing at four")
    await until(lambda: unread(here), "it is there")
    await notices.mark_read(here.till, unread(here)[0], here.clerk())
    await announce(shop, "Open again")
    await until(lambda: unread(here), "the other is there")
    await here.stop()
    stream = f"tenant-{TENANT}"
    await here.opened.store.write(
        lambda tx: tx.connection.exec_driver_sql("DELETE FROM cursor WHERE stream = ?", (stream,)),
        Priority.AGENT,
    )
    here.start()
    await shop.settle()
    assert [line.words for line in unread(here)] == ["Open again"]
    assert sorted(line.words for line in notices.listed(here.till)) == ["Closing at four", "Open again"]


async def test_a_notice_without_an_end_is_of_an_older_server_and_stored_as_it_came(shop: World) -> None:
    here, _ = shop.tills
    row = HANDLERS["notice"]
    assert isinstance(row, Handled)
    listener = listener_of(here)
    old = {
        "type": "announcement",
        "data": {"message": "Closing at four"},
        "timestamp": "2026-03-14T09:15:00Z",
    }
    new = {**old, "data": {"message": "Otherwise"}, "until": "2026-03-21T09:15:00Z"}
    await row.handler(listener, [Notice.model_validate(old), Notice.model_validate(new)])
    [line] = unread(here)
    assert (line.words, line.needs_a_name) == ("Closing at four", False)
    await notices.mark_read(here.till, line, None)
    assert unread(here) == []


async def test_a_notice_that_cannot_be_read_is_passed_over_and_changes_that_cannot_are_not(
    shop: World,
) -> None:
    here, _ = shop.tills
    listener = listener_of(here)
    good = {"type": "announcement", "data": {"message": "Closing"}, "timestamp": "2026-03-14T09:15:00Z"}
    assert await handle(listener, "notice", [{"data": 7}, good]) is None
    assert [line.words for line in unread(here)] == ["Closing"]
    with pytest.raises(ProtocolError):
        await handle(listener, "changes", [{"stream": 7}])
    assert await handle(listener, "an-event-of-a-newer-server", [{}]) is None
