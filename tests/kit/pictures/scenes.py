"""Every page, panel and dialog of the till, each in a state that a clerk will see it in.

A scene brings an open window into its state and names the part to draw. `SCENES` is by name; a
test compares them with the pages, sections, tabs, panels and dialogs of the program.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from PySide6.QtWidgets import QApplication, QCheckBox, QDialog, QLineEdit, QPushButton, QWidget

from app.domain.cart import Cart
from app.domain.discount import Discount
from app.domain.open_sale import CartChange
from app.domain.rights import Right
from app.services import preferences
from app.services.cash import shifts
from app.services.selling import history, open_sales
from app.services.stock import catalogue, inventory
from app.services.till import Actor
from app.ui.people.enrol_page import EnrolWindow, Step
from app.ui.settings.page import Section
from app.ui.sync.page import Tab
from app.ui.widgets.theme import Tone
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import NOTICES, SELL, SETTINGS, SHIFT, SHORTCUTS, STOCK, SYNC
from sync_agent.contract.enrolment_codes import CodeOffer, OfferedPlace
from sync_agent.contract.notices import NoticeRow
from sync_agent.contract.stock import LocationRow, MovementReason, ProductRow
from sync_agent.contract.wire import from_ms
from sync_agent.enrolment_forms import CodeEnrolment, FirstShop
from sync_agent.store.queue import transitions
from sync_agent.store.queue.status import Status
from tests.kit import selling
from tests.kit.accounts import APP_CODE, PASSWORD
from tests.kit.feed import TENANT
from tests.kit.offline_shop import ALICE, BOB, OfflineShop

WIDGET = TypeVar("WIDGET", bound=QWidget)
T = TypeVar("T")


class Run(Protocol):
    """Runs a coroutine to its end on the window's loop."""

    def __call__(self, work: Coroutine[Any, Any, T], /) -> T: ...


@dataclass
class Stage:
    """A window over a small shop, and a way to let what it began come to its end."""

    window: MainWindow
    shop: OfflineShop
    run: Run

    def part(self, kind: type[WIDGET], name: str) -> WIDGET:
        found = self.window.findChild(kind, name)
        assert found is not None, f"no {kind.__name__} is called {name}"
        return found

    def press(self, name: str) -> None:
        self.part(QPushButton, name).click()
        self.settle()

    def type(self, name: str, text: str) -> None:
        self.part(QLineEdit, name).setText(text)

    def settle(self) -> None:
        self.run(asyncio.sleep(0.05))
        QApplication.processEvents()

    def fill_cart(self) -> None:
        for code in ("2000000000015", "2000000000015", "2000000000053", "2000000000077"):
            self.window.take_scan(code)
        self.settle()

    def dialog(self) -> QDialog:
        self.settle()
        found = [one for one in self.window.findChildren(QDialog) if one.isVisible()]
        assert found, "no dialog was opened"
        return found[-1]


Scene = Callable[[Stage], QWidget]
SCENES: dict[str, Scene] = {}


def scene(made: Scene) -> Scene:
    SCENES[made.__name__] = made
    return made


