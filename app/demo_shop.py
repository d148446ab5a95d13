"""The demonstration shop: a server on this computer, with products and people, for trying the till.

Its data is in a folder of the till's home; it is started with the till from then on, at the same port.
"""

import subprocess
import sys
from pathlib import Path

from sync_agent import private_files
from sync_agent.errors import TransientError

FOLDER = "demonstration"
TENANT, LOCATION, MANAGER, PASSWORD = "demo", "main", "alice", "evertill-demo"
END_S_MAX = 20


class DemoShop:
    """The server's process, stopped with the till that started it."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER
        self._process: subprocess.Popen[str] | None = None

    @property
    def exists(self) -> bool:
        """Whether this home uses a demonstration shop."""
        return self._folder.exists()

    def start(self) -> str:
        """Start the server; its URL. Blocks until it listens.

        Raises TransientError where it fails to start.
        """
        private_files.make_folder(self._folder)
        port_file = self._folder / "port"
        port = port_file.read_text().strip() if port_file.exists() else "0"
        with private_files.open_text(self._folder / "server.log", "w") as log:
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
        private_files.write(port_file, url.rsplit(":", 1)[1].encode())
        return url

    def archive(self, stamp: str) -> None:
        """Move its data to the signed-out till's; the next till begins with a new demonstration shop."""
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
    """The command of this program; a frozen bundle is its own interpreter."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "app"]
