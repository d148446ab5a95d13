"""The replica on a real SQLite file: changes are applied in order, once, and atomically."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from sync_agent.contract.conflicts import Conflict
from sync_agent.contract.operations import Effect
from sync_agent.contract.receipts import ReceiptsPage
from sync_agent.contract.shop_settings import setting_id
from sync_agent.contract.streams import Change, Cursor, SnapshotPage, location_stream, tenant_stream
from sync_agent.contract.wire import format_time, from_ms
from sync_agent.errors import ProtocolError
from sync_agent.store import tables as t
from sync_agent.store.database import Changed, Store, Topic, Transaction
from sync_agent.store.home import Home
from sync_agent.store.projection import overlay
from sync_agent.store.projection.stock_figures import stock_figure
from sync_agent.store.queue import enqueueing, leases, transitions
from sync_agent.store.queue.enqueueing import (
    ExpectedProductEffect,
    ExpectedStockEffect,
    NewOperation,
)
from sync_agent.store.queue.status import Status
from sync_agent.store.replica import feed, flagged, receipts, snapshots
from sync_agent.store.replica.conflicts import open_conflict_count, store_conflict, stored_conflict
from sync_agent.store.replica.cursors import read_cursors
from sync_agent.store.replica.feed import Fork, Gap
from sync_agent.store.replica.kinds import KINDS, kinds_of, reads
from sync_agent.store.replica.snapshots import (
    StagedSnapshot,
    stage_page,
    staged_snapshot,
)
from tests.kit.clocks import CountingIds, InlineExecutor, ManualClock

HERE = location_stream("demo", "main")
TENANT = tenant_stream("demo")
ANNEX = location_stream("demo", "annex")
AT = format_time(from_ms(1_750_000_000_000))
ORDERING_KEY = "stock_level:main:mug"


# --- what a server says ------------------------------------------------------------------------------


def change(
    seq: int, kind: str, of: str, version: int, row: dict[str, Any] | None, operation_id: str | None = None
) -> Change:
    return Change.model_validate(
        {
            "seq": seq,
            "changeId": f"change-{seq}",
            "resourceType": kind,
            "resourceId": of,
            "version": version,
            "row": row,
            "operationId": operation_id,
            "at": AT,
        }
    )


def level_row(product_id: str, quantity: int, version: int) -> dict[str, Any]:
    return {
        "productId": product_id,
        "locationId": "main",
        "quantity": quantity,
        "version": version,
        "updatedAt": AT,
    }


def movement_row(seq: int, product_id: str, delta: int, operation_id: str) -> dict[str, Any]:
    return {
        "id": f"movement-{seq}",
        "productId": product_id,
        "locationId": "main",
        "delta": delta,
        "reason": "sale",
        "operationId": operation_id,
        "actorId": "bob",
        "occurredAt": AT,
        "receivedAt": AT,
        "stream": HERE,
        "seq": seq,
    }


def level(
    seq: int, product_id: str, quantity: int, version: int, *, by: str = "of-another-till", delta: int = 0
) -> Change:
    row = level_row(product_id, quantity, version) | {"movement": movement_row(seq, product_id, delta, by)}
    return change(seq, "stock_level", product_id, version, row, by)


def product_row(product_id: str, version: int, **fields: Any) -> dict[str, Any]:
    name = product_id.capitalize()
    return {"id": product_id, "name": name, "priceMinor": 450, "deleted": False, "version": version} | fields


def product(seq: int, product_id: str, version: int, *, by: str | None = None, **fields: Any) -> Change:
    return change(seq, "product", product_id, version, product_row(product_id, version, **fields), by)


def tombstone(seq: int, product_id: str, version: int, *, by: str | None = None) -> Change:
    return change(seq, "product", product_id, version, None, by)


def person(seq: int, version: int) -> Change:
    row = {"id": "bob", "username": "bob", "name": "Bob", "role": "clerk", "locations": ["main"]}
    return change(seq, "user", "bob", version, row | {"version": version})


def conflict(operation_id: str, version: int = 1, **fields: Any) -> Conflict:
    return Conflict.model_validate(
        {
            "id": "conflict-1",
            "tenantId": "demo",
            "resourceType": "stock_level",
            "resourceId": "mug",
            "conflictType": "concurrent_update",
            "localVersion": {"values": {"quantity": 9}, "version": 1},
            "serverVersion": {"values": {"quantity": 11}, "version": 2},
            "timestamp": AT,
            "userId": "bob",
            "locationId": "main",
            "operationId": operation_id,
            "version": version,
        }
        | fields
    )


def conflict_told(seq: int, told: Conflict, by: str | None = None) -> Change:
    return change(seq, "conflict", told.id, told.version, told.to_wire(), by)


def page(
    stream: str,
    kind: str,
    rows: Sequence[dict[str, Any]],
    *,
    seq: int,
    then: str | None = None,
    total: int = 0,
) -> SnapshotPage:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return SnapshotPage(
        stream=stream,
        seq=seq,
        change_id=f"change-{seq}" if seq else "",
        epoch="first",
        resource_type=kind,
        columns=columns,
        rows=[[row[name] for name in columns] for row in rows],
        next_page_token=then,
        rows_total=total or len(rows),
    )


# --- what the till does with it ----------------------------------------------------------------------


def apply(store: Store, stream: str, *changes: Change) -> Gap | Fork | None:
    return store.submit(lambda tx: feed.apply_changes(tx, stream, changes)).result()


def kinds(stream: str) -> tuple[str, ...]:
    return kinds_of(stream == TENANT)


def stage(store: Store, one: SnapshotPage, *, first: bool = True) -> StagedSnapshot:
    return store.submit(lambda tx: stage_page(tx, one, first=first, kinds=kinds(one.stream))).result()


def stage_changes(store: Store, stream: str, *changes: Change) -> None:
    store.submit(lambda tx: snapshots.stage_changes(tx, stream, changes)).result()


def swap_in(store: Store, stream: str) -> None:
    store.submit(lambda tx: snapshots.swap_in(tx, stream, kinds(stream))).result()


def first_sync(store: Store, stream: str, kind: str, *rows: dict[str, Any], seq: int) -> None:
    """The till has read a snapshot of the stream, and follows it from `seq`."""
    stage(store, page(stream, kind, rows, seq=seq))
    swap_in(store, stream)


def enqueue(store: Store, new: NewOperation) -> str:
    return store.submit(lambda tx: enqueueing.enqueue(tx, new)).result().id


def sell(store: Store, *effects: ExpectedStockEffect) -> str:
    """A sale on this till, whose answer has not come."""
    operation_id = enqueue(
        store,
        NewOperation("create", "transaction", None, {"kind": "sale"}, "bob", {}, "main", stock=effects),
    )
    send(store)
    return operation_id


def sell_mugs(store: Store, quantity: int) -> str:
    return sell(store, ExpectedStockEffect("mug", "main", "delta", -quantity))


def count_mugs(store: Store, quantity: int) -> str:
    effect = ExpectedStockEffect("mug", "main", "count", quantity)
    data = {"newQuantity": quantity}
    return enqueue(
        store,
        NewOperation(
            "update",
            "stock_level",
            "mug",
            data,
            "bob",
            {},
            "main",
            base_version=1,
            ordering_key=ORDERING_KEY,
            stock=(effect,),
        ),
    )


def edit(store: Store, verb: str, product_id: str, deleted: bool = False, **fields: Any) -> str:
    effect = ExpectedProductEffect(product_id, fields, deleted)
    return enqueue(store, NewOperation(verb, "product", product_id, fields, "alice", {}, product=effect))


def send(store: Store) -> list[str]:
    """The agent claims what may go."""
    return (
        store.submit(
            lambda tx: leases.claim(tx, owner=store.owner, lease_ms=60_000, count_max=100, bytes_max=10**6)
        )
        .result()
        .ids
    )


def answer(store: Store, operation_id: str, *effects: Effect) -> None:
    """The server's answer came: applied, with these effects."""

    def note(tx: Transaction) -> None:
        overlay.note_effects(tx, {operation_id: effects})
        transitions.finish(tx, operation_id, Status.COMPLETED, result=None, code=None)

    store.submit(note).result()


