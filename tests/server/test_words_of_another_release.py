"""A store that a newer server has left, and two kinds of clients: who reads new words, and tills of 0.1.0.

The words ("sample", "litre", "trainee" …) are of no release; a newer server's rows are written straight into
the server's own tables and streams.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select, update

from server_stub.clock import SystemClock, TimeOrderedIds
from server_stub.errors import Refusal
from server_stub.operations.queue import OperationQueue
from server_stub.realtime.feed import Feed
from server_stub.realtime.rooms import changes_room, plain_room, side_room, tills_room
from server_stub.services.visibility import (
    Audience,
    known_to,
    visible_event,
    visible_refusal,
    visible_result,
    visible_row,
)
from server_stub.settings import Settings
from server_stub.store import tables as t
from server_stub.store.changes import CommittedChange
from server_stub.store.database import Announcement, Commit, Database, UnitOfWork
from sync_agent.contract import codes, events
from sync_agent.contract.operations import OperationResult
from tests.kit.clients import Person, snapshot
from tests.kit.operations import operation, sale
from tests.kit.servers import ShopServer
from tests.kit.waiting import WAIT_S

TENANT, MAIN = "tenant-demo", "tenant-demo-location-main"
OLD_TILL = Audience(is_till=True, is_tolerant=False)
NEW_TILL = Audience(is_till=True, is_tolerant=True)


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    database = Database(settings.url, clock=SystemClock(), ids=TimeOrderedIds(), readers=1)
    try:
        yield database
    finally:
        database.close()


def a_newer_server_writes(unit: UnitOfWork) -> None:
    """A person of a new role, a product of a new unit, a movement for a new reason, rows of a new kind."""
    unit.streams.lock([TENANT, MAIN])
    person = dict(unit.rows(select(t.user_account).where(t.user_account.c.id == "bob")).mappings().one())
    unit.execute(update(t.user_account).where(t.user_account.c.id == "bob").values(role="trainee", version=9))
    told = {name: person[name] for name in ("id", "username", "name", "locations")}
    unit.streams.publish(TENANT, "user", "bob", 9, {**told, "role": "trainee", "version": 9}, None)
    milk = {"id": "milk", "name": "Milk", "unit": "litre", "unitDecimals": 2, "priceMinor": 120}
    unit.streams.publish(
        TENANT, "product", "milk", 1, {**milk, "taxRatePpm": 0, "deleted": False, "version": 1}, None
    )
    stored = {"id": "milk", "name": "Milk", "unit": "litre", "price_minor": 120, "tax_rate_ppm": 0}
    unit.insert(
        t.product,
        {"tenant_id": "demo", **stored, "barcode": None, "sku": None, "deleted": 0, "version": 1},
    )
    unit.streams.publish(TENANT, "price_list", "summer", 1, {"id": "summer", "version": 1}, None)


async def signed_in(shop: ShopServer, till: Person, *features: str) -> Person:
    """The till with a token that it asked for with these features."""
    body = {"refreshToken": till.answer["deviceToken"], "features": features}
    answer = (await shop.http.post("/api/v1/auth/refresh", json=body)).json()["data"]
    assert answer["forms"] == [1]
    return Person(till.http, answer["accessToken"], till.user_id, till.answer)


async def test_a_tolerant_till_is_sent_what_there_is_and_another_the_nearest_that_it_knows(
    shop: ShopServer, settings: Settings
) -> None:
    enrolled = await shop.enroll(await shop.sign_in("demo", "alice"))
    old, new = await signed_in(shop, enrolled), await signed_in(shop, enrolled, "tolerant", "telepathy")
    before = (await old.changes(TENANT))[-1]["seq"]
    with opened(settings) as database:
        await database.write("demo", a_newer_server_writes)

    heard_by_old, heard_by_new = [await person.changes(TENANT, after=before) for person in (old, new)]
    for heard in (heard_by_old, heard_by_new):
        assert [change["seq"] for change in heard] == [before + 1, before + 2, before + 3]
    user, product, listed = heard_by_new
    assert (user["row"]["role"], product["row"]["unit"]) == ("trainee", "litre")
    assert (product["row"]["unitDecimals"], product["row"]["priceMinor"]) == (2, 120)
    assert listed["row"] == {"id": "summer", "version": 1}
    user, product, listed = heard_by_old
    assert user["row"]["role"] == "clerk"
    assert (product["row"]["unit"], product["row"]["priceMinor"]) == ("each", None)
    assert (listed["resourceType"], "row" in listed) == ("price_list", False)

    for person, role, unit in ((old, "clerk", "each"), (new, "trainee", "litre")):
        rows, _ = await snapshot(person, TENANT)
        assert [row["role"] for row in rows["user"] if row["id"] == "bob"] == [role]
        assert [row["unit"] for row in rows["product"] if row["id"] == "milk"] == [unit]
        assert {row["unitDecimals"] for row in rows["product"] if row["unit"] == "kg"} == {3}


async def test_both_find_their_copies_equal_to_the_servers(shop: ShopServer, settings: Settings) -> None:
    """Words that are mapped change no digest, since it is over ids and versions."""
    enrolled = await shop.enroll(await shop.sign_in("demo", "alice"))
    with opened(settings) as database:
        await database.write("demo", a_newer_server_writes)
    old, new = await signed_in(shop, enrolled), await signed_in(shop, enrolled, "tolerant")
    told = [(await person.get("/realtime/digest", stream=TENANT)).json()["data"] for person in (old, new)]
    known, whole = (digest["resources"] for digest in told)
    assert known == {name: whole[name] for name in known}
    newer = {"notice", "product_alias", "setting"}
    assert whole.keys() - known.keys() == newer, "resource types that 0.1.0 does not have"


async def test_the_server_reads_back_a_product_in_a_unit_that_it_does_not_know(
    shop: ShopServer, settings: Settings
) -> None:
    with opened(settings) as database:
        await database.write("demo", a_newer_server_writes)
    alice = await shop.sign_in("demo", "alice")
    edit = {"set": {"priceMinor": 130}, "base": {"priceMinor": 120, "unit": "litre"}}
    (result,) = await alice.send(operation("product", edit, resourceId="milk"))
    assert result["status"] == "applied"
    change = (await alice.changes(TENANT))[-1]
    assert "row" in change
    (wanted,) = await alice.send(
        operation("product", {"set": {"unit": "ell"}, "base": {}}, resourceId="milk")
    )
    assert (wanted["status"], wanted["code"]) == ("rejected", "bad_request")


async def test_joining_says_which_forms_of_operations_are_read(shop: ShopServer) -> None:
    till = await shop.enroll(await shop.sign_in("demo", "alice"))
    socket = await shop.connect()
    assert (await socket.join(till, features=["changes", "tolerant"]))["data"]["forms"] == [1]
    alice = await shop.sign_in("demo", "alice")
    body = {"refreshToken": alice.answer["refreshToken"]}
    assert (await shop.http.post("/api/v1/auth/refresh", json=body)).json()["data"]["forms"] == [1]


async def test_sockets_of_both_hear_every_change_once(shop: ShopServer) -> None:
    enrolled = await shop.enroll(await shop.sign_in("demo", "alice"))
    old = await shop.join("demo", enrolled, features=["changes"])
    new = await shop.join("demo", enrolled, features=["changes", "tolerant"])
    by_token = await shop.join("demo", await signed_in(shop, enrolled, "tolerant"), features=["changes"])
    (result,) = await enrolled.send(sale({"p": 1}, actorId="bob"))
    seq = result["effects"][0]["seq"]
    heard = [await socket.hear("changes") for socket in (old, new, by_token)]
    assert [event["from"] for event in heard] == [seq, seq, seq]
    assert [len(socket.all_of("changes")) for socket in (old, new, by_token)] == [1, 1, 1]


# --- the live feed ---------------------------------------------------------------------------------------


class Rooms:
    """Every room has a member, and what is sent there is recorded."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, dict[str, Any]]] = []

    def is_listened_to(self, _room: str) -> bool:
        return True

    async def emit(self, event: str, payload: dict[str, Any], room: str) -> None:
        self.sent.append((event, room, payload))

    def to(self, room: str) -> list[dict[str, Any]]:
        return [payload for _, where, payload in self.sent if where == room]


