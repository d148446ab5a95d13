"""What a person does at the server from the window: enrolment codes, second factors, their sign-ins."""

import pytest
import qrcode
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QTextBrowser,
)
from pytestqt.qtbot import QtBot

from app.ui.settings.account.code_dialog import EnrolmentCodeDialog
from app.ui.settings.account.qr_picture import QrPicture
from app.ui.widgets import theme
from app.ui.widgets.language import POP_ISOLATE
from app.ui.widgets.parts import MessageLine
from app.ui.widgets.slip_view import SlipDialog
from app.ui.widgets.theme import Theme
from app.ui.widgets.two_line import TwoLineList
from app.ui.window.bridge import Bridge
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SETTINGS
from sync_agent.contract.enrolment_codes import plain_code
from sync_agent.errors import AuthError, ProtocolError, RejectedError, SyncError, TransientError
from tests.kit.accounts import APP_CODE, PASSWORD, SECRET, OfficeServer
from tests.kit.agents import SilentAgent
from tests.kit.clocks import ManualClock
from tests.kit.feed import PEPPER
from tests.kit.offline_shop import ALICE, OfflineShop
from tests.kit.windows import Keyboard, Loop, part


@pytest.fixture
def office(shop: OfflineShop) -> OfficeServer:
    return OfficeServer(shop.clock.now_ms)


@pytest.fixture
def window(
    loop: Loop, shop: OfflineShop, bridge: Bridge, agent: SilentAgent, qtbot: QtBot, office: OfficeServer
) -> MainWindow:
    made = MainWindow(shop.till, bridge, agent, PEPPER, locale=QLocale("en_GB"), account=lambda: office)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitActive(made)
    made.welcome(ALICE)
    made.show_page(SETTINGS)
    return made


class Hands:
    """Works the dialog that a button of the settings opens."""

    def __init__(self, window: MainWindow, loop: Loop, opened_by: str) -> None:
        self._loop = loop
        clock = window.till.clock
        assert isinstance(clock, ManualClock)
        self._keyboard = Keyboard(clock)
        part(window, QPushButton, opened_by).click()
        self.dialog = open_dialogs(window)[-1]

    def type(self, name: str, text: str) -> None:
        line = part(self.dialog, QLineEdit, name)
        self.dialog.activateWindow()
        line.setFocus()
        self._loop.until(line.hasFocus)
        line.clear()
        self._keyboard.type(text)
        self._loop.until_is(line.text, text)  # the last letter comes once it is no scan

    def press(self, name: str = "accountDo") -> None:
        part(self.dialog, QPushButton, name).click()
        self._loop.settle()
        self._loop.run(nothing())

    def sign_in(self, password: str = PASSWORD, code: str = "") -> None:
        self.type("accountPassword", password)
        if code:
            self.type("accountCode", code)
        self.press()

    def says(self, name: str) -> str:
        return part(self.dialog, QLabel, name).text()

    @property
    def message(self) -> str:
        line = part(self.dialog, MessageLine, "accountMessage")
        return line.words if line.isVisible() else ""

    @property
    def code(self) -> str:
        return part(self.dialog, QLabel, "enrolmentCode").accessibleName()


async def nothing() -> None:
    """A turn of the loop: refusals are shown once the fields are enabled again."""


def has_drawn(picture: QrPicture) -> bool:
    return not picture.is_empty


def open_dialogs(window: MainWindow) -> list[QDialog]:
    return [one for one in window.findChildren(QDialog) if one.isVisible()]


# --- enrolment codes --------------------------------------------------------------------------------------