def furnish(shop: OfflineShop, run: Run) -> None:
    """A morning's work: sales, a shift, a refusal, a held sale, quick keys, settings."""
    till = shop.till
    products = [catalogue.by_code(till, code) for code in ("2000000000015", "2000000000046", "2000000000091")]
    assert all(products)
    run(shifts.open_shift(till, 15_000, BOB))
    for number, product in enumerate(products, start=1):
        assert product is not None
        cart = Cart().add(product, number)
        sale = run(selling.sell(till, cart, BOB))
        if number == 1:
            finish(shop, sale.id)
    held = Cart().add(products[1]) if products[1] else Cart()
    run(open_sales.hold(till, selling.rung_up(till, held), BOB))
    ids = [shop.product_id(name) for name in ("Blue mug", "Beeswax candle, pair", "Honey, heather 340 g")]
    for product_id in ids:
        run(preferences.toggle_quick_key(till, product_id))
    shop.feed.publish_setting("receipt_footer", "Thank you. Goods may be returned within 30 days.")
    refused = run(
        inventory.adjust(till, shop.product_id("Red mug"), 6, MovementReason.RECEIVE, "from the van", BOB)
    )
    words = (
        "This delivery was entered at another till already. Nothing is lost. Discard it, or send it again."
    )
    shop.write(
        lambda tx: transitions.mark_needs_attention(
            tx, refused, Status.DEAD_LETTER, code="bad_request", error=words
        )
    )
    shop.open_conflict(shop.stock_conflict())
    annex = LocationRow(id="annex", name="Station Road", time_zone="Europe/London", version=1)
    shop.publish(TENANT, ("location", "annex", 1, annex))


def finish(shop: OfflineShop, operation_id: str) -> None:
    shop.write(lambda tx: transitions.finish(tx, operation_id, Status.COMPLETED, result=None, code=None))


# --- pages -------------------------------------------------------------------------------------------


@scene
def sign_in(stage: Stage) -> QWidget:
    stage.window.switch_person()
    return stage.window


@scene
def sell_empty(stage: Stage) -> QWidget:
    stage.window.show_page(SELL)
    return stage.window


@scene
def sell_cart(stage: Stage) -> QWidget:
    stage.fill_cart()
    stage.window.take_scan("5012345678900")
    return stage.window


@scene
def sell_search(stage: Stage) -> QWidget:
    stage.fill_cart()
    stage.type("sellSearch", "mug")
    return stage.window


def _share_a_code(stage: Stage) -> None:
    """The blue mug's barcode is on another product too."""
    jug = ProductRow(
        id="jug", name="Jug, stoneware", barcode="02000000000015", sku="JUG-1", price_minor=1850, version=1
    )
    stage.shop.publish(TENANT, ("product", jug.id, jug.version, jug))
    stage.settle()
    stage.window.take_scan("2000000000015")
    stage.settle()


@scene
def sell_which(stage: Stage) -> QWidget:
    stage.fill_cart()
    _share_a_code(stage)
    return stage.window


@scene
def stock_which(stage: Stage) -> QWidget:
    stage.window.show_page(STOCK)
    _share_a_code(stage)
    return stage.window


@scene
def made_twice_dialog(stage: Stage) -> QWidget:
    stage.window.show_page(STOCK)
    stage.window.page(STOCK).show_made_twice()
    return stage.dialog()


@scene
def sell_tender(stage: Stage) -> QWidget:
    stage.fill_cart()
    stage.press("pay")
    stage.type("cashGiven", "100")
    return stage.window


@scene
def sell_tender_split(stage: Stage) -> QWidget:
    stage.fill_cart()
    stage.press("pay")
    stage.type("cashGiven", "20")
    stage.press("takeCash")
    stage.press("payCard")
    return stage.window


@scene
def sell_done(stage: Stage) -> QWidget:
    stage.fill_cart()
    stage.press("pay")
    stage.type("cashGiven", "100")
    stage.press("takeCash")
    return stage.window


@scene
def sell_discount(stage: Stage) -> QWidget:
    stage.fill_cart()
    line = stage.window.page(SELL).cart.lines[0]
    tenth = Discount("share", 100_000, "Regular customer")
    stage.window.page(SELL).change_price(CartChange("line", line.line_id, tenth))
    stage.settle()
    stage.press("discount")
    return stage.window


@scene
def sell_held(stage: Stage) -> QWidget:
    stage.press("recall")
    return stage.window


@scene
def sell_refund_receipt(stage: Stage) -> QWidget:
    stage.press("refund")
    return stage.window


@scene
def sell_refund_lines(stage: Stage) -> QWidget:
    stage.press("refund")
    stage.type("refundReceipt", "2")
    stage.press("refundFind")
    stage.press("refundAll1")
    return stage.window


