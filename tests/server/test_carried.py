"""A till carries another's operations up: they count as that one's, under that one's numbers."""

import asyncio
from typing import Any

import pytest

from server_stub.errors import Refusal
from server_stub.operations.handlers import HANDLERS
from server_stub.operations.queue import OperationQueue
from server_stub.services.people.caller import Caller
from server_stub.store.database import UnitOfWork
from server_stub.store.tables import Device
from tests.kit.operations import T0_MS, close_shift, count, movement, open_shift, rfc3339, sale
from tests.kit.rules import Rules


@pytest.fixture
def tills(rules: Rules) -> Rules:
    def enrol(unit: UnitOfWork) -> None:
        for device, place in (("d1", "main"), ("d2", "main"), ("d3", "main"), ("far", "annex")):
            unit.session.add(
                Device(
                    tenant_id="t",
                    id=device,
                    name=device,
                    location_id=place,
                    receipt_series=device,
                    token_hash=device,
                    enrolled_by="mia",
                    enrolled_ms=0,
                )
            )

    rules.database.transact("t", enrol)
    return rules


def test_a_carried_sale_stands_under_the_till_that_made_it(tills: Rules) -> None:
    (result,) = tills.send("d2", sale({"p": 1}, deviceSeq=7, carriedFor="d1"))
    assert result["status"] == "applied"
    assert tills.query("SELECT device_id, device_seq FROM operation") == [("d1", 7)]
    assert tills.query("SELECT device_id FROM stock_movement") == [("d1",)]


def test_the_till_that_made_it_sends_it_later_and_nothing_doubles(tills: Rules) -> None:
    item = sale({"p": 1}, deviceSeq=7)
    tills.send("d2", item | {"carriedFor": "d1"})
    (result,) = tills.send("d1", item)
    assert result["repeated"] is True
    assert tills.level("p")[0] == -1


def test_a_carried_count_knows_what_its_own_till_did_before(tills: Rules) -> None:
    tills.send("d2", movement("p", -2, T0_MS, deviceSeq=3, carriedFor="d1"))
    (result,) = tills.send("d2", count("p", 5, T0_MS, version=0, deviceSeq=4, carriedFor="d1"))
    assert result["status"] == "applied"
    assert tills.level("p")[0] == 5


def test_the_carriers_own_numbers_are_no_part_of_it(tills: Rules) -> None:
    tills.send("d2", sale({"p": 1}, deviceSeq=7))
    (result,) = tills.send("d2", sale({"p": 1}, deviceSeq=7, carriedFor="d1"))
    assert result["status"] == "applied"


def test_a_number_under_which_that_till_sent_another_is_refused_alone(tills: Rules) -> None:
    tills.send("d1", sale({"p": 1}, deviceSeq=7))
    other, fine = (
        movement("p", -1, deviceSeq=7, carriedFor="d1"),
        movement("p", -1, deviceSeq=8, carriedFor="d1"),
    )
    refused, applied = tills.send("d2", other, fine)
    assert (refused["status"], refused["code"]) == ("rejected", "precondition_failed")
    assert applied["status"] == "applied"


def test_a_clerks_closing_that_is_carried_closes_the_shift_of_its_till(tills: Rules) -> None:
    tills.send("d1", open_shift(deviceSeq=1, actorId="cleo"))
    sold = sale({"p": 1}, deviceSeq=2, actorId="cleo", carriedFor="d1")
    closing = close_shift(1, 3, 100, deviceSeq=3, actorId="cleo", carriedFor="d1")
    results = tills.send("d2", sold, closing)
    assert [result["status"] for result in results] == ["applied", "applied"]
    closed = results[1]["result"]
    assert (closed["complete"], closed["received"], closed["flags"]) == (True, 3, [])


def test_a_clerk_of_another_till_closes_no_shift_of_this_one(tills: Rules) -> None:
    tills.send("d1", open_shift(deviceSeq=1, actorId="cleo"))
    (result,) = tills.send("d2", close_shift(1, 1, deviceSeq=1, actorId="cleo"))
    assert (result["status"], result["code"]) == ("rejected", "forbidden")


def test_nothing_is_carried_for_a_till_that_the_shop_does_not_have(tills: Rules) -> None:
    (result,) = tills.send("d2", movement("p", -1, carriedFor="stranger"))
    assert (result["status"], result["code"]) == ("rejected", "not_found")


def test_a_person_carries_nothing(tills: Rules) -> None:
    (result,) = tills.send(None, movement("p", -1, carriedFor="d1"))
    assert (result["status"], result["code"]) == ("rejected", "forbidden")


# --- a number is its owner's --------------------------------------------------------------------------------


