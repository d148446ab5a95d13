"""A damaged database is set aside, and everything of the till's own that can be read of it lives on."""

import asyncio
import lzma
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import orjson
import pytest
from sqlalchemy import func, select

from app.bootstrap import OpenHome, open_home
from app.domain.cart import Cart
from app.services.stock import catalogue
from app.services.sync.agent_words import notice_in_words
from app.services.till import Actor
from sync_agent.contract.operations import chain_hash, content_hash
from sync_agent.store import notices
from sync_agent.store import tables as t
from sync_agent.store.home import Home
from sync_agent.store.recovery import repair
from tests.kit import selling
from tests.kit.world import World

PAGE = 4096
GOLDEN_HOMES = Path(__file__).parent.parent / "golden_homes"


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A till that has followed its shop, sold online and offline, and is closed."""
    folder = tmp_path_factory.mktemp("sold")

    async def sell() -> Path:
        async with World(folder) as world:
            [one] = world.tills
            for number in range(3):
                await one.sell(one.product(number))
            await world.settle()
            await one.stop()
            for number in range(40):
                await one.sell(one.product(number % 7), 1 + number % 3)
        return one.path

    return asyncio.run(sell())


@pytest.fixture
def till(sold: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sold, tmp_path / "till"))


def receipts(opened: OpenHome) -> list[str]:
    with opened.store.reading() as connection:
        return list(
            connection.execute(select(t.sale.c.receipt_number).order_by(t.sale.c.receipt_number)).scalars()
        )


def said(opened: OpenHome) -> str:
    with opened.store.reading() as connection:
        return " ".join(
            notice_in_words(notice.kind, notice.figures, notice.message)
            for notice in notices.unread(connection)
        )


def end_uncleanly(home: Home) -> None:
    home.in_use_mark.touch()


def overwrite(path: Path, seed: int, pages: int) -> None:
    chance = random.Random(seed)
    with path.open("r+b") as file:
        count = path.stat().st_size // PAGE
        for _ in range(pages):
            file.seek(chance.randrange(1, count) * PAGE)
            file.write(chance.randbytes(PAGE))


async def sell_on(opened: OpenHome) -> str:
    till = opened.till()
    product = catalogue.search(till, "", limit=1)[0]
    sale = await selling.sell(till, Cart().add(product), Actor("bob", "Bob", "clerk"))
    return sale.receipt_number


def own_numbers_are_right(opened: OpenHome) -> None:
    with opened.store.reading() as connection:
        rows = connection.execute(select(t.outbox).order_by(t.outbox.c.device_seq)).all()
        device = connection.execute(select(t.device)).one()
    seen = [row.device_seq for row in rows]
    assert len(set(seen)) == len(seen)
    assert device.next_device_seq > max(seen)
    for row in rows:
        content = content_hash(row.operation, row.resource_type, row.resource_id, orjson.loads(row.data))
        assert row.hash == chain_hash(row.prev_hash, row.id, row.device_seq, content)


async def test_a_sound_database_is_opened_as_it_is(till: Path) -> None:
    end_uncleanly(Home(till))
    opened = open_home(till)
    assert len(receipts(opened)) == 43
    assert said(opened) == ""
    assert not Home(till).damaged.exists()
    opened.store.close()


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_pages_are_damaged_what_is_left_lives_on_and_no_number_comes_twice(
    till: Path, seed: int
) -> None:
    home = Home(till)
    before = home.database.read_bytes()
    overwrite(home.database, seed, pages=1 + seed)
    end_uncleanly(home)
    opened = open_home(till)
    try:
        kept = receipts(opened)
        assert len(set(kept)) == len(kept)
        if home.damaged.exists():
            assert "set aside" in said(opened)
            [aside] = home.damaged.glob("*/till.sqlite")
            assert aside.stat().st_size == len(before), "the damaged file is kept as it was"
        with opened.store.reading() as connection:
            enrolled = connection.execute(select(func.count()).select_from(t.device)).scalar_one()
            goods = connection.execute(select(func.count()).select_from(t.catalogue)).scalar_one()
        if enrolled:
            own_numbers_are_right(opened)
        if enrolled and goods:
            assert await sell_on(opened) not in kept
    finally:
        opened.store.close()


@pytest.mark.parametrize("harm", ["cut short", "its header gone", "not a database"])
async def test_a_file_that_is_no_database_any_more_is_set_aside(till: Path, harm: str) -> None:
    home = Home(till)
    content = home.database.read_bytes()
    home.database.write_bytes(
        {
            "cut short": content[: len(content) // 2],
            "its header gone": bytes(100) + content[100:],
            "not a database": b"this is a letter to the editor" * 1000,
        }[harm]
    )
    opened = open_home(till)
    assert home.damaged.exists()
    assert "set aside" in said(opened)
    opened.store.close()


async def test_only_the_replica_is_damaged_and_nothing_of_the_tills_own_is_lost(
    till: Path, tmp_path: Path
) -> None:
    home = Home(till)
    with closing(sqlite3.connect(home.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [[root]] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'stock_level'")
    with home.database.open("r+b") as file:
        file.seek((root - 1) * PAGE)
        file.write(b"\xff" * PAGE)
    assert repair.is_damaged(home.database)
    end_uncleanly(home)
    opened = open_home(till)
    assert len(receipts(opened)) == 43
    assert await sell_on(opened) == "T1-000044", "nothing was lost, so the numbers go on without a gap"
    assert "40 of them not sent yet" in said(opened)
    opened.store.close()


def preferences(home: Home) -> dict[str, str]:
    with closing(sqlite3.connect(home.database)) as connection:
        return dict(connection.execute("SELECT name, value FROM preference"))


def damage(home: Home, table: str) -> None:
    with closing(sqlite3.connect(home.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [[root]] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,))
        [[page]] = connection.execute("PRAGMA page_size")
    with home.database.open("r+b") as file:
        file.seek((root - 1) * page)
        file.write(b"\xff" * page)
    end_uncleanly(home)


def test_a_repair_of_an_earlier_releases_database_writes_its_money_settings_down(tmp_path: Path) -> None:
    home = Home(tmp_path / "till")
    home.database.write_bytes(lzma.decompress((GOLDEN_HOMES / "0003" / "home.sqlite.xz").read_bytes()))
    with closing(sqlite3.connect(home.database)) as connection, connection:
        connection.execute("INSERT INTO preference (name, value) VALUES ('adds_tax', 'true')")
    damage(home, "stock_level")
    open_home(home.path).store.close()
    assert home.damaged.exists()
    assert preferences(home) == {"adds_tax": "true", "cash_step_minor": "0"}


def test_a_repair_of_this_releases_database_gives_a_till_no_money_settings_of_its_own(till: Path) -> None:
    home = Home(till)
    damage(home, "stock_level")
    open_home(till).store.close()
    assert home.damaged.exists()
    assert {"adds_tax", "cash_step_minor"}.isdisjoint(preferences(home))


async def test_a_repaired_till_and_its_server_agree_again(tmp_path: Path) -> None:
    async with World(tmp_path) as world:
        [till] = world.tills
        sales = [await till.sell(till.product(number)) for number in range(3)]
        await world.settle()
        await till.stop()
        sales += [await till.sell(till.product(number), 2) for number in range(5)]
        till.opened.store.close()
        home = Home(till.path)
        with closing(sqlite3.connect(home.database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            [[root]] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'product'")
        with home.database.open("r+b") as file:
            file.seek((root - 1) * PAGE)
            file.write(b"\xff" * PAGE)
        end_uncleanly(home)
        till.opened = open_home(till.path)
        till.till = till.opened.till()
        till.start()
        await world.settle()
        world.assert_each_sale_once(sales)
        world.assert_converged()