def committed(seq: int, resource_type: str, row: dict[str, Any]) -> CommittedChange:
    return CommittedChange("demo", MAIN, seq, f"c{seq}", resource_type, "p", 1, row, None, 0)


def level(reason: str) -> dict[str, Any]:
    movement = {"id": "m", "reason": reason, "delta": -1, "actorId": "bob"}
    return {"productId": "p", "locationId": "main", "quantity": 3, "version": 1, "movement": movement}


async def published(*changes: CommittedChange, announced: tuple[Announcement, ...] = ()) -> Rooms:
    rooms, done = Rooms(), asyncio.Event()
    feed = Feed(rooms, 0, 100, lambda _commits: done.set())
    running = asyncio.create_task(feed.run())
    feed.offer(Commit(list(changes), list(announced)))
    await asyncio.wait_for(done.wait(), WAIT_S)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return rooms


async def test_words_that_all_know_are_sent_once_to_all() -> None:
    rooms = await published(committed(1, "stock_level", level("sale")))
    assert {room for event, room, _ in rooms.sent if event == "changes"} == {
        tills_room("demo", MAIN),
        changes_room("demo", MAIN),
    }


async def test_a_new_word_goes_to_who_reads_it_and_the_nearest_to_the_others() -> None:
    rooms = await published(committed(1, "stock_level", level("sample")), committed(2, "recall", {"id": "p"}))
    for room in (tills_room("demo", MAIN), changes_room("demo", MAIN)):
        assert rooms.to(room) == []
        (whole,), (known,) = (rooms.to(side_room(room, is_tolerant=reads)) for reads in (True, False))
        assert [change["seq"] for change in whole["changes"]] == [1, 2]
        assert [change["seq"] for change in known["changes"]] == [1, 2]
        assert whole["changes"][0]["row"]["movement"]["reason"] == "sample"
        assert known["changes"][0]["row"]["movement"]["reason"] == "correction"
        assert ["row" in event["changes"][1] for event in (whole, known)] == [True, False]
    (update,) = rooms.to(plain_room("demo", MAIN))
    assert update["reason"] == "correction"


