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

from app.services.cash import shifts
from server_stub.services.stock.count_order import CLOCK_UNCERTAINTY_MS
from server_stub.store.database import Commit
from sync_agent.contract import paths
from sync_agent.contract.aliases import PRODUCT_ALIAS
from sync_agent.contract.operations import chain_hash, content_hash
from sync_agent.contract.streams import location_stream, tenant_stream
from sync_agent.contract.wire import to_ms
from sync_agent.store import tables
from sync_agent.store.database import Changed, Topic
from sync_agent.store.projection import stock_figures
from sync_agent.store.queue.status import Status
from sync_agent.store.replica.cursors import read_cursors
from tests.kit import sale_books
from tests.kit.books import of_reports, of_the_journal
from tests.simulation.server import SimServer
from tests.simulation.till import SimTill

ATTEMPTS_MAX = 150
_OF_FAULTS = frozenset(
    {"near_count", "deleted_product", "inactive_actor", "inactive_approver", "refund_beyond_sale"}
)
"""Flags that follow from what happens in a simulation on purpose."""
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

        A till that has not heard of an alias yet shows it on the id that it knows.
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
            if not to_come <= shown:
                self.problems.append(f"{till.name} does not show {row.id} for a while")

    def _with_their_products(self, ids: set[str]) -> set[str]:
        """The ids, and every product that one of them has counted on."""
        found, new = set(ids), set(ids)
        while new:
            new = set().union(*(self.joined.get(product_id, ()) for product_id in new)) - found
            found |= new
        return found


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


