"""One article that two tills make while both are offline becomes one product, and its sales are kept."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.services.stock import catalogue, count_sessions, inventory
from app.services.stock.catalogue import ADD_MAX, NewProduct, ProductView, add_products
from app.services.sync import conflicts, decide_alike, decisions
from sync_agent.contract.conflicts import Resolution
from sync_agent.store import tables as t
from sync_agent.store.queue.status import Status
from tests.kit.tills import WorldTill
from tests.kit.waiting import until
from tests.kit.world import World

GTIN, OTHER_GTIN = "036000291452", "5000112637922"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[World]:
    async with World(tmp_path, tills=2) as world:
        yield world


def found(till: WorldTill, code: str) -> ProductView:
    product = catalogue.by_code(till.till, code)
    assert product is not None
    return product


def has(till: WorldTill, code: str) -> bool:
    return catalogue.by_code(till.till, code) is not None


async def made_at_both(shop: World, one: NewProduct, other: NewProduct) -> tuple[ProductView, ProductView]:
    """The product of each till; the second till is still offline."""
    first, second = shop.tills
    await second.link.cut()
    await add_products(first.till, [one], "alice")
    await add_products(second.till, [other], "alice")
    await until(lambda: first.waiting() == 0, "the first till's product is taken")
    return (found(first, one.barcode or one.sku or ""), found(second, other.barcode or other.sku or ""))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            NewProduct("Loose", sku="LOOSE-1", price_minor=100),
            NewProduct("Loose", sku="loose\u20131", price_minor=100),
        ),
        (NewProduct("Bowl", GTIN, price_minor=100), NewProduct("Bowl", "00036000291452", price_minor=100)),
    ],
)
async def test_what_both_sold_counts_on_one_product_at_every_till(
    shop: World, one: NewProduct, other: NewProduct
) -> None:
    first, second = shop.tills
    mine, theirs = await made_at_both(shop, one, other)
    assert mine.id != theirs.id
    sales = [await first.sell(mine, 2), await second.sell(theirs, 3)]
    second.link.restore()
    await shop.settle()
    sales.append(await second.sell(theirs, 1))
    await shop.settle()
    shop.assert_converged()
    shop.assert_each_sale_once(sales)
    levels = shop.server_levels()
    assert (levels[mine.id], levels.get(theirs.id, 0)) == (-6, 0)
    for till in shop.tills:
        assert found(till, one.barcode or one.sku or "").id == mine.id
        assert till.on_hand(theirs) == -6
        deltas = [movement.delta for movement in inventory.movements(till.till, theirs.id)]
        assert sorted(deltas) == [-3, -2, -1]
    assert not shop.query("SELECT flags FROM till_transaction WHERE flags LIKE '%unknown_product%'")


async def test_a_basket_and_a_count_under_the_alias_go_on(shop: World) -> None:
    first, second = shop.tills
    mine, theirs = await made_at_both(
        shop, NewProduct("Bowl", GTIN, price_minor=100), NewProduct("Bowl", GTIN, price_minor=100)
    )
    manager = second.clerk("alice")
    session = await count_sessions.begin(second.till, "Shelf", manager, is_full=False)
    await count_sessions.add(second.till, session, theirs.id, 8)
    second.link.restore()
    await shop.settle()
    await count_sessions.add(second.till, session, mine.id, 2)
    [line] = count_sessions.lines(second.till, session)
    assert (line.product.id, line.quantity) == (mine.id, 10)
    sale = await second.sell(theirs, 1)
    [line] = count_sessions.lines(second.till, session)
    assert line.quantity == 9
    await count_sessions.finish(second.till, session, manager)
    await shop.settle()
    shop.assert_converged()
    assert first.on_hand(mine) == 9
    shop.assert_each_sale_once([sale])


async def test_where_they_differ_a_person_decides_and_the_till_sells_meanwhile(shop: World) -> None:
    first, second = shop.tills
    mine, theirs = await made_at_both(
        shop, NewProduct("Bowl", GTIN, price_minor=100), NewProduct("Mug", GTIN, price_minor=250)
    )
    second.link.restore()
    await until(lambda: len(conflicts.open_conflicts(first.till)) == 1, "the other till hears of it")
    [conflict] = conflicts.open_conflicts(first.till)
    assert conflict.title == "Mug"
    sale = await second.sell(theirs, 3)
    comparison = conflicts.comparison(first.till, conflict.id)
    assert comparison.is_same_article
    assert [row.field for row in comparison.rows] == ["barcode", "name", "priceMinor"]
    await decisions.resolve(
        first.till,
        conflict.id,
        Resolution.MERGE,
        first.clerk("alice"),
        merged={"name": "Mug", "barcode": OTHER_GTIN, "priceMinor": 250},
        expected_server_version=comparison.server_version,
    )
    await shop.settle()
    shop.assert_converged()
    shop.assert_each_sale_once([sale])
    for till in shop.tills:
        assert found(till, OTHER_GTIN).id == theirs.id
        assert found(till, GTIN).id == mine.id
        assert (till.on_hand(theirs), till.on_hand(mine)) == (-3, 0)
    with second.till.store.reading() as connection:
        statuses = set(connection.execute(select(t.outbox.c.status)).scalars())
    assert statuses == {Status.COMPLETED}


async def test_a_list_imported_at_two_tills_is_decided_at_once(shop: World) -> None:
    first, second = shop.tills
    await second.link.cut()
    await add_products(
        first.till, [NewProduct(f"Thing {n}", sku=f"T-{n}", price_minor=100) for n in range(20)], "alice"
    )
    await add_products(
        second.till, [NewProduct(f"Thing {n}", sku=f"t-{n}", price_minor=120) for n in range(20)], "alice"
    )
    await until(lambda: first.waiting() == 0, "the first list is taken")
    theirs = found(second, "T-7")
    await second.sell(theirs, 2)
    second.link.restore()
    await until(lambda: len(conflicts.open_conflicts(second.till)) == 20, "all are asked about")
    like = decide_alike.similar(second.till, conflicts.open_conflicts(second.till)[0].id)
    assert len(like) == 20
    assert {one.label for one in like} == {"One article, with the server’s values"}
    assert await decide_alike.decide_similar(second.till, like, second.clerk("alice")) == (20, 0)
    await shop.settle()
    shop.assert_converged()
    assert found(second, "T-7").price_minor == 100
    assert second.on_hand(found(second, "T-7")) == -2
    assert not conflicts.open_conflicts(first.till)


async def add_list(till: WorldTill, products: list[NewProduct]) -> None:
    for start in range(0, len(products), ADD_MAX):
        await add_products(till.till, products[start : start + ADD_MAX], "alice")


def count_open(till: WorldTill) -> int:
    query = select(func.count()).where(t.conflict.c.status == "open")
    with till.till.store.reading() as connection:
        return int(connection.execute(query).scalar_one())


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a_long_list_imported_at_two_tills_is_decided_at_once(shop: World) -> None:
    first, second = shop.tills
    most, at_most_s = 1000, 200.0
    await second.link.cut()
    await add_list(first, [NewProduct(f"Thing {n}", sku=f"T-{n}", price_minor=100) for n in range(most)])
    await add_list(second, [NewProduct(f"Thing {n}", sku=f"t-{n}", price_minor=120) for n in range(most)])
    await until(lambda: first.waiting() == 0, "the first list is taken", within_s=at_most_s)
    theirs = found(second, "T-7")
    await second.sell(theirs, 2)
    second.link.restore()
    await until(lambda: count_open(second) == most, "all are asked about", within_s=at_most_s)
    like = decide_alike.similar(second.till, conflicts.open_conflicts(second.till)[0].id)
    assert len(like) == most
    assert await decide_alike.decide_similar(second.till, like, second.clerk("alice")) == (most, 0)
    await until(second.has_sent_all, "all decisions are taken", within_s=at_most_s)
    await until(lambda: count_open(first) == 0, "the other till hears of all", within_s=at_most_s)
    await shop.settle()
    shop.assert_converged()
    assert second.on_hand(found(second, "T-7")) == -2