async def test_an_event_that_0_1_0_does_not_know_goes_to_the_others_alone() -> None:
    announced = Announcement("demo", MAIN, "prices-changed", {"productId": "p"})
    rooms = await published(announced=(announced,))
    tills, others = tills_room("demo", MAIN), changes_room("demo", MAIN)
    assert [room for _, room, _ in rooms.sent] == [
        side_room(tills, is_tolerant=True),
        side_room(others, is_tolerant=True),
    ]


# --- each word separately -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource_type", "row", "known"),
    [
        ("stock_movement", {"reason": "sample"}, {"reason": "correction"}),
        ("stock_level", {"movement": {"reason": "sample"}}, {"movement": {"reason": "correction"}}),
        ("product", {"unit": "litre", "unitDecimals": 3, "priceMinor": 5}, {"unit": "kg"}),
        ("product", {"unit": "pair", "unitDecimals": 0, "priceMinor": 5}, {"unit": "each"}),
        ("product", {"unit": "ell", "priceMinor": 5}, {"unit": "each", "priceMinor": None}),
        ("user", {"role": "trainee"}, {"role": "clerk"}),
        ("transaction", {"kind": "layaway"}, {"kind": "no_sale"}),
        (
            "transaction",
            {"kind": "sale", "payments": [{"method": "gift_card"}, {"method": "cash"}]},
            {"payments": [{"method": "other"}, {"method": "cash"}]},
        ),
        ("conflict", {"conflictType": "two_price_lists"}, {"conflictType": "data_inconsistency"}),
        ("conflict", {"resourceType": "price_list"}, {"resourceType": "transaction"}),
        ("conflict", {"status": "withdrawn"}, {"status": "resolved"}),
        ("conflict", {"status": "resolved", "resolution": "split"}, {"resolution": "merge"}),
        ("shift", {"status": "suspended"}, {"status": "open"}),
        ("quarantine", {"status": "forwarded"}, {"status": "open"}),
    ],
)
def test_an_unknown_word_is_mapped_to_the_nearest_that_0_1_0_knows(
    resource_type: str, row: dict[str, Any], known: dict[str, Any]
) -> None:
    assert visible_row(resource_type, row, OLD_TILL) == row | known
    assert visible_row(resource_type, row, NEW_TILL) is row


