"""A real Redis, started from the installed binary on a private port of loopback."""

import signal
import subprocess
from pathlib import Path

import redis

from tests.kit.processes import dying_with_us, end, free_port, wait_until_ready


class Redis:
    """A Redis without persistence: it forgets everything when it is restarted."""

    def __init__(self, binary: str, home: Path) -> None:
        self._binary = binary
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        with (self._home / "redis-log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *dying_with_us("KILL"),
                    self._binary,
                    *("--port", str(self.port), "--bind", "127.0.0.1"),
                    *("--save", "", "--appendonly", "no", "--dir", str(self._home)),
                ],
                stdout=log,
                stderr=log,
            )
        wait_until_ready(self._answers, self._process, self._home / "redis-log")

    def stop(self) -> None:
        end(self._process, signal.SIGKILL)
        self._process = None

    def forget(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def _answers(self) -> bool:
        with redis.Redis.from_url(self.url) as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False
