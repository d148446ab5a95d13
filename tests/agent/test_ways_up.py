"""How pending operations are sent: in batches within the limits, by a working route, each attempt stored."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from sync_agent.contract import paths
from sync_agent.contract.events import SYNC_OFFLINE_QUEUE
from sync_agent.events import ConnectionState
from sync_agent.ports import Priority
from sync_agent.push import batch_size
from sync_agent.settings import AgentSettings
from sync_agent.store import tables as t
from sync_agent.store.queue import attempts
from sync_agent.store.queue.attempts import AttemptView
from tests.kit.tills import WorldTill
from tests.kit.waiting import until
from tests.kit.world import World

SETTINGS = AgentSettings()


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[World]:
    async with World(tmp_path) as world:
        yield world


def timeline(till: WorldTill, operation_id: str) -> list[AttemptView]:
    with till.opened.store.reading() as connection:
        return attempts.timeline(connection, operation_id)


async def test_where_uploads_are_eaten_the_live_socket_carries_them(shop: World) -> None:
    [till] = shop.tills
    till.link.refused_paths.add(paths.QUEUE)
    sales = [await till.sell(till.product()) for _ in range(5)]
    await until(lambda: till.waiting() == 0, "everything went up by the socket")
    assert SYNC_OFFLINE_QUEUE in till.link.calls
    assert till.state is ConnectionState.ONLINE, "a way up is left: nothing to tell a clerk"
    shop.assert_each_sale_once(sales)
    tried = timeline(till, sales[0].id)
    assert [one.route for one in tried] == ["http", "socket"]
    assert (tried[0].outcome, tried[1].outcome) == (attempts.NO_ANSWER, attempts.APPLIED)


async def test_without_a_socket_that_lives_an_eaten_upload_is_an_outage(shop: World) -> None:
    [till] = shop.tills
    till.link.refused_paths |= {paths.QUEUE, paths.LIVE}
    await till.link.cut()
    sale = await till.sell(till.product())
    await until(lambda: till.state is ConnectionState.OFFLINE, "it is offline")
    assert till.waiting() == 1
    till.link.refused_paths.clear()
    till.link.restore()
    await shop.settle()
    shop.assert_each_sale_once([sale])


async def test_nobody_sees_a_token_before_having_shown_that_it_is_our_server(shop: World) -> None:
    """A captive portal answers everything, too."""
    [till] = shop.tills
    await till.link.cut()
    await until(lambda: till.state is ConnectionState.OFFLINE, "it is offline")
    till.link.refused_paths |= {paths.LIVE}  # whatever is asked first is answered with nonsense
    till.link.tokens_shown.clear()
    till.link.requests.clear()
    till.link.restore()
    assert till.agent is not None
    till.agent.try_now()
    await until(lambda: len(till.link.requests) > 1, "it was tried more than once")
    assert {path for path, _ in till.link.tokens_shown} == {paths.LIVE}
    assert {token for _, token in till.link.tokens_shown} == {None}
    assert paths.REFRESH not in {path for _, path in till.link.requests}
    till.link.refused_paths.clear()
    await shop.settle()


async def test_every_attempt_is_kept_with_the_request_id_of_the_servers_log(shop: World) -> None:
    [till] = shop.tills
    till.link.lose_next_answer(paths.QUEUE)
    sale = await till.sell(till.product())
    await shop.settle()
    first, second = timeline(till, sale.id)
    assert (first.outcome, second.outcome, second.code) == (attempts.NO_ANSWER, "applied", "repeated")
    assert first.request_id != second.request_id
    assert first.ended_ms is not None
    assert first.ended_ms <= second.began_ms


async def test_an_operation_too_large_for_any_request_stands_before_a_person_and_others_pass(
    shop: World,
) -> None:
    [till] = shop.tills
    await till.link.cut()
    large, small = await till.sell(till.product(0)), await till.sell(till.product(1))
    blown_up = '{"note":"' + "x" * 1_200_000 + '"}'
    await till.opened.store.write(
        lambda tx: tx.execute(update(t.outbox).where(t.outbox.c.id == large.id).values(data=blown_up)),
        Priority.AGENT,
    )
    till.link.restore()
    await shop.settle()
    assert till.statuses()[large.id] == "dead_letter"
    shop.assert_each_sale_once([small])


async def test_batches_grow_while_answers_are_quick(tmp_path: Path) -> None:
    settings = AgentSettings(quick_answer_s=20, slow_answer_s=25)  # each answer of a busy machine is quick
    async with World(tmp_path, agent_settings=settings) as shop:
        [till] = shop.tills
        await till.link.cut()
        for _ in range(settings.batch_first * 3):
            await till.sell(till.product())
        till.link.restore()
        await shop.settle()
        with till.opened.store.reading() as connection:
            operations = select(t.delivery.c.operations).order_by(t.delivery.c.id)
            sizes = list(connection.execute(operations).scalars())
    assert sizes[0] <= settings.batch_first < max(sizes)


def test_a_slow_answer_halves_the_batch_and_a_quick_full_one_doubles_it() -> None:
    assert batch_size.after_an_answer(SETTINGS, 200, 200, SETTINGS.slow_answer_s + 1) == 100
    assert batch_size.after_an_answer(SETTINGS, 200, 200, SETTINGS.quick_answer_s / 2) == 400
    assert batch_size.after_an_answer(SETTINGS, 200, 20, SETTINGS.quick_answer_s / 2) == 200, (
        "it was not full: that says nothing"
    )
    assert (
        batch_size.after_an_answer(SETTINGS, 200, 200, (SETTINGS.quick_answer_s + SETTINGS.slow_answer_s) / 2)
        == 200
    )
    assert batch_size.after_an_answer(SETTINGS, 500, 500, 0.1) == 500
    assert batch_size.after_failing(1) == 1


@pytest.mark.parametrize("read", [paths.CHANGES, paths.DIGEST])
async def test_a_session_whose_socket_is_gone_shows_its_token_to_nobody(shop: World, read: str) -> None:
    """The network changes while the till waits for an answer: a captive portal may answer next."""
    [till] = shop.tills
    await till.link.cut()
    await until(lambda: till.state is ConnectionState.OFFLINE, "it is offline")
    held = till.link.hold(read)
    till.link.requests.clear()
    till.link.restore()
    assert till.agent is not None
    till.agent.try_now()
    await until(lambda: ("GET", read) in till.link.requests, "the till waits for an answer")
    await till.link.cut()
    till.link.tokens_shown.clear()
    sale = await till.sell(till.product())
    for _ in range(2):  # what the sale woke is in the line before these
        await till.opened.store.write(lambda _tx: None, Priority.AGENT)
    held.set()
    await until(lambda: till.state is ConnectionState.OFFLINE, "it is offline")
    till.agent.try_now()
    await until(lambda: bool(till.link.tokens_shown), "it asked again")
    assert {token for _, token in till.link.tokens_shown} == {None}
    till.link.restore()
    await shop.settle()
    shop.assert_each_sale_once([sale])
