"""What handlers work with in one transaction: the caller, and lookups of people, places and products.

A context locks the streams that its operations may touch, loads what all of them need in a query or two
each, and is discarded with its transaction.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from server_stub.errors import Refusal
from server_stub.operations.flags.arrivals import Arrivals
from server_stub.operations.flags.case import Completed
from server_stub.operations.flags.evidence import Evidence
from server_stub.operations.locks import StreamsBusy
from server_stub.operations.moments import Moments
from server_stub.operations.parsing import Envelope
from server_stub.services.people import rights_history, shop_settings, tax_rates
from server_stub.services.people.authorisation import Person, Verdict
from server_stub.services.people.caller import Caller
from server_stub.services.people.shop_settings import Author, Setting, Settings
from server_stub.services.plausible import PLAUSIBLE, Bounds, bounds_at, decimals_of, widest_since
from server_stub.services.stock import alias_chain
from server_stub.services.stock.ledger import Ledger, Level, Origin
from server_stub.store import tables as t
from server_stub.store.database import UnitOfWork
from server_stub.store.tables import Device
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import Effect
from sync_agent.contract.streams import location_stream, tenant_stream
from sync_agent.contract.wire import to_ms


@dataclass(frozen=True, slots=True)
class NumberOwner:
    """The operation that has a till's number. `is_carried`: another till has carried it."""

    id: str
    is_carried: bool


