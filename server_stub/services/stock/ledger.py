"""The stock ledger: movements are appended, never changed; a level is their sum, its version their count.

Two invariants hold after every posting: a product has an open oversold entry exactly while its level is below
zero, and a movement that arrives after a count that already included it is cancelled by a correction.
ARCHITECTURE.md, "Rules of stock".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, bindparam, select, update

from server_stub.errors import Refusal
from server_stub.services.stock.count_order import UNKNOWN_MOMENT, Moment, was_counted
from server_stub.store import tables as t
from server_stub.store.database import UnitOfWork
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import Effect
from sync_agent.contract.stock import MovementReason, OversoldRow, StockMovement
from sync_agent.contract.streams import location_stream
from sync_agent.contract.wire import format_time, from_ms

_KEYS_PER_QUERY = 5000
ON_HAND_MAX = 2**53
"""The largest integers that JSON of every language carries exactly."""


@dataclass(slots=True)
class Level:
    """The stock level of one product at one place in a transaction; `counted` is the newest applied count."""

    location_id: str
    product_id: str
    quantity: int = 0
    version: int = 0
    updated_ms: int = 0
    seq: int = 0
    counted: Moment = UNKNOWN_MOMENT
    stored: bool = False
    changed: bool = False


@dataclass(slots=True)
class _Oversold:
    """The oversold entry of one product at one place in a transaction."""

    quantity: int
    since_ms: int
    open: bool
    version: int
    stored: bool
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of a movement. `occurred_ms` is by the till's clock, `happened_ms` by the server's."""

    operation_id: str
    actor_id: str
    device_id: str | None
    device_seq: int | None
    occurred_ms: int
    happened_ms: int

    @property
    def moment(self) -> Moment:
        return Moment(self.happened_ms, self.device_id, self.device_seq)


