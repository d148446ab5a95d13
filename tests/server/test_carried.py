"""A till carries another's operations up: they count as that one's, under that one's numbers."""

import pytest

from server_stub.store.database import UnitOfWork
from server_stub.store.tables import Device
from tests.kit.operations import T0_MS, count, movement, sale
from tests.kit.rules import Rules


@pytest.fixture
def tills(rules: Rules) -> Rules:
    def enrol(unit: UnitOfWork) -> None:
        for device in ("d1", "d2"):
            unit.session.add(
                Device(
                    tenant_id="t",
                    id=device,
                    name=device,
                    location_id="main",
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


def test_nothing_is_carried_for_a_till_that_the_shop_does_not_have(tills: Rules) -> None:
    (result,) = tills.send("d2", movement("p", -1, carriedFor="stranger"))
    assert (result["status"], result["code"]) == ("rejected", "not_found")


def test_a_person_carries_nothing(tills: Rules) -> None:
    (result,) = tills.send(None, movement("p", -1, carriedFor="d1"))
    assert (result["status"], result["code"]) == ("rejected", "forbidden")
