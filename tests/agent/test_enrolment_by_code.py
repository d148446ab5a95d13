"""A till is enrolled by a code: once, whatever answer was lost, and to the shop that it was shown."""

import asyncio
import stat
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from app.bootstrap import OpenHome, open_home
from app.cli.main import EXIT_REFUSED, main
from server_stub.clock import SystemClock, TimeOrderedIds
from server_stub.services.people import enrolment_codes
from server_stub.store.database import Database
from sync_agent.contract import paths
from sync_agent.enrolment import AnotherShop, look_up, look_up_or_repeat
from sync_agent.enrolment_forms import CodeEnrolment
from sync_agent.errors import CodeRefused, TransientError
from sync_agent.network.transport import NetworkTransport
from tests.kit.homes import new_home
from tests.kit.links import Link
from tests.kit.world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with World(tmp_path, tills=0) as world:
        yield world


@pytest.fixture
async def link(world: World) -> AsyncIterator[Link]:
    link = Link(NetworkTransport(world.url))
    yield link
    await link.close()


async def code_of(world: World, place: str = "main") -> str:
    """As the server's command makes one."""

    def make() -> str:
        database = Database(world.settings.url, clock=SystemClock(), ids=TimeOrderedIds(), readers=1)
        try:
            made = partial(
                enrolment_codes.make, caller=None, location_id=place, new=enrolment_codes.new_code()
            )
            return database.transact("demo", made).code
        finally:
            database.close()

    return await asyncio.to_thread(make)


def a_home(world: World, name: str = "till") -> OpenHome:
    return open_home(new_home(world.path / name).path)


def form(world: World, code: str) -> CodeEnrolment:
    return CodeEnrolment(world.url, code, "Till 9")


def tills(world: World) -> int:
    ((number,),) = world.query("SELECT count(*) FROM device")
    return int(number)


async def test_a_till_enrolled_by_a_code_sells_and_sends(world: World, link: Link) -> None:
    code = await code_of(world, "annex")
    opened = a_home(world)
    offer = await look_up(link, code)
    assert offer.location is not None
    assert offer.location.id == "annex"
    opened = await opened.enroll_by_code(link, form(world, code))
    device = opened.till().device
    assert (device.tenant_id, device.location_id, device.name) == ("demo", "annex", "Till 9")
    token = await opened.agent(transport=link)._session.token()
    assert token
    assert not opened.store.home.enrolment_nonce.exists()
    opened.store.close()


async def test_a_lost_answer_is_asked_for_again_also_after_a_crash(world: World, link: Link) -> None:
    code = await code_of(world)
    opened = a_home(world)
    link.lose_next_answer(paths.CODE_ACCEPT)
    with pytest.raises(TransientError):
        await opened.enroll_by_code(link, form(world, code))
    assert not opened.is_enrolled
    nonce = opened.store.home.enrolment_nonce
    assert stat.S_IMODE(nonce.stat().st_mode) == 0o600
    opened.store.close()
    opened = open_home(world.path / "till")
    assert await look_up_or_repeat(opened.store, link, code) is None
    opened = await opened.enroll_by_code(link, form(world, code))
    assert opened.is_enrolled
    assert tills(world) == 1
    opened.store.close()


async def test_another_till_gets_nothing_of_a_used_code(world: World, link: Link) -> None:
    code = await code_of(world)
    first, second = a_home(world, "first"), a_home(world, "second")
    await first.enroll_by_code(link, form(world, code))
    with pytest.raises(CodeRefused):
        await second.enroll_by_code(link, form(world, code))
    assert tills(world) == 1
    assert not second.is_enrolled
    first.store.close()
    second.store.close()


async def test_a_till_of_one_place_does_not_follow_a_code_to_another(world: World, link: Link) -> None:
    opened = a_home(world)
    opened = await opened.enroll_by_code(link, form(world, await code_of(world)))
    elsewhere = await code_of(world, "annex")
    with pytest.raises(AnotherShop):
        await opened.enroll_by_code(link, form(world, elsewhere))
    assert tills(world) == 1
    again = await opened.enroll_by_code(link, form(world, await code_of(world)))
    assert world.query("SELECT count(*) FROM device WHERE former_id IS NOT NULL") == [(1,)]
    again.store.close()


async def test_the_command_takes_its_code_from_the_environment(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = await code_of(world)
    monkeypatch.setenv("EVERTILL_CODE", code)
    home = new_home(world.path / "till").path
    arguments = ["enroll", "--home", str(home), "--server", world.url, "--name", "Till 9", "--code"]
    assert await asyncio.to_thread(partial(main, arguments)) == 0
    said = capsys.readouterr()
    assert "A till of Marlow & Finch, " in said.out
    assert code not in said.out + said.err
    other = new_home(world.path / "other").path
    arguments[2] = str(other)
    assert await asyncio.to_thread(partial(main, arguments)) == EXIT_REFUSED


def test_without_a_code_the_command_needs_a_shop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = str(new_home(tmp_path / "till").path)
    assert main(["enroll", "--home", home, "--name", "Till", "--user", "alice"]) == EXIT_REFUSED
    assert "--tenant, --location: needed" in capsys.readouterr().err
