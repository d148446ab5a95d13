"""A server restored from an older backup gets back what it lost, from the tills, and only once."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from server_stub.cli.main import main as server_command
from sync_agent.contract import paths
from sync_agent.events import Attention, AttentionCode, ConnectionState
from sync_agent.store import notices
from tests.kit.demo import TENANT
from tests.kit.waiting import until
from tests.kit.world import World

pytestmark = pytest.mark.usefixtures("logs_stay_as_they_are")


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[World]:
    async with World(tmp_path, tills=2) as world:
        yield world


def backup(shop: World, to: Path) -> Path:
    with (
        closing(sqlite3.connect(shop.settings.home / "server.sqlite3")) as source,
        closing(sqlite3.connect(to)) as target,
    ):
        source.backup(target)
    return to


def restored(shop: World, copy: Path, *, new_epoch: bool) -> Callable[[], Awaitable[None]]:
    async def restore() -> None:
        for left in shop.settings.home.glob("server.sqlite3*"):
            left.unlink()
        shutil.copy(copy, shop.settings.home / "server.sqlite3")
        if new_epoch:
            home = str(shop.settings.home)
            command = ["new-epoch", "--home", home, "--tenant", TENANT]
            assert await asyncio.to_thread(server_command, command) == 0

    return restore


@pytest.mark.parametrize("new_epoch", [True, False])
async def test_sales_that_the_backup_does_not_have_are_sent_again(
    shop: World, tmp_path: Path, new_epoch: bool
) -> None:
    first, second = shop.tills
    mug, cup = first.product(0), first.product(1)
    kept = [await first.sell(mug), await second.sell(mug)]
    await shop.settle()
    copy = backup(shop, tmp_path / "backup.sqlite3")
    lost = [await first.sell(mug, 2), await second.sell(cup, 3)]
    await first.count(cup, 40)
    await shop.settle()
    lost.append(await second.sell(cup, 1))
    await shop.settle()
    expected = shop.server_levels()
    await shop.restart_server(while_down=restored(shop, copy, new_epoch=new_epoch))
    waiting = await first.sell(mug)
    await shop.settle()
    shop.assert_each_sale_once([*kept, *lost, waiting])
    shop.assert_converged()
    assert shop.server_levels() == expected | {mug.id: expected[mug.id] - 1}
    assert any(
        event.code is AttentionCode.SERVER_RESTORED for event in first.events if isinstance(event, Attention)
    )
    with first.opened.store.reading() as connection:
        assert [one.kind for one in notices.unread(connection)] == [notices.SERVER_RESTORED]


async def test_a_server_whose_numbers_have_gone_on_is_noticed_all_the_same(
    shop: World, tmp_path: Path
) -> None:
    """Another till writes under the numbers that were used before, while this one is away."""
    first, second = shop.tills
    mug, cup = first.product(0), first.product(1)
    await shop.settle()
    copy = backup(shop, tmp_path / "backup.sqlite3")
    lost = [await first.sell(mug) for _ in range(3)]
    await shop.settle()
    await first.link.cut()
    await shop.restart_server(while_down=restored(shop, copy, new_epoch=False))
    others = [await second.sell(cup) for _ in range(8)]
    await until(lambda: second.waiting() == 0, "the other till has sent everything")
    first.link.restore()
    await shop.settle()
    shop.assert_each_sale_once([*lost, *others])
    shop.assert_converged()


async def test_the_till_shows_its_own_figures_all_the_while(shop: World, tmp_path: Path) -> None:
    first, _ = shop.tills
    mug = first.product()
    copy = backup(shop, tmp_path / "backup.sqlite3")
    await first.sell(mug, 5)
    await shop.settle()
    shown = first.on_hand(mug)
    seen: set[int] = set()
    stop = first.opened.store.listen(lambda _changed: seen.add(first.on_hand(mug)))
    await shop.restart_server(while_down=restored(shop, copy, new_epoch=True))
    await shop.settle()
    stop()
    assert seen == {shown}


async def test_a_till_that_dies_while_it_offers_again_goes_on_afterwards(shop: World, tmp_path: Path) -> None:
    first, _ = shop.tills
    mug = first.product()
    copy = backup(shop, tmp_path / "backup.sqlite3")
    lost = [await first.sell(mug) for _ in range(5)]
    await shop.settle()
    first.link.lose_next_answer(paths.QUEUE)
    await shop.restart_server(while_down=restored(shop, copy, new_epoch=True))
    await until(lambda: first.link.lost_answers > 0, "something was offered again, and unanswered")
    await first.restart()
    await shop.settle()
    shop.assert_each_sale_once(lost)
    shop.assert_converged()


async def test_what_the_restored_server_fails_on_holds_up_neither_the_rest_nor_the_copy(
    shop: World, tmp_path: Path
) -> None:
    first, _ = shop.tills
    mug = first.product()
    copy = backup(shop, tmp_path / "backup.sqlite3")
    lost = [await first.sell(mug) for _ in range(6)]
    await shop.settle()
    poison = lost[2].id
    first.link.poison.add(poison)
    await shop.restart_server(while_down=restored(shop, copy, new_epoch=True))
    await shop.online()
    assert set(first.statuses()) - {poison} == {sale.id for sale in lost if sale.id != poison}
    assert first.statuses()[poison] == "pending", "it goes the ordinary way of what a server fails on"
    first.link.poison.clear()
    await shop.settle()
    shop.assert_each_sale_once(lost)
    shop.assert_converged()


async def test_what_was_sent_and_the_server_fails_on_does_not_keep_a_copy_away(
    shop: World, tmp_path: Path
) -> None:
    """A snapshot is swapped in once what was sent is answered; that the server fails on it is an answer."""
    first, _ = shop.tills
    mug = first.product()
    copy = backup(shop, tmp_path / "backup.sqlite3")
    sales = [await first.sell(mug)]
    await shop.settle()
    first.link.poison.add(poison := (await first.sell(mug)).id)
    sales += [await first.sell(mug) for _ in range(3)]
    await until(lambda: first.waiting() == 1, "only what the server fails on waits")
    await shop.restart_server(while_down=restored(shop, copy, new_epoch=True))
    await shop.online()
    assert first.statuses()[poison] == "pending"
    first.link.poison.clear()
    await shop.settle()
    shop.assert_each_sale_once(sales)
    shop.assert_converged()


async def test_what_a_restored_server_is_offered_goes_in_smaller_requests_where_one_is_too_large(
    shop: World, tmp_path: Path
) -> None:
    first, second = shop.tills
    await shop.settle()
    copy = backup(shop, tmp_path / "backup.sqlite3")
    lost = [await first.sell(first.product()) for _ in range(5)]
    await shop.settle()
    first.link.operations_max = 2
    await shop.restart_server(while_down=restored(shop, copy, new_epoch=True))
    await shop.settle()
    shop.assert_each_sale_once(lost)
    shop.assert_converged()
    assert second.state is first.state is ConnectionState.ONLINE