def effect(seq: int, stream: str = HERE, kind: str = "stock_level", of: str = "mug") -> Effect:
    return Effect(stream=stream, seq=seq, resource_type=kind, resource_id=of, version=2)


def meet_conflict(store: Store, operation_id: str) -> None:
    """The server's answer came: a conflict."""

    def note(tx: Transaction) -> None:
        store_conflict(tx, conflict(operation_id))
        transitions.mark_needs_attention(tx, operation_id, Status.CONFLICT, code="conflict", error=None)

    store.submit(note).result()


# --- what a test looks at ----------------------------------------------------------------------------


def rows(store: Store, table: Any) -> list[dict[str, Any]]:
    with store.reading() as connection:
        found = connection.execute(select(table).order_by(*table.primary_key.columns))
        return [row._asdict() for row in found]


def replica_and_cursors(store: Store) -> dict[str, list[dict[str, Any]]]:
    tables = [kind.table for kind in KINDS.values()]
    return {table.name: rows(store, table) for table in (*tables, t.cursor, t.catalogue)}


def cursor(store: Store, stream: str = HERE) -> Cursor | None:
    with store.reading() as connection:
        return read_cursors(connection).get(stream)


def confirmed(store: Store) -> dict[str, int]:
    """Quantities as the server confirmed them."""
    return {row["product_id"]: row["quantity"] for row in rows(store, t.stock_level)}


def on_hand(store: Store, product_id: str = "mug", location_id: str = "main") -> int:
    """Quantity as the till shows it."""
    with store.reading() as connection:
        return stock_figure(connection, product_id, location_id).on_hand


def overlaid(store: Store) -> list[str]:
    """Operations that the figures of stock still add to what is confirmed."""
    return [row["operation_id"] for row in rows(store, t.overlay)]


def catalogue(store: Store) -> dict[str, tuple[str, int | None, int]]:
    """What a clerk can find: name, price and confirmed version."""
    return {
        row["product_id"]: (row["name"], row["price_minor"], row["version"])
        for row in rows(store, t.catalogue)
    }


def searchable(store: Store, word: str) -> int:
    with store.reading() as connection:
        statement = select(func.count()).select_from(t.catalogue).where(t.catalogue.c.folded.contains(word))
        return connection.execute(statement).scalar_one()


def status(store: Store, operation_id: str) -> tuple[str, str | None]:
    found = next(row for row in rows(store, t.outbox) if row["id"] == operation_id)
    return found["status"], found["code"]


@pytest.fixture
def shop(store: Store) -> Store:
    """A till that follows both of its streams: 12 mugs at version 1, and two products."""
    first_sync(store, HERE, "stock_level", level_row("mug", 12, 1), level_row("bowl", 3, 1), seq=10)
    first_sync(store, TENANT, "product", product_row("mug", 1), product_row("bowl", 1), seq=20)
    return store


# --- changes -----------------------------------------------------------------------------------------


def test_changes_are_applied_in_the_order_of_their_numbers(shop: Store) -> None:
    gap = apply(shop, HERE, level(11, "mug", 11, 2), level(12, "bowl", 8, 2), level(13, "mug", 4, 3))
    assert gap is None
    assert confirmed(shop) == {"mug": 4, "bowl": 8}
    assert [row["id"] for row in rows(shop, t.movement)] == ["movement-11", "movement-12", "movement-13"]
    assert cursor(shop) == Cursor(seq=13, change_id="change-13")


def test_a_change_that_comes_again_does_nothing(shop: Store) -> None:
    changes = (level(11, "mug", 11, 2), level(12, "mug", 4, 3))
    apply(shop, HERE, *changes)
    before = replica_and_cursors(shop)
    assert apply(shop, HERE, *changes) is None
    assert apply(shop, HERE, changes[0]) is None
    assert replica_and_cursors(shop) == before


