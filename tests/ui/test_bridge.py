"""News from other threads arrives in the window's, and a burst arrives as a few."""

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication

from app.ui.page.changes import MergedChange
from app.ui.window import bridge as bridge_module
from app.ui.window.bridge import Bridge
from sync_agent.events import (
    AgentEvent,
    Attention,
    AttentionCode,
    ConnectionState,
    Progress,
    QueueDrained,
    StateChanged,
)
from tests.kit.windows import Loop


def elsewhere(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_events_arrive_in_the_windows_thread_and_in_order(loop: Loop, qapp: QApplication) -> None:
    bridge, heard = Bridge(), []
    for signal in (
        bridge.stateChanged,
        bridge.attention,
        bridge.progressed,
        bridge.drained,
    ):
        signal.connect(lambda event: heard.append((event, QThread.currentThread())))
    events: list[AgentEvent] = [
        StateChanged(ConnectionState.ONLINE, 1),
        Progress("tenant-demo", 1, 2),
        Attention(AttentionCode.SERVER_RESTORED),
        QueueDrained(3),
    ]

    def tell() -> None:
        for event in events:
            bridge.post_event(event)

    elsewhere(tell)
    loop.until(lambda: len(heard) == len(events))
    main = qapp.thread()
    assert heard == [(event, main) for event in events]


def test_a_burst_of_changes_comes_out_merged_and_whole(loop: Loop) -> None:
    bridge, heard = Bridge(), list[MergedChange]()
    bridge.changed.connect(heard.append)
    burst = 500

    def write() -> None:
        for number in range(burst):
            bridge.post_changed(MergedChange(frozenset({"stock"}), frozenset({f"product-{number}"})))

    elsewhere(write)
    every = {f"product-{number}" for number in range(burst)}
    loop.until(lambda: set[str]().union(*(change.products or () for change in heard)) == every)
    assert len(heard) <= 3


def test_what_a_clerk_did_waits_for_no_rest(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge_module, "CHANGES_EVERY_MS", 60_000)
    bridge, heard = Bridge(), list[MergedChange]()
    bridge.changed.connect(heard.append)
    stock, sale = frozenset({"stock"}), frozenset({"outbox"})
    bridge.post_changed(MergedChange(stock, None))
    loop.until(lambda: len(heard) == 1)
    bridge.post_changed(MergedChange(stock, None))
    for receipts in (2, 3):
        bridge.post_changed(MergedChange(sale, None, by_clerk=True))
        loop.until_is(heard.__len__, receipts)
    assert [change.topics for change in heard] == [stock, stock | sale, sale]


def test_too_many_products_to_name_stay_unnamed_when_merged(loop: Loop) -> None:
    bridge, heard = Bridge(), list[MergedChange]()
    bridge.changed.connect(heard.append)
    bridge.post_changed(MergedChange(frozenset({"stock"}), None))
    bridge.post_changed(MergedChange(frozenset({"outbox"}), frozenset({"product-1"})))
    loop.until(lambda: heard)
    assert heard == [MergedChange(frozenset({"stock", "outbox"}), None)]