def test_a_manager_makes_a_code_and_a_new_one_by_one_press(
    window: MainWindow, loop: Loop, shop: OfflineShop, office: OfficeServer
) -> None:
    hands = Hands(window, loop, "makeCode")
    assert part(hands.dialog, QLineEdit, "accountUser").text() == "alice", "who is signed in here"
    hands.sign_in()
    assert office.asked == ["sign_in alice", f"code {shop.till.device.location_id}"]
    assert hands.code == "8F3K-Q2ZN-7M4T"
    assert hands.says("codeFor") == "For one new till at Main Street, of Harbour Street Stores."
    assert hands.says("codeLeft") == "It holds for 15:00 more."
    hands.press()
    assert hands.code == "7XW2-M4PD-0C5R"
    assert office.asked[2:] == [f"code {shop.till.device.location_id}"], "nobody signs in once more"
    hands.press("accountClose")
    assert office.asked[-1] == "sign out"
    assert open_dialogs(window) == []


def test_a_code_counts_down_by_the_tills_own_clocks_and_is_gone_when_it_is_over(
    window: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    hands = Hands(window, loop, "makeCode")
    hands.sign_in()
    dialog = hands.dialog
    assert isinstance(dialog, EnrolmentCodeDialog)
    picture = part(dialog, QrPicture, "codePicture")
    shop.clock.advance(61)
    loop.until_is(lambda: hands.says("codeLeft"), "It holds for 13:59 more.")
    assert has_drawn(picture)
    shop.clock.advance(14 * 60)
    loop.until_is(lambda: hands.says("codeLeft"), "This code is over. Make a new one.")
    assert hands.code == "no code"
    assert "8F3K" not in hands.says("enrolmentCode")
    assert not has_drawn(picture)
    hands.press()
    assert (hands.code, hands.says("codeLeft")) == ("7XW2-M4PD-0C5R", "It holds for 15:00 more.")


@pytest.mark.parametrize("look", list(Theme))
def test_the_picture_of_a_code_is_what_a_scanner_reads_in_every_theme(
    window: MainWindow, loop: Loop, qapp: QApplication, look: Theme
) -> None:
    theme.apply_theme(qapp, look)
    hands = Hands(window, loop, "makeCode")
    hands.sign_in()
    drawn = modules_seen(part(hands.dialog, QrPicture, "codePicture").grab().toImage(), 29)
    expected = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=4)
    expected.add_data("8F3KQ2ZN7M4T")
    expected.make()
    assert drawn == [[bool(one) for one in row] for row in expected.get_matrix()]
    assert plain_code("8F3KQ2ZN7M4T") == plain_code(hands.code), "without the hyphen it is the same code"


def modules_seen(image: QImage, across: int) -> list[list[bool]]:
    """Dark or light in the middle of each module."""
    assert image.width() == image.height()
    module = image.width() // across
    start = (image.width() - module * across) // 2
    middles = [start + module * place + module // 2 for place in range(across)]
    return [[image.pixelColor(x, y).lightness() < 128 for x in middles] for y in middles]


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (
            TransientError("no route"),
            "This needs the server, which does not answer. Try it again with a connection.",
        ),
        (
            RejectedError("not_found", "no such path"),
            "This server is too old for this: whoever runs it has to update it first.",
        ),
        (
            ProtocolError("odd"),
            "This till and its server are of different ages: one of them has to be updated first.",
        ),
        (
            AuthError("forbidden", "no"),
            "This account may not enrol tills at Main Street. A manager of that place may.",
        ),
        (
            AuthError("second_factor_missing", "no"),
            "The shop wants a second factor of this account, which has to be set up first: in the settings, "
            "under “You”.",
        ),
        (
            TransientError("no", 100, code="rate_limited"),
            "Too many tries. Wait 2 minutes, and try again.",
        ),
        (RejectedError("quite_new", "no"), "The server did not take this. Nothing was changed."),
    ],
)
def test_why_there_is_no_code_is_said_in_words(
    window: MainWindow, loop: Loop, office: OfficeServer, refusal: SyncError, words: str
) -> None:
    hands = Hands(window, loop, "makeCode")
    office.refusal = refusal
    hands.sign_in()
    assert hands.message == words
    assert part(hands.dialog, QLineEdit, "accountPassword").text() == PASSWORD, "what was typed stays"
    hands.press()
    assert hands.code == "8F3K-Q2ZN-7M4T"