def test_a_page_that_overlaps_what_is_known_goes_on_where_it_must(shop: Store) -> None:
    apply(shop, HERE, level(11, "mug", 11, 2))
    assert apply(shop, HERE, level(11, "mug", 999, 9), level(12, "mug", 10, 3)) is None
    assert confirmed(shop)["mug"] == 10


def test_an_older_version_never_replaces_a_newer_row(shop: Store) -> None:
    """Pages of a snapshot may be newer than its number: the changes up to them come late."""
    first_sync(shop, HERE, "stock_level", level_row("mug", 5, 7), seq=30)
    apply(shop, HERE, level(31, "mug", 6, 6), level(32, "mug", 5, 7))
    assert confirmed(shop) == {"mug": 5}
    apply(shop, HERE, level(33, "mug", 2, 8))
    assert confirmed(shop) == {"mug": 2}


def test_a_gap_is_told_and_nothing_behind_it_is_applied(shop: Store) -> None:
    gap = apply(shop, HERE, level(11, "mug", 11, 2), level(13, "bowl", 0, 9), level(14, "mug", 0, 9))
    assert gap == Gap(after=11)
    assert confirmed(shop) == {"mug": 11, "bowl": 3}
    assert cursor(shop) == Cursor(seq=11, change_id="change-11")


def test_a_page_that_begins_behind_a_gap_changes_nothing(shop: Store) -> None:
    before = replica_and_cursors(shop)
    assert apply(shop, HERE, level(12, "mug", 0, 9)) == Gap(after=10)
    assert replica_and_cursors(shop) == before


def test_a_stream_that_is_not_followed_yet_is_all_gap(store: Store) -> None:
    assert apply(store, HERE, level(1, "mug", 1, 1)) == Gap(after=0)
    assert cursor(store) is None
    assert confirmed(store) == {}


def test_no_changes_are_no_gap(shop: Store) -> None:
    before = replica_and_cursors(shop)
    assert apply(shop, HERE) is None
    assert replica_and_cursors(shop) == before


def test_a_change_of_a_kind_unknown_here_moves_the_cursor_alone(shop: Store) -> None:
    before = replica_and_cursors(shop) | {t.cursor.name: []}
    oversold = change(11, "oversold", "mug", 1, {"productId": "mug", "quantity": -2})
    assert apply(shop, HERE, oversold) is None
    assert cursor(shop) == Cursor(seq=11, change_id="change-11")
    assert replica_and_cursors(shop) | {t.cursor.name: []} == before


def test_each_stream_has_a_cursor_of_its_own(shop: Store) -> None:
    apply(shop, TENANT, product(21, "mug", 2, name="Blue mug"))
    assert cursor(shop, TENANT) == Cursor(seq=21, change_id="change-21")
    assert cursor(shop, HERE) == Cursor(seq=10, change_id="change-10")


# --- one transaction ---------------------------------------------------------------------------------


class PowerCut(Exception):
    """Whatever ends a transaction half way."""


def test_rows_cursor_and_overlay_move_together_or_not_at_all(shop: Store) -> None:
    sale = sell_mugs(shop, 1)
    before = replica_and_cursors(shop)
    heard: list[Changed] = []
    shop.listen(heard.append)

    def cut_short(tx: Transaction) -> None:
        assert feed.apply_changes(tx, HERE, [level(11, "mug", 11, 2, by=sale)]) is None
        assert tx.execute(select(t.cursor.c.seq).where(t.cursor.c.stream == HERE)).scalar_one() == 11
        raise PowerCut

    with pytest.raises(PowerCut):
        shop.submit(cut_short).result()
    assert replica_and_cursors(shop) == before
    assert overlaid(shop) == [sale]
    assert heard == []
    apply(shop, HERE, level(11, "mug", 11, 2, by=sale))
    assert (confirmed(shop)["mug"], on_hand(shop)) == (11, 11)


def test_a_change_that_cannot_be_read_takes_its_whole_page_back(shop: Store) -> None:
    before = replica_and_cursors(shop)
    nonsense = change(12, "stock_level", "mug", 3, {"productId": "mug"})
    with pytest.raises(ProtocolError, match="quantity"):
        apply(shop, HERE, level(11, "mug", 11, 2), nonsense)
    assert replica_and_cursors(shop) == before


def test_a_swap_that_fails_leaves_the_replica_as_it_was(shop: Store) -> None:
    stage(shop, page(HERE, "stock_level", [level_row("mug", 1, 9)], seq=40))
    before = replica_and_cursors(shop)

    def cut_short(tx: Transaction) -> None:
        snapshots.swap_in(tx, HERE, kinds(HERE))
        raise PowerCut

    with pytest.raises(PowerCut):
        shop.submit(cut_short).result()
    assert replica_and_cursors(shop) == before
    swap_in(shop, HERE)
    assert confirmed(shop) == {"mug": 1}


def test_views_hear_of_just_the_products_that_changed(shop: Store) -> None:
    heard: list[Changed] = []
    shop.listen(heard.append)
    apply(shop, HERE, level(11, "mug", 11, 2))
    assert heard == [Changed(frozenset({Topic.STOCK}), frozenset({"mug"}))]


# --- tombstones --------------------------------------------------------------------------------------


def test_a_deleted_product_leaves_the_catalogue_and_stays_in_the_replica(shop: Store) -> None:
    apply(shop, TENANT, tombstone(21, "mug", 2))
    assert catalogue(shop).keys() == {"bowl"}
    assert searchable(shop, "mug") == 0
    kept = next(row for row in rows(shop, t.product) if row["id"] == "mug")
    assert (kept["name"], kept["deleted"], kept["version"]) == ("Mug", 1, 2)
    assert confirmed(shop)["mug"] == 12


def test_a_deleted_product_comes_back_only_with_a_higher_version(shop: Store) -> None:
    apply(shop, TENANT, tombstone(21, "mug", 3), product(22, "mug", 2, name="Late"))
    assert "mug" not in catalogue(shop)
    apply(shop, TENANT, product(23, "mug", 4, name="Restored"))
    assert catalogue(shop)["mug"] == ("Restored", 450, 4)
    apply(shop, TENANT, tombstone(24, "mug", 4))
    assert "mug" in catalogue(shop)


