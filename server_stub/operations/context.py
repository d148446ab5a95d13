"""What a rule works with: one transaction's operations, and what is known about people, places and products.

A batch locks the streams that its operations may touch, looks up what all of them need with a query or two
each, and is thrown away with its transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from server_stub.errors import Refusal
from server_stub.services.caller import Caller, Person
from server_stub.services.ledger import Ledger, Origin
from server_stub.store import tables as t
from server_stub.store.database import UnitOfWork
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.conflicts import Conflict
from sync_agent.contract.identity import TenantSettings
from sync_agent.contract.operations import Effect, Operation, OperationResult, ResultStatus
from sync_agent.contract.streams import location_stream, tenant_stream
from sync_agent.contract.wire import to_ms

REASON_MAX = 500
"""Of the words that a result keeps for ever: some repeat what a client wrote."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One readable operation, and what follows from it and its bearer alone.

    `location_id` is the place it names, or the socket's; None where neither is known.
    """

    operation: Operation
    raw: dict[str, Any]
    content_hash: str
    chain_hash: str | None
    location_id: str | None
    actor_id: str
    device_id: str | None

    @property
    def id(self) -> str:
        return self.operation.id

    @property
    def device_seq(self) -> int | None:
        return self.operation.device_seq if self.device_id else None

    @property
    def products_in_lines(self) -> list[str]:
        """The products that a sale or transfer names, as far as can be told without reading all of it."""
        lines = self.operation.data.get("lines")
        named = (
            (line.get("productId") for line in lines if isinstance(line, dict))
            if isinstance(lines, list)
            else ()
        )
        return [product_id for product_id in named if isinstance(product_id, str)]

    def happened_ms(self, occurred_ms: int, received_ms: int) -> int:
        """When something happened, by the server's clock: never after it was received, nor before 1970."""
        return max(0, min(occurred_ms + (self.operation.clock_offset_ms or 0), received_ms))


