"""What must hold once the faults of a simulation have stopped: at the tills, and all of it together."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from sync_agent.contract import paths
from sync_agent.contract.operations import chain_hash, content_hash
from sync_agent.store import tables
from sync_agent.store.projection import stock_figures
from sync_agent.store.queue.status import Status
from tests.simulation.promises import must
from tests.simulation.server import SimServer
from tests.simulation.server_books import ServerBooks
from tests.simulation.till import SimTill

ATTEMPTS_MAX = 150
REQUESTS_A_MINUTE_MAX = 400
TOGETHER_MAX = 5
BREATH_S = 0.15


def everything(
    server: SimServer,
    tills: Iterable[SimTill],
    *,
    restored: bool,
    outages: list[tuple[float, float]],
    poison: set[str],
) -> None:
    """All that must hold once the faults have stopped and everybody had time. Raises Broken.

    `poison` are operations that the server still fails on.
    """
    tills = list(tills)
    books = ServerBooks(server)
    books.stock_is_the_ledger()
    books.nothing_honest_is_flagged(tills)
    books.nobody_is_a_copy()
    for till in tills:
        _own_books(till)
        books.receipts_are_those_of_the_place(till)
        _queue_is_empty_or_before_a_person(till, poison)
        books.has_each_sale_once(till, poison)
        books.equals_the_copy_of(till)
        if not restored:
            books.has_all_of_each_shift(till)
        _overlays_are_of_what_stands(till)
        _was_no_nuisance(till)
        _portals_saw_nothing(till)
        must(not till.leaked, till.name, "was told of the other shop")
        must(not till.faults, till.name, "had faults:", till.faults[:3])
    if not restored:
        books.counts_came_to_what_they_should(tills)
        books.no_late_movement_moved_a_count()
        books.no_edit_wrote_over_what_it_had_not_seen(tills)
        books.nothing_went_past_an_open_conflict()
    books.audit_has_a_line_an_effect(restored=restored)
    books.counted_each_ordering_key_in_order(restored=restored)
    books.close()
    _came_back_apart(tills, outages)


def _own_books(till: SimTill) -> None:
    """Numbers without gaps, a valid chain, every finished sale, and a projection that adds up."""
    of = tables.outbox.c
    operations = till.rows(
        select(
            of.id, of.device_seq, of.prev_hash, of.hash, of.operation, of.resource_type, of.resource_id
        ).order_by(of.device_seq)
    )
    numbers = [row.device_seq for row in operations]
    must(numbers == list(range(1, len(numbers) + 1)), till.name, "has a gap in its numbers")
    before = ""
    for row in operations:
        content = content_hash(row.operation, row.resource_type, row.resource_id, till.payload(row.id))
        must(row.prev_hash == before, till.name, "has a broken chain at", row.device_seq)
        before = chain_hash(before, row.id, row.device_seq, content)
        must(row.hash == before, till.name, "has a wrong hash at", row.device_seq)
    receipts = [row.receipt_number for row in till.rows(select(tables.sale.c.receipt_number))]
    series = [int(receipt.rpartition("-")[2]) for receipt in receipts]
    must(sorted(series) == list(range(1, len(series) + 1)), till.name, "has a gap in its receipts")
    known = {row.id for row in till.rows(select(tables.sale.c.id))}
    must(set(till.sold) <= known, till.name, "forgot a sale that it had called done")


def waits_for_the_server(row: Any, unfinished: Iterable[Any], poison: set[str]) -> bool:
    """It is one that the server fails on, or is blocked by one."""
    return row.id in poison or any(
        other.id in poison
        and (other.id == row.depends_on or (row.lane is not None and other.lane == row.lane))
        for other in unfinished
    )


def _queue_is_empty_or_before_a_person(till: SimTill, poison: set[str]) -> None:
    standing = {row.id: row for row in till.unfinished()}
    conflict = tables.conflict.c
    disputed = {
        row.resource_id for row in till.rows(select(conflict.resource_id).where(conflict.status == "open"))
    }
    for row in standing.values():
        waits = row.depends_on in standing
        behind = row.status == Status.BLOCKED and (
            row.resource_id in disputed
            or any(
                other.lane == row.lane and other.status in {Status.CONFLICT, Status.DEAD_LETTER}
                for other in standing.values()
            )
        )
        at_a_person = row.status in {Status.CONFLICT, Status.DEAD_LETTER}
        waits = waits or waits_for_the_server(row, standing.values(), poison)
        must(at_a_person or behind or waits, till.name, "is stuck with", row.id, row.status)
    sent = till.rows(select(tables.outbox.c.id, tables.outbox.c.sent_count))
    for row in sent:
        must(row.sent_count <= ATTEMPTS_MAX, till.name, "sent", row.id, row.sent_count, "times")


def _overlays_are_of_what_stands(till: SimTill) -> None:
    standing = {row.id for row in till.unfinished()}
    for table in (tables.overlay, tables.product_overlay):
        left = {row.operation_id for row in till.rows(select(table.c.operation_id))}
        must(left <= standing, till.name, "still adds what has ended:", sorted(left - standing)[:3])
    if not standing:
        level = tables.stock_level.c
        alias = tables.product_alias.c
        joined = select(alias.id).where(alias.parted == 0)  # an alias has its product's figure
        rows = till.rows(select(level.product_id, level.quantity).where(level.product_id.not_in(joined)))
        levels = {row.product_id: row.quantity for row in rows}
        with till.store.reading() as connection:
            shown = stock_figures.on_hand_many(connection, list(levels), till.caller.locations[0])
        must(shown == levels, till.name, "shows other figures than the server confirmed:", shown, levels)


def _was_no_nuisance(till: SimTill) -> None:
    minutes = Counter(int(at_s // 60) for at_s, _ in till.asked + till.link.asked)
    busiest = max(minutes.values(), default=0)
    must(busiest <= REQUESTS_A_MINUTE_MAX, till.name, "asked", busiest, "times in a minute")


def _portals_saw_nothing(till: SimTill) -> None:
    for path, token in till.seen_by_portals + till.link.seen_by_portals:
        # What comes after the first question carries a secret: in its head, or as a device's credential.
        must((path, token) == (paths.LIVE, None), till.name, "told a captive portal too much:", path)


def _came_back_apart(tills: list[SimTill], outages: list[tuple[float, float]]) -> None:
    """While the server was away, no two tills tried in step: within a breath, again and again."""
    for began_s, ended_s in outages:
        tries = [
            [
                at_s
                for at_s, path in till.asked + till.link.asked
                if path == paths.LIVE and began_s <= at_s <= ended_s
            ]
            for till in tills
        ]
        for number, first in enumerate(tries):
            for second in tries[number + 1 :]:
                in_step = sum(
                    1 for at_s in first if any(abs(at_s - other_s) < BREATH_S for other_s in second)
                )
                must(in_step < TOGETHER_MAX, "two tills tried in step", in_step, "times in one outage")