class OperationContext:
    """The context of one transaction's operations: caller, locks, loaded data."""

    def __init__(self, unit: UnitOfWork, caller: Caller) -> None:
        self.unit = unit
        self.caller = caller
        self.ledger = Ledger(unit)
        self.moments = Moments(unit)
        self.evidence = Evidence(unit, self)
        self.arrivals = Arrivals()
        self.verdicts: dict[tuple[object, ...], Verdict] = {}
        """Cached decisions that hold for every operation alike; only authorisation writes them."""
        self._names: dict[str, str | None] = {}
        self._rights: dict[str, Person] = {}
        self._devices: dict[str, str] = {}
        self._products: dict[str, dict[str, Any] | None] = {}
        self._aliases: dict[str, str | None] = {}
        self._zones: dict[str, ZoneInfo] | None = None
        self._settings: Settings | None = None
        self._former_settings = shop_settings.History(unit)
        self._bounds: dict[str, Bounds] = {}
        self._todays_rates: dict[str, int] | None = None
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

    def lock_more(self, places: Collection[str | None]) -> None:
        """Locks further streams once it is known that they are needed too.

        Out of their order none is waited for: raises StreamsBusy if another transaction holds one.
        """
        streams = {self.stream_of(place) for place in places} - self._held
        busy = self.unit.streams.lock_free(streams)
        if busy:
            raise StreamsBusy(frozenset(place for place in places if self.stream_of(place) in busy))
        self._held |= streams

    def holds(self, place: str | None) -> bool:
        """Whether the stream of a place is locked. A place found out later may not be."""
        return self.stream_of(place) in self._held

    def callers_place(self, place: str | None) -> str | None:
        """The place, if it is one of the places where the caller may act; else None."""
        return place if place in self.caller.locations else None

    def bounds_at(self, place: str) -> Bounds:
        """What is plausible at a place."""
        bounds = self._bounds.get(place)
        if bounds is None:
            bounds = self._bounds[place] = bounds_at(self.settings(), place)
        return bounds

    def bounds_since(self, place: str, received_ms: int) -> Bounds:
        """What is plausible of something that was received at a place at a time."""
        return widest_since(self.settings(), self._former_settings, place, received_ms)

    def must_be_plausible(self, place: str, product_id: str, quantity: int, field: str) -> None:
        """Refuses a quantity of a product that is too large to be true; `field` is what has it."""
        product = self.product_sold(product_id)
        most = self.bounds_at(place).quantity_at(decimals_of(None if product is None else product["unit"]))
        if abs(quantity) > most:
            raise Refusal(
                ErrorCode.PRECONDITION_FAILED,
                f"{field}: {abs(quantity)} is more than this shop's largest plausible quantity, {most}",
            )

    def settings(self) -> Settings:
        """The settings of the shop and of its places, as they are now."""
        if self._settings is None:
            self._settings = shop_settings.load(self.unit, self.tenant_id)
        return self._settings

    def change_setting(self, envelope: Envelope, before: Setting, value: Any) -> tuple[Setting, Effect]:
        """Stores and publishes a setting's next version; the tenant's stream is locked."""
        origin = self.origin(envelope)
        author = Author(envelope.actor_id, envelope.id, envelope.device_id, origin.occurred_ms)
        changed = shop_settings.write(self.unit, before, value, author)
        self.forget_settings()
        self.arrivals.bounds |= before.name in PLAUSIBLE
        return changed

    def forget_settings(self) -> None:
        """A setting was changed in this transaction."""
        self._settings = None
        self._former_settings = shop_settings.History(self.unit)
        self._bounds.clear()
        self._todays_rates = None

    def setting_at(self, name: str, place: str | None, envelope: Envelope) -> Any:
        """The value that held when an operation was done, as far as its till had read."""
        if self.settings().is_never_set(name, place):
            return shop_settings.default(name)
        return self._former_settings.value_at(name, place, self.moments.of(envelope))

    def todays_rates(self) -> dict[str, int]:
        """The figures in ppm of the shop's named tax rates, by key, that products carry today."""
        if self._todays_rates is None:
            self._todays_rates = tax_rates.todays(self.settings(), self.zones(), self.unit.now_ms)
        return self._todays_rates

    def zones(self) -> dict[str, ZoneInfo]:
        """The time zones of the tenant's places."""
        if self._zones is None:
            self._zones = tax_rates.load_zones(self.unit, self.tenant_id)
        return self._zones

    def locations(self) -> frozenset[str]:
        """All places of the tenant."""
        return frozenset(self.zones())

    def load_people(self, ids: Iterable[str]) -> None:
        missing = set(ids) - self._rights.keys()
        if missing:
            self._rights.update(rights_history.people(self.unit, missing))

    def person(self, user_id: str) -> Person:
        """The person with all versions of their rights; without versions, the id is unknown to the tenant."""
        if user_id not in self._rights:
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

    def place_of_device(self, device_id: str) -> str | None:
        """The place of a till of the tenant, revoked or not; None if there is no such till."""
        till = self.unit.session.get(Device, (self.tenant_id, device_id))
        return None if till is None else till.location_id

    def owner_of_number(self, device_id: str, device_seq: int | None) -> NumberOwner | None:
        """The operation received under a till's number; None if there is none."""
        of = t.operation.c
        found = self.unit.rows(
            select(of.id, of.carried_by).where(
                of.tenant_id == self.tenant_id, of.device_id == device_id, of.device_seq == device_seq
            )
        ).first()
        return None if found is None else NumberOwner(found.id, is_carried=found.carried_by is not None)

    def device_name(self, device_id: str | None) -> str | None:
        if device_id is None:
            return None
        if device_id not in self._devices:
            till = self.unit.session.get(Device, (self.tenant_id, device_id))
            self._devices[device_id] = till.name if till else device_id
        return self._devices[device_id]

    def load_products(self, ids: Iterable[str]) -> None:
        missing = set(ids) - self._products.keys()
        if missing:
            self._products.update(dict.fromkeys(missing))
            of = t.product.c
            query = select(t.product).where(of.tenant_id == self.tenant_id, of.id.in_(missing))
            for row in self.unit.rows(query).mappings():
                self._products[row["id"]] = dict(row)

    def product(self, product_id: str) -> dict[str, Any] | None:
        """A product's row, deleted or not."""
        if product_id not in self._products:
            self.load_products([product_id])
        return self._products[product_id]

    def load_products_surely(self, ids: set[str]) -> None:
        """Loads products; what is missing is looked for again under the lock of the tenant's stream, in which
        it would arrive.
        """
        self.load_products(ids)
        missing = {product_id for product_id in ids if self._products[product_id] is None}
        if missing and not self.holds(None):
            self.lock_more({None})
            for product_id in missing:
                del self._products[product_id]
            self.load_products(missing)

    def load_evidence(self, transactions: Sequence[Completed], opened: Collection[str] = ()) -> None:
        """Loads what the flags of till transactions depend on, and their products. `opened` are shifts that
        are opened with them.

        What is missing is looked for again under the lock of the streams in which it would arrive: of two
        database transactions at a time, one with a sale and one with its product, the second sees the first.
        """
        named = {line.product_id for one in transactions for line in one.data.lines}
        self.load_aliases(named)
        self.load_products_surely({self.real_product(product_id) for product_id in named})
        # Of two at two places with one receipt number, or that take back one sale, the second sees the first.
        self.unit.lock_words(self.evidence.words_of(transactions))
        self.evidence.load(transactions)
        if self.evidence.lacks(transactions, opened):
            self.lock_more(self.locations())
            self.evidence.load(transactions, again=True)

    def product_sold(self, product_id: str) -> dict[str, Any] | None:
        """The row of the product that an id counts on, deleted or not."""
        return self.product(self.real_product(product_id))

    def remember_product(self, row: dict[str, Any]) -> None:
        self._products[row["id"]] = row

    def load_aliases(self, ids: Iterable[str]) -> None:
        """Loads which of these product ids are aliases, and what their products are aliases of."""
        missing = set(ids) - self._aliases.keys()
        if missing:
            # What was made or parted in this transaction is written, and so read again as it is remembered.
            self._aliases.update(alias_chain.load(self.unit, self.tenant_id, missing))

    def real_product(self, product_id: str) -> str:
        """The product that an id counts on: the end of its chain of aliases, or the id itself."""
        if product_id not in self._aliases:
            self.load_aliases([product_id])
        return alias_chain.end_of(self._aliases, product_id)

    def remember_alias(self, alias_id: str, product_id: str | None) -> None:
        """The alias was made, or parted (None), in this transaction."""
        self._aliases[alias_id] = product_id
        if product_id is not None:
            self.load_aliases([product_id])

    def all_names(self, product_ids: Iterable[str]) -> frozenset[str]:
        """The ids, and all aliases that count on them."""
        of = t.product_alias.c
        names, more = set(), set(product_ids)
        while more:
            names |= more
            query = select(of.id).where(
                of.tenant_id == self.tenant_id, of.product_id.in_(more), of.parted == 0
            )
            more = set(self.unit.rows(query).scalars()) - names
        return frozenset(names)

    def level(self, place: str, product_id: str) -> Level:
        """The stock level that an id counts on at a place."""
        return self.ledger.level(place, self.real_product(product_id))

    def sold_as(self, product_id: str) -> str | None:
        """The id as a movement keeps it: None unless it is an alias."""
        return None if self.real_product(product_id) == product_id else product_id

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
