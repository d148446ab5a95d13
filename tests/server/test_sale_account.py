"""The server's account of a sale: what goes back beyond it is flagged, whoever sent it and in what order."""

import itertools
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server_stub.services.people import enrolment
from sync_agent.contract.identity import EnrollRequest
from tests.kit.operations import T0_MS, operation, rfc3339
from tests.kit.rules import MIA, Rules

MINUTE_MS = 60_000


def enrol(rules: Rules, name: str = "Till", place: str = "main") -> tuple[str, str]:
    """A till's id and receipt series."""
    answer = rules.database.transact(
        "t", lambda unit: enrolment.enroll(unit, MIA, EnrollRequest(name=name, location_id=place))
    )
    return answer.device_id, answer.receipt_series


def line(quantity: int, total: int, price: int, product: str = "tea", **more: Any) -> dict[str, Any]:
    """Without tax; what the price comes to more than the total is discount."""
    return {
        "productId": product,
        "description": product,
        "quantity": quantity,
        "unitPriceMinor": price,
        "discountMinor": price * quantity - total,
        "totalMinor": total,
    } | more


def transaction(
    number: str, lines: list[dict[str, Any]], *payments: tuple[str, int], minute: int = 0, **more: Any
) -> dict[str, Any]:
    total = sum(one["totalMinor"] for one in lines)
    paid = sum(amount for _, amount in payments)
    data = {
        "kind": "sale",
        "receiptNumber": number,
        "currency": "GBP",
        "lines": lines,
        "payments": [{"method": method, "amountMinor": amount} for method, amount in payments],
        "totalMinor": total,
        "roundingMinor": paid - total if payments else 0,
        "occurredAt": rfc3339(T0_MS + minute * MINUTE_MS),
    }
    envelope = {name: more.pop(name) for name in ("actorId", "approvals", "approvedById") if name in more}
    return operation(
        "transaction",
        data | more,
        operation="create",
        locationId="main",
        **({"actorId": "mia"} | envelope),
    )


def back(
    number: str, sale: dict[str, Any], lines: list[dict[str, Any]], *payments: tuple[str, int], **more: Any
) -> dict[str, Any]:
    """A refund of these lines, by default in cash."""
    paid = payments or (("cash", sum(one["totalMinor"] for one in lines)),)
    of = {"kind": "refund", "refundOf": sale["id"], "refersTo": sale["data"]["receiptNumber"]}
    return transaction(number, lines, *paid, **(of | more))


