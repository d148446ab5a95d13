"""A demonstration shop of one's own: a server on this computer, with goods and people, for trying the till.

It lives in a folder of the till's home and is started with the till from then on, at the port it had.
"""

import subprocess
import sys
from pathlib import Path

from sync_agent.errors import TransientError

FOLDER = "demonstration"
TENANT, LOCATION, MANAGER, PASSWORD = "demo", "main", "alice", "evertill-demo"
END_S_MAX = 20


class DemoShop:
    """The server's process; ended with the till that started it."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER
        self._process: subprocess.Popen[str] | None = None

    @property
    def exists(self) -> bool:
        """Whether this home was set up with it."""
        return self._folder.exists()

    def start(self) -> str:
        """Start it where it is not running yet; its address. Blocks until it listens.

        Raises TransientError where it does not start.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        port_file = self._folder / "port"
        port = port_file.read_text().strip() if port_file.exists() else "0"
        with (self._folder / "server.log").open("w") as log:
            self._process = subprocess.Popen(  # noqa: S603 - this very program
                [*_program(), "server", "--home", str(self._folder), "--demo-data", "--port", port],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None, "it was asked for"
        line = self._process.stdout.readline()
        if not line.startswith("listening on "):
            raise TransientError(f"The demonstration shop did not start. See {self._folder / 'server.log'}.")
        url = line.removeprefix("listening on ").strip()
        port_file.write_text(url.rsplit(":", 1)[1])
        return url

    def put_aside(self, stamp: str) -> None:
        """The till was signed out: the next one begins with a shop of its own."""
        if self._folder.exists():
            self._folder.rename(self._folder.parent / "signed-out" / stamp / FOLDER)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(END_S_MAX)
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None


def _program() -> list[str]:
    """How this program is started: as a bundle it is its own interpreter."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "app"]