class Ledger:
    """The stock levels of one transaction, loaded together and written together."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit
        self._levels: dict[tuple[str, str], Level] = {}
        self._oversold: dict[tuple[str, str], _Oversold] = {}
        self._near_a_count: list[str] = []
        unit.before_write(self._write)

    def load(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Loads the levels of (location, product) pairs: one query for many products of a location."""
        by_location: dict[str, list[str]] = {}
        for location_id, product_id in set(pairs) - self._levels.keys():
            by_location.setdefault(location_id, []).append(product_id)
            self._levels[location_id, product_id] = Level(location_id, product_id)
        for location_id, products in by_location.items():
            products.sort()
            for start in range(0, len(products), _KEYS_PER_QUERY):
                chunk = products[start : start + _KEYS_PER_QUERY]
                self._load_levels(location_id, chunk)
                self._load_oversold(location_id, chunk)

    def level(self, location_id: str, product_id: str) -> Level:
        level = self._levels.get((location_id, product_id))
        if level is None:
            self.load([(location_id, product_id)])
            level = self._levels[location_id, product_id]
        return level

    def check_limit(self, level: Level, delta: int) -> None:
        """Raises Refusal if the level after the movement is beyond the wire's integers.

        Plausible quantities never reach that limit; a till transaction, which may have any quantity, stops at
        half of it (`has_room`).
        """
        if not _fits(level, delta, ON_HAND_MAX):
            raise Refusal(ErrorCode.PRECONDITION_FAILED, f"stock is within ±{ON_HAND_MAX}")

    def has_room(self, level: Level, delta: int) -> bool:
        """Whether a completed transaction may move the level so far, whatever quantity it has.

        Half of the integers stay for movements of plausible quantities, so that no transaction, however
        absurd, blocks those that come after it.
        """
        return _fits(level, delta, ON_HAND_MAX // 2)

    def post(
        self,
        level: Level,
        delta: int,
        reason: str,
        origin: Origin,
        *,
        note: str | None = None,
        reference: str | None = None,
        sold_as: str | None = None,
        compensated: bool = False,
        near_count: bool = False,
        carried: bool = False,
        counted: Mapping[str, Any] | None = None,
    ) -> list[Effect]:
        """Appends one movement and publishes it in the location's stream.

        `sold_as` is the alias that the operation named. `compensated` marks a movement and the correction
        that cancels it, `near_count` one that is too close in time to a count to be sure which came first,
        `carried` the correction by which an alias's stock leaves this level or comes back to it; `counted` is
        what the journal keeps of a count (`article_journal.note`).
        """
        self.check_limit(level, delta)
        unit = self._unit
        stream = location_stream(unit.tenant_id, level.location_id)
        level.quantity += delta
        level.version += 1
        level.updated_ms = unit.now_ms
        level.seq = unit.streams.next_seq(stream)
        level.changed = True
        movement = {
            "tenant_id": unit.tenant_id,
            "location_id": level.location_id,
            "product_id": level.product_id,
            "version": level.version,
            "id": unit.ids.new(),
            "delta": delta,
            "reason": str(reason),
            "note": note,
            "reference": reference,
            "operation_id": origin.operation_id,
            "actor_id": origin.actor_id,
            "device_id": origin.device_id,
            "device_seq": origin.device_seq,
            "occurred_ms": origin.occurred_ms,
            "happened_ms": origin.happened_ms,
            "received_ms": unit.now_ms,
            "seq": level.seq,
            "compensated": int(compensated),
            "near_count": int(near_count),
            "sold_as": sold_as,
            "carried": int(carried),
            "counted": None if counted is None else dict(counted),
        }
        unit.insert(t.movement, movement)
        effect = unit.streams.publish(
            stream,
            "stock_level",
            level.product_id,
            level.version,
            _change_row(level, movement, stream),
            origin.operation_id,
        )
        return [effect, *self._track_oversold(level, stream, origin.operation_id)]

    def record(
        self,
        level: Level,
        delta: int,
        reason: str,
        origin: Origin,
        *,
        note: str | None = None,
        reference: str | None = None,
        sold_as: str | None = None,
        is_repeated: bool = False,
    ) -> list[Effect]:
        """Appends a delta, however late. If the newest count already included it, a correction cancels it.

        `is_repeated`: it was recorded on another level when it arrived; no operation is flagged for it now.
        """
        near = origin.moment.is_near(level.counted)
        if near and not is_repeated:
            self._near_a_count.append(level.product_id)
        counted_already = was_counted(origin.moment, level.counted)
        effects = self.post(
            level,
            delta,
            reason,
            origin,
            note=note,
            reference=reference,
            sold_as=sold_as,
            compensated=counted_already,
            near_count=near,
        )
        if counted_already:
            effects += self.post(
                level,
                -delta,
                MovementReason.CORRECTION,
                origin,
                note="Arrived after a count that had already seen it; the count stands.",
                reference=reference,
                sold_as=sold_as,
                compensated=True,
            )
        return effects

    def take_flags(self) -> list[str]:
        """Returns and clears the flags of counts that a movement came too close to: their order is unsure."""
        near, self._near_a_count = self._near_a_count, []
        return [f"near_count:{product_id}" for product_id in dict.fromkeys(near)]

    def mark_counted(self, level: Level, counted: Moment) -> None:
        """Records the newest applied count, for movements that arrive late."""
        level.counted = counted
        level.changed = True

    def _track_oversold(self, level: Level, stream: str, operation_id: str) -> list[Effect]:
        pair = level.location_id, level.product_id
        oversold = self._oversold.get(pair)
        if level.quantity >= 0 and (oversold is None or not oversold.open):
            return []
        if oversold is None:
            oversold = _Oversold(0, 0, open=False, version=0, stored=False)
            self._oversold[pair] = oversold
        if not oversold.open:
            oversold.since_ms = self._unit.now_ms
        oversold.quantity = level.quantity
        oversold.open = level.quantity < 0
        oversold.version += 1
        oversold.changed = True
        row = oversold_on_the_wire(
            {
                "product_id": level.product_id,
                "location_id": level.location_id,
                "quantity": oversold.quantity,
                "since_ms": oversold.since_ms,
                "open": oversold.open,
                "version": oversold.version,
            }
        )
        return [
            self._unit.streams.publish(
                stream, "oversold", level.product_id, oversold.version, row, operation_id
            )
        ]

    def _load_levels(self, location_id: str, products: Sequence[str]) -> None:
        for row in self._unit.rows(_LEVELS, self._at(location_id, products)):
            self._levels[location_id, row.product_id] = Level(
                location_id,
                row.product_id,
                row.quantity,
                row.version,
                row.updated_ms,
                row.seq,
                Moment(row.counted_ms, row.counted_device_id, row.counted_device_seq),
                stored=True,
            )

    def _load_oversold(self, location_id: str, products: Sequence[str]) -> None:
        for row in self._unit.rows(_OVERSOLD, self._at(location_id, products)):
            self._oversold[location_id, row.product_id] = _Oversold(
                row.quantity, row.since_ms, bool(row.open), row.version, stored=True
            )

    def _at(self, location_id: str, products: Sequence[str]) -> dict[str, Any]:
        return {"of_tenant_id": self._unit.tenant_id, "of_location_id": location_id, "products": products}

    def _write(self) -> None:
        new: list[dict[str, Any]] = []
        old: list[dict[str, Any]] = []
        for level in self._levels.values():
            if level.changed:
                (old if level.stored else new).append(_level_row(self._unit.tenant_id, level))
                level.stored, level.changed = True, False
        for row in new:
            self._unit.insert(t.stock_level, row)
        if old:
            self._unit.execute(_UPDATE_LEVEL, [_bound(row, _LEVEL_KEY) for row in old])
        self._write_oversold()

    def _write_oversold(self) -> None:
        old = []
        for (location_id, product_id), oversold in self._oversold.items():
            if not oversold.changed:
                continue
            row = {
                "tenant_id": self._unit.tenant_id,
                "location_id": location_id,
                "product_id": product_id,
                "quantity": oversold.quantity,
                "since_ms": oversold.since_ms,
                "open": int(oversold.open),
                "version": oversold.version,
            }
            if oversold.stored:
                old.append(_bound(row, _LEVEL_KEY))
            else:
                self._unit.insert(t.oversold, row)
            oversold.stored, oversold.changed = True, False
        if old:
            self._unit.execute(_UPDATE_OVERSOLD, old)


def _fits(level: Level, delta: int, limit: int) -> bool:
    """Whether the level stays within a limit, or at least comes nearer to it."""
    after = level.quantity + delta
    return abs(after) <= max(limit, abs(level.quantity))


def _change_row(level: Level, movement: Mapping[str, Any], stream: str) -> dict[str, Any]:
    """A `StockLevelRow` as a dict. Every line of every sale makes one, and building the model is slow."""
    received_at = format_time(from_ms(movement["received_ms"]))
    body = {
        "id": movement["id"],
        "productId": level.product_id,
        "soldAs": movement["sold_as"],
        "locationId": level.location_id,
        "delta": movement["delta"],
        "reason": movement["reason"],
        "note": movement["note"],
        "reference": movement["reference"],
        "operationId": movement["operation_id"],
        "actorId": movement["actor_id"],
        "deviceId": movement["device_id"],
        "occurredAt": format_time(from_ms(movement["occurred_ms"])),
        "receivedAt": received_at,
        "stream": stream,
        "seq": movement["seq"],
    }
    return {
        "productId": level.product_id,
        "locationId": level.location_id,
        "quantity": level.quantity,
        "version": level.version,
        "updatedAt": received_at,
        "movement": {name: value for name, value in body.items() if value is not None},
    }


def movement_on_the_wire(row: Mapping[str, Any], stream: str) -> StockMovement:
    """A movement's row as a wire object."""
    return StockMovement(
        id=row["id"],
        product_id=row["product_id"],
        sold_as=row["sold_as"],
        location_id=row["location_id"],
        delta=row["delta"],
        reason=row["reason"],
        note=row["note"],
        reference=row["reference"],
        operation_id=row["operation_id"],
        actor_id=row["actor_id"],
        device_id=row["device_id"],
        occurred_at=from_ms(row["occurred_ms"]),
        received_at=from_ms(row["received_ms"]),
        stream=stream,
        seq=row["seq"],
    )


def oversold_on_the_wire(row: Mapping[str, Any]) -> dict[str, Any]:
    """An oversold entry as a wire row."""
    return OversoldRow(
        product_id=row["product_id"],
        location_id=row["location_id"],
        quantity=row["quantity"],
        since=from_ms(row["since_ms"]),
        open=bool(row["open"]),
        version=row["version"],
    ).to_wire()


_LEVEL_KEY = ("tenant_id", "location_id", "product_id")


def _of_products(table: Table, *columns: str) -> Any:
    """A query for rows of many products at one place; built once, because building it costs more than
    running it.
    """
    return select(*(table.c[name] for name in columns)).where(
        table.c.tenant_id == bindparam("of_tenant_id"),
        table.c.location_id == bindparam("of_location_id"),
        table.c.product_id.in_(bindparam("products", expanding=True)),
    )


_LEVEL_VALUES = (
    "quantity",
    "version",
    "updated_ms",
    "seq",
    "counted_ms",
    "counted_device_id",
    "counted_device_seq",
)
_OVERSOLD_VALUES = ("quantity", "since_ms", "open", "version")
_LEVELS = _of_products(t.stock_level, "product_id", *_LEVEL_VALUES)
_OVERSOLD = _of_products(t.oversold, "product_id", *_OVERSOLD_VALUES)


def _level_row(tenant_id: str, level: Level) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "location_id": level.location_id,
        "product_id": level.product_id,
        "quantity": level.quantity,
        "version": level.version,
        "updated_ms": level.updated_ms,
        "seq": level.seq,
        "counted_ms": level.counted.ms,
        "counted_device_id": level.counted.device_id,
        "counted_device_seq": level.counted.device_seq,
    }


def _bound(row: dict[str, Any], key: tuple[str, ...]) -> dict[str, Any]:
    """A row as parameters of an update. Keys get a prefix: SQLAlchemy reserves column names for SET."""
    return {f"of_{name}" if name in key else name: value for name, value in row.items()}


def _by_place(table: Table) -> Any:
    return update(table).where(*(table.c[name] == bindparam(f"of_{name}") for name in _LEVEL_KEY))


_UPDATE_LEVEL = _by_place(t.stock_level).values({name: bindparam(name) for name in _LEVEL_VALUES})
_UPDATE_OVERSOLD = _by_place(t.oversold).values({name: bindparam(name) for name in _OVERSOLD_VALUES})
