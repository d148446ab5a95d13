"""The till as `evertill till` puts it together: set up, sign in, sell with the server gone, send later."""

import asyncio
import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
import shiboken6
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QWidget

from app import bootstrap
from app.bootstrap import OpenHome
from app.crash_reports import CrashReports
from app.services.selling import history
from app.services.sync import queue
from app.single_instance import SecondStart, ask_to_show
from app.ui.people.enrol_page import EnrolWindow
from app.ui.widgets.theme import Theme, read_tokens
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SELL, SETTINGS
from sync_agent.enrolment_forms import Enrolment
from sync_agent.ports import Transport
from sync_agent.settings import AgentSettings
from tests.kit.books import read_rows
from tests.kit.processes import ServerProcess
from tests.kit.running_till import RunningTill, sell_first_product, sign_in
from tests.kit.waiting import WAIT_S
from tests.kit.windows import Loop, part

WINDOW = TypeVar("WINDOW", bound=QWidget)


def receipts_at(server_home: Path) -> list[str]:
    rows = read_rows(server_home / "server.sqlite3", "SELECT receipt_number FROM till_transaction")
    return [receipt for (receipt,) in rows]


@pytest.mark.timeout(120)
def test_a_till_is_set_up_sells_with_the_server_gone_and_sends_when_it_is_back(
    loop: Loop, server: ServerProcess, tmp_path: Path
) -> None:
    till = RunningTill(loop, tmp_path / "till", server.url)
    till.asks_to_be_set_up()
    window = till.window(MainWindow)

    server.kill()
    sign_in(loop, window, "bob", "1357")
    receipt = sell_first_product(loop, window)
    assert receipt.endswith("-000001")
    assert queue.counts(window.till).waiting == 1
    till.close()

    server.start()
    till = RunningTill(loop, tmp_path / "till", server.url)
    window = till.window(MainWindow)
    loop.until(lambda: queue.counts(window.till).waiting == 0)
    assert receipts_at(tmp_path / "server") == [receipt]
    loop.until(lambda: window.strip.strip_text.words == "Online · All sent")
    till.close()


@pytest.mark.timeout(60)
def test_a_refused_set_up_says_why_and_can_be_tried_again(
    loop: Loop, server: ServerProcess, tmp_path: Path
) -> None:
    till = RunningTill(loop, tmp_path / "till", server.url)
    setting_up = till.asks_to_be_set_up(password="wrong")
    button = part(setting_up, QPushButton, "enrol")
    loop.until(button.isEnabled)
    message = part(setting_up, QWidget, "enrolMessage")
    assert message.isVisible()
    part(setting_up, QLineEdit, "enrol-password").setText("evertill-demo")
    button.click()
    till.window(MainWindow)
    till.close()