class Batch:
    """One transaction's working set."""

    def __init__(self, unit: UnitOfWork, caller: Caller) -> None:
        self.unit = unit
        self.caller = caller
        self.ledger = Ledger(unit)
        self._people: dict[str, Person | None] = {}
        self._devices: dict[str, str] = {}
        self._products: dict[str, dict[str, Any] | None] = {}
        self._locations: frozenset[str] | None = None
        self._settings: TenantSettings | None = None
        self._held: set[str] = set()
        self.to_audit: dict[str, Any] = {}
        """What the audit line of the operation being judged will say, besides what its result does."""

    @property
    def tenant_id(self) -> str:
        return self.unit.tenant_id

    def stream_of(self, place: str | None) -> str:
        """The stream that tells of a place; of what belongs to none (None), the tenant's."""
        return tenant_stream(self.tenant_id) if place is None else location_stream(self.tenant_id, place)

    def lock(self, places: Iterable[str | None]) -> None:
        """Locks the streams of places of the tenant, all in one go."""
        streams = {self.stream_of(place) for place in places}
        self.unit.streams.lock(streams)
        self._held |= streams

    def holds(self, place: str | None) -> bool:
        """Whether the stream of a place is locked. What was not known when streams were locked may not be."""
        return self.stream_of(place) in self._held

    def own(self, place: str | None) -> str | None:
        """The place, if the caller may act there."""
        return place if place in self.caller.locations else None

    def settings(self) -> TenantSettings:
        if self._settings is None:
            of = t.tenant.c
            kept = self.unit.rows(select(of.settings).where(of.tenant_id == self.tenant_id)).scalar_one()
            self._settings = TenantSettings.model_validate(kept)
        return self._settings

    def locations(self) -> frozenset[str]:
        """All places of the tenant."""
        if self._locations is None:
            rows = self.unit.rows(select(t.location.c.id).where(t.location.c.tenant_id == self.tenant_id))
            self._locations = frozenset(rows.scalars())
        return self._locations

    def load_people(self, ids: Iterable[str]) -> None:
        missing = set(ids) - self._people.keys()
        if not missing:
            return
        self._people.update(dict.fromkeys(missing))
        of = t.user_account.c
        for row in self.unit.rows(
            select(of.id, of.name, of.role).where(of.tenant_id == self.tenant_id, of.id.in_(missing))
        ):
            self._people[row.id] = Person(row.id, row.name, row.role)

    def person(self, user_id: str) -> Person | None:
        """A user of the tenant, dismissed or not; None for anyone else, a till by itself too."""
        self.load_people([user_id])
        return self._people[user_id]

    def name_of(self, user_id: str | None) -> str | None:
        person = self.person(user_id) if user_id else None
        return person.name if person else None

    def is_device(self, device_id: str) -> bool:
        """Whether the tenant has a till of that id, revoked or not."""
        of = t.device.c
        found = self.unit.rows(select(of.id).where(of.tenant_id == self.tenant_id, of.id == device_id))
        return found.first() is not None

    def owner_of_number(self, device_id: str, device_seq: int | None) -> str | None:
        """The operation that was received under a till's number; None while none was."""
        of = t.operation.c
        found = self.unit.rows(
            select(of.id).where(
                of.tenant_id == self.tenant_id, of.device_id == device_id, of.device_seq == device_seq
            )
        )
        return found.scalars().first()

    def device_name(self, device_id: str | None) -> str | None:
        if device_id is None:
            return None
        if device_id not in self._devices:
            of = t.device.c
            name = self.unit.rows(
                select(of.name).where(of.tenant_id == self.tenant_id, of.id == device_id)
            ).scalar_one_or_none()
            self._devices[device_id] = name or device_id
        return self._devices[device_id]

    def load_products(self, ids: Iterable[str]) -> None:
        missing = set(ids) - self._products.keys()
        if not missing:
            return
        self._products.update(dict.fromkeys(missing))
        for row in self.unit.rows(
            select(t.product).where(t.product.c.tenant_id == self.tenant_id, t.product.c.id.in_(missing))
        ).mappings():
            self._products[row["id"]] = dict(row)

    def product(self, product_id: str) -> dict[str, Any] | None:
        """A product's row, deleted or not."""
        self.load_products([product_id])
        return self._products[product_id]

    def remember_product(self, row: dict[str, Any]) -> None:
        self._products[row["id"]] = row

    def origin(self, asked: Asked, occurred_ms: int | None = None) -> Origin:
        """Where a movement of this operation comes from; if not told, it occurred when that was made."""
        moment_ms = to_ms(asked.operation.timestamp) if occurred_ms is None else occurred_ms
        return Origin(
            operation_id=asked.id,
            actor_id=asked.actor_id,
            device_id=asked.device_id,
            device_seq=asked.device_seq,
            occurred_ms=moment_ms,
            happened_ms=asked.happened_ms(moment_ms, self.unit.now_ms),
        )


def applied(asked: Asked, effects: list[Effect], **result: Any) -> OperationResult:
    return OperationResult(
        id=asked.id, success=True, status=ResultStatus.APPLIED, effects=effects, result=result or None
    )


def in_conflict(
    asked: Asked, conflict: Conflict, effects: list[Effect], code: ErrorCode, why: str
) -> OperationResult:
    return OperationResult(
        id=asked.id,
        success=False,
        status=ResultStatus.CONFLICT,
        effects=effects,
        error=why,
        code=code,
        conflict=conflict,
    )


def blocked(asked: Asked, conflict_id: str) -> OperationResult:
    return OperationResult(
        id=asked.id,
        success=False,
        status=ResultStatus.BLOCKED,
        error="an earlier change of the same thing from this till stands in conflict",
        code=ErrorCode.CONFLICT,
        result={"conflictId": conflict_id},
    )


def rejected(operation_id: str, refusal: Refusal) -> OperationResult:
    return OperationResult(
        id=operation_id,
        success=False,
        status=ResultStatus.REJECTED,
        error=refusal.message[:REASON_MAX],
        code=refusal.code,
        retry_after_ms=refusal.retry_after_ms,
    )
