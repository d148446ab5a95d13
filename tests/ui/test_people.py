"""Signing in by PIN, switching, and setting a till up."""

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QProgressBar, QPushButton
from pytestqt.qtbot import QtBot
from sqlalchemy import delete, update

from app.ui.people.enrol_page import EnrolForm, EnrolWindow
from app.ui.widgets.parts import MessageLine
from app.ui.widgets.tasks import running_count
from app.ui.window.bridge import Bridge
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SELL, SIGN_IN
from sync_agent.errors import AuthError
from sync_agent.events import ConnectionState, Progress, StateChanged
from sync_agent.store import link
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from tests.kit.offline_shop import PIN, PRODUCTS, OfflineShop
from tests.kit.windows import Keyboard, Loop, fill_in, part


def test_the_people_of_this_shop_are_offered(window: MainWindow) -> None:
    names = [part(window, QPushButton, f"person-{name}").accessibleName() for name in ("alice", "bob")]
    assert names == ["Alice Moreau", "Bob Lindqvist"]
    assert not part(window, QPushButton, "navSell").isVisible(), "nothing is sold by nobody"


def test_signing_in_by_keyboard(window: MainWindow, keys: Keyboard, loop: Loop) -> None:
    keys.type(PIN)
    keys.press(Qt.Key.Key_Return)
    loop.until(lambda: window.actor is not None)
    assert window.page(SELL).isVisible()
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
    assert selling.page(SIGN_IN).isVisible()
    assert selling.actor is None


class Office:
    """Answers an enrolment when it is told to."""

    def __init__(self) -> None:
        self.forms: list[EnrolForm] = []
        self.refusal: Exception | None = None
        self.may_answer = asyncio.Event()
        self.all_is_here = asyncio.Event()

    async def enrol(self, form: EnrolForm) -> None:
        self.forms.append(form)
        if self.refusal is not None:
            raise self.refusal
        await self.may_answer.wait()

    async def fetch(self) -> None:
        await self.all_is_here.wait()


@pytest.fixture
def office(loop: Loop) -> Office:
    return Office()


@pytest.fixture
def setting_up(office: Office, loop: Loop, qtbot: QtBot) -> tuple[EnrolWindow, Bridge]:
    bridge = Bridge()
    made = EnrolWindow(office.enrol, office.fetch, server_url="http://127.0.0.1:8000")
    bridge.progressed.connect(made.page.show_progress)
    bridge.stateChanged.connect(made.page.show_state)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitActive(made)
    return made, bridge


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
    office.may_answer.set()
    bridge.post_event(Progress("tenant-demo", len(PRODUCTS), 40))
    progress = part(window, QProgressBar, "enrolProgress")
    loop.until(progress.isVisible)
    assert (progress.value(), progress.maximum()) == (12, 40)
    bridge.post_event(StateChanged(ConnectionState.OFFLINE, 0))
    message = part(window, MessageLine, "enrolMessage")
    loop.until(lambda: "the connection is gone" in message.words)
    with qtbot.waitSignal(window.page.enrolled):
        office.all_is_here.set()
        loop.settle()


@pytest.mark.parametrize("way", ["button", "key"])
def test_a_server_that_does_not_answer_need_not_be_waited_for(
    setting_up: tuple[EnrolWindow, Bridge], office: Office, loop: Loop, way: str
) -> None:
    window, _bridge = setting_up
    fill_in(window)
    enrol, stop = part(window, QPushButton, "enrol"), part(window, QPushButton, "enrolStop")
    assert not stop.isVisible()
    enrol.click()
    loop.until(lambda: office.forms)
    assert not enrol.isEnabled()
    if way == "button":
        stop.click()
    else:
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_Escape)
    loop.settle()
    assert part(window, MessageLine, "enrolMessage").words == "Stopped. This till is not set up yet."
    assert enrol.isEnabled()
    assert not stop.isVisible()
    assert part(window, QLineEdit, "enrol-password").text() == "evertill-demo"


def test_who_closes_the_window_waits_for_nothing(
    setting_up: tuple[EnrolWindow, Bridge], office: Office, loop: Loop
) -> None:
    window, _bridge = setting_up
    fill_in(window)
    office.may_answer.set()
    part(window, QPushButton, "enrol").click()
    loop.until(lambda: "Fetching" in part(window, MessageLine, "enrolMessage").words)
    window.close()
    loop.until(lambda: running_count() == 0)


def test_a_till_that_has_fetched_nothing_yet_says_so(
    window: MainWindow, shop: OfflineShop, loop: Loop
) -> None:
    def forget(tx: Transaction) -> None:
        tx.execute(delete(t.person))
        tx.execute(update(t.link).values(last_full_sync_ms=None))
        tx.touch(Topic.PEOPLE)

    loop.run(shop.store.write(forget))
    told = part(window, QLabel, "nobody")
    loop.until(lambda: "still to be fetched" in told.text())
    loop.run(shop.store.write(link.note_full_sync))
    loop.until(lambda: "A manager gives people this location" in told.text())


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
