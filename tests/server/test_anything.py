"""Whatever a till sends is answered: no value in any field is beyond the rules."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import orjson
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from server_stub.operations.parsing import read
from tests.kit.operations import (
    T0_MS,
    close_shift,
    count,
    movement,
    open_shift,
    operation,
    rfc3339,
    sale,
    transfer,
)
from tests.kit.rules import Rules

RATE = {
    "name": "Standard",
    "steps": [{"ratePpm": 190_000}, {"from": "2026-02-27", "ratePpm": 210_000}],
}


def setting(name: str, value: Any) -> dict[str, Any]:
    return operation("setting", {"value": value, "base": None}, resourceId=name)


def named_sale() -> dict[str, Any]:
    """With all that a line and a sale may say."""
    item = sale({"p": 2}, refersTo="T1-000001", clockOffsetMs=7, tenantSeq=1)
    item["approvals"] = [{"right": "large_discount", "of": "line:1", "approver": "mia", "at": rfc3339(T0_MS)}]
    (line,) = item["data"]["lines"]
    line |= {"taxName": "std", "taxRatePpm": 190_000, "taxMinor": 32, "discountMinor": 20, "unit": "each"}
    item["data"] |= {"taxMinor": 32, "roundingMinor": 0, "shiftId": "shift"}
    return item


BASES: list[Callable[[], dict[str, Any]]] = [
    lambda: movement("p", -3, deviceSeq=1, clockOffsetMs=5),
    lambda: count("p", 4, T0_MS, version=0),
    lambda: sale({"p": 1, "q": 2}, refersTo="T1-000001"),
    lambda: sale({"p": 1}, kind="refund"),
    lambda: operation("product", {"name": "Tea"}, operation="create", resourceId="tea"),
    lambda: operation("product", {"set": {"name": "x"}, "base": {}}, resourceId="jam", version=1),
    lambda: operation("conflict", {"resolution": "merge", "mergedData": {}}, resourceId="c"),
    lambda: operation("conflict", {"conflictId": "c"}, operation="create", resourceId="c"),
    lambda: transfer({"p": 1, "q": 2}),
    open_shift,
    lambda: close_shift(1, 3, spent={2: "hash"}),
    lambda: setting("low_stock", 3),
    lambda: setting("tax_rate.std", RATE | {"steps": [{"ratePpm": 200_000}]}),
    lambda: setting("main:quantity_max", 50),
    lambda: operation("product_alias", {"productId": "p"}, operation="create", resourceId="q"),
    lambda: operation("product_alias", {"barcode": "5"}, operation="delete", resourceId="q"),
    named_sale,
]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=80),
    st.sampled_from(
        [
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "0001-01-01T00:00:00Z",
            1e30,
            10**12,
            -(10**12),
        ]
    ),
    st.lists(st.none(), max_size=2),
    st.dictionaries(st.text(max_size=5), st.none(), max_size=2),
)
STATUSES = {"applied", "rejected", "quarantined", "conflict", "blocked"}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value that another value can be put at."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [path] if path else []
    for key, below in inner:
        found += places(below, (*path, key))
    return found


@hypothesis_settings(max_examples=150, deadline=None)
@given(data=st.data(), device=st.sampled_from(["d1", None]))
def test_every_item_is_answered_whatever_is_in_it(
    fresh_rules: Callable[[], AbstractContextManager[Rules]], data: st.DataObject, device: str | None
) -> None:
    items = [base() for base in BASES]
    for item in items:
        *path, last = data.draw(st.sampled_from(places(item)))
        target: Any = item
        for step in path:
            target = target[step]
        target[last] = data.draw(ODD)
    with fresh_rules() as rules:
        rules.send(None, setting("tax_rate.std", RATE))
        rules.list_goods("p", "q")
        results = rules.send(device, *orjson.loads(orjson.dumps(items)))
        assert {result["status"] for result in results} <= STATUSES
        rules.level("p")
        rules.level("q")


def test_moments_beyond_the_calendar_are_refused_in_words() -> None:
    for moment in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        intake = read({**movement("p", 1), "timestamp": moment})
        assert intake.operation is None
        assert intake.problem.startswith("timestamp: ")


def test_implausible_quantities_are_refused_and_a_completed_sale_of_them_is_taken(rules: Rules) -> None:
    most = 10**12
    given_away = sale({"q": most})
    given_away["data"] |= {"totalMinor": 0, "payments": []}
    given_away["data"]["lines"][0] |= {"unitPriceMinor": 0, "totalMinor": 0}
    results = rules.send(
        "d1", movement("p", most), movement("p", 1), given_away, sale({"q": 1}), count("p", -most)
    )
    assert [result["status"] for result in results] == [
        "rejected",
        "applied",
        "applied",
        "applied",
        "rejected",
    ]
    assert rules.level("p") == (1, 1)
    assert rules.level("q")[0] == -most - 1
