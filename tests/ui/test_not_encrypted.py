"""A till whose server is reached without encryption says so for as long as it is so."""

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.ui.widgets.parts import MessageLine
from app.ui.window.bridge import Bridge
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SETTINGS
from sync_agent.store import tables as t
from tests.kit.agents import SilentAgent
from tests.kit.feed import PEPPER
from tests.kit.offline_shop import ALICE, OfflineShop
from tests.kit.windows import Loop, part


@pytest.fixture
def plain_window(
    loop: Loop, shop: OfflineShop, bridge: Bridge, agent: SilentAgent, qtbot: QtBot
) -> MainWindow:
    """As a release before this one has enrolled it."""
    moved = t.device.update().values(server_url="http://192.168.1.5:8765")
    loop.run(shop.store.write(lambda tx: tx.execute(moved)))
    made = MainWindow(shop.till, bridge, agent, PEPPER, locale=QLocale("en_GB"))
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_mark_stays_and_says_what_to_do(plain_window: MainWindow, loop: Loop) -> None:
    mark = part(plain_window, QPushButton, "notEncrypted")
    assert mark.isVisible()
    mark.click()
    notice = part(plain_window, MessageLine, "notice")
    assert "http://192.168.1.5:8765 is not encrypted" in notice.words
    notice.clear()
    plain_window.welcome(ALICE)
    assert mark.isVisible()
    assert mark.height() <= 36


def test_where_an_admins_password_is_typed_it_is_said(plain_window: MainWindow, loop: Loop) -> None:
    plain_window.welcome(ALICE)
    plain_window.show_page(SETTINGS)
    words = [label.text() for label in plain_window.page(SETTINGS).findChildren(QLabel)]
    assert any("others in the network can read the password" in text for text in words)


def test_a_till_of_this_computer_or_with_https_has_no_mark(window: MainWindow) -> None:
    assert window.findChild(QPushButton, "notEncrypted") is None