class SilentServer:
    """Takes connections, and says nothing."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self._listening.setblocking(False)
        self._asking: socket.socket | None = None
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"

    def was_asked(self) -> bool:
        with contextlib.suppress(BlockingIOError):
            self._asking, _address = self._listening.accept()
        return self._asking is not None

    def must_be_left_in_peace(self) -> None:
        """The client has closed its request; fails if it still waits for an answer."""
        assert self._asking is not None
        with self._asking as asking:
            asking.settimeout(WAIT_S)
            while asking.recv(65_536):
                pass


@pytest.fixture
def silent_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SilentServer]:
    monkeypatch.setattr(
        bootstrap, "AGENT_DEFAULTS", AgentSettings(request_s_max=600.0)
    )  # nobody waits it out
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield SilentServer(listening)


@pytest.mark.timeout(60)
def test_a_silent_server_need_not_be_waited_for(
    loop: Loop, server: ServerProcess, silent_server: SilentServer, tmp_path: Path
) -> None:
    till = RunningTill(loop, tmp_path / "till", silent_server.url)
    setting_up = till.asks_to_be_set_up()
    enrol, stop = part(setting_up, QPushButton, "enrol"), part(setting_up, QPushButton, "enrolStop")
    loop.until(silent_server.was_asked)
    stop.click()
    loop.until(enrol.isEnabled)
    silent_server.must_be_left_in_peace()
    assert not till.opened.is_enrolled
    part(setting_up, QLineEdit, "enrol-server-url").setText(server.url)
    enrol.click()
    till.window(MainWindow)
    till.close()


@pytest.mark.timeout(60)
def test_a_window_that_asks_a_silent_server_closes_at_once(
    loop: Loop, silent_server: SilentServer, tmp_path: Path
) -> None:
    till = RunningTill(loop, tmp_path / "till", silent_server.url)
    till.asks_to_be_set_up()
    loop.until(silent_server.was_asked)
    till.close()
    silent_server.must_be_left_in_peace()


@pytest.mark.timeout(60)
def test_a_window_that_is_closed_as_the_server_agrees_closes_and_leaves_a_till(
    loop: Loop, server: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enroll, agreed = OpenHome.enroll, threading.Event()

    async def agree_at_the_last_moment(
        home: OpenHome, transport: Transport, enrolment: Enrolment
    ) -> OpenHome:
        opened = await enroll(home, transport, enrolment)
        agreed.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return opened

    monkeypatch.setattr(OpenHome, "enroll", agree_at_the_last_moment)
    till = RunningTill(loop, tmp_path / "till", server.url)
    till.asks_to_be_set_up()
    loop.until(agreed.is_set)
    server.kill()  # so that nothing can be fetched
    till.close()
    opened = bootstrap.open_home(tmp_path / "till")
    assert opened.is_enrolled
    opened.store.close()


@pytest.mark.timeout(120)
def test_a_demonstration_shop_is_one_press_away_and_a_till_is_signed_out_of_it_again(
    loop: Loop, tmp_path: Path
) -> None:
    till = RunningTill(loop, tmp_path / "till", "")
    part(till.window(EnrolWindow), QPushButton, "tryDemo").click()
    window = till.window(MainWindow)
    sign_in(loop, window, "alice", "2468")
    sell_first_product(loop, window)
    loop.until(lambda: queue.counts(window.till).waiting == 0)
    QApplication.processEvents()
    window.show_page(SETTINGS)
    part(window, QPushButton, "settingsTill").click()
    part(window, QPushButton, "signTillOut").click()
    setting_up = till.window(EnrolWindow)
    assert part(setting_up, QPushButton, "tryDemo").isEnabled()
    [kept] = (tmp_path / "till" / "signed-out").iterdir()
    assert {"till.sqlite", "secrets.bin", "demonstration"} <= {one.name for one in kept.iterdir()}
    assert not part(setting_up, QLabel, "stillToTell").isVisible()
    till.close()
    ended = read_rows(kept / "demonstration" / "server.sqlite3", "SELECT revoked_ms IS NOT NULL FROM device")
    assert ended == [(1,)], "its credential ended at the server"


@pytest.mark.timeout(120)
def test_a_till_that_is_signed_out_without_a_connection_says_who_has_to_end_it(
    loop: Loop, server: ServerProcess, tmp_path: Path
) -> None:
    till = RunningTill(loop, tmp_path / "till", server.url)
    till.asks_to_be_set_up()
    window = till.window(MainWindow)
    server.kill()
    sign_in(loop, window, "alice", "2468")
    window.show_page(SETTINGS)
    part(window, QPushButton, "settingsTill").click()
    part(window, QPushButton, "signTillOut").click()
    setting_up = till.window(EnrolWindow)
    said = part(setting_up, QLabel, "stillToTell")
    assert said.isVisible()
    assert "evertill server revoke-device --tenant demo --device" in said.text()
    till.close()
    server.start()
    till = RunningTill(loop, tmp_path / "till", server.url)
    till.window(EnrolWindow)
    query = "SELECT revoked_ms IS NOT NULL FROM device"
    loop.until(lambda: read_rows(tmp_path / "server" / "server.sqlite3", query) == [(1,)])
    till.close()


@pytest.mark.timeout(60)
def test_a_till_that_has_unsent_work_cannot_be_signed_out(
    loop: Loop, server: ServerProcess, tmp_path: Path
) -> None:
    till = RunningTill(loop, tmp_path / "till", "")
    part(till.window(EnrolWindow), QPushButton, "tryDemo").click()
    window = till.window(MainWindow)
    till.life._demo.stop()
    sign_in(loop, window, "alice", "2468")
    sell_first_product(loop, window)
    window.show_page(SETTINGS)
    part(window, QPushButton, "settingsTill").click()
    assert not part(window, QPushButton, "signTillOut").isEnabled()
    till.close()


@pytest.mark.timeout(120)
def test_the_language_changes_twice_and_the_same_person_sells_on(
    loop: Loop, server: ServerProcess, tmp_path: Path
) -> None:
    till = RunningTill(loop, tmp_path / "till", server.url)
    till.asks_to_be_set_up()
    window = till.window(MainWindow)
    sign_in(loop, window, "alice", "2468")
    receipts = [sell_first_product(loop, window)]
    for code, pay in (("es", "Cobrar (F9)"), ("en", "Pay (F9)")):
        before = window
        choose(window, "language", code)
        loop.until_is(partial(shiboken6.isValid, before), False)
        window = till.window(MainWindow)
        assert window.actor is not None, "whoever was signed in still is"
        assert part(window, QPushButton, "pay").text() == pay
    choose(window, "theme", "dark")  # nothing of the former windows listens any more
    loop.until(lambda: window.palette().window().color().name().upper() == read_tokens(Theme.DARK)["window"])
    window.show_page(SELL)
    sell_first_product(loop, window)
    loop.until(lambda: len(history.recent_sales(window.till)) == 2)
    receipts.append(history.recent_sales(window.till)[0].receipt_number)
    loop.until(lambda: receipts_at(tmp_path / "server") == receipts)
    till.close()


def test_a_second_start_brings_the_window_back_from_the_task_bar(
    loop: Loop, server: ServerProcess, tmp_path: Path
) -> None:
    till = RunningTill(loop, tmp_path / "till", server.url)
    till.asks_to_be_set_up()
    window = till.window(MainWindow)
    window.showMinimized()
    again = another_start(tmp_path / "till")
    loop.until(lambda: again.poll() is not None)
    assert again.returncode == 0
    loop.until(lambda: not window.isMinimized())
    till.close()


def another_start(home: Path) -> subprocess.Popen[bytes]:
    """Another program that finds this home open, and asks for its window."""
    words = (
        "import sys; from pathlib import Path; from PySide6.QtCore import QCoreApplication;"
        "from app.single_instance import ask_to_show; QCoreApplication([]);"
        "sys.exit(0 if ask_to_show(Path(sys.argv[1])) else 1)"
    )
    return subprocess.Popen([sys.executable, "-c", words, str(home)])


def choose(window: MainWindow, name: str, value: str) -> None:
    """Pick an entry of a list on the page of settings, as a person does."""
    window.show_page(SETTINGS)
    box = part(window, QComboBox, name)
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def test_who_starts_a_till_twice_is_shown_the_window_that_stands(loop: Loop, tmp_path: Path) -> None:
    rung: list[bool] = []
    second_start = SecondStart(tmp_path, lambda: rung.append(True))
    asking = another_start(tmp_path)
    loop.until(lambda: asking.poll() is not None)
    assert asking.returncode == 0
    loop.until(lambda: rung)
    second_start.close()
    assert not ask_to_show(tmp_path), "nobody is there any more"


def test_a_fault_leaves_a_report_without_what_was_typed(tmp_path: Path) -> None:
    told: list[Path] = []
    reports = CrashReports(tmp_path, lambda: 1_750_000_000_000, told.append)
    try:
        dict[str, str]()["Mrs Miller, 4711"]
    except KeyError as error:
        sys.excepthook(KeyError, error, error.__traceback__)
    finally:
        reports.close()
    [report] = told
    words = report.read_text()
    assert "builtins.KeyError" in words
    assert "test_bootstrap.py" in words
    assert "Miller" not in words
