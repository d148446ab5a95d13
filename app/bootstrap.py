"""The composition root: opens homes, constructs agents and starts windows. Nothing else constructs an agent.

Qt is imported inside `run_window`, so that a headless agent never loads it. The windows' life cycle is in
`app/window_life`.
"""

import asyncio
import contextlib
import dataclasses
import signal
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.plain_loop import in_a_plain_loop
from app.services.selling import receipt_retention
from app.services.till import Till
from sync_agent import credentials as secrets
from sync_agent.credentials import Credentials
from sync_agent.errors import HomeInUse
from sync_agent.events import AgentEvent
from sync_agent.ports import Clock, Ids, SystemClock, Transport, Uuid7Ids
from sync_agent.settings import DEFAULTS as AGENT_DEFAULTS
from sync_agent.settings import AgentSettings
from sync_agent.store.database import Store
from sync_agent.store.device import NotEnrolled, read_device
from sync_agent.store.home import Home
from sync_agent.store.recovery.opening import open_store

if TYPE_CHECKING:
    # Imported where used: the network libraries load more slowly than a window.
    from app.ui.people.enrol_page import EnrolForm
    from sync_agent.agent import Agent, AgentThread
    from sync_agent.enrolment import Enrolment


@dataclass(frozen=True)
class OpenHome:
    """A home locked by this process: its store, and its credentials where it is enrolled."""

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
        """The server's URL. Raises NotEnrolled."""
        with self.store.reading() as connection:
            device = read_device(connection)
        if device is None:
            raise NotEnrolled("This till is not enrolled yet.")
        return device.server_url

    @property
    def pin_pepper(self) -> str:
        """The tenant's secret for checking PINs offline. Raises NotEnrolled."""
        if self.credentials is None:
            raise NotEnrolled("This till is not enrolled yet.")
        return self.credentials.pin_pepper

    def till(self) -> Till:
        return Till(self.store, self.clock, self.ids)

    async def enroll(self, transport: Transport, enrolment: "Enrolment") -> "OpenHome":
        """Enrol this home; returns the enrolled home. Raises SyncError; the home is unchanged then."""
        from sync_agent.enrolment import enroll

        credentials = await enroll(self.store, transport, enrolment)
        return OpenHome(self.store, self.clock, self.ids, credentials)

    async def join(self, form: "EnrolForm") -> "OpenHome":
        """`enroll` for a window: over the network, in a worker thread."""
        from sync_agent.enrolment import Enrolment

        return await in_a_plain_loop(self._ask_to_join(Enrolment(**dataclasses.asdict(form))))

    async def _ask_to_join(self, enrolment: "Enrolment") -> "OpenHome":
        from sync_agent.network.transport import NetworkTransport

        transport = NetworkTransport(enrolment.server_url, AGENT_DEFAULTS)
        try:
            return await self.enroll(transport, enrolment)
        finally:
            await transport.close()

    def agent(
        self,
        *,
        emit: Callable[[AgentEvent], None] | None = None,
        transport: Transport | None = None,
        settings: AgentSettings = AGENT_DEFAULTS,
    ) -> "Agent":
        """An agent for this home, not started. Raises NotEnrolled."""
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

    def start_agent(self, emit: Callable[[AgentEvent], None]) -> "AgentThread":
        """Start an agent in its own thread. Imports the network libraries; raises NotEnrolled."""
        from sync_agent.agent import AgentThread

        thread = AgentThread(self.agent(emit=emit))
        thread.start()
        return thread

    async def write_bundle(self, to: Path) -> None:
        """Examine this home as `evertill doctor` does, and write a support bundle to `to`. Raises OSError."""
        from app.diagnosis import examine
        from app.support_bundle import write_bundle
        from sync_agent.network.transport import NetworkTransport

        findings = await in_a_plain_loop(examine(self.store.home, self.clock, NetworkTransport))
        await asyncio.to_thread(write_bundle, self.store.home, findings, to)

    def sign_out(self, stamp: str) -> "OpenHome":
        """Close the home, move its content into a folder named `stamp`, and reopen it, not enrolled."""
        self.store.close()
        self.store.home.sign_out(stamp)
        return open_home(self.store.home.path)


def open_home(path: Path) -> OpenHome:
    """Lock and open a till's folder. Raises StoreError, with a message for people."""
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
    """Run an agent in the current event loop, without a window; cancelled at exit."""
    agent = opened.agent(emit=emit, transport=transport)
    task = asyncio.create_task(agent.run(), name="agent")
    try:
        yield agent
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def run_headless(path: Path, *, emit: Callable[[AgentEvent], None]) -> None:
    """`evertill agent`: run the agent without a window until SIGINT or SIGTERM."""
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
"""The interpreter's thread switch interval: at its default of 5 ms a busy agent makes the window drop
frames."""


def run_window(path: Path, server_url: str) -> int:
    """`evertill till`: run the window with its agent until it is closed; returns the exit code.

    Where this till is open already, only its window is raised.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    try:
        # Before Qt: PySide reads the source of every module that is imported after it.
        opened = open_home(path)
    except HomeInUse:
        from app.single_instance import ask_to_show
        from app.window_life.application import application

        application()
        if ask_to_show(path):
            return 0
        raise
    from qasync import QEventLoop

    from app.till_log import log_to
    from app.window_life.application import application, close_on_signals
    from app.window_life.life import WindowLife

    windows_of = application()
    life = WindowLife(windows_of, opened, server_url)
    keep_alive = close_on_signals(windows_of)
    try:
        log_to(opened.store.home.log)
        with QEventLoop(windows_of) as loop:
            loop.run_until_complete(life.run())
        keep_alive.stop()
    finally:
        life.close()
    return 0
