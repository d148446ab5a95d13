"""A display that nobody looks at, with a window manager and the bus of a screen reader."""

import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType

from PIL import ImageGrab

PROGRAMS = ("Xvfb", "openbox", "xdotool", "dbus-daemon")
READY_S_MAX = 20


class Display:
    """Everything is started here and ended here, by its process id."""

    def __init__(self, width: int = 1280, height: int = 860) -> None:
        self._size = f"{width}x{height}x24"
        self._processes: list[subprocess.Popen[str]] = []
        self.environment: dict[str, str] = dict(os.environ)

    def __enter__(self) -> "Display":
        missing = [name for name in PROGRAMS if shutil.which(name) is None]
        if missing:
            raise SystemExit(
                f"{', '.join(missing)} cannot be found. On Debian: "
                "apt-get install xvfb openbox xdotool at-spi2-core dbus"
            )
        self.environment["DISPLAY"] = self._first_line(
            "Xvfb", "-displayfd", "1", "-screen", "0", self._size, "-nolisten", "tcp", prefix=":"
        )
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = self._first_line(
            "dbus-daemon", "--session", "--nofork", "--print-address=1"
        )
        self._start("openbox")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in reversed(self._processes):
            process.terminate()
        for process in reversed(self._processes):
            process.wait(READY_S_MAX)
            if process.stdout is not None:
                process.stdout.close()

    def start(self, *command: str | Path) -> subprocess.Popen[str]:
        """A program on this display, which a screen reader can read."""
        shown = {"QT_QPA_PLATFORM": "xcb", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", "LC_ALL": "C.UTF-8"}
        process = subprocess.Popen([*map(str, command)], env=self.environment | shown, text=True)
        self._processes.append(process)
        return process

    def picture(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        ImageGrab.grab(xdisplay=self.environment["DISPLAY"]).save(path)

    def xdotool(self, *arguments: str) -> None:
        subprocess.run(["xdotool", *arguments], env=self.environment, check=True, timeout=READY_S_MAX)

    def _start(self, *command: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._processes.append(process)
        return process

    def _first_line(self, *command: str, prefix: str = "") -> str:
        """What a program says once it is ready."""
        process = self._start(*command)
        assert process.stdout is not None
        said = process.stdout.readline().strip()
        if not said:
            raise SystemExit(f"{command[0]} did not start")
        return prefix + said
