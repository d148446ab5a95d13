"""A small shop on a real store, filled through its streams as by a server, without an agent."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from app.services.till import Actor, Till
from sync_agent.contract.conflicts import Conflict, ConflictSide, ConflictType, HistoryEntry
from sync_agent.contract.stock import MovementReason, StockMovement
from sync_agent.contract.wire import Wire
from sync_agent.ports import Uuid7Ids
from sync_agent.store.database import Store, Transaction
from sync_agent.store.device import DeviceIdentity, record_enrolment
from tests.kit import assortment
from tests.kit.clocks import ManualClock
from tests.kit.feed import PLACE, Employee, Feed
from tests.kit.homes import IDENTITY as FIRST_TILL
from tests.kit.homes import new_home

T = TypeVar("T")

PIN = "2468"
ALICE = Actor("alice", "Alice Moreau", "manager")
BOB = Actor("bob", "Bob Lindqvist", "clerk")
_PEOPLE = (Employee(ALICE, "alice", PIN), Employee(BOB, "bob", PIN))

IDENTITY = replace(
    FIRST_TILL,
    device_id="till-2",
    name="Till 2",
    tenant_name="Harbour Street Stores",
    receipt_series="T2",
)

GOODS = (
    assortment.BLUE_MUG,
    assortment.RED_MUG,
    assortment.TOWEL,
    assortment.TEA,
    assortment.CHEESE,
    assortment.CANDLE,
    assortment.SHORTBREAD,
    assortment.MARMALADE,
    assortment.UMBRELLA,
    assortment.POSTCARDS,
    assortment.SAMPLE_JAR,
    assortment.HONEY,
)
_IDS = {good.name: good.id for good in GOODS}


@dataclass
class OfflineShop:
    """`till` is what the windows work on. Stock and people come down the streams, as from a server."""

    path: Path
    clock: ManualClock = field(default_factory=ManualClock)
    identity: DeviceIdentity = IDENTITY

    def __post_init__(self) -> None:
        self.store = Store.open(new_home(self.path), clock=self.clock, ids=Uuid7Ids())
        self.feed = Feed(self.store)
        self.write(lambda tx: record_enrolment(tx, self.identity))
        self.feed.begin()
        self.till = Till(self.store, self.clock, self.store.ids)
        self.feed.publish_products(good.row() for good in GOODS)
        for good in GOODS:
            self.set_stock(good.name, good.stock, 1, good.stock, MovementReason.RECEIVE)
        self.feed.publish_people(_PEOPLE)

    def write(self, work: Callable[[Transaction], T]) -> T:
        return self.feed.write(work)

    def close(self) -> None:
        self.store.close()

    def publish(self, stream: str, *rows: tuple[str, str, int, Wire]) -> None:
        self.feed.publish(stream, *rows)

    @property
    def now(self) -> datetime:
        return self.feed.now

    def product_id(self, name: str) -> str:
        return _IDS[name]

    def set_stock(self, name: str, quantity: int, version: int, delta: int, reason: str) -> None:
        """The server's figure of a product here, and the movement that made it."""
        product_id = self.product_id(name)
        seq = self.feed.head(PLACE) + 1
        movement = StockMovement(
            id=f"movement-{seq}",
            product_id=product_id,
            location_id="main",
            delta=delta,
            reason=reason,
            operation_id=f"operation-{seq}",
            actor_id="bob",
            device_id="till-3",
            occurred_at=self.now,
            received_at=self.now,
            stream=PLACE,
            seq=seq,
        )
        self.feed.publish_stock(product_id, quantity, version, movement)

    def open_conflict(self, conflict: Conflict) -> None:
        self.feed.publish_conflict(conflict)

    def stock_conflict(self, **changed: Any) -> Conflict:
        """UX's own example: before 20; this till sold 8, Omar on Till 3 sold 5."""
        product_id = self.product_id("Blue mug")
        minutes = timedelta(minutes=1)
        conflict = Conflict(
            id="conflict-1",
            tenant_id="demo",
            resource_type="stock_level",
            resource_id=product_id,
            conflict_type=ConflictType.CONCURRENT_UPDATE,
            local_version=ConflictSide(
                values={"quantity": 12},
                version=4,
                actor="alice",
                actor_name="Alice Moreau",
                device="till-2",
                device_name="Till 2",
                at=self.now - 20 * minutes,
            ),
            server_version=ConflictSide(
                values={"quantity": 15},
                version=5,
                actor="omar",
                actor_name="Omar Haddad",
                device="till-3",
                device_name="Till 3",
                at=self.now - 14 * minutes,
            ),
            base_version=ConflictSide(values={"quantity": 20}, version=4),
            history=(
                HistoryEntry(
                    operation_id="operation-x",
                    delta=-5,
                    reason="sale",
                    actor="omar",
                    actor_name="Omar Haddad",
                    device="till-3",
                    device_name="Till 3",
                    occurred_at=self.now - 14 * minutes,
                    received_at=self.now - 13 * minutes,
                ),
            ),
            timestamp=self.now - 10 * minutes,
            user_id="alice",
            location_id="main",
        )
        return conflict.model_copy(update=changed)
