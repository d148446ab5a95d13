"""Stock work beyond one figure: counts by scanning that rest, transfers, what is short, what is elsewhere."""

import orjson
import pytest
from sqlalchemy import insert, update

from app.domain import rights
from app.domain.cart import Cart
from app.domain.errors import BadQuantity, CountOver, NotPermitted, UnknownProduct
from app.domain.rights import Right
from app.domain.vocabulary.roles import MANAGER
from app.services.stock import count_sessions, inventory, transfers
from app.services.stock.inventory import RemoteStockRow
from app.services.stock.transfers import Place
from app.services.till import Till
from sync_agent.contract.operations import CountData, TransferData
from sync_agent.contract.stock import MovementReason
from sync_agent.store import tables as t
from sync_agent.store.database import Store, Transaction
from tests.kit import selling
from tests.kit.clocks import ManualClock
from tests.kit.store_shop import ALICE, APPLES, BOWL, MARIA, MUG, confirm_stock, goods, open_shop, rows

ANNEX = Place("annex", "Annex")


@pytest.fixture
def till(store: Store) -> Till:
    made = open_shop(store)
    places = [("main", "Main Street", "Europe/London", 1), ("annex", "Annex", "Europe/London", 1)]
    store.submit(lambda tx: [tx.execute(insert(t.location).values(place)) for place in places]).result()
    return made


async def sell(till: Till, product_id: str, quantity: int) -> None:
    await selling.sell(till, Cart().add(goods(till, product_id), quantity), MARIA)


# --- counting by scanning ----------------------------------------------------------------------------


async def test_a_count_rests_goes_on_and_sets_each_figure_once(till: Till) -> None:
    session = await count_sessions.begin(till, "Shelf 3", MARIA, is_full=False)
    for _ in range(3):
        await count_sessions.add(till, session, MUG, 1)
    await count_sessions.set_counted(till, session, BOWL, 4)
    [resting] = count_sessions.open_sessions(till)
    assert (resting.name, resting.products, resting.person) == ("Shelf 3", 2, "Maria")
    assert {
        line.product.id: (line.quantity, line.expected) for line in count_sessions.lines(till, session)
    } == {
        MUG: (3, 12),
        BOWL: (4, 0),
    }
    assert rows(till, t.outbox) == [], "nothing is asked of anybody before it is finished"
    assert await count_sessions.finish(till, session, MARIA) == count_sessions.Finished(2, 2)
    assert [inventory.stock_row(till, product).on_hand for product in (MUG, BOWL)] == [3, 4]
    assert count_sessions.open_sessions(till) == []
    with pytest.raises(CountOver):
        await count_sessions.add(till, session, MUG, 1)


async def test_what_is_sold_between_the_shelf_and_the_end_is_taken_into_account(
    till: Till, clock: ManualClock
) -> None:
    session = await count_sessions.begin(till, "", MARIA, is_full=True)
    await count_sessions.set_counted(till, session, MUG, 40)
    clock.advance(600)
    await sell(till, MUG, 3)
    confirm_stock(till, MUG, 10, 8)  # two were sold at another till of this shop
    [line] = count_sessions.lines(till, session)
    assert (line.quantity, line.expected) == (40 - 3 - 2, 12 - 3 - 2)
    await count_sessions.finish(till, session, MARIA)
    assert inventory.stock_row(till, MUG).on_hand == 35
    count = CountData.model_validate(orjson.loads(rows(till, t.outbox)[-1].data))
    assert (count.new_quantity, count.previous_quantity) == (35, 10)
    assert rows(till, t.outbox)[-1].base_version == 8


async def test_one_more_adds_to_what_the_line_has_become(till: Till) -> None:
    session = await count_sessions.begin(till, "Shelf", MARIA, is_full=False)
    await count_sessions.set_counted(till, session, MUG, 10)
    await sell(till, MUG, 2)
    assert await count_sessions.add(till, session, MUG, 1) == 9


async def test_a_count_that_is_given_up_changes_nothing(till: Till) -> None:
    session = await count_sessions.begin(till, "Shelf", MARIA, is_full=False)
    await count_sessions.add(till, session, MUG, 1)
    await count_sessions.remove(till, session, MUG)
    await count_sessions.add(till, session, BOWL, 1)
    assert count_sessions.uncounted(till, session) == 1
    await count_sessions.abandon(till, session)
    assert rows(till, t.outbox) == []
    assert rows(till, t.count_line) == []


async def test_nonsense_is_not_counted(till: Till) -> None:
    session = await count_sessions.begin(till, "Shelf", MARIA, is_full=False)
    with pytest.raises(BadQuantity):
        await count_sessions.set_counted(till, session, MUG, -1)
    with pytest.raises(UnknownProduct):
        await count_sessions.add(till, session, "nothing", 1)


