"""Past lines read as they were sold, whatever became of their products."""

import lzma
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QLocale
from sqlalchemy import update

from app.bootstrap import open_home
from app.domain.cart import Cart
from app.domain.slip import Pair
from app.domain.tender import tender_cash
from app.domain.vocabulary.payment_methods import CASH
from app.domain.vocabulary.units import unit_as_sold
from app.services.cash import shifts
from app.services.selling import receipts, refunds
from app.services.selling.transaction import CompletedSale
from app.services.till import Till
from app.ui.widgets.formatting import Formatter
from sync_agent.contract.operations import TransactionData
from sync_agent.contract.stock import ProductRow
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from tests.kit import assortment, selling
from tests.kit.feed import Feed
from tests.kit.store_shop import ALICE, APPLES, MARIA, MUG, goods, open_shop, rows


@pytest.fixture
def till(store: Store) -> Till:
    return open_shop(store)


def deleted(till: Till) -> None:
    Feed(till.store).delete_product(APPLES, 2)


def unknown(till: Till) -> None:
    Feed(till.store).lose_product(APPLES)


def sold_by_the_piece(till: Till) -> None:
    Feed(till.store).publish_products([changed(unit="each")])


def another_article_now(till: Till) -> None:
    now = changed(name="Pears", sku="P-1", barcode="4006381333931", price_minor=1, tax_rate_ppm=50_000)
    Feed(till.store).publish_products([now])


def changed(**values: object) -> ProductRow:
    return assortment.APPLES.row().model_copy(update={**values, "version": 2})


each_fate = pytest.mark.parametrize("fate", [deleted, unknown, sold_by_the_piece, another_article_now])
Fate = Callable[[Till], None]


async def sell_apples(till: Till) -> CompletedSale:
    """1.250 kg at 2.99 a kilogram."""
    return await selling.sell(till, Cart().add(goods(till, APPLES), 1250), MARIA, [tender_cash(374, 374)])


def printed(till: Till, sale_id: str) -> list[str]:
    slip = receipts.receipt(till, sale_id, Formatter(QLocale("en_GB"), "GBP", "Europe/London"), copy=True)
    return [row.text for row in slip.rows if isinstance(row, Pair)]


def of_an_older_release(till: Till) -> None:
    """Lines as 0.1.0 stored them."""
    nothing = {"unit": None, "unit_decimals": None, "barcode": None, "sku": None}
    till.store.submit(lambda tx: tx.execute(update(t.sale_line).values(nothing))).result()


@each_fate
@pytest.mark.parametrize("is_old", [False, True])
async def test_a_reprint_says_what_was_sold(till: Till, fate: Fate, is_old: bool) -> None:
    sale = await sell_apples(till)
    if is_old:
        of_an_older_release(till)
    fate(till)
    lines = printed(till, sale.id)
    assert "Apples" in lines
    assert "  1.250 kg × 2.99" in lines


@each_fate
@pytest.mark.parametrize("is_old", [False, True])
async def test_what_goes_back_is_what_was_sold(till: Till, fate: Fate, is_old: bool) -> None:
    sale = await sell_apples(till)
    if is_old:
        of_an_older_release(till)
    fate(till)
    [line] = refunds.open_sale(till, sale.id).lines
    assert (line.unit, line.left, line.line.description) == ("kg", 1250, "Apples")
    half = await refunds.refund(till, refunds.open_sale(till, sale.id), {1: 625}, CASH, ALICE, "bruised")
    assert half.total_minor == 187
    assert "  0.625 kg × 2.99" in printed(till, half.id)
    operation = next(row for row in rows(till, t.outbox) if row.id == half.id)
    assert orjson.loads(operation.summary)["items"] == 1
    [back] = TransactionData.model_validate(orjson.loads(operation.data)).lines
    assert (back.unit, back.description, back.tax_rate_ppm) == ("kg", "Apples", 0)
    assert back.sku == (None if is_old else "A-1")


