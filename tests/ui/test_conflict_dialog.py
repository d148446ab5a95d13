"""Deciding a conflict: what is laid out, what each button does, and what no key does by accident."""

from typing import Any

import orjson
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from sqlalchemy import select

from app.services.stock import inventory
from app.services.sync import conflicts
from app.services.till import Actor
from app.ui.sync.conflict_dialog import ConflictDialog
from app.ui.widgets.parts import MessageLine
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SELL, SYNC
from sync_agent.contract.conflicts import ConflictSide, ConflictType
from sync_agent.contract.stock import MovementReason
from sync_agent.store import tables as t
from sync_agent.store.device import record_clock_offset
from tests.kit.offline_shop import ALICE, BOB, OfflineShop
from tests.kit.windows import Keyboard, Loop, part, scan


@pytest.fixture
def dialog(selling: MainWindow, shop: OfflineShop, loop: Loop) -> ConflictDialog:
    """UX's example, opened from the Sync centre by Alice."""
    shop.set_stock("Blue mug", 15, 5, -5, MovementReason.SALE)
    shop.open_conflict(shop.stock_conflict())
    return opened(selling, loop)


def test_both_sides_are_laid_out_with_person_place_and_time(dialog: ConflictDialog) -> None:
    assert words(dialog, "headMine") == "This till: you, 15:46"
    assert words(dialog, "headServer") == "Server: Omar Haddad, Till 3, 15:52"
    assert [words(dialog, f"quantity{side}") for side in ("Before", "Mine", "Server")] == ["20", "12", "15"]
    assert part(dialog, QLineEdit, "quantityResult").text() == "7"
    assert words(dialog, "quantityOrigin") == "suggested, from both sides"


def test_the_suggestion_explains_itself(dialog: ConflictDialog, shop: OfflineShop) -> None:
    shown = " ".join(label.text() for label in dialog.findChildren(QLabel))
    suggestion = conflicts.comparison(shop.till, "conflict-1").suggestion
    assert suggestion is not None
    for line in suggestion.explanation:
        assert line in shown
    assert "20 − 8 − 5" in shown


def test_the_buttons_name_their_outcome(dialog: ConflictDialog) -> None:
    assert [part(dialog, QPushButton, name).text() for name in BUTTONS] == [
        "Use 7 (suggested)",
        "Use 12 from this till",
        "Use 15 from the server",
        "Decide later",
    ]


def test_no_word_calls_a_side_local_remote_or_newest(dialog: ConflictDialog) -> None:
    shown = " ".join(
        [label.text() for label in dialog.findChildren(QLabel)]
        + [button.text() for button in dialog.findChildren(QPushButton)]
    ).lower()
    for word in ("local", "remote", "overwrite", "newest"):
        assert word not in shown


@pytest.mark.parametrize(
    ("button", "resolution", "on_hand"),
    [
        ("useSuggested", {"resolution": "merge", "mergedData": {"newQuantity": 7}}, 7),
        ("useMine", {"resolution": "accept_local"}, 12),
        ("useServer", {"resolution": "accept_server"}, 15),
    ],
)
def test_each_button_does_what_it_says(
    dialog: ConflictDialog,
    selling: MainWindow,
    loop: Loop,
    shop: OfflineShop,
    button: str,
    resolution: dict[str, Any],
    on_hand: int,
) -> None:
    part(dialog, QPushButton, button).click()
    loop.settle()
    assert QApplication.activeModalWidget() is None
    assert part(selling, MessageLine, "syncMessage").words == f"Stock set to {on_hand}"
    decision = decided(shop)
    assert decision["conflictId"] == "conflict-1"
    assert decision["expectedServerVersion"] == 5
    assert {name: decision[name] for name in resolution} == resolution
    assert inventory.stock_row(shop.till, shop.product_id("Blue mug")).on_hand == on_hand