def test_a_product_deleted_and_restored_in_one_page_is_there(shop: Store) -> None:
    apply(shop, TENANT, tombstone(21, "mug", 2), product(22, "mug", 3, name="Restored"))
    assert catalogue(shop)["mug"] == ("Restored", 450, 3)


def test_a_product_edited_and_deleted_in_one_page_is_gone(shop: Store) -> None:
    apply(shop, TENANT, product(21, "mug", 2, name="Edited"), tombstone(22, "mug", 3))
    assert "mug" not in catalogue(shop)


def test_a_product_created_and_deleted_in_one_page_is_gone(shop: Store) -> None:
    apply(shop, TENANT, product(21, "jug", 1), tombstone(22, "jug", 2))
    assert "jug" not in catalogue(shop)


def test_a_tombstone_of_a_product_never_heard_of_does_nothing_but_count(shop: Store) -> None:
    apply(shop, TENANT, tombstone(21, "never", 2))
    assert catalogue(shop).keys() == {"mug", "bowl"}
    assert cursor(shop, TENANT) == Cursor(seq=21, change_id="change-21")


def test_anything_else_that_is_deleted_goes(shop: Store) -> None:
    apply(shop, TENANT, person(21, 1))
    assert [row["id"] for row in rows(shop, t.person)] == ["bob"]
    apply(shop, TENANT, change(22, "user", "bob", 2, None))
    assert rows(shop, t.person) == []


def test_anything_else_created_and_deleted_in_one_page_is_gone(shop: Store) -> None:
    apply(shop, TENANT, person(21, 1), change(22, "user", "bob", 2, None))
    assert rows(shop, t.person) == []


def test_anything_else_deleted_and_created_again_in_one_page_is_there(shop: Store) -> None:
    apply(shop, TENANT, person(21, 1), change(22, "user", "bob", 2, None), person(23, 3))
    assert [(row["id"], row["version"]) for row in rows(shop, t.person)] == [("bob", 3)]


# --- this till's own operations ----------------------------------------------------------------------


def test_the_overlay_goes_when_the_feed_shows_the_sale_though_its_answer_has_not_come(shop: Store) -> None:
    sale = sell_mugs(shop, 2)
    assert (confirmed(shop)["mug"], on_hand(shop)) == (12, 10)
    apply(shop, HERE, level(11, "mug", 10, 2, by=sale, delta=-2))
    assert overlaid(shop) == []
    assert (confirmed(shop)["mug"], on_hand(shop)) == (10, 10)
    assert status(shop, sale) == (Status.PROCESSING, None)
    answer(shop, sale, effect(11))
    assert on_hand(shop) == 10


def test_the_sales_of_other_tills_leave_ours_on_top(shop: Store) -> None:
    sale = sell_mugs(shop, 2)
    apply(shop, HERE, level(11, "mug", 7, 2, delta=-5))
    assert overlaid(shop) == [sale]
    assert on_hand(shop) == 5


def test_a_sale_of_two_products_is_shown_one_by_one(shop: Store) -> None:
    sale = sell(
        shop,
        ExpectedStockEffect("mug", "main", "delta", -2),
        ExpectedStockEffect("bowl", "main", "delta", -1),
    )
    apply(shop, HERE, level(11, "bowl", 2, 2, by=sale, delta=-1))
    assert [(row["operation_id"], row["product_id"]) for row in rows(shop, t.overlay)] == [(sale, "mug")]
    assert (on_hand(shop, "mug"), on_hand(shop, "bowl")) == (10, 2)


def test_after_its_answer_the_overlay_stays_until_the_cursor_has_reached_it(shop: Store) -> None:
    sale = sell_mugs(shop, 2)
    answer(shop, sale, effect(12))
    assert overlaid(shop) == [sale]
    assert on_hand(shop) == 10
    apply(shop, HERE, level(11, "mug", 11, 2, delta=-1))
    assert on_hand(shop) == 9
    apply(shop, HERE, level(12, "mug", 9, 3, by=sale, delta=-2))
    assert overlaid(shop) == []
    assert (confirmed(shop)["mug"], on_hand(shop)) == (9, 9)


def test_the_cursor_alone_ends_an_overlay_where_a_change_does_not_say_whose_it_is(shop: Store) -> None:
    sale = sell_mugs(shop, 2)
    answer(shop, sale, effect(12))
    apply(shop, HERE, level(11, "mug", 10, 2), change(12, "transaction", sale, 1, {"id": sale}))
    assert overlaid(shop) == []
    assert on_hand(shop) == 10


def test_an_answer_that_comes_after_the_cursor_has_passed_drops_the_overlay_at_once(shop: Store) -> None:
    """A repeated answer: the feed had shown the operation under another till's change."""
    sale = sell_mugs(shop, 2)
    apply(shop, HERE, level(11, "mug", 10, 2))
    assert on_hand(shop) == 8
    answer(shop, sale, effect(11))
    assert overlaid(shop) == []
    assert on_hand(shop) == 10


def test_an_effect_in_a_stream_that_this_till_does_not_follow_drops_the_overlay_at_once(shop: Store) -> None:
    transfer = sell(
        shop, ExpectedStockEffect("mug", "main", "delta", -4), ExpectedStockEffect("mug", "annex", "delta", 4)
    )
    assert on_hand(shop, location_id="annex") == 4
    answer(shop, transfer, effect(11), effect(900, stream=ANNEX))
    assert [row["location_id"] for row in rows(shop, t.overlay)] == ["main"]
    assert on_hand(shop) == 8


def test_an_operation_without_an_effect_here_leaves_nothing_behind(shop: Store) -> None:
    sale = sell_mugs(shop, 2)
    answer(shop, sale)
    assert overlaid(shop) == []
    assert on_hand(shop) == 12