def test_a_row_without_new_words_is_sent_as_it_is() -> None:
    row = level("sale")
    assert visible_row("stock_level", row, OLD_TILL) is row


def test_a_resource_type_that_0_1_0_does_not_know_is_left_out() -> None:
    assert not known_to(OLD_TILL, "recall")
    assert known_to(NEW_TILL, "recall")
    assert visible_row("recall", {"id": "p"}, OLD_TILL) is None


def test_a_first_look_and_a_decision_are_in_known_words() -> None:
    look = {"recentMovements": [{"reason": "sample"}, {"reason": "sale"}]}
    known = visible_event(events.INITIAL_SYNC, look, OLD_TILL)
    assert known == {"recentMovements": [{"reason": "correction"}, {"reason": "sale"}]}
    decided = {"resolution": "split", "version": 2}
    assert visible_event(events.CONFLICT_RESOLUTION_BROADCAST, decided, OLD_TILL) == decided | {
        "resolution": "merge"
    }
    assert visible_event(events.NOTICE, {"type": "recall"}, OLD_TILL) == {"type": "announcement"}
    assert visible_event("prices-changed", {}, OLD_TILL) is None


# --- results, refusals and ends of sessions ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "known"),
    [
        ({"success": True, "status": "applied_later"}, {"status": "applied"}),
        ({"success": False, "status": "held", "retryAfterMs": 500}, {"status": "deferred"}),
        ({"success": False, "status": "held"}, {"status": "rejected"}),
        ({"success": False, "status": "rejected", "code": "shelf_full"}, {"code": "precondition_failed"}),
        (
            {"success": False, "status": "held", "code": "shelf_full"},
            {"status": "rejected", "code": "precondition_failed"},
        ),
        (
            {"success": False, "status": "conflict", "conflict": {"conflictType": "two_price_lists"}},
            {"conflict": {"conflictType": "data_inconsistency"}},
        ),
        ({"success": False, "status": "deferred", "code": "internal"}, {}),
        ({"success": True, "status": "quarantined"}, {}),
    ],
)
def test_a_result_is_in_known_words(result: dict[str, Any], known: dict[str, Any]) -> None:
    assert visible_result(result, OLD_TILL) == result | known
    assert visible_result(result, NEW_TILL) is result


LATER_CODE = str.__new__(codes.ErrorCode, "of_a_later_release")
"""A member that the enumeration does not have yet."""
LATER_CODE._name_, LATER_CODE._value_ = "OF_A_LATER_RELEASE", "of_a_later_release"


class Newer(Refusal):
    """A refusal with a code of a later release, under an HTTP status."""

    def __init__(self, status: int, details: Any = None) -> None:
        super().__init__(LATER_CODE, "words for people", details=details, retry_after_ms=700)
        self._status = status

    @property
    def http_status(self) -> int:
        return self._status


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "bad_request"),
        (401, "unauthorized"),
        (403, "forbidden"),
        (404, "not_found"),
        (408, "unavailable"),
        (409, "precondition_failed"),
        (410, "cursor_expired"),
        (413, "payload_too_large"),
        (418, "bad_request"),
        (422, "precondition_failed"),
        (425, "unavailable"),
        (426, "upgrade_required"),
        (429, "rate_limited"),
        (451, "bad_request"),
        (500, "internal"),
        (503, "unavailable"),
        (507, "unavailable"),
    ],
)
def test_a_refusal_gets_the_known_code_of_its_status(status: int, code: str) -> None:
    newer = Newer(status)
    assert visible_refusal(newer, NEW_TILL) is newer
    known = visible_refusal(newer, OLD_TILL)
    assert (known.code, known.message, known.retry_after_ms) == (code, "words for people", 700)


