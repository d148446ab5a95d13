"""At a till a product's unit stays while there is stock or history of it, wherever it would be changed."""

from collections.abc import Awaitable, Callable

import orjson
import pytest

from app.domain.cart import Cart
from app.domain.errors import BadProduct
from app.services.stock import catalogue, count_sessions, inventory
from app.services.stock.catalogue import NewProduct
from app.services.sync import decisions, queue, refused
from app.services.till import Till
from sync_agent.contract.conflicts import Conflict, ConflictSide, ConflictType, Resolution
from sync_agent.contract.wire import from_ms
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from sync_agent.store.queue import transitions
from sync_agent.store.queue.status import Status
from tests.kit import selling
from tests.kit.store_shop import (
    ALICE,
    APPLES,
    MARIA,
    MUG,
    VASE,
    goods,
    open_shop,
    rows,
    store_conflict,
)


@pytest.fixture
def till(store: Store) -> Till:
    return open_shop(store)


async def sold(till: Till) -> None:
    await selling.sell(till, Cart().add(goods(till, APPLES), 1250), MARIA)


async def received(till: Till) -> None:
    await inventory.adjust(till, APPLES, 5000, "receive", None, ALICE)


async def being_counted(till: Till) -> None:
    session = await count_sessions.begin(till, "shelf", ALICE, is_full=False)
    await count_sessions.add(till, session, APPLES, 100)


async def edit(till: Till, product_id: str, unit: str) -> str | None:
    return await catalogue.edit_product(till, product_id, {"unit": unit}, ALICE)


@pytest.mark.parametrize("history", [sold, received, being_counted])
async def test_a_unit_stays_while_this_till_knows_of_stock_or_history(
    till: Till, history: Callable[[Till], Awaitable[None]]
) -> None:
    await history(till)
    with pytest.raises(BadProduct, match="stock or history of “Apples”"):
        await edit(till, APPLES, "each")
    assert goods(till, APPLES).unit == "kg"


async def test_the_servers_stock_counts_too(till: Till) -> None:
    with pytest.raises(BadProduct, match="Blue mug"):
        await edit(till, MUG, "kg")


async def test_a_new_product_may_get_another_unit_and_get_it_back(till: Till) -> None:
    assert await edit(till, APPLES, "each") is not None
    assert goods(till, APPLES).unit == "each"
    assert await edit(till, APPLES, "kg") is not None


async def test_the_unit_that_it_has_is_no_change(till: Till) -> None:
    assert await edit(till, MUG, "each") is None


async def test_an_import_changes_no_unit(till: Till) -> None:
    added = await catalogue.add_products(
        till, [NewProduct("Mug", "4006381333931", price_minor=1, unit="kg")], ALICE.id
    )
    assert (added.added, added.already_there) == (0, (0,))
    assert goods(till, MUG).unit == "each"


async def test_a_refused_change_says_why_and_can_be_sent_without_it(till: Till) -> None:
    """Another location has stock, so this till knows of none and the server refuses."""
    operation_id = await edit(till, APPLES, "each")
    assert operation_id is not None
    till.store.submit(
        lambda tx: transitions.mark_needs_attention(
            tx, operation_id, Status.DEAD_LETTER, code="precondition_failed", error="not here"
        )
    ).result()
    [row] = queue.attention(till)
    assert row.error is not None
    assert "“Apples” has stock or history, so its unit stays" in row.error
    edited_id = await refused.edit_and_send(till, operation_id, {"unit": "kg"}, ALICE)
    edited = next(row for row in rows(till, t.outbox) if row.id == edited_id)
    assert orjson.loads(edited.data)["set"] == {"unit": "kg"}
    assert goods(till, APPLES).unit == "kg"


@pytest.mark.parametrize("resolution", [Resolution.ACCEPT_LOCAL, Resolution.MERGE])
async def test_a_decision_gives_no_other_unit(till: Till, resolution: Resolution) -> None:
    sides = [ConflictSide(values=values, version=1) for values in ({"unit": "kg"}, {"unit": "each"})]
    conflict = Conflict(
        id="conflict-1",
        tenant_id="demo",
        resource_type="product",
        resource_id=MUG,
        conflict_type=ConflictType.CONCURRENT_UPDATE,
        local_version=sides[0],
        server_version=sides[1],
        timestamp=from_ms(till.clock.now_ms()),
        user_id="alice",
    )
    store_conflict(till, conflict)
    with pytest.raises(BadProduct, match="Blue mug"):
        await decisions.resolve(
            till, "conflict-1", resolution, ALICE, merged={"unit": "kg"}, expected_server_version=1
        )


async def test_a_product_without_history_elsewhere_is_free(till: Till) -> None:
    assert await edit(till, VASE, "kg") is not None
