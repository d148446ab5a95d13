"""Crash reports in the till's folder. They never contain names, messages or prices."""

import faulthandler
import logging
import platform
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import TextIO

from sync_agent import private_files

log = logging.getLogger(__name__)

FOLDER = "crashes"
REPORTS_MAX = 20


class CrashReports:
    """While open, reports uncaught exceptions and calls `on_fault`; records crashes of the interpreter."""

    def __init__(self, home: Path, now_ms: Callable[[], int], on_fault: Callable[[Path], None]) -> None:
        self._folder = home / FOLDER
        private_files.make_folder(self._folder)
        self._now_ms = now_ms
        self._on_fault = on_fault
        self._fatal: TextIO | None = None
        if not faulthandler.is_enabled():
            # faulthandler needs an open file: in a crash it cannot open one.
            self._fatal = private_files.open_text(self._folder / "fatal.txt", "a")
            faulthandler.enable(self._fatal)
        self._before = sys.excepthook
        sys.excepthook = self._record

    def close(self) -> None:
        sys.excepthook = self._before
        if self._fatal is not None:
            faulthandler.disable()
            self._fatal.close()

    def _record(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.critical("a fault in the window", exc_info=(kind, error, trace))
        self._on_fault(write(self._folder, kind, trace, self._now_ms()))
        sys.__excepthook__(kind, error, trace)


def write(folder: Path, kind: type[BaseException], trace: TracebackType | None, now_ms: int) -> Path:
    """Write a report: time, type and places; not the message, which may contain a clerk's input. Its path."""
    moment = datetime.fromtimestamp(now_ms / 1000, UTC)
    path = folder / f"{moment:%Y-%m-%dT%H%M%S}.{now_ms % 1000:03d}.txt"
    places = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(trace)]
    lines = [
        f"{moment:%Y-%m-%d %H:%M:%S} UTC",
        f"Evertill {_version()}, Python {platform.python_version()}, {platform.platform()}",
        f"{kind.__module__}.{kind.__qualname__}",
        *places,
        "",
    ]
    private_files.write(path, "\n".join(lines).encode())
    for old in sorted(folder.glob("2*.txt"))[:-REPORTS_MAX]:
        old.unlink(missing_ok=True)
    return path


def _version() -> str:
    try:
        return version("evertill")
    except PackageNotFoundError:
        return "unknown"
