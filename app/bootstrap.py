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
from app.services import shop_settings
from app.services.cash import shifts
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
    from app.account_at_server import AccountAtServer
    from app.ui.page.context import AdminChange, OwnChange
    from sync_agent.agent import Agent, AgentThread
    from sync_agent.contract.enrolment_codes import CodeOffer
    from sync_agent.enrolment_forms import CodeEnrolment, Enrolment, FirstShop
    from sync_agent.farewell import SignedOutTill
    from sync_agent.network.transport import NetworkTransport

TELL_EVERY_S = 60
"""How often a server is tried that still has to be told of a till that was signed out."""

HOUSEKEEPING = (shifts.store_reports, receipt_retention.forget_page)
"""What the till's agent does with the till's own rows once a day."""


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
    def may_be_read(self) -> bool:
        """Whether this till's credential may be sent without encryption: whoever enrolled it asked for that,
        or was not asked by the release of then.
        """
        return self.credentials is not None and self.credentials.insecure is not False

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

    async def enroll_by_code(self, transport: Transport, enrolment: "CodeEnrolment") -> "OpenHome":
        """`enroll` by a one-time code instead of a manager's password."""
        from sync_agent.enrolment import enroll_by_code

        credentials = await enroll_by_code(self.store, transport, enrolment)
        return OpenHome(self.store, self.clock, self.ids, credentials)

    # For a window: over the network, in a worker thread. The address is read as a person types it.

    async def join(self, form: "Enrolment") -> "OpenHome":
        """`enroll` by a manager's password."""

        async def ask() -> "OpenHome":
            async with to_server(form.server_url, insecure=form.insecure) as transport:
                named = dataclasses.replace(form, server_url=transport.server_url)
                return await self.enroll(transport, named)

        return await in_a_plain_loop(ask())

    async def look_up_code(self, form: "CodeEnrolment") -> "CodeOffer | None":
        """What a one-time code is for; None where it is used, and this home may be the one that used it."""
        from sync_agent.enrolment import look_up_or_repeat

        async def ask() -> "CodeOffer | None":
            async with to_server(form.server_url, insecure=form.insecure) as transport:
                return await look_up_or_repeat(self.store, transport, form.code)

        return await in_a_plain_loop(ask())

    async def join_by_code(self, form: "CodeEnrolment") -> "OpenHome":
        """`enroll_by_code`."""

        async def ask() -> "OpenHome":
            async with to_server(form.server_url, insecure=form.insecure) as transport:
                named = dataclasses.replace(form, server_url=transport.server_url)
                return await self.enroll_by_code(transport, named)

        return await in_a_plain_loop(ask())

    async def make_shop(self, form: "FirstShop") -> "OpenHome":
        """Make the first shop of an empty server, and enrol this home there."""
        from sync_agent.credentials import forget_nonce
        from sync_agent.enrolment import first_till, make_shop

        async def ask() -> "OpenHome":
            async with to_server(form.server_url, insecure=form.insecure) as transport:
                shop = dataclasses.replace(form, server_url=transport.server_url)
                made = await make_shop(self.store, transport, shop)
                enrolled = await self.enroll(transport, first_till(shop, made))
                forget_nonce(self.store.home)
                return enrolled

        return await in_a_plain_loop(ask())

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

        return Agent(
            self.store,
            transport or self._to_own_server(settings),
            self.credentials,
            emit=emit or (lambda _event: None),
            settings=settings,
            housekeeping=HOUSEKEEPING,
            when_synced=(shop_settings.carry_up,),
        )

    def _to_own_server(self, settings: AgentSettings = AGENT_DEFAULTS) -> "NetworkTransport":
        """A transport to this till's server; without encryption only where that was asked for."""
        from sync_agent.network.transport import NetworkTransport

        return NetworkTransport(self.server_url, settings, insecure=self.may_be_read)

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

    def account(self) -> "AccountAtServer":
        """What a person does at this till's server in their own name. Imports the network libraries."""
        from app.account_at_server import AccountAtServer

        return AccountAtServer(self.till().device.tenant_id, self._to_own_server)

    async def change_as_admin(self, change: "AdminChange") -> None:
        """Change settings of the shop at the server, in an admin's name. Raises SyncError."""
        from sync_agent.contract.shop_settings import to_request
        from sync_agent.person_session import Account
        from sync_agent.shop_admin import change_settings

        at = self.account()
        account = Account(at.tenant_id, change.username, change.password, change.code or None)
        changes = to_request(change.changes)
        await at.asking(lambda transport: change_settings(transport, account, changes, change.place))

    async def change_own(self, change: "OwnChange") -> None:
        """Change a person's own password or PIN at the server. Raises SyncError."""
        from app.ui.page.context import OwnSecret
        from sync_agent.own_secrets import change_password, change_pin

        if self.credentials is None:
            raise NotEnrolled("This till is not enrolled yet.")
        token = self.credentials.device_token
        ask = change_pin if change.what is OwnSecret.PIN else change_password
        await self.account().asking(
            lambda transport: ask(transport, token, change.person_id, change.current, change.new)
        )

    def sign_out(self, stamp: str) -> "OpenHome":
        """Close the home, move its content into a folder named `stamp`, and reopen it, not enrolled."""
        self.store.close()
        self.store.home.sign_out(stamp)
        return open_home(self.store.home.path)

    async def tell_signed_out(self) -> "list[SignedOutTill]":
        """Tell the servers of the tills that were signed out here; returns those still to be told."""
        from sync_agent.farewell import still_to_tell, tell_servers
        from sync_agent.network.transport import NetworkTransport

        if not still_to_tell(self.store.home):
            return []

        def connect(url: str, insecure: bool) -> NetworkTransport:
            return NetworkTransport(url, AGENT_DEFAULTS, insecure=insecure)

        return await in_a_plain_loop(tell_servers(self.store.home, connect, self.clock))

    async def keep_telling(self) -> None:
        """`tell_signed_out` again and again, until no server is left to be told."""
        task = asyncio.current_task()
        assert task is not None, "it is awaited in a task"
        while True:
            left = await self.tell_signed_out()
            # A telling that ends before its cancellation returns as usual: then nothing else would end this.
            if not left or task.cancelling():
                return
            await asyncio.sleep(TELL_EVERY_S)


@contextlib.asynccontextmanager
async def to_server(typed: str, *, insecure: bool) -> "AsyncIterator[NetworkTransport]":
    """A transport to an address that a person typed, for an enrolment. Raises BadAddress where it is none, or
    is not encrypted and `insecure` does not ask for that.
    """
    from sync_agent.network.transport import NetworkTransport
    from sync_agent.server_address import read_safe_address

    address = read_safe_address(typed, insecure=insecure)
    transport = NetworkTransport(address.url, AGENT_DEFAULTS, insecure=insecure)
    try:
        yield transport
    finally:
        await transport.close()


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
        telling = asyncio.create_task(opened.keep_telling(), name="tell-signed-out")
        async with running_agent(opened, emit=emit):
            await stopped.wait()
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
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
        opened.store.home.warn_of_readers()
        with QEventLoop(windows_of) as loop:
            loop.run_until_complete(life.run())
        keep_alive.stop()
    finally:
        life.close()
    return 0
