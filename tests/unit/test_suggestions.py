"""What is suggested in a conflict, and how it is explained."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.sync.suggestions import Suggestion, suggest_product, suggest_stock
from sync_agent.contract.conflicts import Conflict, ConflictSide, ConflictType, HistoryEntry, Resolution
from sync_agent.contract.wire import format_time

TEN = datetime(2025, 6, 2, 10, 0, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return TEN + timedelta(minutes=minutes)


def moved(delta: int, minutes: int, reason: str = "sale", who: str = "Omar") -> HistoryEntry:
    return HistoryEntry(
        operation_id=f"{who}-{minutes}",
        delta=delta,
        reason=reason,
        actor=who.lower(),
        actor_name=who,
        occurred_at=at(minutes),
        received_at=at(minutes + 60),
    )


def conflict(
    mine: dict[str, Any],
    theirs: dict[str, Any],
    base: dict[str, Any] | None,
    *history: HistoryEntry,
    resource_type: Literal["stock_level", "product"] = "stock_level",
    written: int = 5,
) -> Conflict:
    return Conflict(
        id="c1",
        tenant_id="demo",
        resource_type=resource_type,
        resource_id="mug",
        conflict_type=ConflictType.CONCURRENT_UPDATE,
        local_version=ConflictSide(values=mine, version=3, actor="maria", at=at(written)),
        server_version=ConflictSide(values=theirs, version=5, actor="omar", actor_name="Omar"),
        base_version=None if base is None else ConflictSide(values=base, version=3),
        history=history,
        timestamp=at(60),
        user_id="maria",
    )


def counted(quantity: int, minutes: int) -> dict[str, Any]:
    return {"quantity": quantity, "countedAt": format_time(at(minutes))}


def stock(base: int | None, mine: dict[str, Any], *history: HistoryEntry, **more: Any) -> Conflict:
    """A stock conflict whose server side is the base with the history on top."""
    theirs = (base or 0) + sum(entry.delta or 0 for entry in history)
    return conflict(
        mine, {"quantity": theirs}, None if base is None else {"quantity": base}, *history, **more
    )


def words(suggestion: Suggestion) -> str:
    return "\n".join(suggestion.explanation)


# --- stock -------------------------------------------------------------------------------------------


def test_two_changes_of_quantity_add_up() -> None:
    suggestion = suggest_stock(stock(20, {"quantity": 12}, moved(-5, 11)))
    assert suggestion.quantity == 7
    assert suggestion.resolution is Resolution.MERGE
    assert suggestion.label == "Use 7 (suggested)"
    assert words(suggestion) == (
        "Before: 20.\nYou took 8 → 12.\nOmar took 5 → 15.\nSuggested: 7 (20 − 8 − 5: both happened)."
    )


def test_the_same_change_twice_is_two_changes() -> None:
    suggestion = suggest_stock(stock(20, {"quantity": 12}, moved(-8, 11)))
    assert suggestion.quantity == 4


def test_a_count_stands_over_what_came_before_it_and_later_movements_go_on_top() -> None:
    suggestion = suggest_stock(stock(50, counted(40, 5), moved(-6, 2, who="Ada"), moved(-3, 9)))
    assert suggestion.quantity == 37
    assert suggestion.resolution is Resolution.MERGE
    assert words(suggestion) == (
        "You counted 40 at 10:05.\n"
        "Already in this count: 6 sold (Ada).\n"
        "Since the count: 3 sold (Omar).\n"
        "Suggested: 37 (40 − 3)."
    )


def test_a_count_with_nothing_after_it_is_used_as_it_is() -> None:
    suggestion = suggest_stock(stock(50, counted(40, 5), moved(-6, 2)))
    assert (suggestion.quantity, suggestion.resolution) == (40, Resolution.ACCEPT_LOCAL)
    assert "Nothing has moved since." in words(suggestion)


def test_of_two_counts_the_later_one_stands() -> None:
    later = suggest_stock(stock(50, counted(40, 5), moved(-8, 9, "count"), moved(-2, 12)))
    assert (later.quantity, later.resolution) == (40, Resolution.ACCEPT_SERVER)
    assert "Omar counted later at 10:09, so that count stands." in words(later)
    assert "Since that count: 2 sold (Omar)." in words(later)

    earlier = suggest_stock(stock(50, counted(40, 5), moved(-8, 1, "count"), moved(-2, 12)))
    assert (earlier.quantity, earlier.resolution) == (38, Resolution.MERGE)
    assert "The count by Omar was earlier, so this one stands over it." in words(earlier)


def test_a_figure_that_was_set_after_a_count_of_others_adds_its_change_to_it() -> None:
    suggestion = suggest_stock(stock(20, {"quantity": 12}, moved(-5, 1, "count")))
    assert suggestion.quantity == 7


def test_below_zero_is_shown_below_zero() -> None:
    suggestion = suggest_stock(stock(5, {"quantity": 1}, moved(-4, 7)))
    assert suggestion.quantity == -3
    assert suggestion.label == "Use −3 (suggested)"


def test_without_a_known_start_the_servers_figure_is_kept_and_that_is_said() -> None:
    suggestion = suggest_stock(conflict({"quantity": 12}, {"quantity": 15}, None))
    assert (suggestion.quantity, suggestion.resolution) == (15, Resolution.ACCEPT_SERVER)
    assert "Count it to be sure." in words(suggestion)


def test_weights_and_local_times_are_written_as_people_read_them() -> None:
    case = stock(5000, counted(4250, 5), moved(-1250, 9))
    suggestion = suggest_stock(case, unit="kg", zone=ZoneInfo("Europe/London"))
    assert suggestion.label == "Use 3.000 kg (suggested)"
    assert "You counted 4.250 kg at 11:05." in words(suggestion)


MOVEMENTS = st.lists(
    st.builds(
        moved,
        delta=st.integers(-50, 50),
        minutes=st.integers(0, 120),
        reason=st.sampled_from(["sale", "refund", "receive", "waste", "correction"]),
        who=st.sampled_from(["Omar", "Ada"]),
    ),
    max_size=8,
)
FIGURES = st.integers(-1000, 1000)


@given(FIGURES, FIGURES, MOVEMENTS)
def test_changes_are_each_taken_once(base: int, mine: int, history: list[HistoryEntry]) -> None:
    suggestion = suggest_stock(stock(base, {"quantity": mine}, *history))
    assert suggestion.quantity == mine + sum(entry.delta or 0 for entry in history)
    says_its_figure(suggestion)


@given(FIGURES, FIGURES, st.integers(0, 120), MOVEMENTS)
def test_a_count_takes_each_later_movement_once_and_no_earlier_one(
    base: int, mine: int, minutes: int, history: list[HistoryEntry]
) -> None:
    suggestion = suggest_stock(stock(base, counted(mine, minutes), *history))
    later = sum(entry.delta or 0 for entry in history if entry.occurred_at > at(minutes))
    assert suggestion.quantity == mine + later
    says_its_figure(suggestion)


@given(FIGURES, FIGURES, st.integers(0, 120), st.permutations([moved(-3, 4), moved(7, 50), moved(-1, 90)]))
def test_the_order_in_which_movements_arrived_does_not_matter(
    base: int, mine: int, minutes: int, history: list[HistoryEntry]
) -> None:
    shuffled = suggest_stock(stock(base, counted(mine, minutes), *history))
    ordered = sorted(history, key=lambda entry: entry.occurred_at)
    assert shuffled.quantity == suggest_stock(stock(base, counted(mine, minutes), *ordered)).quantity


def says_its_figure(suggestion: Suggestion) -> None:
    """The figure is on the button and in the last line; the choice is the one that leads to it."""
    assert suggestion.quantity is not None
    written = str(suggestion.quantity).replace("-", "−")
    assert written in suggestion.label
    assert written in suggestion.explanation[-1]


# --- products ----------------------------------------------------------------------------------------

MUG = {"name": "Blue mug", "priceMinor": 450, "taxRatePpm": 200_000}


def product(mine: dict[str, Any], theirs: dict[str, Any], base: dict[str, Any] | None = None) -> Conflict:
    return conflict(mine, theirs, MUG if base is None else base, resource_type="product")


def test_fields_that_only_one_side_changed_are_both_kept() -> None:
    suggestion = suggest_product(product(MUG | {"priceMinor": 500}, MUG | {"name": "Navy mug"}))
    assert suggestion.fields == {"name": "Navy mug", "priceMinor": 500}
    assert suggestion.resolution is Resolution.MERGE
    assert "Only you changed the price: 4.50 → 5.00." in suggestion.explanation
    assert "Only Omar changed the name: “Blue mug” → “Navy mug”." in suggestion.explanation


def test_a_field_that_both_changed_keeps_the_servers_value_and_shows_both() -> None:
    suggestion = suggest_product(product({"priceMinor": 500}, MUG | {"priceMinor": 550}))
    assert suggestion.fields == {"priceMinor": 550}
    assert suggestion.resolution is Resolution.ACCEPT_SERVER
    assert "you to 5.00, Omar to 5.50" in words(suggestion)


def test_an_edit_that_meets_no_other_is_used_as_it_is() -> None:
    suggestion = suggest_product(product({"taxRatePpm": 50_000}, MUG))
    assert suggestion.resolution is Resolution.ACCEPT_LOCAL
    assert "the tax rate: 20 % → 5 %" in words(suggestion)


@pytest.mark.parametrize(
    ("mine", "theirs", "resolution"),
    [
        ({"priceMinor": 500}, MUG | {"deleted": True}, Resolution.ACCEPT_LOCAL),
        ({"deleted": True}, MUG | {"priceMinor": 550}, Resolution.ACCEPT_SERVER),
    ],
)
def test_edited_against_deleted_suggests_to_restore(
    mine: dict[str, Any], theirs: dict[str, Any], resolution: Resolution
) -> None:
    suggestion = suggest_product(product(mine, theirs))
    assert suggestion.resolution is resolution
    assert suggestion.label == "Restore (suggested)"
    assert "deleted it while" in suggestion.explanation[0]


def test_both_deleted_leaves_it_deleted() -> None:
    suggestion = suggest_product(product({"deleted": True}, MUG | {"deleted": True}))
    assert (suggestion.resolution, suggestion.fields) == (Resolution.ACCEPT_SERVER, {})


@given(
    st.dictionaries(st.sampled_from(sorted(MUG)), st.integers(0, 9), min_size=1),
    st.dictionaries(st.sampled_from(sorted(MUG)), st.integers(0, 9)),
)
def test_a_suggested_field_is_always_one_that_somebody_wrote(
    mine: dict[str, Any], theirs: dict[str, Any]
) -> None:
    suggestion = suggest_product(product(mine, MUG | theirs))
    assert suggestion.fields is not None
    for name, value in suggestion.fields.items():
        assert value in {mine[name], (MUG | theirs)[name]}
        if mine[name] == MUG[name]:
            assert value == (MUG | theirs)[name]