def send(rules: Rules, device: str, *items: dict[str, Any], place: str = "main") -> list[dict[str, Any]]:
    """Through the queue, as the endpoints do: with the look for clones."""
    queue = OperationQueue(rules.database, HANDLERS, 100)
    caller = Caller("t", "device", (place,), device_id=device)
    return [result.to_wire() for result in asyncio.run(queue.process(caller, list(items)))]


def numbers(rules: Rules) -> dict[str, tuple[str, int | None]]:
    return {
        row[0]: (row[1], row[2]) for row in rules.query("SELECT id, device_id, device_seq FROM operation")
    }


def is_cloned(rules: Rules) -> bool:
    return rules.query("SELECT count(*) FROM device WHERE cloned_ms IS NOT NULL") != [(0,)]


def test_work_is_carried_for_a_till_of_the_same_place_alone(tills: Rules) -> None:
    forged = sale({"p": 1}, deviceSeq=8, carriedFor="d1", locationId="annex")
    (result,) = send(tills, "far", forged, place="annex")
    assert (result["status"], result["code"]) == ("rejected", "forbidden")
    assert numbers(tills) == {forged["id"]: ("far", None)}, "what is refused takes no number of anybody's"
    own = sale({"p": 1}, deviceSeq=8)
    assert send(tills, "d1", own)[0]["status"] == "applied"
    assert not is_cloned(tills)


def test_a_carried_number_never_makes_its_owner_a_clone(tills: Rules) -> None:
    own = [sale({"p": 1}, deviceSeq=number) for number in (7, 8, 9)]
    send(tills, "d1", own[0])
    carried = movement("p", -5, deviceSeq=8, carriedFor="d1")
    assert send(tills, "d2", carried)[0]["status"] == "applied"
    assert [result["status"] for result in send(tills, "d1", *own[1:])] == ["applied", "applied"]
    assert not is_cloned(tills)
    assert numbers(tills)[own[1]["id"]] == ("d1", 8)
    assert numbers(tills)[carried["id"]] == ("d1", None), "it stays, without the number"
    assert tills.level("p")[0] == -8
    disputed = tills.query(
        "SELECT device_id, resource_id, operation_id FROM audit_entry"
        " WHERE outcome = 'carried_number_disputed'"
    )
    assert disputed == [("d2", "d1", carried["id"])]
    # Its own numbers prove it a clone as ever.
    with pytest.raises(Refusal, match="two tills"):
        send(tills, "d1", movement("p", 1, deviceSeq=8))
    assert is_cloned(tills)


def test_what_a_till_confirms_is_its_own(tills: Rules) -> None:
    item = sale({"p": 1}, deviceSeq=7)
    send(tills, "d2", item | {"carriedFor": "d1"})
    assert tills.query("SELECT carried_by FROM operation") == [("d2",)]
    assert send(tills, "d1", item)[0]["repeated"] is True
    assert tills.query("SELECT carried_by FROM operation") == [(None,)]
    with pytest.raises(Refusal, match="two tills"):
        send(tills, "d1", movement("p", 1, deviceSeq=7))


def test_a_till_that_carries_for_itself_is_looked_at_like_any(tills: Rules) -> None:
    send(tills, "d1", sale({"p": 1}, deviceSeq=7))
    with pytest.raises(Refusal, match="two tills"):
        send(tills, "d1", movement("p", 1, deviceSeq=7, carriedFor="d1"))
    assert is_cloned(tills)


def test_a_forged_number_keeps_no_rescued_sale_out(tills: Rules) -> None:
    send(tills, "d2", movement("p", -1, deviceSeq=8, carriedFor="d1"))
    (result,) = send(tills, "d3", sale({"p": 1}, deviceSeq=8, carriedFor="d1"))
    assert result["status"] == "applied"


def test_a_carried_operation_bounds_no_moment_of_its_owner(tills: Rules) -> None:
    late = rfc3339(T0_MS + 3_000_000)
    send(tills, "d2", sale({"p": 1}, timestamp=late, deviceSeq=5, carriedFor="d1"))
    send(tills, "d1", sale({"p": 1}, deviceSeq=6))
    assert tills.query("SELECT happened_ms FROM operation WHERE device_seq = 6") == [(T0_MS,)]


def test_a_carried_count_of_a_high_number_takes_no_later_sale_back(tills: Rules) -> None:
    send(tills, "d2", count("p", 10, T0_MS, version=0, deviceSeq=10**9, carriedFor="d1"))
    send(tills, "d1", sale({"p": 1}, at_ms=T0_MS + 600_000, deviceSeq=1))
    assert tills.level("p")[0] == 9


def test_an_unreadable_item_that_is_carried_says_nothing_of_its_bearer(tills: Rules) -> None:
    broken = sale({"p": 1}, deviceSeq=3, carriedFor="d1")
    broken["data"]["lines"] = "none"
    send(tills, "d2", broken)
    assert send(tills, "d2", sale({"p": 1}, deviceSeq=3))[0]["status"] == "applied"
    assert not is_cloned(tills)