def test_a_product_edit_shows_at_once_and_never_flickers(shop: Store) -> None:
    operation = edit(shop, "update", "mug", price_minor=475)
    assert catalogue(shop)["mug"] == ("Mug", 475, 1)
    answer(shop, operation, effect(22, TENANT, "product"))
    apply(shop, TENANT, product(21, "mug", 2, name="Blue mug"))
    assert catalogue(shop)["mug"] == ("Blue mug", 475, 2)
    apply(shop, TENANT, product(22, "mug", 3, name="Blue mug", priceMinor=475, by=operation))
    assert rows(shop, t.product_overlay) == []
    assert catalogue(shop)["mug"] == ("Blue mug", 475, 3)


def test_a_product_created_here_is_confirmed_by_the_feed(shop: Store) -> None:
    operation = edit(shop, "create", "jug", name="Jug", price_minor=900)
    assert catalogue(shop)["jug"] == ("Jug", 900, 0)
    apply(shop, TENANT, product(21, "jug", 1, priceMinor=900, by=operation))
    assert rows(shop, t.product_overlay) == []
    assert catalogue(shop)["jug"] == ("Jug", 900, 1)


def test_an_own_edit_of_a_product_that_was_deleted_puts_no_nameless_one_in_its_place(shop: Store) -> None:
    edit(shop, "update", "mug", price_minor=475)
    apply(shop, TENANT, tombstone(21, "mug", 2))
    assert all(name for name, _, _ in catalogue(shop).values())


# --- conflicts ---------------------------------------------------------------------------------------


def test_a_resolved_conflict_ends_the_operation_and_unblocks_its_ordering_key(shop: Store) -> None:
    stuck, behind = count_mugs(shop, 9), count_mugs(shop, 8)
    assert send(shop) == [stuck]
    meet_conflict(shop, stuck)
    assert (status(shop, stuck)[0], status(shop, behind)[0]) == (Status.CONFLICT, Status.BLOCKED)
    resolved = conflict(stuck, 2, status="resolved", resolution="accept_server", resolvedBy="alice")
    apply(shop, HERE, conflict_told(11, resolved))
    assert status(shop, stuck) == (Status.COMPLETED, "resolved")
    assert overlaid(shop) == [behind]
    assert [(row["status"], row["version"]) for row in rows(shop, t.conflict)] == [("resolved", 2)]
    assert send(shop) == [behind]


def test_an_open_conflict_that_moved_is_kept_and_ends_nothing(shop: Store) -> None:
    stuck, behind = count_mugs(shop, 9), count_mugs(shop, 8)
    send(shop)
    meet_conflict(shop, stuck)
    apply(shop, HERE, conflict_told(11, conflict(stuck, 2, serverVersion={"values": {}, "version": 5})))
    assert (status(shop, stuck)[0], status(shop, behind)[0]) == (Status.CONFLICT, Status.BLOCKED)
    assert overlaid(shop) == [stuck, behind]
    with shop.reading() as connection:
        assert open_conflict_count(connection) == 1
    kept = shop.submit(partial(stored_conflict, conflict_id="conflict-1")).result()
    assert kept.server_version.version == 5


def test_a_conflict_that_an_answer_brings_late_replaces_nothing_newer(shop: Store) -> None:
    stuck = count_mugs(shop, 9)
    resolved = conflict(stuck, 2, status="resolved", resolution="accept_server")
    apply(shop, HERE, conflict_told(11, resolved))
    shop.submit(lambda tx: store_conflict(tx, conflict(stuck, 1))).result()
    assert [(row["status"], row["version"]) for row in rows(shop, t.conflict)] == [("resolved", 2)]


def test_the_decision_of_this_till_is_shown_by_the_resolved_conflict(shop: Store) -> None:
    stuck = count_mugs(shop, 9)
    send(shop)
    meet_conflict(shop, stuck)
    decision = enqueue(
        shop,
        NewOperation(
            "update",
            "conflict",
            "conflict-1",
            {"conflictId": "conflict-1", "resolution": "accept_local"},
            "bob",
            {},
            "main",
            stock=(ExpectedStockEffect("mug", "main", "count", 9),),
        ),
    )
    resolved = conflict(stuck, 2, status="resolved", resolution="accept_local")
    apply(shop, HERE, level(11, "mug", 9, 2, by=decision), conflict_told(12, resolved, by=decision))
    assert overlaid(shop) == []
    assert (confirmed(shop)["mug"], on_hand(shop)) == (9, 9)


def test_a_resolved_conflict_leaves_an_operation_that_has_ended_as_it_ended(shop: Store) -> None:
    stuck = count_mugs(shop, 9)
    shop.submit(
        lambda tx: transitions.finish(tx, stuck, Status.DISCARDED, result=None, code="counted again")
    ).result()
    apply(shop, HERE, conflict_told(11, conflict(stuck, 2, status="resolved", resolution="accept_server")))
    assert status(shop, stuck) == (Status.DISCARDED, "counted again")


# --- snapshots ---------------------------------------------------------------------------------------


def test_pages_are_staged_beside_the_replica(shop: Store) -> None:
    before = replica_and_cursors(shop)
    staged = stage(shop, page(HERE, "stock_level", [level_row("mug", 1, 9)], seq=40, then="page 2", total=2))
    assert (staged.page_token, staged.rows_done, staged.rows_total) == ("page 2", 1, 2)
    assert not staged.complete
    assert replica_and_cursors(shop) == before
    assert on_hand(shop) == 12


def test_a_swap_replaces_the_replica_and_rows_absent_from_the_snapshot_vanish(shop: Store) -> None:
    stage(shop, page(HERE, "stock_level", [level_row("mug", 5, 9)], seq=40, then="page 2", total=2))
    last = stage(shop, page(HERE, "stock_level", [level_row("jug", 6, 1)], seq=40, total=2), first=False)
    assert last.complete
    swap_in(shop, HERE)
    assert confirmed(shop) == {"mug": 5, "jug": 6}
    assert cursor(shop) == Cursor(seq=40, change_id="change-40")
    assert rows(shop, t.staging) == rows(shop, t.staged_stock_level) == []
    assert catalogue(shop).keys() == {"mug", "bowl"}


