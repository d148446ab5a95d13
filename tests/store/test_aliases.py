"""An article that was made twice is one at the till: stock, sales, counts and keys follow its product."""

import sqlite3

import pytest
from sqlalchemy import Connection, event

from app.domain.cart import Cart
from app.domain.errors import BadProduct, NotPermitted
from app.services import preferences
from app.services.stock import catalogue, count_sessions, counting, inventory, made_twice
from app.services.sync import conflicts, decisions
from app.services.till import Till
from sync_agent.contract.aliases import PRODUCT_ALIAS, ProductAliasRow
from sync_agent.contract.conflicts import Conflict, ConflictSide, ConflictType, Resolution
from sync_agent.contract.stock import ProductRow
from sync_agent.store import tables as t
from sync_agent.store.database import Store, Transaction
from sync_agent.store.projection import aliases
from sync_agent.store.projection.renaming import Renaming
from sync_agent.store.projection.stock_figures import confirmed_many, on_hand_many
from tests.kit.feed import TENANT, Feed
from tests.kit.selling import sell
from tests.kit.store_shop import ALICE, BOWL, MARIA, MUG, VASE, confirm_stock, goods, open_shop, rows

GTIN = "5000112637922"


@pytest.fixture
def till(store: Store) -> Till:
    return open_shop(store)


def alias_row(
    till: Till, alias: str, product: str, version: int = 1, *, parted: bool = False
) -> ProductAliasRow:
    return ProductAliasRow(
        id=alias,
        product_id=product,
        made_at=Feed(till.store).now,
        by="alice",
        parted=parted,
        version=version,
    )


def publish_alias(till: Till, alias: str, product: str, version: int = 1, *, parted: bool = False) -> None:
    row = alias_row(till, alias, product, version, parted=parted)
    Feed(till.store).publish(TENANT, (PRODUCT_ALIAS, alias, version, row))


def on_hand(till: Till, product: str) -> int:
    return inventory.stock_row(till, product).on_hand


async def test_unconfirmed_sales_of_both_count_on_the_product(till: Till) -> None:
    await sell(till, Cart().add(goods(till, BOWL), 3).add(goods(till, MUG), 1), MARIA)
    await sell(till, Cart().add(goods(till, BOWL), 1), MARIA)
    assert (on_hand(till, MUG), on_hand(till, BOWL)) == (11, -4)
    publish_alias(till, BOWL, MUG)
    assert (on_hand(till, MUG), on_hand(till, BOWL)) == (7, 7)
    assert inventory.stock_row(till, BOWL).product.id == MUG
    assert sorted(movement.delta for movement in inventory.movements(till, BOWL)) == [-4, -1]


async def test_a_figure_does_not_flicker_while_the_stock_moves_at_the_server(till: Till) -> None:
    confirm_stock(till, BOWL, -3, 3)
    publish_alias(till, BOWL, MUG)
    assert on_hand(till, MUG) == 9
    confirm_stock(till, MUG, 9, 20)
    confirm_stock(till, BOWL, 0, 4)
    assert on_hand(till, MUG) == 9


def test_the_servers_figure_has_what_is_still_recorded_under_the_alias(till: Till) -> None:
    confirm_stock(till, BOWL, -3, 3)
    publish_alias(till, BOWL, MUG)
    assert inventory.stock_row(till, MUG).server_quantity == 9
    publish_alias(till, "new", "unmoved")
    confirm_stock(till, "new", 5, 1)
    with till.store.reading() as connection:
        assert confirmed_many(connection, [MUG, VASE, "unmoved"], "main") == {MUG: 9, "unmoved": 5}


