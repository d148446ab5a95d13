"""Two server processes on one PostgreSQL, written to at once: no gap, no deadlock, nothing twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.kit.clients import Person
from tests.kit.operations import T0_MS, count, movement, operation, rfc3339, sale
from tests.kit.postgresql import FreshDatabase
from tests.kit.server_processes import several, visiting
from tests.kit.servers import ShopServer
from tests.kit.waiting import WAIT_S

pytestmark = [pytest.mark.xdist_group("scale"), pytest.mark.slow]

MAIN = "tenant-demo-location-main"
PRODUCTS = ("p", "q", "r")


class Pair:
    """Two processes, and people and tills that are known at both."""

    def __init__(self, one: ShopServer, two: ShopServer, books: FreshDatabase) -> None:
        self.shops = (one, two)
        self.books = books

    async def till(self, number: int, place: str = "main") -> tuple[Person, Person]:
        """One till at each process, with the same token."""
        here = self.shops[number % 2]
        there = self.shops[(number + 1) % 2]
        till = await here.enroll(await here.sign_in("demo", "alice"), f"Till {number}", place)
        return till, Person(there.http, till.access_token, till.user_id, till.answer)

    def must_agree(self) -> None:
        """Streams without gaps, levels that are their ledger's sum, versions that count it."""
        gaps = (
            "SELECT s.tenant_id, s.name FROM stream s WHERE s.head <> (SELECT count(*) FROM change c"
            " WHERE c.tenant_id = s.tenant_id AND c.stream = s.name)"
            " OR s.head <> (SELECT coalesce(max(c.seq), 0) FROM change c"
            " WHERE c.tenant_id = s.tenant_id AND c.stream = s.name)"
        )
        wrong = (
            "SELECT l.location_id, l.product_id FROM stock_level l JOIN (SELECT tenant_id, location_id,"
            " product_id, sum(delta) AS quantity, count(*) AS version FROM stock_movement GROUP BY 1, 2, 3) m"
            " USING (tenant_id, location_id, product_id)"
            " WHERE l.quantity <> m.quantity OR l.version <> m.version"
        )
        assert self.books.rows(gaps) == []
        assert self.books.rows(wrong) == []


@pytest.fixture
async def pair(demo_books: FreshDatabase, tmp_path: Path) -> AsyncIterator[Pair]:
    async with several(tmp_path, demo_books, operations_per_commit=5) as servers:
        one, two = await asyncio.gather(servers.start(), servers.start())
        async with visiting(one, tmp_path) as at_one, visiting(two, tmp_path) as at_two:
            yield Pair(at_one, at_two, demo_books)


async def test_streams_stay_without_gaps_under_eight_writers_at_two_processes(pair: Pair) -> None:
    tills = [await pair.till(number) for number in range(8)]
    follower = await pair.shops[1].sign_in("demo", "bob")
    before = len(await follower.changes(MAIN))
    written = asyncio.Event()
    is_over = False

    async def sell(till: Person) -> None:
        for _ in range(6):
            sent = [sale({"p": 1, "q": 2}), *(movement(product, 3) for product in PRODUCTS), count("r", 4)]
            sent += [sale({"q": 1}), sale({"p": 1}), movement("p", -1), movement("q", 1)]
            assert all(result["status"] in ("applied", "conflict") for result in await till.send(*sent))
            written.set()

    async def follow() -> int:
        """As a till that receives every change: each number is the previous one plus 1."""
        reached = before
        while True:
            await written.wait()
            written.clear()
            is_last = is_over
            while changes := await follower.changes(MAIN, after=reached):
                assert [change["seq"] for change in changes] == list(
                    range(reached + 1, reached + 1 + len(changes))
                )
                reached += len(changes)
            if is_last:
                return reached

    following = asyncio.create_task(follow())
    await asyncio.gather(*(sell(here) for here, _there in tills))
    is_over = True
    written.set()
    reached = await following
    pair.must_agree()
    assert pair.books.rows(f"SELECT head FROM stream WHERE name = '{MAIN}'") == [(reached,)]  # noqa: S608
    judged = pair.books.rows("SELECT count(*) FROM operation WHERE device_id IS NOT NULL")
    assert judged == [(8 * 6 * 9,)]


