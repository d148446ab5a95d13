"""What a person has to read, on the line at the window's foot and in the list."""

from typing import Any

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from app.services import notices as service
from app.ui.window.bridge import Bridge
from app.ui.window.main_window import MainWindow
from app.ui.window.notices_page import NoticesPage
from app.ui.window.pages import NOTICES
from sync_agent.contract.notices import NoticeRow
from sync_agent.contract.wire import from_ms
from sync_agent.store import notices
from sync_agent.store.notices import DATABASE_REPAIRED, SERVER_RESTORED
from tests.kit.feed import PEPPER, TENANT
from tests.kit.offline_shop import ALICE, OfflineShop
from tests.kit.windows import Keyboard, Loop, part

SAID = "Es wurde gerettet."
HOUR_MS = 3_600_000


def restored(shop: OfflineShop, count: int = 3) -> None:
    shop.store.submit(lambda tx: notices.add(tx, SERVER_RESTORED, {"count": count})).result()


def announced(shop: OfflineShop, words: str, hours: int = 1, notice_id: str = "n-1") -> None:
    now_ms = shop.clock.now_ms()
    row = NoticeRow(
        id=notice_id,
        type="announcement",
        text=words,
        sender_id="omar",
        sender_name="Omar Haddad",
        sent_at=from_ms(now_ms),
        until=from_ms(now_ms + hours * HOUR_MS),
        version=1,
    )
    shop.publish(TENANT, ("notice", notice_id, 1, row))


def said(window: MainWindow) -> str:
    return window.unread.words


def close(loop: Loop, window: MainWindow) -> None:
    part(window, QToolButton, "unreadClose").click()
    loop.settle()


def test_the_server_was_restored_is_read_once_and_does_not_come_back_at_the_next_start(
    loop: Loop, shop: OfflineShop, bridge: Bridge, agent: Any, qtbot: QtBot
) -> None:
    restored(shop)

    def start() -> MainWindow:
        made = MainWindow(shop.till, bridge, agent, PEPPER, locale=QLocale("en_GB"))
        qtbot.addWidget(made)
        made.show()
        return made

    window = start()
    assert said(window).startswith("The server was restored from a backup and had lost 3 entries")
    assert start().unread.isVisible(), "nobody has read it"
    close(loop, window)
    assert not window.unread.isVisible()
    assert not start().unread.isVisible()


def test_notices_are_shown_one_after_another_and_a_managers_only_to_somebody(
    loop: Loop, shop: OfflineShop, window: MainWindow
) -> None:
    announced(shop, "Closing at <b>four</b>")
    restored(shop)
    loop.settle()
    assert "restored" in said(window)
    close(loop, window)
    assert not window.unread.isVisible(), "the other is for whoever signs in"
    window.welcome(ALICE)
    assert said(window).startswith("Omar Haddad, ")
    assert said(window).endswith(": Closing at <b>four</b>")
    shown = part(window.unread, QLabel, "unreadWords")
    assert shown.textFormat() is Qt.TextFormat.PlainText
    close(loop, window)
    assert not window.unread.isVisible()
    assert service.unread(shop.till) == []


def test_what_is_unread_waits_while_the_window_says_something_else(
    loop: Loop, shop: OfflineShop, selling: MainWindow
) -> None:
    """Two lines at the foot would push the status strip off a small screen."""
    restored(shop)
    loop.settle()
    assert selling.unread.isVisible()
    selling.notice.say("Something in this window went wrong.")
    loop.settle()
    assert (selling.notice.isVisible(), selling.unread.isVisible()) == (True, False)
    selling.notice.clear()
    loop.settle()
    assert selling.unread.isVisible()
    assert said(selling).startswith("The server was restored")


def test_a_notice_that_has_ended_goes(loop: Loop, shop: OfflineShop, selling: MainWindow) -> None:
    announced(shop, "Closing at four", hours=2)
    loop.settle()
    assert selling.unread.isVisible()
    shop.clock.advance(2 * HOUR_MS / 1000)
    selling.unread.show_next()
    assert not selling.unread.isVisible()
    assert service.listed(shop.till) == []


def test_the_list_is_reached_by_its_key_and_says_who_sent_what_and_what_was_read(
    loop: Loop, shop: OfflineShop, selling: MainWindow, keys: Keyboard
) -> None:
    announced(shop, "Closing at <b>four</b>")
    announced(shop, "Stocktaking on Sunday", notice_id="n-2")
    loop.settle()
    selling.show_page(NOTICES)
    page = selling.page(NOTICES)
    assert isinstance(page, NoticesPage)
    texts = {part(page, QLabel, f"notice{number}").text() for number in (0, 1)}
    assert texts == {"Closing at <b>four</b>", "Stocktaking on Sunday"}
    assert part(page, QLabel, "notice0").textFormat() is Qt.TextFormat.PlainText
    part(page, QPushButton, "noticeRead0").click()
    loop.settle()
    assert [line.is_read for line in service.listed(shop.till)].count(True) == 1
    assert any(each.text() == "Read" for each in page.findChildren(QLabel))


def test_a_sentence_that_an_older_release_stored_is_shown_as_it_is(
    loop: Loop, shop: OfflineShop, window: MainWindow
) -> None:
    shop.store.submit(
        lambda tx: tx.connection.exec_driver_sql(
            "INSERT INTO notice (at_ms, kind, message) VALUES (1, ?, 'Es wurde gerettet.')",
            (DATABASE_REPAIRED,),
        )
    ).result()
    window.unread.show_next()
    assert said(window) == SAID
