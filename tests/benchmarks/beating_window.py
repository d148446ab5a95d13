"""A till's window that counts the gaps between the beats of its own thread, and prints them as JSON.

    python -m tests.benchmarks.beating_window HOME idle|busy [OTHER_TILLS_HOME]

"idle" has no agent and lasts ten seconds; "busy" has its agent, another till's agent in a process beside it,
and lasts until both have sent everything and this one has followed.
"""

import asyncio
import subprocess
import sys
import time
from pathlib import Path
from statistics import quantiles

import orjson
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop
from sqlalchemy import select

from app.bootstrap import SWITCH_INTERVAL_S, OpenHome, open_home
from app.ui.widgets.theme import apply_theme
from app.ui.window.bridge import Bridge
from app.ui.window.main_window import MainWindow
from sync_agent.agent import AgentThread
from sync_agent.store import tables as t
from sync_agent.store.queue.queries import waiting_count
from tests.kit.agents import SilentAgent
from tests.kit.keyrings import use_no_keyring
from tests.kit.people import clerk_named

IDLE_S = 10.0
BEAT_MS = 2


def main() -> None:
    use_no_keyring()
    home, state, other = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    apply_theme(application)
    opened = open_home(home)
    with QEventLoop(application) as loop:
        gaps, seconds = loop.run_until_complete(_beat(opened, state, other))
    opened.store.close()
    told = {
        "p99_ms": quantiles(gaps, n=100)[98] * 1000,
        "longest_ms": max(gaps) * 1000,
        "beats": len(gaps),
        "seconds": seconds,
    }
    print(orjson.dumps(told).decode())


async def _beat(opened: OpenHome, state: str, other: str) -> tuple[list[float], float]:
    bridge = Bridge()
    opened.store.listen(bridge.post_changed)
    assert opened.credentials is not None
    thread = AgentThread(opened.agent(emit=bridge.post_event))
    agent = thread.agent if state == "busy" else SilentAgent()
    window = MainWindow(opened.till(), bridge, agent, opened.credentials.pin_pepper)
    window.show()
    window.welcome(clerk_named(opened.store, "bob"))
    await asyncio.sleep(1.0)
    gaps: list[float] = []
    last = [time.perf_counter()]

    def beat() -> None:
        now = time.perf_counter()
        gaps.append(now - last[0])
        last[0] = now

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.setInterval(BEAT_MS)
    timer.timeout.connect(beat)
    began = time.perf_counter()
    beside = None
    if state == "busy":
        beside = _another_till(other)
        thread.start()
    last[0] = time.perf_counter()
    timer.start()
    done = asyncio.Event()
    looking = QTimer()
    looking.setInterval(500)
    looking.timeout.connect(lambda: _look(opened, state, began, done))
    looking.start()
    await done.wait()
    timer.stop()
    looking.stop()
    if beside is not None:
        beside.terminate()
        beside.wait()
        thread.stop()
    window.close()
    return gaps, time.perf_counter() - began


def _another_till(home: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "app", "agent", "--home", home], stdout=subprocess.DEVNULL)


def _look(opened: OpenHome, state: str, began: float, done: asyncio.Event) -> None:
    if state == "idle":
        if time.perf_counter() - began > IDLE_S:
            done.set()
        return
    with opened.store.reading() as connection:
        waits = waiting_count(connection)
        overlaid = connection.execute(select(t.overlay.c.operation_id).limit(1)).first()
    if not waits and overlaid is None and time.perf_counter() - began > IDLE_S:
        done.set()


if __name__ == "__main__":
    main()
