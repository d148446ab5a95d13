"""Stock on a real store: figures, their explanation, adjustments and counts."""

import orjson
import pytest

from app.domain.cart import Cart
from app.domain.errors import BadQuantity, UnknownProduct
from app.services.stock import counting, inventory
from app.services.stock.explanation import PendingEffect
from app.services.till import Till
from sync_agent.contract.stock import MovementReason
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from sync_agent.store.queue.status import Status
from tests.kit import selling
from tests.kit.clocks import ManualClock
from tests.kit.store_shop import (
    APPLES,
    BOWL,
    MARIA,
    MUG,
    confirm_stock,
    finish,
    goods,
    mark_needs_attention,
    open_shop,
    rows,
)


@pytest.fixture
def till(store: Store) -> Till:
    return open_shop(store)


async def sell(till: Till, product_id: str, quantity: int) -> str:
    return (await selling.sell(till, Cart().add(goods(till, product_id), quantity), MARIA)).id


async def adjust(till: Till, product_id: str, delta: int, reason: MovementReason) -> str:
    return await inventory.adjust(till, product_id, delta, reason, None, MARIA)


# --- the figure and its explanation ------------------------------------------------------------------


async def test_a_figure_says_what_the_server_confirmed_and_what_was_sold_since(till: Till) -> None:
    await sell(till, MUG, 2)
    await sell(till, MUG, 1)
    explained = inventory.explain(till, MUG)
    assert explained.sentence == ("Server: 12 (16:06, change 881) − 3 sold here, not sent yet = 9.")
    assert (explained.server_quantity, explained.version, explained.seq, explained.on_hand) == (12, 7, 881, 9)
    assert explained.pending == [PendingEffect("delta", -3, "sale", "pending")]


async def test_a_count_replaces_what_stood_before_it_in_the_explanation(till: Till) -> None:
    await adjust(till, MUG, -1, MovementReason.WASTE)
    await counting.count(till, MUG, 40, MARIA)
    await sell(till, MUG, 3)
    assert inventory.explain(till, MUG).sentence == (
        "Server: 12 (16:06, change 881) − 1 wasted here, not sent yet"
        " → 40 counted here, not sent yet − 3 sold here, not sent yet = 37."
    )


async def test_an_explanation_tells_apart_what_was_sent_refused_and_waits_for_a_person(till: Till) -> None:
    finish(till, await sell(till, MUG, 1))
    mark_needs_attention(till, await adjust(till, MUG, 5, MovementReason.RECEIVE), Status.DEAD_LETTER, "no")
    mark_needs_attention(till, await counting.count(till, MUG, 20, MARIA), Status.CONFLICT)
    sentence = inventory.explain(till, MUG).sentence
    assert "− 1 sold here, sent" in sentence
    assert "+ 5 received here, refused, needs attention" in sentence
    assert "→ 20 counted here, waiting for a decision = 20." in sentence


async def test_a_product_the_server_has_no_figure_for_says_so(till: Till) -> None:
    assert inventory.explain(till, APPLES).sentence == "Server: no figure yet."
    await sell(till, APPLES, 1250)
    assert inventory.explain(till, APPLES).sentence == (
        "Server: no figure yet − 1.250 kg sold here, not sent yet = −1.250 kg."
    )


def test_a_figure_that_nothing_was_added_to_is_told_plainly(till: Till) -> None:
    assert inventory.explain(till, BOWL).sentence == "Server: 0 (16:06, change 881)."


# --- lists -------------------------------------------------------------------------------------------


async def test_a_stock_row_counts_what_is_unsent(till: Till) -> None:
    await sell(till, MUG, 2)
    finish(till, await sell(till, MUG, 1))
    row = inventory.stock_row(till, MUG)
    assert (row.on_hand, row.server_quantity, row.unsent, row.in_conflict) == (9, 12, 1, False)
    with pytest.raises(UnknownProduct):
        inventory.stock_row(till, "nothing")


def test_a_stock_page_goes_through_the_catalogue_in_order(till: Till) -> None:
    first = inventory.stock_page(till, "", limit=3)
    assert [row.product.name for row in first.rows] == ["Apples", "Blue mug, small", "Bowl"]
    assert first.total == 4
    assert [row.product.name for row in inventory.stock_page(till, "", limit=3, offset=3).rows] == [
        "Crème vase"
    ]


