"""Settings, "You": a person changes their own PIN and password, by the current one."""

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.ui.page.context import OwnChange, OwnSecret
from app.ui.widgets.parts import MessageLine
from app.ui.window.bridge import Bridge
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SELL, SETTINGS
from sync_agent.errors import RejectedError, SyncError, TransientError
from tests.kit.agents import SilentAgent
from tests.kit.feed import PEPPER
from tests.kit.offline_shop import BOB, OfflineShop
from tests.kit.windows import Loop, part


class Server:
    """Takes a change, or refuses it."""

    def __init__(self) -> None:
        self.asked: list[OwnChange] = []
        self.refusal: SyncError | None = None

    async def change(self, change: OwnChange) -> None:
        self.asked.append(change)
        if self.refusal is not None:
            raise self.refusal


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def window(
    loop: Loop, shop: OfflineShop, bridge: Bridge, agent: SilentAgent, qtbot: QtBot, server: Server
) -> MainWindow:
    window = MainWindow(shop.till, bridge, agent, PEPPER, locale=QLocale("en_GB"), change_own=server.change)
    qtbot.addWidget(window)
    window.show()
    window.welcome(BOB)
    window.show_page(SETTINGS)
    part(window, QPushButton, "settingsYou").click()
    return window


def type_into(window: MainWindow, name: str, current: str, new: str, again: str | None = None) -> None:
    for which, text in (("Current", current), ("New", new), ("Again", new if again is None else again)):
        part(window, QLineEdit, f"{name}{which}").setText(text)


def submit(window: MainWindow, loop: Loop, name: str) -> str:
    part(window, QPushButton, name).click()
    loop.settle()
    return part(window, MessageLine, "settingsMessage").words


def test_a_clerk_changes_their_pin_and_their_password(window: MainWindow, loop: Loop, server: Server) -> None:
    type_into(window, "ownPin", "1357", "4711")
    assert submit(window, loop, "changePin").startswith("Your PIN is changed.")
    type_into(window, "ownPassword", "the old password", "kettle-harbour-violin")
    assert submit(window, loop, "changePassword").startswith("Your password is changed.")
    assert server.asked == [
        OwnChange(BOB.id, OwnSecret.PIN, "1357", "4711"),
        OwnChange(BOB.id, OwnSecret.PASSWORD, "the old password", "kettle-harbour-violin"),
    ]
    assert part(window, QLineEdit, "ownPinCurrent").text() == ""
    assert part(window, QLineEdit, "ownPasswordNew").text() == ""


def test_what_was_not_typed_the_same_twice_is_not_sent(
    window: MainWindow, loop: Loop, server: Server
) -> None:
    type_into(window, "ownPin", "1357", "4711", "4712")
    assert submit(window, loop, "changePin") == "The new one was not typed the same twice."
    type_into(window, "ownPassword", "", "kettle-harbour-violin")
    assert submit(window, loop, "changePassword") == "Fill in “Current password” first."
    assert server.asked == []


@pytest.mark.parametrize(
    ("refusal", "pin_words", "password_words"),
    [
        (
            TransientError("no route"),
            "This needs the server, which does not answer. Nothing was changed.",
            "This needs the server, which does not answer. Nothing was changed.",
        ),
        (
            RejectedError("wrong_secret", "no"),
            "The current PIN is not right. Nothing was changed.",
            "The current password is not right. Nothing was changed.",
        ),
        (
            RejectedError("too_easy", "no"),
            "This PIN is too easy to guess: no rows, repeats, years or dates.",
            "This password is too easy to guess. Take a few words that do not belong together.",
        ),
        (
            RejectedError("bad_request", "no"),
            "A PIN has 4 to 8 figures.",
            "A password has at least 10 letters.",
        ),
        (
            TransientError("no", code="rate_limited"),
            "Too many tries. Wait a minute; nothing was changed.",
            "Too many tries. Wait a minute; nothing was changed.",
        ),
        (
            RejectedError("not_found", "an older server"),
            "The server did not take this. Nothing was changed.",
            "The server did not take this. Nothing was changed.",
        ),
    ],
)
def test_a_refusal_says_why(
    window: MainWindow, loop: Loop, server: Server, refusal: SyncError, pin_words: str, password_words: str
) -> None:
    server.refusal = refusal
    type_into(window, "ownPin", "1357", "4711")
    assert submit(window, loop, "changePin") == pin_words
    assert part(window, QLineEdit, "ownPinNew").text() == "4711"
    type_into(window, "ownPassword", "the old password", "kettle-harbour-violin")
    assert submit(window, loop, "changePassword") == password_words


def test_what_was_typed_is_forgotten_when_the_page_is_left(window: MainWindow) -> None:
    type_into(window, "ownPin", "1357", "4711")
    window.show_page(SELL)
    window.show_page(SETTINGS)
    assert part(window, QLineEdit, "ownPinCurrent").text() == ""
