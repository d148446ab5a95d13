"""What must hold of every suggestion, for any conflict that can come over the wire, however odd."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.quantity import quantity_in_words
from app.services.sync.suggestions import Suggestion, suggest_product, suggest_stock
from resources.words import MINUS
from sync_agent.contract.conflicts import Conflict, ConflictSide, ConflictType, HistoryEntry, Resolution
from sync_agent.contract.wire import AMOUNT_MAX, format_time
from sync_agent.merge import differing_fields, quantity_of

TEN = datetime(2025, 6, 2, 10, 0, tzinfo=UTC)
SETTING_A_FIGURE = ("count", "resolution")
MOVING = ("sale", "refund", "receive", "waste", "found", "correction", "transfer_in", "transfer_out", "moved")
UNITS = st.sampled_from(["each", "kg", "l", "każda"])
ZONES = st.sampled_from(["UTC", "Europe/Warsaw", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"])

AMOUNTS = st.integers(-50, 50) | st.integers(-AMOUNT_MAX, AMOUNT_MAX)
MOMENTS = st.integers(0, 240).map(lambda minutes: TEN + timedelta(minutes=minutes))
NAMES = st.sampled_from(["Omar", "Zoë", "Łukasz Wąs", "李娜", "عمر", "O’Neill"])


def entries(reasons: tuple[str, ...] = MOVING, delta: st.SearchStrategy[Any] = AMOUNTS) -> Any:
    return st.builds(
        HistoryEntry,
        operation_id=st.uuids().map(str),
        delta=delta,
        reason=st.sampled_from(reasons),
        actor=st.none() | st.just("omar"),
        actor_name=st.none() | NAMES,
        occurred_at=MOMENTS,
        received_at=MOMENTS,
    )


HISTORIES = st.lists(entries(), max_size=8).map(tuple)
ENTRIES_OF_ALL_KINDS = entries(MOVING + SETTING_A_FIGURE)


def stock_conflict(
    mine: dict[str, Any], theirs: int, base: int | None, history: tuple[HistoryEntry, ...] = ()
) -> Conflict:
    return Conflict(
        id="c1",
        tenant_id="demo",
        resource_type="stock_level",
        resource_id="mug",
        conflict_type=ConflictType.CONCURRENT_UPDATE,
        local_version=ConflictSide(values=mine, version=3, actor="maria", at=TEN + timedelta(minutes=120)),
        server_version=ConflictSide(values={"quantity": theirs}, version=5, actor_name="Omar"),
        base_version=None if base is None else ConflictSide(values={"quantity": base}, version=3),
        history=history,
        timestamp=TEN + timedelta(hours=5),
        user_id="maria",
    )


def counted(quantity: int, moment: datetime) -> dict[str, Any]:
    return {"quantity": quantity, "countedAt": format_time(moment)}


def moved(history: tuple[HistoryEntry, ...]) -> int:
    return sum(entry.delta or 0 for entry in history)


# --- stock: what is suggested ------------------------------------------------------------------------


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_two_changes_from_one_start_add_up_whichever_side_made_which(base: int, one: int, other: int) -> None:
    here = suggest_stock(stock_conflict({"quantity": base + one}, base + other, base))
    there = suggest_stock(stock_conflict({"quantity": base + other}, base + one, base))
    assert here.quantity == there.quantity == base + one + other


@given(AMOUNTS, AMOUNTS, st.none() | MOMENTS, st.lists(ENTRIES_OF_ALL_KINDS, max_size=6), st.data())
def test_the_order_in_which_history_is_told_changes_no_figure(
    base: int, mine: int, moment: datetime | None, history: list[HistoryEntry], data: st.DataObject
) -> None:
    values = {"quantity": mine} if moment is None else counted(mine, moment)
    told = tuple(history)
    retold = tuple(data.draw(st.permutations(history)))
    one, other = (
        suggest_stock(stock_conflict(values, base + moved(told), base, order)) for order in (told, retold)
    )
    assert (one.quantity, one.resolution, one.label) == (other.quantity, other.resolution, other.label)


@given(AMOUNTS, AMOUNTS, MOMENTS, HISTORIES)
def test_a_count_stands_over_what_came_before_and_takes_what_came_after(
    base: int, mine: int, moment: datetime, history: tuple[HistoryEntry, ...]
) -> None:
    suggestion = suggest_stock(stock_conflict(counted(mine, moment), base + moved(history), base, history))
    after = tuple(entry for entry in history if entry.occurred_at > moment)
    assert suggestion.quantity == mine + moved(after)
    forgotten = suggest_stock(stock_conflict(counted(mine, moment), base + moved(after), None, after))
    assert forgotten.quantity == suggestion.quantity, "what came before the count is of no matter to it"


@given(AMOUNTS, AMOUNTS, MOMENTS, HISTORIES, entries(SETTING_A_FIGURE))
def test_of_two_counts_the_later_stands_and_nothing_is_taken_twice(
    base: int, mine: int, moment: datetime, history: tuple[HistoryEntry, ...], count: HistoryEntry
) -> None:
    theirs = base + moved((*history, count))
    suggestion = suggest_stock(stock_conflict(counted(mine, moment), theirs, base, (*history, count)))
    after = tuple(entry for entry in history if entry.occurred_at > moment)
    assert suggestion.quantity == (theirs if count.occurred_at >= moment else mine + moved(after))


@given(AMOUNTS, st.none() | AMOUNTS, AMOUNTS, st.none() | MOMENTS, HISTORIES)
def test_what_was_decided_is_not_suggested_otherwise_afterwards(
    mine: int, base: int | None, theirs: int, moment: datetime | None, history: tuple[HistoryEntry, ...]
) -> None:
    values = {"quantity": mine} if moment is None else counted(mine, moment)
    decided = suggest_stock(stock_conflict(values, theirs, base, history)).quantity
    assert decided is not None
    again = suggest_stock(stock_conflict({"quantity": decided}, decided, decided))
    assert (again.quantity, again.resolution) == (decided, Resolution.ACCEPT_SERVER)


def sold(delta: int) -> HistoryEntry:
    an_hour_later = TEN + timedelta(hours=1)
    return HistoryEntry(
        operation_id=f"sale{delta}", delta=delta, reason="sale", occurred_at=an_hour_later, received_at=TEN
    )


# --- stock: the messages -----------------------------------------------------------------------------


@given(AMOUNTS, AMOUNTS, AMOUNTS, HISTORIES, UNITS)
def test_the_sum_that_is_shown_is_the_suggestion(
    base: int, mine: int, theirs: int, history: tuple[HistoryEntry, ...], unit: str
) -> None:
    suggestion = suggest_stock(stock_conflict({"quantity": mine}, theirs, base, history), unit=unit)
    before, my_line, their_line, suggested = suggestion.explanation
    assert read_figures(before, unit) == [base]
    my_change, their_change = change_in(my_line, unit), change_in(their_line, unit)
    assert (base + my_change, base + their_change) == (mine, theirs)
    assert read_sum(suggested, unit) == suggestion.quantity == base + my_change + their_change
    says_its_figure(suggestion, unit)


@given(AMOUNTS, MOMENTS, HISTORIES, UNITS)
@example(5, TEN, (sold(3),), "each")  # a sale that gave back more than it took
@example(5, TEN, (sold(-3), sold(2)), "each")
def test_the_movements_that_are_told_add_up_to_what_is_put_on_top_of_a_count(
    mine: int, moment: datetime, history: tuple[HistoryEntry, ...], unit: str
) -> None:
    suggestion = suggest_stock(stock_conflict(counted(mine, moment), 0, 0, history), unit=unit)
    after = tuple(entry for entry in history if entry.occurred_at > moment)
    assert told_movements(suggestion, "Since the count: ", unit) == moved(after)
    before = tuple(entry for entry in history if entry.occurred_at <= moment)
    assert told_movements(suggestion, "Already in this count: ", unit) == moved(before)
    if after:
        assert read_sum(suggestion.explanation[-1], unit) == suggestion.quantity
    says_its_figure(suggestion, unit)


def says_its_figure(suggestion: Suggestion, unit: str) -> None:
    """The figure is on the button and begins the last line; the choice is the one that leads to it."""
    assert suggestion.quantity is not None
    shown = quantity_in_words(suggestion.quantity, unit)
    assert suggestion.label == f"Use {shown} (suggested)"
    assert re.match(rf"Suggested: {re.escape(shown)}(?!\d|\.\d)", suggestion.explanation[-1])


def read_figures(line: str, unit: str) -> list[int]:
    """The figures in a line, as `figure` wrote them."""
    pattern = r"(−?)(\d+)\.(\d{3}) kg" if unit == "kg" else r"(−?)(\d+)()"
    return [(-1 if sign else 1) * int(whole + part) for sign, whole, part in re.findall(pattern, line)]


def read_sum(line: str, unit: str) -> int:
    """ "Suggested: 7 (20 − 8 − 5: both happened)." → 7, as the sum in the brackets makes it."""
    inner = line.partition("(")[2].partition(")")[0].partition(":")[0]
    first, *rest = re.split(r" ([+−]) (?=\d)", inner)
    total = read_figures(first, unit)[0]
    for sign, written in zip(rest[::2], rest[1::2], strict=True):
        total += (-1 if sign == MINUS else 1) * read_figures(written, unit)[0]
    return total


def change_in(line: str, unit: str) -> int:
    """ "Omar took 5 → 15." → -5"""
    deed = line.partition(" → ")[0]
    if deed.endswith("changed nothing"):
        return 0
    return (-1 if " took " in deed else 1) * read_figures(deed, unit)[-1]


WORDS_THAT_TAKE = ("sold", "wasted", "transferred out", "taken away")


def told_movements(suggestion: Suggestion, opening: str, unit: str) -> int:
    """ "Since the count: 3 sold (Omar), 5 received (Maria)." → 2"""
    line = next((line for line in suggestion.explanation if line.startswith(opening)), "")
    total = 0
    for part in line.removeprefix(opening).rstrip(".").split("), "):
        if part:
            deed = part.partition(" (")[0]
            total += (-1 if deed.endswith(WORDS_THAT_TAKE) else 1) * read_figures(deed, unit)[0]
    return total


# --- products ----------------------------------------------------------------------------------------

FIELDS = ("name", "barcode", "priceMinor", "taxRatePpm", "unit", "colour")
VALUES = st.none() | st.booleans() | st.integers(0, 4) | st.sampled_from(["", "a", "Zoë’s “mug”", "李"])
RECORDS = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=len(FIELDS))
DELETED = st.just({"deleted": True})


def product_conflict(mine: dict[str, Any], theirs: dict[str, Any], base: dict[str, Any] | None) -> Conflict:
    return Conflict(
        id="c1",
        tenant_id="demo",
        resource_type="product",
        resource_id="mug",
        conflict_type=ConflictType.CONCURRENT_UPDATE,
        local_version=ConflictSide(values=mine, version=3, actor="maria"),
        server_version=ConflictSide(values=theirs, version=5, actor_name="Omar"),
        base_version=None if base is None else ConflictSide(values=base, version=3),
        timestamp=TEN,
        user_id="maria",
    )


WRITTEN = RECORDS.filter(bool)


@given(WRITTEN, WRITTEN, WRITTEN)
def test_what_only_one_side_changed_is_taken_from_that_side(
    base: dict[str, Any], my_edit: dict[str, Any], their_edit: dict[str, Any]
) -> None:
    mine, theirs = base | my_edit, base | their_edit
    merged = decided(suggest_product(product_conflict(mine, theirs, base)), mine, theirs)
    for name in FIELDS:
        before, here, there = (side.get(name) for side in (base, mine, theirs))
        if there == before:
            assert merged.get(name) == here
        elif here == before:
            assert merged.get(name) == there
        else:
            assert merged.get(name) == there, "both changed it: what other tills show already stays"


@given(WRITTEN, WRITTEN, st.none() | RECORDS)
def test_no_value_is_suggested_that_nobody_wrote(
    mine: dict[str, Any], theirs: dict[str, Any], base: dict[str, Any] | None
) -> None:
    suggestion = suggest_product(product_conflict(mine, theirs, base))
    assert suggestion.fields is not None
    assert set(suggestion.fields) == set(differing_fields(mine, theirs))
    for name, value in suggestion.fields.items():
        assert any(value is side.get(name) or value == side.get(name) for side in (mine, theirs))
        if base is None:
            assert value == theirs.get(name), "with no known start, nobody's work is overwritten"


@given(WRITTEN, WRITTEN, st.none() | RECORDS)
def test_a_merge_that_was_decided_needs_no_second_one(
    mine: dict[str, Any], theirs: dict[str, Any], base: dict[str, Any] | None
) -> None:
    suggestion = suggest_product(product_conflict(mine, theirs, base))
    merged = theirs | (suggestion.fields or {})
    again = suggest_product(product_conflict(merged, merged, base))
    assert (again.resolution, again.fields) == (Resolution.ACCEPT_SERVER, {})
    late = suggest_product(product_conflict(merged, theirs, base))
    assert decided(late, merged, theirs) == filled(merged), "merging the merged again changes nothing"


@given(WRITTEN, WRITTEN, WRITTEN)
def test_edits_of_different_fields_merge_to_the_same_from_either_side(
    base: dict[str, Any], one: dict[str, Any], other: dict[str, Any]
) -> None:
    other = {name: value for name, value in other.items() if name not in one}
    here, there = base | one, base | other
    assert decided(suggest_product(product_conflict(here, there, base)), here, there) == decided(
        suggest_product(product_conflict(there, here, base)), there, here
    )


@given(WRITTEN, st.none() | RECORDS)
def test_edited_against_deleted_suggests_to_restore_what_was_edited(
    edited: dict[str, Any], base: dict[str, Any] | None
) -> None:
    here = suggest_product(product_conflict(edited, {"deleted": True}, base))
    there = suggest_product(product_conflict({"deleted": True}, edited, base))
    assert here.fields == there.fields == edited
    assert (here.resolution, there.resolution) == (Resolution.ACCEPT_LOCAL, Resolution.ACCEPT_SERVER)
    both = suggest_product(product_conflict({"deleted": True}, {"deleted": True}, base))
    assert (both.resolution, both.fields) == (Resolution.ACCEPT_SERVER, {})


def decided(suggestion: Suggestion, mine: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """The record after the suggestion is followed; choice and fields must agree."""
    assert suggestion.fields is not None
    merged = filled(theirs | suggestion.fields)
    match suggestion.resolution:
        case Resolution.ACCEPT_SERVER:
            assert merged == filled(theirs)
        case Resolution.ACCEPT_LOCAL:
            assert merged == filled(theirs | mine)
    return merged


def filled(record: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty: a field that is null and one that is not there are the same."""
    return {name: value for name, value in record.items() if value is not None}