async def test_an_upload_sent_to_both_processes_at_once_has_one_effect(pair: Pair) -> None:
    for number in range(4):
        here, there = await pair.till(number)
        for start in range(0, 100, 25):
            sent = [movement("p", 1, deviceSeq=seq + 1) for seq in range(start, start + 25)]
            answers = await asyncio.gather(here.send(*sent), there.send(*sent))
            for first, second in zip(*answers, strict=True):
                assert {first.get("repeated", False), second.get("repeated", False)} == {True, False}
                assert first["effects"] == second["effects"]
    pair.must_agree()
    assert (await here.stock("p"))[0] == 400


async def test_one_audit_line_for_each_operation_and_one_chain_for_both_processes(pair: Pair) -> None:
    tills = [await pair.till(number) for number in range(4)]
    await asyncio.gather(*(here.send(*(sale({"p": 1}) for _ in range(10))) for here, _there in tills))
    numbers = pair.books.rows(
        "SELECT e.seq, e.prev_hash = coalesce(lag(e.hash) OVER (ORDER BY e.seq), '') FROM audit_entry e"
        " WHERE tenant_id = 'demo' ORDER BY 1"
    )
    assert numbers == [(seq, True) for seq in range(1, len(numbers) + 1)]


async def test_opposite_transfers_do_not_deadlock_and_keep_the_sum(pair: Pair) -> None:
    (to_annex, _), (to_main, _) = await pair.till(0, "main"), await pair.till(1, "annex")
    total = "SELECT product_id, sum(quantity)::bigint FROM stock_level WHERE tenant_id = 'demo' GROUP BY 1"
    before = dict(pair.books.rows(total))
    products = list(before)[:3]

    async def move(till: Person, origin: str, target: str) -> None:
        for _ in range(15):
            lines = [{"productId": product, "quantity": 1} for product in products]
            sent = [
                operation(
                    "stock_transfer",
                    {"toLocationId": target, "lines": lines, "occurredAt": rfc3339(T0_MS)},
                    operation="create",
                    locationId=origin,
                )
                for _ in range(5)
            ]
            results = await till.send(*sent)
            assert {result["status"] for result in results} == {"applied"}, results[0]

    async with asyncio.timeout(WAIT_S):
        await asyncio.gather(move(to_annex, "main", "annex"), move(to_main, "annex", "main"))
    pair.must_agree()
    assert dict(pair.books.rows(total)) == before
    reasons = Counter(
        reason
        for (reason,) in pair.books.rows("SELECT reason FROM stock_movement WHERE reason LIKE 'transfer%'")
    )
    assert reasons == {"transfer_out": 450, "transfer_in": 450}


async def test_tills_enrolled_at_both_processes_at_once_have_series_of_their_own(pair: Pair) -> None:
    managers = [await shop.sign_in("demo", "alice") for shop in pair.shops]

    async def enroll(number: int) -> str:
        person = managers[number % 2]
        answer = await person.post("/devices/enroll", {"name": f"Till {number}", "locationId": "main"})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["data"]["receiptSeries"])

    series = await asyncio.gather(*(enroll(number) for number in range(12)))
    assert sorted(series) == sorted(f"T{number}" for number in range(1, 13))


async def test_a_till_that_is_cloned_shows_whichever_process_it_speaks_to(pair: Pair) -> None:
    here, there = await pair.till(0)
    await here.send(movement("p", 1, deviceSeq=1))
    response = await there.post("/realtime/offline-queue", {"items": [movement("p", 1, deviceSeq=1)]})
    assert (response.status_code, response.json()["error"]["code"]) == (403, "device_cloned")
