"""The composition root: wires store, agent and windows together. The one place that starts an agent.

Qt is imported inside the functions that stand a window, so that a headless agent never loads it.
"""

import asyncio
import contextlib
import dataclasses
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from app.services.selling import receipt_retention
from app.services.till import Till
from sync_agent import credentials as secrets
from sync_agent.contract.wire import format_time, from_ms
from sync_agent.credentials import Credentials
from sync_agent.errors import HomeInUse
from sync_agent.events import AgentEvent, ConnectionState, StateChanged
from sync_agent.ports import Clock, Ids, SystemClock, Transport, Uuid7Ids
from sync_agent.settings import DEFAULTS as AGENT_DEFAULTS
from sync_agent.settings import AgentSettings
from sync_agent.store.database import Store
from sync_agent.store.device import NotEnrolled, read_device
from sync_agent.store.home import Home
from sync_agent.store.recovery.opening import open_store

if TYPE_CHECKING:
    # Loaded by whoever needs them: the network's libraries take longer than a window.
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from app.demo_shop import DemoShop
    from app.services.till import Actor
    from app.ui.people.enrol_page import EnrolForm
    from app.ui.window.bridge import Bridge
    from app.ui.window.main_window import MainWindow
    from sync_agent.agent import Agent, AgentThread
    from sync_agent.enrolment import Enrolment

T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class OpenHome:
    """A home that this process holds: its store, and its credentials where it is enrolled."""

    store: Store
    clock: Clock
    ids: Ids
    credentials: Credentials | None

    @property
    def is_enrolled(self) -> bool:
        with self.store.reading() as connection:
            return self.credentials is not None and read_device(connection) is not None

    @property
    def server_url(self) -> str:
        """Where the till sends; raises NotEnrolled before there is such a place."""
        with self.store.reading() as connection:
            device = read_device(connection)
        if device is None:
            raise NotEnrolled("This till is not enrolled yet.")
        return device.server_url

    def till(self) -> Till:
        return Till(self.store, self.clock, self.ids)

    async def enroll(self, transport: Transport, enrolment: "Enrolment") -> "OpenHome":
        """This home once it is a till of the shop. Raises SyncError; a refusal leaves it as it was."""
        from sync_agent.enrolment import enroll

        kept = await enroll(self.store, transport, enrolment)
        return OpenHome(self.store, self.clock, self.ids, kept)

    def agent(
        self,
        *,
        emit: Callable[[AgentEvent], None] | None = None,
        transport: Transport | None = None,
        settings: AgentSettings = AGENT_DEFAULTS,
    ) -> "Agent":
        """An agent for this home, not yet running. Raises NotEnrolled."""
        if self.credentials is None:
            raise NotEnrolled("This till is not enrolled yet.")
        from sync_agent.agent import Agent
        from sync_agent.network.transport import NetworkTransport

        return Agent(
            self.store,
            transport or NetworkTransport(self.server_url, settings),
            self.credentials,
            emit=emit or (lambda _event: None),
            settings=settings,
            housekeeping=(receipt_retention.forget_page,),
        )


def open_home(path: Path) -> OpenHome:
    """Lock and open a till's folder. Raises StoreError, in words for a person."""
    clock, ids, home = SystemClock(), Uuid7Ids(), Home(path)
    store = open_store(home, clock=clock, ids=ids)
    try:
        return OpenHome(store, clock, ids, secrets.load(home))
    except BaseException:
        store.close()
        raise


@contextlib.asynccontextmanager
async def running_agent(
    opened: OpenHome, *, emit: Callable[[AgentEvent], None] | None = None, transport: Transport | None = None
) -> "AsyncIterator[Agent]":
    """An agent in the running loop, for a program without a window; cancelled at the end."""
    agent = opened.agent(emit=emit, transport=transport)
    task = asyncio.create_task(agent.run(), name="agent")
    try:
        yield agent
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def run_headless(path: Path, *, emit: Callable[[AgentEvent], None]) -> None:
    """`evertill agent`: the agent without a window, until SIGINT or SIGTERM."""
    opened = open_home(path)
    try:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt
                loop.add_signal_handler(number, stopped.set)
        async with running_agent(opened, emit=emit):
            await stopped.wait()
    finally:
        opened.store.close()


