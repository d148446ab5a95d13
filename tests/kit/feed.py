"""Publishes to a till what a server would through its streams: people, products, stock, conflicts.

Each change gets the stream's next number and is applied as the agent applies one, so that the till's copy is
what it would be with a server.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import delete, insert, select

from app.services.till import Actor
from sync_agent.contract.conflicts import Conflict
from sync_agent.contract.identity import pin_material
from sync_agent.contract.shop_settings import SettingRow, setting_id
from sync_agent.contract.stock import ProductRow, StockLevelRow, StockMovement, UserRow
from sync_agent.contract.streams import Change, location_stream, tenant_stream
from sync_agent.contract.wire import Wire, from_ms
from sync_agent.store import tables as t
from sync_agent.store.database import Store, Transaction
from sync_agent.store.replica.feed import apply_changes
from tests.kit.cheap_hashes import CHEAP

T = TypeVar("T")

PEPPER = "pepper"
TENANT, PLACE = tenant_stream("demo"), location_stream("demo", "main")


@dataclass(frozen=True)
class Employee:
    """A person of the shop; without a PIN, they cannot sign in."""

    actor: Actor
    username: str
    pin: str | None
    locations: tuple[str, ...] = ("main",)
    is_disabled: bool = False


@dataclass(frozen=True)
class Feed:
    """The streams of a till's shop. Their numbers continue from the till's cursors."""

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

    def publish(self, stream: str, *rows: tuple[str, str, int, Wire]) -> None:
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

    def publish_people(self, people: Iterable[Employee]) -> None:
        rows = [
            UserRow(
                id=person.actor.id,
                username=person.username,
                name=person.actor.name,
                role=person.actor.role,
                locations=list(person.locations),
                pin_verifier=person.pin and CHEAP.hash(pin_material(PEPPER, person.actor.id, person.pin)),
                disabled=person.is_disabled,
                version=1,
            )
            for person in people
        ]
        self.publish(TENANT, *(("user", row.id, row.version, row) for row in rows))

    def publish_products(self, products: Iterable[ProductRow]) -> None:
        self.publish(TENANT, *(("product", row.id, row.version, row) for row in products))

    def delete_product(self, product_id: str, version: int) -> None:
        """A product's tombstone."""
        change = Change(
            seq=self.head(TENANT) + 1,
            change_id=f"deletion-{product_id}-{version}",
            resource_type="product",
            resource_id=product_id,
            version=version,
            at=self.now,
        )
        assert self.write(lambda tx: apply_changes(tx, TENANT, [change])) is None

    def lose_product(self, product_id: str) -> None:
        """The till does not know a product any more, as after a snapshot, which has no deleted ones."""

        def write(tx: Transaction) -> None:
            tx.execute(delete(t.product).where(t.product.c.id == product_id))
            tx.execute(delete(t.catalogue).where(t.catalogue.c.product_id == product_id))

        self.write(write)

    def publish_setting(self, name: str, value: object, version: int = 1, place: str | None = None) -> None:
        row = SettingRow(
            id=setting_id(name, place),
            name=name,
            location_id=place,
            value=value,
            version=version,
            changed_by="alice",
            changed_at=self.now,
        )
        self.publish(TENANT, ("setting", row.id, version, row))

    def publish_stock(
        self, product_id: str, quantity: int, version: int, movement: StockMovement | None = None
    ) -> None:
        """The server's stock level of a product at the till's place, with or without its last movement."""
        row = StockLevelRow(
            product_id=product_id,
            location_id="main",
            quantity=quantity,
            version=version,
            updated_at=self.now,
            movement=movement,
        )
        self.publish(PLACE, ("stock_level", f"main:{product_id}", version, row))

    def publish_conflict(self, conflict: Conflict) -> None:
        self.publish(PLACE, ("conflict", conflict.id, conflict.version, conflict))