@pytest.mark.parametrize("count_of", [40, 900])
def test_the_queries_for_many_products_are_few_however_many_have_aliases(till: Till, count_of: int) -> None:
    products = [f"product-{number}" for number in range(count_of)]
    aliased = [
        (PRODUCT_ALIAS, f"alias-{number}", 1, alias_row(till, f"alias-{number}", product))
        for number, product in enumerate(products)
    ]
    Feed(till.store).publish(TENANT, *aliased)
    for number in (0, count_of - 1):
        confirm_stock(till, f"alias-{number}", 2, 1)
    asked: list[str] = []
    with till.store.reading() as connection:
        event.listen(connection, "before_cursor_execute", lambda *args: asked.append(args[2]))
        on_hand = on_hand_many(connection, products, "main")
        assert len(asked) <= 12 * (1 + count_of // 500)
        assert sum(on_hand.values()) == 4
        assert set(aliases.other_names(connection, products)) == set(products)


def test_more_aliases_than_a_query_takes_values(till: Till) -> None:
    publish_alias(till, BOWL, MUG)
    names = [f"alias-{number}" for number in range(2000)]

    def ask(tx: Transaction) -> None:
        taken_at_once(tx.connection, 999)
        try:
            assert aliases.real_products(tx.connection, [*names, BOWL])[BOWL] == MUG
            assert on_hand_many(tx.connection, [*names, BOWL], "main")[BOWL] == 12
            Renaming(tx, dict.fromkeys(names, MUG)).follow()
        finally:
            taken_at_once(tx.connection, 32_766)

    till.store.submit(ask).result()


def taken_at_once(connection: Connection, most: int) -> None:
    """The most values that SQLite takes in a query; how many depends on how it was built."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    raw.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, most)


async def test_what_is_sold_under_the_alias_is_written_as_it_was_sold_and_shown_on_the_product(
    till: Till,
) -> None:
    vase = goods(till, BOWL)
    publish_alias(till, BOWL, MUG)
    await sell(till, Cart().add(vase, 2).add(goods(till, MUG), 1), MARIA)
    assert {row.product_id for row in rows(till, t.sale_line)} == {BOWL, MUG}
    [overlay] = rows(till, t.overlay)
    assert (overlay.product_id, overlay.quantity) == (MUG, -3)
    assert on_hand(till, MUG) == 9


async def test_counts_movements_and_edits_are_written_on_the_product(till: Till) -> None:
    publish_alias(till, BOWL, MUG)
    await counting.count(till, BOWL, 5, MARIA)
    await inventory.adjust(till, BOWL, 2, "receive", None, MARIA)
    await catalogue.edit_product(till, BOWL, {"name": "Cup"}, ALICE)
    named = [row.resource_id for row in rows(till, t.outbox)]
    assert named == [MUG, MUG, MUG]
    assert (on_hand(till, MUG), goods(till, BOWL).name) == (7, "Cup")


async def test_what_is_counted_under_both_is_on_the_shelf_together(till: Till) -> None:
    session = await count_sessions.begin(till, "Shelf", MARIA, is_full=False)
    await count_sessions.add(till, session, BOWL, 3)
    await count_sessions.add(till, session, MUG, 7)
    await sell(till, Cart().add(goods(till, BOWL), 1), MARIA)
    publish_alias(till, BOWL, MUG)
    [line] = count_sessions.lines(till, session)
    assert (line.product.id, line.quantity) == (MUG, 9)
    await count_sessions.add(till, session, BOWL, 1)
    [line] = count_sessions.lines(till, session)
    assert line.quantity == 10
    await count_sessions.finish(till, session, MARIA)
    assert on_hand(till, MUG) == 10


async def test_quick_keys_follow_and_are_not_shown_twice(till: Till) -> None:
    for product in (VASE, BOWL, MUG):
        await preferences.toggle_quick_key(till, product)
    publish_alias(till, VASE, MUG)
    assert preferences.read(till).quick_keys == (MUG, BOWL)
    assert preferences.has_quick_key(till, VASE)
    await preferences.toggle_quick_key(till, VASE)
    assert preferences.read(till).quick_keys == (BOWL,)


def test_an_alias_is_not_in_the_catalogue_and_comes_back_when_it_is_parted(till: Till) -> None:
    publish_alias(till, BOWL, MUG)
    Feed(till.store).publish_products([ProductRow(id=BOWL, name="Bowl", version=9, deleted=True)])
    assert BOWL not in {product.id for product in catalogue.search(till, "", limit=50)}
    publish_alias(till, BOWL, MUG, 2, parted=True)
    Feed(till.store).publish_products([ProductRow(id=BOWL, name="Bowl", price_minor=900, version=10)])
    assert goods(till, BOWL).id == BOWL
    confirm_stock(till, BOWL, 4, 9)
    assert (on_hand(till, BOWL), on_hand(till, MUG)) == (4, 12)


def test_chains_lead_to_one_end(till: Till) -> None:
    publish_alias(till, "c", "b")
    publish_alias(till, "b", MUG)
    with till.store.reading() as connection:
        assert aliases.real_products(connection, ["c", "b", MUG, VASE]) == {
            "c": MUG,
            "b": MUG,
            MUG: MUG,
            VASE: VASE,
        }
        assert aliases.other_names(connection, ["c", VASE]) == {MUG: ["b", "c"]}
    assert goods(till, "c").id == MUG


# --- decided by a person --------------------------------------------------------------------------------


def ask(till: Till, **differs: object) -> str:
    """A conflict about a product "new" with the mug's number; its id."""
    mug = goods(till, MUG)
    server = {"id": MUG, "name": mug.name, "barcode": mug.barcode, "priceMinor": mug.price_minor}
    conflict = Conflict(
        id="which",
        tenant_id="demo",
        resource_type="product",
        resource_id="new",
        same_as=MUG,
        conflict_type=ConflictType.SAME_ARTICLE,
        local_version=ConflictSide(values={**server, "name": "Cup", **differs}, version=0, actor="alice"),
        server_version=ConflictSide(values=server, version=3),
        timestamp=Feed(till.store).now,
        user_id="alice",
    )
    Feed(till.store).publish(TENANT, ("conflict", conflict.id, 1, conflict))
    return conflict.id


async def decide(till: Till, conflict_id: str, resolution: Resolution, **merged: object) -> None:
    await decisions.resolve(
        till, conflict_id, resolution, ALICE, merged=merged or None, expected_server_version=3
    )


async def test_two_articles_need_a_number_each(till: Till) -> None:
    mug = goods(till, MUG)
    conflict_id = ask(till)
    assert conflicts.comparison(till, conflict_id).title == "Cup"
    bowl = goods(till, BOWL)
    for taken in ({"barcode": bowl.barcode}, {"barcode": "5000112637923"}):
        with pytest.raises(BadProduct):
            await decide(till, conflict_id, Resolution.MERGE, name="Cup", **taken)
    await decide(till, conflict_id, Resolution.MERGE, name="Cup", barcode=GTIN, priceMinor=500)
    assert (goods(till, "new").name, goods(till, "new").barcode) == ("Cup", GTIN)
    assert goods(till, MUG) == mug


async def test_one_article_has_the_values_that_were_chosen(till: Till) -> None:
    await decide(till, ask(till), Resolution.ACCEPT_LOCAL)
    assert goods(till, MUG).name == "Cup"


async def test_for_two_units_nothing_is_suggested(till: Till) -> None:
    assert conflicts.comparison(till, ask(till, unit="kg")).suggestion is None


# --- the manager's list ---------------------------------------------------------------------------------


async def test_products_with_one_number_are_listed_and_joined_by_a_manager_only(till: Till) -> None:
    mug = goods(till, MUG)
    assert made_twice.pairs(till) == []
    twin = ProductRow(id="twin", name="Mug 2", barcode=mug.barcode, price_minor=500, version=1)
    Feed(till.store).publish_products([twin])
    [pair] = made_twice.pairs(till)
    assert (pair.first.id, pair.second.id, pair.code) == (MUG, "twin", mug.barcode)
    assert rows(till, t.outbox) == [], "nothing is joined by itself"
    with pytest.raises(NotPermitted):
        await made_twice.join(till, pair, MARIA)
    await made_twice.join(till, pair, ALICE)
    [operation] = rows(till, t.outbox)
    assert (operation.operation, operation.resource_type, operation.resource_id) == (
        "create",
        PRODUCT_ALIAS,
        "twin",
    )
    assert made_twice.pairs(till) == [], "it is gone from the list at once"


async def test_a_joined_article_is_parted_with_a_number_of_its_own(till: Till) -> None:
    publish_alias(till, "twin", MUG)
    [alias] = made_twice.joined(till)
    assert (alias.alias_id, alias.product.id) == ("twin", MUG)
    mug = goods(till, MUG)
    for wrong in ({}, {"barcode": mug.barcode}, {"barcode": "5000112637923"}):
        with pytest.raises(BadProduct):
            await made_twice.part(till, alias, ALICE, **wrong)
    await made_twice.part(till, alias, ALICE, barcode=GTIN)
    [operation] = rows(till, t.outbox)
    assert (operation.operation, operation.data) == ("delete", f'{{"barcode":"{GTIN}","sku":""}}')


async def test_products_in_two_units_are_not_joined(till: Till) -> None:
    mug = goods(till, MUG)
    twin = ProductRow(id="twin", name="Clay", barcode=mug.barcode, unit="kg", unit_decimals=3, version=1)
    Feed(till.store).publish_products([twin])
    [pair] = made_twice.pairs(till)
    with pytest.raises(BadProduct):
        await made_twice.join(till, pair, ALICE)
