"""A reference that leads nowhere blocks no list, report or form: its line says what it is.

One shop in which everything is about the same product; then the product is deleted, or not known any more, or
the people and places are not. Every reader of the table still answers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from PySide6.QtCore import QLocale
from sqlalchemy import delete, update

from app.domain.cart import Cart
from app.domain.errors import UnknownProduct
from app.domain.vocabulary.payment_methods import CASH
from app.services import journal
from app.services.cash import drawer, reports, shifts
from app.services.selling import history, open_sales, receipts, refunds
from app.services.stock import catalogue, count_sessions, counting, inventory, transfers
from app.services.sync import conflicts, decisions, flagged, queue, readiness, refused
from app.services.till import Till
from app.ui.widgets.formatting import Formatter
from sync_agent.contract.conflicts import Conflict, ConflictSide, ConflictType, Resolution
from sync_agent.contract.operations import TransactionRow
from sync_agent.contract.stock import LocationRow
from sync_agent.contract.wire import from_ms
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from tests.kit import selling
from tests.kit.feed import PLACE, TENANT, Feed
from tests.kit.store_shop import ALICE, APPLES, MARIA, goods, open_shop, rows, store_conflict

SPELLING = Formatter(QLocale("en_GB"), "GBP", "Europe/London")


@dataclass(frozen=True)
class Shop:
    """A till where everything is about apples."""

    till: Till
    sale_id: str
    session_id: str
    adjustment_id: str
    shift_id: str
    folder: Path


@pytest.fixture
async def shop(store: Store, tmp_path: Path) -> Shop:
    till = open_shop(store)
    feed = Feed(store)
    feed.publish(
        TENANT, ("location", "annex", 1, LocationRow(id="annex", name="Annex", time_zone="UTC", version=1))
    )
    shift_id = await shifts.open_shift(till, 0, ALICE)
    sale = await selling.sell(till, Cart().add(goods(till, APPLES), 1250), MARIA)
    await drawer.open_without_sale(till, ALICE, "change")
    await open_sales.hold(till, selling.rung_up(till, Cart().add(goods(till, APPLES), 500)), MARIA)
    adjustment_id = await inventory.adjust(till, APPLES, -100, "waste", "bruised", ALICE)
    [annex] = transfers.other_places(till)
    await transfers.send(till, annex, [(APPLES, 300)], ALICE)
    session_id = await count_sessions.begin(till, "Fruit", ALICE, is_full=False)
    await count_sessions.add(till, session_id, APPLES, 4000)
    feed.publish_stock(APPLES, -2000, 3)
    now = from_ms(till.clock.now_ms())
    flagged_row = TransactionRow(
        id="elsewhere-1",
        kind="sale",
        receipt_number="T9-000001",
        currency="GBP",
        total_minor=374,
        occurred_at=now,
        actor_id="nobody",
        device_id="another-till",
        location_id="main",
        received_at=now,
        flags=(f"unit_mismatch:{APPLES}", "not_paid"),
    )
    feed.publish(PLACE, ("transaction", "elsewhere-1", 1, flagged_row))
    for number, (kind, mine, theirs) in enumerate(
        (
            ("stock_level", {"quantity": 4000}, {"quantity": 3000}),
            ("product", {"name": "Red apples"}, {"name": "Green apples"}),
        )
    ):
        store_conflict(
            till,
            Conflict(
                id=f"conflict-{number}",
                tenant_id="demo",
                resource_type=kind,
                resource_id=APPLES,
                conflict_type=ConflictType.CONCURRENT_UPDATE,
                local_version=ConflictSide(
                    values=mine, version=1, actor="maria", at=now - timedelta(hours=1)
                ),
                server_version=ConflictSide(values=theirs, version=2, actor="nobody", at=now),
                base_version=ConflictSide(values={}, version=1),
                timestamp=now,
                user_id="nobody",
                location_id="main" if kind == "stock_level" else None,
            ),
        )
    return Shop(till, sale.id, session_id, adjustment_id, shift_id, tmp_path)


def nothing_happened(shop: Shop) -> None:
    """The comparison: everything is there."""


def product_deleted(shop: Shop) -> None:
    Feed(shop.till.store).delete_product(APPLES, 2)


def product_unknown(shop: Shop) -> None:
    Feed(shop.till.store).lose_product(APPLES)


def never_sold_here(shop: Shop) -> None:
    """A product of which this till has neither a row nor a line."""
    product_unknown(shop)
    shop.till.store.submit(lambda tx: tx.execute(update(t.sale_line).values(product_id="other"))).result()


def people_unknown(shop: Shop) -> None:
    shop.till.store.submit(lambda tx: tx.execute(delete(t.person))).result()


def places_unknown(shop: Shop) -> None:
    shop.till.store.submit(lambda tx: tx.execute(delete(t.location))).result()


FATES = (nothing_happened, product_deleted, product_unknown, never_sold_here, people_unknown, places_unknown)
each_fate = pytest.mark.parametrize("fate", FATES, ids=lambda fate: fate.__name__)
Fate = Callable[[Shop], None]


def x_report(shop: Shop) -> object:
    shift = shifts.current(shop.till)
    assert shift is not None
    return reports.x_report(shop.till, shift, shifts.totals(shop.till, shop.shift_id), SPELLING)


def exported(shop: Shop, name: str) -> object:
    ids = [row.id for row in rows(shop.till, t.outbox)]
    return refused.export(shop.till, ids, shop.folder / name).read_text()


READERS: dict[str, Callable[[Shop], object]] = {
    "receipt": lambda shop: receipts.receipt(shop.till, shop.sale_id, SPELLING).rows,
    "refund panel": lambda shop: refunds.open_sale(shop.till, shop.sale_id).lines,
    "receipt by its number": lambda shop: refunds.find(shop.till, "1").lines,
    "history": lambda shop: history.recent_sales(shop.till),
    "X report": x_report,
    "held sales": lambda shop: open_sales.held(shop.till),
    "count sessions": lambda shop: count_sessions.open_sessions(shop.till),
    "counted lines": lambda shop: count_sessions.lines(shop.till, shop.session_id),
    "stock list": lambda shop: inventory.stock_page(shop.till, "", limit=50).rows,
    "oversold list": lambda shop: inventory.short_page(shop.till, "", "oversold", 5).rows,
    "low stock": lambda shop: inventory.short_page(shop.till, "", "low", 5).rows,
    "stock of a product": lambda shop: inventory.stock_row(shop.till, APPLES),
    "explanation": lambda shop: inventory.explain(shop.till, APPLES).sentence,
    "movements": lambda shop: inventory.movements(shop.till, APPLES),
    "waiting entries": lambda shop: queue.waiting(shop.till),
    "entry's details": lambda shop: refused.details(shop.till, shop.adjustment_id),
    "entry's unit": lambda shop: refused.unit_of(shop.till, shop.adjustment_id),
    "export as JSON": lambda shop: exported(shop, "all.json"),
    "export as CSV": lambda shop: exported(shop, "all.csv"),
    "conflicts": lambda shop: conflicts.open_conflicts(shop.till),
    "stock conflict": lambda shop: conflicts.comparison(shop.till, "conflict-0").rows,
    "product conflict": lambda shop: conflicts.comparison(shop.till, "conflict-1").rows,
    "flagged list": lambda shop: flagged.unseen(shop.till),
    "journal": lambda shop: journal.entries(shop.till),
    "readiness": lambda shop: readiness.checks(shop.till),
}


@each_fate
@pytest.mark.parametrize("reader", READERS)
async def test_no_list_report_or_form_is_blocked(shop: Shop, reader: str, fate: Fate) -> None:
    fate(shop)
    assert READERS[reader](shop)


ABSENT: dict[Fate, str] = {
    product_deleted: "Apples (deleted)",
    product_unknown: "Apples (not known here)",
    never_sold_here: "Article not known here",
}
each_absence = pytest.mark.parametrize("fate", ABSENT, ids=lambda fate: fate.__name__)


@each_absence
async def test_its_line_says_what_it_is(shop: Shop, fate: Fate) -> None:
    fate(shop)
    said, plain = ABSENT[fate], ABSENT[fate].replace(" (deleted)", "")
    [counted] = count_sessions.lines(shop.till, shop.session_id)
    assert (counted.product.name, counted.product.is_present) == (said, False)
    oversold = inventory.short_page(shop.till, "", "oversold", 5).rows
    assert said in [row.product.name for row in oversold]
    assert inventory.stock_row(shop.till, APPLES).product.name == said
    of_stock, of_product = [view.title for view in conflicts.open_conflicts(shop.till)]
    assert of_stock == plain
    assert of_product == ("Apples" if fate is product_deleted else "Red apples"), "as its own side calls it"
    [row] = flagged.unseen(shop.till)
    called = APPLES if fate is never_sold_here else "Apples"
    assert f"{called} was sold by another unit" in (row.error or "")
    assert said not in [row.product.name for row in inventory.short_page(shop.till, "", "low", 5).rows]


@pytest.mark.parametrize(("fate", "figure"), [(product_deleted, "2.000 kg"), (product_unknown, "2.000 kg")])
async def test_its_quantities_are_in_the_unit_it_had(shop: Shop, fate: Fate, figure: str) -> None:
    fate(shop)
    assert figure in inventory.explain(shop.till, APPLES).sentence
    assert conflicts.comparison(shop.till, "conflict-0").unit == "kg"
    assert inventory.stock_row(shop.till, APPLES).product.unit == "kg"


@each_fate
async def test_a_count_session_is_finished(shop: Shop, fate: Fate) -> None:
    fate(shop)
    done = await count_sessions.finish(shop.till, shop.session_id, ALICE)
    assert done.counted == 1
    assert count_sessions.open_sessions(shop.till) == []


@each_fate
async def test_a_wrong_figure_is_set_right(shop: Shop, fate: Fate) -> None:
    fate(shop)
    await counting.count(shop.till, APPLES, 0, ALICE)
    assert inventory.stock_row(shop.till, APPLES).on_hand == 0
    await inventory.adjust(shop.till, APPLES, 5, "found", None, ALICE)
    assert inventory.stock_row(shop.till, APPLES).on_hand == 5


@each_fate
async def test_a_held_sale_is_recalled_and_sold_as_it_was_rung_up(shop: Shop, fate: Fate) -> None:
    fate(shop)
    [held] = open_sales.held(shop.till)
    assert held.first_item == "Apples"
    recalled = await open_sales.recall(shop.till, held.id, on_screen=open_sales.begin(shop.till))
    sold = await selling.pay(shop.till, recalled, MARIA)
    assert sold.total_minor == 150
    assert "  0.500 kg × 2.99" in [
        getattr(row, "text", "") for row in receipts.receipt(shop.till, sold.id, SPELLING).rows
    ]


@each_fate
async def test_what_was_sold_goes_back(shop: Shop, fate: Fate) -> None:
    fate(shop)
    sale = refunds.open_sale(shop.till, shop.sale_id)
    await refunds.refund(shop.till, sale, {1: 1250}, CASH, ALICE, "bruised")
    assert refunds.open_sale(shop.till, shop.sale_id).is_fully_returned


@each_fate
async def test_a_stock_conflict_is_decided(shop: Shop, fate: Fate) -> None:
    fate(shop)
    decision = await decisions.resolve(
        shop.till, "conflict-0", Resolution.ACCEPT_LOCAL, ALICE, expected_server_version=2
    )
    assert next(row for row in rows(shop.till, t.outbox) if row.id == decision)


@each_fate
async def test_a_flagged_sale_is_marked_as_seen(shop: Shop, fate: Fate) -> None:
    fate(shop)
    await flagged.mark_seen(shop.till, "elsewhere-1", ALICE)
    assert flagged.unseen(shop.till) == []


@each_fate
async def test_the_shift_is_closed(shop: Shop, fate: Fate) -> None:
    fate(shop)
    closed = await shifts.close_shift(shop.till, 374, ALICE)
    slip = reports.z_report(
        shop.till,
        closed,
        shifts.totals(shop.till, closed.id),
        shifts.server_state(shop.till, closed.id),
        SPELLING,
    )
    assert slip.rows


@each_absence
async def test_what_is_gone_is_neither_edited_nor_found_for_sale(shop: Shop, fate: Fate) -> None:
    fate(shop)
    with pytest.raises(UnknownProduct):
        await catalogue.edit_product(shop.till, APPLES, {"name": "Pears"}, ALICE)
    assert catalogue.product(shop.till, APPLES) is None
    assert catalogue.by_code(shop.till, "A-1") is None


async def test_a_product_that_nothing_is_about_is_still_unknown(shop: Shop) -> None:
    with pytest.raises(UnknownProduct):
        inventory.stock_row(shop.till, "nothing")


def test_the_summaries_of_entries_do_not_name_ids(shop: Shop) -> None:
    for row in rows(shop.till, t.outbox):
        assert APPLES not in " ".join(queue.describe(orjson.loads(row.summary)))
