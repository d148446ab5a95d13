"""Shifts, transfers and stock elsewhere between real tills and a real server."""

from pathlib import Path

from app.domain.cart import Cart
from app.services.cash import drawer, shifts
from app.services.selling import refunds
from app.services.stock import inventory, transfers
from tests.kit import selling
from tests.kit.waiting import until
from tests.kit.world import World


async def test_a_shift_closed_in_an_outage_is_complete_once_all_of_it_is_there(tmp_path: Path) -> None:
    async with World(tmp_path) as world:
        [one] = world.tills
        bob, alice = one.clerk(), one.clerk("alice")
        await world.settle()
        await one.link.cut()
        shift_id = await shifts.open_shift(one.till, 10_000, bob)
        mug = one.product()
        for quantity in (1, 2, 3):
            await one.sell(mug, quantity)
        await refunds.refund(one.till, refunds.find(one.till, "2"), {1: 1}, "cash", bob, "broken")
        await refunds.void(one.till, refunds.find(one.till, "3"), alice, "rung up twice")
        await drawer.pay_out(one.till, 500, alice, "window cleaner")
        expected = shifts.totals(one.till, shift_id).expected_minor
        await shifts.close_shift(one.till, expected, bob)
        state = shifts.server_state(one.till, shift_id)
        assert (state.received, state.unsent) == (None, state.operations + 1)
        one.link.restore()
        await world.settle()
        await until(
            lambda: shifts.server_state(one.till, shift_id).is_complete, "the server has all of the shift"
        )
        state = shifts.server_state(one.till, shift_id)
        assert (state.received, state.disagrees, state.unsent) == (7, False, 0)


async def test_goods_sent_to_another_shop_are_seen_there_when_somebody_looks(tmp_path: Path) -> None:
    async with World(tmp_path) as world:
        [one] = world.tills
        await world.settle()
        mug = one.product()
        [annex, *_] = transfers.other_places(one.till)
        before = inventory.stock_row(one.till, mug.id).on_hand
        await transfers.send(one.till, annex, [(mug.id, 4)], one.clerk())
        await world.settle()
        assert one.agent is not None
        assert all(row.quantity is None for row in inventory.remote_stock(one.till, mug.id))
        one.agent.fetch_remote_stock(mug.id)

        def told() -> bool:
            return any(row.quantity is not None for row in inventory.remote_stock(one.till, mug.id))

        await until(told, "the server told of other places")
        there = {row.place: row.quantity for row in inventory.remote_stock(one.till, mug.id)}
        assert there[annex.name] is not None
        assert inventory.stock_row(one.till, mug.id).on_hand == before - 4


async def test_asking_of_other_places_in_an_outage_disturbs_nothing(tmp_path: Path) -> None:
    async with World(tmp_path) as world:
        [one] = world.tills
        await world.settle()
        await one.link.cut()
        assert one.agent is not None
        one.agent.fetch_remote_stock(one.product().id)
        await selling.sell(one.till, Cart().add(one.product()), one.clerk())
        one.link.restore()
        await world.settle()
        world.assert_converged()
