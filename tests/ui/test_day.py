"""A clerk's whole day, with keys and clicks alone, on a real till whose server is cut off for a while.

Open the shift, sell thirty baskets by scanner, lose the network, go on, refund, count, switch clerk, see
a refusal and correct it, reconnect, decide two conflicts (one as suggested, one by hand), undo one, close the
shift, and see that the server has all of it.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QLineEdit, QTableView, QWidget

from app.bootstrap import OpenHome, open_home
from app.services.cash import shifts
from app.services.selling import history
from app.services.stock import catalogue, counting, inventory
from app.services.stock.catalogue import ProductView
from app.services.sync import conflicts, queue
from app.ui.sync.conflict_dialog import ConflictDialog
from app.ui.widgets.parts import MessageLine
from app.ui.widgets.slip_view import SlipDialog
from app.ui.window.bridge import Bridge
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SELL
from sync_agent.agent import AgentThread
from sync_agent.contract.operations import PRODUCT
from sync_agent.enrolment_forms import Enrolment
from sync_agent.events import ConnectionState
from sync_agent.network.transport import NetworkTransport
from sync_agent.store.queue.enqueueing import ExpectedProductEffect, NewOperation, enqueue
from tests.kit.clocks import KeyboardClock
from tests.kit.links import Link
from tests.kit.people import clerk_named
from tests.kit.processes import ServerProcess
from tests.kit.windows import Keyboard, Loop, part, scan

PINS = {"alice": "2468", "bob": "1357"}


class Counter:
    """A till at its counter, worked with keys and clicks; `link` is its cable.

    How fast keys come is measured by a clock that moves with each key of a person and with none of a scanner.
    """

    def __init__(self, loop: Loop, opened: OpenHome, url: str, *, has_window: bool) -> None:
        assert opened.credentials is not None
        self._loop = loop
        self.opened = opened
        self.bridge = Bridge()
        self._stop_listening = opened.store.listen(self.bridge.post_changed)
        self.link = Link(NetworkTransport(url))
        self.thread = AgentThread(opened.agent(emit=self.bridge.post_event, transport=self.link))
        self.thread.start()
        self.wait_for(lambda: self.state is ConnectionState.ONLINE)
        clock = KeyboardClock()
        self._keyboard = Keyboard(clock)
        self.till = replace(opened, clock=clock).till()
        self.window = MainWindow(
            self.till, self.bridge, self.thread.agent, opened.credentials.pin_pepper, locale=QLocale("en_GB")
        )
        if has_window:
            self.window.show()
            self.window.activateWindow()

    @property
    def state(self) -> ConnectionState:
        return self.thread.agent.state

    def wait_for(self, condition: Callable[[], object]) -> None:
        self._loop.until(condition)

    def cut(self) -> None:
        self.thread.call(lambda: self.tasks.append(asyncio.ensure_future(self.link.cut())))
        self.wait_for(lambda: self.state is not ConnectionState.ONLINE)

    tasks: list[asyncio.Future[None]] = []  # noqa: RUF012 - holds what the agent's loop runs until it has run

    def restore(self) -> None:
        self.thread.call(self.link.restore)
        self.thread.agent.try_now()

    def close(self) -> None:
        self.window.close()
        self._loop.settle()
        self._stop_listening()
        self.thread.stop()
        self.opened.store.close()

    # --- hands ---------------------------------------------------------------------------------------

    def press(self, name: str, within: QWidget | None = None) -> None:
        made = part(within or self.window, QAbstractButton, name)
        assert made.isEnabled(), f"{name} cannot be pressed: {made.toolTip()}"
        assert made.isVisible(), f"{name} is not in sight"
        QTest.mouseClick(made, Qt.MouseButton.LeftButton)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.window.activateWindow()  # what a window system does when a dialog over it closes
        self.wait_for(self.window.isActiveWindow)
        self._keyboard.press_in(self.window, key, modifier)

    def type_into(self, name: str, text: str, *, enter: bool = True, within: QWidget | None = None) -> None:
        field = part(within or self.window, QLineEdit, name)
        assert field.isVisible(), f"{name} is not in sight"
        field.window().activateWindow()
        field.setFocus()
        self.wait_for(field.hasFocus)
        field.selectAll()
        self._keyboard.type(text)
        # The last letter is let go after a moment, when no other followed: it was no scan.
        self._loop.until_is(field.text, text)
        if enter:
            self._keyboard.press(Qt.Key.Key_Return)

    def scan(self, product: ProductView) -> None:
        assert product.barcode is not None
        scan(product.barcode)
        QApplication.processEvents()

    def sign_in(self, username: str) -> None:
        self.press(f"person-{username}")
        for digit in PINS[username]:
            self.press(f"pin{digit}")
        self.press("signIn")
        self.wait_for(lambda: self.window.actor is not None)

    def sell(self, *products: ProductView) -> str:
        before = self.last_receipt()
        for product in products:
            self.scan(product)
        self.key(Qt.Key.Key_F9)
        QTest.keyClick(part(self.window, QLineEdit, "cashGiven"), Qt.Key.Key_Return)
        # By its number: the previous sale changes as well, when the server has applied it.
        self.wait_for(lambda: self.last_receipt() != before)
        self._loop.settle()
        return self.last_receipt()

    def last_receipt(self) -> str:
        """The number of the newest sale or refund; empty before the first."""
        newest = history.recent_sales(self.till, 1)
        return newest[0].receipt_number if newest else ""

    def text(self, name: str) -> str:
        return part(self.window, QLabel, name).text()

    def dialog(self, kind: type[QDialog]) -> QDialog:
        def opened() -> QDialog | None:
            return next((one for one in self.window.findChildren(kind) if one.isVisible()), None)

        self.wait_for(opened)
        found = opened()
        assert found is not None
        return found


def enrolled(home: Path, url: str, name: str) -> OpenHome:
    async def enroll() -> OpenHome:
        opened = open_home(home)
        transport = NetworkTransport(url)
        try:
            return await opened.enroll(
                transport, Enrolment(url, "demo", "alice", "evertill-demo", "main", name)
            )
        finally:
            await transport.close()

    # A separate loop: the window's stays the current one.
    with closing(asyncio.new_event_loop()) as own_loop:
        return own_loop.run_until_complete(enroll())


@contextmanager
def counters(loop: Loop, folder: Path, url: str) -> Iterator[tuple[Counter, Counter]]:
    """The till of the day, and another one of the shop that nobody looks at."""
    made: list[Counter] = []
    try:
        for number in (1, 2):
            opened = enrolled(folder / f"till-{number}", url, f"Till {number}")
            made.append(Counter(loop, opened, url, has_window=number == 1))
        yield made[0], made[1]
    finally:
        for one in made:
            one.close()


def change_price_as_a_clerk(counter: Counter, loop: Loop, product: ProductView) -> None:
    """What a till of an earlier release let a clerk do; the server does not."""
    bob = clerk_named(counter.opened.store, "bob")
    operation = NewOperation(
        operation="update",
        resource_type=PRODUCT,
        resource_id=product.id,
        data={"set": {"priceMinor": 999}, "base": {"priceMinor": product.price_minor}},
        actor_id=bob.id,
        summary={"kind": "product", "product": product.name, "person": bob.name},
        base_version=1,
        ordering_key=f"{PRODUCT}:{product.id}",
        product=ExpectedProductEffect(product.id, {"price_minor": 999}),
    )
    loop.run(counter.opened.store.write(lambda tx: enqueue(tx, operation)))


@pytest.mark.timeout(300)
def test_a_whole_day(loop: Loop, server: ServerProcess, tmp_path: Path) -> None:
    with counters(loop, tmp_path, server.url) as (one, other):
        found = catalogue.search(one.till, "", limit=80)
        goods = [product for product in found if product.barcode and product.unit == "each"]
        window = one.window

        # The morning: Bob signs in with his PIN and opens the shift.
        one.sign_in("bob")
        one.key(Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
        one.type_into("shiftFloat", "100")
        one.wait_for(lambda: shifts.current(one.till))
        one.key(Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)

        # Thirty baskets by scanner; one is held while the next customer pays.
        for basket in range(29):
            one.sell(*(goods[(basket + place) % len(goods)] for place in range(1 + basket % 3)))
        one.scan(goods[0])
        one.key(Qt.Key.Key_F4)
        one.wait_for(lambda: window.page(SELL).cart.is_empty)
        one.sell(goods[1])
        one.key(Qt.Key.Key_F5)
        one.key(Qt.Key.Key_Return)
        one.wait_for(lambda: not window.page(SELL).cart.is_empty)
        one.sell()
        assert len(history.recent_sales(one.till, 100)) == 31
        one.wait_for(lambda: window.strip.strip_text.words == "Online · All sent")

        # The network fails; selling goes on.
        one.cut()
        lost = [one.sell(goods[place], goods[place + 1]) for place in range(5)]
        assert (queue.counts(one.till).waiting, queue.counts(one.till).sales) == (5, 5)
        one.wait_for(lambda: "5 sales saved on this till" in window.strip.strip_text.words)

        # Something comes back, against its receipt.
        one.key(Qt.Key.Key_F6)
        one.type_into("refundReceipt", str(int(lost[0].rpartition("-")[2])))
        one.press("refundAll1")
        one.type_into("refundReasonLine", "does not fit", enter=False)
        one.press("refundGive")
        one.wait_for(lambda: part(window, QLabel, "doneTitle").text() == "Refund done")
        assert history.recent_sales(one.till, 1)[0].kind == "refund"

        # A shelf is counted by scanning, with a pause, while another till counts and sells the same things.
        first, second = goods[10], goods[11]
        one.key(Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
        one.press("countByScanning")
        one.type_into("countName", "Shelf 3")
        one.wait_for(lambda: part(window, QLabel, "countTitle").text() == "Shelf 3")
        one.scan(first)
        one.scan(first)
        one.wait_for(lambda: "1 product counted" in one.text("countSum"))
        one.press("countPause")
        one.press("countByScanning")
        one.key(Qt.Key.Key_Tab)
        part(window, QWidget, "openCounts").setFocus()
        QTest.keyClick(part(window, QWidget, "openCounts"), Qt.Key.Key_Down)
        QTest.keyClick(part(window, QWidget, "openCounts"), Qt.Key.Key_Return)
        one.wait_for(lambda: part(window, QWidget, "counted").isVisible())
        one.scan(second)
        one.wait_for(lambda: "2 products counted" in one.text("countSum"))
        one.press("countFinish")
        one.press("countWrite")
        one.wait_for(lambda: inventory.stock_row(one.till, first.id).on_hand == 2)
        bob_there = clerk_named(other.opened.store, "bob")
        for product, quantity in ((first, 7), (second, 9)):
            loop.run(counting.count(other.till, product.id, quantity, bob_there))
        other.wait_for(lambda: queue.counts(other.till).waiting == 0)

        # Alice takes over; the queue does not care.
        one.key(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        one.sign_in("alice")
        change_price_as_a_clerk(one, loop, goods[5])

        # The network is back: all is sent but what was refused, and two counts disagree.
        one.restore()
        one.wait_for(lambda: queue.counts(one.till).waiting == 0)
        one.wait_for(lambda: len(conflicts.open_conflicts(one.till)) == 2)
        one.wait_for(lambda: window.strip.strip_text.words == "Online · 3 need attention")

        # The refusal is explained, and corrected.
        QTest.mouseClick(window.strip, Qt.MouseButton.LeftButton)
        one.press("tabAttention")
        told = one.text("refusalWords")
        assert "only a manager may do that. Nothing is lost." in told
        one.press("editEntry")
        edit = window.findChild(QDialog, "editDialog")
        assert edit is not None
        one.type_into("edit-priceMinor", "8.50", within=edit)
        one.wait_for(lambda: queue.counts(one.till).attention == 0)
        one.wait_for(lambda: queue.counts(one.till).waiting == 0)
        mended = catalogue.product(other.till, goods[5].id)
        other.wait_for(lambda: catalogue.product(other.till, goods[5].id) != mended or mended)
        kept = catalogue.product(one.till, goods[5].id)
        assert kept is not None
        assert kept.price_minor == 850

        # One conflict is decided as suggested, undone, and decided again; one is decided by hand.
        one.press("tabConflicts")
        rows = part(window, QTableView, "conflictRows")
        rows.selectRow(0)
        one.press("decide")
        dialog = one.dialog(ConflictDialog)
        one.press("useSuggested", dialog)
        one.wait_for(lambda: part(window, MessageLine, "syncMessage").words.startswith("Stock set to"))
        one.press("syncMessageAction")
        one.wait_for(lambda: part(window, MessageLine, "syncMessage").words.startswith("Taken back"))
        one.wait_for(lambda: len([c for c in conflicts.open_conflicts(one.till) if not c.decided]) == 2)
        one.press("tabConflicts")
        rows.selectRow(0)
        one.press("decide")
        one.press("useSuggested", one.dialog(ConflictDialog))
        one.wait_for(lambda: len(conflicts.open_conflicts(one.till)) == 1)
        one.press("tabConflicts")
        rows.selectRow(0)
        one.press("decide")
        dialog = one.dialog(ConflictDialog)
        one.type_into("quantityResult", "6", enter=False, within=dialog)
        one.press("useSuggested", dialog)
        one.wait_for(lambda: not conflicts.open_conflicts(one.till))
        one.wait_for(lambda: queue.counts(one.till).waiting == 0)

        # The evening: cash up, and the server has every last one.
        one.key(Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
        shift = shifts.current(one.till)
        assert shift is not None
        expected = shifts.totals(one.till, shift.id).expected_minor
        one.press("shiftClose")
        one.type_into("shiftCounted", f"{expected / 100:.2f}")
        report = one.dialog(SlipDialog)
        report.reject()
        one.wait_for(lambda: shifts.server_state(one.till, shift.id).is_complete)
        state = shifts.server_state(one.till, shift.id)
        assert not state.disagrees
        assert state.operations == state.received
        assert state.operations > 37
        for product in goods:
            here, there = (inventory.stock_row(till, product.id).on_hand for till in (one.till, other.till))
            assert here == there, product.name
