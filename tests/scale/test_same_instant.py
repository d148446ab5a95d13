"""What two processes take in the same instant, each without a sight of the other, is judged as if in turn."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any

import pytest

from server_stub.clock import TimeOrderedIds
from server_stub.operations import quarantine_review
from server_stub.operations.handlers import HANDLERS
from server_stub.operations.parsing import NO_DEFAULTS, read
from server_stub.operations.queue import OperationQueue, apply_all
from server_stub.services.people.caller import Caller
from server_stub.store.database import Database, UnitOfWork
from sync_agent.contract.operations import OperationResult
from tests.kit.operations import T0_MS, operation, rfc3339, sale
from tests.kit.postgresql import FreshDatabase
from tests.kit.rules import MIA, MovableClock, create_bare_tenant
from tests.kit.waiting import WAIT_S, until

pytestmark = [pytest.mark.xdist_group("scale"), pytest.mark.slow]


@pytest.fixture
def books(fresh_database: Callable[..., FreshDatabase]) -> FreshDatabase:
    return fresh_database(create_bare_tenant)


@pytest.fixture
def processes(books: FreshDatabase) -> Iterator[list[Database]]:
    """Two processes' connections to one database."""
    both = [
        Database(books.server_url, clock=MovableClock(), ids=TimeOrderedIds(), readers=1) for _ in range(2)
    ]
    yield both
    for database in both:
        database.close()


MAIN_TILL = Caller("t", "device", ("main",), device_id="d1")
ANNEX_TILL = Caller("t", "device", ("annex",), device_id="d2")


async def at_once(
    books: FreshDatabase,
    one: Database,
    first: tuple[Caller, dict[str, Any]],
    second: Callable[[], Awaitable[object]],
) -> None:
    """Applies the first operation in one process, and begins the second before the first is committed."""
    caller, item = first
    is_entered, may_commit = threading.Event(), threading.Event()

    def enter(unit: UnitOfWork) -> list[OperationResult]:
        results = apply_all(unit, caller, [read(item)], NO_DEFAULTS, HANDLERS)
        unit.write()
        is_entered.set()
        assert may_commit.wait(WAIT_S)
        return results

    begun = asyncio.create_task(asyncio.to_thread(one.transact, "t", enter))
    assert await asyncio.to_thread(is_entered.wait, WAIT_S)
    other = asyncio.ensure_future(second())
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    await until(lambda: other.done() or books.rows(waits) != [(0,)], "the second waits, or did not have to")
    may_commit.set()
    assert [result.status for result in await begun] == ["applied"]
    await other


def uploaded(database: Database, caller: Caller, item: dict[str, Any]) -> Callable[[], Awaitable[object]]:
    """What uploads an operation in a process; it is to be applied."""

    async def send() -> None:
        (result,) = await OperationQueue(database, HANDLERS, 10).import_all(caller, [item])
        assert result.status == "applied", result

    return send


def flags_of(books: FreshDatabase, item: dict[str, Any]) -> list[str]:
    found = dict(books.rows("SELECT id, flags FROM till_transaction"))[item["id"]]
    return list(json.loads(found) if isinstance(found, str) else found)


def pear(**fields: Any) -> dict[str, Any]:
    return operation("product", {"name": "Pear", **fields}, operation="create", resourceId="p")


async def test_one_receipt_number_at_two_places_is_flagged_at_both(
    books: FreshDatabase, processes: list[Database]
) -> None:
    one, two = processes
    await uploaded(one, MIA, pear())()
    here, there = sale({"p": 1}), sale({"p": 1}, locationId="annex")
    await at_once(books, one, (MAIN_TILL, here), uploaded(two, ANNEX_TILL, there))
    number = here["data"]["receiptNumber"]
    for item in (here, there):
        assert f"number_used_twice:{number}" in flags_of(books, item)


@pytest.mark.parametrize("names", ["id and id", "id and number", "number and id", "number and number"])
async def test_two_whole_refunds_of_a_sale_at_two_places_are_beyond_it(
    books: FreshDatabase, processes: list[Database], names: str
) -> None:
    one, two = processes
    sold = sale({"p": 1})
    await uploaded(one, MIA, pear())()
    await uploaded(one, MAIN_TILL, sold)()
    by = {"id": {"refundOf": sold["id"]}, "number": {"refersTo": sold["data"]["receiptNumber"]}}
    refunds = [sale({"p": 1}, kind="refund", locationId=place) for place in ("main", "annex")]
    for number, (refund, name) in enumerate(zip(refunds, names.split(" and "), strict=True), start=1):
        refund["data"] |= {"receiptNumber": f"T{number}-000002", **by[name]}
    await at_once(books, one, (MAIN_TILL, refunds[0]), uploaded(two, ANNEX_TILL, refunds[1]))
    codes = [[flag.partition(":")[0] for flag in flags_of(books, refund)] for refund in refunds]
    assert sum(found.count("refund_beyond_sale") for found in codes) >= 1, codes


def new_rate() -> dict[str, Any]:
    value = {"name": "Standard", "steps": [{"ratePpm": 100_000}]}
    return operation("setting", {"value": value, "base": None}, resourceId="tax_rate.std")


def deletion() -> dict[str, Any]:
    return operation("product", {}, operation="delete", resourceId="p")


@pytest.mark.parametrize("is_sale_first", [True, False])
@pytest.mark.parametrize(
    ("change", "flag"),
    [(new_rate, "wrong_tax_rate:1"), (deletion, "deleted_product:p")],
    ids=["tax rate", "deletion"],
)
async def test_a_change_beside_a_sale_at_a_place_is_judged_as_if_in_turn(
    books: FreshDatabase,
    processes: list[Database],
    change: Callable[[], dict[str, Any]],
    flag: str,
    *,
    is_sale_first: bool,
) -> None:
    one, two = processes
    await uploaded(one, MIA, pear())()
    sold = sale({"p": 1}, at_ms=T0_MS + 1_800_000, locationId="annex") | {
        "timestamp": rfc3339(T0_MS + 1_800_000)
    }
    sold["data"]["lines"][0] |= {"taxName": "std", "taxRatePpm": 0}
    of_sale, of_change = (ANNEX_TILL, sold), (MIA, change())
    first, second = (of_sale, of_change) if is_sale_first else (of_change, of_sale)
    await at_once(books, one, first, uploaded(two, *second))
    assert flag in flags_of(books, sold)


async def test_a_sale_retried_from_quarantine_beside_another_of_its_number_is_flagged(
    books: FreshDatabase, processes: list[Database]
) -> None:
    one, two = processes
    await uploaded(one, MIA, pear())()
    here, there = sale({"p": 1}), sale({"p": 1}, locationId="annex")
    (held,) = await OperationQueue(one, HANDLERS, 10).import_all(MAIN_TILL, [there])
    assert held.status == "quarantined"
    retry = partial(quarantine_review.retry, caller=MIA, operation_id=there["id"], handlers=HANDLERS)
    await at_once(books, one, (MAIN_TILL, here), lambda: asyncio.to_thread(two.transact, "t", retry))
    number = here["data"]["receiptNumber"]
    for item in (here, there):
        assert f"number_used_twice:{number}" in flags_of(books, item)
