"""A small shop on a real store, told through the streams as a server would tell it, and no agent."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from app.services.till import Actor, Till
from sync_agent.contract.conflicts import Conflict, ConflictSide, ConflictType, HistoryEntry
from sync_agent.contract.stock import MovementReason, ProductRow, StockMovement
from sync_agent.contract.wire import Wire
from sync_agent.ports import Uuid7Ids
from sync_agent.store.database import Store, Transaction
from sync_agent.store.device import DeviceIdentity, record_enrolment
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

# name, barcode, sku, price, tax rate, unit, on hand
PRODUCTS: tuple[tuple[str, str, str, int | None, int, str, int], ...] = (
    ("Blue mug", "2000000000015", "MUG-BLUE", 650, 200_000, "each", 20),
    ("Red mug", "2000000000022", "MUG-RED", 650, 200_000, "each", 14),
    ("Tea towel, striped linen", "2000000000039", "TOWEL-STR", 895, 200_000, "each", 32),
    ("Earl Grey tea, 125 g tin", "2000000000046", "TEA-EG125", 540, 0, "each", 48),
    ("Comté, 18 months", "2000000000053", "CHEESE-COM", 2890, 0, "kg", 6250),
    ("Beeswax candle, pair", "2000000000060", "CANDLE-2", 1250, 200_000, "each", 9),
    ("Shortbread fingers in a very long gift box with ribbon", "2000000000077", "BISC-SB", 475, 0, "each", 3),
    ("Marmalade, Seville orange", "2000000000084", "JAM-SEV", 420, 0, "each", 27),
    ("Umbrella, folding", "2000000000091", "UMB-F", 1800, 200_000, "each", 0),
    ("Postcard set “Harbour”", "2000000000107", "CARD-H", 350, 200_000, "each", 61),
    ("Sample jar, not priced", "2000000000114", "JAR-S", None, 200_000, "each", 5),
    ("Honey, heather 340 g", "2000000000121", "HONEY-H", 720, 0, "each", 18),
)


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
        self.feed.tell_products(_product_row(number) for number in range(len(PRODUCTS)))
        for name, *_, quantity in PRODUCTS:
            self.set_stock(name, quantity, 1, quantity, MovementReason.RECEIVE)
        self.feed.tell_people(_PEOPLE)

    def write(self, work: Callable[[Transaction], T]) -> T:
        return self.feed.write(work)

    def close(self) -> None:
        self.store.close()

    def tell(self, stream: str, *rows: tuple[str, str, int, Wire]) -> None:
        self.feed.tell(stream, *rows)

    @property
    def now(self) -> datetime:
        return self.feed.now

    def product_id(self, name: str) -> str:
        return f"product-{next(n for n, product in enumerate(PRODUCTS) if product[0] == name)}"

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
        self.feed.tell_stock(product_id, quantity, version, movement)

    def open_conflict(self, conflict: Conflict) -> None:
        self.feed.tell_conflict(conflict)

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


def _product_row(number: int) -> ProductRow:
    names = ("name", "barcode", "sku", "price_minor", "tax_rate_ppm", "unit")
    values = dict(zip(names, PRODUCTS[number][:6], strict=True))
    return ProductRow.model_validate({"id": f"product-{number}", "version": 1} | values)
