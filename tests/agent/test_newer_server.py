"""A till of this release beside a server of a later one: it stays online, shows what comes, loses nothing."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, select
from sqlalchemy.schema import CreateTable

from app.domain.cart import Cart
from app.domain.errors import UnknownUnit
from app.domain.quantity import quantity_in_words
from app.domain.rights import Right
from app.services.people import directory
from app.services.stock import catalogue, counting, inventory
from app.services.sync import conflicts, queue
from server_stub import vocabulary
from sync_agent.contract import paths
from sync_agent.contract.stock import ProductRow
from sync_agent.contract.wire import Wire
from sync_agent.events import ConnectionState, Fault, StateChanged
from sync_agent.network.transport import NetworkTransport
from sync_agent.ports import Priority
from sync_agent.settings import AgentSettings
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.replica.kinds import KINDS, ReplicaKind
from tests.kit import selling
from tests.kit.newer_server import NewerLink, write_newer_rows
from tests.kit.tills import WorldTill
from tests.kit.waiting import until
from tests.kit.world import World

# Rows written behind the running server's back are announced to nobody: a till finds them when it looks.
QUICK_TO_LOOK = AgentSettings(heartbeat_s=0.5)


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """The server knows litres, which no till does."""
    monkeypatch.setitem(vocabulary.UNITS, "litre", vocabulary.Unit("litre", "by the litre", 2))
    async with World(tmp_path, agent_settings=QUICK_TO_LOOK) as world:
        yield world


async def hears_in_changes(world: World) -> WorldTill:
    """The till follows while the rows come."""
    [till] = world.tills
    await write_newer_rows(world.settings)
    await till.sell(till.product())  # its change is pushed, and what came before it is pulled
    await world.settle()
    return till


async def hears_in_a_snapshot(world: World) -> WorldTill:
    """The till is new, and the rows are there already."""
    await write_newer_rows(world.settings)
    till = WorldTill(world.path / "late", world.url, "Late till", QUICK_TO_LOOK)
    await till.enroll()
    till.start()
    world.tills.append(till)
    await world.settle()
    return till


by_both_ways = pytest.mark.parametrize("hears", [hears_in_changes, hears_in_a_snapshot])


@by_both_ways
async def test_every_vocabulary_may_have_a_word_that_the_till_does_not_know(
    world: World, hears: Callable[[World], Any]
) -> None:
    till: WorldTill = await hears(world)

    # It is online, at the heads, and its copy is the server's.
    assert till.state is ConnectionState.ONLINE
    assert not any(isinstance(event, Fault) for event in till.events)
    states = [event.state for event in till.events if isinstance(event, StateChanged)]
    assert states.count(ConnectionState.OFFLINE) == 0
    assert till.levels() == world.server_levels()

    # A role: the person is known and may sell, nothing else.
    bob = till.clerk("bob")
    role: str = bob.role
    assert role == "trainee"
    assert "bob" in {person.username for person in directory.people(till.till)}
    assert [right for right in Right if bob.may(right)] == [Right.SELL]
    assert bob.id not in {person.id for person in directory.approvers(till.till, Right.EDIT_PRODUCT)}

    # A unit with its decimals is sold, and one without is not, in words.
    milk, cloth = catalogue.product(till.till, "milk"), catalogue.product(till.till, "cloth")
    assert milk is not None
    assert cloth is not None
    sale = await selling.sell(till.till, Cart().add(milk, 150), bob)
    assert sale.total_minor == 180
    assert quantity_in_words(150, milk.unit).endswith("litre")
    with pytest.raises(UnknownUnit, match="“ell”"):
        Cart().add(cloth)
    with pytest.raises(UnknownUnit, match="Update this till"):
        await counting.count(till.till, "cloth", 3, till.clerk("alice"))
    await world.settle()
    assert till.on_hand(milk) == 150

    # A reason for a movement is shown as it is.
    shown = [
        queue.describe({"kind": "adjust", "product": "Milk", "quantity": 300, "reason": "tasting_returned"})
    ]
    assert shown[0][1] == "+300 tasting_returned"
    assert "tasting_returned" in {row.reason for row in inventory.movements(till.till, "milk")}

    # Conflicts of an unknown type, or about an unknown resource, are listed and can be opened.
    waiting = {one.id: one for one in conflicts.open_conflicts(till.till)}
    assert {"newer-conflict-0", "newer-conflict-1"} <= waiting.keys()
    assert conflicts.comparison(till.till, "newer-conflict-0").suggestion is None
    about_a_price_list = conflicts.comparison(till.till, "newer-conflict-1")
    assert about_a_price_list.suggestion is None
    assert {row.field for row in about_a_price_list.rows} == {"quantity", "shade"}

    # A status of a shift.
    with till.opened.store.reading() as connection:
        status = select(t.shift_standing.c.status).where(t.shift_standing.c.id == "newer-shift")
        assert connection.execute(status).scalar_one() == "suspended"


# --- what was passed over comes back ----------------------------------------------------------------------

METADATA = MetaData()


def _price_list(name: str) -> Table:
    columns = (Column("id", Text, primary_key=True), Column("name", Text), Column("version", Integer))
    return Table(name, METADATA, *columns)


PRICE_LISTS, STAGED_PRICE_LISTS = _price_list("price_list"), _price_list("staged_price_list")


class PriceListRow(Wire):
    id: str
    name: str
    version: int


class NewerProductRow(ProductRow):
    origin: str | None = None


def product_with_origin(row: NewerProductRow) -> dict[str, Any]:
    """The till's next release stores it in the column where this one stores the article number."""
    values = row.model_dump(by_alias=False, exclude={"origin"})
    return values | {"deleted": int(row.deleted), "sku": row.origin}


