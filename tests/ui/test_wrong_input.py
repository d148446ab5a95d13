"""Wrong input in every form: said in words at its field, with the focus there, nothing lost, nothing written.

Others have lost what people type in these ways: a paste that is cut off (autoNumeric 183, cachly 4054), a
minus read as nothing (FloCafe 666) or taken (hmis 20807), two pasted cells read as one figure (GraphSketcher
13), an error that changes the figure or empties the form (human-essentials 3712, CBKnownIssues 17), a mark of
thousands taken for a decimal one (sure 3395, bitshares-ui 2022), an error that no screen reader says
(survey-library 11523, wai-website 883).
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QLocale, QSize
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from sqlalchemy import select

from app.ui.stock.made_twice_dialog import MadeTwiceDialog
from app.ui.widgets import problems
from app.ui.widgets.parts import KEYS_AT_ONCE
from app.ui.widgets.two_line import TwoLineList
from app.ui.window.pages import PAGES
from sync_agent.contract.aliases import PRODUCT_ALIAS, ProductAliasRow
from sync_agent.store import tables as t
from tests.kit.feed import TENANT
from tests.kit.offline_shop import OfflineShop
from tests.kit.pictures.scenes import SCENES, Stage
from tests.kit.pictures.stage import stage_of
from tests.kit.windows import Loop

SCREEN = QSize(1024, 768)
LONG = 10_000
WORDS_MAX = 300

TWO_CELLS = {"two lines": "1\n234", "two cells": "1\t234", "a bell": "5\x075", "an escape": "\x1b[2J5"}
NO_FIGURE = {
    "letters": "twelve",
    "a minus": "-5",
    "digits without end": "9" * LONG,
    "letters without end": "x" * LONG,
    "beyond the bound": "99999999999999",
    "more than the shop's bound": "20000000",
    **TWO_CELLS,
}
AMOUNT = NO_FIGURE | {
    "nothing": "",
    "blanks": "   ",
    "a third decimal": "1.005",
    "either of two": "1,000",
    "another money": "$5",
}
AMOUNT_ABOVE_NOTHING = AMOUNT | {"zero": "0"}
PRICE = {name: text for name, text in AMOUNT.items() if text.strip()}
PIECES = NO_FIGURE | {"nothing": "", "blanks": "  ", "a decimal": "1.5", "money": "£5"}
WHOLE = {name: text for name, text in PIECES.items() if name != "more than the shop's bound"}
PIECES_ABOVE_NOTHING = PIECES | {"zero": "0"}
PIECES_EITHER_WAY = {name: text for name, text in PIECES_ABOVE_NOTHING.items() if name != "a minus"}
RATE = NO_FIGURE | {"nothing": "", "a fifth decimal": "5.12345", "more than all": "100.5%", "money": "£5"}
IN_BOUNDS = {name: text for name, text in AMOUNT.items() if name != "more than the shop's bound"}
DISCOUNT = {name: text for name, text in IN_BOUNDS.items() if text.strip()} | {"more than all": "101%"}
TEXT = {"letters without end": "x" * LONG}
REASON = TEXT | {"nothing": "", "blanks": "   ", "control letters alone": "\x07\x1b"}
NAME = REASON | {"a control letter": "Mug \x1b[2J"}
BARCODE = TEXT | {
    "letters": "twelve",
    "a minus": "-5",
    "a wrong check digit": "4006381333932",
    "digits without end": "9" * LONG,
    # Two barcodes: one that is broken into groups is whole, as its check digit says.
    "two lines": "4006381333931\n5000112637922",
}
ARTICLE_NUMBER = TEXT | {"a control letter": "A\x1b1", "two lines": "A\n1"}


def nothing(_stage: Stage) -> None:
    """The form is open already."""


@dataclass(frozen=True)
class Form:
    """A form as a scene opens it. By field: `valid` is what `button` takes, `wrong` what it refuses."""

    scene: str
    button: str
    valid: Mapping[str, str]
    wrong: Mapping[str, Mapping[str, str]]
    then: Callable[[Stage], object] = nothing
    """What opens the form behind its scene."""


def pays_in(stage: Stage) -> None:
    stage.press("moveBack")
    stage.press("paidIn")


def corrects(stage: Stage) -> None:
    reason = stage.part(QComboBox, "adjustReason")
    reason.setCurrentIndex(reason.findData("correction"))


def takes_a_part(stage: Stage) -> None:
    """Of the receipt, its first line."""
    stage.type("refundOf1", "1")


def has_a_joined_article(stage: Stage) -> None:
    """The list of articles that are there twice shows one that was joined, chosen."""
    mug = stage.shop.product_id("Blue mug")
    alias = ProductAliasRow(id="twin", product_id=mug, made_at=stage.shop.now, by="alice", version=1)
    stage.shop.publish(TENANT, (PRODUCT_ALIAS, "twin", 1, alias))
    dialog = stage.dialog()
    assert isinstance(dialog, MadeTwiceDialog)
    dialog.show_all()
    joined = dialog.findChild(TwoLineList, "madeTwiceJoined")
    assert joined is not None
    assert joined.rows.rowCount() == 1
    joined.selectionModel().setCurrentIndex(
        joined.rows.index(0), QItemSelectionModel.SelectionFlag.ClearAndSelect
    )


def gives_a_price(stage: Stage) -> None:
    stage.press("otherPrice")


def pays_by_card(stage: Stage) -> None:
    stage.press("payCard")


def has_goods_in_the_cart(stage: Stage) -> None:
    stage.press("refundBack")
    stage.fill_cart()
    stage.press("refund")


def asks_for_the_drawer(stage: Stage) -> None:
    stage.press("openDrawer")


FORMS: dict[str, Form] = {
    "open a shift": Form("shift_opening", "shiftOpen", {"shiftFloat": "١٠٠"}, {"shiftFloat": AMOUNT}),
    "pay in": Form(
        "shift_paying_out",
        "moveMoney",
        {"moveAmount": "£20", "moveReason": "Change from the bank"},
        {"moveAmount": AMOUNT_ABOVE_NOTHING, "moveReason": REASON},
        pays_in,
    ),
    "pay out": Form(
        "shift_paying_out",
        "moveMoney",
        {"moveAmount": "２０", "moveReason": "To the bank"},
        {"moveAmount": AMOUNT_ABOVE_NOTHING, "moveReason": REASON},
    ),
    "cash up": Form(
        "shift_closing",
        "shiftCloseNow",
        {"shiftCounted": "190", "shiftReason": "Not known"},
        {"shiftCounted": AMOUNT, "shiftReason": REASON},
    ),
    "goods in": Form(
        "stock_adjust",
        "adjustSave",
        {"adjustQuantity": "١٢", "adjustNote": "from\nthe van"},
        {"adjustQuantity": PIECES_ABOVE_NOTHING, "adjustNote": TEXT},
    ),
    "correct a level": Form(
        "stock_adjust",
        "adjustSave",
        {"adjustQuantity": "-5", "adjustNote": ""},
        {"adjustQuantity": PIECES_EITHER_WAY, "adjustNote": TEXT},
        corrects,
    ),
    "count one": Form(
        "stock",
        "countSave",
        {"countQuantity": "0", "countNote": "twice"},
        {"countQuantity": PIECES, "countNote": TEXT},
        lambda stage: stage.press("stockCount"),
    ),
    "send goods": Form(
        "stock_transfer",
        "transferSave",
        {"transferQuantity": "4", "transferNote": ""},
        {"transferQuantity": PIECES_ABOVE_NOTHING, "transferNote": TEXT},
    ),
    "change a product": Form(
        "stock_product",
        "productSave",
        {
            "productName": "Blue mug, large",
            "productPrice": "٧٫٥٠",
            "productBarcode": "4006381333931",
            "productSku": "M-1",
            "productTax": "9.2375%",
        },
        {
            "productName": NAME,
            "productPrice": PRICE,
            "productBarcode": BARCODE,
            "productSku": ARTICLE_NUMBER,
            "productTax": RATE,
        },
    ),
    "begin a count": Form("count_choosing", "countBegin", {"countName": "Shelf 3"}, {"countName": TEXT}),
    "type what was counted": Form(
        "count_counting", "countSet", {"countedQuantity": "7"}, {"countedQuantity": PIECES}
    ),
    "edit what was refused": Form(
        "edit_dialog",
        "editSend",
        {"edit-delta": "8", "edit-note": "from the van"},
        {"edit-delta": PIECES_ABOVE_NOTHING, "edit-note": TEXT},
    ),
    "discard what was refused": Form(
        "sync_discarding", "discardNow", {"discardReason": "Entered twice"}, {"discardReason": REASON}
    ),
    "open the drawer": Form(
        "sell_more",
        "openDrawerNow",
        {"drawerReason": "Change a note"},
        {"drawerReason": REASON},
        asks_for_the_drawer,
    ),
    "part an article": Form(
        "made_twice_dialog",
        "partProducts",
        {"ownBarcode": "", "ownNumber": "A-2"},
        {"ownBarcode": BARCODE, "ownNumber": ARTICLE_NUMBER},
        has_a_joined_article,
    ),
    "refund the cart": Form(
        "sell_refund_receipt",
        "refundWithoutReceipt",
        {"refundCartReason": "Wrong item"},
        {"refundCartReason": REASON},
        has_goods_in_the_cart,
    ),
    "the shop's settings": Form(
        "settings_selling",
        "saveSelling",
        {
            "cashStep": "0.05",
            "clerkDiscount": "٥٪",
            "lowStock": "7",
            "refundDays": "60",
            "quantityMax": "500000",
            "amountMax": "£1,000,000.00",
        },
        {
            "cashStep": IN_BOUNDS,
            "clerkDiscount": RATE,
            "lowStock": WHOLE,
            "refundDays": WHOLE,
            "quantityMax": WHOLE,
            "amountMax": IN_BOUNDS,
        },
    ),
    "when a PIN is asked for": Form(
        "settings_look", "saveLock", {"lockAfter": "5"}, {"lockAfter": WHOLE | {"two days": "2880"}}
    ),
    "take cash": Form("sell_tender", "takeCash", {"cashGiven": "100"}, {"cashGiven": AMOUNT}),
    "take a card": Form(
        "sell_tender",
        "takeCard",
        {"cardAmount": "5", "cardReference": "A 17"},
        {"cardAmount": {**AMOUNT_ABOVE_NOTHING}, "cardReference": TEXT},
        pays_by_card,
    ),
    "give a discount": Form(
        "sell_discount",
        "changeApply",
        {"changeValue": "١٠٪", "changeReason": "Last one"},
        {"changeValue": DISCOUNT, "changeReason": REASON},
    ),
    "give another price": Form(
        "sell_discount",
        "changeApply",
        {"changeValue": "5", "changeReason": "Last one"},
        {"changeValue": AMOUNT, "changeReason": REASON},
        gives_a_price,
    ),
    "refund a line": Form(
        "sell_refund_lines",
        "refundGive",
        {"refundOf1": "1", "refundReason": "Wrong item"},
        {"refundOf1": {name: text for name, text in PIECES.items() if text.strip()}, "refundReason": REASON},
        takes_a_part,
    ),
}

ELSEWHERE = {
    **dict.fromkeys(("pin", "approvalPin"), "a PIN is right or wrong: test_people"),
    **{
        f"own{what}{which}": "secrets: test_own_secrets"
        for what in ("Pin", "Password")
        for which in ("Current", "New", "Again")
    },
    **dict.fromkeys(("adminUser", "adminPassword", "adminCode"), "an admin's sign-in: test_shop_settings"),
    **dict.fromkeys(
        ("accountUser", "accountPassword", "accountCode", "factorCode"),
        "a sign-in of one's own account: test_account_dialogs",
    ),
    **dict.fromkeys(("receiptHeader", "receiptFooter", "taxRates"), "several lines: test_shop_settings"),
    "printerAddress": "any text may be an address; the printer's test says what is wrong with it",
    "refundReceipt": "finds, and writes nothing: test_refund_panel",
    "quantityResult": "what cannot be read is said beside it at each letter: test_conflict_dialog",
}
"""Fields that write nothing by themselves, or are tried in a test of their own: field → why."""


@pytest.fixture
def stage(loop: Loop, tmp_path: Path) -> Iterator[Stage]:
    inner = asyncio.get_event_loop()
    with stage_of(inner, tmp_path / "till", QLocale("en_GB"), SCREEN) as made:
        yield made


@pytest.mark.parametrize("name", list(FORMS))
def test_wrong_input_is_said_at_its_field_and_nothing_is_lost_or_written(
    stage: Stage, loop: Loop, name: str
) -> None:
    form = FORMS[name]
    SCENES[form.scene](stage)
    form.then(stage)
    loop.settle()
    for wrong_field, texts in form.wrong.items():
        for what, text in texts.items():
            fill(stage, form.valid)
            pasted = paste(stage, wrong_field, text)
            assert pasted == text, "the field cut off what was pasted, or changed it"
            before, typed = books(stage.shop), typed_in(stage, form.valid)
            press(stage, loop, form.button)
            case = f"{wrong_field}, {what}"
            line = the_field(stage, wrong_field)
            words = problems.words_at(line)
            assert words, f"{case}: nothing is said at the field"
            assert len(words) < WORDS_MAX, f"{case}: {words}"
            assert "fault" not in words, f"{case}: {words}"
            assert line.accessibleDescription() == words, case
            focused = QApplication.focusWidget()
            assert focused is not None, case
            assert focused is line or line.isAncestorOf(focused), f"{case}: {focused.objectName()}"
            assert typed_in(stage, form.valid) == typed, f"{case}: the form has changed"
            assert books(stage.shop) == before, f"{case}: something was written"
        fill(stage, form.valid)
        assert not problems.words_at(the_field(stage, wrong_field)), "it goes with the first letter"
    before = books(stage.shop)
    press(stage, loop, form.button)
    assert books(stage.shop) != before, "what is right is written"


def test_every_field_of_every_page_is_in_the_table(stage: Stage) -> None:
    for entry in PAGES:
        stage.window.show_page(entry)
    must_be_known()


@pytest.mark.parametrize("name", [one for one in sorted(SCENES) if one.endswith("_dialog")])
def test_every_field_of_every_dialog_is_in_the_table(stage: Stage, name: str) -> None:
    SCENES[name](stage)
    must_be_known()


def must_be_known() -> None:
    known = {one for form in FORMS.values() for one in (*form.valid, *form.wrong)} | set(ELSEWHERE)
    windows = [window for window in QApplication.topLevelWidgets() if window.isVisible()]
    missing = {one for window in windows for one in fields_of(window)} - known
    assert missing == set()


def fields_of(window: QWidget) -> Iterator[str]:
    """The names of what a person types into; an editable list box counts, and not the line inside of it."""
    for line in window.findChildren(QLineEdit):
        within = line.parentWidget()
        if isinstance(within, QComboBox):
            yield within.objectName()
        elif not line.property(KEYS_AT_ONCE) and not line.isReadOnly():
            yield line.objectName()
    for text in window.findChildren(QPlainTextEdit):
        if not text.isReadOnly():
            yield text.objectName()


def the_field(stage: Stage, name: str) -> QLineEdit | QComboBox:
    for window in (stage.window, *QApplication.topLevelWidgets()):
        line = window.findChild(QLineEdit, name)
        if line is not None:
            return line
        box = window.findChild(QComboBox, name)
        if box is not None:
            return box
    raise AssertionError(f"no field is called {name}")


def line_of(found: QLineEdit | QComboBox) -> QLineEdit:
    if isinstance(found, QLineEdit):
        return found
    line = found.lineEdit()
    assert line is not None
    return line


def fill(stage: Stage, valid: Mapping[str, str]) -> None:
    for name, text in valid.items():
        line_of(the_field(stage, name)).setText(text)


def paste(stage: Stage, name: str, text: str) -> str:
    """Paste a text over what a field has; what it has then."""
    line = line_of(the_field(stage, name))
    line.selectAll()
    line.del_()
    QApplication.clipboard().setText(text)
    line.paste()
    return line.text()


def typed_in(stage: Stage, valid: Mapping[str, str]) -> dict[str, str]:
    return {name: line_of(the_field(stage, name)).text() for name in valid}


def press(stage: Stage, loop: Loop, name: str) -> None:
    for window in (stage.window, *QApplication.topLevelWidgets()):
        found = window.findChild(QPushButton, name)
        if found is not None:
            found.click()
            loop.settle()
            return
    raise AssertionError(f"no button is called {name}")


def books(shop: OfflineShop) -> dict[str, list[str]]:
    """Every row of the till."""
    with shop.store.reading() as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(select(table)))
            for table in t.METADATA.sorted_tables
        }
