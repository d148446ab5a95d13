"""The checks that run at every commit of a simulation are on: each notices data that was spoiled for it.

Spoiled is what lies in the files of the server or of a till, while the simulation runs: so a check that
nothing calls any more, or that is called with something else, fails here.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import orjson
import pytest
from sqlalchemy import delete, insert, select, update

from server_stub.store import tables as t
from server_stub.store.database import Database, UnitOfWork
from sync_agent.contract.streams import location_stream, tenant_stream
from sync_agent.ports import Priority
from sync_agent.store import tables
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.queue.status import Status
from tests.simulation.promises import Broken
from tests.simulation.run import Simulation, play
from tests.simulation.shop import OURS
from tests.simulation.till import SimTill

STREAM = tenant_stream(OURS)
SEED = 20
"""A short run in which a till sells within a minute."""


async def publish(database: Database, resource_type: str, version: int, status: str = "open") -> None:
    def work(unit: UnitOfWork) -> None:
        unit.streams.lock([STREAM])
        row = {"id": "spoiled", "status": status, "version": version}
        unit.streams.publish(STREAM, resource_type, "spoiled", version, row, None)

    await database.write(OURS, work)


async def a_number_is_left_out(database: Database) -> None:
    await publish(database, "product", 1)
    skip = update(t.stream).where(t.stream.c.name == STREAM).values(head=t.stream.c.head + 1)
    await database.write(OURS, lambda unit: unit.execute(skip))
    await publish(database, "product", 2)


async def a_version_comes_twice(database: Database) -> None:
    await publish(database, "product", 3)
    await publish(database, "product", 3)


async def a_decided_conflict_opens_again(database: Database) -> None:
    await publish(database, "conflict", 1, "resolved")
    await publish(database, "conflict", 2, "open")


def stock_goes_back_to_an_older_version(_till: SimTill, tx: Transaction) -> None:
    product_id = tx.execute(select(tables.stock_level.c.product_id).limit(1)).scalar_one()
    mine = tables.stock_level.c.product_id == product_id
    tx.execute(update(tables.stock_level).where(mine).values(version=-1))
    tx.touch(Topic.STOCK, product_id)


def a_sale_has_no_operation(_till: SimTill, tx: Transaction) -> None:
    sale = dict(tx.execute(select(tables.sale).limit(1)).mappings().one())
    tx.execute(insert(tables.sale).values(sale | {"id": "spoiled", "receipt_number": "T9-000001"}))
    tx.touch(Topic.SALES)


def an_overlay_goes_before_the_feed_has_its_effect(till: SimTill, tx: Transaction) -> None:
    sale_id = next(iter(till.sold))
    effect = {
        "resourceType": "stock_level",
        "resourceId": next(iter(till.sold[sale_id])),
        "stream": location_stream(OURS, till.caller.locations[0]),
        "seq": 1_000_000,
    }
    tx.execute(delete(tables.overlay).where(tables.overlay.c.operation_id == sale_id))
    tx.execute(
        update(tables.outbox)
        .where(tables.outbox.c.id == sale_id)
        .values(
            status=Status.COMPLETED,
            finished_ms=tx.now_ms,
            result=orjson.dumps({"effects": [effect]}).decode(),
        )
    )
    tx.touch(Topic.OUTBOX)


def can_be_spoiled(till: SimTill) -> bool:
    stock = select(tables.stock_level.c.product_id)
    return till.caller.tenant_id == OURS and till.is_up and bool(till.sold) and bool(till.rows(stock))


def without_foreign_keys(till: SimTill) -> None:
    with till.store._writer.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys=OFF")


def broken_by(spoil: Callable[[Simulation], "asyncio.Task[None]"]) -> str:
    simulation = Simulation(SEED, keep_trace=False)
    spoiling = spoil(simulation)
    said = ""
    try:
        play(simulation)
    except Broken as broken:
        said = str(broken)
    assert spoiling.done(), "the run ended before anything was spoiled"
    spoiling.result()
    return said


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (a_number_is_left_out, "a gap in"),
        (a_version_comes_twice, "no new version of"),
        (a_decided_conflict_opens_again, "a conflict was decided and is open"),
    ],
)
def test_what_is_wrong_at_the_server_is_noticed(
    spoil: Callable[[Database], Awaitable[None]], words: str
) -> None:
    async def later(simulation: Simulation) -> None:
        await asyncio.sleep(30)
        while True:
            if simulation.server.database is not None:
                await spoil(simulation.server.database)
                return
            await asyncio.sleep(1)

    said = broken_by(lambda simulation: simulation.loop.create_task(later(simulation)))
    assert words in said


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (stock_goes_back_to_an_older_version, "went back on"),
        (a_sale_has_no_operation, "has a sale that nobody will send"),
        (an_overlay_goes_before_the_feed_has_its_effect, "for a while"),
    ],
)
def test_what_is_wrong_at_a_till_is_noticed(
    spoil: Callable[[SimTill, Transaction], None], words: str
) -> None:
    async def later(simulation: Simulation) -> None:
        while True:
            till = next(filter(can_be_spoiled, simulation.tills), None)
            if till is not None:
                without_foreign_keys(till)
                await till.store.write(partial(spoil, till), Priority.AGENT)
                return
            await asyncio.sleep(1)

    said = broken_by(lambda simulation: simulation.loop.create_task(later(simulation)))
    assert words in said
