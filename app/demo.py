"""`make demo`: two tills sell through an outage, both count one product, and the conflict is decided.

Everything is real: a server process, two homes, two windows with their agents, driven through their controls.
Only the network is cut artificially. Every stage prints a line and saves pictures; the last lines compare
both tills with figures from the server's API.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QMessageLogContext, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from qasync import QEventLoop

from app.bootstrap import SWITCH_INTERVAL_S, OpenHome, open_home
from app.replay.ledger import ServerLedger, StockAt
from app.replay.outages import SwitchedTransport
from app.services.selling import history
from app.services.stock import catalogue, inventory
from app.services.stock.catalogue import ProductView
from app.services.sync import conflicts, queue
from app.services.till import Till
from app.terminal import say
from app.ui.sync.conflict_dialog import ConflictDialog
from app.ui.widgets.language import apply_language
from app.ui.widgets.theme import apply_theme
from app.ui.window.bridge import Bridge
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import STOCK, SYNC
from sync_agent import private_files
from sync_agent.agent import AgentThread
from sync_agent.contract.identity import LoginRequest
from sync_agent.enrolment_forms import Enrolment
from sync_agent.events import ConnectionState
from sync_agent.network.transport import NetworkTransport

TENANT, LOCATION, PASSWORD = "demo", "main", "evertill-demo"
PINS = {"alice": "2468", "bob": "1357"}
WAIT_S_MAX = 60.0
OFFSCREEN = "offscreen"

WidgetT = TypeVar("WidgetT", bound=QWidget)


class DemoFailed(Exception):
    """The demonstration did not go as expected; the text says where."""


def run_demo(pictures: Path) -> int:
    """Run the demonstration; 0 where both tills and the server agree at its end."""
    _choose_platform()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    application = QApplication.instance() or QApplication(["evertill-demo"])
    assert isinstance(application, QApplication), "the demonstration needs widgets"
    application.setQuitOnLastWindowClosed(False)
    qInstallMessageHandler(_say_what_matters)
    apply_language(application, "en")  # like its printed lines
    apply_theme(application)
    private_files.make_folder(pictures)
    with tempfile.TemporaryDirectory(prefix="evertill-demo-") as folder, QEventLoop(application) as loop:
        try:
            loop.run_until_complete(_Story(Path(folder), pictures).play())
        except DemoFailed as failure:
            say(f"The demonstration failed: {failure}", is_error=True)
            return 1
    return 0


def _choose_platform() -> None:
    on_a_display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform == "linux" and not on_a_display:
        os.environ.setdefault("QT_QPA_PLATFORM", OFFSCREEN)


def _say_what_matters(_kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    if "propagateSizeHints" not in message:  # logged for every window without a display
        say(message, is_error=True)


async def _until(condition: Callable[[], bool], what: str) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + WAIT_S_MAX
    while not condition():
        if loop.time() > deadline:
            raise DemoFailed(f"waited {WAIT_S_MAX:.0f} s in vain until {what}")
        await asyncio.sleep(0.02)


# --- tills and server --------------------------------------------------------------------------------


@dataclass
class _DemoTill:
    """A till: its window, its agent, and its network, which can be cut."""

    name: str
    opened: OpenHome
    cable: SwitchedTransport
    agent: AgentThread
    window: MainWindow

    @property
    def till(self) -> Till:
        return self.window.till

    def pull_cable(self) -> None:
        self.agent.call(self.cable.cut)

    def plug_cable_in(self) -> None:
        self.agent.call(self.cable.restore)
        self.agent.agent.try_now()

    @property
    def state(self) -> ConnectionState:
        return self.agent.agent.state

    def waiting(self) -> int:
        return queue.counts(self.till).waiting

    def on_hand(self, product: ProductView) -> int:
        return inventory.stock_row(self.till, product.id).on_hand

    # --- a clerk's actions, through the window's controls ------------------------------------------

    def _control(self, kind: type[WidgetT], name: str) -> WidgetT:
        found = self.window.findChild(kind, name)
        if found is None:
            raise DemoFailed(f"{self.name} has no {name}")
        return found

    def press(self, name: str) -> None:
        self._control(QPushButton, name).click()

    async def type_into(self, name: str, text: str) -> None:
        field = self._control(QLineEdit, name)
        self.window.activateWindow()
        field.setFocus()
        field.clear()
        QTest.keyClicks(field, text)
        # The scanner detection delays keys for a moment.
        await _until(lambda: field.text() == text, f"{name} of {self.name} holds {text}")

    def enter(self, name: str) -> None:
        QTest.keyClick(self._control(QLineEdit, name), Qt.Key.Key_Return)

    async def sign_in(self, username: str) -> None:
        self.press(f"person-{username}")
        for digit in PINS[username]:
            self.press(f"pin{digit}")
        self.press("signIn")
        await _until(lambda: self.window.actor is not None, f"{username} is signed in at {self.name}")

    async def sell(self, products: list[ProductView]) -> str:
        """Scan the products and pay in cash; the receipt number."""
        before = history.recent_sales(self.till, 1)
        for product in products:
            self.window.take_scan(product.barcode or product.name)
        self.press("pay")
        self.enter("cashGiven")

        def done() -> bool:
            return history.recent_sales(self.till, 1) != before

        await _until(done, f"the sale at {self.name} is on disk")
        return str(history.recent_sales(self.till, 1)[0].receipt_number)

    async def count(self, product: ProductView, quantity: int) -> None:
        self.window.show_page(STOCK)
        self.window.page(STOCK).show_product(product.id)
        self.press("stockCount")
        await self.type_into("countQuantity", str(quantity))
        self.press("countSave")
        await _until(lambda: self.on_hand(product) == quantity, f"the count at {self.name} is on disk")


def _start_server(folder: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "server_stub", "--home", str(folder / "server"), "--port", "0"]
    with private_files.open_text(folder / "server.log", "w") as log:
        return subprocess.Popen([*command, "--demo-data"], stdout=subprocess.PIPE, stderr=log, text=True)


@asynccontextmanager
async def _server(folder: Path) -> AsyncIterator[str]:
    """A server process on a free port, terminated at the end."""
    process = await asyncio.to_thread(_start_server, folder)
    assert process.stdout is not None, "it was asked for"
    try:
        line = await asyncio.to_thread(process.stdout.readline)
        if not line.startswith("listening on "):
            raise DemoFailed(f"the server did not start: {(folder / 'server.log').read_text()}")
        yield line.removeprefix("listening on ").strip()
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 20)
        process.stdout.close()


async def _set_up(folder: Path, url: str, number: int) -> OpenHome:
    """Enrol a home, in a thread with a plain loop: Qt's is for the windows."""

    async def enroll() -> OpenHome:
        opened = open_home(folder / f"till-{number}")
        transport = NetworkTransport(url)
        try:
            return await opened.enroll(
                transport, Enrolment(url, TENANT, "alice", PASSWORD, LOCATION, f"Till {number}")
            )
        finally:
            await transport.close()

    return await asyncio.to_thread(asyncio.run, enroll())


