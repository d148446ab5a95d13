"""Runs the clerk's commands as tasks on the window's event loop, so that the window never blocks.

Expected errors (DomainError, StoreError, SyncError) go to the caller as text; any other exception goes to
`sys.excepthook`.
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
"""The coroutine of a command."""

_running: set[asyncio.Task[None]] = set()
"""Strong references: asyncio itself holds tasks only weakly."""


def start(coroutine: Work, parent: QObject, on_error: Callable[[str], None]) -> asyncio.Task[None]:
    """Run `coroutine`. `on_error` gets the text of an expected error, unless `parent` was deleted by then."""
    task = asyncio.get_event_loop().create_task(coroutine)
    _running.add(task)
    task.add_done_callback(partial(_finished, parent, on_error))
    return task


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


def running_count() -> int:
    """The number of unfinished tasks; at 0 the window can close without interrupting any."""
    return len(_running)


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
    if isinstance(error, DomainError | StoreError | SyncError):
        if shiboken6.isValid(parent):
            on_error(error_in_words(error))
    else:
        sys.excepthook(type(error), error, error.__traceback__)
