"""What must hold in a simulation: while it runs, at every commit, and once the faults have stopped."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select

from server_stub.services.stock.count_order import CLOCK_UNCERTAINTY_MS
from server_stub.store.database import Commit
from sync_agent.contract import paths
from sync_agent.contract.operations import chain_hash, content_hash
from sync_agent.contract.streams import location_stream, tenant_stream
from sync_agent.contract.wire import to_ms
from sync_agent.store import projection, replica, tables
from sync_agent.store.database import Changed, Topic
from sync_agent.store.outbox import Status
from tests.simulation.server import SimServer
from tests.simulation.till import SimTill

ATTEMPTS_MAX = 150
REQUESTS_A_MINUTE_MAX = 400
TOGETHER_MAX = 5
BREATH_S = 0.15


class Broken(AssertionError):
    """A promise does not hold; the words say which."""


def must(condition: bool, *what: object) -> None:
    if not condition:
        raise Broken(" ".join(map(str, what)))


@dataclass
class RunningChecks:
    """What is looked at while the simulation runs. The first thing that is wrong is kept and ends it."""

    problems: list[str] = field(default_factory=list)
    heads: dict[tuple[str, str], int] = field(default_factory=dict)
    versions: dict[tuple[str, str, str, str], int] = field(default_factory=dict)
    resolved: set[str] = field(default_factory=set)
    seen_at_tills: dict[tuple[str, str, str], int] = field(default_factory=dict)

    restored: bool = False

    def server_was_restored(self) -> None:
        self.restored = True
        self.heads.clear()
        self.versions.clear()
        self.resolved.clear()
        self.seen_at_tills.clear()

    def on_commit(self, commit: Commit) -> None:
        """Streams are gapless, versions only rise, and no conflict that was decided is open again."""
        try:
            for change in commit.changes:
                stream = change.tenant_id, change.stream
                before = self.heads.get(stream)
                must(before is None or change.seq == before + 1, "a gap in", change.stream, "at", change.seq)
                self.heads[stream] = change.seq
                thing = change.tenant_id, change.stream, change.resource_type, change.resource_id
                version = self.versions.get(thing, 0)
                must(
                    change.version > version or change.resource_type == "transaction",
                    "no new version of",
                    thing,
                )
                self.versions[thing] = change.version
                if change.resource_type == "conflict" and change.row is not None:
                    if change.row["status"] == "resolved":
                        self.resolved.add(change.resource_id)
                    else:
                        must(change.resource_id not in self.resolved, "a conflict was decided and is open")
        except Broken as broken:
            self.problems.append(str(broken))

    def on_till_commit(self, till: SimTill, changed: Changed) -> None:
        """A till's confirmed figures never go back, and each transaction leaves its books whole."""
        if Topic.STOCK in changed.topics and changed.products:
            level = tables.stock_level.c
            for row in till.rows(
                select(level.product_id, level.version).where(level.product_id.in_(changed.products))
            ):
                known = self.seen_at_tills.get((till.name, "stock", row.product_id), 0)
                if row.version < known and not self.restored:
                    self.problems.append(f"{till.name} went back on {row.product_id} to {row.version}")
                self.seen_at_tills[till.name, "stock", row.product_id] = row.version
        if Topic.OUTBOX in changed.topics:
            self._figures_do_not_flicker(till)
        if Topic.SALES in changed.topics:
            sale, outbox = tables.sale.c, tables.outbox.c
            unbooked = till.rows(
                select(sale.id).where(~select(outbox.id).where(outbox.id == sale.id).exists())
            )
            if unbooked:
                self.problems.append(f"{till.name} has a sale that nobody will send")

    def _figures_do_not_flicker(self, till: SimTill) -> None:
        """What the server has taken is shown until the feed shows it, without a moment between."""
        of, over, now_ms = tables.outbox.c, tables.overlay.c, till.clock.now_ms()
        fresh = till.rows(
            select(of.id, of.result, of.sent_count).where(
                of.status == Status.COMPLETED,
                of.finished_ms.between(now_ms - 20, now_ms),  # a clock set back has older ones ahead of it
                of.resource_type.in_(["transaction", "stock_level"]),
                of.result.is_not(None),
            )
        )
        stream = location_stream(till.caller.tenant_id, till.caller.locations[0])
        with till.store.reading() as connection:
            cursor = replica.cursors(connection).get(stream)
        if cursor is None:
            return
        for row in fresh:
            if self.restored and row.sent_count > 1:
                continue  # the copy may have it from the lost server, until the new one is in
            own = till.rows(select(over.product_id).where(over.operation_id == row.id))
            shown = {one.product_id for one in own}
            to_come = {
                effect["resourceId"]
                for effect in orjson.loads(row.result).get("effects", [])
                if effect["resourceType"] == "stock_level" and effect["stream"] == stream
                if effect["seq"] > cursor.seq
            }
            if not to_come <= shown:
                self.problems.append(f"{till.name} does not show {row.id} for a while")


