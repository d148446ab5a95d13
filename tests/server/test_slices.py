"""How operations are sliced changes nothing: together, one at a time, or each in its own transaction."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from server_stub.operations import queue
from tests.kit.operations import (
    T0_MS,
    close_shift,
    count,
    movement,
    open_shift,
    operation,
    sale,
    transfer,
)
from tests.kit.rules import Rules

MINUTE_MS = 60_000
PRODUCTS = st.sampled_from(["p", "q"])
MOMENTS = st.integers(-5, 5).map(lambda minutes: T0_MS + minutes * MINUTE_MS)
UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

KINDS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.builds(movement, PRODUCTS, st.integers(-5, 9).filter(bool), MOMENTS),
    st.builds(
        lambda product, quantity, at_ms, version: count(product, quantity, at_ms, version=version),
        PRODUCTS,
        st.integers(0, 9),
        MOMENTS,
        st.integers(0, 3),
    ),
    st.builds(
        lambda product, quantity, kind: sale({product: quantity}, kind, refersTo="T1-000001"),
        PRODUCTS,
        st.integers(1, 3),
        st.sampled_from(["sale", "refund", "void", "swap"]),
    ),
    st.builds(lambda product: sale({product: 1}, timestamp="yesterday"), PRODUCTS),
    st.builds(lambda product: sale({product: 1}, locationId="annex"), PRODUCTS),
    st.builds(lambda product: transfer({product: 1}), PRODUCTS),
    st.builds(
        lambda product, name: operation(
            "product", {"name": name}, operation="create", resourceId=product, actorId="mia"
        ),
        PRODUCTS,
        st.sampled_from(["Tea", "Jam"]),
    ),
    st.builds(
        lambda product, name, version: operation(
            "product",
            {"set": {"name": name}, "base": {}},
            resourceId=product,
            version=version,
            actorId="mia",
        ),
        PRODUCTS,
        st.sampled_from(["Tea", "Jam"]),
        st.integers(1, 3),
    ),
    st.builds(lambda product: operation("weather", {"of": product}), PRODUCTS),
    st.builds(open_shift, st.sampled_from(["s", "t"])),
)
CLOSING = st.builds(
    lambda shift, last: close_shift(1, last, shift=shift), st.sampled_from(["s", "t"]), st.integers(1, 9)
)


def numbered(items: Sequence[dict[str, Any]], repeat: Sequence[int]) -> list[dict[str, Any]]:
    """Numbers them as one till does; those at `repeat` come a second time right after themselves."""
    sent: list[dict[str, Any]] = []
    for place, item in enumerate(items):
        one = {**item, "deviceSeq": place + 1}
        sent += [one, one] if place in repeat else [one]
    return sent


def unrelated(item: dict[str, Any]) -> dict[str, Any]:
    """A till transaction under a number of its own that refers to none; anything else as it is."""
    if item["resourceType"] != "transaction":
        return item
    data = {name: value for name, value in item["data"].items() if name != "refersTo"}
    return {**item, "data": data | {"receiptNumber": f"T1-{item['deviceSeq']:06d}"}}


def without_new_ids(value: object, sent: Sequence[dict[str, Any]]) -> bytes:
    """JSON in which what the server named itself is named by the order of its first mention."""
    known = {str(item["id"]).encode() for item in sent}
    names: dict[bytes, bytes] = {}

    def name(match: re.Match[bytes]) -> bytes:
        found = match.group()
        return found if found in known else names.setdefault(found, b"new-%d" % len(names))

    return UUID.sub(name, orjson.dumps(value, default=str))


def books(rules: Rules) -> list[Any]:
    """Everything that others will see of what was done."""
    return [
        rules.query(
            "SELECT stream, seq, resource_type, resource_id, version, operation_id FROM change"
            " ORDER BY stream, seq"
        ),
        rules.query("SELECT product_id, location_id, quantity, version FROM stock_level ORDER BY 1, 2"),
        rules.query("SELECT id, status, device_seq FROM operation ORDER BY device_seq, id"),
        rules.query("SELECT operation_id, outcome, kind FROM audit_entry ORDER BY seq"),
    ]


def singles(
    items: Sequence[queue.ReceivedOperation], _answers: object
) -> Iterator[list[queue.ReceivedOperation]]:
    for item in items:
        yield [item]


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    items=st.lists(st.one_of(KINDS, KINDS, CLOSING), min_size=2, max_size=14),
    repeat=st.lists(st.integers(0, 13), max_size=2),
)
def test_a_mix_is_judged_the_same_in_slices_and_one_at_a_time(
    fresh_rules: Callable[[], AbstractContextManager[Rules]],
    monkeypatch: pytest.MonkeyPatch,
    items: list[dict[str, Any]],
    repeat: list[int],
) -> None:
    sent = numbered(items, repeat)
    with fresh_rules() as rules:
        in_slices = without_new_ids([rules.send("d1", *sent), *books(rules)], sent)
    with monkeypatch.context() as patch, fresh_rules() as rules:
        patch.setattr(queue, "_slices", singles)
        one_at_a_time = without_new_ids([rules.send("d1", *sent), *books(rules)], sent)
    assert in_slices == one_at_a_time


@hypothesis_settings(max_examples=40, deadline=None)
@given(
    items=st.lists(KINDS, min_size=2, max_size=14),
    repeat=st.lists(st.integers(0, 13), max_size=2),
)
def test_a_mix_is_judged_the_same_in_one_transaction_and_in_many(
    fresh_rules: Callable[[], AbstractContextManager[Rules]],
    items: list[dict[str, Any]],
    repeat: list[int],
) -> None:
    """Without closed shifts and flags that change, which are published once a transaction, so less often."""
    sent = [unrelated(item) for item in numbered(items, repeat)]
    products = [
        operation("product", {"name": product}, operation="create", resourceId=product) for product in "pq"
    ]
    with fresh_rules() as rules:
        rules.send(None, *products)
        together = without_new_ids([rules.send("d1", *sent), *books(rules)], sent)
    with fresh_rules() as rules:
        rules.send(None, *products)
        each = [result for item in sent for result in rules.send("d1", item)]
        apart = without_new_ids([each, *books(rules)], sent)
    assert together == apart
