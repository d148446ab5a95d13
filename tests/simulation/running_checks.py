"""What must hold in a simulation while it runs, at every commit."""

from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import select

from app.services.cash import shifts
from server_stub.store.database import Commit
from sync_agent.contract.aliases import PRODUCT_ALIAS
from sync_agent.contract.streams import location_stream
from sync_agent.store import tables
from sync_agent.store.database import Changed, Topic
from sync_agent.store.projection.aliases import real_products
from sync_agent.store.queue.status import Status
from sync_agent.store.replica.cursors import read_cursors
from tests.kit import sale_books
from tests.kit.books import of_reports, of_the_journal
from tests.simulation.promises import Broken, must
from tests.simulation.till import SimTill

_NEWEST_SALE = (
    select(tables.sale.c.id, tables.sale.c.refund_of).order_by(tables.sale.c.receipt_number.desc()).limit(1)
)


@dataclass
class RunningChecks:
    """What is checked while the simulation runs. The first failure is stored and ends it."""

    problems: list[str] = field(default_factory=list)
    heads: dict[tuple[str, str], int] = field(default_factory=dict)
    versions: dict[tuple[str, str, str, str], int] = field(default_factory=dict)
    resolved: set[str] = field(default_factory=set)
    transactions: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    """The newest row of each till transaction, by tenant and id."""
    joined: dict[str, set[str]] = field(default_factory=dict)
    """The products that an id has counted on as an alias, by id."""
    seen_at_tills: dict[tuple[str, str, str], int] = field(default_factory=dict)

    restored: bool = False

    def server_was_restored(self) -> None:
        self.restored = True
        self.heads.clear()
        self.versions.clear()
        self.resolved.clear()
        self.transactions.clear()
        self.joined.clear()
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
                if change.resource_type == "transaction" and change.row is not None:
                    self.transactions[change.tenant_id, change.resource_id] = change.row
                if change.resource_type == PRODUCT_ALIAS and change.row is not None:
                    self.joined.setdefault(change.resource_id, set()).add(change.row["productId"])
            self._no_more_went_back_than_was_paid(commit)
        except Broken as broken:
            self.problems.append(str(broken))

    def _no_more_went_back_than_was_paid(self, commit: Commit) -> None:
        """Of each sale, by line, by payment and in all; but for returns that the server flagged for it."""
        named: set[tuple[str, str]] = set()
        for change in commit.changes:
            if change.resource_type == "transaction" and change.row is not None:
                named.add((change.tenant_id, change.row.get("refundOf") or change.resource_id))
        for tenant, sale_id in named:
            sale = self.transactions.get((tenant, sale_id))
            if sale is None or sale["kind"] != "sale":
                continue
            back = [
                row
                for (of, _), row in self.transactions.items()
                if of == tenant and row.get("refundOf") == sale_id
                if not any(flag.startswith("refund_beyond_sale") for flag in row["flags"])
            ]
            found = sale_books.too_much(sale, back)
            must(not found, "more went back of", sale["receiptNumber"], "than was paid:", found)

    def on_till_commit(self, till: SimTill, changed: Changed) -> None:
        """A till's confirmed figures never go back, and each transaction leaves its database consistent."""
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
            self._till_gave_back_what_was_paid(till)
        if {Topic.SALES, Topic.SHIFTS} & changed.topics:
            self._reports_are_the_journal(till)

    def _reports_are_the_journal(self, till: SimTill) -> None:
        """The sums of all Z reports and the open X report are those of the journal."""
        reports = [shifts.totals(till.till, shift.id) for shift in shifts.past(till.till, limit=1000)]
        current = shifts.current(till.till)
        if current is not None:
            reports.append(shifts.totals(till.till, current.id))
        loose = {
            row.id for row in till.rows(select(tables.sale.c.id).where(tables.sale.c.shift_id.is_(None)))
        }
        if current is not None and loose:
            self.problems.append(f"{till.name} has an open shift and sales in none")
        journal = of_the_journal(till.store.home.database, but=frozenset(loose))
        if of_reports(reports).filled() != journal.filled():
            self.problems.append(f"{till.name} has reports that are not its journal")

    def _till_gave_back_what_was_paid(self, till: SimTill) -> None:
        """What this till itself gave back of a sale of its own is never more than was paid for it."""
        sale = tables.sale.c
        newest = next(iter(till.rows(_NEWEST_SALE)), None)
        if (
            newest is None
            or newest.refund_of is None
            or not till.rows(select(sale.id).where(sale.id == newest.refund_of))
        ):
            return
        back = [
            till.payload(row.id)
            for row in till.rows(select(sale.id).where(sale.refund_of == newest.refund_of))
        ]
        sold = till.payload(newest.refund_of)
        for wrong in (*sale_books.too_much(sold, back), *sale_books.is_unbalanced(sold, back)):
            self.problems.append(f"{till.name} gave back of {sold['receiptNumber']} {wrong}")

    def _figures_do_not_flicker(self, till: SimTill) -> None:
        """What the server has applied is shown until the feed shows it, without a gap.

        A till that has not heard of an alias yet shows it on the id that it knows, and one that has not heard
        of its end on the product that it still counts on there.
        """
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
            cursor = read_cursors(connection).get(stream)
        if cursor is None:
            return
        for row in fresh:
            if self.restored and row.sent_count > 1:
                continue  # the copy may have it from the lost server, until the new one is in
            own = till.rows(select(over.product_id).where(over.operation_id == row.id))
            shown = self._with_their_products({one.product_id for one in own})
            to_come = {
                effect["resourceId"]
                for effect in orjson.loads(row.result).get("effects", [])
                if effect["resourceType"] == "stock_level" and effect["stream"] == stream
                if effect["seq"] > cursor.seq
            }
            with till.store.reading() as connection:
                there = real_products(connection, to_come)
            if not all(one in shown or there[one] in shown for one in to_come):
                self.problems.append(f"{till.name} does not show {row.id} for a while")

    def _with_their_products(self, ids: set[str]) -> set[str]:
        """The ids, and every product that one of them has counted on."""
        found, new = set(ids), set(ids)
        while new:
            new = set().union(*(self.joined.get(product_id, ()) for product_id in new)) - found
            found |= new
        return found
