"""Signing in by PIN, switching, and setting a till up."""

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QLineEdit, QProgressBar, QPushButton
from pytestqt.qtbot import QtBot
from sqlalchemy import delete, update

from app.ui.people.enrol_page import EnrolWindow
from app.ui.widgets.parts import MessageLine
from app.ui.widgets.tasks import all_ended
from app.ui.window.bridge import Bridge
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SELL, SIGN_IN
from sync_agent.contract.enrolment_codes import CodeOffer, OfferedPlace
from sync_agent.contract.wire import from_ms
from sync_agent.enrolment_forms import CodeEnrolment, Enrolment, FirstShop
from sync_agent.errors import AuthError, CodeRefused, TransientError
from sync_agent.events import ConnectionState, Progress, StateChanged
from sync_agent.server_address import read_address
from sync_agent.store import link
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from tests.kit.offline_shop import GOODS, PIN, OfflineShop
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
    """Answers an enrolment when `may_answer` is set."""

    def __init__(self) -> None:
        self.forms: list[Enrolment] = []
        self.looked_up: list[CodeEnrolment] = []
        self.accepted: list[CodeEnrolment] = []
        self.shops: list[FirstShop] = []
        self.offer: CodeOffer | None = CodeOffer(
            purpose="till",
            tenant=OfferedPlace(id="demo", name="Marlow & Finch"),
            location=OfferedPlace(id="main", name="High Street"),
            expires_at=from_ms(0),
        )
        self.refusal: Exception | None = None
        self.may_answer = asyncio.Event()
        self.all_is_here = asyncio.Event()

    async def enrol(self, form: Enrolment) -> None:
        self.forms.append(form)
        if self.refusal is not None:
            raise self.refusal
        await self.may_answer.wait()

    async def fetch(self) -> None:
        await self.all_is_here.wait()

    async def look_up(self, form: CodeEnrolment) -> CodeOffer | None:
        self.looked_up.append(form)
        if self.refusal is not None:
            raise self.refusal
        return self.offer

    async def accept(self, form: CodeEnrolment) -> None:
        self.accepted.append(form)
        await self.may_answer.wait()

    async def make_shop(self, form: FirstShop) -> None:
        self.shops.append(form)
        await self.may_answer.wait()


@pytest.fixture
def office(loop: Loop) -> Office:
    return Office()


@pytest.fixture
def setting_up(office: Office, loop: Loop, qtbot: QtBot) -> tuple[EnrolWindow, Bridge]:
    bridge = Bridge()
    made = EnrolWindow(office.enrol, office.fetch, codes=office, server_url="http://127.0.0.1:8000")
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
    assert office.forms[0] == Enrolment(
        server_url="http://127.0.0.1:8000",
        tenant_id="demo",
        username="alice",
        password="evertill-demo",
        location_id="main",
        till_name="Till 2",
    )
    office.may_answer.set()
    bridge.post_event(Progress("tenant-demo", len(GOODS), 40))
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
    loop.run(all_ended())


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


def test_whoever_has_a_second_factor_is_asked_for_its_code(
    setting_up: tuple[EnrolWindow, Bridge], office: Office, loop: Loop
) -> None:
    window, _bridge = setting_up
    fill_in(window)
    code = part(window, QLineEdit, "enrol-second-factor")
    assert not code.isVisible()
    office.refusal = AuthError("second_factor_needed", "a code is needed")
    part(window, QPushButton, "enrol").click()
    loop.settle()
    assert part(window, MessageLine, "enrolMessage").words.startswith("Now the code")
    assert code.isVisible()
    assert code.isEnabled()
    part(window, QPushButton, "enrol").click()
    loop.settle()
    words = part(window, MessageLine, "enrolMessage").words
    assert words == "Fill in “Code from the authenticator app” first."
    assert [form.code for form in office.forms] == [""]
    code.setText("492039")
    office.refusal = None
    office.may_answer.set()
    office.all_is_here.set()
    part(window, QPushButton, "enrol").click()
    loop.run(all_ended())
    assert [form.code for form in office.forms] == ["", "492039"]


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


