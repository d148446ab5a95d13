"""Signing in by PIN, switching, and setting a till up."""

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QProgressBar, QPushButton
from pytestqt.qtbot import QtBot

from app.ui.bridge import Bridge
from app.ui.enrol_page import EnrolForm, EnrolWindow
from app.ui.main_window import MainWindow
from app.ui.parts import MessageLine
from sync_agent.errors import AuthError
from sync_agent.events import Progress
from tests.ui.conftest import Keyboard, Loop, part
from tests.ui.shop import PIN, PRODUCTS

FORM = {
    "tenant-id": "demo",
    "location-id": "main",
    "till-name": "Till 2",
    "username": "alice",
    "password": "evertill-demo",
}


def test_the_people_of_this_shop_are_offered(window: MainWindow) -> None:
    names = [part(window, QPushButton, f"person-{name}").accessibleName() for name in ("alice", "bob")]
    assert names == ["Alice Moreau", "Bob Lindqvist"]
    assert not part(window, QPushButton, "navSell").isVisible(), "nothing is sold by nobody"


def test_signing_in_by_keyboard(window: MainWindow, keys: Keyboard, loop: Loop) -> None:
    keys.type(PIN)
    keys.press(Qt.Key.Key_Return)
    loop.until(lambda: window.actor is not None)
    assert window.sell.isVisible()
    assert part(window, QLabel, "personName").accessibleName() == "Alice Moreau"


def test_signing_in_with_a_finger(window: MainWindow, loop: Loop) -> None:
    part(window, QPushButton, "person-bob").click()
    for digit in PIN:
        part(window, QPushButton, f"pin{digit}").click()
    part(window, QPushButton, "signIn").click()
    loop.until(lambda: window.actor is not None)
    assert part(window, QLabel, "personName").accessibleName() == "Bob Lindqvist"


def test_a_wrong_pin_is_refused_in_words_and_too_many_wait(window: MainWindow, loop: Loop) -> None:
    for words in (*["That PIN is not right. Try again."] * 5, "Too many wrong PINs."):
        part(window, QLineEdit, "pin").setText("9999")
        part(window, QPushButton, "signIn").click()
        loop.settle()
        assert part(window, MessageLine, "signInMessage").words.startswith(words)
        assert part(window, QLineEdit, "pin").text() == ""
    assert window.actor is None


def test_switching_is_one_press_and_shows_whose_turn_it_is(selling: MainWindow) -> None:
    assert part(selling, QPushButton, "switchPerson").isVisible()
    part(selling, QPushButton, "switchPerson").click()
    assert selling.sign_in.isVisible()
    assert selling.actor is None


class Office:
    """Answers an enrolment when it is told to."""

    def __init__(self) -> None:
        self.forms: list[EnrolForm] = []
        self.refusal: Exception | None = None
        self.may_answer = asyncio.Event()

    async def enrol(self, form: EnrolForm) -> None:
        self.forms.append(form)
        if self.refusal is not None:
            raise self.refusal
        await self.may_answer.wait()


@pytest.fixture
def office(loop: Loop) -> Office:
    return Office()


@pytest.fixture
def setting_up(office: Office, loop: Loop, qtbot: QtBot) -> tuple[EnrolWindow, Bridge]:
    bridge = Bridge()
    made = EnrolWindow(office.enrol, bridge, server_url="http://127.0.0.1:8000")
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitActive(made)
    return made, bridge


def fill_in(window: EnrolWindow) -> None:
    for name, value in FORM.items():
        part(window, QLineEdit, f"enrol-{name}").setText(value)


def test_a_till_is_set_up_and_shows_how_far_its_first_snapshot_is(
    setting_up: tuple[EnrolWindow, Bridge], office: Office, loop: Loop, qtbot: QtBot
) -> None:
    window, bridge = setting_up
    fill_in(window)
    part(window, QPushButton, "enrol").click()
    loop.until(lambda: office.forms)
    assert office.forms[0] == EnrolForm(
        server_url="http://127.0.0.1:8000",
        tenant_id="demo",
        username="alice",
        password="evertill-demo",
        location_id="main",
        till_name="Till 2",
    )
    bridge.post_event(Progress("tenant-demo", len(PRODUCTS), 40))
    progress = part(window, QProgressBar, "enrolProgress")
    loop.until(progress.isVisible)
    assert (progress.value(), progress.maximum()) == (12, 40)
    with qtbot.waitSignal(window.page.enrolled):
        office.may_answer.set()
        loop.settle()


def test_a_refused_enrolment_says_why_and_can_be_tried_again(
    setting_up: tuple[EnrolWindow, Bridge], office: Office, loop: Loop
) -> None:
    window, _bridge = setting_up
    fill_in(window)
    office.refusal = AuthError("unauthorized", "The user name or the password is not right.")
    part(window, QPushButton, "enrol").click()
    loop.settle()
    words = part(window, MessageLine, "enrolMessage").words
    assert words == "The user name or the password is not right."
    assert part(window, QPushButton, "enrol").isEnabled()
    assert part(window, QLineEdit, "enrol-password").text() == "evertill-demo"


def test_an_empty_field_is_named_and_gets_the_focus(
    setting_up: tuple[EnrolWindow, Bridge], office: Office
) -> None:
    window, _bridge = setting_up
    fill_in(window)
    part(window, QLineEdit, "enrol-location-id").clear()
    QTest.keyClick(part(window, QLineEdit, "enrol-password"), Qt.Key.Key_Return)
    assert part(window, MessageLine, "enrolMessage").words == "Fill in “Location” first."
    assert QApplication.focusWidget() is part(window, QLineEdit, "enrol-location-id")
    assert office.forms == []