@scene
def sell_more(stage: Stage) -> QWidget:
    stage.fill_cart()
    stage.press("more")
    return stage.window


@scene
def stock(stage: Stage) -> QWidget:
    stage.window.show_page(STOCK)
    stage.window.page(STOCK).show_product(stage.shop.product_id("Blue mug"))
    return stage.window


@scene
def stock_transfer(stage: Stage) -> QWidget:
    stock(stage)
    stage.press("stockTransfer")
    stage.type("transferQuantity", "4")
    return stage.window


@scene
def stock_adjust(stage: Stage) -> QWidget:
    stock(stage)
    stage.press("stockAdjust")
    stage.type("adjustQuantity", "12")
    return stage.window


@scene
def stock_product(stage: Stage) -> QWidget:
    stock(stage)
    stage.press("stockEdit")
    return stage.window


@scene
def stock_low(stage: Stage) -> QWidget:
    stage.window.show_page(STOCK)
    stage.press("stockLow")
    return stage.window


@scene
def stock_oversold(stage: Stage) -> QWidget:
    stage.window.show_page(STOCK)
    stage.press("stockOversold")
    stage.window.page(STOCK).show_product(stage.shop.product_id("Umbrella, folding"))
    return stage.window


@scene
def count_choosing(stage: Stage) -> QWidget:
    stage.window.show_page(STOCK)
    stage.press("countByScanning")
    return stage.window


@scene
def count_counting(stage: Stage) -> QWidget:
    count_choosing(stage)
    stage.type("countName", "Shelf 3")
    stage.press("countBegin")
    for code in ("2000000000015", "2000000000015", "2000000000046", "2000000000060"):
        stage.window.take_scan(code)
        stage.settle()
    return stage.window


@scene
def count_finishing(stage: Stage) -> QWidget:
    count_counting(stage)
    stage.press("countFinish")
    return stage.window


@scene
def shift_running(stage: Stage) -> QWidget:
    stage.window.show_page(SHIFT)
    return stage.window


@scene
def shift_paying_out(stage: Stage) -> QWidget:
    stage.window.show_page(SHIFT)
    stage.press("paidOut")
    return stage.window


@scene
def shift_closing(stage: Stage) -> QWidget:
    stage.window.show_page(SHIFT)
    stage.press("shiftClose")
    stage.type("shiftCounted", "190")
    return stage.window


@scene
def shift_opening(stage: Stage) -> QWidget:
    current = shifts.current(stage.shop.till)
    assert current is not None
    expected = shifts.totals(stage.shop.till, current.id).expected_minor
    stage.run(shifts.close_shift(stage.shop.till, expected, ALICE))
    stage.window.show_page(SHIFT)
    return stage.window


@scene
def sync_waiting(stage: Stage) -> QWidget:
    return _sync(stage, Tab.WAITING)


@scene
def sync_attention(stage: Stage) -> QWidget:
    return _sync(stage, Tab.ATTENTION)


@scene
def sync_conflicts(stage: Stage) -> QWidget:
    return _sync(stage, Tab.CONFLICTS)


@scene
def sync_sent(stage: Stage) -> QWidget:
    return _sync(stage, Tab.SENT)


@scene
def sync_diagnostics(stage: Stage) -> QWidget:
    return _sync(stage, Tab.DIAGNOSTICS)


@scene
def sync_discarding(stage: Stage) -> QWidget:
    _sync(stage, Tab.ATTENTION)
    stage.press("discardEntry")
    return stage.window


@scene
def entry_dialog(stage: Stage) -> QWidget:
    _sync(stage, Tab.ATTENTION)
    stage.press("entryDetails")
    return stage.dialog()


@scene
def edit_dialog(stage: Stage) -> QWidget:
    _sync(stage, Tab.ATTENTION)
    stage.press("editEntry")
    return stage.dialog()


