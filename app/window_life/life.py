"""The sequence of a till's windows: set-up, selling, renewal in another language, set-up after a sign-out."""

import asyncio
import contextlib
import logging
from enum import Enum
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.crash_reports import CrashReports
from app.demo_shop import DemoShop
from app.services.preferences import read_from
from app.services.till import Actor
from app.single_instance import SecondStart
from app.ui.widgets import tasks
from app.ui.widgets.language import apply_language
from app.ui.widgets.theme import apply_theme, theme_of
from app.ui.window.bridge import Bridge
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import load_pages
from app.window_life.late_agent import LateAgent
from app.window_life.ports import TillHome
from app.window_life.set_up import SettingUp
from sync_agent.contract.wire import format_time, from_ms
from sync_agent.farewell import still_to_tell

log = logging.getLogger(__name__)


TELL_S_MAX = 10
"""How long a sign-out waits for the server's answer; after that the server is told in the background."""


class Ending(Enum):
    """Why a till's window ended."""

    CLOSED = "closed"
    RENEW = "renew"
    SIGNED_OUT = "signed out"


class WindowLife:
    """Owns the home: `close` closes its store. The set-up window is prefilled with `server_url`."""

    def __init__(self, application: QApplication, home: TillHome, server_url: str) -> None:
        self._application = application
        self._home = home
        self._server_url = server_url
        self._demo = DemoShop(home.store.home.path)
        self._window: MainWindow | None = None
        self._actor: Actor | None = None
        self._telling: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Run until the window is closed."""
        path = self._home.store.home.path
        reports = CrashReports(path, self._home.clock.now_ms, self._say_fault)
        second_start = SecondStart(path, self._come_to_front)
        try:
            if self._demo.exists:
                await asyncio.to_thread(self._demo.start)
            self._tell()
            while await self._until_left() is Ending.SIGNED_OUT:
                await self._sign_out()
        finally:
            await self._stop_telling()
            second_start.close()
            reports.close()

    def close(self) -> None:
        self._home.store.close()
        self._demo.stop()

    async def _until_left(self) -> Ending:
        """The till in one shop: set-up where needed, then its windows until it is closed or signed out."""
        bridge = Bridge()
        stop_listening = self._home.store.listen(bridge.post_changed)
        agent: LateAgent | None = None
        try:
            if self._home.is_enrolled:
                agent = LateAgent(self._home, bridge.post_event)
            else:
                self._apply_look()
                signed_out = await asyncio.to_thread(still_to_tell, self._home.store.home)
                setting_up = SettingUp(self._home, bridge, self._server_url, self._demo, signed_out)
                enrolled = await setting_up.until_ready()
                if enrolled is None:
                    return Ending.CLOSED
                self._home, agent = enrolled
            ending = Ending.RENEW
            while ending is Ending.RENEW:
                self._apply_look()
                ending = await self._show_window(bridge, agent)
            return ending
        finally:
            stop_listening()
            if agent is not None:
                await agent.stop()

    def _apply_look(self) -> None:
        """Apply this till's chosen language and theme, or the computer's."""
        with self._home.store.reading() as connection:
            chosen = read_from(connection)
        apply_language(self._application, chosen.language)
        apply_theme(self._application, theme_of(chosen.theme))

    async def _show_window(self, bridge: Bridge, agent: LateAgent) -> Ending:
        """Show the till's window until it ends. Agent and pages are loaded once it is shown."""
        ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()

        def end(why: Ending) -> None:
            if not ended.done():
                ended.set_result(why)

        window = self._window = MainWindow(
            self._home.till(),
            bridge,
            agent,
            self._home.pin_pepper,
            write_bundle=self._home.write_bundle,
            change_as_admin=self._home.change_as_admin,
            change_own=self._home.change_own,
            account=self._home.account,
        )
        window.closed.connect(lambda: end(Ending.CLOSED))
        window.renewWanted.connect(lambda: end(Ending.RENEW))
        window.signOutWanted.connect(lambda: end(Ending.SIGNED_OUT))
        if self._actor is not None:
            window.welcome(self._actor)
        window.show()
        log.info("the till's window is shown")
        loading = asyncio.create_task(asyncio.to_thread(load_pages))
        agent.start()
        why = await ended
        self._actor = window.actor if why is Ending.RENEW else None
        self._window = None
        await loading
        window.close()
        await tasks.all_ended()
        window.deleteLater()
        return why

    async def _sign_out(self) -> None:
        """Move the home's content into a folder of its own, not enrolled then, and tell its server."""
        stamp = format_time(from_ms(self._home.clock.now_ms())).replace(":", "")
        await self._stop_telling()
        self._home = self._home.sign_out(stamp)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TELL_S_MAX):
                await self._home.tell_signed_out()
        self._demo.stop()
        self._demo.archive(stamp)
        self._tell()

    def _tell(self) -> None:
        """Tell the servers in the background that could not be told when their tills were signed out."""
        self._telling = asyncio.create_task(self._home.keep_telling(), name="tell-signed-out")

    async def _stop_telling(self) -> None:
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)
            self._telling = None

    def _come_to_front(self) -> None:
        if self._window is not None:
            self._window.come_to_front()

    def _say_fault(self, report: Path) -> None:
        if self._window is not None:
            self._window.say_fault(str(report))
