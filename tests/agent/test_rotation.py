"""A till's credential on its disk: whatever is lost or interrupted, one holds, and none is a copy."""

import asyncio
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sync_agent import credentials, private_files
from sync_agent.credentials import Credentials
from sync_agent.errors import AuthError, TransientError
from sync_agent.network.session import Session
from sync_agent.network.transport import NetworkTransport
from sync_agent.ports import SystemClock
from sync_agent.store.home import Home
from tests.kit.servers import ShopServer
from tests.kit.world import World


class _Dies(BaseException):
    """The process dies here."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "till")


async def enrolled(shop: ShopServer, home: Home) -> None:
    till = await shop.enroll(await shop.sign_in("demo", "alice"))
    credentials.save(home, Credentials(till.answer["deviceToken"], "pepper"))


class Way(NetworkTransport):
    """A link that dies before a request is sent, or after it was answered."""

    dies: str = ""

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
        if self.dies == "before the request":
            raise _Dies
        answer = await super().request(
            method, path, body=body, query=query, token=token, request_id=request_id
        )
        if self.dies == "after the answer":
            raise _Dies
        if self.dies == "the answer is lost":
            raise TransientError("nobody answered")
        return answer


async def life(shop: ShopServer, home: Home, *, exchanges: int = 2, dies: str = "") -> Session:
    """From the start of the program: load the credentials, exchange them some times, and perhaps die in the
    last of them.
    """
    stored = credentials.load(home)
    assert stored is not None
    way = Way(shop.url)
    session = Session(way, stored, SystemClock(), rotate=partial(credentials.rotate, home))
    try:
        for left in reversed(range(exchanges)):
            way.dies = "" if left else dies
            session.forget()
            await session.token()
    finally:
        await way.close()
    return session


def on_disk(home: Home) -> Credentials:
    stored = credentials.load(home)
    assert stored is not None
    return stored


async def test_each_exchange_leaves_the_next_credential_and_its_predecessor(
    shop: ShopServer, home: Home
) -> None:
    await enrolled(shop, home)
    first = on_disk(home)
    await life(shop, home, exchanges=1)
    second = on_disk(home)
    assert second.former_token == first.device_token
    assert second.device_token not in first.tokens
    assert second.pin_pepper == "pepper"
    await life(shop, home, exchanges=1)
    assert on_disk(home).former_token == second.device_token


STEPS = ("before the request", "after the answer", "the answer is lost")
WRITES = ("draft", "renamed", "read back")


@pytest.mark.parametrize("step", [*STEPS, *WRITES])
@pytest.mark.parametrize("exchanges", [1, 2, 3])
async def test_a_crash_at_any_point_locks_no_till_out(
    shop: ShopServer, home: Home, monkeypatch: pytest.MonkeyPatch, step: str, exchanges: int
) -> None:
    await enrolled(shop, home)
    if step in STEPS:
        with pytest.raises((_Dies, TransientError)):
            await life(shop, home, exchanges=exchanges, dies=step)
    else:
        await life(shop, home, exchanges=exchanges)
        with monkeypatch.context() as patch:
            _die_while_writing(patch, step)
            with pytest.raises(_Dies):
                await life(shop, home, exchanges=1)
    for _ in range(3):
        await life(shop, home, exchanges=3)
    assert shop.rows("SELECT cloned_ms, revoked_ms FROM device") == [(None, None)]


def _die_while_writing(patch: pytest.MonkeyPatch, step: str) -> None:
    def die(*_: object, **__: object) -> None:
        raise _Dies

    real = Path.replace

    def rename_and_die(path: Path, target: Path) -> None:
        real(path, target)
        raise _Dies

    match step:
        case "draft":
            patch.setattr(Path, "replace", die)
        case "renamed":
            patch.setattr(Path, "replace", rename_and_die)
        case _:
            patch.setattr(private_files, "_flush_folder", die)


async def test_a_full_disk_costs_the_next_credential_alone(
    shop: ShopServer, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    await enrolled(shop, home)
    await life(shop, home)
    before = on_disk(home)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(private_files, "write", full)
        await life(shop, home, exchanges=4)
    assert on_disk(home) == before
    await life(shop, home, exchanges=2)
    assert shop.rows("SELECT cloned_ms FROM device") == [(None,)]


async def test_questions_at_once_get_one_credential(shop: ShopServer, home: Home) -> None:
    await enrolled(shop, home)
    way = Way(shop.url)
    session = Session(way, on_disk(home), SystemClock(), rotate=partial(credentials.rotate, home))
    for _ in range(3):
        tokens = await asyncio.gather(*(session.token() for _ in range(8)))
        assert len(set(tokens)) == 1
        session.forget()
    await way.close()
    await life(shop, home)
    assert shop.rows("SELECT generation, cloned_ms FROM device") == [(4, None)]


async def test_a_till_that_is_enrolled_again_keeps_its_new_credential(shop: ShopServer, home: Home) -> None:
    await enrolled(shop, home)
    before = on_disk(home)
    await enrolled(shop, home)
    after = on_disk(home)
    way = Way(shop.url)
    late = Session(way, before, SystemClock(), rotate=partial(credentials.rotate, home))
    await late.token()
    await way.close()
    assert on_disk(home) == after


async def test_where_the_newest_is_not_known_the_predecessor_is_tried(shop: ShopServer, home: Home) -> None:
    await enrolled(shop, home)
    held = on_disk(home)
    credentials.save(home, replace(held, device_token="evd_demo_lost", former_token=held.device_token))
    await life(shop, home, exchanges=3)
    assert "evd_demo_lost" not in on_disk(home).tokens
    credentials.save(home, replace(held, device_token="evd_demo_lost", former_token="evd_demo_too"))
    with pytest.raises(AuthError):
        await life(shop, home)


async def test_a_copied_folder_shows_though_both_go_on_in_step(shop: ShopServer, home: Home) -> None:
    await enrolled(shop, home)
    await life(shop, home)
    copy = Home(home.path.with_name("copy"))
    shutil.copytree(home.path, copy.path, dirs_exist_ok=True)
    await life(shop, home, exchanges=1)
    await life(shop, copy, exchanges=1)
    await life(shop, home, exchanges=1)
    with pytest.raises(AuthError) as refused:
        await life(shop, copy, exchanges=1)
    assert refused.value.code == "device_cloned"
    assert shop.rows("SELECT count(*) FROM device WHERE cloned_ms IS NOT NULL") == [(1,)]


@pytest.mark.skipif(os.name == "nt", reason="there is no kill -9")
async def test_a_killed_till_is_let_in_again_each_time(
    shop: ShopServer, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    await enrolled(shop, home)
    for exchanges in (1, 2, 3, 5, 8):
        till = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.agent.rotating_till", str(home.path), shop.url),
            stdout=asyncio.subprocess.PIPE,
        )
        assert till.stdout is not None
        for _ in range(exchanges):
            assert await till.stdout.readline() == b"exchanged\n"
        till.kill()
        await till.wait()
    await life(shop, home)
    assert shop.rows("SELECT cloned_ms FROM device") == [(None,)]


async def test_a_till_of_the_world_goes_on_through_restarts_with_credentials_that_rotate(
    tmp_path: Path,
) -> None:
    async with World(tmp_path) as world:
        (till,) = world.tills
        mug = till.product()
        sales = []
        for _ in range(3):
            sales.append(await till.sell(mug, 1))
            await world.settle()
            await till.restart()
        sales.append(await till.sell(mug, 1))
        await world.settle()
        world.assert_converged()
        world.assert_each_sale_once(sales)
        ((generation, cloned_ms),) = world.query("SELECT generation, cloned_ms FROM device")
        assert generation >= 3
        assert cloned_ms is None
