"""What the agent promises, tested on a real server and real tills whose links are broken on purpose."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.services.sync import conflicts, decisions
from sync_agent.contract import paths
from sync_agent.contract.conflicts import Resolution
from sync_agent.errors import TransientError
from sync_agent.events import AgentEvent, ConnectionState, Progress
from sync_agent.ports import Priority
from sync_agent.store import tables as t
from sync_agent.store.database import Changed
from sync_agent.store.queue import back_off
from sync_agent.store.queue.status import Status
from tests.kit.demo import LOCATION
from tests.kit.tills import WorldTill
from tests.kit.waiting import until
from tests.kit.world import World


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[World]:
    """Two tills of one location, both online."""
    async with World(tmp_path, tills=2) as world:
        yield world


async def test_a_sale_on_one_till_reaches_the_other(shop: World) -> None:
    first, second = shop.tills
    mug = first.product()
    before = second.on_hand(mug)
    sale = await first.sell(mug, 3)
    assert first.on_hand(mug) == before - 3
    await until(lambda: second.on_hand(mug) == before - 3, "the other till shows it")
    await shop.settle()
    shop.assert_converged()
    shop.assert_each_sale_once([sale])


async def test_sales_made_offline_are_sent_once_the_network_is_back(shop: World) -> None:
    first, second = shop.tills
    mug = first.product()
    before = first.on_hand(mug)
    for till in shop.tills:
        await till.link.cut()
    sales = [await till.sell(mug) for _ in range(10) for till in shop.tills]
    assert (first.on_hand(mug), second.on_hand(mug)) == (before - 10, before - 10)
    assert first.waiting() == second.waiting() == 10
    for till in shop.tills:
        till.link.restore()
    await shop.settle()
    assert first.on_hand(mug) == before - 20
    shop.assert_converged()
    shop.assert_each_sale_once(sales)


async def test_lost_answer_is_answered_with_the_first_result(shop: World) -> None:
    till = shop.tills[0]
    till.link.lose_next_answer(paths.QUEUE)
    sale = await till.sell(till.product(), 2)
    await until(lambda: till.link.lost_answers == 1, "the answer was lost")
    await shop.settle()
    assert shop.movements_of(sale.id) == [-2]
    with till.opened.store.reading() as connection:
        row = connection.execute(select(t.outbox).where(t.outbox.c.id == sale.id)).one()
    assert row.sent_count == 2
    assert '"repeated":true' in row.result
    shop.assert_converged()


async def test_a_batch_that_arrives_twice_counts_once(shop: World) -> None:
    till = shop.tills[0]
    till.link.double_next(paths.QUEUE)
    sale = await till.sell(till.product(), 2)
    await until(lambda: till.link.doubled == 1, "the batch arrived twice")
    await shop.settle()
    assert shop.movements_of(sale.id) == [-2]
    shop.assert_converged()


async def test_a_request_that_never_arrives_is_sent_again(shop: World) -> None:
    till = shop.tills[0]
    till.link.lose_next_request(paths.QUEUE)
    sale = await till.sell(till.product())
    await until(lambda: till.link.lost_requests == 1, "the request was lost")
    await shop.settle()
    assert shop.movements_of(sale.id) == [-1]
    shop.assert_converged()


async def test_the_figure_never_flickers_while_a_sale_is_sent_and_comes_back(shop: World) -> None:
    """Sampled after every commit: from the sale on, the till shows one figure and no other."""
    till = shop.tills[0]
    mug = till.product()
    before = till.on_hand(mug)
    seen: list[int] = []

    def sample(_changed: Changed) -> None:
        seen.append(till.on_hand(mug))

    stop = till.opened.store.listen(sample)
    await till.sell(mug, 4)
    await shop.settle()
    await until(lambda: till.overlays() == 0, "the feed has shown the sale")
    stop()
    assert set(seen) == {before - 4}
    assert len(seen) > 2


async def test_a_lost_live_event_is_pulled_when_the_next_one_leaves_a_gap(shop: World) -> None:
    first, second = shop.tills
    mug, cup = first.product(0), first.product(1)
    second.link.drop_events = True
    await first.sell(mug)
    await until(lambda: second.link.events_dropped > 0, "the event was lost")
    second.link.drop_events = False
    await first.sell(cup)
    await until(lambda: second.on_hand(cup) == first.on_hand(cup), "the gap was pulled")
    assert second.on_hand(mug) == first.on_hand(mug)
    assert ("GET", paths.CHANGES) in second.link.requests
    await shop.settle()
    shop.assert_converged()


async def test_a_till_restarted_in_mid_drain_goes_on_where_it_was(shop: World) -> None:
    till = shop.tills[0]
    held = till.link.hold(paths.QUEUE)
    sales = [await till.sell(till.product(n % 5)) for n in range(120)]
    await until(lambda: Status.PROCESSING in till.statuses().values(), "a batch is leased and on its way")
    assert not held.is_set()
    await till.restart()
    await shop.settle()
    shop.assert_converged()
    shop.assert_each_sale_once(sales)


async def test_a_server_restarted_under_load_loses_and_doubles_nothing(shop: World) -> None:
    first, second = shop.tills
    mug = first.product()
    sales = [await till.sell(mug) for _ in range(10) for till in (first, second)]

    async def sell_on() -> None:
        sales.extend([await till.sell(mug) for _ in range(10) for till in (first, second)])

    await shop.restart_server(while_down=sell_on)
    await shop.settle()
    shop.assert_converged()
    shop.assert_each_sale_once(sales)


async def test_a_half_open_link_is_left_and_the_next_one_drains(shop: World) -> None:
    till = shop.tills[0]
    till.link.go_silent()
    sale = await till.sell(till.product())
    await until(lambda: till.waiting() == 1, "the sale waits")
    till.link.restore()
    await shop.settle()
    assert shop.movements_of(sale.id) == [-1]
    shop.assert_converged()


async def test_trouble_at_the_server_makes_the_queue_back_off_and_counts_no_failed_attempt(
    shop: World,
) -> None:
    till = shop.tills[0]
    refused = []

    async def overloaded(*_: object, **__: object) -> object:
        refused.append(1)
        raise TransientError("the server is busy", 0.01, code="unavailable")

    forward = till.link.forward
    till.link.forward = overloaded
    sale = await till.sell(till.product())
    await until(lambda: len(refused) >= 2, "the server refused twice")
    assert till.state is ConnectionState.ONLINE
    till.link.forward = forward
    await shop.settle()
    with till.opened.store.reading() as connection:
        row = connection.execute(select(t.outbox).where(t.outbox.c.id == sale.id)).one()
    assert (row.failures, row.status) == (0, "completed")


async def test_poison_is_set_aside_and_everything_else_goes_through(shop: World) -> None:
    till = shop.tills[0]
    await till.link.cut()
    mug = till.product()
    sales = [await till.sell(mug) for _ in range(8)]
    poison = sales[3].id
    till.link.poison.add(poison)
    till.link.restore()
    assert till.agent is not None

    def the_others_are_sent() -> bool:
        return [till.statuses()[sale.id] for sale in sales].count("completed") == 7

    await until(the_others_are_sent, "the other seven are sent")
    assert till.statuses()[poison] in {"pending", "processing"}
    while till.statuses()[poison] != "dead_letter":
        # Each later sale that passes counts the poison's failure against it.
        await till.opened.store.write(back_off.end_back_off, Priority.AGENT)
        await till.sell(mug)
        await until(lambda: till.waiting() <= 1, "the new sale is sent")
    till.link.poison.clear()


async def test_two_counts_of_one_product_become_a_conflict_that_a_person_decides(shop: World) -> None:
    first, second = shop.tills
    mug = first.product()
    for till in shop.tills:
        await till.link.cut()
    await first.count(mug, 40)
    await second.count(mug, 38)
    assert (first.on_hand(mug), second.on_hand(mug)) == (40, 38)
    first.link.restore()
    assert first.agent is not None
    first.agent.try_now()
    await until(lambda: shop.server_levels()[mug.id] == 40, "the first count is applied")
    second.link.restore()
    await shop.settle()
    [conflict] = conflicts.open_conflicts(second.till)
    await until(lambda: len(conflicts.open_conflicts(first.till)) == 1, "the first till hears of it")
    assert second.on_hand(mug) == 38, "what was counted here stays on screen until somebody decides"

    comparison = conflicts.comparison(second.till, conflict.id)
    await decisions.resolve(
        second.till,
        conflict.id,
        Resolution.ACCEPT_LOCAL,
        second.clerk(),
        expected_server_version=comparison.server_version,
    )
    await until(lambda: conflicts.open_conflicts(first.till) == [], "both see it decided")
    await shop.settle()
    assert first.on_hand(mug) == second.on_hand(mug) == 38
    assert Status.CONFLICT not in second.statuses().values()
    shop.assert_converged()


async def test_deltas_never_wait_behind_a_conflict(shop: World) -> None:
    first, second = shop.tills
    mug = first.product()
    for till in shop.tills:
        await till.link.cut()
    await first.count(mug, 40)
    await second.count(mug, 38)
    first.link.restore()
    second.link.restore()
    await shop.settle()
    sale = await second.sell(mug, 2)
    await shop.settle()
    assert shop.movements_of(sale.id) == [-2]


async def test_a_decision_made_offline_is_sent_later(shop: World) -> None:
    first, second = shop.tills
    mug = first.product()
    for till in shop.tills:
        await till.link.cut()
    await first.count(mug, 40)
    await second.count(mug, 38)
    first.link.restore()
    second.link.restore()
    await shop.settle()
    loser = first if conflicts.open_conflicts(first.till)[0].mine else second
    [conflict] = conflicts.open_conflicts(loser.till)
    await loser.link.cut()
    comparison = conflicts.comparison(loser.till, conflict.id)
    await decisions.resolve(
        loser.till,
        conflict.id,
        Resolution.MERGE,
        loser.clerk(),
        merged={"newQuantity": 39},
        expected_server_version=comparison.server_version,
    )
    assert loser.on_hand(mug) == 39
    assert conflicts.open_conflicts(loser.till)[0].decided
    loser.link.restore()
    await shop.settle()
    for till in shop.tills:
        await until(partial(till.shows, mug, 39), f"{till.name} shows the decision")
        assert conflicts.open_conflicts(till.till) == []
    shop.assert_converged()


async def test_a_new_till_starts_from_a_snapshot_and_follows(shop: World, tmp_path: Path) -> None:
    first = shop.tills[0]
    await first.sell(first.product(), 2)
    await shop.settle()
    third = WorldTill(tmp_path / "till-3", shop.url, "Till 3")
    await third.enroll()
    third.start()
    shop.tills.append(third)
    await shop.settle()
    shop.assert_converged()


async def test_a_crash_in_the_middle_of_a_snapshot_resumes_it(shop: World, tmp_path: Path) -> None:
    third = WorldTill(tmp_path / "till-3", shop.url, "Till 3")
    await third.enroll()
    shop.tills.append(third)
    reached = asyncio.Event()

    third.events = _Tripwire(reached.set)
    third.start()
    await reached.wait()
    await third.stop()
    third.events = []
    await third.restart()
    await shop.settle()
    assert third.levels()
    assert third.till.device.location_id == LOCATION
    shop.assert_converged()


class _Tripwire(list[AgentEvent]):
    """Calls back at every report of a snapshot's progress."""

    def __init__(self, call: Callable[[], None]) -> None:
        super().__init__()
        self._call = call

    def append(self, event: AgentEvent) -> None:
        super().append(event)
        if isinstance(event, Progress):
            self._call()


