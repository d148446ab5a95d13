"""Suggestions under every conflict that the wire can carry: they add up, and they invent nothing."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sync_agent.contract.conflicts import Conflict, ConflictSide, ConflictType, HistoryEntry, Resolution
from sync_agent.contract.wire import AMOUNT_MAX, format_time
from sync_agent.merge import MINUS, figure, suggest_product, suggest_stock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MOMENTS = st.integers(-600, 600).map(lambda minutes: NOON + timedelta(minutes=minutes))
NAMES = st.none() | st.sampled_from(["Maria", "عمر", "Zoë", ""])
SMALL = st.integers(-10_000, 10_000)
ANY_QUANTITY = st.integers(-AMOUNT_MAX, AMOUNT_MAX)


def side(values: dict[str, Any], version: int = 1, name: str | None = None) -> ConflictSide:
    return ConflictSide(values=values, version=version, actor_name=name)


def conflict(**parts: Any) -> Conflict:
    told = {
        "id": "c",
        "tenant_id": "t",
        "resource_type": "stock_level",
        "resource_id": "mug",
        "conflict_type": ConflictType.CONCURRENT_UPDATE,
        "timestamp": NOON,
        "user_id": "u",
        "location_id": "main",
    }
    return Conflict(**(told | parts))


@st.composite
def movements(draw: st.DrawFn, reasons: tuple[str, ...] = ("sale", "receive", "waste")) -> HistoryEntry:
    moment = draw(MOMENTS)
    return HistoryEntry(
        operation_id=draw(st.uuids()).hex,
        delta=draw(SMALL),
        reason=draw(st.sampled_from(reasons)),
        actor_name=draw(NAMES),
        occurred_at=moment,
        received_at=moment,
    )


HISTORIES = st.lists(movements(), max_size=6)


@given(base=SMALL, mine=SMALL, theirs=SMALL)
def test_two_changes_of_quantity_add_up_and_nothing_else(base: int, mine: int, theirs: int) -> None:
    found = suggest_stock(
        conflict(
            local_version=side({"quantity": mine}),
            server_version=side({"quantity": theirs}),
            base_version=side({"quantity": base}),
        )
    )
    assert found.quantity == base + (mine - base) + (theirs - base)


@given(base=SMALL, mine=SMALL, theirs=SMALL)
def test_it_does_not_matter_which_side_is_called_this_till(base: int, mine: int, theirs: int) -> None:
    def suggested(first: int, second: int) -> int | None:
        return suggest_stock(
            conflict(
                local_version=side({"quantity": first}),
                server_version=side({"quantity": second}),
                base_version=side({"quantity": base}),
            )
        ).quantity

    assert suggested(mine, theirs) == suggested(theirs, mine)


@given(counted=SMALL, history=HISTORIES, seed=st.randoms())
def test_a_count_stands_over_what_came_before_and_later_movements_are_on_top(
    counted: int, history: list[HistoryEntry], seed: Any
) -> None:
    shuffled = list(history)
    seed.shuffle(shuffled)
    parts = {
        "local_version": side({"quantity": counted, "countedAt": format_time(NOON)}),
        "server_version": side({"quantity": 3}),
        "base_version": side({"quantity": 5}),
    }
    found = suggest_stock(conflict(history=tuple(history), **parts))
    after = sum(entry.delta or 0 for entry in history if entry.occurred_at > NOON)
    assert found.quantity == counted + after
    assert suggest_stock(conflict(history=tuple(shuffled), **parts)).quantity == found.quantity


@given(counted=SMALL, theirs=SMALL, minutes=st.integers(0, 500), history=HISTORIES)
def test_the_later_of_two_counts_stands(
    counted: int, theirs: int, minutes: int, history: list[HistoryEntry]
) -> None:
    moment = NOON + timedelta(minutes=minutes)
    later = HistoryEntry(operation_id="o", delta=0, reason="count", occurred_at=moment, received_at=moment)
    found = suggest_stock(
        conflict(
            local_version=side({"quantity": counted, "countedAt": format_time(NOON)}),
            server_version=side({"quantity": theirs}),
            history=(*history, later),
        )
    )
    assert (found.quantity, found.resolution) == (theirs, Resolution.ACCEPT_SERVER)


def numbers(words: str) -> list[int]:
    return [
        int(found.replace(MINUS, "-").replace(" ", "")) for found in re.findall(rf"[{MINUS}]? ?\d+", words)
    ]


@given(base=SMALL, mine=SMALL, theirs=SMALL)
def test_the_sum_in_the_words_is_the_suggestion(base: int, mine: int, theirs: int) -> None:
    found = suggest_stock(
        conflict(
            local_version=side({"quantity": mine}),
            server_version=side({"quantity": theirs}),
            base_version=side({"quantity": base}),
        )
    )
    [told] = [line for line in found.explanation if line.startswith("Suggested")]
    suggested, *summands = numbers(told.replace("+ ", ""))
    assert suggested == found.quantity == sum(summands)
    assert figure(suggested, "each") in found.label


SIDES = st.builds(
    ConflictSide,
    values=st.fixed_dictionaries(
        {},
        optional={
            "quantity": ANY_QUANTITY,
            "newQuantity": ANY_QUANTITY,
            "countedAt": MOMENTS.map(format_time),
            "deleted": st.booleans(),
            "name": st.text(max_size=20),
            "priceMinor": st.none() | ANY_QUANTITY,
            "taxRatePpm": st.integers(0, 10_000_000),
            "unit": st.sampled_from(["each", "kg"]),
        },
    ),
    version=st.integers(0, 9),
    actor_name=NAMES,
    actor=NAMES,
    at=st.none() | MOMENTS,
)


@given(
    mine=SIDES,
    theirs=SIDES,
    base=st.none() | SIDES,
    history=st.lists(movements(("sale", "count", "resolution", "odd")), max_size=4),
    unit=st.sampled_from(["each", "kg"]),
)
def test_nothing_that_the_wire_can_carry_is_too_odd_to_be_explained(
    mine: ConflictSide,
    theirs: ConflictSide,
    base: ConflictSide | None,
    history: list[HistoryEntry],
    unit: str,
) -> None:
    parts = {"local_version": mine, "server_version": theirs, "base_version": base, "history": tuple(history)}
    stock = suggest_stock(conflict(**parts), unit=unit)
    product = suggest_product(conflict(resource_type="product", location_id=None, **parts))
    for found in (stock, product):
        assert found.explanation
        assert found.label.endswith("(suggested)")


FIELDS = st.fixed_dictionaries(
    {"name": st.sampled_from(["Mug", "Cup", "Bowl"]), "priceMinor": st.sampled_from([None, 100, 250, 300])}
)


@given(base=FIELDS, mine=FIELDS, theirs=FIELDS)
def test_a_products_fields_come_from_one_of_the_two_sides_and_one_sided_changes_are_kept(
    base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]
) -> None:
    found = suggest_product(
        conflict(
            resource_type="product",
            location_id=None,
            local_version=side(mine),
            server_version=side(theirs),
            base_version=side(base),
        )
    )
    suggested = theirs | (found.fields or {})
    for name, before in base.items():
        assert suggested[name] in (mine[name], theirs[name])
        if mine[name] != before == theirs[name]:
            assert suggested[name] == mine[name]
        if theirs[name] != before == mine[name]:
            assert suggested[name] == theirs[name]
