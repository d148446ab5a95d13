"""The registry of pages: a page that is made up in this file is one entry, and the window does the rest."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.domain.rights import Right
from app.services.till import Actor
from app.ui.page.base import Page
from app.ui.page.changes import MergedChange
from app.ui.page.context import PageContext
from app.ui.page.requests import Request
from app.ui.page.state import TillState
from app.ui.widgets.shortcuts import Scope, Shortcut
from app.ui.window.bridge import Bridge
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import PAGES, SELL, SHORTCUTS, SIGN_IN, STOCK, PageEntry
from sync_agent.contract.stock import UserRow
from sync_agent.events import ConnectionState, StateChanged
from tests.kit.agents import SilentAgent
from tests.kit.feed import PEPPER, TENANT
from tests.kit.offline_shop import ALICE, BOB, OfflineShop
from tests.kit.windows import Keyboard, Loop, part, scan

ON_VOUCHERS = Scope(lambda: "On the page of vouchers")
PRINT_VOUCHER = Shortcut(("F11",), ON_VOUCHERS, lambda: "Print the voucher")


class ShowVoucher(Request):
    """Another page wants a voucher shown."""


class VoucherPage(Page):
    """Records the window's calls. Codes that begin with 99 are vouchers."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.actors: list[Actor] = []
        self.states: list[TillState] = []
        self.changes: list[MergedChange] = []
        self.opened = 0
        self.vouchers: list[str] = []
        self.requests: list[Request] = []
        self.printed = 0
        PRINT_VOUCHER.bind(self, self.print_voucher)

    def print_voucher(self) -> None:
        self.printed += 1

    def set_actor(self, actor: Actor) -> None:
        super().set_actor(actor)
        self.actors.append(actor)

    def set_state(self, state: TillState) -> None:
        self.states.append(state)

    def refresh(self, change: MergedChange) -> None:
        self.changes.append(change)

    def begin(self) -> None:
        self.opened += 1

    def take_scan(self, code: str) -> bool:
        if not code.startswith("99"):
            return False
        self.vouchers.append(code)
        return True

    def answer(self, request: Request) -> None:
        self.requests.append(request)


class SilentPage(Page):
    """Cares for nothing."""


def voucher_page() -> type[VoucherPage]:
    return VoucherPage


def silent_page() -> type[SilentPage]:
    return SilentPage


VOUCHERS = PageEntry(
    "vouchers",
    lambda: "Vouchers",
    voucher_page,
    opened_by="Ctrl+8",
    shortcuts=(PRINT_VOUCHER,),
    icon="till",
    right=Right.CHANGE_SETTINGS,
    attention=lambda counts: counts.waiting,
    answers=frozenset({ShowVoucher}),
)
SILENT = PageEntry("silent", lambda: "Silent", silent_page, opened_by="Ctrl+9", icon="check")


@pytest.fixture
def shop_window(
    loop: Loop, shop: OfflineShop, bridge: Bridge, agent: SilentAgent, qtbot: QtBot
) -> Iterator[MainWindow]:
    """The till's window with the two made-up pages behind its own."""
    made = MainWindow(
        shop.till, bridge, agent, PEPPER, locale=QLocale("en_GB"), pages=(*PAGES, VOUCHERS, SILENT)
    )
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitActive(made)
    yield made
    loop.settle()


def test_a_made_up_page_stands_in_the_bar_and_opens_by_tab_and_by_key(
    shop_window: MainWindow, keys: Keyboard
) -> None:
    shop_window.welcome(ALICE)
    tab = part(shop_window, QPushButton, "navVouchers")
    assert tab.isVisible()
    assert (tab.text().strip(), tab.toolTip()) == ("Vouchers", "Vouchers (Ctrl+8)")
    tab.click()
    page = shop_window.page(VOUCHERS)
    assert page.isVisible()
    assert tab.isChecked()
    assert page.opened == 1
    shop_window.show_page(SELL)
    press_control(shop_window, Qt.Key.Key_8)
    assert page.isVisible()
    assert page.opened == 2


def test_a_page_hears_who_is_signed_in_how_the_till_is_and_what_changed(
    shop_window: MainWindow, bridge: Bridge, shop: OfflineShop, loop: Loop
) -> None:
    shop_window.welcome(ALICE)
    page = shop_window.page(VOUCHERS)
    assert page.actors == [ALICE], "made after the sign-in, it is told at once"
    assert page.states[-1].strip.words == shop_window.strip.strip_text.words
    bridge.post_event(StateChanged(ConnectionState.ONLINE, shop.clock.now_ms()))
    loop.until(lambda: page.states[-1].connection is ConnectionState.ONLINE)
    cara_joins(shop)
    loop.until(lambda: any(change.touches("people") for change in page.changes))
    shop_window.switch_person()
    shop_window.welcome(BOB)
    assert page.actors == [ALICE, BOB]


def test_a_scan_goes_to_the_page_in_sight_and_to_the_cart_where_that_does_not_take_it(
    shop_window: MainWindow,
) -> None:
    shop_window.welcome(ALICE)
    shop_window.show_page(VOUCHERS)
    page = shop_window.page(VOUCHERS)
    scan("99000001")
    assert page.vouchers == ["99000001"]
    assert page.isVisible()
    scan("2000000000015")
    assert page.vouchers == ["99000001"]
    assert shop_window.page(SELL).isVisible()
    assert [line.description for line in shop_window.page(SELL).cart.lines] == ["Blue mug"]