PRICES = st.integers(-(10**30), 10**30)


@given(PRICES, PRICES, st.sampled_from([0, 2, 3]))
@example(10**18 + 1, 0, 2)
@example(1, 1_234_567, 2)
def test_prices_and_rates_are_told_to_the_last_digit(price: int, rate: int, minor_digits: int) -> None:
    suggestion = suggest_product(
        product_conflict({"priceMinor": price, "taxRatePpm": rate}, {"name": "x"}, {"name": "x"}),
        minor_digits=minor_digits,
    )
    price_line, rate_line = suggestion.explanation
    assert read_decimal(price_line.rpartition(" → ")[2].rstrip("."), minor_digits) == price
    assert read_decimal(rate_line.rpartition(" → ")[2].removesuffix(" %."), 4) == rate


def read_decimal(written: str, digits: int) -> int:
    whole, _, part = written.partition(".")
    return int(whole + part.ljust(digits, "0"))


# --- anything ----------------------------------------------------------------------------------------

EVERY_MOMENT = st.datetimes(timezones=st.just(UTC))
NO_TIMES = ("yesterday", "", "2025-06-02", "2025-06-02T10:00:00", "2025-13-40T99:00:00Z")
BEYOND_THE_CALENDAR = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00")
ODD_TIMES = st.sampled_from(NO_TIMES + BEYOND_THE_CALENDAR) | EVERY_MOMENT.map(format_time)
HUGE = st.integers(-(10**40), 10**40)
JSON = st.recursive(
    st.none() | st.booleans() | HUGE | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
TEXTS = st.none() | st.text(max_size=12)
ODD_STOCK = {"quantity": HUGE | JSON, "newQuantity": HUGE, "countedAt": ODD_TIMES | JSON}
ODD_PRODUCT = dict.fromkeys((*FIELDS, "deleted", "id", "version"), HUGE | JSON)
ANY_VALUES = st.one_of(
    st.fixed_dictionaries({}, optional=ODD_STOCK),
    st.fixed_dictionaries({}, optional=ODD_PRODUCT),
    st.dictionaries(st.text(max_size=6), JSON, max_size=3),
)
ANY_SIDE = st.builds(
    ConflictSide,
    values=ANY_VALUES,
    version=st.integers(0, 2**53),
    actor=TEXTS,
    actor_name=TEXTS,
    device=TEXTS,
    device_name=TEXTS,
    at=st.none() | EVERY_MOMENT,
)
ANY_ENTRY = st.builds(
    HistoryEntry,
    operation_id=st.text(max_size=8),
    delta=st.none() | st.integers(-AMOUNT_MAX, AMOUNT_MAX),
    fields=st.none() | st.dictionaries(st.text(max_size=4), JSON, max_size=2),
    reason=st.sampled_from(MOVING + SETTING_A_FIGURE) | st.text(max_size=8),
    actor=TEXTS,
    actor_name=TEXTS,
    occurred_at=EVERY_MOMENT,
    received_at=EVERY_MOMENT,
)
ANY_CONFLICT = st.fixed_dictionaries(
    {
        "resource_type": st.sampled_from(["stock_level", "product", "transaction"]),
        "conflict_type": st.sampled_from(ConflictType),
        "local_version": ANY_SIDE,
        "server_version": ANY_SIDE,
        "base_version": st.none() | ANY_SIDE,
        "history": st.lists(ANY_ENTRY, max_size=4).map(tuple),
        "timestamp": EVERY_MOMENT,
        "user_id": st.text(max_size=8),
    }
).map(lambda fields: Conflict(id="c1", tenant_id="demo", resource_id="mug", **fields))


@given(ANY_CONFLICT, st.text(max_size=12), UNITS, ZONES, st.integers(0, 4))
def test_any_conflict_that_can_come_over_the_wire_gets_a_suggestion_in_words(
    conflict: Conflict, my_name: str, unit: str, zone: str, minor_digits: int
) -> None:
    over_the_wire = Conflict.model_validate_json(conflict.model_dump_json())
    stock = suggest_stock(over_the_wire, my_name=my_name, unit=unit, zone=ZoneInfo(zone))
    product = suggest_product(over_the_wire, my_name=my_name, minor_digits=minor_digits)
    for suggestion in (stock, product):
        assert suggestion.label
        assert suggestion.explanation
        assert all(suggestion.explanation)


@given(ANY_CONFLICT)
def test_no_figure_is_suggested_where_the_conflict_holds_none(conflict: Conflict) -> None:
    suggestion = suggest_stock(conflict)
    mine, theirs = quantity_of(conflict.local_version), quantity_of(conflict.server_version)
    if theirs is None and mine is None:
        assert suggestion.quantity is None
    if suggestion.resolution is Resolution.ACCEPT_SERVER:
        assert suggestion.quantity == theirs
    elif suggestion.resolution is Resolution.ACCEPT_LOCAL:
        assert suggestion.quantity == mine
    else:
        assert suggestion.quantity is not None
