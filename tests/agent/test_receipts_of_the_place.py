"""A receipt of one till of a place is refunded at another: offline too, and never more than was paid."""

from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select, update

from app.domain.errors import NotRefundable, UnknownSale
from app.services import shop_settings
from app.services.selling import receipt_questions, receipt_retention, refunds
from app.services.selling.transaction import CompletedSale
from app.ui.page.context import AdminChange
from server_stub.clock import SystemClock as ServerClock
from server_stub.clock import TimeOrderedIds
from server_stub.realtime import joining
from server_stub.store import tables as server_tables
from server_stub.store.database import Database
from sync_agent.contract import events, paths
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.receipts import ReceiptsPage
from sync_agent.contract.streams import location_stream
from sync_agent.errors import RejectedError
from sync_agent.settings import AgentSettings
from sync_agent.store import tables as t
from sync_agent.store.replica import receipts as replica
from tests.kit.demo import LOCATION, PASSWORD, TENANT
from tests.kit.store_shop import trust_the_clock
from tests.kit.tills import WorldTill
from tests.kit.waiting import until
from tests.kit.world import World

QUICK = AgentSettings(heartbeat_s=0.05)


async def give_back(till: WorldTill, receipt: str, quantity: int = 1) -> CompletedSale:
    """Refund so many of a receipt's first line, in cash."""
    sale = refunds.find(till.till, receipt)
    return await refunds.refund(till.till, sale, {1: quantity}, "cash", till.clerk(), "broken")


def left(till: WorldTill, receipt: str) -> list[int]:
    return [line.left for line in refunds.find(till.till, receipt).lines]


def receipts(till: WorldTill) -> int:
    with till.opened.store.reading() as connection:
        return connection.execute(select(func.count()).select_from(t.receipt)).scalar_one()


async def test_a_receipt_of_another_till_is_refunded_offline(tmp_path: Path) -> None:
    async with World(tmp_path, tills=2) as world:
        first, second = world.tills
        sale = await first.sell(first.product(), 3)
        await world.settle()
        await second.link.cut()
        found = refunds.find(second.till, sale.receipt_number)
        assert (found.id, found.till_name, found.can_be_voided) == (sale.id, "Till 1", False)
        await give_back(second, sale.receipt_number, 2)
        assert left(second, sale.receipt_number) == [1]
        with pytest.raises(NotRefundable):
            await give_back(second, sale.receipt_number, 2)
        second.link.restore()
        await world.settle()
        assert left(first, sale.receipt_number) == [1]
        assert flags(world) == {}
        with pytest.raises(NotRefundable):
            await give_back(first, sale.receipt_number, 2)


async def test_two_tills_that_gave_one_line_back_while_offline_are_flagged_once(tmp_path: Path) -> None:
    async with World(tmp_path, tills=2) as world:
        first = world.tills[0]
        sale = await first.sell(first.product(), 1)
        await world.settle()
        for till in world.tills:
            await till.link.cut()
            await give_back(till, sale.receipt_number)
        for till in world.tills:
            till.link.restore()
        await world.settle()
        assert list(flags(world).values()) == [[f"refund_beyond_sale:{sale.receipt_number}"]]
        for till in world.tills:
            assert left(till, sale.receipt_number) == [0]
            with pytest.raises(NotRefundable):
                await give_back(till, sale.receipt_number)


def flags(world: World) -> dict[str, list[str]]:
    """The flags of refunds, by id, as the server has them now."""
    rows = world.query("SELECT id, flags FROM till_transaction WHERE kind = 'refund'")
    found = {row_id: orjson.loads(written) for row_id, written in rows}
    return {row_id: written for row_id, written in found.items() if written}


async def test_a_new_till_gets_the_receipts_of_its_place_once_it_can_sell(tmp_path: Path) -> None:
    async with World(tmp_path, tills=1) as world:
        [first] = world.tills
        sales = [await first.sell(first.product(), 1) for _ in range(5)]
        back = await give_back(first, sales[0].receipt_number)
        await world.settle()
        late = WorldTill(tmp_path / "late", world.url, "Late till")
        await late.enroll()
        try:
            go_on = late.link.hold(paths.RECEIPTS)
            late.start()
            await until(late.is_online, "the new till is online, its receipts held up")
            assert receipts(late) == 0
            go_on.set()
            await until(lambda: receipts(late) == 6, "the new till has the receipts")
            assert left(late, sales[0].receipt_number) == [0]
            assert left(late, sales[4].receipt_number) == [1]
            with pytest.raises(NotRefundable, match="is no sale"):
                refunds.find(late.till, back.receipt_number)
        finally:
            await late.close()


async def test_when_the_shop_refunds_longer_the_older_receipts_come(tmp_path: Path) -> None:
    async with World(tmp_path, tills=1) as world:
        [first] = world.tills
        sales = [await first.sell(first.product(), 1) for _ in range(3)]
        await world.settle()
        await make_older(world, sales[:2], days=100)
        late = WorldTill(tmp_path / "late", world.url, "Late till", QUICK)
        await late.enroll()
        try:
            late.start()
            await until(lambda: receipts(late) == 1, "the new till has what the shop refunds")
            await refund_for(first, 120)
            await until(lambda: receipts(late) == 3, "the older ones came too")
            assert left(late, sales[0].receipt_number) == [1]
            await refund_for(first, 60)
            await until(lambda: shop_settings.read(late.till).refund_days == 60, "it refunds for less")
            forget_old_receipts(late)
            assert receipts(late) == 1
            await refund_for(first, 120)
            await until(lambda: receipts(late) == 3, "they came once more")
        finally:
            await late.close()


