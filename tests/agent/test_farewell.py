"""A till that is signed out: its credential ends at the server, at once or once that can be told."""

import asyncio
import threading
from pathlib import Path

import httpx
import pytest

from app.bootstrap import open_home
from sync_agent import credentials
from sync_agent.farewell import SignedOutTill, still_to_tell, tell_servers
from sync_agent.network.transport import NetworkTransport
from sync_agent.ports import SystemClock
from sync_agent.store.home import Home
from tests.kit.tills import WorldTill
from tests.kit.waiting import WAIT_S, until
from tests.kit.world import World


async def signed_out(till: WorldTill) -> Home:
    """The till's home, after the till was signed out of it and before anybody was told."""
    await till.stop()
    till.opened = till.opened.sign_out("2026-01-01")
    return till.opened.store.home


async def tell(home: Home) -> list[str]:
    def connect(url: str, insecure: bool) -> NetworkTransport:
        return NetworkTransport(url, insecure=insecure)

    left = await tell_servers(home, connect, SystemClock())
    return [till.device.name for till in left]


def ended(world: World) -> list[tuple[int]]:
    return world.query("SELECT revoked_ms IS NOT NULL FROM device ORDER BY enrolled_ms")


async def is_let_in(world: World, folder: Path) -> bool:
    stored = credentials.load(Home(folder))
    assert stored is not None
    async with httpx.AsyncClient(base_url=world.url, trust_env=False) as http:
        body = {"refreshToken": stored.device_token}
        return (await http.post("/api/v1/auth/refresh", json=body)).status_code == 200


async def test_a_till_that_is_signed_out_is_let_in_no_more(tmp_path: Path) -> None:
    async with World(tmp_path, tills=2) as world:
        till, other = world.tills
        await till.sell(till.product(), 1)
        await world.settle()
        home = await signed_out(till)
        (pending,) = still_to_tell(home)
        assert await is_let_in(world, pending.folder)
        assert await till.opened.tell_signed_out() == []
        assert ended(world) == [(1,), (0,)]
        assert not await is_let_in(world, pending.folder)
        assert still_to_tell(home) == []
        assert other.is_online()


async def test_without_a_connection_the_server_is_told_once_it_is_reached(tmp_path: Path) -> None:
    async with World(tmp_path) as world:
        (till,) = world.tills
        homes: list[Home] = []

        async def sign_out() -> None:
            home = await signed_out(till)
            homes.append(home)
            (left,) = await till.opened.tell_signed_out()
            device = left.device
            assert left.revoke_command == (
                f"evertill server revoke-device --tenant {device.tenant_id} --device {device.device_id}"
            )
            assert await tell(home) == [device.name]

        await world.restart_server(while_down=sign_out)
        assert ended(world) == [(0,)]
        # Set up again meanwhile, as another till: the former one is told of all the same.
        till.opened.store.close()
        await till.enroll()
        assert await tell(homes[0]) == []
        assert ended(world) == [(1,), (0,)]


async def test_a_till_that_was_ended_there_meanwhile_needs_no_telling(tmp_path: Path) -> None:
    async with World(tmp_path) as world:
        (till,) = world.tills
        home = await signed_out(till)
        async with httpx.AsyncClient(base_url=world.url, trust_env=False) as http:
            body = {"tenantId": "demo", "username": "alice", "password": "evertill-demo"}
            answer = (await http.post("/api/v1/auth/login", json=body)).json()["data"]
            headers = {"Authorization": f"Bearer {answer['accessToken']}"}
            (listed,) = (await http.get("/api/v1/devices", headers=headers)).json()["data"]["devices"]
            await http.post(f"/api/v1/devices/{listed['id']}/revoke", json={}, headers=headers)
        assert await tell(home) == []
        assert still_to_tell(home) == []


async def test_a_folder_that_cannot_be_read_holds_up_nobody(tmp_path: Path) -> None:
    async with World(tmp_path) as world:
        (till,) = world.tills
        home = await signed_out(till)
        broken = home.signed_out / "2025-01-01"
        broken.mkdir()
        (broken / "till.sqlite").write_bytes(b"no database")
        (broken / "secrets.bin").write_bytes(b"no secrets")
        (home.signed_out / "2025-02-02").mkdir()
        assert await tell(home) == []
        assert ended(world) == [(1,)]


@pytest.mark.parametrize("name", ["till", "another"])
def test_a_home_in_which_nobody_was_signed_out_tells_nobody(tmp_path: Path, name: str) -> None:
    opened = open_home(tmp_path / name)
    assert still_to_tell(opened.store.home) == []
    opened.store.close()


async def test_closing_does_not_wait_for_the_next_telling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A telling that ends before its cancellation ends the whole, not the pause after it alone."""
    async with World(tmp_path) as world:
        (till,) = world.tills
        await signed_out(till)
        begun, goes_on = threading.Event(), threading.Event()

        async def deaf(home: Home, *_rest: object) -> list[SignedOutTill]:
            begun.set()
            goes_on.wait(WAIT_S)  # holds its loop, so no cancellation reaches it
            return still_to_tell(home)

        monkeypatch.setattr("sync_agent.farewell.tell_servers", deaf)
        telling = asyncio.create_task(till.opened.keep_telling())
        await until(begun.is_set, "it tells")
        telling.cancel()
        goes_on.set()
        done, _ = await asyncio.wait({telling}, timeout=WAIT_S)
        assert done == {telling}