def test_a_swap_replaces_even_what_had_a_higher_version(shop: Store) -> None:
    """A server restored from a backup begins again below what this till had seen."""
    apply(shop, HERE, level(11, "mug", 2, 50))
    first_sync(shop, HERE, "stock_level", level_row("mug", 12, 1), seq=9)
    assert confirmed(shop) == {"mug": 12}
    assert cursor(shop) == Cursor(seq=9, change_id="change-9")


def test_a_snapshot_adds_to_the_ledger_and_takes_nothing_away(shop: Store) -> None:
    apply(shop, HERE, level(11, "mug", 11, 2))
    known = movement_row(11, "mug", 0, "of-another-till")
    first_sync(shop, HERE, "stock_movement", known, movement_row(39, "bowl", -1, "sale-39"), seq=40)
    assert [row["id"] for row in rows(shop, t.movement)] == ["movement-11", "movement-39"]
    first_sync(shop, HERE, "stock_level", level_row("mug", 1, 9), seq=41)
    assert len(rows(shop, t.movement)) == 2


def test_overlays_at_or_below_the_snapshots_number_go_and_later_ones_stay(shop: Store) -> None:
    covered, later, unanswered = sell_mugs(shop, 1), sell_mugs(shop, 2), sell_mugs(shop, 4)
    answer(shop, covered, effect(40))
    answer(shop, later, effect(41))
    first_sync(shop, HERE, "stock_level", level_row("mug", 11, 9), seq=40)
    assert overlaid(shop) == [later, unanswered]
    assert on_hand(shop) == 11 - 2 - 4


def test_what_came_between_the_pages_is_staged_before_the_swap(shop: Store) -> None:
    pages = [level_row("mug", 5, 9), level_row("bowl", 1, 4)]
    stage(shop, page(HERE, "stock_level", pages, seq=40))
    before = replica_and_cursors(shop)
    stage_changes(shop, HERE, level(41, "mug", 4, 10, delta=-1), level(42, "jug", 7, 1, delta=7))
    assert replica_and_cursors(shop) == before
    swap_in(shop, HERE)
    assert confirmed(shop) == {"mug": 4, "bowl": 1, "jug": 7}
    assert [row["id"] for row in rows(shop, t.movement)] == ["movement-41", "movement-42"]
    assert cursor(shop) == Cursor(seq=42, change_id="change-42")


def test_a_row_that_is_newer_than_the_snapshots_number_is_not_put_back(shop: Store) -> None:
    stage(shop, page(HERE, "stock_level", [level_row("mug", 4, 10)], seq=40))
    stage_changes(shop, HERE, level(41, "mug", 5, 9))
    swap_in(shop, HERE)
    assert confirmed(shop) == {"mug": 4}


def test_a_product_deleted_while_the_pages_were_read_is_gone_after_the_swap(shop: Store) -> None:
    stage(shop, page(TENANT, "product", [product_row("mug", 1), product_row("bowl", 1)], seq=30))
    stage_changes(shop, TENANT, tombstone(31, "mug", 2))
    assert catalogue(shop).keys() == {"mug", "bowl"}
    swap_in(shop, TENANT)
    assert catalogue(shop).keys() == {"bowl"}


def test_a_product_created_and_deleted_while_the_pages_were_read_is_not_there(shop: Store) -> None:
    stage(shop, page(TENANT, "product", [product_row("bowl", 1)], seq=30))
    stage_changes(shop, TENANT, product(31, "jug", 1), tombstone(32, "jug", 2))
    swap_in(shop, TENANT)
    assert catalogue(shop).keys() == {"bowl"}


def test_numbers_of_a_stream_that_has_begun_anew_are_not_said_any_more(shop: Store) -> None:
    """A restored server counts again: what was read of the old numbers would claim too much of the new."""
    first_sync(shop, TENANT, "product", product_row("mug", 1), seq=30)
    sell_mugs(shop, 1)
    first_sync(shop, TENANT, "product", product_row("mug", 1), seq=34)
    sell_mugs(shop, 1)
    assert [row["tenant_seq"] for row in rows(shop, t.outbox)] == [30, 34]
    stage(
        shop, page(TENANT, "product", [product_row("mug", 1)], seq=12).model_copy(update={"epoch": "second"})
    )
    swap_in(shop, TENANT)
    sell_mugs(shop, 1)
    assert [row["tenant_seq"] for row in rows(shop, t.outbox)] == [None, None, 12]


def test_a_snapshot_goes_on_after_a_restart_where_it_stopped(shop: Store, clock: ManualClock) -> None:
    stage(shop, page(HERE, "stock_level", [level_row("mug", 5, 9)], seq=40, then="page 2", total=2))
    again = reopened(shop, shop.home.path, clock)
    with again.reading() as connection:
        staged = staged_snapshot(connection, HERE, kinds(HERE))
    reader = reads(kinds(HERE)).to_text()
    assert staged == StagedSnapshot(
        HERE, 40, "change-40", "first", "page 2", 1, 2, complete=False, reader=reader
    )
    stage(again, page(HERE, "stock_level", [level_row("jug", 6, 1)], seq=40, total=2), first=False)
    swap_in(again, HERE)
    assert confirmed(again) == {"mug": 5, "jug": 6}
    again.close()


def reopened(store: Store, home: Path, clock: ManualClock) -> Store:
    store.close()
    return Store.open(Home(home), clock=clock, ids=CountingIds("later"), executor=InlineExecutor())


def test_a_snapshot_begun_anew_forgets_the_pages_of_the_earlier_attempt(shop: Store) -> None:
    stage(shop, page(HERE, "stock_level", [level_row("stale", 5, 9)], seq=40, then="page 2", total=2))
    staged = stage(shop, page(HERE, "stock_level", [level_row("mug", 8, 11)], seq=50))
    assert (staged.seq, staged.rows_done) == (50, 1)
    swap_in(shop, HERE)
    assert confirmed(shop) == {"mug": 8}