async def refund_for(till: WorldTill, days: int) -> None:
    await till.opened.change_as_admin(AdminChange("ada", PASSWORD, {"refund_days": days}, None))


async def make_older(world: World, sales: list[CompletedSale], days: int) -> None:
    """The server received these sales so many days earlier."""
    of = server_tables.till_transaction.c
    older = (
        update(server_tables.till_transaction)
        .where(of.id.in_([sale.id for sale in sales]))
        .values(received_ms=of.received_ms - days * 86_400_000)
    )
    database = Database(world.settings.url, clock=ServerClock(), ids=TimeOrderedIds(), readers=1)
    try:
        await database.write(TENANT, lambda unit: unit.execute(older))
    finally:
        database.close()


def forget_old_receipts(till: WorldTill) -> None:
    """As the agent does once a day."""
    store = till.opened.store
    trust_the_clock(store, store.clock.now_ms())
    while store.submit(receipt_retention.forget_page).result():
        pass


async def test_a_server_without_receipts_is_not_asked_again_until_it_describes_itself_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with World(tmp_path, tills=0) as world:
        till = WorldTill(tmp_path / "till", world.url, "Till 1", QUICK)
        await till.enroll()
        forward = till.link.forward

        async def lacks_receipts(method: str, path: str, **more: Any) -> Any:
            if path == paths.RECEIPTS:
                raise RejectedError(ErrorCode.NOT_FOUND, "there is nothing here")
            return await forward(method, path, **more)

        till.link.forward = lacks_receipts
        world.tills.append(till)
        till.start()
        await reports(till, 12)
        assert asked(till) == 1
        await world.restart_server()
        await reports(till, 12)
        assert asked(till) == 1, "it is the same server"
        monkeypatch.setattr(joining, "SHIFT_OPERATIONS_MAX", 11_000_000)
        await world.restart_server()
        await until(lambda: asked(till) == 2, "an updated server is asked again")


async def reports(till: WorldTill, count: int) -> None:
    """Wait until the till has reported itself so many times more."""
    wanted = till.link.calls.count(events.NETWORK_STATUS) + count
    await until(lambda: till.link.calls.count(events.NETWORK_STATUS) >= wanted, "the till has reported")


def asked(till: WorldTill) -> int:
    """How often the till has asked for the receipts of its place."""
    return till.link.requests.count(("GET", paths.RECEIPTS))


async def test_a_page_of_a_copy_that_was_begun_anew_is_dropped(tmp_path: Path) -> None:
    """It may be older than what the new copy has, and the new copy begins at its start."""
    async with World(tmp_path, tills=1) as world:
        [till] = world.tills
        sold = await till.sell(till.product(), 1)
        await world.settle()
        await until(lambda: progress(till).complete, "the till has the copy")
        stream = location_stream(TENANT, LOCATION)
        store = till.opened.store
        page = ReceiptsPage(rows=[orjson.loads(stored_receipt(till, sold.id))], next_page_token="next")
        store.submit(partial(replica.read_again, stream=stream)).result()
        before = progress(till)
        later = replica.CopyProgress(page_token="second", rows_done=200, days=90)
        store.submit(partial(replica.store_page, stream=stream, page=page, after=later, days=90)).result()
        assert progress(till) == before


def progress(till: WorldTill) -> replica.CopyProgress:
    with till.opened.store.reading() as connection:
        return replica.progress(connection, location_stream(TENANT, LOCATION))


def stored_receipt(till: WorldTill, sale_id: str) -> str:
    with till.opened.store.reading() as connection:
        return str(connection.execute(select(t.receipt.c.body).where(t.receipt.c.id == sale_id)).scalar_one())


async def test_an_older_receipt_is_asked_for(tmp_path: Path) -> None:
    async with World(tmp_path, tills=2) as world:
        first, second = world.tills
        sale = await first.sell(first.product(), 2)
        await give_back(first, sale.receipt_number)
        await world.settle()
        second.opened.store.submit(lambda tx: tx.execute(t.receipt.delete())).result()
        with pytest.raises(UnknownSale):
            refunds.find(second.till, sale.receipt_number)
        assert second.agent is not None
        for number, found in ((sale.receipt_number, True), ("T99-000001", False)):
            asked = receipt_questions.ask_for(second.till, number)
            second.agent.fetch_receipt(asked.receipt_number)
            await until(partial(receipt_questions.is_answered, second.till, asked), "the server answered")
            assert bool(_found(second, number)) is found
        assert left(second, sale.receipt_number) == [1], "what went back of it came with it"


def _found(till: WorldTill, number: str) -> bool:
    try:
        refunds.find(till.till, number)
    except UnknownSale:
        return False
    return True
