"""What a server would say to a till through its streams, said by a test: people, products, stock, conflicts.

Each change gets the stream's next number and is applied as the agent applies one, so that the till's copy is
what it would be with a server.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from argon2 import PasswordHasher
from sqlalchemy import insert, select

from app.services.till import Actor
from sync_agent.contract.conflicts import Conflict
from sync_agent.contract.identity import pin_material
from sync_agent.contract.stock import ProductRow, StockLevelRow, StockMovement, UserRow
from sync_agent.contract.streams import Change, location_stream, tenant_stream
from sync_agent.contract.wire import Wire, from_ms
from sync_agent.store import tables as t
from sync_agent.store.database import Store, Transaction
from sync_agent.store.replica import apply_changes

T = TypeVar("T")

PEPPER = "pepper"
TENANT, PLACE = tenant_stream("demo"), location_stream("demo", "main")
_CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""What is tested is that a PIN is checked, not the strength of Argon2."""


@dataclass(frozen=True)
class Employee:
    """Somebody of the shop; without a PIN, they cannot sign in."""

    actor: Actor
    username: str
    pin: str | None
    locations: tuple[str, ...] = ("main",)
    is_disabled: bool = False


@dataclass(frozen=True)
class Feed:
    """The streams of a till's shop. Their numbers go on from where the till's cursors are."""

    store: Store

    @property
    def now(self) -> datetime:
        return from_ms(self.store.clock.now_ms())

    def write(self, work: Callable[[Transaction], T]) -> T:
        return self.store.submit(work).result()

    def begin(self, *, place_head: int = 0) -> None:
        """The till's first copy, still empty; `place_head` is the number of its place's last change."""
        now_ms = self.store.clock.now_ms()
        heads = [
            {"stream": stream, "seq": seq, "change_id": "", "epoch": "e1", "synced_ms": now_ms}
            for stream, seq in ((TENANT, 0), (PLACE, place_head))
        ]
        self.write(lambda tx: tx.execute(insert(t.cursor), heads))

    def head(self, stream: str) -> int:
        """The number of the last change that the till has applied."""
        query = select(t.cursor.c.seq).where(t.cursor.c.stream == stream)
        with self.store.reading() as connection:
            head: int = connection.execute(query).scalar_one()
        return head

    def tell(self, stream: str, *rows: tuple[str, str, int, Wire]) -> None:
        """Changes of (resource type, id, version, row), as the server's next numbers of a stream."""
        changes = [
            Change(
                seq=seq,
                change_id=f"{stream}-{seq}",
                resource_type=kind,
                resource_id=resource_id,
                version=version,
                row=row.to_wire(),
                at=self.now,
            )
            for seq, (kind, resource_id, version, row) in enumerate(rows, start=self.head(stream) + 1)
        ]
        assert self.write(lambda tx: apply_changes(tx, stream, changes)) is None

    def tell_people(self, people: Iterable[Employee]) -> None:
        rows = [
            UserRow(
                id=person.actor.id,
                username=person.username,
                name=person.actor.name,
                role=person.actor.role,
                locations=list(person.locations),
                pin_verifier=person.pin and _CHEAP.hash(pin_material(PEPPER, person.actor.id, person.pin)),
                disabled=person.is_disabled,
                version=1,
            )
            for person in people
        ]
        self.tell(TENANT, *(("user", row.id, row.version, row) for row in rows))

    def tell_products(self, products: Iterable[ProductRow]) -> None:
        self.tell(TENANT, *(("product", row.id, row.version, row) for row in products))

    def tell_stock(
        self, product_id: str, quantity: int, version: int, movement: StockMovement | None = None
    ) -> None:
        """The server's figure of a product at the till's place, with the movement that made it or without."""
        row = StockLevelRow(
            product_id=product_id,
            location_id="main",
            quantity=quantity,
            version=version,
            updated_at=self.now,
            movement=movement,
        )
        self.tell(PLACE, ("stock_level", f"main:{product_id}", version, row))

    def tell_conflict(self, conflict: Conflict) -> None:
        self.tell(PLACE, ("conflict", conflict.id, conflict.version, conflict))
