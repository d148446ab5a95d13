"""The sync centre: pending, refused and sent operations, explained and always current."""

from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot
from sqlalchemy import update

from app.domain.cart import Cart
from app.services.stock import catalogue, inventory
from app.ui.sync.page import Tab
from app.ui.widgets.parts import MessageLine
from app.ui.window.bridge import Bridge
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SYNC
from sync_agent.contract.streams import Change
from sync_agent.contract.wire import from_ms
from sync_agent.events import ConnectionState, StateChanged
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.replica import flagged
from tests.kit import selling
from tests.kit.agents import SilentAgent
from tests.kit.offline_shop import ALICE, OfflineShop
from tests.kit.windows import Loop, part


def test_an_empty_queue_says_that_the_server_has_everything(selling: MainWindow) -> None:
    selling.show_page(SYNC)
    assert part(selling, QPushButton, "tabWaiting").isChecked()
    assert rows(selling, "waitingRows") == []


def test_a_sale_waits_in_the_clerks_language_and_its_next_attempt_counts_down(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    sell(shop, loop)
    selling.show_page(SYNC)
    assert rows(selling, "waitingRows") == [
        ["Sale T2-000001", "2 items · 13.00 · Alice Moreau", "16:06", "Waiting"]
    ]
    change(shop, next_attempt_ms=shop.clock.now_ms() + 34_000)
    loop.until(lambda: rows(selling, "waitingRows")[0][3] == "Will try again at 16:07 (in 34 s)")
    shop.clock.advance(3)
    assert rows(selling, "waitingRows")[0][3] == "Will try again at 16:07 (in 31 s)"


def test_tabs_carry_their_counts_and_the_list_follows_the_store(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    selling.show_page(SYNC)
    sell(shop, loop)
    loop.until(lambda: part(selling, QPushButton, "tabWaiting").text() == "Waiting · 1")
    assert len(rows(selling, "waitingRows")) == 1
    change(shop, status="completed", finished_ms=shop.clock.now_ms())
    loop.until(lambda: part(selling, QPushButton, "tabWaiting").text() == "Waiting")
    part(selling, QPushButton, "tabSent").click()
    assert rows(selling, "sentRows")[0][3] == "At the server"


def test_a_refusal_is_told_in_full(selling: MainWindow, loop: Loop, shop: OfflineShop) -> None:
    words = "The price of “Blue mug” was not changed: only a manager may do that."
    sell(shop, loop)
    change(shop, status="dead_letter", error=words)
    loop.until(lambda: "· 1" in part(selling, QPushButton, "navSync").text())
    selling.show_page(SYNC)
    assert part(selling, QPushButton, "tabAttention").isChecked(), "opens on what needs a person"
    assert part(selling, QLabel, "refusalWords").text() == words
    assert rows(selling, "attentionRows")[0][3] == "Refused"
    assert selling.strip.strip_text.words.endswith("1 sale saved on this till") is False


def test_a_conflict_ages_in_sight_and_is_decided_later_or_now(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    shop.open_conflict(shop.stock_conflict())
    loop.until(lambda: "· 1" in part(selling, QPushButton, "navSync").text())
    selling.show_page(SYNC)
    assert rows(selling, "conflictRows") == [["Stock of Blue mug", "Another till", "10 min", "To be decided"]]
    shop.clock.advance(3 * 3600)
    assert rows(selling, "conflictRows")[0][2] == "3 hours"
    part(selling, QPushButton, "decide").click()
    part(selling, QPushButton, "useServer").click()
    loop.settle()
    loop.until(lambda: rows(selling, "conflictRows")[0][3] == "Decided, not sent yet")
    assert not part(selling, QPushButton, "decide").isEnabled()


def test_try_now_asks_the_agent(selling: MainWindow, bridge: Bridge, agent: SilentAgent, loop: Loop) -> None:
    selling.show_page(SYNC)
    part(selling, QPushButton, "tryNow").click()
    assert agent.asked == ["try_now"]
    assert part(selling, MessageLine, "syncMessage").words == "Trying now."
    bridge.post_event(StateChanged(ConnectionState.NEEDS_SIGN_IN, 0))
    loop.until(lambda: "Sign in again" in part(selling, QLabel, "syncState").text())
    part(selling, QPushButton, "tryNow").click()
    assert agent.asked == ["try_now", "resume"]


def test_what_was_changed_and_sent_again_is_said_and_not_overwritten(
    selling: MainWindow, agent: SilentAgent, loop: Loop, shop: OfflineShop
) -> None:
    loop.run(inventory.adjust(shop.till, shop.product_id("Blue mug"), 6, "receive", None, ALICE))
    change(shop, status="dead_letter", error="This delivery was entered already.")
    loop.until(lambda: "· 1" in part(selling, QPushButton, "navSync").text())
    selling.show_page(SYNC)
    part(selling, QPushButton, "editEntry").click()
    dialog = part(selling, QDialog, "editDialog")
    part(dialog, QLineEdit, "edit-delta").setText("5")
    part(dialog, QPushButton, "editSend").click()
    loop.settle()
    assert agent.asked == ["try_now"]
    assert part(selling, MessageLine, "syncMessage").words.startswith("Changed and sent again.")


def test_the_header_says_when_all_was_last_in_step(
    selling: MainWindow, shop: OfflineShop, loop: Loop
) -> None:
    sell(shop, loop)
    last_ms = shop.clock.now_ms() - 3_600_000
    shop.write(lambda tx: tx.execute(update(t.link).values(last_full_sync_ms=last_ms)))
    selling.show_page(SYNC)
    facts = part(selling, QLabel, "syncFacts").text()
    assert facts == "Last complete sync: 15:06 · Oldest unsent: 16:06"


def test_a_window_that_comes_late_begins_with_the_last_known_state(
    shop: OfflineShop, bridge: Bridge, agent: SilentAgent, loop: Loop, qtbot: QtBot
) -> None:
    bridge.post_event(StateChanged(ConnectionState.ONLINE, shop.clock.now_ms()))
    loop.until(lambda: bridge.state is not None)
    late = MainWindow(shop.till, bridge, agent, "pepper")
    qtbot.addWidget(late)
    assert late.strip.strip_text.words == "Online · All sent"
    assert late.page(SYNC).isHidden()
    late.page(SYNC).show_tab(Tab.SENT)


def sell(shop: OfflineShop, loop: Loop) -> None:
    mug = catalogue.by_code(shop.till, "2000000000015")
    assert mug is not None
    loop.run(selling.sell(shop.till, Cart().add(mug, 2), ALICE))


def change(shop: OfflineShop, **values: object) -> None:
    """What the agent would write of the operations' fate."""

    def work(tx: Transaction) -> None:
        tx.execute(update(t.outbox).values(**values))
        tx.touch(Topic.OUTBOX)

    shop.write(work)


def rows(window: MainWindow, name: str) -> list[list[str]]:
    model = part(window, QTableView, name).model()
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_what_the_server_flagged_is_told_in_words_until_a_manager_has_looked(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    flags = [
        "not_approved:refund_without_receipt",
        "unknown_approver:nobody",
        "unknown_product:p",
        "odd_moon",
    ]
    hear_of_a_refund(shop, flags)
    loop.until(lambda: "· 1" in part(selling, QPushButton, "navSync").text())
    selling.show_page(SYNC)
    assert part(selling, QPushButton, "tabAttention").isChecked()
    [[what, detail, _when, state]] = rows(selling, "attentionRows")
    assert (what, state) == ("Refund T9-000004", "To be looked at")
    assert detail.endswith("9999.99 · Alice Moreau")
    words = part(selling, QLabel, "refusalWords").text()
    assert "Nobody who may approved it: refund without a receipt." in words
    assert "The shop does not know nobody, who approved it." in words
    assert "odd_moon." in words
    assert not part(selling, QPushButton, "tryEntryAgain").isVisible()
    part(selling, QPushButton, "markSeen").click()
    loop.until(lambda: rows(selling, "attentionRows") == [])
    loop.until(lambda: "·" not in part(selling, QPushButton, "navSync").text())


def test_a_flag_that_went_away_takes_the_entry_away_and_only_a_new_one_brings_it_back(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    def listed() -> list[str]:
        return [row[0] for row in rows(selling, "attentionRows")]

    hear_of_a_refund(shop, ["unknown_product:p", "unknown_reference:T1-000001", "too_much_money:999999"])
    selling.show_page(SYNC)
    part(selling, QPushButton, "tabAttention").click()
    loop.until(lambda: listed() == ["Refund T9-000004"])
    assert "An amount is too large to be true: 9999.99." in part(selling, QLabel, "refusalWords").text()
    hear_of_a_refund(shop, ["too_much_money:999999"], version=2)
    assert listed() == ["Refund T9-000004"], "another flag is left"
    hear_of_a_refund(shop, [], version=3)
    loop.until(lambda: listed() == [])
    hear_of_a_refund(shop, ["voided_twice:T1-000001"], version=4)
    loop.until(lambda: listed() == ["Refund T9-000004"])
    part(selling, QPushButton, "markSeen").click()
    loop.until(lambda: listed() == [])
    hear_of_a_refund(shop, ["voided_twice:T1-000001"], version=5)
    hear_of_a_refund(shop, ["no_lines"], version=3)
    assert listed() == [], "it was seen, and what is older than what is known counts for nothing"
    hear_of_a_refund(shop, ["voided_twice:T1-000001", "number_used_twice:T9-000004"], version=6)
    loop.until(lambda: listed() == ["Refund T9-000004"])


def test_stock_of_a_product_that_does_not_exist_is_listed_until_it_does(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    def hear(version: int, *flags: str) -> None:
        row = {
            "productId": "ghost",
            "locationId": "main",
            "flags": flags,
            "actorId": ALICE.id,
            "since": "2026-03-01T08:00:00.000Z",
            "version": version,
        }
        told = Change(
            seq=version,
            change_id="c",
            resource_type="stock_flag",
            resource_id="ghost",
            version=version,
            row=row,
            at=from_ms(0),
        )
        shop.write(lambda tx: flagged.note(tx, [told]))

    hear(1, "unknown_product:ghost")
    selling.show_page(SYNC)
    part(selling, QPushButton, "tabAttention").click()
    loop.until(
        lambda: (
            [row[:2] for row in rows(selling, "attentionRows")]
            == [["Stock of an unknown product", "ghost · Alice Moreau"]]
        )
    )
    assert "The catalogue did not know ghost." in part(selling, QLabel, "refusalWords").text()
    hear(2)
    loop.until(lambda: rows(selling, "attentionRows") == [])


def hear_of_a_refund(shop: OfflineShop, flags: list[str], version: int = 1) -> None:
    """The place's stream has another till's refund, with these flags."""
    row = {
        "id": "refund-of-another",
        "kind": "refund",
        "receiptNumber": "T9-000004",
        "currency": "GBP",
        "totalMinor": 999_999,
        "occurredAt": "2026-03-01T08:00:00.000Z",
        "receivedAt": "2026-03-01T08:00:01.000Z",
        "actorId": ALICE.id,
        "locationId": "main",
        "flags": flags,
    }
    told = Change(
        seq=1,
        change_id="c",
        resource_type="transaction",
        resource_id="refund-of-another",
        version=version,
        row=row | {"version": version},
        at=from_ms(0),
    )

    def hear(tx: Transaction) -> None:
        for _twice in range(2):
            flagged.note(tx, [told])

    shop.write(hear)
