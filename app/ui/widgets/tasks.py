"""Runs what a clerk asked for without making the window wait.

A service call is a coroutine; here it becomes a task on the window's loop. What is expected to go wrong is
said in words by whoever asked; a bug goes to the excepthook, like any other in this thread.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import shiboken6
from PySide6.QtCore import QObject

from app.domain.errors import DomainError
from app.services.sync.agent_words import error_in_words
from sync_agent.errors import StoreError, SyncError

Work = Coroutine[Any, Any, None]
"""What a clerk asked for, on its way."""

_running: set[asyncio.Task[None]] = set()
"""asyncio keeps only weak references to tasks; these are the strong ones."""


def start(coroutine: Work, parent: QObject, on_error: Callable[[str], None]) -> asyncio.Task[None]:
    """Run `coroutine`; `on_error` gets the words of an expected failure while `parent` still stands."""
    task = asyncio.get_event_loop().create_task(coroutine)
    _running.add(task)
    task.add_done_callback(partial(_finished, parent, on_error))
    return task


class Run(Protocol):
    """A page's `run`, as its panels get it: work, and who says what fails (the page where it is left out)."""

    def __call__(
        self, work: Callable[[], Work], on_error: Callable[[str], None] | None = None, /
    ) -> None: ...


class Runs(Protocol):
    """A page that carries out what a clerk asks for, in its own order, and says what fails."""

    def run(self, work: Callable[[], Work], /) -> None: ...


_Page = TypeVar("_Page", bound=Runs)
_Asked = ParamSpec("_Asked")


def command(work: Callable[Concatenate[_Page, _Asked], Work]) -> Callable[Concatenate[_Page, _Asked], None]:
    """A page's coroutine as what a key, a button or a panel calls: the page's `run` starts it."""

    @wraps(work)
    def start_it(page: _Page, /, *args: _Asked.args, **kwargs: _Asked.kwargs) -> None:
        page.run(partial(work, page, *args, **kwargs))

    return start_it


def running_count() -> int:
    """How many tasks have not ended; nought when the window may close without breaking one off."""
    return len(_running)


async def all_ended() -> None:
    """What was begun goes to its end: a window that is taken down before would leave it without its parts."""
    while _running:
        await asyncio.wait(_running)


def _finished(parent: QObject, on_error: Callable[[str], None], task: asyncio.Task[None]) -> None:
    _running.discard(task)
    if task.cancelled():
        return
    error = task.exception()
    if error is None:
        return
    if isinstance(error, DomainError | StoreError | SyncError):
        if shiboken6.isValid(parent):
            on_error(error_in_words(error))
    else:
        sys.excepthook(type(error), error, error.__traceback__)
