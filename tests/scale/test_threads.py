"""Database work is never done on the event loop: a request that waits for the database delays no other."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, create_engine, text

from server_stub.clock import SystemClock, TimeOrderedIds
from server_stub.errors import Refusal
from server_stub.store.database import Database, sqlalchemy_url
from sync_agent.contract.codes import ErrorCode
from tests.kit.operations import movement
from tests.kit.postgresql import FreshDatabase
from tests.kit.servers import ShopServer
from tests.kit.waiting import WAIT_S

pytestmark = [pytest.mark.xdist_group("scale"), pytest.mark.slow]


@pytest.fixture
def database(demo_books: FreshDatabase) -> Iterator[Database]:
    database = Database(demo_books.server_url, clock=SystemClock(), ids=TimeOrderedIds(), readers=2)
    yield database
    database.close()


@pytest.fixture
def outside(demo_books: FreshDatabase) -> Iterator[Engine]:
    """Another session at the same database."""
    engine = create_engine(sqlalchemy_url(demo_books.superuser_url))
    yield engine
    engine.dispose()


@pytest.mark.parametrize("way", ["transact", "transact_dry", "consult"])
async def test_database_work_on_the_event_loop_is_a_bug(database: Database, way: str) -> None:
    at_once: Callable[..., object] = getattr(database, way)
    with pytest.raises(AssertionError, match="event loop"):
        at_once("demo", lambda _: None)


async def test_a_slow_question_leaves_the_loop_and_the_other_readers_free(
    database: Database, outside: Engine
) -> None:
    held = text("SELECT pg_advisory_xact_lock(1)")
    with outside.begin() as connection:
        connection.execute(held)
        slow = asyncio.create_task(database.read("demo", lambda reader: reader.execute(held).all()))
        async with asyncio.timeout(WAIT_S):
            while not connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                assert await database.read("demo", lambda reader: reader.scalar(text("SELECT 1"))) == 1
            assert await database.read("demo", lambda reader: reader.scalar(text("SELECT 1"))) == 1
        assert not slow.done()
    await slow


async def test_whoever_waits_for_a_lock_keeps_nobody_else_waiting(shop: ShopServer, outside: Engine) -> None:
    alice = await shop.sign_in("demo", "alice")
    with outside.begin() as connection:
        connection.execute(text("SELECT 1 FROM stream WHERE tenant_id = 'demo' FOR UPDATE"))
        waiting = asyncio.create_task(alice.send(movement("p", 1)))
        async with asyncio.timeout(WAIT_S):
            while not connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                assert (await shop.http.get("/livez")).status_code == 200
            for _ in range(20):
                assert (await shop.http.get("/livez")).status_code == 200
                assert (await alice.get("/stock/p")).status_code == 200
        assert not waiting.done()
    (result,) = await waiting
    assert result["status"] == "applied"


async def test_a_database_that_has_gone_silent_is_unavailable_in_the_end(
    database: Database, outside: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server_stub.store.database.WORK_S_MAX", 0.3)
    monkeypatch.setattr("server_stub.store.database.CHECK_S_MAX", 0.3)

    async def write() -> int | None:
        return await database.write("demo", lambda unit: unit.rows(text("SELECT 1")).scalar())

    await database.check()
    await write()
    with outside.begin() as connection:
        others = text(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        backends = list(connection.scalars(others))
    for backend in backends:
        os.kill(backend, signal.SIGSTOP)
    try:
        async with asyncio.timeout(WAIT_S):
            for ask in (database.check, write, write):
                with pytest.raises(Refusal) as refused:
                    await ask()
                assert (refused.value.code, refused.value.retry_after_ms) == (ErrorCode.UNAVAILABLE, 1000)
    finally:
        for backend in backends:
            os.kill(backend, signal.SIGCONT)
    monkeypatch.undo()
    assert await write() == 1