def test_a_searched_stock_page_says_whether_more_follows(till: Till) -> None:
    assert [row.product.name for row in inventory.stock_page(till, "creme", limit=10).rows] == ["Crème vase"]
    assert inventory.stock_page(till, "b", limit=1).total == 2
    assert inventory.stock_page(till, "b", limit=2).total == 2


async def test_history_shows_unconfirmed_changes_first_and_never_a_change_twice(
    till: Till, clock: ManualClock
) -> None:
    await sell(till, MUG, 2)
    clock.advance(60)
    await counting.count(till, MUG, 30, MARIA, note="shelf 3")
    counted, sold = inventory.movements(till, MUG)
    assert (counted.delta, counted.reason, counted.note, counted.confirmed) == (20, "count", "shelf 3", False)
    assert (sold.delta, sold.reason, sold.actor_name, sold.device_id) == (-2, "sale", "Maria", "device-1")


# --- adjustments -------------------------------------------------------------------------------------


async def test_an_adjustment_is_a_delta_that_waits_behind_nothing(till: Till) -> None:
    operation_id = await inventory.adjust(till, MUG, -2, MovementReason.WASTE, "dropped", MARIA)
    (operation,) = rows(till, t.outbox)
    assert (operation.id, operation.lane, operation.base_version) == (operation_id, None, None)
    assert (operation.resource_type, operation.resource_id, operation.location_id) == (
        "stock_level",
        MUG,
        "main",
    )
    sent = orjson.loads(operation.data)
    assert (sent["delta"], sent["reason"], sent["note"]) == (-2, "waste", "dropped")
    assert inventory.stock_row(till, MUG).on_hand == 10


@pytest.mark.parametrize(
    ("delta", "reason"),
    [
        (0, MovementReason.CORRECTION),
        (-1, MovementReason.RECEIVE),
        (-1, MovementReason.FOUND),
        (1, MovementReason.WASTE),
        (1, MovementReason.SALE),
        (10**10, MovementReason.CORRECTION),
    ],
)
async def test_an_adjustment_that_makes_no_sense_is_refused(
    till: Till, delta: int, reason: MovementReason
) -> None:
    with pytest.raises(BadQuantity):
        await adjust(till, MUG, delta, reason)
    with pytest.raises(UnknownProduct):
        await adjust(till, "nothing", 1, MovementReason.FOUND)
    assert rows(till, t.outbox) == []


# --- counts ------------------------------------------------------------------------------------------


async def test_a_count_names_the_version_it_was_made_against_and_goes_with_its_ordering_key(
    till: Till,
) -> None:
    await sell(till, MUG, 2)
    await counting.count(till, MUG, 9, MARIA, counted_ms=1_750_000_000_500)
    operation = rows(till, t.outbox)[-1]
    assert (operation.base_version, operation.lane) == (7, "stock_level:main:mug")
    assert orjson.loads(operation.data) == {
        "newQuantity": 9,
        "previousQuantity": 12,
        "countedAt": "2025-06-15T15:06:40.500Z",
        "productId": MUG,
    }
    assert inventory.stock_row(till, MUG).on_hand == 9


async def test_a_count_of_what_the_server_never_spoke_of_starts_from_version_nothing(till: Till) -> None:
    await counting.count(till, APPLES, 5000, MARIA)
    (operation,) = rows(till, t.outbox)
    assert operation.base_version == 0
    assert "previousQuantity" not in orjson.loads(operation.data)


async def test_a_count_stands_while_the_servers_figure_moves_underneath(till: Till) -> None:
    await counting.count(till, MUG, 30, MARIA)
    confirm_stock(till, MUG, 11, 8)
    assert inventory.stock_row(till, MUG).on_hand == 30
    await counting.count(till, MUG, 29, MARIA)
    assert rows(till, t.outbox)[-1].base_version == 8


@pytest.mark.parametrize("quantity", [-1, 10**10])
async def test_what_cannot_be_counted_is_refused(till: Till, quantity: int) -> None:
    with pytest.raises(BadQuantity):
        await counting.count(till, MUG, quantity, MARIA)