def test_a_wrong_password_is_said_at_its_field(window: MainWindow, loop: Loop) -> None:
    hands = Hands(window, loop, "makeCode")
    hands.sign_in("not the password")
    assert hands.says("accountPasswordProblem") == "User name or password is not right."
    assert part(hands.dialog, QLineEdit, "accountPassword").hasFocus()
    hands.type("accountPassword", PASSWORD)
    assert hands.says("accountPasswordProblem") == "", "it goes as soon as it is mended"


def test_a_sign_in_that_was_ended_meanwhile_is_asked_for_again(
    window: MainWindow, loop: Loop, office: OfficeServer
) -> None:
    hands = Hands(window, loop, "makeCode")
    hands.sign_in()
    office.refusal = AuthError("unauthorized", "ended")
    hands.press()
    assert hands.message == "You were signed out at the server. Sign in again."
    hands.sign_in()
    assert hands.code == "7XW2-M4PD-0C5R"


def test_a_place_that_is_chosen_is_the_one_that_the_code_is_for(
    window: MainWindow, loop: Loop, office: OfficeServer
) -> None:
    hands = Hands(window, loop, "makeCode")
    places = part(hands.dialog, QComboBox, "codePlace")
    places.setCurrentIndex(1)
    chosen = places.currentText()
    hands.sign_in()
    assert office.asked[-1] == f"code {places.itemData(1)}"
    assert f"at {chosen}," in hands.says("codeFor")


def test_nobody_there_closes_the_dialog_and_ends_the_sign_in(
    window: MainWindow, loop: Loop, office: OfficeServer
) -> None:
    hands = Hands(window, loop, "makeCode")
    hands.sign_in()
    window._idle.idle.emit()
    loop.settle()
    assert office.asked[-1] == "sign out"
    assert open_dialogs(window) == []
    assert window.actor is None


# --- a second factor --------------------------------------------------------------------------------------


def test_a_second_factor_is_set_up_and_its_recovery_codes_are_shown_once(
    window: MainWindow, loop: Loop, office: OfficeServer
) -> None:
    hands = Hands(window, loop, "setUpFactor")
    hands.sign_in()
    assert hands.says("factorSecret").strip("\u2066" + POP_ISOLATE).replace(" ", "") == SECRET
    picture = part(hands.dialog, QrPicture, "factorPicture")
    before = picture.grab().toImage()

    hands.press()
    assert hands.says("factorCodeProblem") == "Type the code that the app shows now."
    hands.type("factorCode", "000000")
    hands.press()
    assert hands.says("factorCodeProblem").startswith("This is not the code that the app shows now.")
    assert picture.grab().toImage() == before, "it is in the telephone already"
    assert [one for one in office.asked if one.startswith("begin")] == ["begin alice"]

    hands.type("factorCode", APP_CODE)
    hands.press()
    codes = [hands.says(f"recoveryCode{number}")[1:-1] for number in range(1, 11)]
    assert len(set(codes)) == 10
    assert hands.says("factorSecret") == ""

    QTest.keyClick(hands.dialog, Qt.Key.Key_Escape)
    assert hands.dialog.isVisible(), "they are shown only now"
    assert not part(hands.dialog, QPushButton, "accountDo").isEnabled()
    hands.press("recoveryCopy")
    assert QApplication.clipboard().text().split("\n") == codes
    hands.press("recoveryPrint")
    slip = next(one for one in open_dialogs(window) if isinstance(one, SlipDialog))
    assert all(code in slip_text(slip) for code in codes)
    slip.reject()
    part(hands.dialog, QCheckBox, "recoveryKept").click()
    hands.press()
    assert open_dialogs(window) == []
    assert office.factor_of == {"alice"}


def slip_text(slip: SlipDialog) -> str:
    return part(slip, QTextBrowser, "slipPaper").toPlainText()