def test_the_snapshot_of_one_stream_leaves_the_staged_pages_of_another(shop: Store) -> None:
    stage(shop, page(TENANT, "product", [product_row("mug", 2)], seq=30, then="page 2", total=2))
    first_sync(shop, HERE, "stock_level", level_row("mug", 5, 9), seq=40)
    with shop.reading() as connection:
        assert staged_snapshot(connection, HERE, kinds(HERE)) is None
        staged = staged_snapshot(connection, TENANT, kinds(TENANT))
    assert staged is not None
    assert staged.page_token == "page 2"
    assert [row["id"] for row in rows(shop, t.staged_product)] == ["mug"]


def test_an_operation_whose_conflict_is_not_in_the_snapshot_was_decided_meanwhile(shop: Store) -> None:
    stuck, behind = count_mugs(shop, 9), count_mugs(shop, 8)
    send(shop)
    meet_conflict(shop, stuck)
    first_sync(shop, HERE, "stock_level", level_row("mug", 11, 3), seq=40)
    assert status(shop, stuck) == (Status.COMPLETED, "resolved")
    assert status(shop, behind) == (Status.PENDING, None)
    assert overlaid(shop) == [behind]


def test_a_conflict_that_is_still_in_the_snapshot_still_stands(shop: Store) -> None:
    stuck = count_mugs(shop, 9)
    send(shop)
    meet_conflict(shop, stuck)
    first_sync(shop, HERE, "conflict", conflict(stuck).to_wire(), seq=40)
    assert status(shop, stuck)[0] == Status.CONFLICT
    with shop.reading() as connection:
        assert open_conflict_count(connection) == 1


def test_conflicts_of_stock_and_of_products_come_with_their_own_streams(shop: Store) -> None:
    stuck = count_mugs(shop, 9)
    send(shop)
    meet_conflict(shop, stuck)
    dispute = edit(shop, "update", "mug", price_minor=475)
    of_product = conflict(dispute, id="conflict-2", resourceType="product", locationId=None)
    apply(shop, TENANT, conflict_told(21, of_product))
    shop.submit(
        lambda tx: transitions.mark_needs_attention(tx, dispute, Status.CONFLICT, code=None, error=None)
    ).result()

    first_sync(shop, TENANT, "conflict", of_product.to_wire() | {"version": 2}, seq=60)
    assert [(row["id"], row["version"]) for row in rows(shop, t.conflict)] == [
        ("conflict-1", 1),
        ("conflict-2", 2),
    ]
    first_sync(shop, HERE, "stock_level", level_row("mug", 11, 3), seq=40)
    assert [row["id"] for row in rows(shop, t.conflict)] == ["conflict-2"]
    assert (status(shop, stuck)[0], status(shop, dispute)[0]) == (Status.COMPLETED, Status.CONFLICT)
    first_sync(shop, TENANT, "product", product_row("mug", 3), seq=61)
    assert rows(shop, t.conflict) == []
    assert status(shop, dispute) == (Status.COMPLETED, "resolved")


@pytest.mark.parametrize(("place", "stream"), [(None, TENANT), ("main", HERE)])
def test_a_settings_conflict_is_gone_only_where_its_own_stream_lacks_it(
    shop: Store, place: str | None, stream: str
) -> None:
    """As after a repair: no conflict is known here, and the streams are read one after the other."""
    stuck = enqueue(
        shop,
        NewOperation(
            operation="update",
            resource_type="setting",
            resource_id=setting_id("low_stock", place),
            location_id=place,
            data={"value": 9, "base": 5},
            actor_id="alice",
            summary={},
        ),
    )
    send(shop)
    meet_conflict(shop, stuck)
    shop.submit(lambda tx: tx.execute(t.conflict.delete())).result()
    other = HERE if stream == TENANT else TENANT
    first_sync(shop, other, "user" if other == TENANT else "stock_level", seq=60)
    assert status(shop, stuck)[0] == Status.CONFLICT
    first_sync(shop, stream, "user" if stream == TENANT else "stock_level", seq=61)
    assert status(shop, stuck) == (Status.COMPLETED, "resolved")


# --- the catalogue after a snapshot ------------------------------------------------------------------


def test_the_catalogue_is_the_replica_with_this_tills_own_edits_over_it(shop: Store) -> None:
    edit(shop, "update", "mug", price_minor=475)
    edit(shop, "create", "jug", name="Jug", price_minor=900)
    edit(shop, "delete", "vase", deleted=True)
    snapshot = [
        product_row("mug", 6, name="Blue mug"),
        product_row("vase", 1),
        product_row("plate", 1, priceMinor=None),
        product_row("old", 4, deleted=True),
    ]
    first_sync(shop, TENANT, "product", *snapshot, seq=60)
    assert catalogue(shop) == {
        "mug": ("Blue mug", 475, 6),
        "jug": ("Jug", 900, 0),
        "plate": ("Plate", None, 1),
    }
    assert (searchable(shop, "blue mug"), searchable(shop, "bowl")) == (1, 0)


def test_own_edits_that_the_snapshot_shows_already_are_not_laid_over_it(shop: Store) -> None:
    operation = edit(shop, "update", "mug", price_minor=475)
    answer(shop, operation, effect(55, TENANT, "product"))
    first_sync(shop, TENANT, "product", product_row("mug", 3, priceMinor=480), seq=60)
    assert rows(shop, t.product_overlay) == []
    assert catalogue(shop) == {"mug": ("Mug", 480, 3)}


def test_the_catalogue_follows_a_server_whose_versions_began_again(shop: Store) -> None:
    """Restored from a backup and edited since, a server may say something else under a version once used."""
    apply(shop, TENANT, product(21, "mug", 2, name="Lost with the old server"))
    first_sync(shop, TENANT, "product", product_row("mug", 2, name="Edited on the new one"), seq=21)
    assert catalogue(shop) == {"mug": ("Edited on the new one", 450, 2)}