_NEWEST_SALE = (
    select(tables.sale.c.id, tables.sale.c.refund_of).order_by(tables.sale.c.receipt_number.desc()).limit(1)
)
_WAITING_NUMBERS = select(tables.outbox.c.device_seq).where(tables.outbox.c.finished_ms.is_(None))


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

    def nobody_is_a_copy(self) -> None:
        """Whatever was lost, doubled or interrupted: no till was taken for a copy of itself."""
        cloned = self.rows("SELECT name FROM device WHERE cloned_ms IS NOT NULL")
        must(not cloned, "an honest till was taken for a copy:", cloned)

    def nothing_honest_is_flagged(self, tills: Iterable[SimTill]) -> None:
        """Flags of a row, of its newest change and of the table agree, and nobody here sold anything odd.

        A shift or product whose operation is still at its till is not known at the server.
        """
        flagged = self.rows(
            "SELECT tenant_id, id, flags FROM till_transaction WHERE flags != '[]' ORDER BY tenant_id, id"
        )
        stored = Counter(
            (tenant, sale)
            for tenant, sale in self.rows("SELECT tenant_id, transaction_id FROM transaction_flag")
        )
        must(
            stored == {(tenant, sale): len(orjson.loads(flags)) for tenant, sale, flags in flagged},
            "the table of flags is not what the transactions say",
        )
        waiting = {row.resource_id for till in tills for row in till.unfinished()}
        honest = {
            f"{flag}:{resource}" for flag in ("unknown_shift", "unknown_product") for resource in waiting
        }
        for tenant, sale, flags in flagged:
            odd = {flag.partition(":")[0] for flag in set(orjson.loads(flags)) - honest} - _OF_FAULTS
            must(not odd, "honest, and flagged:", tenant, sale, flags)
            if "refund_beyond_sale" in flags:
                self._goes_beyond_its_sale(tenant, sale)

    def _goes_beyond_its_sale(self, tenant: str, returned: str) -> None:
        """Two tills gave the same back while each did not know of the other."""
        rows = self.rows(
            "SELECT s.data, r.data FROM till_transaction b JOIN till_transaction s"
            " ON (s.tenant_id, s.id) = (b.tenant_id, b.refund_of) JOIN till_transaction r"
            " ON (r.tenant_id, r.refund_of) = (s.tenant_id, s.id) WHERE b.tenant_id = ? AND b.id = ?",
            tenant,
            returned,
        )
        back = [orjson.loads(data) for _, data in rows]
        sold = orjson.loads(rows[0][0])
        must(bool(sale_books.too_much(sold, back)), "flagged as beyond its sale, and is not:", returned)

    def counts_came_to_what_they_should(self, tills: Iterable[SimTill]) -> None:
        """Each applied count against the rule, worked out anew from the ledger: what its till did before is
        known to it, what surely happened later is on top, and nothing else happened since its version.

        Levels of joined articles have copies of each other's movements: `test_alias_machine` has their rule.
        """
        joined = set(
            self.rows(
                "SELECT DISTINCT product_id FROM stock_movement WHERE sold_as IS NOT NULL OR carried = 1"
            )
        )
        for till in tills:
            device = till.caller.device_id
            for row in till.counts():
                found = self.rows(
                    "SELECT tenant_id, location_id, product_id, version, received_ms FROM stock_movement"
                    " WHERE operation_id = ? AND reason = 'count'",
                    row.id,
                )
                if not found or row.code is not None or any((level[2],) in joined for level in found):
                    continue  # it was decided by a person, or is not applied, or there are copies
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
            " AND NOT EXISTS (SELECT 1 FROM stock_movement j WHERE j.product_id = l.product_id"
            " AND (j.sold_as IS NOT NULL OR j.carried = 1))"
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
                continue  # it needs a person's attention
            [[count]] = self.rows("SELECT count(*) FROM till_transaction WHERE id = ?", sale_id)
            kept = self.rows("SELECT 1 FROM quarantine WHERE operation_id = ?", sale_id)
            must(
                count == 1 or bool(kept), till.name, "sold", sale_id, "and the server has it", count, "times"
            )
            told = self.rows(
                "SELECT coalesce(sold_as, product_id), product_id, sum(delta) FROM stock_movement"
                " WHERE operation_id = ? AND reason IN ('sale', 'refund') GROUP BY 1, 2",
                sale_id,
            )
            # What is joined or parted has its movements at the level that it counts on now, too.
            at_level = {
                sold_as: delta for sold_as, product_id, delta in told if product_id == self.real(sold_as)
            }
            must(bool(kept) or at_level == moved, "a sale moved", told, "and not", moved)

    def real(self, product_id: str) -> str:
        """The product that an id counts on, as of now."""
        aliases = dict(self.rows("SELECT id, product_id FROM product_alias WHERE parted = 0"))
        while product_id in aliases:
            product_id = aliases[product_id]
        return str(product_id)

    def has_all_of_each_shift(self, till: SimTill) -> None:
        """Of each shift whose closing was taken, the server has every number, or says which it waits for."""
        waits = {row.device_seq for row in till.rows(_WAITING_NUMBERS)}
        for (body,) in self.rows(
            "SELECT body FROM shift WHERE device_id = ? AND manifest IS NOT NULL", till.caller.device_id
        ):
            shift = orjson.loads(body)
            missing = set(shift["missing"])
            must(missing <= waits, "a shift waits for what nobody will send:", missing - waits)
            must(shift["received"] + len(missing) == shift["operations"], "a shift does not add up:", shift)
            must(bool(missing) or not shift["flags"], "a shift differs from its manifest:", shift["flags"])

    def equals_the_copy_of(self, till: SimTill) -> None:
        caller = till.caller
        place = caller.locations[0]
        heads = dict(self.rows("SELECT name, head FROM stream WHERE tenant_id = ?", caller.tenant_id))
        streams = tenant_stream(caller.tenant_id), location_stream(caller.tenant_id, place)
        with till.store.reading() as connection:
            cursors = {name: one.seq for name, one in read_cursors(connection).items()}
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
        self._aliases_and_settings_are_those_of(till)
        open_there = self.rows(
            "SELECT id FROM conflict WHERE tenant_id = ? AND status = 'open'"
            " AND (location_id IS NULL OR location_id = ?)",
            caller.tenant_id,
            place,
        )
        conflict = tables.conflict.c
        open_here = till.rows(select(conflict.id).where(conflict.status == "open"))
        must(sorted(map(tuple, open_here)) == sorted(open_there), till.name, "knows of other conflicts")

    def _aliases_and_settings_are_those_of(self, till: SimTill) -> None:
        there = self.rows(
            "SELECT id, product_id, parted, version FROM product_alias WHERE tenant_id = ?",
            till.caller.tenant_id,
        )
        alias = tables.product_alias.c
        here = till.rows(select(alias.id, alias.product_id, alias.parted, alias.version))
        must(sorted(there) == sorted(map(tuple, here)), till.name, "has other aliases than the server")
        settings = self.rows(
            "SELECT id, value, version FROM setting WHERE tenant_id = ?", till.caller.tenant_id
        )
        row = tables.shop_setting.c
        kept = {(of.id, of.value, of.version) for of in till.rows(select(row.id, row.value, row.version))}
        must(kept == set(settings), till.name, "has other settings:", kept, "than the server:", settings)

    def receipts_are_those_of_the_place(self, till: SimTill) -> None:
        """Every till has every till transaction of its place, so that each can refund it."""
        place = till.caller.locations[0]
        there = self.rows(
            "SELECT id, receipt_number FROM till_transaction WHERE tenant_id = ? AND location_id = ?",
            till.caller.tenant_id,
            place,
        )
        receipt = tables.receipt.c
        here = set(map(tuple, till.rows(select(receipt.id, receipt.receipt_number))))
        must(set(there) <= here, till.name, "lacks receipts of its place:", sorted(set(there) - here)[:3])

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
