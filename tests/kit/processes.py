"""Processes that a test starts: they end with it, and they are waited for."""

import asyncio
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Self

from tests.kit.paths import ROOT
from tests.kit.waiting import WAIT_S

_PORTS_FROM, _OUTGOING_FROM = 10_000, 32_768


def dying_with_us(by: str) -> list[str]:
    """The kernel signals the parent's death, if util-linux is installed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", by] if setpriv else []


def free_port() -> int:
    """A port of loopback that stays free for a server that is stopped and started again.

    Not one of those from which the system takes ports for outgoing connections: while nobody listens, a
    client's connection could take it, even the one that tries to reach the server there.
    """
    for _ in range(100):
        port = random.randrange(_PORTS_FROM, _outgoing_from())
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port")


@cache
def _outgoing_from() -> int:
    """The first port of outgoing connections; Linux says it, and elsewhere it is not lower than this."""
    told = Path("/proc/sys/net/ipv4/ip_local_port_range")
    first = int(told.read_text().split()[0]) if told.exists() else _OUTGOING_FROM
    return first if first > _PORTS_FROM else _OUTGOING_FROM


def wait_until_ready(answers: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + WAIT_S
    while not answers():
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"it does not start:\n{log.read_text()[-4000:]}")
        time.sleep(0.02)


def end(process: "subprocess.Popen[bytes] | None", how: signal.Signals) -> None:
    if process is None:
        return
    process.send_signal(how)
    try:
        process.wait(WAIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class ServerProcess:
    """A server in a process of its own: `python -m` and these words, on a port of loopback.

    Its first line says where it listens. `PORT` among the words stands for its port: a free one at the first
    start, the same one again at the next. What it writes to standard error goes into `log`, if there is one.
    Use it with `with` or `async with`, which ask it to end; or start, kill and stop it by hand.
    """

    PORT = "{port}"

    def __init__(self, *words: str, log: Path | None = None) -> None:
        self.url = ""
        self._words = words
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        """0 before the first start."""
        return int(self.url.rpartition(":")[2]) if self.url else 0

    @property
    def pid(self) -> int:
        return self._running.pid

    def start(self) -> None:
        """Returns once it listens."""
        self._launch()
        self._wait_until_it_listens()

    async def start_from_loop(self) -> None:
        """As `start`, without blocking the event loop."""
        # The kernel signals the death of the starting thread: so start it in this one, not in a helper.
        self._launch()
        await asyncio.to_thread(self._wait_until_it_listens)

    def kill(self) -> None:
        """kill -9. Does nothing where it has ended already."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(WAIT_S)
            self._forget()

    def stop(self) -> None:
        """Sends SIGTERM, after which the process has to end."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("the server did not end when it was asked to") from None
        self._forget()

    async def stop_from_loop(self) -> None:
        """As `stop`, without blocking the event loop, which its clients may need."""
        await asyncio.to_thread(self.stop)

    def freeze(self) -> None:
        self._running.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._running.send_signal(signal.SIGCONT)

    async def lines(self) -> AsyncIterator[str]:
        """What it prints after its first line, as it comes."""
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), self._running.stdout
        )
        try:
            async for line in reader:
                yield line.decode()
        finally:
            transport.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        await self.start_from_loop()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.stop_from_loop()

    @property
    def _running(self) -> "subprocess.Popen[bytes]":
        assert self._process is not None, "the server does not run"
        return self._process

    def _launch(self) -> None:
        assert self._process is None, "the server runs already"
        port = str(self.port or free_port())
        words = [port if word == self.PORT else word for word in self._words]
        with (self._log or Path(os.devnull)).open("ab") as errors:
            self._process = subprocess.Popen(
                [*dying_with_us("KILL"), sys.executable, "-m", *words],
                bufsize=0,
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=errors,
            )

    def _wait_until_it_listens(self) -> None:
        process = self._running
        assert process.stdout is not None
        giving_up = threading.Timer(WAIT_S, process.kill)
        giving_up.start()
        try:
            line = process.stdout.readline().decode()
        finally:
            giving_up.cancel()
        if not line.startswith("listening on "):
            self.kill()
            told = self._log.read_text()[-4000:] if self._log else ""
            raise AssertionError(f"the server does not start: {line!r}\n{told}")
        self.url = line.split()[-1]

    def _forget(self) -> None:
        if self._running.stdout is not None:
            self._running.stdout.close()
        self._process = None


def demo_server(home: Path, *, log: Path | None = None) -> ServerProcess:
    """The demonstration's shop, as `python -m server_stub --demo-data` makes it in a folder; not started."""
    token = home.with_name(f"{home.name}.metrics-token")
    token.parent.mkdir(parents=True, exist_ok=True)
    token.write_text("the metrics of a test\n")
    place = ("--home", str(home), "--port", ServerProcess.PORT, "--metrics-token-file", str(token))
    return ServerProcess("server_stub", *place, "--demo-data", log=log)