# --- with a window -----------------------------------------------------------------------------------

SWITCH_INTERVAL_S = 0.0005
"""Python hands the interpreter from thread to thread this often: at its default of 5 ms a busy agent makes
the window miss frames."""


def run_window(path: Path, server_url: str) -> int:
    """`evertill till`: the window with its agent, until it is closed. The process's exit code.

    Where this till is open already, its window comes to the front and nothing else happens.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    try:
        # Before Qt is loaded, which reads the source of every module that is imported after it.
        opened = open_home(path)
    except HomeInUse:
        from app.single_instance import ask_to_show

        _application()
        if ask_to_show(path):
            return 0
        raise
    from qasync import QEventLoop

    application = _application()
    program = _Program(opened, server_url)
    keep_alive = _close_on_signals(application)
    try:
        _log_to(opened.store.home.log)
        program.dress(application)
        with QEventLoop(application) as loop:
            loop.run_until_complete(program.run())
        keep_alive.stop()
    finally:
        program.close()
    return 0


def _application() -> "QApplication":
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication), "a till needs widgets"
    application.setApplicationName("Evertill")
    # Closing the set-up window must not end the loop before the till's own window stands.
    application.setQuitOnLastWindowClosed(False)
    return application


SIGNALS_LOOKED_AT_MS = 250


def _close_on_signals(application: "QApplication") -> "QTimer":
    """SIGINT and SIGTERM close the windows, as a person would. The timer lets Python see that one came."""
    from PySide6.QtCore import QTimer

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: application.closeAllWindows())
    timer = QTimer(application)
    timer.setInterval(SIGNALS_LOOKED_AT_MS)
    timer.timeout.connect(lambda: None)
    timer.start()
    return timer


def _log_to(path: Path) -> None:
    """Everything that goes wrong is in the till's own log."""
    from logging.handlers import RotatingFileHandler

    handler = RotatingFileHandler(path, maxBytes=2_000_000, backupCount=3, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)


class Ending(Enum):
    """Why a till's window was left."""

    CLOSED = "closed"
    RENEW = "renew"
    SIGNED_OUT = "signed out"


