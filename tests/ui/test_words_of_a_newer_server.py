"""What a window shows of words that no release of the till has: as they are called, and nothing stops."""

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from sqlalchemy import select

from app.domain.quantity import quantity_in_words
from app.services.stock import catalogue
from app.services.sync import conflicts, decisions
from app.ui.sync.conflict_dialog import ConflictDialog
from app.ui.widgets.parts import MessageLine
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SELL, SHIFT, STOCK, SYNC
from sync_agent.contract.conflicts import Conflict, ConflictSide, Resolution
from sync_agent.contract.stock import ProductRow, UserRow
from sync_agent.contract.wire import to_ms
from sync_agent.store import tables as t
from tests.kit.feed import PLACE, TENANT
from tests.kit.offline_shop import ALICE, PIN, OfflineShop
from tests.kit.windows import Loop, part, scan

MILK, CLOTH = "2000000000206", "2000000000213"


@pytest.fixture(autouse=True)
def _newer_products(shop: OfflineShop) -> None:
    milk = ProductRow(
        id="milk", name="Milk, loose", barcode=MILK, price_minor=120, unit="litre", unit_decimals=2, version=1
    )
    cloth = ProductRow(id="cloth", name="Cloth", barcode=CLOTH, price_minor=900, unit="ell", version=1)
    shop.publish(TENANT, ("product", "milk", 1, milk), ("product", "cloth", 1, cloth))


def shown(parent: object) -> str:
    assert hasattr(parent, "findChildren")
    return " ".join(label.text() for label in parent.findChildren(QLabel))


def test_a_unit_that_came_with_its_decimals_is_sold(selling: MainWindow) -> None:
    scan(MILK)
    [line] = selling.page(SELL).cart.lines
    assert (line.quantity, line.total_minor) == (100, 120)
    assert quantity_in_words(line.quantity, line.unit) == "1.00 litre"


def test_a_unit_without_its_decimals_is_refused_in_words(selling: MainWindow) -> None:
    scan(CLOTH)
    assert selling.page(SELL).cart.is_empty
    words = part(selling, MessageLine, "sellMessage").words
    assert "“ell”" in words
    assert "Update this till" in words


def test_the_stock_page_shows_a_product_in_such_a_unit(selling: MainWindow, loop: Loop) -> None:
    selling.show_page(STOCK)
    for product_id, name in (("milk", "Milk, loose"), ("cloth", "Cloth")):
        selling.page(STOCK).show_product(product_id)
        loop.settle()
        assert name in shown(selling)


def test_an_edit_of_a_product_in_such_a_unit_leaves_the_unit(shop: OfflineShop, loop: Loop) -> None:
    """It is sold by its decimals also while the edit, or a decision that names the unit, waits to be sent."""
    loop.run(catalogue.edit_product(shop.till, "milk", {"price_minor": 130}, ALICE))
    milk = catalogue.product(shop.till, "milk")
    assert milk is not None
    assert (milk.unit, milk.price_minor) == ("litre|2", 130)
    sides = {"local_version": {"priceMinor": 130}, "server_version": {"priceMinor": 140, "unit": "litre"}}
    shop.open_conflict(
        shop.stock_conflict(
            resource_type="product",
            resource_id="milk",
            **{side: ConflictSide(values=values, version=1) for side, values in sides.items()},
        )
    )
    loop.run(
        decisions.resolve(shop.till, "conflict-1", Resolution.ACCEPT_SERVER, ALICE, expected_server_version=1)
    )
    milk = catalogue.product(shop.till, "milk")
    assert milk is not None
    assert (milk.unit, milk.price_minor) == ("litre|2", 140)


def newer_conflict(shop: OfflineShop, **words: str) -> Conflict:
    return shop.stock_conflict(
        local_version=ConflictSide(values={"quantity": "many", "priceMinor": "cheap"}, version=4),
        **words,
    )


@pytest.mark.parametrize(
    "words",
    [
        {"conflict_type": "two_price_lists"},
        {"resource_type": "price_list", "resource_id": "summer"},
        {"resource_type": "product", "conflict_type": "two_price_lists"},
    ],
)
def test_a_conflict_of_an_unknown_kind_is_laid_out_and_nothing_is_suggested(
    selling: MainWindow, loop: Loop, shop: OfflineShop, words: dict[str, str]
) -> None:
    shop.open_conflict(newer_conflict(shop, **words))
    [waiting] = conflicts.open_conflicts(shop.till)
    assert waiting.opened_ms == to_ms(shop.stock_conflict().timestamp)
    loop.until(lambda: "· 1" in part(selling, QPushButton, "navSync").text())
    selling.show_page(SYNC)
    part(selling, QPushButton, "tabConflicts").click()
    part(selling, QPushButton, "decide").click()
    dialog = part(selling, ConflictDialog, "conflictDialog")
    loop.until(dialog.isVisible)
    assert not part(dialog, QPushButton, "useSuggested").isVisible()
    assert part(dialog, QPushButton, "useServer").isVisible()


def test_a_decision_of_an_unknown_kind_is_listed_as_it_is_called(shop: OfflineShop) -> None:
    conflict = shop.stock_conflict()
    shop.open_conflict(conflict)
    decided = conflict.model_copy(update={"status": "resolved", "resolution": "split", "version": 2})
    shop.publish(PLACE, ("conflict", "conflict-1", 2, decided))
    assert [one.resolution for one in conflicts.decided_conflicts(shop.till)] == ["split"]
    assert conflicts.open_conflicts(shop.till) == []


def test_a_person_of_an_unknown_role_signs_in_and_sells_and_no_page_minds(
    window: MainWindow, shop: OfflineShop, loop: Loop
) -> None:
    with shop.store.reading() as connection:
        verifier = connection.execute(select(t.person.c.pin_verifier).where(t.person.c.id == "bob"))
        trainee = UserRow(
            id="bob",
            username="bob",
            name="Bob Lindqvist",
            role="trainee",
            locations=["main"],
            pin_verifier=verifier.scalar_one(),
            version=2,
        )
    shop.publish(TENANT, ("user", "bob", 2, trainee))
    loop.settle()
    part(window, QPushButton, "person-bob").click()
    for digit in PIN:
        part(window, QPushButton, f"pin{digit}").click()
    part(window, QPushButton, "signIn").click()
    loop.until(lambda: window.actor is not None)
    assert window.actor is not None
    assert window.actor.role == "trainee"
    scan("2000000000015")
    assert not window.page(SELL).cart.is_empty
    for entry in (STOCK, SHIFT, SYNC, SELL):
        window.show_page(entry)
        loop.settle()
