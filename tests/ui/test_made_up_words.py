"""A reason and two payment methods that nobody has: one row each, here, and the till works with them.

The shop has to offer the methods: which ones are on the keys is its setting.
"""

from typing import Any

import orjson
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
)
from sqlalchemy import select, update

from app.domain.errors import BadQuantity
from app.domain.vocabulary.movement_reasons import MOVEMENT_REASONS, MovementReason, Sign
from app.domain.vocabulary.payment_methods import PAYMENT_METHODS, PaymentMethod
from app.services import journal
from app.services.cash import reports, shifts
from app.services.selling import history, receipts, refunds
from app.services.stock import inventory
from app.services.sync import conflicts, queue, refused
from app.ui.sync.comparison_view import ComparisonView
from app.ui.sync.edit_dialog import EditDialog
from app.ui.widgets import problems
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.two_line import ROW, TwoLines
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SELL, SHIFT, STOCK
from sync_agent.contract.conflicts import HistoryEntry
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from tests.kit.offline_shop import ALICE, OfflineShop
from tests.kit.windows import Keyboard, Loop, part, scan

BLUE_MUG = "2000000000015"
SAMPLE = MovementReason("sample", "Sample", "given away", Sign.TAKES, offered=True)
GIFT_CARD = PaymentMethod(
    "gift_card", "Gift card", at_tender=True, paid="Paid by gift card", give_back="To the gift card"
)
TOKENS = PaymentMethod("tokens", "Tokens", at_tender=True, paid="Take tokens", is_cash=True)


