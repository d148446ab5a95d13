"""Refunds in the window: what is left of each line, what each payment can take, and who is asked."""

from functools import partial

import pytest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QDialog, QLabel, QLineEdit, QPushButton
from sqlalchemy import select

from app.domain.cart import Cart
from app.domain.tender import Tender, tender_cash
from app.services.stock.catalogue import product
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SELL
from sync_agent.contract.operations import PaymentRow, TransactionLine, TransactionRow
from sync_agent.contract.receipts import ReceiptsPage
from sync_agent.store import tables as t
from sync_agent.store.replica import receipts
from tests.kit import selling
from tests.kit.agents import SilentAgent
from tests.kit.feed import PLACE
from tests.kit.offline_shop import BOB, PIN, OfflineShop
from tests.kit.windows import Loop, part


@pytest.fixture
def bobs(window: MainWindow) -> MainWindow:
    """The window with a clerk signed in."""
    window.welcome(BOB)
    return window


def sell_two_mugs(shop: OfflineShop, loop: Loop) -> None:
    """13.00, of it 10.00 by card and 3.00 in cash."""
    mug = product(shop.till, shop.product_id("Blue mug"))
    assert mug is not None
    payments = (Tender("card", 1000, reference="4711"), tender_cash(300, 500))
    loop.run(selling.sell(shop.till, Cart().add(mug, 2), BOB, payments))


def open_receipt(window: MainWindow) -> None:
    window.page(SELL).ask_for_refund()
    part(window, QLineEdit, "refundReceipt").setText("1")
    part(window, QPushButton, "refundFind").click()


def words(window: MainWindow, name: str) -> str:
    return part(window, QLabel, name).text()


def paid_out(shop: OfflineShop) -> list[tuple[str, int]]:
    of = t.payment.c
    query = (
        select(of.method, of.amount_minor)
        .join(t.sale, t.sale.c.id == of.sale_id)
        .where(t.sale.c.kind == "refund")
        .order_by(t.sale.c.receipt_number, of.payment_no)
    )
    with shop.store.reading() as connection:
        return [(row.method, row.amount_minor) for row in connection.execute(query)]