def update_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next release reads price lists, and where a product comes from."""
    price_lists = ReplicaKind(
        "price_list",
        PriceListRow,
        lambda row: row.model_dump(by_alias=False),
        PRICE_LISTS,
        STAGED_PRICE_LISTS,
        Topic.CATALOGUE,
        in_tenants=True,
    )
    monkeypatch.setitem(KINDS, "price_list", price_lists)
    products = replace(KINDS["product"], wire=NewerProductRow, values=product_with_origin)
    monkeypatch.setitem(KINDS, "product", products)


async def begin_again(till: WorldTill) -> NewerLink:
    """The till's program ends and starts, on a link to the newer server."""
    await till.stop()
    link = NewerLink(NetworkTransport(till.server_url))
    till.link = link
    till.start()
    return link


async def test_what_a_till_passed_over_is_there_once_its_program_reads_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    [till] = world.tills
    link = await begin_again(till)
    await write_newer_rows(world.settings)
    await till.sell(till.product())
    await world.settle()
    assert ("GET", paths.SNAPSHOT) not in link.requests, "an equal program takes nothing anew"

    update_program(monkeypatch)
    for table in (PRICE_LISTS, STAGED_PRICE_LISTS):
        await till.opened.store.write(
            partial(Transaction.execute, statement=CreateTable(table)), Priority.AGENT
        )
    await till.stop()
    link = NewerLink(NetworkTransport(till.server_url))
    released = link.hold(paths.SNAPSHOT)
    till.link = link
    till.start()
    await until(lambda: ("GET", paths.SNAPSHOT) in link.requests, "the stream is taken anew")
    mug = till.product()
    before = till.on_hand(mug)
    sale = await till.sell(mug, 2)  # the till sells on its old copy
    assert till.on_hand(mug) == before - 2
    released.set()
    await world.settle()

    def price_lists() -> list[tuple[str, str, int]]:
        with till.opened.store.reading() as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(select(PRICE_LISTS))]

    # The old copy had reached the heads long before the new one was complete.
    await until(lambda: price_lists() == [("summer", "Summer", 1)], "the copy that was taken anew is there")
    with till.opened.store.reading() as connection:
        rows = connection.execute(select(t.product.c.id, t.product.c.sku)).all()
    origins = {row.id: row.sku for row in rows}
    assert origins == {product_id: f"from the farm of {product_id}" for product_id in origins}
    assert len(origins) > 200
    assert till.on_hand(mug) == before - 2
    world.assert_each_sale_once([sale])
    # Nothing was lost at the server, so nothing was offered to it again.
    assert link.requests.count(("POST", paths.QUEUE)) == 1

    link = await begin_again(till)
    await till.sell(mug)
    await world.settle()
    assert ("GET", paths.SNAPSHOT) not in link.requests, "it has been read with all that the program reads"


async def test_a_till_that_reads_less_again_notes_it_and_takes_the_stream_anew_after(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A downgrade and an upgrade: rows that arrived in between were read with fewer fields."""
    [till] = world.tills
    streams = list(till.cursors())

    def readers() -> list[str]:
        with till.opened.store.reading() as connection:
            return list(connection.execute(select(t.cursor.c.reader).order_by(t.cursor.c.stream)).scalars())

    whole = readers()
    monkeypatch.delitem(KINDS, "user")
    await begin_again(till)
    await until(lambda: readers() != whole, "the older program has noted that it reads less")
    assert ('"user"' in readers()[0], len(streams)) == (False, 2)
    await till.stop()
    monkeypatch.undo()
    link = await begin_again(till)
    await until(lambda: readers() == whole, "the stream was taken anew")
    assert ("GET", paths.SNAPSHOT) in link.requests