async def test_a_count_of_many_is_written_a_page_at_a_time(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(count_sessions, "COUNTS_PER_TRANSACTION", 1)
    session = await count_sessions.begin(till, "Shelf", MARIA, is_full=False)
    for product in (MUG, BOWL, APPLES):
        await count_sessions.set_counted(till, session, product, 5000)
    commits: list[object] = []
    till.store.listen(commits.append)
    await count_sessions.finish(till, session, MARIA)
    assert len(commits) == 4, "one for each line, and one for the end"


# --- transfers ---------------------------------------------------------------------------------------


async def test_goods_sent_to_another_shop_leave_this_one_at_once(till: Till) -> None:
    assert transfers.other_places(till) == [ANNEX]
    await transfers.send(till, ANNEX, [(MUG, 4), (APPLES, 1500)], MARIA, note="for the market")
    assert inventory.stock_row(till, MUG).on_hand == 8
    [operation] = rows(till, t.outbox)
    sent = TransferData.model_validate(orjson.loads(operation.data))
    assert (operation.resource_type, sent.to_location_id, sent.note) == (
        "stock_transfer",
        "annex",
        "for the market",
    )
    assert [(line.product_id, line.quantity) for line in sent.lines] == [(MUG, 4), (APPLES, 1500)]
    movement = inventory.movements(till, MUG)[0]
    assert (movement.delta, movement.confirmed) == (-4, False)


@pytest.mark.parametrize("goods_sent", [[], [(MUG, 0)], [(MUG, -2)]])
async def test_nothing_cannot_be_sent(till: Till, goods_sent: list[tuple[str, int]]) -> None:
    with pytest.raises(BadQuantity):
        await transfers.send(till, ANNEX, goods_sent, MARIA)


async def test_one_row_of_the_table_makes_transfers_a_managers(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rights.LEAST, Right.TRANSFER_STOCK, MANAGER)
    with pytest.raises(NotPermitted, match="Only a manager may send goods to another shop"):
        await transfers.send(till, ANNEX, [(MUG, 4)], MARIA)
    await transfers.send(till, ANNEX, [(MUG, 4)], MARIA, approved_by=ALICE)
    await transfers.send(till, ANNEX, [(MUG, 1)], ALICE)
    assert [row.approved_by_id for row in rows(till, t.outbox)] == ["alice", None]


# --- what is short, and what is elsewhere ------------------------------------------------------------


async def test_what_is_low_and_what_was_oversold_follow_this_tills_own_sales(till: Till) -> None:
    assert names(till, "oversold") == []
    assert names(till, "low") == ["Bowl"]
    await sell(till, BOWL, 2)
    await sell(till, MUG, 8)
    assert names(till, "oversold") == ["Bowl"]
    assert names(till, "low") == ["Blue mug, small", "Bowl"]
    assert [row.product.name for row in inventory.short_page(till, "mug", "low", 5).rows] == [
        "Blue mug, small"
    ]
    await inventory.adjust(till, BOWL, 10, MovementReason.RECEIVE, None, MARIA)
    assert names(till, "oversold") == []


async def test_low_by_weight_is_low_by_the_kilogram(till: Till) -> None:
    await inventory.adjust(till, APPLES, 4500, MovementReason.RECEIVE, None, MARIA)
    assert "Apples" in names(till, "low")
    await inventory.adjust(till, APPLES, 4500, MovementReason.RECEIVE, None, MARIA)
    assert "Apples" not in names(till, "low")


async def test_low_in_a_unit_of_a_newer_server_is_low_by_its_own_parts(till: Till) -> None:
    """Three whole carats, of which each has more parts than a kilogram."""

    def tell(tx: Transaction) -> None:
        tx.execute(update(t.catalogue).where(t.catalogue.c.product_id == APPLES).values(unit="carat|5"))
        tx.execute(insert(t.stock_level).values(("main", APPLES, 300_000, 1, tx.now_ms)))

    till.store.submit(tell).result()
    assert "Apples" in names(till, "low")


def names(till: Till, which: inventory.Which) -> list[str]:
    return [row.product.name for row in inventory.short_page(till, "", which, 5).rows]


def test_another_place_is_told_with_its_age_or_as_not_asked(till: Till, clock: ManualClock) -> None:
    assert inventory.remote_stock(till, MUG) == [RemoteStockRow("Annex", None, None)]
    asked_ms = clock.now_ms()
    values = {"product_id": MUG, "location_id": "annex", "quantity": 7, "updated_ms": 1, "asked_ms": asked_ms}
    till.store.submit(lambda tx: tx.execute(insert(t.stock_elsewhere).values(values))).result()
    clock.advance(900)
    assert inventory.remote_stock(till, MUG) == [RemoteStockRow("Annex", 7, asked_ms)]
