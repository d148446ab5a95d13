"""What must hold in the server's database once the faults of a simulation have stopped."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select

from server_stub.services.stock.count_order import CLOCK_UNCERTAINTY_MS
from sync_agent.contract.streams import location_stream, tenant_stream
from sync_agent.contract.wire import to_ms
from sync_agent.store import tables
from sync_agent.store.queue.status import Status
from sync_agent.store.replica.cursors import read_cursors
from tests.kit import sale_books
from tests.simulation.promises import must
from tests.simulation.server import SimServer
from tests.simulation.till import SimTill

_OF_FAULTS = frozenset(
    {"near_count", "deleted_product", "inactive_actor", "inactive_approver", "refund_beyond_sale"}
)
"""Flags that follow from what happens in a simulation on purpose."""
_WAITING_NUMBERS = select(tables.outbox.c.device_seq).where(tables.outbox.c.finished_ms.is_(None))


class ServerBooks:
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