def test_a_conflict_decided_while_the_pages_were_read_ends_its_operation(shop: Store) -> None:
    stuck = count_mugs(shop, 9)
    send(shop)
    meet_conflict(shop, stuck)
    stage(shop, page(HERE, "conflict", [conflict(stuck).to_wire()], seq=40))
    decided = conflict(stuck, 2, status="resolved", resolution="accept_server")
    stage_changes(shop, HERE, conflict_told(41, decided))
    swap_in(shop, HERE)
    assert status(shop, stuck) == (Status.COMPLETED, "resolved")
    assert overlaid(shop) == []


def test_a_locations_snapshot_leaves_the_conflicts_of_products_alone(shop: Store) -> None:
    about_a_product = conflict("somebody's edit", resourceType="product", locationId=None)
    apply(shop, TENANT, conflict_told(21, about_a_product))
    stage(shop, page(HERE, "stock_level", [level_row("mug", 1, 9)], seq=40))
    swap_in(shop, HERE)
    assert [row["resource_type"] for row in rows(shop, t.conflict)] == ["product"]


# --- flags, which are beside the replica ---------------------------------------------------------------


def sale_row(sale_id: str, version: int, *flags: str) -> dict[str, Any]:
    return {
        "id": sale_id,
        "kind": "sale",
        "receiptNumber": "T9-000001",
        "currency": "GBP",
        "totalMinor": 374,
        "occurredAt": AT,
        "actorId": "bob",
        "deviceId": "another-till",
        "locationId": "main",
        "receivedAt": AT,
        "flags": list(flags),
        "version": version,
    }


def sold(seq: int, sale_id: str, version: int, *flags: str) -> Change:
    return change(seq, "transaction", sale_id, version, sale_row(sale_id, version, *flags))


def stock_flag_row(product_id: str, version: int, *flags: str) -> dict[str, Any]:
    return {
        "productId": product_id,
        "locationId": "main",
        "flags": list(flags),
        "actorId": "bob",
        "since": AT,
        "version": version,
    }


def stock_flag(seq: int, product_id: str, version: int, *flags: str) -> Change:
    row = stock_flag_row(product_id, version, *flags)
    return change(seq, "stock_flag", product_id, version, row)


def listed(store: Store) -> dict[str, tuple[str, ...]]:
    """The flags that nobody has seen, by what has them."""
    with store.reading() as connection:
        return {entry.id: entry.flags for entry in flagged.unseen(connection, 100)}


def versions_of_receipts(store: Store) -> dict[str, int]:
    return {row["id"]: row["version"] for row in rows(store, t.receipt)}


def test_a_flag_of_a_restored_server_is_listed_though_its_version_is_lower(shop: Store) -> None:
    first_sync(shop, HERE, "stock_level", level_row("mug", 5, 9), seq=40)
    apply(
        shop,
        HERE,
        sold(41, "sale-1", 5, "not_paid"),
        sold(42, "sale-2", 5, "not_paid"),
        sold(43, "sale-3", 4),
        stock_flag(44, "gone", 5, "unknown_product:gone"),
        stock_flag(45, "rare", 4, "unknown_product:rare"),
    )
    shop.submit(lambda tx: flagged.mark_seen(tx, "sale-1", "bob")).result()
    stage(shop, page(HERE, "stock_level", [level_row("mug", 5, 2)], seq=12, then="page 2", total=2))
    stage(
        shop,
        page(HERE, "stock_flag", [stock_flag_row("mug", 1, "unknown_product:mug")], seq=12),
        first=False,
    )
    stage_changes(shop, HERE, sold(13, "sale-1", 2, "not_paid", "wrong_shift:s"))
    swap_in(shop, HERE)
    new = {
        "sale-1": ("not_paid", "wrong_shift:s"),
        "sale-2": ("not_paid",),
        "stock:main:mug": ("unknown_product:mug",),
    }
    assert listed(shop) == new, "the server's flagged stock is all in its snapshot"
    apply(shop, HERE, sold(14, "sale-2", 1), sold(15, "sale-3", 2, "not_paid"), sold(16, "sale-1", 3))
    assert listed(shop) == {"sale-3": ("not_paid",), "stock:main:mug": ("unknown_product:mug",)}
    assert versions_of_receipts(shop) == {"sale-1": 3, "sale-2": 1, "sale-3": 2}
    apply(shop, HERE, sold(17, "sale-1", 2, "not_paid", "closed_shift:s"), sold(18, "sale-2", 1, "not_paid"))
    assert "sale-1" not in listed(shop), "from now on an older version has no effect again"


def test_receipts_of_a_restored_server_count_though_their_version_is_lower(shop: Store) -> None:
    first_sync(shop, HERE, "stock_level", level_row("mug", 5, 9), seq=40)
    apply(shop, HERE, sold(41, "sale-1", 5, "not_paid"))
    first_sync(shop, HERE, "stock_level", level_row("mug", 5, 2), seq=12)
    answer = ReceiptsPage(rows=[sale_row("sale-1", 1)])
    start = receipts.CopyProgress()
    shop.submit(partial(receipts.store_page, stream=HERE, page=answer, after=start, days=90)).result()
    assert versions_of_receipts(shop) == {"sale-1": 1}
    assert listed(shop) == {}


def test_of_many_receipts_a_new_copy_writes_only_those_that_were_judged_again(shop: Store) -> None:
    """Each has its whole body: a place's year of them in one write would hold up the till."""
    first_sync(shop, HERE, "stock_level", level_row("mug", 5, 9), seq=40)
    apply(shop, HERE, *(sold(41 + place, f"sale-{place}", 1) for place in range(20)))
    apply(shop, HERE, sold(61, "sale-7", 2, "not_paid"), sold(62, "sale-8", 5, "not_paid"))

    def written(tx: Transaction) -> int:
        before = tx.execute(select(func.total_changes())).scalar_one()
        receipts.await_a_new_copy(tx)
        return int(tx.execute(select(func.total_changes())).scalar_one() - before)

    assert [shop.submit(written).result() for _ in range(2)] == [2, 0]
    apply(shop, HERE, sold(63, "sale-7", 1), sold(64, "sale-9", 2))
    kept = versions_of_receipts(shop)
    assert (kept["sale-7"], kept["sale-9"], kept["sale-1"]) == (1, 2, 1)
