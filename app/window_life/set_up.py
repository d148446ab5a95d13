"""The life cycle of the set-up window: enrol this home, then wait for the first snapshot."""

import asyncio
from collections.abc import Sequence

from app import demo_shop
from app.demo_shop import DemoShop
from app.ui.people.enrol_page import EnrolWindow
from app.ui.widgets import tasks
from app.ui.window.bridge import Bridge
from app.window_life.late_agent import LateAgent
from app.window_life.ports import TillHome
from sync_agent.contract.enrolment_codes import CodeOffer
from sync_agent.enrolment_forms import CodeEnrolment, Enrolment, FirstShop
from sync_agent.events import ConnectionState, StateChanged
from sync_agent.farewell import SignedOutTill


class SettingUp:
    """One set-up window. The agent starts as soon as the home is enrolled, and fetches the snapshot."""

    def __init__(
        self,
        home: TillHome,
        bridge: Bridge,
        server_url: str,
        demo: DemoShop,
        signed_out: Sequence[SignedOutTill] = (),
    ) -> None:
        """`signed_out` are tills whose servers still have to be told that they were signed out here."""
        self._home = home
        self._demo = demo
        self._bridge = bridge
        self._agent: LateAgent | None = None
        self._ready: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._is_over = asyncio.Event()
        """Set when the snapshot is complete, or the window was closed."""
        bridge.stateChanged.connect(self._on_state)
        self._window = EnrolWindow(
            self._enroll, self._fetch, codes=self, server_url=server_url, on_try=self._make_demo
        )
        for till in signed_out:
            self._window.page.say_still_to_tell(
                till.device.name, till.device.tenant_name, till.revoke_command
            )
        bridge.progressed.connect(self._window.page.show_progress)
        bridge.stateChanged.connect(self._window.page.show_state)
        self._window.page.enrolled.connect(lambda: self._decide(True))
        self._window.closed.connect(lambda: self._decide(False))

    async def until_ready(self) -> tuple[TillHome, LateAgent] | None:
        """The enrolled home and its agent; None where the window was closed before that."""
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
        return self._home, self._agent

    def _decide(self, ready: bool) -> None:
        if not self._ready.done():
            self._ready.set_result(ready)
            self._is_over.set()

    def _on_state(self, event: StateChanged) -> None:
        if event.state is ConnectionState.ONLINE:
            self._is_over.set()

    async def _make_demo(self) -> Enrolment:
        """Start a demonstration shop on this computer; returns the form that enrols in it."""
        url = await asyncio.to_thread(self._demo.start)
        return Enrolment(
            url, demo_shop.TENANT, demo_shop.MANAGER, demo_shop.PASSWORD, demo_shop.LOCATION, "Till 1"
        )

    async def _enroll(self, form: Enrolment) -> None:
        self._begin(await self._home.join(form))

    async def look_up(self, form: CodeEnrolment) -> CodeOffer | None:
        return await self._home.look_up_code(form)

    async def accept(self, form: CodeEnrolment) -> None:
        self._begin(await self._home.join_by_code(form))

    async def make_shop(self, form: FirstShop) -> None:
        self._begin(await self._home.make_shop(form))

    def _begin(self, enrolled: TillHome) -> None:
        self._home = enrolled
        self._agent = LateAgent(self._home, self._bridge.post_event)
        self._agent.start()

    async def _fetch(self) -> None:
        await self._is_over.wait()
