"""What the strip says, word for word, and what is announced once."""

from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from app.ui.page.state import StripText
from app.ui.widgets.theme import Tone
from app.ui.window import bridge as bridge_module
from app.ui.window.bridge import Bridge
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SELL, SYNC
from app.ui.window.status_strip import OFFLINE_AFTER_MS, Backlog, strip_text
from sync_agent.events import ConnectionState, QueueDrained, StateChanged
from tests.kit.offline_shop import OfflineShop
from tests.kit.windows import Keyboard, Loop, part, scan

S = ConnectionState


@dataclass(frozen=True)
class Held:
    waiting: int = 0
    attention: int = 0
    conflicts: int = 0
    others: int = 0
    flagged: int = 0

    @property
    def sales(self) -> int:
        return self.waiting - self.others


@pytest.mark.parametrize(
    ("state", "held", "silent_ms", "words", "tone"),
    [
        (S.ONLINE, Held(), 0, "Online · All sent", Tone.GOOD),
        (S.ONLINE, Held(10), 0, "Online · Sending 3 of 12", Tone.BUSY),
        (S.ONLINE, Held(attention=2), 0, "Online · 2 need attention", Tone.WARN),
        (S.ONLINE, Held(attention=1), 0, "Online · 1 needs attention", Tone.WARN),
        (S.ONLINE, Held(conflicts=1, attention=1), 0, "Online · 2 need attention", Tone.WARN),
        (S.ONLINE, Held(10, conflicts=1), 0, "Online · Sending 3 of 12 · 1 needs attention", Tone.BUSY),
        (S.SYNCING, Held(), 0, "Online · Fetching what is new", Tone.BUSY),
        (S.SYNCING, Held(10), 0, "Online · Sending 3 of 12", Tone.BUSY),
        (S.OFFLINE, Held(), 5_000, "Offline since 14:02", Tone.WARN),
        (S.OFFLINE, Held(12), 5_000, "Offline since 14:02 · 12 sales saved on this till", Tone.WARN),
        (
            S.OFFLINE,
            Held(3, others=1),
            5_000,
            "Offline since 14:02 · 3 entries saved on this till",
            Tone.WARN,
        ),
        (S.OFFLINE, Held(1, 0, 0, 1), 5_000, "Offline since 14:02 · 1 entry saved on this till", Tone.WARN),
        (S.OFFLINE, Held(1), 60_000, "Offline since 14:02 · 1 sale saved on this till", Tone.WARN),
        (S.CONNECTING, Held(12), 60_000, "Offline since 14:02 · 12 sales saved on this till", Tone.WARN),
        (S.OFFLINE, Held(), 4_999, "Connecting", Tone.PLAIN),
        (S.CONNECTING, Held(3), 0, "Connecting · 3 sales saved on this till", Tone.PLAIN),
        (S.NEEDS_SIGN_IN, Held(12), 0, "Online · Sign in again to send 12", Tone.WARN),
        (S.NEEDS_SIGN_IN, Held(), 0, "Online · Sign in again", Tone.WARN),
        (S.NEEDS_ENROLMENT, Held(12), 0, "This till must be enrolled again · 12 sales saved here", Tone.BAD),
        (S.NEEDS_ENROLMENT, Held(), 0, "This till must be enrolled again", Tone.BAD),
    ],
)
def test_the_strip_says(state: S, held: Held, silent_ms: int, words: str, tone: Tone) -> None:
    text = strip_text(
        state, held, 0, silent_ms, backlog=Backlog(waiting=10, total=12), clock=lambda _moment: "14:02"
    )
    assert (text.words, text.tone) == (words, tone)


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("held", [Held(1), Held(attention=1), Held(conflicts=1), Held(3, 2, 1)])
def test_it_is_never_green_while_anything_is_unsent(state: S, held: Held) -> None:
    for silent_ms in (0, OFFLINE_AFTER_MS):
        text = strip_text(state, held, 0, silent_ms, backlog=Backlog(1, 1), clock=str)
        assert text.tone is not Tone.GOOD
        assert text.icon != "check"


