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
    """One page of the window. A subclass overrides the hooks that it needs; by default they do nothing.

    The window constructs a page when it is first opened, and calls `set_state` and `set_actor` at once with
    the current values. Pages do not know each other: a page makes a request (`app/ui/page/requests.py`), and
    the window answers it or hands it to another page.
    """

    _message: MessageLine
    """Where the failures of `run` are shown. A page that runs commands makes it and lays it out."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.setObjectName("page")
        self._context = context
        self._till = context.till
        self._formatter = context.formatter
        self._approvals = context.approvals
        self._actor: Actor | None = None
        self._commands = tasks.Commands(self)
        self._commands.busyChanged.connect(self.show_busy)

    @property
    def _is_busy(self) -> bool:
        return self._commands.is_busy

    @property
    def _signed_in(self) -> Actor:
        assert self._actor is not None, "no page but the sign-in page is shown while nobody is signed in"
        return self._actor

    # --- hooks that the window calls ---

    def set_actor(self, actor: Actor) -> None:
        """Somebody signed in."""
        self._actor = actor

    def set_state(self, state: TillState) -> None:
        """The connection or the queue changed."""

    def refresh(self, change: MergedChange) -> None:
        """The store changed. Called for hidden pages too."""

    def begin(self) -> None:
        """The page was opened."""

    def take_scan(self, code: str) -> bool:
        """Handle a scanned code while this page is shown; False where it does not handle scans."""
        return False

    def answer(self, request: Request) -> None:
        """Carry out a request of the window or of another page. This page is shown already."""

    # --- commands of the clerk, one at a time (`tasks.command`) ---

    def run(self, work: Callable[[], tasks.Work], on_error: Callable[[str], None] | None = None, /) -> None:
        """Run a command. While it runs, further commands on this page are ignored.

        `on_error` gets the text of an expected failure (default: `say_failure`).
        """
        self._commands.run(work, on_error or self.say_failure)

    def show_busy(self, busy: bool) -> None:
        """Hook: a command has begun or ended. A failure is shown after this."""

    def say_failure(self, words: str) -> None:
        """Show the text of an expected failure."""
        self._message.say_error(words)