def test_a_second_factor_is_replaced_and_ended_by_a_code_of_it(
    window: MainWindow, loop: Loop, office: OfficeServer
) -> None:
    office.factor_of.add("alice")
    hands = Hands(window, loop, "setUpFactor")
    assert not part(hands.dialog, QLineEdit, "accountCode").isVisible()
    hands.sign_in()
    assert hands.says("accountCodeProblem").startswith("Now the code that your authenticator app shows")
    assert part(hands.dialog, QLineEdit, "accountPassword").text() == PASSWORD
    hands.type("accountCode", APP_CODE)
    hands.press()
    assert part(hands.dialog, QLineEdit, "factorCode").isVisible()
    hands.press("accountClose")

    hands = Hands(window, loop, "endFactor")
    hands.sign_in()
    hands.type("accountCode", APP_CODE)
    hands.press()
    assert office.factor_of == set()


def test_a_second_factor_that_the_shop_wants_is_not_ended(
    window: MainWindow, loop: Loop, office: OfficeServer
) -> None:
    hands = Hands(window, loop, "endFactor")
    office.refusal = RejectedError("precondition_failed", "no")
    hands.sign_in()
    assert hands.message == (
        "The shop wants a second factor of this account: it can be replaced, and not be ended."
    )


def test_who_manages_an_account_takes_a_lost_second_factor_away(
    window: MainWindow, loop: Loop, office: OfficeServer
) -> None:
    office.factor_of.add("bob")
    hands = Hands(window, loop, "resetFactor")
    hands.sign_in()
    people = part(hands.dialog, TwoLineList, "factorPeople")
    names = [people.model().index(row, 0).data() for row in range(people.model().rowCount())]
    assert names == ["Bob Lindqvist", "Omar Haddad"], "nobody resets their own here"
    act = part(hands.dialog, QPushButton, "accountDo")
    assert not act.isEnabled(), "nobody is chosen yet"
    people.setCurrentIndex(people.model().index(1, 0))
    assert act.text() == "Take it away from Omar Haddad"
    office.refusal = AuthError("forbidden", "no")
    hands.press()
    assert hands.message == "This account may not change that of Omar Haddad. Nothing was changed."
    people.setCurrentIndex(people.model().index(0, 0))
    hands.press()
    assert office.factor_of == set()
    assert hands.message.startswith("Bob Lindqvist signs in with the password alone")


# --- sign-ins ---------------------------------------------------------------------------------------------


def test_a_person_sees_where_they_are_signed_in_and_ends_one_and_all_others(
    window: MainWindow, loop: Loop, office: OfficeServer
) -> None:
    hands = Hands(window, loop, "showSignIns")
    hands.sign_in()
    listed = part(hands.dialog, TwoLineList, "signIns")
    spoken = [listed.model().index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(3)]
    assert ["This one" in row for row in spoken] == [True, False, False]
    assert "192.168.1.31" in spoken[1]

    listed.setCurrentIndex(listed.model().index(0, 0))
    assert not part(hands.dialog, QPushButton, "endSignIn").isEnabled(), "this one ends with the dialog"
    listed.setCurrentIndex(listed.model().index(1, 0))
    hands.press("endSignIn")
    assert office.ended == ["s-2"]
    assert hands.message == "1 sign-in ended."
    assert listed.model().rowCount() == 2
    hands.press("endOtherSignIns")
    assert office.ended == ["s-2", "s-3"]
    assert listed.model().rowCount() == 1
    assert not part(hands.dialog, QPushButton, "endOtherSignIns").isEnabled()


def test_without_a_network_the_settings_say_so(
    loop: Loop, shop: OfflineShop, bridge: Bridge, agent: SilentAgent, qtbot: QtBot
) -> None:
    window = MainWindow(shop.till, bridge, agent, PEPPER, locale=QLocale("en_GB"))
    qtbot.addWidget(window)
    window.show()
    window.welcome(ALICE)
    window.show_page(SETTINGS)
    part(window, QPushButton, "makeCode").click()
    assert part(window, MessageLine, "settingsMessage").words == "This needs a connection to the server."
    assert open_dialogs(window) == []
