"""After a full pull a till's copy is compared with the server's, and one that differs is fetched anew."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from sync_agent.contract.events import PATH_DIGEST, PATH_SNAPSHOT
from sync_agent.events import Attention, Fault
from sync_agent.ports import Rank
from sync_agent.store import tables as t
from tests.world import World, WorldTill, until


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[World]:
    async with World(tmp_path) as world:
        yield world


def asked(till: WorldTill, path: str) -> int:
    return sum(1 for _, wanted in till.link.requests if wanted == path)


async def reconnect(shop: World, till: WorldTill) -> None:
    before = asked(till, PATH_DIGEST)
    await till.link.cut()
    till.link.restore()
    await shop.settle()
    await until(lambda: asked(till, PATH_DIGEST) >= before + 2, "both streams were compared")


async def test_an_equal_copy_is_left_alone(shop: World) -> None:
    [till] = shop.tills
    await till.sell(till.product())
    await shop.settle()
    snapshots = asked(till, PATH_SNAPSHOT)
    await reconnect(shop, till)
    assert asked(till, PATH_SNAPSHOT) == snapshots


@pytest.mark.parametrize("damage", ["a wrong quantity", "a lost row", "a lost product"])
async def test_a_copy_that_differs_is_fetched_anew(shop: World, damage: str) -> None:
    [till] = shop.tills
    mug = till.product()
    statement = {
        "a wrong quantity": update(t.stock_level)
        .where(t.stock_level.c.product_id == mug.id)
        .values(quantity=999),
        "a lost row": delete(t.stock_level).where(t.stock_level.c.product_id == mug.id),
        "a lost product": delete(t.product).where(t.product.c.id == mug.id),
    }[damage]
    await till.opened.store.write(lambda tx: tx.execute(statement), Rank.AGENT)
    await reconnect(shop, till)
    await until(
        lambda: any("fetched anew" in event.message for event in till.events if isinstance(event, Attention)),
        "a person is told",
    )
    await until(lambda: till.levels() == shop.server_levels(), "the copy is right again")
    shop.assert_converged()
    assert till.product().id == mug.id
    assert not any(isinstance(event, Fault) for event in till.events)