class _Program:
    """A till's windows, one after another, over one home: set up, sell, and set up anew after a sign-out."""

    def __init__(self, opened: OpenHome, server_url: str) -> None:
        from app.demo_shop import DemoShop

        self._opened = opened
        self._server_url = server_url
        self._demo = DemoShop(opened.store.home.path)
        self._window: MainWindow | None = None
        self._actor: Actor | None = None

    def dress(self, application: "QApplication") -> None:
        """The language and colours that were chosen at this till, or the computer's own."""
        from app.services.preferences import read_from
        from app.ui.widgets.language import apply_language
        from app.ui.widgets.theme import apply_theme, theme_of

        with self._opened.store.reading() as connection:
            chosen = read_from(connection)
        apply_language(application, chosen.language)
        apply_theme(application, theme_of(chosen.theme))

    async def run(self) -> None:
        """Until a person closes the window."""
        from app.crash_reports import CrashReports
        from app.single_instance import Doorbell

        home = self._opened.store.home.path
        reports = CrashReports(home, self._opened.clock.now_ms, self._say_fault)
        doorbell = Doorbell(home, self._come_to_front)
        try:
            if self._demo.exists:
                await asyncio.to_thread(self._demo.start)
            while await self._once() is Ending.SIGNED_OUT:
                self._sign_out()
        finally:
            doorbell.close()
            reports.close()

    def close(self) -> None:
        self._opened.store.close()
        self._demo.stop()

    async def _once(self) -> Ending:
        """One life of the till in its shop."""
        from app.ui.window.bridge import Bridge

        bridge = Bridge()
        stop_listening = self._opened.store.listen(bridge.post_changed)
        agent: _LateAgent | None = None
        try:
            if self._opened.is_enrolled:
                agent = _LateAgent(self._opened, bridge)
            else:
                setting_up = _SettingUp(self._opened, bridge, self._server_url, self._demo)
                enrolled = await setting_up.until_ready()
                if enrolled is None:
                    return Ending.CLOSED
                self._opened, agent = enrolled
            ending = Ending.RENEW
            while ending is Ending.RENEW:
                ending = await self._till_window(bridge, agent)
            return ending
        finally:
            stop_listening()
            if agent is not None:
                await agent.stop()

    async def _till_window(self, bridge: "Bridge", agent: "_LateAgent") -> Ending:
        from PySide6.QtWidgets import QApplication

        from app.ui.widgets import tasks
        from app.ui.window.main_window import MainWindow
        from app.ui.window.pages import load_pages

        opened = self._opened
        assert opened.credentials is not None, "only an enrolled home gets a till's window"
        ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()

        def end(why: Ending) -> None:
            if not ended.done():
                ended.set_result(why)

        window = self._window = MainWindow(
            opened.till(),
            bridge,
            agent,
            opened.credentials.pin_pepper,
            write_bundle=partial(_write_bundle, opened),
        )
        window.closed.connect(lambda: end(Ending.CLOSED))
        window.renewWanted.connect(lambda: end(Ending.RENEW))
        window.signOutWanted.connect(lambda: end(Ending.SIGNED_OUT))
        if self._actor is not None:
            window.welcome(self._actor)
        window.show()
        log.info("the till's window stands")
        loading = asyncio.create_task(asyncio.to_thread(load_pages))
        agent.start()
        why = await ended
        self._actor = window.actor if why is Ending.RENEW else None
        self._window = None
        await loading
        window.close()
        await tasks.all_ended()
        window.deleteLater()
        if why is Ending.RENEW:
            application = QApplication.instance()
            assert isinstance(application, QApplication), "a window stood in it"
            self.dress(application)
        return why

    def _sign_out(self) -> None:
        """The home is nobody's: what it was is kept in a folder of its own."""
        home = self._opened.store.home
        stamp = format_time(from_ms(self._opened.clock.now_ms())).replace(":", "")
        self._opened.store.close()
        self._demo.stop()
        home.sign_out(stamp)
        self._demo.put_aside(stamp)
        self._opened = open_home(home.path)

    def _come_to_front(self) -> None:
        if self._window is not None:
            self._window.come_to_front()

    def _say_fault(self, report: Path) -> None:
        if self._window is not None:
            self._window.say_fault(str(report))


