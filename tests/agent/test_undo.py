"""A decision is undone: withdrawn while it is unsent, reopened as a new change once it was sent."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.errors import ConflictGone
from app.services.sync import conflicts, decisions, queue
from sync_agent.contract.conflicts import Resolution
from sync_agent.events import ConnectionState
from tests.kit.tills import WorldTill
from tests.kit.waiting import until
from tests.kit.world import World


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[World]:
    async with World(tmp_path, tills=2) as world:
        yield world


async def dispute(shop: World) -> str:
    """Both count one product while apart; the conflict's id."""
    first, second = shop.tills
    disputed = first.product()
    await first.link.cut()
    await second.count(disputed, 50)
    await until(lambda: second.waiting() == 0, "the other till's count is sent")
    await first.count(disputed, 40)
    first.link.restore()
    await shop.settle()
    await until(lambda: bool(conflicts.open_conflicts(second.till)), "both know of the conflict")
    [conflict] = conflicts.open_conflicts(first.till)
    return conflict.id


async def decide(till: WorldTill, conflict_id: str, resolution: Resolution) -> None:
    seen = conflicts.comparison(till.till, conflict_id)
    await decisions.resolve(
        till.till,
        conflict_id,
        resolution,
        till.clerk(),
        expected_server_version=seen.server_version,
    )


async def test_a_decision_that_was_not_sent_is_simply_withdrawn(shop: World) -> None:
    till = shop.tills[0]
    conflict_id = await dispute(shop)
    await till.link.cut()
    await until(lambda: till.state is not ConnectionState.ONLINE, "it knows: nothing is tried from here")
    shown = till.on_hand(till.product())
    await decide(till, conflict_id, Resolution.ACCEPT_SERVER)
    assert till.on_hand(till.product()) == 50
    assert await decisions.undo(till.till, conflict_id, till.clerk()) is None
    assert till.on_hand(till.product()) == shown
    [still] = conflicts.open_conflicts(till.till)
    assert not still.decided
    till.link.restore()
    await shop.settle()
    assert shop.query("SELECT status FROM conflict WHERE id = ?", conflict_id) == [("open",)]


async def test_a_decision_that_was_sent_is_opened_again_as_a_change_of_its_own(shop: World) -> None:
    first, second = shop.tills
    conflict_id = await dispute(shop)
    await decide(first, conflict_id, Resolution.ACCEPT_LOCAL)
    await shop.settle()
    assert second.on_hand(second.product()) == 40
    assert await decisions.undo(first.till, conflict_id, first.clerk()) is not None
    await shop.settle()
    await until(lambda: bool(conflicts.open_conflicts(second.till)), "it is before a person again")
    [again] = conflicts.open_conflicts(second.till)
    assert again.id != conflict_id
    await decide(second, again.id, Resolution.ACCEPT_SERVER)
    await shop.settle()
    shop.assert_converged()
    assert queue.counts(first.till).attention == 0
    history = {one.id: one.resolution for one in conflicts.decided_conflicts(first.till)}
    assert history[conflict_id] == "accept_local"


async def test_a_decision_on_its_way_is_undone_after_it(shop: World) -> None:
    """Offline: decided, tried in vain, undone. The reopening waits for the decision."""
    till = shop.tills[0]
    conflict_id = await dispute(shop)
    held = till.link.hold("/api/v1/realtime/offline-queue")
    await decide(till, conflict_id, Resolution.ACCEPT_LOCAL)
    await until(lambda: "processing" in till.statuses().values(), "the decision is on its way")
    assert await decisions.undo(till.till, conflict_id, till.clerk()) is not None
    held.set()
    await shop.settle()
    await until(lambda: bool(conflicts.open_conflicts(till.till)), "it is before a person again")
    assert queue.counts(till.till).attention == 0


async def test_there_is_nothing_to_undo_where_nothing_was_decided(shop: World) -> None:
    till = shop.tills[0]
    conflict_id = await dispute(shop)
    with pytest.raises(ConflictGone):
        await decisions.undo(till.till, conflict_id, till.clerk())
