"""Transfers: goods leave one place and are at the other, in one transaction, whatever else happens."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.kit.operations import T0_MS, count, movement, operation, transfer
from tests.kit.rules import Rules
from tests.kit.servers import ShopServer


@pytest.fixture(autouse=True)
def goods_are_listed(rules: Rules) -> None:
    rules.lists_what_moves = True


def reasons(rules: Rules) -> list[Any]:
    return rules.query("SELECT location_id, delta, reason FROM stock_movement ORDER BY id")


def test_goods_leave_one_place_and_arrive_at_the_other(rules: Rules) -> None:
    rules.send("d1", movement("p", 10))
    (result,) = rules.send("d1", transfer({"p": 4}))
    assert result["status"] == "applied"
    assert (rules.level("p"), rules.level("p", "annex")) == ((6, 2), (4, 1))
    assert reasons(rules)[1:] == [("main", -4, "transfer_out"), ("annex", 4, "transfer_in")]


def test_both_streams_tell_of_a_transfer(rules: Rules) -> None:
    (result,) = rules.send(None, movement("p", 10), transfer({"p": 4}))[1:]
    told = {(effect["stream"], effect["seq"]) for effect in result["effects"]}
    assert told == {("tenant-t-location-main", 2), ("tenant-t-location-annex", 1)}
    assert (
        set(rules.query("SELECT stream, seq FROM change WHERE operation_id = :id", id=result["id"])) == told
    )


def test_lines_of_one_product_are_one_movement_at_each_end(rules: Rules) -> None:
    twice = transfer({"p": 2})
    twice["data"]["lines"] *= 2
    rules.send("d1", twice)
    assert (rules.level("p"), rules.level("p", "annex")) == ((-4, 1), (4, 1))


def test_a_transfer_sent_again_moves_nothing(rules: Rules) -> None:
    sent = transfer({"p": 4})
    (first,) = rules.send("d1", sent)
    assert rules.send("d1", sent) == [{**first, "repeated": True}]
    assert rules.level("p", "annex") == (4, 1)


def test_what_is_no_transfer_is_refused_and_moves_nothing(rules: Rules) -> None:
    results = rules.send(
        "d1",
        transfer({"p": 1}, to="main"),
        transfer({"p": 1}, to="nowhere"),
        transfer({"p": 1}, locationId="annex", to="main"),
        transfer({"p": 0}),
        transfer({}),
        transfer({"p": 10**12, "q": 1}),
        transfer({"q": 10**12, "p": 10**12}),
        {**transfer({"p": 1}), "operation": "update"},
    )
    assert [result.get("code") for result in results] == [
        "bad_request",
        "not_found",
        "forbidden",
        "bad_request",
        "bad_request",
        "precondition_failed",
        "precondition_failed",
        "precondition_failed",
    ]
    assert rules.level("q", "annex") == rules.level("q") == (0, 0)


def test_a_movement_that_is_refused_for_its_size_blocks_no_transfer(rules: Rules) -> None:
    (refused,) = rules.send(None, movement("q", 10**12, locationId="annex"))
    (result,) = rules.send("d1", transfer({"p": 1, "q": 1}))
    assert (refused["code"], result["status"]) == ("precondition_failed", "applied")
    assert (rules.level("p"), rules.level("q", "annex")) == ((-1, 1), (1, 1))


def test_a_transfer_without_a_place_is_refused(rules: Rules) -> None:
    sent = transfer({"p": 1})
    del sent["locationId"]
    assert rules.send("d1", sent)[0]["code"] == "bad_request"


def test_a_count_at_either_end_stands_against_a_transfer_that_arrives_late(rules: Rules) -> None:
    rules.send(None, count("p", 20, T0_MS, locationId="main"), count("p", 7, T0_MS, locationId="annex"))
    rules.send("d1", transfer({"p": 5}, at_ms=T0_MS - 60_000))
    assert (rules.level("p"), rules.level("p", "annex")) == ((20, 3), (7, 3))
    rules.send("d1", transfer({"p": 5}, at_ms=T0_MS + 60_000))
    assert (rules.level("p")[0], rules.level("p", "annex")[0]) == (15, 12)


def test_a_transfer_from_an_empty_shelf_is_taken_and_shows_the_shortage(rules: Rules) -> None:
    (result,) = rules.send("d1", transfer({"p": 3}))
    assert [effect["resourceType"] for effect in result["effects"]].count("oversold") == 1
    assert rules.query("SELECT location_id, quantity, open FROM oversold") == [("main", -3, 1)]


def test_an_upload_with_a_transfer_to_nowhere_keeps_the_rest(rules: Rules) -> None:
    results = rules.send("d1", movement("p", 1), transfer({"p": 1}, to="nowhere"), operation("weather", {}))
    assert [result["status"] for result in results] == ["applied", "rejected", "rejected"]
    assert rules.level("p") == (1, 1)


TRANSFERS = st.lists(
    st.tuples(st.sampled_from(["main", "annex"]), st.sampled_from("pq"), st.integers(1, 5)), max_size=12
)


@hypothesis_settings(max_examples=60, deadline=None)
@given(sent=TRANSFERS, counted=st.lists(st.integers(0, 12), max_size=2), split=st.integers(1, 5))
def test_transfers_there_and_back_lose_nothing_in_any_order(
    fresh_rules: Callable[[], AbstractContextManager[Rules]],
    sent: list[tuple[str, str, int]],
    counted: list[int],
    split: int,
) -> None:
    other = {"main": "annex", "annex": "main"}
    operations = [
        transfer({product: quantity}, to=other[place], locationId=place) for place, product, quantity in sent
    ]
    for place in counted:
        operations.insert(place, movement("p", 1))
    with fresh_rules() as rules:
        for start in range(0, len(operations), split):
            rules.send(None, *operations[start : start + split])
        sums = [rules.level(product)[0] + rules.level(product, "annex")[0] for product in "pq"]
        assert sums == [len(counted), 0]


async def test_opposite_transfers_at_once_lose_nothing(shop: ShopServer) -> None:
    alice = await shop.sign_in("demo", "alice")
    tills = [await shop.enroll(alice, place, place) for place in ("main", "annex")]

    async def send(till: Any, here: str, there: str) -> None:
        for _ in range(10):
            results = await till.send(
                transfer({"p": 3, "q": 1}, to=there, locationId=here), movement("p", 1, locationId=here)
            )
            assert [result["status"] for result in results] == ["applied"] * 2

    await asyncio.gather(send(tills[0], "main", "annex"), send(tills[1], "annex", "main"))
    levels = {(p, place): await alice.stock(p, place) for p in "pq" for place in ("main", "annex")}
    assert levels[("p", "main")][0] + levels[("p", "annex")][0] == 20
    assert levels[("q", "main")] == (0, 20)