def test_a_page_that_cares_for_nothing_is_in_nobodys_way(
    shop_window: MainWindow, keys: Keyboard, bridge: Bridge, shop: OfflineShop, loop: Loop
) -> None:
    shop_window.welcome(ALICE)
    press_control(shop_window, Qt.Key.Key_9)
    assert shop_window.page(SILENT).isVisible()
    bridge.post_event(StateChanged(ConnectionState.ONLINE, shop.clock.now_ms()))
    loop.until(lambda: shop_window.strip.strip_text.words == "Online · All sent")
    scan("2000000000015")
    assert shop_window.page(SELL).isVisible()


def test_who_lacks_the_right_finds_the_page_disabled_with_the_reason(
    shop_window: MainWindow, keys: Keyboard
) -> None:
    shop_window.welcome(BOB)
    tab = part(shop_window, QPushButton, "navVouchers")
    assert tab.isVisible()
    assert not tab.isEnabled()
    assert tab.toolTip() == "Only a manager may change the settings."
    assert tab.accessibleDescription() == "Only a manager may change the settings."
    press_control(shop_window, Qt.Key.Key_8)
    assert shop_window.page(SELL).isVisible()
    assert shop_window.notice.words == "Only a manager may change the settings."
    shop_window.switch_person()
    shop_window.welcome(ALICE)
    assert tab.isEnabled()
    assert tab.toolTip() == "Vouchers (Ctrl+8)"


def test_another_pages_request_opens_the_page_that_answers_it(shop_window: MainWindow) -> None:
    shop_window.welcome(ALICE)
    wanted = ShowVoucher()
    shop_window.answer(wanted)
    page = shop_window.page(VOUCHERS)
    assert page.isVisible()
    assert page.requests == [wanted]


def test_a_request_that_this_person_may_not_make_opens_nothing(shop_window: MainWindow) -> None:
    shop_window.welcome(BOB)
    shop_window.answer(ShowVoucher())
    assert shop_window.page(SELL).isVisible()
    assert shop_window.page(VOUCHERS).requests == []


def test_a_tab_counts_what_waits_for_a_person(shop_window: MainWindow, loop: Loop, keys: Keyboard) -> None:
    shop_window.welcome(ALICE)
    scan("2000000000015")
    keys.press_in(shop_window, Qt.Key.Key_F9)
    part(shop_window, QPushButton, "takeCash").click()
    loop.settle()
    tab = part(shop_window, QPushButton, "navVouchers")
    loop.until(lambda: tab.text().strip() == "Vouchers · 1")
    assert tab.accessibleName() == "Vouchers, 1 needs attention"


def test_back_leads_to_the_page_before(shop_window: MainWindow, keys: Keyboard) -> None:
    shop_window.welcome(ALICE)
    shop_window.show_page(STOCK)
    keys.press_in(shop_window, Qt.Key.Key_F1)
    keys.press_in(shop_window, Qt.Key.Key_F1)
    assert shop_window.page(SHORTCUTS).isVisible()
    keys.press(Qt.Key.Key_Escape)
    assert shop_window.page(STOCK).isVisible()


def test_somebody_who_joined_while_another_was_signed_in_can_sign_in_next(
    shop_window: MainWindow, shop: OfflineShop, loop: Loop
) -> None:
    shop_window.welcome(ALICE)
    focus = shop_window.focusWidget()
    cara_joins(shop)
    loop.until(lambda: shop_window.page(SIGN_IN).findChild(QPushButton, "person-cara"))
    assert shop_window.focusWidget() is focus, "the list changes out of sight"
    shop_window.switch_person()
    assert part(shop_window, QPushButton, "person-cara").isVisible()


def test_people_who_come_meanwhile_leave_a_half_typed_pin(
    shop_window: MainWindow, shop: OfflineShop, loop: Loop, keys: Keyboard
) -> None:
    keys.type("24")
    cara_joins(shop)
    loop.until(lambda: shop_window.findChild(QPushButton, "person-cara"))
    keys.type("68")
    keys.press(Qt.Key.Key_Return)
    loop.until(lambda: shop_window.actor is not None)


def test_the_page_of_keys_lists_a_made_up_page_and_its_keys(shop_window: MainWindow, keys: Keyboard) -> None:
    shop_window.welcome(ALICE)
    keys.press_in(shop_window, Qt.Key.Key_F1)
    words = [text.text() for text in shop_window.page(SHORTCUTS).findChildren(QLabel)]
    for key, what in (("Ctrl+8", "Vouchers"), ("Ctrl+9", "Silent"), ("F11", "Print the voucher")):
        assert words[words.index(key) + 1] == what
    assert words.index("On the page of vouchers") < words.index("F11")


def test_a_pages_own_key_holds_while_that_page_is_in_sight(shop_window: MainWindow, keys: Keyboard) -> None:
    shop_window.welcome(ALICE)
    page = shop_window.page(VOUCHERS)
    keys.press_in(shop_window, Qt.Key.Key_F11)
    assert page.printed == 0
    shop_window.show_page(VOUCHERS)
    keys.press_in(shop_window, Qt.Key.Key_F11)
    assert page.printed == 1


def test_each_page_of_the_till_has_a_name_a_key_and_a_drawing_of_its_own() -> None:
    names = [entry.name for entry in PAGES]
    pages_keys = [entry.opened_by for entry in PAGES if entry.opened_by]
    assert len(set(names)) == len(names)
    assert len(set(pages_keys)) == len(pages_keys)
    assert all(entry.icon and entry.opened_by for entry in PAGES if entry.in_bar)


def press_control(window: MainWindow, key: Qt.Key) -> None:
    QTest.keyClick(window.windowHandle(), key, Qt.KeyboardModifier.ControlModifier)
    QApplication.processEvents()


def cara_joins(shop: OfflineShop) -> None:
    """A new clerk of this place comes down the stream."""
    cara = UserRow(
        id="cara", username="cara", name="Cara Nilsson", role="clerk", locations=["main"], version=1
    )
    shop.publish(TENANT, ("user", "cara", 1, cara))
