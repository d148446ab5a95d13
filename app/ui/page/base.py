"""The base class of the window's pages."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from app.services.till import Actor
from app.ui.page.changes import MergedChange
from app.ui.page.context import PageContext
from app.ui.page.requests import Request
from app.ui.page.state import TillState
from app.ui.widgets import tasks
from app.ui.widgets.parts import MessageLine


class Page(QWidget):
    """One page of the window. It overrides the hooks that it cares for; the others do nothing.

    The window makes a page when it is first looked at, and calls `set_actor` and `set_state` at once with
    what holds then. Pages do not know each other: what a page wants of the window or of another page, it asks
    for with a request (`app/ui/page/requests.py`).
    """

    _message: MessageLine
    """Where a page that runs something says what failed; the page makes it and puts it in its place."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.setObjectName("page")
        self._context = context
        self._till = context.till
        self._formatter = context.formatter
        self._approvals = context.approvals
        self._actor: Actor | None = None
        self._is_busy = False

    @property
    def _signed_in(self) -> Actor:
        assert self._actor is not None, "a page is in sight of nobody before somebody signed in"
        return self._actor

    # --- what the window tells it ---

    def set_actor(self, actor: Actor) -> None:
        """Who is signed in from now on."""
        self._actor = actor

    def set_state(self, state: TillState) -> None:
        """The connection or the queue changed."""

    def refresh(self, change: MergedChange) -> None:
        """The store changed; the page may be out of sight."""

    def begin(self) -> None:
        """The page was opened."""

    def take_scan(self, code: str) -> bool:
        """Whether this page, which is in sight, made something of the code."""
        return False

    def answer(self, request: Request) -> None:
        """Do what another page, or the window, asked for; the page is in sight."""

    # --- what a clerk asks of it, one thing after another (`tasks.command`) ---

    def run(self, work: Callable[[], tasks.Work], on_error: Callable[[str], None] | None = None, /) -> None:
        """Carry out what a clerk asked for. Until it has ended, nothing else is begun on this page.

        `on_error` gets the words of an expected failure, `say_failure` where it is left out.
        """
        if not self._is_busy:
            self._is_busy = True
            tasks.start(self._run_alone(work), self, on_error or self.say_failure)

    async def _run_alone(self, work: Callable[[], tasks.Work]) -> None:
        try:
            await work()
        finally:
            self._is_busy = False
        self.has_run()

    def has_run(self) -> None:
        """What was asked for is done."""

    def say_failure(self, words: str) -> None:
        """It failed, in words for the clerk."""
        self._message.say_error(words)
