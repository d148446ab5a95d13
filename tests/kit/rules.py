"""The server's rules without the wire: judged directly on a SQLite file of the test's own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event, select, text, update

from server_stub.clock import TimeOrderedIds
from server_stub.services.people.caller import Caller
from server_stub.services.people.tenants import NewUser
from server_stub.store import tables as t
from server_stub.store.database import Database, UnitOfWork
from tests.kit.operations import T0_MS
from tests.kit.postgresql import Postgres
from tests.kit.tenants import PLACES, create_shop, upload

MIA = Caller("t", "manager", PLACES, user_id="mia")
"""The tenant's manager, at both of its places."""


LISTED = {
    "tenant_id": "t",
    "tax_rate_ppm": 0,
    "unit": "each",
    "deleted": 0,
    "version": 1,
    "keyed_version": 1,
}
"""A product of the catalogue, but for its id and name."""


@dataclass
class MovableClock:
    ms: int = T0_MS + 3_600_000

    def now_ms(self) -> int:
        return self.ms


@dataclass
class Rules:
    """The services on their own database: tills of one tenant ("t"), by default at "main"."""

    database: Database
    clock: MovableClock
    lists_what_moves: bool = False
    """Whether whatever is moved or sold is in the catalogue: stock of unknown products is flagged."""

    def send(self, device: str | None, *items: object, place: str = "main") -> list[dict[str, Any]]:
        """Judges one upload of a till at a place, or of the manager where `device` is None."""
        if self.lists_what_moves:
            self.list_goods(*(product for item in items for product in _products_of(item)))
        caller = MIA if device is None else Caller("t", "device", (place,), device_id=device)
        return [result.to_wire() for result in upload(self.database, caller, items)]

    def list_goods(self, *products: str) -> None:
        """Puts products into the catalogue without a change of the stream: numbers stay as they are."""

        def write(unit: UnitOfWork) -> None:
            of = t.product.c
            known = set(unit.rows(select(of.id).where(of.tenant_id == "t")).scalars())
            for product in dict.fromkeys(products):
                if product not in known:
                    unit.insert(t.product, LISTED | {"id": product, "name": product})

        self.database.transact("t", write)

    def level(self, product: str, place: str = "main") -> tuple[int, int]:
        """Quantity and version; checks that the ledger sums to the quantity."""
        summed, count, top = self.query(
            "SELECT coalesce(sum(delta), 0), count(*), coalesce(max(version), 0)"
            " FROM stock_movement WHERE location_id = :place AND product_id = :product",
            product=product,
            place=place,
        )[0]
        stored = self.query(
            "SELECT quantity, version FROM stock_level WHERE location_id = :place AND product_id = :product",
            product=product,
            place=place,
        )
        quantity, version = stored[0] if stored else (0, 0)
        assert (quantity, version, version) == (summed, count, top)
        return quantity, version

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """Gathers what is executed meanwhile: one entry for each statement, whatever rows it is for."""
        found: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            found.append(" ".join(statement.split()))

        for engine in self.database.engines:
            event.listen(engine, "before_cursor_execute", note)
        try:
            yield found
        finally:
            for engine in self.database.engines:
                event.remove(engine, "before_cursor_execute", note)

    def query(self, statement: str, **parameters: Any) -> list[Any]:
        return self.database.consult(
            "t", lambda connection: [tuple(row) for row in connection.execute(text(statement), parameters)]
        )


def _products_of(item: object) -> list[str]:
    """The products whose stock an operation moves."""
    match item:
        case {"resourceType": "stock_level", "resourceId": str() as product}:
            return [product]
        case {"resourceType": "stock_transfer", "data": {"lines": list() as lines}}:
            return [line["productId"] for line in lines if isinstance(line, dict) and "productId" in line]
    return []


def trust_the_clock(unit: UnitOfWork) -> None:
    """The server has run until now, with a clock that never jumped."""
    of = t.tenant.c
    unit.execute(
        update(t.tenant)
        .where(of.tenant_id == unit.tenant_id)
        .values(proved_ms=unit.now_ms, jumped_ms=None, quiet_from_ms=None)
    )


def create_bare_tenant(url: str) -> None:
    """One tenant with two places and two people, and nothing sold, in a migrated database."""
    database = Database(url, clock=MovableClock(), ids=TimeOrderedIds(), readers=1)
    people = [
        NewUser("mia", "mia", "Mia", "manager", PLACES, "x", "1"),
        NewUser("cleo", "cleo", "Cleo", "clerk", ("main",), "x", "2"),
    ]
    database.transact("t", lambda unit: create_shop(unit, people))
    database.close()


@contextmanager
def rules_on(template: Path, path: Path) -> Iterator[Rules]:
    """Rules on a copy of a prepared database."""
    shutil.copy(template, path)
    clock = MovableClock()
    database = Database(f"sqlite:///{path}", clock=clock, ids=TimeOrderedIds(), readers=1)
    try:
        yield Rules(database, clock)
    finally:
        database.close()


@contextmanager
def rules_on_postgresql(cluster: Postgres) -> Iterator[Rules]:
    """Rules on a PostgreSQL database that is dropped afterwards."""
    books = cluster.fresh_database(create_bare_tenant)
    clock = MovableClock()
    database = Database(books.server_url, clock=clock, ids=TimeOrderedIds(), readers=1)
    try:
        yield Rules(database, clock)
    finally:
        database.close()
        cluster.drop(books)