def test_the_panel_shows_what_each_line_and_payment_can_give_back(
    bobs: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    sell_two_mugs(shop, loop)
    open_receipt(bobs)
    assert words(bobs, "refundLeft1") == "2 can go back: £13.00"
    assert (
        words(bobs, "refundTenders") == "Card: £10.00 of £10.00 can go back\nCash: £3.00 of £3.00 can go back"
    )
    assert part(bobs, QPushButton, "refundByCard").isChecked(), "the largest payment"
    part(bobs, QLineEdit, "refundOf1").setText("1")
    part(bobs, QPushButton, "refundByCash").click()
    assert words(bobs, "refundSum") == "£6.50"
    assert words(bobs, "refundSplit") == "In cash £3.00 · To the card £3.50"
    part(bobs, QLineEdit, "refundReasonLine").setText("too many")
    part(bobs, QPushButton, "refundGive").click()
    loop.settle()
    assert paid_out(shop) == [("cash", 300), ("card", 350)]
    open_receipt(bobs)
    assert words(bobs, "refundLeft1") == "1 can go back: £6.50"
    assert (
        words(bobs, "refundTenders") == "Card: £6.50 of £10.00 can go back\nCash: £0.00 of £3.00 can go back"
    )


def test_all_of_it_in_cash_asks_a_manager(bobs: MainWindow, loop: Loop, shop: OfflineShop) -> None:
    sell_two_mugs(shop, loop)
    open_receipt(bobs)
    part(bobs, QAbstractButton, "refundAll1").click()
    part(bobs, QPushButton, "refundByCash").click()
    part(bobs, QCheckBox, "refundAllByMethod").click()
    assert words(bobs, "refundSplit") == "In cash £13.00 · not as it was paid: a manager has to approve"
    part(bobs, QLineEdit, "refundReasonLine").setText("card closed")
    part(bobs, QPushButton, "refundGive").click()
    loop.until(lambda: bobs.findChildren(QDialog, "approvalDialog"))
    assert paid_out(shop) == []
    [dialog] = bobs.findChildren(QDialog, "approvalDialog")
    part(dialog, QLineEdit, "approvalPin").setText(PIN)
    part(dialog, QPushButton, "approve").click()
    loop.until(lambda: paid_out(shop))
    assert paid_out(shop) == [("cash", 1300)]


def test_the_next_receipt_forgets_what_was_typed_for_the_former(
    bobs: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    three = Cart()
    for name in ("Blue mug", "Red mug", "Umbrella, folding"):
        article = product(shop.till, shop.product_id(name))
        assert article is not None
        three = three.add(article)
    total = three.total_minor
    loop.run(selling.sell(shop.till, three, BOB, (Tender("card", 1000), tender_cash(total - 1000, total))))
    publish(shop, "sale-of-3", "T3-000009", 1300)
    open_receipt(bobs)
    part(bobs, QLineEdit, "refundOf3").setText("1")
    part(bobs, QCheckBox, "refundAllByMethod").click()
    # The number scanned while the first is shown.
    bobs.page(SELL).take_scan("T3-000009")
    assert words(bobs, "refundTitle") == "T3-000009 · £13.00"
    assert words(bobs, "refundSum") == "£0.00"
    part(bobs, QAbstractButton, "refundAll1").click()
    assert words(bobs, "refundSum") == "£13.00"
    assert not part(bobs, QCheckBox, "refundAllByMethod").isChecked()
    open_receipt(bobs)
    part(bobs, QLineEdit, "refundOf3").setText("1")
    part(bobs, QCheckBox, "refundAllByMethod").click()
    # The panel begun anew.
    find(bobs, "T3-000009")
    assert words(bobs, "refundTitle") == "T3-000009 · £13.00"
    assert part(bobs, QLineEdit, "refundOf1").text() == ""
    loop.settle()


def publish(shop: OfflineShop, sale_id: str, number: str, total_minor: int, till: str = "till-3") -> None:
    """The place's stream brings a sale of another till: mugs at 6.50, paid in cash."""
    row = TransactionRow(
        id=sale_id,
        kind="sale",
        receipt_number=number,
        currency="GBP",
        lines=(
            TransactionLine(
                product_id=shop.product_id("Blue mug"),
                description="Blue mug",
                quantity=total_minor // 650,
                unit_price_minor=650,
                total_minor=total_minor,
            ),
        ),
        payments=(PaymentRow(method="cash", amount_minor=total_minor),),
        total_minor=total_minor,
        occurred_at=shop.now,
        received_at=shop.now,
        actor_id="alice",
        device_id=till,
        device_name="Till 3",
        location_id="main",
        version=1,
    )
    shop.feed.publish(PLACE, ("transaction", sale_id, 1, row))


def find(window: MainWindow, number: str) -> None:
    window.page(SELL).ask_for_refund()
    part(window, QLineEdit, "refundReceipt").setText(number)
    part(window, QPushButton, "refundFind").click()


def test_a_receipt_of_another_till_names_that_till(bobs: MainWindow, loop: Loop, shop: OfflineShop) -> None:
    publish(shop, "sale-of-3", "T3-000009", 1300)
    find(bobs, "T3-000009")
    assert words(bobs, "refundTitle") == "T3-000009 · £13.00"
    assert words(bobs, "refundFacts").endswith("Alice Moreau · Till 3")
    assert not part(bobs, QPushButton, "voidSale").isVisible()
    part(bobs, QAbstractButton, "refundAll1").click()
    part(bobs, QLineEdit, "refundReasonLine").setText("too many")
    part(bobs, QPushButton, "refundGive").click()
    loop.settle()
    assert paid_out(shop) == [("cash", 1300)]


def test_a_number_that_stands_twice_asks_which(bobs: MainWindow, shop: OfflineShop) -> None:
    publish(shop, "sale-a", "T3-000009", 1300)
    publish(shop, "sale-b", "T3-000009", 650, till="till-4")
    find(bobs, "T3-000009")
    assert "£13.00" in part(bobs, QPushButton, "refundChoice1").text()
    part(bobs, QPushButton, "refundChoice2").click()
    assert words(bobs, "refundTitle") == "T3-000009 · £6.50"


def test_a_receipt_that_this_till_does_not_have_is_asked_for(
    bobs: MainWindow, loop: Loop, shop: OfflineShop, agent: SilentAgent
) -> None:
    find(bobs, "T3-000009")
    assert agent.asked[-1] == "receipt T3-000009"
    message = "refundMessageWords"
    assert words(bobs, message).startswith("The receipt T3-000009 is not on this till. The server is asked")
    shop.write(partial(receipts.store_answer, receipt_number="T3-000009", page=ReceiptsPage()))
    loop.until(lambda: words(bobs, message).endswith("It may be of another shop, or older."))
