"""Runs the clerk's commands as tasks on the window's event loop, so that the window never blocks.

Expected errors (DomainError, StoreError, SyncError) go to the caller as text, and one that is about a field
(AtField) is shown there; any other exception goes to `sys.excepthook`, and the caller gets a sentence for
whoever waits.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Signal

from app.domain.errors import DomainError
from app.services.sync.agent_words import error_in_words
from app.ui.widgets.problems import AtField
from resources.words import translate
from sync_agent.errors import StoreError, SyncError

Work = Coroutine[Any, Any, None]
"""The coroutine of a command."""

_running: set[asyncio.Task[None]] = set()
"""Strong references: asyncio itself holds tasks only weakly."""


def start(coroutine: Work, parent: QObject, on_error: Callable[[str], None]) -> asyncio.Task[None]:
    """Run `coroutine`. `on_error` gets the text of an expected error, unless `parent` was deleted by then."""
    task = asyncio.get_event_loop().create_task(coroutine)
    _running.add(task)
    task.add_done_callback(partial(_finished, parent, on_error))
    return task


def in_words(error: Exception) -> str:
    """The text of an expected error."""
    return error_in_words(error)


class Commands(QObject):
    """Runs the commands of a page or dialog one at a time. A command that is given while one runs is ignored.

    Signals:
    busyChanged(bool): a command has begun (True) or ended, however it ended.
    """

    busyChanged = Signal(bool)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._is_busy = False

    @property
    def is_busy(self) -> bool:
        """Whether a command runs."""
        return self._is_busy

    def run(self, work: Callable[[], Work], on_error: Callable[[str], None], /) -> asyncio.Task[None] | None:
        """Run a command; None where it is ignored. `on_error` gets the text of an expected failure."""
        if self._is_busy:
            return None
        self._set_busy(True)
        return start(self._run_alone(work), self, on_error)

    async def _run_alone(self, work: Callable[[], Work]) -> None:
        try:
            await work()
        finally:
            if shiboken6.isValid(self):
                self._set_busy(False)

    def _set_busy(self, busy: bool) -> None:
        self._is_busy = busy
        self.busyChanged.emit(busy)


class Run(Protocol):
    """The type of `Page.run`, for panels: the work, and where its failure is shown (default: on the page)."""

    def __call__(
        self, work: Callable[[], Work], on_error: Callable[[str], None] | None = None, /
    ) -> None: ...


class Runs(Protocol):
    """A page or panel whose commands run through its page's `run`."""

    def run(self, work: Callable[[], Work], /) -> None: ...


_Page = TypeVar("_Page", bound=Runs)
_Asked = ParamSpec("_Asked")


def command(work: Callable[Concatenate[_Page, _Asked], Work]) -> Callable[Concatenate[_Page, _Asked], None]:
    """Decorator: turn a coroutine method into a plain slot that `run` starts."""

    @wraps(work)
    def start_it(page: _Page, /, *args: _Asked.args, **kwargs: _Asked.kwargs) -> None:
        page.run(partial(work, page, *args, **kwargs))

    return start_it


async def all_ended() -> None:
    """Wait for all unfinished tasks. A window is destroyed only after this: tasks use its widgets."""
    while _running:
        await asyncio.wait(_running)


def _finished(parent: QObject, on_error: Callable[[str], None], task: asyncio.Task[None]) -> None:
    _running.discard(task)
    if task.cancelled():
        return
    error = task.exception()
    if error is None:
        return
    if isinstance(error, AtField):
        if shiboken6.isValid(parent):
            error.show()
    elif isinstance(error, DomainError | StoreError | SyncError):
        if shiboken6.isValid(parent):
            on_error(error_in_words(error))
    else:
        sys.excepthook(type(error), error, error.__traceback__)
        if shiboken6.isValid(parent):
            on_error(
                translate(
                    "errors",
                    "The program has a fault, and this was not finished. What was entered is still here: try"
                    " again.",
                )
            )
