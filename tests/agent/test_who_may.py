"""Who may, between real tills and a real server: what the tills allow, and what the server makes of it."""

from functools import partial
from pathlib import Path

import httpx

from app.domain.cart import Cart
from app.domain.discount import Discount
from app.services import flag_words
from app.services.cash import drawer, shifts
from app.services.selling import checkout, history, refunds
from app.services.sync import flagged, queue
from tests.kit import selling
from tests.kit.demo import PASSWORD, TENANT
from tests.kit.waiting import until
from tests.kit.world import World


async def dismiss(world: World, user_id: str) -> None:
    async with httpx.AsyncClient(base_url=world.url, trust_env=False) as http:
        asked = {"tenantId": TENANT, "username": "ada", "password": PASSWORD}
        token = (await http.post("/api/v1/auth/login", json=asked)).json()["data"]["accessToken"]
        answer = await http.patch(
            f"/api/v1/users/{user_id}", json={"disabled": True}, headers={"Authorization": f"Bearer {token}"}
        )
    assert answer.status_code == 200, answer.text


def flags(world: World) -> list[object]:
    return [row[0] for row in world.query("SELECT flags FROM till_transaction WHERE flags != '[]'")]


async def test_what_a_manager_approved_at_a_till_the_server_finds_nothing_odd_about(tmp_path: Path) -> None:
    async with World(tmp_path) as world:
        [one] = world.tills
        await world.settle()
        bob, alice = one.clerk(), one.clerk("alice")
        await shifts.open_shift(one.till, 10_000, bob)
        mug = one.product()
        assert mug.price_minor is not None
        cheaper = Cart().add(mug, 3).set_price(1, mug.price_minor - 17, "dented")
        half = Cart().add(mug, 2).discount_line(1, Discount("share", 500_000))
        all_half = Cart().add(mug, 2).add(one.product(1)).discount_sale(Discount("share", 500_000))
        for cart in (cheaper, half, all_half):
            sale = checkout.approve(one.till, selling.rung_up(one.till, cart), alice)
            await selling.pay(one.till, sale, bob)
        await selling.take_back(one.till, Cart().add(mug), bob, approved_by=alice)
        await selling.sell(one.till, Cart().add(mug, 5), bob)
        await refunds.refund(one.till, refunds.find(one.till, "1"), {1: 1}, "cash", bob, "broken")
        await refunds.void(one.till, refunds.find(one.till, "5"), bob, "rung up twice", approved_by=alice)
        await drawer.pay_out(one.till, 500, bob, "window cleaner", approved_by=alice)
        await drawer.open_without_sale(one.till, bob, "change", approved_by=alice)
        await world.settle()
        assert flags(world) == []
        assert len(world.query("SELECT 1 FROM till_transaction")) == 9


async def test_a_dismissed_clerk_who_sells_at_a_till_that_has_not_heard_is_seen_at_every_till(
    tmp_path: Path,
) -> None:
    async with World(tmp_path, tills=2) as world:
        away, other = world.tills
        await world.settle()
        bob = away.clerk()
        await away.link.cut()
        await dismiss(world, bob.id)
        sold = await away.sell(away.product(), 2)
        away.link.restore()
        await world.settle()
        assert flags(world) == [f'["inactive_actor:{bob.id}"]']
        for till in (away, other):
            await until(partial(flagged.unseen, till.till), f"{till.name} lists it")
            [row] = flagged.unseen(till.till)
            assert row.operation_id == sold.id
            assert row.error == f"{bob.name}, who did it, did not work here any more."
            assert queue.counts(till.till).flagged == 1
        assert flag_words.of_sale(away.till, sold.id) == [
            f"{bob.name}, who did it, did not work here any more"
        ]
        [listed] = history.recent_sales(away.till)
        assert listed.is_flagged
        await flagged.mark_seen(other.till, sold.id, other.clerk("alice"))
        assert (queue.counts(other.till).flagged, queue.counts(away.till).flagged) == (0, 1)