@each_fate
async def test_a_void_counts_items_as_they_were_sold(till: Till, fate: Fate) -> None:
    await shifts.open_shift(till, 0, ALICE)
    sale = await sell_apples(till)
    fate(till)
    void = await refunds.void(till, refunds.open_sale(till, sale.id), ALICE, "wrong customer")
    operation = next(row for row in rows(till, t.outbox) if row.id == void.id)
    assert orjson.loads(operation.summary)["items"] == 1


async def test_a_line_names_unit_and_codes_on_disk_and_on_the_wire(till: Till) -> None:
    cart = Cart().add(goods(till, APPLES), 1250).add(goods(till, MUG))
    sale = await selling.sell(till, cart, MARIA)
    stored = [(line.unit, line.unit_decimals, line.barcode, line.sku) for line in rows(till, t.sale_line)]
    assert stored == [("kg", None, None, "A-1"), ("each", None, "4006381333931", "M-1")]
    operation = next(row for row in rows(till, t.outbox) if row.id == sale.id)
    wire = orjson.loads(operation.data)["lines"]
    assert [(line.get("unit"), line.get("barcode"), line.get("sku")) for line in wire] == [
        ("kg", None, "A-1"),
        ("each", "4006381333931", "M-1"),
    ]


async def test_a_unit_of_a_newer_server_keeps_its_decimals(till: Till) -> None:
    oil = assortment.Good("oil", "Olive oil", price_minor=1400, unit="litre").row()
    Feed(till.store).publish_products([oil.model_copy(update={"unit_decimals": 2})])
    sale = await selling.sell(till, Cart().add(goods(till, "oil"), 75), MARIA)
    Feed(till.store).lose_product("oil")
    assert "  0.75 litre × 14.00" in printed(till, sale.id)
    [line] = refunds.open_sale(till, sale.id).lines
    assert line.unit == "litre|2"


# --- lines of earlier releases -------------------------------------------------------------------------


@given(
    unit=st.sampled_from(["each", "kg"]),
    known=st.sampled_from([None, "each", "kg"]),
    quantity=st.integers(20, 100_000),
    price=st.integers(20, 100_000),
)
@settings(derandomize=True, max_examples=300)
def test_the_figures_say_the_unit_whatever_the_product_has_now(
    unit: str, known: str | None, quantity: int, price: int
) -> None:
    gross = quantity * price if unit == "each" else (2 * quantity * price + 1000) // 2000
    assert unit_as_sold(quantity, price, (gross, gross), known) == unit


FIRST = Path(__file__).parent.parent / "golden_homes" / "0001" / "home.sqlite.xz"


def test_an_update_fills_old_lines_from_the_products_known_then(tmp_path: Path) -> None:
    home = tmp_path / "till"
    home.mkdir()
    (home / "till.sqlite").write_bytes(lzma.decompress(FIRST.read_bytes()))
    with closing(sqlite3.connect(home / "till.sqlite")) as connection, connection:
        # Sold by the kilogram, and by the piece since; sold, and not known any more.
        connection.execute("UPDATE product SET unit = 'each', sku = 'ALM' WHERE name = 'Almonds, refill'")
        connection.execute("DELETE FROM product WHERE name LIKE 'Apple Juice%'")
        connection.execute("DELETE FROM catalogue WHERE name LIKE 'Apple Juice%'")
        connection.execute("UPDATE product SET sku = 'HON' WHERE name LIKE 'Acacia Honey%'")
    opened = open_home(home)
    till = Till(opened.store, opened.store.clock, opened.store.ids)
    lines = {line.description: (line.unit, line.sku) for line in rows(till, t.sale_line)}
    assert lines["Acacia Honey 227 g"] == ("each", "HON")
    assert lines["Almonds, refill"] == (None, "ALM")
    assert lines["Apple Juice 750 ml"] == (None, None)
    sales = {line.description: line.sale_id for line in rows(till, t.sale_line)}
    assert "  0.002 kg × 13.50" in printed(till, sales["Almonds, refill"])
    opened.store.close()