def by_code(window: EnrolWindow, code: str = "8f3k q2zn", *, server: str | None = None) -> None:
    if server is not None:
        part(window, QLineEdit, "enrol-server-url").setText(server)
    part(window, QLineEdit, "enrol-till-name").setText("Till 2")
    part(window, QLineEdit, "enrol-code").setText(code)


def says(window: EnrolWindow) -> str:
    return part(window, MessageLine, "enrolMessage").words


def test_a_code_shows_server_shop_and_place_before_it_is_used(
    setting_up: tuple[EnrolWindow, Bridge], office: Office, loop: Loop, qtbot: QtBot
) -> None:
    window, _bridge = setting_up
    by_code(window, server="TILLS.example.com.:443")
    QTest.keyClick(part(window, QLineEdit, "enrol-code"), Qt.Key.Key_Return)
    shown = {name: part(window, QLabel, f"offer-{name}") for name in ("server", "shop", "place", "till")}
    loop.until(shown["shop"].isVisible)
    assert {name: line.text() for name, line in shown.items()} == {
        "server": "https://tills.example.com",
        "shop": "Marlow & Finch",
        "place": "High Street",
        "till": "Till 2",
    }
    assert office.accepted == []
    assert QApplication.focusWidget() is part(window, QPushButton, "enrol")
    part(window, QPushButton, "enrol").click()
    loop.until(lambda: office.accepted)
    assert office.accepted == [CodeEnrolment("https://tills.example.com", "8f3k q2zn", "Till 2")]
    office.may_answer.set()
    office.all_is_here.set()
    with qtbot.waitSignal(window.page.enrolled):
        loop.settle()


def test_a_wrong_shop_is_left_by_going_back(
    setting_up: tuple[EnrolWindow, Bridge], office: Office, loop: Loop
) -> None:
    window, _bridge = setting_up
    by_code(window)
    part(window, QPushButton, "enrol").click()
    loop.until(part(window, QLabel, "offer-shop").isVisible)
    loop.settle()
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Escape)
    assert part(window, QLineEdit, "enrol-code").isVisible()
    assert part(window, QLineEdit, "enrol-code").text() == "8f3k q2zn"
    assert office.accepted == []


def test_a_code_that_does_not_hold_is_said_in_words(
    setting_up: tuple[EnrolWindow, Bridge], office: Office, loop: Loop
) -> None:
    window, _bridge = setting_up
    by_code(window)
    office.refusal = CodeRefused("not_found", "of the server")
    part(window, QPushButton, "enrol").click()
    loop.settle()
    assert says(window).startswith("This code is not right")
    office.refusal = TransientError("of the server", 800.0, code="rate_limited")
    part(window, QPushButton, "enrol").click()
    loop.settle()
    assert says(window) == "Too many tries. Wait 14 minutes, and try again."


def test_a_code_that_this_till_may_have_used_is_sent_again(
    setting_up: tuple[EnrolWindow, Bridge], office: Office, loop: Loop
) -> None:
    window, _bridge = setting_up
    by_code(window)
    office.offer = None
    part(window, QPushButton, "enrol").click()
    loop.until(lambda: office.accepted)
    office.may_answer.set()
    office.all_is_here.set()
    loop.settle()