@scene
def batch_dialog(stage: Stage) -> QWidget:
    first = stage.shop.stock_conflict()
    other = stage.shop.product_id("Honey, heather 340 g")
    stage.shop.open_conflict(first.model_copy(update={"id": "conflict-2", "resource_id": other}))
    stage.settle()
    _sync(stage, Tab.CONFLICTS)
    stage.press("decideAlike")
    return stage.dialog()


def _sync(stage: Stage, tab: Tab) -> QWidget:
    stage.window.show_page(SYNC)
    stage.window.page(SYNC).show_tab(tab)
    stage.settle()
    return stage.window


@scene
def settings_look(stage: Stage) -> QWidget:
    return _settings(stage, Section.LOOK)


@scene
def settings_selling(stage: Stage) -> QWidget:
    return _settings(stage, Section.SELLING)


@scene
def settings_printer(stage: Stage) -> QWidget:
    return _settings(stage, Section.PRINTER)


@scene
def settings_till(stage: Stage) -> QWidget:
    return _settings(stage, Section.TILL)


@scene
def settings_log(stage: Stage) -> QWidget:
    return _settings(stage, Section.LOG)


@scene
def settings_you(stage: Stage) -> QWidget:
    return _settings(stage, Section.YOU)


@scene
def settings_people(stage: Stage) -> QWidget:
    return _settings(stage, Section.PEOPLE)


@scene
def settings_admin(stage: Stage) -> QWidget:
    """What loosens a check asks for an admin's sign-in."""
    _settings(stage, Section.SELLING)
    stage.type("clerkDiscount", "40")
    stage.press("saveSelling")
    return stage.window


def _settings(stage: Stage, section: Section) -> QWidget:
    stage.window.show_page(SETTINGS)
    stage.window.page(SETTINGS).show_section(section)
    return stage.window


@scene
def notices(stage: Stage) -> QWidget:
    now_ms = stage.shop.clock.now_ms()
    row = NoticeRow(
        id="n-1",
        type="announcement",
        text="The delivery comes at three today. Please leave the back door clear.",
        sender_id="omar",
        sender_name="Omar Haddad",
        sent_at=from_ms(now_ms),
        until=from_ms(now_ms + 3_600_000),
        version=1,
    )
    stage.shop.publish(TENANT, ("notice", "n-1", 1, row))
    stage.window.show_page(NOTICES)
    return stage.window


@scene
def shortcuts(stage: Stage) -> QWidget:
    stage.window.show_page(SHORTCUTS)
    return stage.window


# --- dialogs -----------------------------------------------------------------------------------------


@scene
def conflict_dialog(stage: Stage) -> QWidget:
    stage.window.page(SYNC).decide("conflict-1")
    return stage.dialog()


@scene
def approval_dialog(stage: Stage) -> QWidget:
    bob = Actor("bob", "Bob Lindqvist", "clerk")
    task = asyncio.get_event_loop().create_task(stage.window.approvals.ask(bob, Right.OPEN_DRAWER))
    stage.settle()
    task.add_done_callback(lambda done: done.exception())
    return stage.dialog()


# --- what a person does at the server in their own name --------------------------------------------------


def _signing_in(stage: Stage, section: Section, opened_by: str, password: str = PASSWORD) -> QWidget:
    """A dialog in which Alice has signed in."""
    _settings(stage, section)
    stage.press(opened_by)
    dialog = stage.dialog()
    stage.type("accountPassword", password)
    stage.press("accountDo")
    stage.settle()
    return dialog


@scene
def enrolment_code_dialog(stage: Stage) -> QWidget:
    return _signing_in(stage, Section.PEOPLE, "makeCode")


@scene
def enrolment_code_asking(stage: Stage) -> QWidget:
    _settings(stage, Section.PEOPLE)
    stage.press("makeCode")
    return stage.dialog()


