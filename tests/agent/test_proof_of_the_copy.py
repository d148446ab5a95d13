"""After a full pull a till's copy is compared with the server's; if it differs, it is fetched again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Executable, delete, update

from sync_agent.contract import paths
from sync_agent.events import Attention, AttentionCode, ConnectionState, Fault, StateChanged
from sync_agent.ports import Priority
from sync_agent.settings import AgentSettings
from sync_agent.store import tables as t
from tests.kit.tills import WorldTill
from tests.kit.waiting import until
from tests.kit.world import World


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[World]:
    async with World(tmp_path) as world:
        yield world


@pytest.fixture
async def quick_shop(tmp_path: Path) -> AsyncIterator[World]:
    """A shop whose till reports, and looks at the heads, all the time."""
    async with World(tmp_path, agent_settings=AgentSettings(heartbeat_s=0.05)) as world:
        yield world


def asked(till: WorldTill, path: str) -> int:
    return sum(1 for _, wanted in till.link.requests if wanted == path)


async def reconnect(shop: World, till: WorldTill) -> None:
    before = asked(till, paths.DIGEST)
    await till.link.cut()
    till.link.restore()
    await shop.settle()
    await until(lambda: asked(till, paths.DIGEST) >= before + 2, "both streams were compared")


async def test_an_equal_copy_is_left_alone(shop: World) -> None:
    [till] = shop.tills
    await till.sell(till.product())
    await shop.settle()
    snapshots = asked(till, paths.SNAPSHOT)
    await reconnect(shop, till)
    assert asked(till, paths.SNAPSHOT) == snapshots


async def damage(till: WorldTill, statement: Executable) -> None:
    await till.opened.store.write(lambda tx: tx.execute(statement), Priority.AGENT)


async def is_told(till: WorldTill) -> None:
    await until(
        lambda: any(
            event.code is AttentionCode.COPY_FETCHED_ANEW
            for event in till.events
            if isinstance(event, Attention)
        ),
        "a person is told",
    )


async def is_right_again(shop: World, till: WorldTill) -> None:
    await until(lambda: till.levels() == shop.server_levels(), "the copy is right again")
    shop.assert_converged()
    assert not any(isinstance(event, Fault) for event in till.events)


@pytest.mark.parametrize("what", ["a wrong quantity", "a lost row", "a lost product"])
async def test_a_copy_that_differs_is_fetched_anew(shop: World, what: str) -> None:
    [till] = shop.tills
    mug = till.product()
    statement = {
        "a wrong quantity": update(t.stock_level)
        .where(t.stock_level.c.product_id == mug.id)
        .values(quantity=999),
        "a lost row": delete(t.stock_level).where(t.stock_level.c.product_id == mug.id),
        "a lost product": delete(t.product).where(t.product.c.id == mug.id),
    }[what]
    await damage(till, statement)
    await reconnect(shop, till)
    await is_told(till)
    await is_right_again(shop, till)
    assert till.product().id == mug.id


async def test_a_fetch_that_an_outage_cuts_short_is_made_at_the_next_session(shop: World) -> None:
    [till] = shop.tills
    await damage(till, update(t.stock_level).values(quantity=999))
    let_go = till.link.hold(paths.SNAPSHOT)
    await reconnect(shop, till)
    await is_told(till)
    await till.link.cut()
    let_go.set()
    await until(lambda: till.state is not ConnectionState.ONLINE, "the outage is felt")
    assert till.levels() != shop.server_levels()
    till.link.restore()
    await shop.settle()
    await is_right_again(shop, till)


@pytest.mark.parametrize("lost", [paths.DIGEST, paths.SNAPSHOT])
async def test_a_copy_that_could_not_be_proved_is_proved_later_in_the_same_session(
    quick_shop: World, lost: str
) -> None:
    [till] = quick_shop.tills
    await damage(till, update(t.stock_level).values(quantity=999))
    till.link.lose_next_request(lost)
    await reconnect(quick_shop, till)
    await until(lambda: till.link.lost_requests == 1, "the request is lost")
    await is_right_again(quick_shop, till)
    states = [event for event in till.events if isinstance(event, StateChanged)]
    assert sum(1 for event in states if event.state is ConnectionState.ONLINE) == 2


async def test_a_copy_whose_stream_ran_ahead_is_proved_later_in_the_same_session(
    quick_shop: World,
) -> None:
    [till] = quick_shop.tills
    let_go, before = till.link.hold(paths.DIGEST), asked(till, paths.DIGEST)
    await till.link.cut()
    till.link.restore()
    await until(lambda: asked(till, paths.DIGEST) > before, "the first stream is to be compared")
    await damage(till, update(t.stock_level).values(quantity=999))
    till.link.drop_events = True
    await till.sell(till.product())
    await until(lambda: till.waiting() == 0, "the server is a number ahead")
    let_go.set()
    await is_told(till)
    await is_right_again(quick_shop, till)