@pytest.mark.parametrize("way", ["byCode", "byPassword"])
@pytest.mark.parametrize(
    "server",
    ["http://192.168.1.5:8765", "http://localhost.evil.com", "HTTP://127.0.0.1.nip.io", " http://tills "],
)
def test_without_encryption_nothing_is_sent_unless_a_person_asks_for_that(
    setting_up: tuple[EnrolWindow, Bridge], office: Office, loop: Loop, way: str, server: str
) -> None:
    window, _bridge = setting_up
    fill_in(window)
    by_code(window, server=server)
    part(window, QPushButton, way).click()
    choice = part(window, QCheckBox, "enrolInsecure")
    assert choice.isVisible()
    part(window, QPushButton, "enrol").click()
    loop.settle()
    assert "is not encrypted" in says(window)
    assert (office.forms, office.looked_up) == ([], [])
    choice.click()
    part(window, QPushButton, "enrol").click()
    loop.until(lambda: office.forms or office.looked_up)
    asked = (office.forms or office.looked_up)[0]
    assert asked.insecure
    assert asked.server_url == read_address(server).url
    office.may_answer.set()
    office.all_is_here.set()
    loop.settle()


def test_the_choice_is_for_the_address_that_it_was_made_for(
    setting_up: tuple[EnrolWindow, Bridge], office: Office
) -> None:
    window, _bridge = setting_up
    by_code(window, server="http://tills")
    choice = part(window, QCheckBox, "enrolInsecure")
    choice.click()
    assert choice.isChecked()
    part(window, QLineEdit, "enrol-server-url").setText("http://tills.evil.com")
    assert not choice.isChecked()
    part(window, QLineEdit, "enrol-server-url").setText("tills")
    assert not choice.isVisible()


@pytest.mark.parametrize(
    ("server", "words"),
    [
        ("https://ada:secret@tills", "An address has no user name"),
        ("https://tills/office", "“https://tills/office” says too much"),
        ("ftp://tills", "“ftp://tills” is not an address"),
        ("my till", "“my till” is not an address"),
    ],
)
def test_what_is_no_address_is_said_in_words(
    setting_up: tuple[EnrolWindow, Bridge], office: Office, server: str, words: str
) -> None:
    window, _bridge = setting_up
    by_code(window, server=server)
    part(window, QPushButton, "enrol").click()
    assert says(window).startswith(words)
    assert "secret" not in says(window)
    assert QApplication.focusWidget() is part(window, QLineEdit, "enrol-server-url")
    assert office.looked_up == []


FIRST_SHOP = {
    "shop-name": "Käthe’s Kiosk",
    "currency": "eur",
    "place-name": "High Street",
    "time-zone": "Europe/Berlin",
    "admin-name": "kaethe",
    "admin-password": "quiet lamp under 7 bridges",
    "pin": "4821",
}


def test_a_set_up_code_makes_the_first_shop(
    setting_up: tuple[EnrolWindow, Bridge], office: Office, loop: Loop
) -> None:
    window, _bridge = setting_up
    by_code(window)
    office.offer = CodeOffer(purpose="first_shop", expires_at=from_ms(0))
    part(window, QPushButton, "enrol").click()
    loop.until(part(window, QLineEdit, "enrol-shop-name").isVisible)
    loop.settle()
    for name, text in FIRST_SHOP.items():
        part(window, QLineEdit, f"enrol-{name}").setText(text)
    for name, wrong, words in (
        ("currency", "EUX", "There is no such currency"),
        ("time-zone", "Europe/Nowhere", "There is no such time zone"),
        ("admin-password", "short", "The password has at least 10"),
        ("pin", "48a1", "The PIN has 4 to 8 digits"),
    ):
        line = part(window, QLineEdit, f"enrol-{name}")
        line.setText(wrong)
        part(window, QPushButton, "enrol").click()
        assert says(window).startswith(words)
        assert QApplication.focusWidget() is line
        line.setText(FIRST_SHOP[name])
    assert office.shops == []
    part(window, QPushButton, "enrol").click()
    loop.until(lambda: office.shops)
    (made,) = office.shops
    assert (made.currency, made.time_zone, made.pin) == ("EUR", "Europe/Berlin", "4821")
    assert (made.code, made.till_name, made.username) == ("8f3k q2zn", "Till 2", "kaethe")
    office.may_answer.set()
    office.all_is_here.set()
    loop.settle()