@scene
def enrolment_code_refused(stage: Stage) -> QWidget:
    return _signing_in(stage, Section.PEOPLE, "makeCode", "not the password")


@scene
def second_factor_dialog(stage: Stage) -> QWidget:
    return _signing_in(stage, Section.YOU, "setUpFactor")


@scene
def second_factor_wrong_code(stage: Stage) -> QWidget:
    dialog = second_factor_dialog(stage)
    stage.type("factorCode", "000000")
    stage.press("accountDo")
    return dialog


@scene
def second_factor_recovery(stage: Stage) -> QWidget:
    dialog = second_factor_dialog(stage)
    stage.type("factorCode", APP_CODE)
    stage.press("accountDo")
    return dialog


@scene
def end_second_factor_dialog(stage: Stage) -> QWidget:
    """The account has one, so the server asks for its code."""
    second_factor_recovery(stage)
    stage.part(QCheckBox, "recoveryKept").click()
    stage.press("accountDo")
    return _signing_in(stage, Section.YOU, "endFactor")


@scene
def sign_ins_dialog(stage: Stage) -> QWidget:
    return _signing_in(stage, Section.YOU, "showSignIns")


@scene
def reset_second_factor_dialog(stage: Stage) -> QWidget:
    return _signing_in(stage, Section.PEOPLE, "resetFactor")


@scene
def slip_dialog(stage: Stage) -> QWidget:
    sale = history.recent_sales(stage.shop.till, 1)[0]
    stage.window.page(SELL).show_receipt(sale.id)
    return stage.dialog()


async def nothing(*_given: object) -> None:
    """A set-up that ends at once."""


class CodesOfAShop:
    """Any code is one of the demonstration's shop."""

    async def look_up(self, _form: CodeEnrolment) -> CodeOffer | None:
        return OFFER

    async def accept(self, form: CodeEnrolment) -> None:
        await nothing(form)

    async def make_shop(self, form: FirstShop) -> None:
        await nothing(form)


OFFER = CodeOffer(
    purpose="till",
    tenant=OfferedPlace(id="demo", name="Marlow & Finch"),
    location=OfferedPlace(id="main", name="High Street"),
    expires_at=from_ms(0),
)


def enrolling(stage: Stage) -> EnrolWindow:
    window = EnrolWindow(nothing, nothing, codes=CodesOfAShop(), server_url="http://127.0.0.1:8765")
    window.setParent(stage.window, window.windowFlags())
    window.resize(stage.window.size())
    window.show()
    return window


@scene
def enrol(stage: Stage) -> QWidget:
    return enrolling(stage)


@scene
def enrol_asking(stage: Stage) -> QWidget:
    window = enrolling(stage)
    window.page._show_busy(True)
    window.page._offer_to_stop(True)
    window.page._message.say(window.page.tr("Asking the server…"), Tone.BUSY)
    return window


@scene
def enrol_by_password(stage: Stage) -> QWidget:
    window = enrolling(stage)
    window.page._show_step(Step.PASSWORD)
    return window


@scene
def enrol_offer(stage: Stage) -> QWidget:
    window = enrolling(stage)
    window.page._offer.show_offer(
        OFFER, CodeEnrolment("https://tills.example.com", "8F3K-Q2ZN-7M4T", "Till 2")
    )
    window.page._show_step(Step.OFFER)
    return window


@scene
def enrol_first_shop(stage: Stage) -> QWidget:
    window = enrolling(stage)
    window.page._show_step(Step.FIRST_SHOP)
    return window


@scene
def enrol_not_encrypted(stage: Stage) -> QWidget:
    window = enrolling(stage)
    server, code = window.page._server.lines, window.page._code.lines
    server["server_url"].setText("http://192.168.1.5:8765")
    server["till_name"].setText("Till 2")
    code["code"].setText("8F3K-Q2ZN-7M4T")
    window.page._submit()
    return window
