"""The books after a kill, read straight from the files: what a server and a till have on disk, and whether it
is right. Each question is one statement, so it may be asked while they work.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path


class Books:
    """A database that somebody else writes; nothing is ever written here."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def rows(self, statement: str, *parameters: object) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(statement, parameters).fetchall()


class ServerBooks(Books):
    def heads(self) -> dict[str, int]:
        return {str(name): int(str(head)) for name, head in self.rows("SELECT name, head FROM stream")}

    def arrived(self) -> Counter[str]:
        """How many sales have come from each till, by the series of its receipts."""
        receipts = self.rows("SELECT receipt_number FROM till_transaction")
        return Counter(str(receipt).partition("-")[0] for (receipt,) in receipts)

    def sales(self) -> dict[str, str]:
        return {
            str(sale): str(receipt)
            for sale, receipt in self.rows("SELECT id, receipt_number FROM till_transaction")
        }

    def levels(self, tenant: str, location: str) -> dict[str, int]:
        rows = self.rows(
            "SELECT product_id, quantity FROM stock_level WHERE tenant_id = ? AND location_id = ?",
            tenant,
            location,
        )
        return {str(product): int(str(quantity)) for product, quantity in rows}

    def moved_by_sales(self) -> Counter[tuple[str, str, int]]:
        """Every movement of a sale: (sale, product, change). One that stands there twice counts two."""
        rows = self.rows("SELECT operation_id, product_id, delta FROM stock_movement WHERE reason = 'sale'")
        return Counter((str(sale), str(product), int(str(delta))) for sale, product, delta in rows)

    def check(self) -> None:
        """What has to hold at every moment, whoever has just died."""
        wrong = self.rows(
            "SELECT l.product_id, l.quantity, sum(m.delta) FROM stock_level l"
            " LEFT JOIN stock_movement m USING (tenant_id, location_id, product_id)"
            " GROUP BY l.tenant_id, l.location_id, l.product_id"
            " HAVING coalesce(sum(m.delta), 0) <> l.quantity"
        )
        assert wrong == [], "stock is the sum of its ledger"
        doubled = self.rows(
            "SELECT operation_id, product_id FROM stock_movement WHERE reason = 'sale'"
            " GROUP BY operation_id, product_id, location_id HAVING count(*) > 1"
        )
        assert doubled == [], "a sale moves a product once"
        twice = self.rows(
            "SELECT receipt_number FROM till_transaction"
            " GROUP BY tenant_id, receipt_number HAVING count(*) > 1"
        )
        assert twice == [], "a receipt stands there once"
        gaps = self.rows(
            "SELECT stream FROM change GROUP BY tenant_id, stream HAVING count(*) <> max(seq) - min(seq) + 1"
        )
        assert gaps == [], "a stream's numbers have no gaps"


class TillBooks(Books):
    def sales(self) -> dict[str, str]:
        return {str(sale): str(receipt) for sale, receipt in self.rows("SELECT id, receipt_number FROM sale")}

    def sold_lines(self) -> Counter[tuple[str, str, int]]:
        """(sale, product, change of stock) of every sale."""
        rows = self.rows(
            "SELECT sale_id, product_id, -sum(quantity) FROM sale_line GROUP BY sale_id, product_id"
        )
        return Counter((str(sale), str(product), int(str(delta))) for sale, product, delta in rows)

    def standing(self) -> dict[str, int]:
        """How many operations have not ended, by where they stand."""
        rows = self.rows("SELECT status, count(*) FROM outbox WHERE finished_ms IS NULL GROUP BY status")
        return {str(status): int(str(count)) for status, count in rows}

    def check(self, said: Iterable[str]) -> None:
        """What has to hold at every moment of a till that has said these sales to be done."""
        sales = self.sales()
        lost = set(said) - set(sales)
        assert not lost, f"sales that the till called done are not on its disk: {sorted(lost)}"
        numbers = sorted(int(receipt.partition("-")[2]) for receipt in sales.values())
        assert numbers == list(range(1, len(numbers) + 1)), "receipt numbers have no gaps"
        unqueued = self.rows("SELECT id FROM sale WHERE id NOT IN (SELECT id FROM outbox)")
        assert unqueued == [], "a sale is queued in its own transaction"
        sequence = self.rows("SELECT device_seq FROM outbox ORDER BY device_seq")
        assert sequence == [(number + 1,) for number in range(len(sequence))], "operations are numbered"
