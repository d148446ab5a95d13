"""A server restored from an older backup gets back what it lost, from the tills, and only once."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from app.services import notices as services_notices
from app.services import shop_settings
from app.ui.page.context import AdminChange
from server_stub.cli.main import main as server_command
from sync_agent.contract import paths
from sync_agent.events import Attention, AttentionCode, ConnectionState
from sync_agent.store import notices
from sync_agent.store import tables as t
from tests.kit.demo import LOCATION, PASSWORD, TENANT
from tests.kit.tills import WorldTill
from tests.kit.waiting import until
from tests.kit.world import World

pytestmark = pytest.mark.usefixtures("logs_stay_as_they_are")


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[World]:
    async with World(tmp_path, tills=2) as world:
        yield world


_MOVEMENTS = (
    "SELECT seq, id FROM stock_movement WHERE location_id = ? AND tenant_id = ? AND seq >= ? ORDER BY seq, id"
)


def movements_at(till: WorldTill) -> list[tuple[int, str]]:
    """The numbers and ids of the movements that the till has."""
    with till.opened.store.reading() as connection:
        found = connection.execute(select(t.movement.c.seq, t.movement.c.id))
        return sorted((row.seq, row.id) for row in found)


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
    for till in shop.tills:
        found = movements_at(till)
        assert found == shop.query(_MOVEMENTS, LOCATION, TENANT, min(found)[0]), "each once, renumbered"
    assert any(
        event.code is AttentionCode.SERVER_RESTORED for event in first.events if isinstance(event, Attention)
    )
    with first.opened.store.reading() as connection:
        assert [one.kind for one in notices.unread(connection)] == [notices.SERVER_RESTORED]


async def test_a_server_whose_numbers_have_gone_on_is_noticed_all_the_same(
    shop: World, tmp_path: Path
) -> None:
    """Another till's changes get the lost numbers while this one is offline."""
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


@pytest.mark.parametrize("new_epoch", [True, False])
async def test_settings_that_the_backup_does_not_have_are_sent_again_or_said_to_be_as_they_were(
    shop: World, tmp_path: Path, new_epoch: bool
) -> None:
    """A till's own changes come back. What an admin set at the server itself is in no till's queue."""
    first, second = shop.tills
    await shop.settle()
    copy = backup(shop, tmp_path / "backup.sqlite3")
    loosened = AdminChange("ada", PASSWORD, {"clerk_discount_ppm_max": 200_000}, None)
    await first.opened.change_as_admin(loosened)
    await shop_settings.change(first.till, first.clerk("alice"), {"low_stock": 9})
    await shop_settings.change(second.till, second.clerk("alice"), {"cash_step_minor": 5}, place=LOCATION)
    await shop.settle()
    assert shop_settings.read(second.till).clerk_discount_ppm_max == 200_000
    await shop.restart_server(while_down=restored(shop, copy, new_epoch=new_epoch))
    await shop.settle()
    for till in shop.tills:
        held = shop_settings.read(till.till)
        assert (held.clerk_discount_ppm_max, held.low_stock, held.cash_step_minor) == (100_000, 9, 5)
        said = " ".join(line.words for line in services_notices.unread(till.till))
        assert "these settings of the shop are as they were then: " in said
        assert "“Discount a clerk may give alone”" in said
    await first.opened.change_as_admin(loosened)
    await until(
        lambda: all(shop_settings.read(till.till).clerk_discount_ppm_max == 200_000 for till in shop.tills),
        "what is set again holds at both tills",
    )