async def test_an_operation_that_the_server_itself_fails_on_comes_before_a_person(shop: World) -> None:
    """The bundled server isolates it and defers it: others that pass in the same answer count against it."""
    till = shop.tills[0]
    forward = till.link.forward
    poison: list[str] = []

    async def defers_one(method: str, path: str, **given: Any) -> Any:
        answer = await forward(method, path, **given)
        if path == paths.QUEUE:
            for result in answer["results"]:
                if result["id"] in poison:
                    result |= {"success": False, "status": "deferred", "code": "internal"}
        return answer

    till.link.forward = defers_one
    await till.link.cut()
    poison.append((await till.sell(till.product())).id)
    till.link.restore()
    while till.statuses()[poison[0]] != "dead_letter":
        await till.opened.store.write(back_off.end_back_off, Priority.AGENT)
        sale = await till.sell(till.product(1))
        await until(partial(till.has_completed, sale.id), "the other sale is sent")
    with till.opened.store.reading() as connection:
        row = connection.execute(select(t.outbox).where(t.outbox.c.id == poison[0])).one()
    assert row.failures == 8


async def test_a_second_count_behind_a_conflict_does_not_keep_the_till_busy(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = shop.tills
    mug = first.product()
    for till in shop.tills:
        await till.link.cut()
    await first.count(mug, 40)
    await second.count(mug, 38)
    first.link.restore()
    second.link.restore()
    await shop.settle()
    loser = first if conflicts.open_conflicts(first.till)[0].mine else second
    await loser.count(mug, 37)
    assert loser.agent is not None
    batches: list[int] = []
    real_push = loser.agent._pusher.push_batch

    async def counted(*, among: Sequence[str] | None = None) -> frozenset[str]:
        batches.append(1)
        return await real_push(among=among)

    monkeypatch.setattr(loser.agent._pusher, "push_batch", counted)
    sales = [await loser.sell(mug) for _ in range(3)]
    await until(lambda: all(loser.statuses()[sale.id] == "completed" for sale in sales), "sales flow past")
    assert len(batches) < 20