class Shop:
    """Two tills of one place, whose clerks say nothing wrong but what goes back."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.first, self.series = enrol(rules, "Till 1")
        self.second, self.other = enrol(rules, "Till 2")
        for name in ("tea", "mug"):
            data = {"name": name, "priceMinor": 100}
            rules.send(None, operation("product", data, operation="create", resourceId=name))

    def number(self, count: int, *, second: bool = False) -> str:
        return f"{self.other if second else self.series}-{count:06d}"

    def send(self, *operations: dict[str, Any], second: bool = False) -> None:
        results = self.rules.send(self.second if second else self.first, *operations)
        assert all(result["status"] == "applied" for result in results), results

    def flags(self, sent: dict[str, Any]) -> list[str]:
        ((written,),) = self.rules.query("SELECT flags FROM till_transaction WHERE id = :id", id=sent["id"])
        flags: list[str] = orjson.loads(written)
        return flags

    def beyond(self, sale: dict[str, Any]) -> list[str]:
        return [f"refund_beyond_sale:{sale['data']['receiptNumber']}"]


@pytest.fixture
def shop(rules: Rules) -> Shop:
    return Shop(rules)


def test_what_goes_back_line_by_line_is_not_flagged_and_one_piece_more_is(shop: Shop) -> None:
    sale = transaction(shop.number(1), [line(3, 100, 34), line(1, 40, 40)], ("cash", 140))
    parts = [
        back(shop.number(2), sale, [line(1, 33, 34, ofLine=1)], minute=1),
        back(shop.number(3), sale, [line(2, 67, 34, ofLine=1), line(1, 40, 40, ofLine=2)], minute=2),
        back(shop.number(4), sale, [line(1, 0, 40, ofLine=2)], minute=3),
    ]
    shop.send(sale, *parts)
    assert [shop.flags(one) for one in (sale, *parts)] == [[], [], [], shop.beyond(sale)]


def test_more_money_than_a_line_was_paid_is_flagged_however_few_pieces(shop: Shop) -> None:
    sale = transaction(shop.number(1), [line(2, 100, 50), line(1, 900, 900, "mug")], ("cash", 1000))
    odd = back(shop.number(2), sale, [line(1, 101, 101, ofLine=1)], minute=1)
    shop.send(sale, odd)
    assert shop.flags(odd) == shop.beyond(sale)


def test_a_line_that_two_tills_gave_back_is_flagged_at_the_later_whichever_arrives_first(shop: Shop) -> None:
    sale = transaction(shop.number(1), [line(1, 500, 500)], ("cash", 500))
    earlier = back(shop.number(2), sale, [line(1, 500, 500, ofLine=1)], minute=5)
    later = back(shop.number(1, second=True), sale, [line(1, 500, 500, ofLine=1)], minute=6)
    shop.send(sale)
    shop.send(later, second=True)
    assert shop.flags(later) == []
    shop.send(earlier)
    assert (shop.flags(earlier), shop.flags(later)) == ([], shop.beyond(sale))


def test_a_refund_that_arrives_before_its_sale_is_judged_when_the_sale_arrives(shop: Shop) -> None:
    sale = transaction(shop.number(1), [line(1, 500, 500)], ("cash", 500))
    good = back(shop.number(1, second=True), sale, [line(1, 500, 500, ofLine=1)], minute=5)
    odd = back(shop.number(2, second=True), sale, [line(100, 50_000, 500, ofLine=1)], minute=6)
    shop.send(good, odd, second=True)
    assert shop.flags(good) == shop.flags(odd) == [f"unknown_reference:{shop.number(1)}"]
    shop.send(sale)
    assert (shop.flags(good), shop.flags(odd)) == ([], shop.beyond(sale))


def test_a_payment_gives_back_what_it_took_and_more_only_with_a_manager(shop: Shop) -> None:
    sale = transaction(shop.number(1), [line(4, 2000, 500)], ("card", 1500), ("cash", 500))
    by_cash = [("cash", 500)]
    yes = {"right": "refund_other_tender", "approver": "mia", "atMost": 500, "at": rfc3339(T0_MS)}
    piece = [line(1, 500, 500, ofLine=1)]
    parts = [
        back(shop.number(2), sale, piece, *by_cash, minute=1, actorId="cleo"),
        back(shop.number(3), sale, piece, *by_cash, minute=2, actorId="cleo"),
        back(shop.number(4), sale, piece, *by_cash, minute=3, actorId="cleo", approvals=[yes]),
        back(shop.number(5), sale, piece, *by_cash, minute=4, actorId="mia"),
    ]
    shop.send(sale, *parts)
    assert [shop.flags(one) for one in parts] == [[], shop.beyond(sale), [], []]


def test_an_approval_goes_no_further_than_it_says(shop: Shop) -> None:
    sale = transaction(shop.number(1), [line(1, 500, 500)], ("card", 500))
    yes = {"right": "refund_other_tender", "approver": "mia", "atMost": 499, "at": rfc3339(T0_MS)}
    odd = back(shop.number(2), sale, [line(1, 500, 500, ofLine=1)], minute=1, actorId="cleo", approvals=[yes])
    shop.send(sale, odd)
    assert shop.flags(odd) == shop.beyond(sale)


def test_cash_that_was_rounded_goes_back_as_it_was_taken_and_no_coin_more(shop: Shop) -> None:
    sale = transaction(shop.number(1), [line(12, 1164, 97)], ("cash", 1160))
    whole = back(shop.number(2), sale, [line(12, 1164, 97, ofLine=1)], ("cash", 1160), minute=1)
    shop.send(sale, whole)
    assert shop.flags(whole) == []
    other = transaction(shop.number(3), [line(12, 1164, 97)], ("cash", 1160))
    odd = back(shop.number(4), other, [line(12, 1164, 97, ofLine=1)], ("cash", 1170), minute=1)
    shop.send(other, odd)
    assert shop.flags(odd) == shop.beyond(other)


def test_a_refund_of_an_earlier_release_is_laid_on_lines_once(shop: Shop) -> None:
    """It names a receipt number and no line. Two lines of one price, of which one was cheaper."""
    sale = transaction(shop.number(1), [line(1, 400, 500), line(1, 500, 500)], ("cash", 900))
    old = {"refundOf": None}
    parts = [
        back(shop.number(2), sale, [line(1, 500, 500)], minute=1, **old),
        back(shop.number(3), sale, [line(1, 400, 500, ofLine=1)], minute=2),
        back(shop.number(4), sale, [line(1, 0, 500)], minute=3, **old),
    ]
    shop.send(sale, *parts)
    assert [shop.flags(one) for one in parts] == [[], [], shop.beyond(sale)]


def test_a_void_after_a_refund_goes_beyond_the_sale(shop: Shop) -> None:
    sale = transaction(shop.number(1), [line(2, 1000, 500)], ("cash", 1000))
    part = back(shop.number(2), sale, [line(1, 500, 500, ofLine=1)], minute=1)
    void = back(shop.number(3), sale, [line(2, 1000, 500, ofLine=1)], minute=2, kind="void")
    shop.send(sale, part, void)
    assert (shop.flags(part), shop.flags(void)) == ([], shop.beyond(sale))


def test_two_sales_of_one_number_have_an_account_each(shop: Shop) -> None:
    """Two tills came to use one series, as a restored server once gave it out twice."""
    first = transaction(shop.number(1), [line(1, 500, 500)], ("cash", 500))
    twin = transaction(shop.number(1), [line(1, 500, 500)], ("cash", 500))
    of_first = back(shop.number(2), first, [line(1, 500, 500, ofLine=1)], minute=1)
    of_twin = back(shop.number(2, second=True), twin, [line(1, 500, 500, ofLine=1)], minute=2)
    shop.send(first, of_first)
    shop.send(twin, of_twin, second=True)
    assert (shop.flags(of_first), shop.flags(of_twin)) == ([], [])


# --- in any order -------------------------------------------------------------------------------------

PART = st.tuples(st.integers(1, 3), st.integers(1, 4), st.sampled_from(["cash", "card"]), st.booleans())
"""Line, quantity, method, and whether the second till made it."""


@settings(max_examples=12, deadline=None)
@given(
    parts=st.lists(PART, min_size=1, max_size=6),
    order=st.randoms(use_true_random=False),
    at=st.integers(0, 6),
)
def test_in_any_order_the_same_returns_are_flagged_as_by_hand(
    fresh_rules: Callable[[], AbstractContextManager[Rules]], parts: list[Any], order: Any, at: int
) -> None:
    """Three lines of 4 at 100 each, 700 by card and 500 in cash. What is beyond is worked out by hand, in the
    order in which it happened; whoever gave it back is a clerk.
    """
    with fresh_rules() as rules:
        shop = Shop(rules)
        sale = transaction(
            shop.number(1), [line(4, 400, 100) for _ in range(3)], ("card", 700), ("cash", 500)
        )
        made: list[tuple[bool, dict[str, Any]]] = []
        expected: list[bool] = []
        paid = 1200
        left, money = {1: 4, 2: 4, 3: 4}, {"card": 700, "cash": 500}
        for count, (of_line, quantity, method, second) in enumerate(parts, start=2):
            amount = 100 * quantity
            part = [line(quantity, amount, 100, ofLine=of_line)]
            one = back(
                shop.number(count, second=second), sale, part, (method, amount), minute=count, actorId="cleo"
            )
            made.append((second, one))
            over_line = quantity > max(0, left[of_line])
            over_money = amount > max(0, money[method])
            over_all = amount > max(0, paid)
            expected.append(over_line or over_money or over_all)
            paid -= amount
            left[of_line] -= quantity
            money[method] -= min(amount, max(0, money[method]))
        arrivals: list[tuple[bool, dict[str, Any]]] = list(made)
        order.shuffle(arrivals)
        arrivals.insert(min(at, len(arrivals)), (False, sale))
        for second, group in itertools.groupby(arrivals, key=lambda arrival: arrival[0]):
            shop.send(*(one for _, one in group), second=second)
        found = [shop.flags(one) for _, one in made]
        assert [flags == shop.beyond(sale) for flags in found] == expected
        assert all(flags in ([], shop.beyond(sale)) for flags in found)
