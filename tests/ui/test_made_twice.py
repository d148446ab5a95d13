"""The manager's list of articles that are there twice."""

import pytest
from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QLineEdit, QPushButton
from sqlalchemy import select

from app.services.stock import catalogue
from app.ui.stock.made_twice_dialog import MadeTwiceDialog
from app.ui.widgets.parts import MessageLine
from app.ui.widgets.two_line import TwoLineList
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import STOCK
from sync_agent.contract.aliases import PRODUCT_ALIAS, ProductAliasRow
from sync_agent.contract.stock import ProductRow
from sync_agent.store import tables as t
from tests.kit.feed import TENANT
from tests.kit.offline_shop import OfflineShop
from tests.kit.windows import Loop, part


@pytest.fixture
def dialog(selling: MainWindow, shop: OfflineShop, loop: Loop) -> MadeTwiceDialog:
    """The blue mug was made a second time; the list is opened by Alice."""
    mug = catalogue.product(shop.till, shop.product_id("Blue mug"))
    assert mug is not None
    twin = ProductRow(id="twin", name="Mug, blue", barcode=mug.barcode, price_minor=500, version=1)
    shop.publish(TENANT, ("product", twin.id, 1, twin))
    selling.show_page(STOCK)
    part(selling, QPushButton, "madeTwice").click()
    loop.settle()
    return part(selling, MadeTwiceDialog, "madeTwiceDialog")


def choose(dialog: MadeTwiceDialog, name: str) -> None:
    shown = part(dialog, TwoLineList, name)
    assert shown.rows.rowCount() == 1
    shown.selectionModel().setCurrentIndex(
        shown.rows.index(0), QItemSelectionModel.SelectionFlag.ClearAndSelect
    )


def asked_for(shop: OfflineShop) -> list[tuple[str, str]]:
    of = t.outbox.c
    with shop.till.store.reading() as connection:
        query = select(of.operation, of.resource_id).where(of.resource_type == PRODUCT_ALIAS)
        return [(row.operation, row.resource_id) for row in connection.execute(query)]


def test_with_nothing_to_join_or_part_neither_can_be_pressed(
    selling: MainWindow, shop: OfflineShop, loop: Loop
) -> None:
    selling.show_page(STOCK)
    part(selling, QPushButton, "madeTwice").click()
    loop.settle()
    dialog = part(selling, MadeTwiceDialog, "madeTwiceDialog")
    assert not part(dialog, QPushButton, "joinProducts").isEnabled()
    assert not part(dialog, QPushButton, "partProducts").isEnabled()


def test_two_products_are_joined(dialog: MadeTwiceDialog, shop: OfflineShop, loop: Loop) -> None:
    part(dialog, QPushButton, "joinProducts").click()
    assert part(dialog, MessageLine, "madeTwiceMessage").isVisible()
    assert asked_for(shop) == [], "no line was chosen"
    choose(dialog, "madeTwicePairs")
    part(dialog, QPushButton, "joinProducts").click()
    loop.until(lambda: asked_for(shop) == [("create", "twin")])
    loop.until(lambda: part(dialog, TwoLineList, "madeTwicePairs").rows.rowCount() == 0)
    loop.settle()


def test_a_joined_one_is_parted_with_a_number(dialog: MadeTwiceDialog, shop: OfflineShop, loop: Loop) -> None:
    row = ProductAliasRow(
        id="twin", product_id=shop.product_id("Blue mug"), made_at=shop.now, by="alice", version=1
    )
    shop.publish(TENANT, (PRODUCT_ALIAS, row.id, 1, row))
    dialog.show_all()
    choose(dialog, "madeTwiceJoined")
    part(dialog, QPushButton, "partProducts").click()
    loop.settle()
    assert asked_for(shop) == [], "it has no number of its own yet"
    part(dialog, QLineEdit, "ownNumber").setText("MUG-2")
    part(dialog, QPushButton, "partProducts").click()
    loop.until(lambda: asked_for(shop) == [("delete", "twin")])
    loop.settle()
