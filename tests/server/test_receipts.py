"""Receipts of a place for its tills: newest first, as long as the shop refunds, older ones by number."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from server_stub.errors import Refusal
from server_stub.services.people import enrolment
from server_stub.services.people.caller import Caller
from server_stub.services.streams import receipts
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.identity import EnrollRequest
from sync_agent.contract.receipts import RECEIPTS_PAGE_ROWS, ReceiptsPage
from tests.kit.operations import T0_MS, operation, rfc3339
from tests.kit.rules import MIA, Rules

DAY_MS = 86_400_000


def sale(number: str, **more: Any) -> dict[str, Any]:
    data = {
        "kind": "sale",
        "receiptNumber": number,
        "currency": "GBP",
        "lines": [],
        "payments": [],
        "totalMinor": 0,
        "occurredAt": rfc3339(T0_MS),
    }
    return operation("transaction", data | more, operation="create", locationId="main", actorId="mia")


@pytest.fixture
def till(rules: Rules) -> Caller:
    request = EnrollRequest(name="Till 1", location_id="main")
    answer = rules.database.transact("t", lambda unit: enrolment.enroll(unit, MIA, request))
    return Caller("t", "device", ("main",), device_id=answer.device_id)


def pages(rules: Rules, caller: Caller, place: str = "main") -> Iterator[ReceiptsPage]:
    token: str | None = None
    while True:
        asked = partial(
            receipts.page,
            caller=caller,
            location_id=place,
            page_token=token,
            now_ms=rules.clock.now_ms(),
        )
        page = rules.database.consult("t", asked)
        yield page
        token = page.next_page_token
        if token is None:
            return


def of_number(rules: Rules, caller: Caller, number: str) -> list[str]:
    asked = partial(receipts.of_number, caller=caller, location_id="main", number=number)
    return [row["id"] for row in rules.database.consult("t", asked).rows]


def test_pages_come_newest_first_and_hold_each_receipt_once(rules: Rules, till: Caller) -> None:
    sent: list[str] = []
    for day in range(3):
        batch = [sale(f"T1-{day}{number:05d}") for number in range(RECEIPTS_PAGE_ROWS // 2 + 1)]
        rules.send(till.device_id, *batch)
        sent = sorted((one["id"] for one in batch), reverse=True) + sent
        rules.clock.ms += DAY_MS
    found = list(pages(rules, till))
    assert [len(page.rows) for page in found] == [RECEIPTS_PAGE_ROWS, RECEIPTS_PAGE_ROWS // 2 + 3]
    assert [row["id"] for page in found for row in page.rows] == sent
    assert {row["deviceName"] for page in found for row in page.rows} == {"Till 1"}


def test_what_is_older_than_the_shop_refunds_is_found_by_its_number_with_what_went_back(
    rules: Rules, till: Caller
) -> None:
    sold = sale("T1-000001")
    rules.send(till.device_id, sold)
    rules.clock.ms += 91 * DAY_MS
    back = sale("T1-000002", kind="refund", refundOf=sold["id"], refersTo="T1-000001")
    other = sale("T1-000003")
    rules.send(till.device_id, back, other)
    [page] = pages(rules, till)
    assert sorted(row["id"] for row in page.rows) == sorted([back["id"], other["id"]])
    assert sorted(of_number(rules, till, "T1-000001")) == sorted([sold["id"], back["id"]])
    assert of_number(rules, till, "T9-000001") == []


def test_another_place_is_not_shown_and_a_page_token_is_of_one_place(rules: Rules, till: Caller) -> None:
    with pytest.raises(Refusal) as refused:
        next(pages(rules, till, "annex"))
    assert refused.value.code is ErrorCode.NOT_FOUND
    for token in ("nonsense", "eyJhIjoxfQ=="):
        asked = partial(
            receipts.page, caller=till, location_id="main", page_token=token, now_ms=rules.clock.now_ms()
        )
        with pytest.raises(Refusal) as refused:
            rules.database.consult("t", asked)
        assert refused.value.code is ErrorCode.BAD_REQUEST
