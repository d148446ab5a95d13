"""Processes that a test starts: they end with it, and they are waited for."""

import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

READY_S_MAX = 30.0


def dying_with_us(by: str) -> list[str]:
    """The parent's death is told by the kernel, where util-linux is there to ask it to."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", by] if setpriv else []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_ready(answers: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + READY_S_MAX
    while not answers():
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"it does not start:\n{log.read_text()[-4000:]}")
        time.sleep(0.02)


def end(process: "subprocess.Popen[bytes] | None", how: signal.Signals) -> None:
    if process is None:
        return
    process.send_signal(how)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class DemoServer:
    """`python -m server_stub` on a port of its own; killed and started again at the same place."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.url = ""
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        port = self.url.rsplit(":", 1)[1] if self.url else "0"
        command = [
            sys.executable,
            "-m",
            "server_stub",
            "--home",
            str(self.home),
            "--port",
            port,
            "--demo-data",
        ]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().removeprefix("listening on ").strip()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(20)
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def receipts(self) -> list[str]:
        database = self.home / "server.sqlite3"
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        try:
            return [row[0] for row in connection.execute("SELECT receipt_number FROM till_transaction")]
        finally:
            connection.close()
