"""What must hold in a simulation: while it runs, at every commit, and once the faults have stopped."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from server_stub.store.database import Commit
from sync_agent.contract.events import PATH_LIVE
from sync_agent.contract.operations import chain_hash, content_hash
from sync_agent.contract.streams import location_stream, tenant_stream
from sync_agent.store import projection, replica, tables
from sync_agent.store.database import Changed, Topic
from sync_agent.store.outbox import Status
from tests.simulation.server import SimServer
from tests.simulation.till import SimTill

ATTEMPTS_MAX = 150
REQUESTS_A_MINUTE_MAX = 400
TOGETHER_MAX = 4


class Broken(AssertionError):
    """A promise does not hold; the words say which."""


def must(condition: bool, *what: object) -> None:
    if not condition:
        raise Broken(" ".join(map(str, what)))


@dataclass
class Watch:
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
        if Topic.SALES in changed.topics:
            sale, outbox = tables.sale.c, tables.outbox.c
            unbooked = till.rows(
                select(sale.id).where(~select(outbox.id).where(outbox.id == sale.id).exists())
            )
            if unbooked:
                self.problems.append(f"{till.name} has a sale that nobody will send")


# --- at the end --------------------------------------------------------------------------------------


def everything(
    server: SimServer, tills: Iterable[SimTill], *, restored: bool, outages: list[tuple[float, float]]
) -> None:
    """All that must hold once the faults have stopped and everybody had time. Raises Broken."""
    tills = list(tills)
    books = _Books(server)
    books.stock_is_the_ledger()
    for till in tills:
        _own_books(till)
        _queue_is_empty_or_before_a_person(till)
        books.has_each_sale_once(till)
        books.equals_the_copy_of(till)
        _overlays_are_of_what_stands(till)
        _was_no_nuisance(till)
        _portals_saw_nothing(till)
        must(not till.leaked, till.name, "was told of the other shop")
        must(not till.faults, till.name, "had faults:", till.faults[:3])
    books.audit_has_a_line_an_effect(restored=restored)
    books.counted_each_lane_in_order(restored=restored)
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

    def has_each_sale_once(self, till: SimTill) -> None:
        refused = {row.id for row in till.unfinished() if row.status == Status.DEAD_LETTER}
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

    def counted_each_lane_in_order(self, *, restored: bool) -> None:
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


def _queue_is_empty_or_before_a_person(till: SimTill) -> None:
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
        must(token is None, till.name, "showed a token to a captive portal at", path)


def _came_back_apart(tills: list[SimTill], outages: list[tuple[float, float]]) -> None:
    """While the server was away, no two tills tried in step: at the same millisecond again and again."""
    for began_s, ended_s in outages:
        tries = [
            {
                round(at_s * 1000)
                for at_s, path in till.asked + till.link.asked
                if path == PATH_LIVE and began_s <= at_s <= ended_s
            }
            for till in tills
        ]
        together = Counter(moment for moments in tries for moment in moments)
        in_step = sum(1 for count in together.values() if count > 1)
        must(in_step < TOGETHER_MAX, "tills try in step:", in_step, "times in one outage")
