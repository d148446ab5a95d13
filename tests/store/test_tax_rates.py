"""Named tax rates at a till: the figure of the moment of Pay, by the place's calendar and a right clock."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import update

from app.domain.cart import Cart
from app.domain.errors import BadAmount, BadQuantity
from app.domain.rates import parse_rate
from app.domain.shop_settings import NamedRate, RateStep
from app.services import shop_settings, tax_rates
from app.services.selling import open_sales, refunds
from app.services.stock import catalogue
from app.services.till import Till
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from tests.kit import assortment, selling
from tests.kit.clocks import ManualClock
from tests.kit.feed import Feed
from tests.kit.store_shop import ALICE, MARIA, MUG, goods, open_shop, rows

TODAY = date(2025, 6, 15)
"""The clocks of these tests begin at 16:06:40 of that day, in London."""
DAY_S = 86_400


def rate(*steps: tuple[int | None, int]) -> dict[str, Any]:
    """Figures in ppm from days on, counted from today; None: always."""
    return {
        "name": "Standard",
        "steps": [
            {"ratePpm": ppm}
            if offset is None
            else {"from": (TODAY + timedelta(days=offset)).isoformat(), "ratePpm": ppm}
            for offset, ppm in steps
        ],
    }


@pytest.fixture
def till(store: Store) -> Till:
    """A mug at 20 %, and from tomorrow on 25 %."""
    shop = open_shop(store)
    feed = Feed(store)
    feed.publish_setting("tax_rate.std", rate((None, 200_000), (1, 250_000)))
    feed.publish_products([assortment.SMALL_MUG.row().model_copy(update={"tax_name": "std", "version": 2})])
    return shop


def sent(till: Till) -> Mapping[str, Any]:
    sold = [row for row in rows(till, t.outbox) if row.resource_type == "transaction"]
    data: Mapping[str, Any] = orjson.loads(max(sold, key=lambda row: row.device_seq).data)
    return data


def test_the_rate_turns_at_midnight_of_the_place_by_the_corrected_clock(
    till: Till, clock: ManualClock
) -> None:
    assert goods(till, MUG).tax_rate_ppm == 200_000
    clock.advance(7 * 3600 + 53 * 60)  # 23:59:40
    assert goods(till, MUG).tax_rate_ppm == 200_000
    till.store.submit(lambda tx: tx.execute(update(t.device).values(clock_offset_ms=30_000))).result()
    assert goods(till, MUG).tax_rate_ppm == 250_000  # the server's clock is past midnight
    clock.advance(365 * DAY_S)
    till.store.submit(
        lambda tx: tx.execute(update(t.device).values(clock_offset_ms=-365 * DAY_S * 1000))
    ).result()
    assert goods(till, MUG).tax_rate_ppm == 200_000  # a clock that is a year ahead


@pytest.mark.parametrize(
    ("offset_ms", "expected"),
    [(-(2**53), 200_000), (-1_750_000_000_000 - 62_135_596_800_000, 200_000), (2**53, 250_000)],
)
def test_goods_are_sold_whatever_the_server_said_of_the_time(
    till: Till, offset_ms: int, expected: int
) -> None:
    till.store.submit(lambda tx: tx.execute(update(t.device).values(clock_offset_ms=offset_ms))).result()
    assert goods(till, MUG).tax_rate_ppm == expected


def test_an_open_sale_across_the_change_has_its_new_total_before_money_is_taken(
    till: Till, clock: ManualClock
) -> None:
    Feed(till.store).publish_setting("adds_tax", True)
    sale = replace(open_sales.begin(till), cart=Cart(adds_tax=True).add(goods(till, MUG), 10))
    price = goods(till, MUG).price_minor or 0
    assert sale.cart.total_minor == price * 12
    assert open_sales.now(till, sale) == sale
    clock.advance(DAY_S)
    assert open_sales.now(till, sale).cart.total_minor == price * 125 // 10
    paid = sale.with_payments(sale.settlement().with_cash(100).tenders)
    assert open_sales.now(till, paid) == paid  # the customer was asked for that total


async def test_a_refund_keeps_the_rate_of_its_sale(till: Till, clock: ManualClock) -> None:
    sale = await selling.sell(till, Cart().add(goods(till, MUG), 3), MARIA)
    bought = sent(till)
    clock.advance(DAY_S)
    await refunds.refund(till, refunds.find(till, sale.receipt_number), {1: 3}, "cash", MARIA, "faulty")
    back = sent(till)
    assert bought["taxRounding"] == "line"
    for name in ("taxRatePpm", "taxMinor", "totalMinor"):
        assert back["lines"][0][name] == bought["lines"][0][name]
    assert (bought["lines"][0]["taxName"], bought["lines"][0]["taxRatePpm"]) == ("std", 200_000)


async def test_a_rate_of_four_decimals_can_be_set_in_the_form(till: Till) -> None:
    changes: dict[str, int | None] = {"tax_rate_ppm": parse_rate("9.2375 %"), "tax_name": None}
    await catalogue.edit_product(till, MUG, changes, ALICE)
    changed = goods(till, MUG)
    assert (changed.tax_rate_ppm, changed.tax_name) == (92_375, None)
    operation = orjson.loads(rows(till, t.outbox)[-1].data)
    assert operation["set"] == {"taxRatePpm": 92_375, "taxName": ""}


# --- the list of rates as it is written --------------------------------------------------------------------

DAYS = some.lists(some.dates(date(2000, 1, 1), date(2100, 1, 1)), max_size=4, unique=True).map(sorted)
PPM = some.integers(0, 10_000_000)


NAMES = some.text(some.sampled_from('Aaß =;[]"\\\n\u2028\x1fé'), min_size=1, max_size=6)


@some.composite
def named_rates(draw: some.DrawFn) -> tuple[NamedRate, ...]:
    found = []
    for number in range(draw(some.integers(0, 4))):
        days = [None, *draw(DAYS)] if draw(some.booleans()) else (draw(DAYS) or [date(2020, 1, 1)])
        found.append(NamedRate(f"r{number}", draw(NAMES), tuple(RateStep(day, draw(PPM)) for day in days)))
    return tuple(found)


@given(named_rates())
def test_what_is_shown_is_read_back(rates: tuple[NamedRate, ...]) -> None:
    read = tax_rates.read_written(tax_rates.written(rates), rates)
    assert read == {
        f"tax_rate.{rate.key}": {
            "name": rate.name,
            "steps": [
                {"ratePpm": step.rate_ppm}
                if step.first_day is None
                else {"from": step.first_day.isoformat(), "ratePpm": step.rate_ppm}
                for step in rate.steps
            ],
        }
        for rate in rates
    }


def test_a_new_rate_gets_a_key_and_one_that_is_not_written_any_more_is_removed() -> None:
    before = (NamedRate("std", "Standard", (RateStep(None, 200_000),)),)
    read = tax_rates.read_written("Réduit = 5,5 %\nréduit 2; 2027-01-01 = 6", before)
    assert read == {
        "tax_rate.std": None,
        "tax_rate.reduit": {"name": "Réduit", "steps": [{"ratePpm": 55_000}]},
        "tax_rate.reduit2": {"name": "réduit 2", "steps": [{"from": "2027-01-01", "ratePpm": 60_000}]},
    }
    for odd in ("Standard", "= 5", "A = x", "A = 5; tomorrow = 6", "A = 5; 2027-01-02 = 6; 2027-01-01 = 7"):
        with pytest.raises((BadAmount, BadQuantity)):
            tax_rates.read_written(odd, before)


STANDARD = NamedRate("std", "Standard", (RateStep(None, 200_000),))
REDUCED = NamedRate("red", "Reduced", (RateStep(None, 50_000),))


def test_a_rate_with_another_name_is_the_same_rate() -> None:
    assert tax_rates.read_written("Normal [std] = 20\nREDUCED = 6", (STANDARD, REDUCED)) == {
        "tax_rate.std": {"name": "Normal", "steps": [{"ratePpm": 200_000}]},
        "tax_rate.red": {"name": "REDUCED", "steps": [{"ratePpm": 60_000}]},
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Food = 5\nFood = 7", "Two tax rates are called “Food”"),
        ("Food = 5\nfood = 7", "Two tax rates are called “food”"),
        ("Standard [std] = 20\nSTANDARD = 7", "Two tax rates are called “STANDARD”"),
        ("Reduced [std] = 20\nReduced [red] = 5", "Two tax rates are called “Reduced”"),
        ("Standard [std] = 20\nOther [std] = 7", "[std] is in two lines"),
        ("Food [food] = 5", "[food] is the key of no tax rate"),
        ('"Food = 5', "is no tax rate"),
        ('"Food" more [std] = 5', "is no tax rate"),
        ("[std] = 5", "is no tax rate"),
        ("Standard [std = 19 %", "The brackets in “Standard [std = 19 %” hold no key"),
        ("Standard std] = 19 %", "hold no key"),
        ("Standard [std]] = 19 %", "hold no key"),
        ("Standard [std] now = 19 %", "hold no key"),
        ("Standard [std; 2027-01-01 = 19 %", "hold no key"),
    ],
)
def test_what_would_be_lost_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(BadQuantity) as refused:
        tax_rates.read_written(text, (STANDARD, REDUCED))
    assert words in str(refused.value)


def test_a_name_with_a_bracket_is_written_in_quotes() -> None:
    found = tax_rates.read_written('"Food [cold" = 5', (STANDARD,))
    assert found["tax_rate.foodcold"] == {"name": "Food [cold", "steps": [{"ratePpm": 50_000}]}
    before = (replace(STANDARD, name="Food [cold"),)
    assert tax_rates.written(before) == "Food [cold [std] = 20 %"
    assert len(tax_rates.read_written(tax_rates.written(before), before)) == 1


def test_names_that_were_the_same_before_remain_and_need_their_key() -> None:
    before = (STANDARD, replace(REDUCED, name="standard"), replace(REDUCED, key="red2", name="standard"))
    assert len(tax_rates.read_written(tax_rates.written(before), before)) == 3
    with pytest.raises(BadQuantity, match=r"Several tax rates are called “standard”.*\[red\], \[red2\]"):
        tax_rates.read_written("standard = 5", before)


def test_a_rate_that_products_have_is_not_left_out(till: Till) -> None:
    before = shop_settings.read(till).tax_rates
    with pytest.raises(BadQuantity, match=r"“Standard” is the tax rate of products \(1\).*\[std\]"):
        tax_rates.must_be_unused(till, tax_rates.read_written("Normal = 20", before), None)
    tax_rates.must_be_unused(till, tax_rates.read_written("Normal [std] = 20", before), None)
    tax_rates.must_be_unused(
        till, tax_rates.read_written("Normal = 20", before), "main"
    )  # it follows the shop


async def test_a_manager_sets_rates_at_the_till(till: Till) -> None:
    before = shop_settings.read(till).tax_rates
    changes = tax_rates.read_written("Standard = 9.2375 %", before)
    await shop_settings.change(till, ALICE, changes)
    assert goods(till, MUG).tax_rate_ppm == 92_375
    assert [found.name for found in tax_rates.of_today(till)] == ["Standard"]
