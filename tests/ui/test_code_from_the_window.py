"""The whole way of an enrolment code: a manager's window makes it, a new till takes it, and sells."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QPushButton

from app.ui.people.enrol_page import EnrolWindow
from app.ui.settings.account.code_dialog import EnrolmentCodeDialog
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SETTINGS
from server_stub.cli.demo_data import DEMO_PASSWORD
from tests.kit.books import read_rows
from tests.kit.processes import ServerProcess
from tests.kit.running_till import RunningTill, sell_first_product, sign_in
from tests.kit.windows import Loop, part, scan


@pytest.mark.timeout(240)
def test_a_managers_code_is_scanned_at_a_new_till_which_sells(
    loop: Loop, server: ServerProcess, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    counter = RunningTill(loop, tmp_path / "counter", server.url)
    counter.asks_to_be_set_up()
    window = counter.window(MainWindow)
    sign_in(loop, window, "bob", "1357")  # a clerk's till; the manager signs in for the code alone
    window.show_page(SETTINGS)
    part(window, QPushButton, "settingsPeople").click()
    part(window, QPushButton, "makeCode").click()
    dialog = part(window, EnrolmentCodeDialog, "enrolmentCodeDialog")
    fill(dialog, "accountUser", "alice")
    fill(dialog, "accountPassword", DEMO_PASSWORD)
    part(dialog, QPushButton, "accountDo").click()
    shown = part(dialog, QLabel, "enrolmentCode")
    loop.until(shown.accessibleName)
    first = shown.accessibleName()
    part(dialog, QPushButton, "accountDo").click()
    loop.until(lambda: shown.accessibleName() not in {first, ""})
    code = shown.accessibleName()
    assert open_sign_ins(tmp_path / "server") == 1
    part(dialog, QPushButton, "accountClose").click()
    loop.until(lambda: open_sign_ins(tmp_path / "server") == 0)
    counter.close()

    new = RunningTill(loop, tmp_path / "new", "")
    setting_up = new.window(EnrolWindow)
    fill(setting_up, "enrol-server-url", server.url)
    fill(setting_up, "enrol-till-name", "Till 2")
    setting_up.activateWindow()
    typed = part(setting_up, QLineEdit, "enrol-code")
    typed.setFocus()
    loop.until(typed.hasFocus)
    scan(code.replace("-", ""))
    offered = part(setting_up, QLabel, "offer-place")
    loop.until(offered.isVisible)
    assert (part(setting_up, QLabel, "offer-shop").text(), offered.text()) == (
        "Marlow & Finch",
        "High Street",
    )
    part(setting_up, QPushButton, "enrol").click()
    window = new.window(MainWindow)
    sign_in(loop, window, "bob", "1357")
    receipt = sell_first_product(loop, window)
    sold = "SELECT receipt_number FROM till_transaction"
    loop.until(lambda: read_rows(tmp_path / "server" / "server.sqlite3", sold) == [(receipt,)])
    new.close()

    for made in (first, code):
        for written in (made, made.replace("-", ""), made.lower()):
            assert [path.name for path in files_with(tmp_path, written)] == []
            assert written not in caplog.text
    assert [path.name for path in files_with(tmp_path, DEMO_PASSWORD)] == []


def fill(window: QDialog | EnrolWindow, name: str, text: str) -> None:
    part(window, QLineEdit, name).setText(text)


def open_sign_ins(server_home: Path) -> int:
    open_ones = "SELECT count(*) FROM sign_in WHERE ended_ms IS NULL AND user_id = 'alice'"
    (count,) = read_rows(server_home / "server.sqlite3", open_ones)[0]
    return int(count)


def files_with(folder: Path, words: str) -> Iterator[Path]:
    """The files below a folder, of tills and server alike, that hold these words."""
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_socket() and words.encode() in path.read_bytes():
            yield path