def test_another_figure_can_be_typed_and_the_button_says_so(
    dialog: ConflictDialog, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    type_result(dialog, keys, loop, "9")
    assert part(dialog, QPushButton, "useSuggested").text() == "Use 9 (as typed)"
    assert words(dialog, "quantityOrigin") == "typed by you"
    part(dialog, QPushButton, "useSuggested").click()
    loop.settle()
    assert decided(shop)["mergedData"] == {"newQuantity": 9}


def test_a_typed_figure_says_when_it_is_one_of_the_sides(
    dialog: ConflictDialog, keys: Keyboard, loop: Loop
) -> None:
    type_result(dialog, keys, loop, "15")
    assert words(dialog, "quantityOrigin") == "as at the server"


def test_enter_does_nothing_until_the_focus_was_moved_on_purpose(
    dialog: ConflictDialog, keys: Keyboard, shop: OfflineShop
) -> None:
    for _ in range(3):
        keys.press(Qt.Key.Key_Return)
        keys.press(Qt.Key.Key_Enter)
    assert dialog.isVisible()
    assert decisions(shop) == []


def test_enter_in_the_result_decides_nothing(
    dialog: ConflictDialog, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    type_result(dialog, keys, loop, "9")
    keys.press(Qt.Key.Key_Return)
    loop.settle()
    assert dialog.isVisible()
    assert decisions(shop) == []


def test_by_keyboard_alone_tab_reaches_a_button_and_enter_presses_it(
    dialog: ConflictDialog, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    wanted = part(dialog, QPushButton, "useServer")
    for _ in range(12):
        keys.press(Qt.Key.Key_Tab)
        if QApplication.focusWidget() is wanted:
            break
    assert QApplication.focusWidget() is wanted
    keys.press(Qt.Key.Key_Return)
    loop.settle()
    assert decided(shop)["resolution"] == "accept_server"


@pytest.mark.usefixtures("dialog")
def test_esc_decides_later(keys: Keyboard, shop: OfflineShop) -> None:
    keys.press(Qt.Key.Key_Escape)
    assert QApplication.activeModalWidget() is None
    assert decisions(shop) == []
    assert [one.id for one in conflicts.open_conflicts(shop.till)] == ["conflict-1"]


@pytest.mark.parametrize("focus", ["", "quantityResult", "useMine"])
def test_a_scanner_presses_and_types_nothing_here(
    dialog: ConflictDialog, selling: MainWindow, shop: OfflineShop, focus: str
) -> None:
    if focus:
        part(dialog, QWidget, focus).setFocus()
    scan("2000000000015")
    assert dialog.isVisible()
    assert part(dialog, QLineEdit, "quantityResult").text() == "7"
    assert decisions(shop) == []
    assert selling.page(SELL).cart.is_empty


def test_what_changed_meanwhile_is_compared_again(
    dialog: ConflictDialog, loop: Loop, shop: OfflineShop
) -> None:
    conflict = shop.stock_conflict()
    moved = conflict.server_version.model_copy(update={"values": {"quantity": 14}, "version": 6})
    shop.open_conflict(conflict.model_copy(update={"server_version": moved, "version": 2}))
    part(dialog, QPushButton, "useServer").click()
    loop.settle()
    assert dialog.isVisible()
    message = part(dialog, MessageLine, "conflictMessage").words
    assert message == "It changed again. Here is the new comparison."
    assert part(dialog, QPushButton, "useServer").text() == "Use 14 from the server"
    assert decisions(shop) == []


def test_a_count_is_shown_with_what_moved_on_either_side_of_it(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    conflict = shop.stock_conflict()
    counted_at = conflict.local_version.at
    assert counted_at is not None
    counted = conflict.local_version.model_copy(
        update={"values": {"quantity": 40, "countedAt": counted_at.isoformat()}}
    )
    (later,) = conflict.history
    earlier = later.model_copy(
        update={
            "operation_id": "operation-y",
            "delta": -2,
            "occurred_at": counted_at.replace(minute=30),
        }
    )
    shop.open_conflict(conflict.model_copy(update={"local_version": counted, "history": (earlier, later)}))
    dialog = opened(selling, loop)
    shown = [label.text() for label in dialog.findChildren(QLabel)]
    assert "Before the count" in shown
    assert "After the count" in shown
    assert part(dialog, QPushButton, "useSuggested").text() == "Use 35 (suggested)"


def test_a_clock_that_is_off_is_said_beside_the_times(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    shop.write(lambda tx: record_clock_offset(tx, 4 * 60_000))
    shop.open_conflict(shop.stock_conflict())
    assert "4 min slow" in words(opened(selling, loop), "conflictClock")


def test_a_product_is_decided_field_by_field(selling: MainWindow, loop: Loop, shop: OfflineShop) -> None:
    open_product_conflict(shop)
    dialog = opened(selling, loop)
    assert words(dialog, "priceMinorMine") == "£7.00"
    assert words(dialog, "nameServer") == "Blue mug, large"
    assert part(dialog, QLineEdit, "priceMinorResult").text() == "7.00"
    assert part(dialog, QLineEdit, "nameResult").text() == "Blue mug, large"
    part(dialog, QPushButton, "useSuggested").click()
    loop.settle()
    merged = decided(shop)["mergedData"]
    assert (merged["priceMinor"], merged["name"]) == (700, "Blue mug, large")


def test_a_clerk_is_told_in_place_that_a_manager_decides_products(
    window: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    window.welcome(BOB)
    open_product_conflict(shop)
    dialog = opened(window, loop)
    part(dialog, QPushButton, "useServer").click()
    loop.settle()
    assert dialog.isVisible()
    assert "Only a manager" in part(dialog, MessageLine, "conflictMessage").words


def test_edited_against_deleted_offers_to_restore_or_to_leave_it(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    conflict = shop.stock_conflict()
    shop.open_conflict(
        conflict.model_copy(
            update={
                "resource_type": "product",
                "conflict_type": ConflictType.DATA_INCONSISTENCY,
                "local_version": side(ALICE, {"priceMinor": 700}),
                "server_version": side(BOB, {"deleted": True}),
                "base_version": side(BOB, {"priceMinor": 650}),
                "history": (),
            }
        )
    )
    dialog = opened(selling, loop)
    assert [part(dialog, QPushButton, name).text() for name in BUTTONS[:3]] == [
        "Restore (suggested)",
        "Restore",
        "Leave deleted",
    ]


def test_it_fits_with_its_buttons_in_sight(dialog: ConflictDialog) -> None:
    assert (dialog.width(), dialog.height()) == (880, 560)
    for name in BUTTONS:
        button = part(dialog, QPushButton, name)
        assert dialog.rect().contains(button.mapTo(dialog, button.rect().bottomRight()))
        assert button.width() >= button.sizeHint().width()


def test_an_opening_conflict_is_a_badge_and_never_a_pop_up(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    shop.open_conflict(shop.stock_conflict())
    loop.until(lambda: "· 1" in part(selling, QPushButton, "navSync").text())
    assert selling.page(SELL).isVisible()
    assert QApplication.activeModalWidget() is None


BUTTONS = ("useSuggested", "useMine", "useServer", "decideLater")


def opened(window: MainWindow, loop: Loop) -> ConflictDialog:
    loop.until(lambda: "· 1" in part(window, QPushButton, "navSync").text())
    window.show_page(SYNC)
    part(window, QPushButton, "tabConflicts").click()
    part(window, QPushButton, "decide").click()
    dialog = part(window, ConflictDialog, "conflictDialog")
    loop.until(lambda: QApplication.activeWindow() is dialog)
    return dialog


def type_result(dialog: ConflictDialog, keys: Keyboard, loop: Loop, text: str) -> None:
    result = part(dialog, QLineEdit, "quantityResult")
    result.setFocus()
    result.selectAll()
    keys.type(text)
    loop.until(lambda: result.text() == text)


def open_product_conflict(shop: OfflineShop) -> None:
    base = {"name": "Blue mug", "priceMinor": 650}
    shop.open_conflict(
        shop.stock_conflict(
            resource_type="product",
            local_version=side(ALICE, base | {"priceMinor": 700}),
            server_version=side(BOB, base | {"name": "Blue mug, large"}),
            base_version=side(BOB, base),
            history=(),
        )
    )


def side(person: Actor, values: dict[str, Any]) -> ConflictSide:
    return ConflictSide(values=values, version=2, actor=person.id, actor_name=person.name)


def words(dialog: ConflictDialog, name: str) -> str:
    return part(dialog, QLabel, name).text()


def decisions(shop: OfflineShop) -> list[dict[str, Any]]:
    with shop.store.reading() as connection:
        rows = connection.execute(select(t.outbox.c.data).where(t.outbox.c.resource_type == "conflict"))
        return [orjson.loads(data) for data in rows.scalars()]


def decided(shop: OfflineShop) -> dict[str, Any]:
    (only,) = decisions(shop)
    return only
