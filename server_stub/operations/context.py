"""What handlers work with in one transaction: the caller, and lookups of people, places and products.

A context locks the streams that its operations may touch, loads what all of them need in a query or two
each, and is discarded with its transaction.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from server_stub.operations.moments import Moments
from server_stub.operations.parsing import Envelope
from server_stub.services.people import rights_history
from server_stub.services.people.authorisation import Person, Verdict
from server_stub.services.people.caller import Caller
from server_stub.services.stock.ledger import Ledger, Origin
from server_stub.store import tables as t
from server_stub.store.database import UnitOfWork
from server_stub.store.tables import Device
from sync_agent.contract.identity import TenantSettings
from sync_agent.contract.operations import Effect
from sync_agent.contract.streams import location_stream, tenant_stream
from sync_agent.contract.wire import to_ms


class OperationContext:
    """The context of one transaction's operations: caller, locks, loaded data."""

    def __init__(self, unit: UnitOfWork, caller: Caller) -> None:
        self.unit = unit
        self.caller = caller
        self.ledger = Ledger(unit)
        self.moments = Moments(unit)
        self.verdicts: dict[tuple[object, ...], Verdict] = {}
        """Cached decisions that hold for every operation alike; only authorisation writes them."""
        self._names: dict[str, str | None] = {}
        self._rights: dict[str, Person] = {}
        self._devices: dict[str, str] = {}
        self._products: dict[str, dict[str, Any] | None] = {}
        self._references: dict[str, bool] = {}
        self._locations: frozenset[str] | None = None
        self._settings: TenantSettings | None = None
        self._held: set[str] = set()

    @property
    def tenant_id(self) -> str:
        return self.unit.tenant_id

    def stream_of(self, place: str | None) -> str:
        """The stream of a place; of None, the tenant's."""
        return tenant_stream(self.tenant_id) if place is None else location_stream(self.tenant_id, place)

    def lock(self, places: Iterable[str | None]) -> None:
        """Locks the streams of places (None: the tenant's), all in one call."""
        streams = {self.stream_of(place) for place in places}
        self.unit.streams.lock(streams)
        self._held |= streams

    def holds(self, place: str | None) -> bool:
        """Whether the stream of a place is locked. A place found out later may not be."""
        return self.stream_of(place) in self._held

    def own(self, place: str | None) -> str | None:
        """The place, if the caller may act there."""
        return place if place in self.caller.locations else None

    def settings(self) -> TenantSettings:
        if self._settings is None:
            of = t.tenant.c
            stored = self.unit.rows(select(of.settings).where(of.tenant_id == self.tenant_id)).scalar_one()
            self._settings = TenantSettings.model_validate(stored)
        return self._settings

    def locations(self) -> frozenset[str]:
        """All places of the tenant."""
        if self._locations is None:
            rows = self.unit.rows(select(t.location.c.id).where(t.location.c.tenant_id == self.tenant_id))
            self._locations = frozenset(rows.scalars())
        return self._locations

    def load_people(self, ids: Iterable[str]) -> None:
        missing = set(ids) - self._rights.keys()
        if missing:
            self._rights.update(rights_history.people(self.unit, missing))

    def person(self, user_id: str) -> Person:
        """The person with all versions of their rights; without versions, the id is unknown to the tenant."""
        self.load_people([user_id])
        return self._rights[user_id]

    def name_of(self, user_id: str | None) -> str | None:
        """A user's name, dismissed or not; None for any other id, and for a till without a person."""
        if user_id is None:
            return None
        if user_id not in self._names:
            of = t.user_account.c
            query = select(of.name).where(of.tenant_id == self.tenant_id, of.id == user_id)
            self._names[user_id] = self.unit.rows(query).scalar_one_or_none()
        return self._names[user_id]

    def is_device(self, device_id: str) -> bool:
        """Whether the tenant has a till of that id, revoked or not."""
        return self.unit.session.get(Device, (self.tenant_id, device_id)) is not None

    def owner_of_number(self, device_id: str, device_seq: int | None) -> str | None:
        """The id of the operation received under a till's number; None if there is none."""
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
            till = self.unit.session.get(Device, (self.tenant_id, device_id))
            self._devices[device_id] = till.name if till else device_id
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

    def load_references(self, names: Iterable[str]) -> None:
        """Loads which till transactions exist, by id or receipt number."""
        missing = set(names) - self._references.keys()
        if not missing:
            return
        of = t.till_transaction.c
        found: set[str] = set()
        for column in (of.id, of.receipt_number):
            query = select(column).where(of.tenant_id == self.tenant_id, column.in_(missing))
            found.update(self.unit.rows(query).scalars())
        self._references.update({name: name in found for name in missing})

    def knows_transaction(self, name: str) -> bool:
        """Whether there is a till transaction of that id or receipt number."""
        self.load_references([name])
        return self._references[name]

    def remember_references(self, names: Iterable[str]) -> None:
        self._references.update(dict.fromkeys(names, True))

    def origin(self, envelope: Envelope, occurred_ms: int | None = None) -> Origin:
        """The origin of a movement; without `occurred_ms` it occurred when the operation was made."""
        moment_ms = to_ms(envelope.operation.timestamp) if occurred_ms is None else occurred_ms
        return Origin(
            operation_id=envelope.operation.id,
            actor_id=envelope.actor_id,
            device_id=envelope.device_id,
            device_seq=envelope.device_seq,
            occurred_ms=moment_ms,
            happened_ms=envelope.happened_ms(moment_ms, self.unit.now_ms),
        )

    def publish(
        self,
        place: str | None,
        resource_type: str,
        resource_id: str,
        version: int,
        row: dict[str, Any] | None,
        operation_id: str | None,
    ) -> Effect:
        """Publishes a row in the locked stream of a place, or of the tenant (None)."""
        return self.unit.streams.publish(
            self.stream_of(place), resource_type, resource_id, version, row, operation_id
        )