LATER_CODES = {
    codes.ErrorCode.SECOND_FACTOR_NEEDED: codes.ErrorCode.UNAUTHORIZED,
    codes.ErrorCode.SECOND_FACTOR_MISSING: codes.ErrorCode.FORBIDDEN,
    codes.ErrorCode.WRONG_SECRET: codes.ErrorCode.FORBIDDEN,
    codes.ErrorCode.TOO_EASY: codes.ErrorCode.PRECONDITION_FAILED,
}
"""What release 0.1.0 does not know, and what it is told instead."""


@pytest.mark.parametrize("code", [code for code in codes.ErrorCode if code not in LATER_CODES])
def test_a_refusal_of_a_known_code_is_sent_as_it_is(code: codes.ErrorCode) -> None:
    refusal = Refusal(code, "words", details={"of": "something"})
    assert visible_refusal(refusal, OLD_TILL) is refusal


@pytest.mark.parametrize("code", LATER_CODES)
def test_a_refusal_of_a_later_code_is_told_as_a_known_one(code: codes.ErrorCode) -> None:
    refusal = Refusal(code, "words")
    assert visible_refusal(refusal, NEW_TILL) is refusal
    told = visible_refusal(refusal, OLD_TILL)
    assert (told.code, told.message) == (LATER_CODES[code], "words")


def test_the_conflict_in_a_refusal_is_in_known_words() -> None:
    moved = Refusal(codes.ErrorCode.CONFLICT_MOVED, "moved", details={"conflictType": "two_price_lists"})
    assert visible_refusal(moved, OLD_TILL).details == {"conflictType": "data_inconsistency"}
    assert visible_refusal(moved, NEW_TILL) is moved


def test_the_end_of_a_session_has_a_known_reason() -> None:
    moved = {"reason": "moved_house"}
    assert visible_event(events.SESSION_ENDED, moved, OLD_TILL) == {"reason": "server_stopping"}
    assert visible_event(events.SESSION_ENDED, moved, NEW_TILL) is moved
    known = {"reason": "signed_out"}
    assert visible_event(events.SESSION_ENDED, known, OLD_TILL) is known


async def test_results_and_refusals_of_a_later_release_come_in_known_words(
    shop: ShopServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By HTTP and by socket."""
    enrolled = await shop.enroll(await shop.sign_in("demo", "alice"))
    old, new = await signed_in(shop, enrolled), await signed_in(shop, enrolled, "tolerant")
    sockets = [await shop.join("demo", enrolled, features=["changes", *more]) for more in ((), ("tolerant",))]
    held = OperationResult(
        id="op", success=False, status="held", code="shelf_full", error="The shelf is full."
    )

    async def process(*_: Any) -> list[OperationResult]:
        return [held]

    monkeypatch.setattr(OperationQueue, "process", process)
    item = sale({"p": 1})
    by_http = [(await person.send(item))[0] for person in (old, new)]
    by_socket = [(await socket.call(events.SYNC_OFFLINE_QUEUE, [item]))["data"][0] for socket in sockets]
    for whole in (by_http, by_socket):
        assert [one["status"] for one in whole] == ["rejected", "held"]
        assert [one["code"] for one in whole] == ["precondition_failed", "shelf_full"]
        assert {one["error"] for one in whole} == {"The shelf is full."}

    async def refuse(*_: Any) -> list[OperationResult]:
        raise Newer(507)

    monkeypatch.setattr(OperationQueue, "process", refuse)
    answers = [await person.post("/realtime/offline-queue", {"items": [item]}) for person in (old, new)]
    assert [one.json()["error"]["code"] for one in answers] == ["unavailable", "of_a_later_release"]
    told = [await socket.call(events.SYNC_OFFLINE_QUEUE, [item]) for socket in sockets]
    assert [one["error"]["code"] for one in told] == ["unavailable", "of_a_later_release"]
