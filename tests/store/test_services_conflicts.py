"""Conflicts on a real store: laid out for a person, decided once, and shown until the server confirms."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from app.domain.cart import Cart
from app.domain.errors import BadQuantity, ConflictGone, ConflictMoved, NotPermitted
from app.services.stock import counting, inventory
from app.services.sync import conflicts, decisions
from app.services.sync.conflicts import ComparisonRow, ConflictView, SideLabel
from app.services.till import Actor, Till
from sync_agent.contract.conflicts import Conflict, ConflictSide, ConflictType, HistoryEntry, Resolution
from sync_agent.contract.wire import format_time, from_ms, to_ms
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from sync_agent.store.queue.status import Status
from tests.kit import selling
from tests.kit.store_shop import (
    ALICE,
    MARIA,
    MUG,
    confirm_stock,
    finish,
    goods,
    mark_needs_attention,
    open_shop,
    rows,
    store_conflict,
)

COUNTED_MS = 1_750_000_000_000


@pytest.fixture
def till(store: Store) -> Till:
    return open_shop(store)


@pytest.fixture
async def met(till: Till) -> Conflict:
    """Maria counted 10 here while Omar, at another till, sold 3 before that and 2 after: 12 became 7."""
    operation_id = await counting.count(till, MUG, 10, MARIA, counted_ms=COUNTED_MS)
    mark_needs_attention(till, operation_id, Status.CONFLICT)
    conflict = Conflict(
        id="conflict-1",
        tenant_id="demo",
        resource_type="stock_level",
        resource_id=MUG,
        conflict_type=ConflictType.CONCURRENT_UPDATE,
        local_version=ConflictSide(
            values={"quantity": 10, "countedAt": format_time(from_ms(COUNTED_MS))},
            version=7,
            actor="maria",
            actor_name="Maria",
            device="device-1",
            device_name="Till 1",
            at=from_ms(COUNTED_MS),
        ),
        server_version=ConflictSide(
            values={"quantity": 7}, version=9, actor="omar", actor_name="Omar", device="device-3"
        ),
        base_version=ConflictSide(values={"quantity": 12}, version=7),
        history=(_sold(-3, -10), _sold(-2, 5)),
        timestamp=from_ms(COUNTED_MS + 1000),
        user_id="maria",
        location_id="main",
        operation_id=operation_id,
    )
    store_conflict(till, conflict)
    return conflict


def _sold(delta: int, minutes: int) -> HistoryEntry:
    moment = from_ms(COUNTED_MS) + timedelta(minutes=minutes)
    return HistoryEntry(
        operation_id=f"o{minutes}",
        delta=delta,
        reason="sale",
        actor="omar",
        actor_name="Omar",
        device="device-3",
        device_name="Till 3",
        occurred_at=moment,
        received_at=moment,
    )


async def decide(till: Till, resolution: Resolution, merged: dict[str, Any] | None = None) -> str:
    return await decisions.resolve(
        till, "conflict-1", resolution, MARIA, merged=merged, expected_server_version=9
    )


# --- looking -----------------------------------------------------------------------------------------


async def test_an_open_conflict_is_listed_by_its_products_name(till: Till, met: Conflict) -> None:
    assert conflicts.open_conflicts(till) == [
        ConflictView(
            "conflict-1", "stock_level", "Blue mug, small", to_ms(met.timestamp), decided=False, mine=True
        )
    ]
    assert inventory.stock_row(till, MUG).in_conflict


async def test_a_comparison_has_both_sides_what_came_between_and_a_suggestion(
    till: Till, met: Conflict
) -> None:
    compared = conflicts.comparison(till, met.id)
    assert compared.title == "Blue mug, small"
    assert compared.rows == [ComparisonRow("quantity", 12, 10, 7)]
    assert compared.this_till == SideLabel("Maria", "Till 1", COUNTED_MS)
    assert compared.server == SideLabel("Omar", "Server", None)
    assert [(line.delta, line.person, line.place, line.after_count) for line in compared.history] == [
        (-3, "Omar", "Till 3", False),
        (-2, "Omar", "Till 3", True),
    ]
    assert compared.server_version == 9
    assert compared.suggestion is not None
    assert compared.suggestion.quantity == 8
    assert compared.suggestion.explanation[0] == "You counted 10 at 16:06."


async def test_another_tills_conflict_names_its_person_not_you(till: Till, met: Conflict) -> None:
    side = met.local_version.model_copy(update={"device": "device-2"})
    store_conflict(
        till, met.model_copy(update={"local_version": side, "version": 2, "operation_id": "other"})
    )
    compared = conflicts.comparison(till, met.id)
    assert compared.suggestion is not None
    assert compared.suggestion.explanation[0] == "Maria counted 10 at 16:06."
    assert not conflicts.open_conflicts(till)[0].mine


async def test_you_is_whoever_reads_it(till: Till, met: Conflict) -> None:
    maria, omar = Actor("maria", "Maria", "clerk"), Actor("omar", "Omar", "clerk")
    read = [conflicts.comparison(till, met.id, reader).suggestion for reader in (maria, omar)]
    assert [one.explanation[0] for one in read if one is not None] == [
        "You counted 10 at 16:06.",
        "Maria counted 10 at 16:06.",
    ]


# --- deciding ----------------------------------------------------------------------------------------


async def test_a_decision_is_an_operation_of_its_own(till: Till, met: Conflict) -> None:
    operation_id = await decide(till, Resolution.MERGE, {"newQuantity": 8})
    operation = next(row for row in rows(till, t.outbox) if row.id == operation_id)
    assert (operation.operation, operation.resource_type, operation.resource_id, operation.lane) == (
        "update",
        "conflict",
        met.id,
        "conflict:conflict-1",
    )
    assert orjson.loads(operation.data) == {
        "conflictId": met.id,
        "resolution": "merge",
        "mergedData": {"newQuantity": 8},
        "expectedServerVersion": 9,
    }
    assert conflicts.open_conflicts(till)[0].decided
    assert inventory.stock_row(till, MUG).on_hand == 8
    assert "→ 8 decided here, not sent yet = 8." in inventory.explain(till, MUG).sentence


@pytest.mark.parametrize(
    ("resolution", "on_hand"), [(Resolution.ACCEPT_LOCAL, 10), (Resolution.ACCEPT_SERVER, 7)]
)
async def test_either_side_can_be_taken_as_it_is(
    till: Till, met: Conflict, resolution: Resolution, on_hand: int
) -> None:
    await decide(till, resolution, {"newQuantity": 99})
    assert "mergedData" not in orjson.loads(rows(till, t.outbox)[-1].data)
    assert inventory.stock_row(till, MUG).on_hand == on_hand


async def test_what_moved_since_the_compared_version_stays_on_top_of_a_decision(
    till: Till, met: Conflict
) -> None:
    await selling.sell(till, Cart().add(goods(till, MUG), 2), MARIA)
    confirm_stock(till, MUG, 6, 10)
    await decide(till, Resolution.MERGE, {"newQuantity": 8})
    assert inventory.stock_row(till, MUG).on_hand == 8 - 1 - 2


async def test_nothing_is_decided_twice(till: Till, met: Conflict) -> None:
    await decide(till, Resolution.ACCEPT_LOCAL)
    with pytest.raises(ConflictGone):
        await decide(till, Resolution.ACCEPT_SERVER)
    store_conflict(till, met.model_copy(update={"status": "resolved", "version": 2}))
    with pytest.raises(ConflictGone):
        conflicts.comparison(till, met.id)
    assert conflicts.open_conflicts(till) == []


async def test_a_decision_on_what_has_moved_since_is_not_taken(till: Till, met: Conflict) -> None:
    moved = met.server_version.model_copy(update={"version": 11})
    store_conflict(till, met.model_copy(update={"server_version": moved, "version": 2}))
    with pytest.raises(ConflictMoved, match="It changed again"):
        await decide(till, Resolution.ACCEPT_LOCAL)
    assert len(rows(till, t.outbox)) == 1


async def test_a_decision_that_came_too_late_can_be_taken_again(till: Till, met: Conflict) -> None:
    finish(till, await decide(till, Resolution.ACCEPT_LOCAL), code="conflict_moved")
    assert not conflicts.open_conflicts(till)[0].decided
    await decide(till, Resolution.ACCEPT_SERVER)


async def test_a_refused_decision_is_replaced_by_the_next_one(till: Till, met: Conflict) -> None:
    refused = await decide(till, Resolution.ACCEPT_LOCAL)
    mark_needs_attention(till, refused, Status.DEAD_LETTER, "no")
    await decide(till, Resolution.ACCEPT_SERVER)
    first, second = rows(till, t.outbox)[-2:]
    assert (first.status, second.replaces) == (Status.REPLACED, refused)
    assert inventory.stock_row(till, MUG).on_hand == 7


async def test_a_merge_says_how_many_there_are(till: Till, met: Conflict) -> None:
    for merged in ({}, {"newQuantity": "8"}, {"newQuantity": 10**10}):
        with pytest.raises(BadQuantity):
            await decide(till, Resolution.MERGE, merged)
    assert len(rows(till, t.outbox)) == 1


# --- products ----------------------------------------------------------------------------------------


@pytest.fixture
def edited(till: Till) -> Conflict:
    """The price was set to 5.00 here and the name changed at the server."""
    conflict = Conflict(
        id="conflict-2",
        tenant_id="demo",
        resource_type="product",
        resource_id=MUG,
        conflict_type=ConflictType.CONCURRENT_UPDATE,
        local_version=ConflictSide(values={"priceMinor": 500, "name": "Blue mug, small"}, version=1),
        server_version=ConflictSide(values={"id": MUG, "name": "Navy mug", "priceMinor": 450}, version=2),
        base_version=ConflictSide(values={"name": "Blue mug, small", "priceMinor": 450}, version=1),
        timestamp=from_ms(COUNTED_MS),
        user_id="alice",
    )
    store_conflict(till, conflict)
    return conflict


async def test_a_product_is_decided_by_a_manager_and_shown_as_decided(till: Till, edited: Conflict) -> None:
    compared = conflicts.comparison(till, edited.id)
    assert compared.rows == [
        ComparisonRow("name", "Blue mug, small", "Blue mug, small", "Navy mug"),
        ComparisonRow("priceMinor", 450, 500, 450),
    ]
    assert compared.suggestion is not None
    with pytest.raises(NotPermitted, match="Only a manager"):
        await decisions.resolve(till, edited.id, Resolution.ACCEPT_LOCAL, MARIA, expected_server_version=2)
    await decisions.resolve(
        till,
        edited.id,
        compared.suggestion.resolution,
        ALICE,
        merged=compared.suggestion.fields,
        expected_server_version=2,
    )
    assert goods(till, MUG) == replace(goods(till, MUG), name="Navy mug", price_minor=500)


async def test_edited_against_deleted_is_compared_as_that(till: Till, edited: Conflict) -> None:
    server = ConflictSide(values={"name": "Blue mug, small", "deleted": True}, version=3)
    store_conflict(till, edited.model_copy(update={"server_version": server, "version": 2}))
    compared = conflicts.comparison(till, edited.id)
    assert compared.rows == [ComparisonRow("deleted", False, False, True)]
    assert compared.suggestion is not None
    assert compared.suggestion.label == "Restore (suggested)"