# --- at the end --------------------------------------------------------------------------------------


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
    books = _Books(server)
    books.stock_is_the_ledger()
    for till in tills:
        _own_books(till)
        _queue_is_empty_or_before_a_person(till, poison)
        books.has_each_sale_once(till, poison)
        books.equals_the_copy_of(till)
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


class _Books:
    """The server's database itself."""

    def __init__(self, server: SimServer) -> None:
        self._server = server
        self._connection = sqlite3.connect(server.path)

    def close(self) -> None:
        self._connection.close()

    def rows(self, statement: str, *parameters: object) -> list[Any]:
        with closing(self._connection.execute(statement, parameters)) as cursor:
            return cursor.fetchall()

    def stock_is_the_ledger(self) -> None:
        for tenant, place, product, quantity, version, total, count in self.rows(
            "SELECT l.tenant_id, l.location_id, l.product_id, l.quantity, l.version,"
            " coalesce(sum(m.delta), 0), count(m.id) FROM stock_level l LEFT JOIN stock_movement m"
            " USING (tenant_id, location_id, product_id) GROUP BY 1, 2, 3"
        ):
            must((quantity, version) == (total, count), "stock and ledger differ:", tenant, place, product)

    def counts_came_to_what_they_should(self, tills: Iterable[SimTill]) -> None:
        """Each applied count against the rule, worked out anew from the ledger: what its till did before is
        known to it, what surely happened later is on top, and nothing else happened since its version.
        """
        for till in tills:
            device = till.caller.device_id
            for row in till.counts():
                found = self.rows(
                    "SELECT tenant_id, location_id, product_id, version, received_ms FROM stock_movement"
                    " WHERE operation_id = ? AND reason = 'count'",
                    row.id,
                )
                if not found or row.code is not None:
                    continue  # it was decided by a person, or is not applied
                [(*place, version, received_ms)] = found
                data = orjson.loads(row.data)
                told_ms = to_ms(datetime.fromisoformat(data["countedAt"])) + row.clock_offset_ms
                counted_ms = max(0, min(told_ms, received_ms))
                on_top = 0
                for delta, happened_ms, whose, number, kind, compensated in self.rows(
                    "SELECT delta, happened_ms, device_id, device_seq, reason, compensated"
                    " FROM stock_movement WHERE tenant_id = ? AND location_id = ? AND product_id = ?"
                    " AND version > ? AND version < ?",
                    *place,
                    row.base_version,
                    version,
                ):
                    if compensated or (whose == device and number < row.device_seq):
                        continue
                    later = happened_ms > counted_ms + CLOCK_UNCERTAINTY_MS or whose == device
                    must(later and kind != "count", "a count was applied over what it had not seen:", row.id)
                    on_top += delta
                [[came_to]] = self.rows(
                    "SELECT sum(delta) FROM stock_movement WHERE tenant_id = ? AND location_id = ?"
                    " AND product_id = ? AND version <= ?",
                    *place,
                    version,
                )
                must(
                    came_to == data["newQuantity"] + on_top,
                    "a count of",
                    data["newQuantity"],
                    "came to",
                    came_to,
                )

    def no_late_movement_moved_a_count(self) -> None:
        """What happened before the newest count and came after it is compensated to nothing."""
        moved = self.rows(
            "SELECT m.operation_id, sum(m.delta) FROM stock_level l"
            " JOIN stock_movement c ON (c.tenant_id, c.location_id, c.product_id)"
            " = (l.tenant_id, l.location_id, l.product_id) AND c.reason = 'count'"
            " JOIN stock_movement m ON (m.tenant_id, m.location_id, m.product_id)"
            " = (l.tenant_id, l.location_id, l.product_id) AND m.version > c.version"
            " WHERE l.counted_ms IS NOT NULL AND m.happened_ms <= l.counted_ms"
            " AND m.device_id IS NOT l.counted_device_id AND m.reason NOT IN ('count', 'resolution')"
            " AND c.device_id IS l.counted_device_id AND c.device_seq IS l.counted_device_seq"
            " GROUP BY l.tenant_id, l.location_id, l.product_id, m.operation_id HAVING sum(m.delta) <> 0"
        )
        must(not moved, "what a count had seen counted again:", moved[:2])

    def no_edit_wrote_over_what_it_had_not_seen(self, tills: Iterable[SimTill]) -> None:
        """Each applied edit of a product found each field as its till had it, or as it wanted it."""
        for till in tills:
            for product_id, version, operation_id in self.rows(
                "SELECT v.product_id, v.version, v.operation_id FROM product_version v JOIN operation o"
                " ON o.id = v.operation_id WHERE o.device_id = ?"
                " AND o.resource_type = 'product' AND v.version > 1",
                till.caller.device_id,
            ):
                found = self.rows(
                    "SELECT row FROM product_version WHERE product_id = ? AND version = ?",
                    product_id,
                    version - 1,
                )
                if not found:
                    continue  # pruned
                before, edit = orjson.loads(found[0][0]), till.payload(operation_id)
                for name, wanted in edit.get("set", {}).items():
                    must(
                        before.get(name) in (edit["base"].get(name), wanted),
                        "an edit of",
                        name,
                        "wrote over another:",
                        operation_id,
                    )

    def nothing_went_past_an_open_conflict(self) -> None:
        """What a till made after something that a person has still to decide waits for that."""
        passed = self.rows(
            "SELECT o.id FROM conflict c"
            " JOIN operation o USING (tenant_id, device_id, resource_type, resource_id)"
            " LEFT JOIN stock_movement m ON m.operation_id = o.id AND m.reason = 'count'"
            " WHERE c.status = 'open' AND json_extract(c.body, '$.version') = 1"
            " AND o.status = 'applied' AND o.device_seq > c.device_seq"
            " AND (o.resource_type = 'product' OR m.location_id = c.location_id)"
        )
        must(not passed, "went past an open conflict:", passed[:3])
        twice = self.rows(
            "SELECT device_id, resource_type, resource_id FROM conflict"
            " WHERE status = 'open' AND json_extract(body, '$.version') = 1"
            " GROUP BY tenant_id, device_id, resource_type, resource_id, location_id HAVING count(*) > 1"
        )
        must(not twice, "one till has two open conflicts about one thing:", twice[:3])

    def has_each_sale_once(self, till: SimTill, poison: set[str]) -> None:
        refused = {
            row.id for row in till.unfinished() if row.status == Status.DEAD_LETTER or row.id in poison
        }
        for sale_id, moved in till.sold.items():
            if sale_id in refused:
                continue  # it stands before a person
            [[count]] = self.rows("SELECT count(*) FROM till_transaction WHERE id = ?", sale_id)
            kept = self.rows("SELECT 1 FROM quarantine WHERE operation_id = ?", sale_id)
            must(
                count == 1 or bool(kept), till.name, "sold", sale_id, "and the server has it", count, "times"
            )
            told = dict(
                self.rows(
                    "SELECT product_id, sum(delta) FROM stock_movement"
                    " WHERE operation_id = ? AND reason IN ('sale', 'refund') GROUP BY 1",
                    sale_id,
                )
            )
            must(bool(kept) or told == moved, "a sale moved", told, "and not", moved)

    def equals_the_copy_of(self, till: SimTill) -> None:
        caller = till.caller
        place = caller.locations[0]
        heads = dict(self.rows("SELECT name, head FROM stream WHERE tenant_id = ?", caller.tenant_id))
        streams = tenant_stream(caller.tenant_id), location_stream(caller.tenant_id, place)
        with till.store.reading() as connection:
            cursors = {name: one.seq for name, one in replica.cursors(connection).items()}
        must(cursors == {name: heads[name] for name in streams}, till.name, "stands at", cursors, "of", heads)
        levels = self.rows(
            "SELECT product_id, quantity, version FROM stock_level WHERE tenant_id = ? AND location_id = ?",
            caller.tenant_id,
            place,
        )
        level = tables.stock_level.c
        own = till.rows(select(level.product_id, level.quantity, level.version))
        must(sorted(levels) == sorted(map(tuple, own)), till.name, "has other stock than the server")
        products = self.rows(
            "SELECT id, name, price_minor, version FROM product WHERE tenant_id = ? AND deleted = 0",
            caller.tenant_id,
        )
        product = tables.product.c
        kept = till.rows(
            select(product.id, product.name, product.price_minor, product.version).where(product.deleted == 0)
        )
        must(sorted(products) == sorted(map(tuple, kept)), till.name, "has other products than the server")
        open_there = self.rows(
            "SELECT id FROM conflict WHERE tenant_id = ? AND status = 'open'"
            " AND (location_id IS NULL OR location_id = ?)",
            caller.tenant_id,
            place,
        )
        conflict = tables.conflict.c
        open_here = till.rows(select(conflict.id).where(conflict.status == "open"))
        must(sorted(map(tuple, open_here)) == sorted(open_there), till.name, "knows of other conflicts")

    def audit_has_a_line_an_effect(self, *, restored: bool) -> None:
        twice = self.rows(
            "SELECT operation_id, count(*) FROM audit_entry WHERE outcome = 'applied'"
            " AND operation_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
        )
        must(not twice, "the audit trail tells twice of", twice[:3])
        silent = self.rows(
            "SELECT id FROM operation WHERE status = 'applied' AND NOT EXISTS (SELECT 1 FROM audit_entry a"
            " WHERE a.operation_id = operation.id AND a.tenant_id = operation.tenant_id)"
        )
        must(restored or not silent, "the audit trail is silent on", silent[:3])

    def counted_each_ordering_key_in_order(self, *, restored: bool) -> None:
        """A till's counts of one product, and its edits of one, took effect in the order it made them."""
        if restored:
            return  # what was lost came again after what was new
        last: dict[tuple[Any, ...], int] = {}
        for device, kind, thing, number in self.rows(
            "SELECT o.device_id, o.resource_type, o.resource_id, o.device_seq FROM operation o"
            " JOIN audit_entry a ON a.operation_id = o.id AND a.outcome = 'applied'"
            " LEFT JOIN stock_movement m ON m.operation_id = o.id"
            " WHERE o.device_seq IS NOT NULL AND (o.resource_type = 'product' OR m.reason = 'count')"
            " ORDER BY a.seq"
        ):
            before = last.get((device, kind, thing), 0)
            must(number >= before, "out of order:", kind, thing, number, "after", before)
            last[device, kind, thing] = number


def _own_books(till: SimTill) -> None:
    """Numbers without gaps, a whole chain, every finished sale, and a projection that adds up."""
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
    """It is one that the server fails on, or stands behind one."""
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
        levels = {row.product_id: row.quantity for row in till.rows(select(level.product_id, level.quantity))}
        with till.store.reading() as connection:
            shown = projection.on_hand_many(connection, list(levels), till.caller.locations[0])
        must(shown == levels, till.name, "shows other figures than the server confirmed")


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