@pytest.mark.parametrize("state", list(S))
def test_colour_never_speaks_alone(state: S) -> None:
    text = strip_text(state, Held(2), 0, OFFLINE_AFTER_MS, backlog=Backlog(2, 2), clock=str)
    assert text.icon
    assert text.words


def test_the_backlog_counts_from_when_the_queue_was_last_empty() -> None:
    backlog = Backlog()
    for waiting in (12, 11, 10, 9):
        backlog = backlog.now_at(waiting)
    assert (backlog.position, backlog.total) == (4, 12)
    assert backlog.now_at(11).total == 14
    assert backlog.now_at(0) == Backlog()


def test_a_short_silence_is_not_called_offline(window: MainWindow, bridge: Bridge, shop: OfflineShop) -> None:
    say(bridge, S.ONLINE, shop)
    assert window.strip.strip_text.words == "Online · All sent"
    say(bridge, S.OFFLINE, shop)
    assert window.strip.strip_text.words == "Connecting"
    say(bridge, S.ONLINE, shop)
    assert window.strip.strip_text.words == "Online · All sent"
    assert window.notice.isHidden()


def test_the_first_loss_is_said_once_and_the_return_when_all_is_sent(
    selling: MainWindow, bridge: Bridge, shop: OfflineShop
) -> None:
    say(bridge, S.ONLINE, shop)
    say(bridge, S.OFFLINE, shop)
    shop.clock.advance(6)
    selling.strip.refresh()
    assert selling.notice.words == (
        "No connection. Keep selling: everything is saved on this till and will be sent by itself. "
        "Stock of other shops is as of 16:06."
    )
    selling.notice.clear()
    say(bridge, S.CONNECTING, shop)
    say(bridge, S.OFFLINE, shop)
    assert selling.notice.isHidden(), "the same outage is not announced twice"
    bridge.post_event(QueueDrained(12))
    QApplication.processEvents()
    assert selling.notice.words == "Connected again. 12 sales sent."
    selling.notice.clear()
    bridge.post_event(QueueDrained(1))
    QApplication.processEvents()
    assert selling.notice.isHidden(), "an ordinary sale that is sent is no news"


@pytest.fixture
def rare_news(monkeypatch: pytest.MonkeyPatch) -> None:
    """What changes comes out once, and then not for a minute."""
    monkeypatch.setattr(bridge_module, "CHANGES_EVERY_MS", 60_000)


@pytest.mark.usefixtures("rare_news")
def test_a_done_sale_never_stands_beside_all_sent(
    selling: MainWindow, bridge: Bridge, keys: Keyboard, loop: Loop, shop: OfflineShop
) -> None:
    say(bridge, S.ONLINE, shop)
    for receipt, words in (("T2-000001", "Sending 1 of 1"), ("T2-000002", "Sending 1 of 2")):
        scan("2000000000015")
        selling.page(SELL).ask_for_money()
        keys.press(Qt.Key.Key_Return)
        loop.until_is(lambda: part(selling, QLabel, "doneReceipt").text(), receipt)
        assert selling.strip.strip_text.words == f"Online · {words}"


def test_a_notice_takes_no_focus(selling: MainWindow, bridge: Bridge, shop: OfflineShop) -> None:
    before = QApplication.focusWidget()
    say(bridge, S.OFFLINE, shop)
    shop.clock.advance(6)
    selling.strip.refresh()
    assert selling.notice.isVisible()
    assert QApplication.focusWidget() is before
    assert QApplication.activeModalWidget() is None


def test_the_strip_is_low_keeps_its_place_and_opens_the_sync_centre(selling: MainWindow, loop: Loop) -> None:
    assert selling.strip.height() <= 36
    assert selling.strip.geometry().bottom() == selling.height() - 1
    selling.strip.click()
    assert selling.page(SYNC).isVisible()
    assert part(selling, QPushButton, "navSync").isChecked()


def test_the_strip_tells_a_screen_reader_its_words(window: MainWindow) -> None:
    assert window.strip.accessibleName() == window.strip.strip_text.words
    assert isinstance(window.strip.strip_text, StripText)


def say(bridge: Bridge, state: ConnectionState, shop: OfflineShop) -> None:
    bridge.post_event(StateChanged(state, shop.clock.now_ms()))
    QApplication.processEvents()