class _LateAgent:
    """The agent of a window: loaded and started in threads of their own, once the window stands.

    What is asked of it before that is what it does first anyway.
    """

    def __init__(self, opened: OpenHome, bridge: "Bridge") -> None:
        self._opened = opened
        self._bridge = bridge
        self._thread: AgentThread | None = None
        self._starting: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Once; again does nothing."""
        if self._starting is None:
            self._starting = asyncio.get_running_loop().create_task(asyncio.to_thread(self._load))

    async def stop(self) -> None:
        """End it, and wait until it has put down what it held."""
        if self._starting is not None:
            await self._starting
        if self._thread is not None:
            self._thread.stop()

    def _load(self) -> None:
        from sync_agent.agent import AgentThread

        thread = AgentThread(self._opened.agent(emit=self._bridge.post_event))
        thread.start()
        self._thread = thread

    def try_now(self) -> None:
        if self._thread is not None:
            self._thread.agent.try_now()

    def resume(self) -> None:
        if self._thread is not None:
            self._thread.agent.resume()

    def ask_elsewhere(self, product_id: str) -> None:
        if self._thread is not None:
            self._thread.agent.ask_elsewhere(product_id)


class _SettingUp:
    """The set-up window: enrols this home, then waits for products, people and stock to be in."""

    def __init__(self, opened: OpenHome, bridge: "Bridge", server_url: str, demo: "DemoShop") -> None:
        from app.ui.people.enrol_page import EnrolWindow

        self._opened = opened
        self._demo = demo
        self._bridge = bridge
        self._agent: _LateAgent | None = None
        self._ready: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._is_over = asyncio.Event()
        """Everything is here, or nobody waits for it any more."""
        bridge.stateChanged.connect(self._on_state)
        self._window = EnrolWindow(self._enroll, self._fetch, server_url=server_url, on_try=self._make_demo)
        bridge.progressed.connect(self._window.page.show_progress)
        bridge.stateChanged.connect(self._window.page.show_state)
        self._window.page.enrolled.connect(lambda: self._decide(True))
        self._window.closed.connect(lambda: self._decide(False))

    async def until_ready(self) -> "tuple[OpenHome, _LateAgent] | None":
        """None where the window was closed before this home became a till."""
        from app.ui.widgets import tasks

        self._window.show()
        went_through = await self._ready
        self._window.hide()
        await tasks.all_ended()
        self._window.deleteLater()
        if self._agent is None:
            return None
        if not went_through:
            await self._agent.stop()
            return None
        return self._opened, self._agent

    def _decide(self, ready: bool) -> None:
        if not self._ready.done():
            self._ready.set_result(ready)
            self._is_over.set()

    def _on_state(self, event: StateChanged) -> None:
        if event.state is ConnectionState.ONLINE:
            self._is_over.set()

    async def _make_demo(self) -> "EnrolForm":
        """A shop to try the till with, on this very computer."""
        from app import demo_shop
        from app.ui.people.enrol_page import EnrolForm

        url = await asyncio.to_thread(self._demo.start)
        return EnrolForm(
            url, demo_shop.TENANT, demo_shop.MANAGER, demo_shop.PASSWORD, demo_shop.LOCATION, "Till 1"
        )

    async def _enroll(self, form: "EnrolForm") -> None:
        from sync_agent.enrolment import Enrolment

        enrolment = Enrolment(**dataclasses.asdict(form))
        self._opened = await _in_a_loop_of_its_own(self._ask(enrolment))
        self._agent = _LateAgent(self._opened, self._bridge)
        self._agent.start()

    async def _fetch(self) -> None:
        await self._is_over.wait()

    async def _ask(self, enrolment: "Enrolment") -> OpenHome:
        from sync_agent.network.transport import NetworkTransport

        transport = NetworkTransport(enrolment.server_url, AGENT_DEFAULTS)
        try:
            return await self._opened.enroll(transport, enrolment)
        finally:
            await transport.close()


async def _in_a_loop_of_its_own(work: Coroutine[Any, Any, T]) -> T:
    """Do `work` in a thread with a plain loop: Qt's loop is for the window.

    Who is cancelled here cancels the work, and waits until it has put down what it held. Where that comes
    too late, the work is done and its result stands.
    """
    own_loop = asyncio.new_event_loop()
    task = own_loop.create_task(work)

    def run() -> T:
        with contextlib.closing(own_loop):
            try:
                return own_loop.run_until_complete(task)
            except asyncio.CancelledError:
                raise _Stopped from None  # Qt's executor carries no cancellation

    running = asyncio.ensure_future(asyncio.to_thread(run))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        with contextlib.suppress(RuntimeError):  # it has ended
            own_loop.call_soon_threadsafe(task.cancel)
        try:
            return await running
        except _Stopped:
            raise asyncio.CancelledError from None


class _Stopped(Exception):
    """What was asked for was cancelled."""


async def _write_bundle(opened: OpenHome, to: Path) -> None:
    """Examine this home as `evertill doctor` does, and write what may be sent to whoever helps."""
    from app.diagnosis import examine
    from app.support_bundle import write_bundle
    from sync_agent.network.transport import NetworkTransport

    findings = await _in_a_loop_of_its_own(examine(opened.store.home, opened.clock, NetworkTransport))
    await asyncio.to_thread(write_bundle, opened.store.home, findings, to)