@pytest.fixture(autouse=True)
def _made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the window is made: its forms offer what the tables have by then."""
    monkeypatch.setitem(MOVEMENT_REASONS.rows, SAMPLE.code, SAMPLE)
    for method in (GIFT_CARD, TOKENS):
        monkeypatch.setitem(PAYMENT_METHODS.rows, method.code, method)


@pytest.fixture(autouse=True)
def _offered(_made_up: None, shop: OfflineShop) -> None:
    shop.feed.publish_setting("payment_methods", ["cash", "card", GIFT_CARD.code, TOKENS.code])


def give_samples_away(window: MainWindow, loop: Loop, shop: OfflineShop, quantity: str) -> None:
    window.show_page(STOCK)
    window.page(STOCK).show_product(shop.product_id("Blue mug"))
    part(window, QPushButton, "stockAdjust").click()
    reasons = part(window, QComboBox, "adjustReason")
    reasons.setCurrentIndex(reasons.findText("Sample"))
    part(window, QLineEdit, "adjustQuantity").setText(quantity)
    part(window, QPushButton, "adjustSave").click()
    loop.settle()


def test_a_made_up_reason_is_chosen_shown_explained_and_sent(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    give_samples_away(selling, loop, shop, "2")
    assert part(selling, QLabel, "stockOnHand").text() == "18", "its sign takes away"
    assert "− 2 given away here, not sent yet" in part(selling, QLabel, "stockExplanation").text()
    newest = part(selling, QListView, "movements").model().index(0, 0).data(ROW)
    assert isinstance(newest, TwoLines)
    assert (newest.first, newest.figure) == ("Sample · Alice Moreau", "−2")
    [row] = queue.waiting(shop.till)
    assert row.detail == "−2 given away · Alice Moreau"
    assert outbox_data(shop)["reason"] == "sample", "on the wire it is its code"


def test_a_made_up_reason_goes_one_way_only(selling: MainWindow, loop: Loop, shop: OfflineShop) -> None:
    give_samples_away(selling, loop, shop, "-2")
    assert "without a minus" in problems.words_at(part(selling, QLineEdit, "adjustQuantity"))
    with pytest.raises(BadQuantity, match="“Sample” takes from the stock"):
        loop.run(inventory.adjust(shop.till, shop.product_id("Blue mug"), 2, "sample", None, ALICE))


def test_a_made_up_reason_comes_back_in_the_servers_rows(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    shop.set_stock("Blue mug", 17, 2, -3, "sample")
    loop.settle()
    moved = inventory.movements(shop.till, shop.product_id("Blue mug"))[0]
    assert (moved.reason, moved.delta, moved.confirmed) == ("sample", -3, True)
    selling.show_page(STOCK)
    selling.page(STOCK).show_product(shop.product_id("Blue mug"))
    newest = part(selling, QListView, "movements").model().index(0, 0).data(ROW)
    assert newest.first == "Sample · Bob Lindqvist"


def test_a_made_up_reason_can_be_corrected_in_a_refused_entry(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    give_samples_away(selling, loop, shop, "2")
    [row] = queue.waiting(shop.till)
    details = refused.details(shop.till, row.operation_id)
    dialog = EditDialog(
        details,
        "each",
        spelling(selling),
        lambda changes: refused.edit_and_send(shop.till, row.operation_id, changes, ALICE),
        selling,
    )
    reasons = part(dialog, QComboBox, "edit-reason")
    assert (reasons.currentText(), reasons.currentData()) == ("Sample", "sample")


def test_a_made_up_reason_stands_in_the_history_of_a_conflict(selling: MainWindow, shop: OfflineShop) -> None:
    conflict = shop.stock_conflict()
    [entry] = conflict.history
    shop.open_conflict(conflict.model_copy(update={"history": (retold(entry, "sample"),)}))
    view = ComparisonView(shop.till, spelling(selling))
    view.show_comparison(conflicts.comparison(shop.till, conflict.id), ALICE)
    told = [label.text() for label in view.findChildren(QLabel)]
    assert any("−5 · given away · Omar Haddad" in line for line in told)


def test_a_made_up_method_pays_a_sale_and_is_on_receipt_reports_and_wire(
    selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    shift_id = loop.run(shifts.open_shift(shop.till, 5000, ALICE))
    pay(selling, keys, loop, "payGiftCard")
    assert part(selling, QPushButton, "takeCard").text() == "Paid by gift card"
    assert part(selling, QLineEdit, "cardReference").isVisible()
    part(selling, QLineEdit, "cardReference").setText("G-77")
    part(selling, QPushButton, "takeCard").click()
    loop.settle()
    assert part(selling, QLabel, "doneReceipt").text() == "T2-000001"
    written = spelling(selling)
    receipt_id = history.last_receipt_id(shop.till)
    assert receipt_id is not None
    assert "Gift card G-77" in list(receipts.receipt(shop.till, receipt_id, written).texts())
    [payment] = outbox_data(shop)["payments"]
    assert payment == {"method": "gift_card", "amountMinor": 650, "reference": "G-77"}
    totals = shifts.totals(shop.till, shift_id)
    assert totals.by_method == {"gift_card": 650}
    assert totals.expected_minor == 5000, "it is no cash in the drawer"
    shift = shifts.current(shop.till)
    assert shift is not None
    assert "Gift card" in list(reports.x_report(shop.till, shift, totals, written).texts())
    selling.show_page(SHIFT)
    assert any(label.text() == "of it: Gift card" for label in selling.findChildren(QLabel))
    closed = loop.run(shifts.close_shift(shop.till, 5000, ALICE))
    z = reports.z_report(
        shop.till,
        closed,
        shifts.totals(shop.till, shift_id),
        shifts.server_state(shop.till, shift_id),
        written,
    )
    assert "Gift card" in list(z.texts())


def test_a_made_up_method_is_listed_among_several_and_given_back_by(
    selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    loop.run(shifts.open_shift(shop.till, 0, ALICE))
    pay(selling, keys, loop, "payGiftCard")
    part(selling, QLineEdit, "cardAmount").setText("1.50")
    part(selling, QPushButton, "takeCard").click()
    loop.settle()
    tender = part(selling, QLabel, "tenderDue").parentWidget()
    assert tender is not None
    assert any(label.text() == "Gift card" for label in tender.findChildren(QLabel))
    part(selling, QLineEdit, "cardAmount").setText("5")
    part(selling, QPushButton, "takeCard").click()
    loop.settle()
    selling.page(SELL).ask_for_refund()
    part(selling, QLineEdit, "refundReceipt").setText("1")
    part(selling, QPushButton, "refundFind").click()
    assert part(selling, QPushButton, "refundByGiftCard").isChecked(), "it goes back as it was paid"
    assert part(selling, QPushButton, "refundByGiftCard").text() == "To the gift card"
    found = refunds.find(shop.till, "1")
    loop.run(refunds.void(shop.till, found, ALICE, "rung up twice"))
    assert {payment["method"] for payment in outbox_data(shop)["payments"]} == {"gift_card"}
    assert journal.entries(shop.till)[0].kind == "void"


def test_a_made_up_method_that_is_cash_gives_change_and_lies_in_the_drawer(
    selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    shift_id = loop.run(shifts.open_shift(shop.till, 1000, ALICE))
    pay(selling, keys, loop, "payTokens")
    part(selling, QLineEdit, "cashGiven").setText("10")
    assert part(selling, QLabel, "tenderChange").text() == "£3.50"
    assert part(selling, QPushButton, "takeCash").text() == "Take tokens"
    part(selling, QPushButton, "takeCash").click()
    loop.settle()
    assert part(selling, QLabel, "doneChange").text() == "£3.50"
    totals = shifts.totals(shop.till, shift_id)
    assert (totals.by_method, totals.expected_minor) == ({"tokens": 650}, 1650)


def test_a_transaction_of_an_unknown_kind_is_in_no_sum_and_the_report_says_so(
    selling: MainWindow, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    """As after a newer version of the till was put back to this one."""
    shift_id = loop.run(shifts.open_shift(shop.till, 1000, ALICE))
    for _ in range(2):
        pay(selling, keys, loop, "payCash")
        part(selling, QPushButton, "takeCash").click()
        loop.settle()

    def rename(tx: Transaction) -> None:
        tx.execute(update(t.sale).where(t.sale.c.receipt_number == "T2-000001").values(kind="swap"))
        tx.touch(Topic.SALES)

    shop.write(rename)
    loop.settle()
    totals = shifts.totals(shop.till, shift_id)
    assert (totals.net_minor, totals.expected_minor) == (650, 1650)
    shift = shifts.current(shop.till)
    assert shift is not None
    told = "In no sum: 1 entry of a kind that this till does not know"
    assert told in list(reports.x_report(shop.till, shift, totals, spelling(selling)).texts())
    selling.show_page(SHIFT)
    assert told in part(selling, QLabel, "shiftFacts").text()
    selling.show_page(SELL)
    shown = part(selling, QListView, "lastSales").model().index(1, 0).data(ROW)
    assert shown.first == "swap T2-000001", "it is shown as it is called"


def pay(window: MainWindow, keys: Keyboard, loop: Loop, method: str) -> None:
    """Ring a mug up and choose how it is paid."""
    window.show_page(SELL)
    scan(BLUE_MUG)
    keys.press_in(window, Qt.Key.Key_F9)
    loop.settle()
    part(window, QPushButton, method).click()


def spelling(window: MainWindow) -> Formatter:
    return Formatter(window.locale(), "GBP", "Europe/London")


def outbox_data(shop: OfflineShop) -> dict[str, Any]:
    """What the newest operation says on the wire."""
    with shop.store.reading() as connection:
        query = select(t.outbox.c.data).order_by(t.outbox.c.device_seq.desc()).limit(1)
        data: dict[str, Any] = orjson.loads(connection.execute(query).scalar_one())
    return data


def retold(entry: HistoryEntry, reason: str) -> HistoryEntry:
    return entry.model_copy(update={"reason": reason})
