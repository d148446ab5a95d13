"""A reason and a payment method that one till has and neither the server nor another till knows.

An older till works with a newer server, and a newer till with an older server: nothing is refused or
lost, and an unknown word is shown as it is.
"""

from pathlib import Path

import pytest

from app.domain.cart import Cart
from app.domain.tender import Tender
from app.domain.vocabulary.movement_reasons import MOVEMENT_REASONS, MovementReason, Sign, reason_of
from app.domain.vocabulary.payment_methods import PAYMENT_METHODS, PaymentMethod, method_of
from app.services.cash import shifts
from app.services.stock import inventory
from app.services.stock.catalogue import ProductView
from app.services.sync import queue
from tests.kit import selling
from tests.kit.tills import WorldTill
from tests.kit.waiting import until
from tests.kit.world import World


async def test_words_of_a_newer_till_reach_the_server_and_come_back_to_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with World(tmp_path, tills=2) as world:
        one, other = world.tills
        await world.settle()
        with monkeypatch.context() as newer:
            newer.setitem(
                MOVEMENT_REASONS.rows,
                "sample",
                MovementReason("sample", "Sample", "given away", Sign.TAKES, offered=True),
            )
            newer.setitem(
                PAYMENT_METHODS.rows, "gift_card", PaymentMethod("gift_card", "Gift card", at_tender=True)
            )
            mug, bob = one.product(), one.clerk()
            before = inventory.stock_row(one.till, mug.id).on_hand
            shift_id = await shifts.open_shift(one.till, 0, bob)
            await inventory.adjust(one.till, mug.id, -2, "sample", "tasting", bob)
            cart = Cart().add(mug)
            sale = await selling.sell(one.till, cart, bob, [Tender("gift_card", cart.total_minor)])
            await shifts.close_shift(one.till, 0, bob)
            await world.settle()
            await until(
                lambda: shifts.server_state(one.till, shift_id).is_complete, "all of the shift is there"
            )
            assert not shifts.server_state(one.till, shift_id).disagrees
            assert not queue.attention(one.till)
            assert given_away(one, mug) == [("Sample", -2)]
        # The other till is older: it has neither word.
        assert given_away(other, mug) == [("sample", -2)]
        assert str(method_of("gift_card").name) == "gift_card"
        assert inventory.stock_row(other.till, mug.id).on_hand == before - 3
        world.assert_converged()
        world.assert_each_sale_once([sale])
        ((flags,),) = world.query("SELECT flags FROM till_transaction WHERE id = ?", sale.id)
        assert "unknown_method:gift_card" in str(flags), "whoever runs the shop hears of it"


def given_away(till: WorldTill, product: ProductView) -> list[tuple[str, int]]:
    """Movements for the made-up reason that the server has confirmed, as this till calls it."""
    return [
        (reason_of(moved.reason).in_list(), moved.delta)
        for moved in inventory.movements(till.till, product.id)
        if moved.reason == "sample" and moved.confirmed
    ]
