"""Whatever a till sends is answered: no value in any field is beyond the rules."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import orjson
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from server_stub.operations.parsing import read
from tests.kit.operations import T0_MS, close_shift, count, movement, open_shift, operation, sale, transfer
from tests.kit.rules import Rules

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
@given(data=st.data())
def test_every_item_is_answered_whatever_is_in_it(
    fresh_rules: Callable[[], AbstractContextManager[Rules]], data: st.DataObject
) -> None:
    items = [base() for base in BASES]
    for item in items:
        *path, last = data.draw(st.sampled_from(places(item)))
        target: Any = item
        for step in path:
            target = target[step]
        target[last] = data.draw(ODD)
    with fresh_rules() as rules:
        results = rules.send("d1", *orjson.loads(orjson.dumps(items)))
        assert {result["status"] for result in results} <= STATUSES
        rules.level("p")
        rules.level("q")


def test_moments_beyond_the_calendar_are_refused_in_words() -> None:
    for moment in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        intake = read({**movement("p", 1), "timestamp": moment})
        assert intake.operation is None
        assert intake.problem.startswith("timestamp: ")


def test_quantities_that_no_field_could_carry_are_refused_or_kept_for_a_manager(rules: Rules) -> None:
    most = 10**12
    given_away = sale({"q": most})
    given_away["data"] |= {"totalMinor": 0, "payments": []}
    given_away["data"]["lines"][0] |= {"unitPriceMinor": 0, "totalMinor": 0}
    results = rules.send(
        "d1", movement("p", most), movement("p", 1), given_away, sale({"q": 1}), count("p", -most)
    )
    assert [result["status"] for result in results] == [
        "applied",
        "rejected",
        "applied",
        "quarantined",
        "rejected",
    ]
    assert rules.level("p") == (most, 1)