@asynccontextmanager
async def _till(folder: Path, url: str, number: int) -> AsyncIterator[_DemoTill]:
    opened = await _set_up(folder, url, number)
    assert opened.credentials is not None, "it was enrolled just now"
    bridge = Bridge()
    stop_listening = opened.store.listen(bridge.post_changed)
    cable = SwitchedTransport(NetworkTransport(url))
    thread = AgentThread(opened.agent(emit=bridge.post_event, transport=cable))
    thread.start()
    await _until(lambda: thread.agent.state is ConnectionState.ONLINE, f"till {number} has its first copy")
    window = MainWindow(opened.till(), bridge, thread.agent, opened.credentials.pin_pepper)
    try:
        yield _DemoTill(f"Till {number}", opened, cable, thread, window)
    finally:
        window.close()
        stop_listening()
        await asyncio.to_thread(thread.stop)
        opened.store.close()


# --- the stages --------------------------------------------------------------------------------------


class _Story:
    """Two tills, one outage, one conflict."""

    def __init__(self, folder: Path, pictures: Path) -> None:
        self._folder = folder
        self._pictures = pictures
        self._stage = 0
        self._sales: list[str] = []
        self._url = ""
        self._tills: list[_DemoTill] = []
        # On a display, each stage is shown for a moment.
        self._pause_s = 0.05 if QGuiApplication.platformName() == OFFSCREEN else 1.6

    async def play(self) -> None:
        async with AsyncExitStack() as stack:
            self._url = await stack.enter_async_context(_server(self._folder))
            say(f"A server is at {self._url}. Two tills are set up.")
            for number in (1, 2):
                self._tills.append(await stack.enter_async_context(_till(self._folder, self._url, number)))
            self._place_windows()
            await self._open_the_shop()
            await self._sell_online()
            await self._pull_the_cables()
            await self._count_the_same_product()
            await self._plug_in_again()
            await self._decide()
            await self._prove()

    def _place_windows(self) -> None:
        for place, till in enumerate(self._tills):
            till.window.move(40 + 60 * place, 40 + 60 * place)
            till.window.show()

    async def _show_stage(self, words: str, *pictured: tuple[str, QWidget]) -> None:
        self._stage += 1
        say(f"{self._stage}. {words}")
        await asyncio.sleep(self._pause_s)
        for name, widget in pictured:
            # Views repaint a moment after their model changed.
            await asyncio.sleep(0.15)
            widget.grab().save(str(self._pictures / f"{self._stage:02d}-{name}.png"))

    def _windows(self) -> list[tuple[str, QWidget]]:
        return [(till.name.lower().replace(" ", "-"), till.window) for till in self._tills]

    def _goods(self) -> list[ProductView]:
        return catalogue.search(self._tills[0].till, "", limit=12)

    async def _open_the_shop(self) -> None:
        first, second = self._tills
        await self._show_stage("The tills ask who is there.", ("sign-in", first.window))
        await first.sign_in("alice")
        await second.sign_in("bob")

    async def _sell_online(self) -> None:
        goods = self._goods()
        first, second = self._tills
        for product in goods[:3]:
            first.window.take_scan(product.barcode or product.name)
        await self._show_stage("Alice scans a basket at till 1.", ("basket", first.window))
        first.press("pay")
        await self._show_stage("It is paid in cash.", ("cash", first.window))
        first.enter("cashGiven")
        await _until(lambda: len(history.recent_sales(first.till)) == 1, "the first sale is on disk")
        self._sales.append(history.recent_sales(first.till)[0].receipt_number)
        self._sales.append(await second.sell(goods[2:5]))
        await self._sent_and_equal(goods[:5])
        await self._show_stage("Both sales are sent; each till shows the other's.", *self._windows())

    async def _pull_the_cables(self) -> None:
        goods = self._goods()
        for till in self._tills:
            till.pull_cable()
        for till in self._tills:
            await _until(
                lambda till=till: till.state is not ConnectionState.ONLINE,  # type: ignore[misc]
                f"{till.name} notices the outage",
            )
        for basket in range(3):
            for till in self._tills:
                self._sales.append(await till.sell(goods[basket : basket + 3]))
        # The strip shows an outage after a delay.
        await _until(
            lambda: all("Offline" in till.window.strip.strip_text.words for till in self._tills),
            "both strips say Offline",
        )
        await self._show_stage("The network is gone. Both go on selling.", *self._windows())

    async def _count_the_same_product(self) -> None:
        product = self._goods()[6]
        first, second = self._tills
        self._counted, self._counts = product, (first.on_hand(product) - 4, first.on_hand(product) - 2)
        await first.count(product, self._counts[0])
        await second.count(product, self._counts[1])
        words = f"Still offline, both count {product.name}: till 1 finds {self._counts[0]}"
        await self._show_stage(f"{words}, till 2 finds {self._counts[1]}.", *self._windows())

    async def _plug_in_again(self) -> None:
        for till in self._tills:
            till.plug_cable_in()
            await _until(lambda till=till: till.waiting() == 0, f"{till.name} has sent everything")  # type: ignore[misc]
        await _until(
            lambda: all(len(conflicts.open_conflicts(till.till)) == 1 for till in self._tills),
            "both tills have received the conflict",
        )
        loser = self._loser()
        await _until(
            lambda: loser.window.strip.strip_text.words == "Online · 1 needs attention",
            "the strip says that something needs attention",
        )
        loser.window.show_page(SYNC)
        await self._show_stage(
            "The network is back: the queues drain, and the two counts disagree.",
            ("sync-centre", loser.window),
        )

    def _loser(self) -> _DemoTill:
        """The till whose count is in conflict with the other's."""
        return next(till for till in self._tills if conflicts.open_conflicts(till.till)[0].mine)

    async def _decide(self) -> None:
        till = self._loser()
        [conflict] = conflicts.open_conflicts(till.till)
        till.window.page(SYNC).decide(conflict.id)
        dialog = till.window.findChild(ConflictDialog)
        assert dialog is not None, "it was opened just now"
        comparison = conflicts.comparison(till.till, conflict.id)
        await self._show_stage(f"{till.name} explains the conflict:", ("conflict", dialog))
        suggestion = comparison.suggestion
        if suggestion is None:
            raise DemoFailed("the conflict came without a suggestion")
        for line in suggestion.explanation:
            say(f"     {line}")
        say(f"     → {suggestion.label}")
        till.press("useSuggested")
        await _until(
            lambda: all(not conflicts.open_conflicts(till.till) for till in self._tills),
            "both tills have received the decision",
        )
        await self._sent_and_equal([self._counted])
        for till in self._tills:
            till.window.show_page(STOCK)
            till.window.page(STOCK).show_product(self._counted.id)
        await self._show_stage("It is decided, and both tills show the same.", *self._windows())

    async def _sent_and_equal(self, products: list[ProductView]) -> None:
        first, second = self._tills

        def equal() -> bool:
            sent = first.waiting() == second.waiting() == 0
            return sent and all(first.on_hand(product) == second.on_hand(product) for product in products)

        await _until(equal, "everything is sent and both tills show the same")

    # --- the proof -----------------------------------------------------------------------------------

    async def _prove(self) -> None:
        """Compare both tills with the server's stock, and that with the sum of its ledger."""
        levels, ledger = await asyncio.to_thread(asyncio.run, self._ask_server())
        goods = catalogue.search(self._tills[0].till, "", limit=len(levels))
        shown = [{product.id: till.on_hand(product) for product in goods} for till in self._tills]
        sent = sum(
            sale.status == "completed" for till in self._tills for sale in history.recent_sales(till.till)
        )
        waiting = sum(till.waiting() for till in self._tills)
        say("The proof, with the server's figures asked of the server itself:")
        receipts = ", ".join(sorted(self._sales))
        say(f"  Sales made {len(self._sales)}, sent {sent}, waiting {waiting}: {receipts}")
        for product in goods[:7]:
            figures = " = ".join(str(figure[product.id]) for figure in (levels, *shown))
            say(f"  {product.name}: server = till 1 = till 2: {figures}")
        sums = f"ledger {sum(ledger.values())}, stock {sum(levels.values())}"
        say(f"  Sum over all {len(levels)} products: {sums}")
        if not (levels == ledger == shown[0] == shown[1] and sent == len(self._sales) and waiting == 0):
            raise DemoFailed("the tills, the stock and the ledger disagree")
        say("Server, ledger and both tills agree, product by product.")
        say(f"Pictures of each stage are in {self._pictures}/")

    async def _ask_server(self) -> tuple[dict[str, int], dict[str, int]]:
        """Stock on hand, and the sum of all movements, by product."""
        transport = NetworkTransport(self._url)
        try:
            who = LoginRequest(tenant_id=TENANT, username="alice", password=PASSWORD)
            ledger = ServerLedger(transport, who, LOCATION)
            moved = await ledger.moved_since(StockAt(0, ""))
            return (await ledger.levels()).quantities, dict(moved)
        finally:
            await transport.close()
