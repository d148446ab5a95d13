"""Joining and parting an article with a long journal: the right parts, in few steps."""

import pytest

from server_stub.services.stock import count_order
from server_stub.services.stock.count_order import Moment, Order
from tests.kit.articles import MINUTE_MS, OTHER_GTIN, applied, create, join, levels, part
from tests.kit.operations import T0_MS, count, movement, rfc3339, sale
from tests.kit.rules import Rules


def test_parting_after_very_many_counts_in_turn_divides_the_last(rules: Rules) -> None:
    """Each count found what the one before found of the other id, and the rest of its own."""
    rules.clock.ms = T0_MS + 1000 * MINUTE_MS
    applied(rules, create("a"), create("b"))
    counts, parts = [], {"a": 0, "b": 0}
    for number in range(600):
        own, other = ("a", "b") if number % 2 else ("b", "a")
        at = T0_MS + number * MINUTE_MS
        counts.append(count(own, number % 7, at, timestamp=rfc3339(at)))
        parts[own] = number % 7 - parts[other]
    applied(rules, *counts)
    applied(rules, part("b", barcode=OTHER_GTIN))
    assert levels(rules, "a", "b") == (parts["a"], parts["b"])


@pytest.mark.parametrize("counted", ["a", "b"])
def test_a_long_journal_is_read_once_and_each_movement_judged_few_times(
    rules: Rules, monkeypatch: pytest.MonkeyPatch, counted: str
) -> None:
    rules.clock.ms = T0_MS + 1000 * MINUTE_MS
    applied(rules, create("a"), create("b", barcode=OTHER_GTIN), movement("a", 500), movement("b", 500))
    items = []
    for number in range(60):
        at = T0_MS + (10 * number + 1) * MINUTE_MS
        items += [sale({name: 1}, at_ms=at + step * MINUTE_MS) for step in range(1, 4) for name in ("a", "b")]
        items.append(count(counted, 400, at, timestamp=rfc3339(at)))
    applied(rules, *items)
    judged = 0

    def order(moved: Moment, seen_by: Moment) -> Order:
        nonlocal judged
        judged += 1
        return known(moved, seen_by)

    known = count_order.order
    monkeypatch.setattr(count_order, "order", order)
    before = levels(rules, "a", "b")
    with rules.statements() as statements:
        applied(rules, join("b", "a"))
    read = [one for one in statements if "ORDER BY stock_movement.version" in one]
    assert len(read) == 2, read
    applied(rules, part("b"))
    assert judged < 4 * len(items)
    assert levels(rules, "a", "b") == before
