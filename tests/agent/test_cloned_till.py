"""A copied home shows itself; both copies sell on, are enrolled again, and nothing is lost or doubled."""

import shutil
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select

from app.bootstrap import open_home
from app.services.cash import shifts
from sync_agent.enrolment import AnotherShop
from sync_agent.enrolment_forms import Enrolment
from sync_agent.events import ConnectionState
from sync_agent.store import tables as t
from tests.kit.demo import LOCATION, PASSWORD, TENANT
from tests.kit.tills import WorldTill
from tests.kit.waiting import until
from tests.kit.world import World


async def enroll_again(till: WorldTill, location: str = LOCATION) -> None:
    """As `evertill enroll --again` does, with the till closed."""
    await till.stop()
    till.opened.store.close()
    till.opened = open_home(till.path)
    till.opened = await till.opened.enroll(
        till.link, Enrolment(till.server_url, TENANT, "alice", PASSWORD, location, till.name)
    )
    till.till = till.opened.till()
    till.start()


def series(till: WorldTill) -> list[str]:
    with till.opened.store.reading() as connection:
        return list(
            connection.execute(select(t.sale.c.receipt_number).order_by(t.sale.c.occurred_ms)).scalars()
        )


async def test_two_copies_of_a_till_are_told_apart_and_lose_nothing(tmp_path: Path) -> None:
    async with World(tmp_path) as world:
        [first] = world.tills
        before = [await first.sell(first.product())]
        await world.settle()
        await first.stop()
        first.opened.store.close()
        shutil.copytree(first.path, tmp_path / "copy")
        first.opened = open_home(first.path)
        first.till = first.opened.till()
        copy = WorldTill(tmp_path / "copy", world.url, "The copy")
        copy.opened = open_home(copy.path)
        copy.till = copy.opened.till()
        world.tills.append(copy)

        sales = [await till.sell(till.product(), 2) for till in (first, copy)]
        for till in (first, copy):
            till.start()
        await until(
            lambda: any(till.state is ConnectionState.NEEDS_ENROLMENT for till in (first, copy)),
            "the server has seen two tills under one name",
        )
        sales += [await till.sell(till.product(1)) for till in (first, copy)]
        for till in (first, copy):
            await enroll_again(till)
        await world.settle()
        sales += [await till.sell(till.product(2)) for till in (first, copy)]
        await world.settle()
        world.assert_each_sale_once([*before, *sales])
        world.assert_converged()
        assert series(first)[-1] != series(copy)[-1], "each has a receipt series of its own now"
        assert series(first)[-1].endswith("-000001")


async def test_no_shift_of_a_former_identity_stays_open(tmp_path: Path) -> None:
    async with World(tmp_path) as world:
        [till] = world.tills
        former = await shifts.open_shift(till.till, 1000, till.clerk())
        sales = [await till.sell(till.product())]
        await world.settle()
        await enroll_again(till)
        await world.settle()
        sales.append(await till.sell(till.product()))
        await world.settle()
        current = shifts.current(till.till)
        assert current is not None
        assert server_shifts(world) == {former: "closed", current.id: "open"}
        assert shift_states(till) == {former: "closed", current.id: "open"}
        expected = shifts.totals(till.till, current.id).expected_minor
        await shifts.close_shift(till.till, expected, till.clerk())
        await world.settle()
        assert set(server_shifts(world).values()) == {"closed"}
        assert shifts.server_state(till.till, current.id).is_complete
        world.assert_each_sale_once(sales)
        flagged = world.query("SELECT id FROM till_transaction WHERE flags != '[]'")
        assert flagged == []


async def test_a_clerks_closing_that_waits_while_the_till_is_enrolled_again_closes_the_shift(
    tmp_path: Path,
) -> None:
    """It is the same till, and the clerk's own shift: no manager is asked for it."""
    async with World(tmp_path) as world:
        [till] = world.tills
        shift_id = await shifts.open_shift(till.till, 1000, till.clerk("bob"))
        await world.settle()
        await till.link.cut()
        sale = await till.sell(till.product())
        expected = shifts.totals(till.till, shift_id).expected_minor
        await shifts.close_shift(till.till, expected, till.clerk("bob"))
        till.link.restore()
        await enroll_again(till)
        await world.settle()
        assert set(till.statuses().values()) <= {"completed"}
        assert server_shifts(world) == {shift_id: "closed"}
        assert shift_states(till) == {shift_id: "closed"}
        assert shifts.server_state(till.till, shift_id).is_complete
        world.assert_each_sale_once([sale])


def server_shifts(world: World) -> dict[str, str]:
    """The status of each shift at the server."""
    rows = [orjson.loads(body) for (body,) in world.query("SELECT body FROM shift")]
    return {row["id"]: row["status"] for row in rows}


def shift_states(till: WorldTill) -> dict[str, str]:
    """The status of each shift as the till has read it."""
    of = t.shift_standing.c
    with till.opened.store.reading() as connection:
        return {row.id: row.status for row in connection.execute(select(of.id, of.status))}


async def test_a_till_is_not_enrolled_again_at_another_place(tmp_path: Path) -> None:
    async with World(tmp_path) as world:
        [till] = world.tills
        await till.stop()
        await till.sell(till.product())
        with pytest.raises(AnotherShop, match="wrong books"):
            await enroll_again(till, location="annex")
        till.start()
        await world.settle()
