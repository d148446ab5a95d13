"""Parses operations one by one, as far as each is readable, and orders them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pydantic import TypeAdapter, ValidationError

from server_stub.errors import what_is_wrong
from server_stub.operations import upcasting
from server_stub.services.people.caller import Caller
from sync_agent.contract.operations import Operation, chain_hash, content_hash
from sync_agent.contract.text import Cleaning
from sync_agent.contract.wire import Id, has_nul, is_too_deep
from sync_agent.contract.wire import Sequence as Number

_ID: TypeAdapter[str] = TypeAdapter(Id)
_NUMBER: TypeAdapter[int] = TypeAdapter(Number)

_RESOURCE_TYPE_MAX = 40
_TENANT_FIELDS = ("tenantId", "tenant_id")
_NEWER = "it was written by a newer Evertill than this server: update the server, then it can be sent again"


@dataclass(frozen=True)
class RawOperation:
    """One item as received: readable, or with the reason why not; `content_hash` is None if it cannot be
    hashed.
    """

    id: str
    item: dict[str, Any]
    content_hash: str | None
    operation: Operation | None
    problem: str = ""
    is_forwarded: bool = False
    """Whether a till forwards it for another till, so that its numbers are not the bearer's."""

    @cached_property
    def device_seq(self) -> int | None:
        """Its number on its device; also of an unreadable item, whose number counts as received."""
        if self.operation is not None:
            return self.operation.device_seq
        try:
            return _NUMBER.validate_python(self.item.get("deviceSeq"))
        except ValidationError:
            return None

    @cached_property
    def has_usable_id(self) -> bool:
        return self.operation is not None or is_id(self.id)

    @property
    def can_be_stored(self) -> bool:
        """Whether its number and answer can be stored even if it is unreadable."""
        return self.has_usable_id and self.content_hash is not None and self.device_seq is not None

    @property
    def resource_type(self) -> str:
        """The resource type that it claims, if that can be stored."""
        named = self.item.get("resourceType")
        return named[:_RESOURCE_TYPE_MAX] if isinstance(named, str) and not has_nul(named) else "(unreadable)"

    @property
    def place(self) -> str | None:
        """The place that it names, if readable."""
        data = self.item.get("data")
        named = self.item.get("locationId") or (data.get("locationId") if isinstance(data, dict) else None)
        return named if isinstance(named, str) else None

    @cached_property
    def chain_hash(self) -> str | None:
        """The hash over the operation and its predecessor's hash, if it names one."""
        operation = self.operation
        if operation is None or operation.device_seq is None or operation.prev_hash is None:
            return None
        return chain_hash(operation.prev_hash, operation.id, operation.device_seq, self.content_hash or "")


@dataclass(frozen=True, slots=True)
class Defaults:
    """Defaults from a socket's join: the place, and who is at the till."""

    location_id: str | None = None
    actor_id: str | None = None


NO_DEFAULTS = Defaults()


@dataclass(frozen=True, slots=True)
class Envelope:
    """A readable operation, with place, person and till as they follow from it and its bearer.

    `location_id` is the place it names, else the socket's; None if neither is known.
    """

    raw: RawOperation
    operation: Operation
    location_id: str | None
    actor_id: str
    device_id: str | None

    @property
    def id(self) -> str:
        return self.operation.id

    @property
    def device_seq(self) -> int | None:
        return self.operation.device_seq if self.device_id else None

    def happened_ms(self, occurred_ms: int, received_ms: int) -> int:
        """When something happened, by the server's clock: never after it was received, nor before 1970."""
        return max(0, min(occurred_ms + (self.operation.clock_offset_ms or 0), received_ms))


def envelope_of(caller: Caller, raw: RawOperation, defaults: Defaults) -> Envelope | None:
    """The envelope of an operation; None if it is unreadable."""
    operation = raw.operation
    if operation is None:
        return None
    place = operation.location_id
    if place is None:
        named = operation.data.get("locationId")
        # An invalid id names no place, and does not fall back to the socket's.
        place = defaults.location_id if named is None else named if is_id(named) else None
    return Envelope(
        raw=raw,
        operation=operation,
        location_id=place,
        actor_id=operation.actor_id or caller.user_id or defaults.actor_id or caller.id,
        # A till may forward another's operations.
        device_id=operation.carried_for if caller.is_device and raw.is_forwarded else caller.device_id,
    )


def names_another_tenant(value: object, tenant_id: str) -> bool:
    """Whether a JSON value names another tenant in a field for one, at any depth."""
    pending = [value]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            if any(node.get(field) not in (None, tenant_id) for field in _TENANT_FIELDS):
                return True
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)
    return False


def is_id(value: object) -> bool:
    """Whether a value can be the id of anything."""
    try:
        _ID.validate_python(value)
    except ValidationError:
        return False
    return True


def read(item: object, bearer_device_id: str | None = None) -> RawOperation:
    """Parses one item as far as it is readable.

    What a till says that it carries for itself is its own. Without the bearer's id it is forwarded: an
    operator imports it for that till.
    """
    raw = _read(item)
    return replace(raw, is_forwarded=raw.item.get("carriedFor") not in (None, bearer_device_id))


def _read(item: object) -> RawOperation:
    if not isinstance(item, dict):
        return RawOperation("", {}, None, None, "an operation is an object")
    said_id = item.get("id")
    named_id = said_id if isinstance(said_id, str) else ""
    if is_too_deep(item):
        return RawOperation(named_id, {}, None, None, "it is nested too deeply")
    content = content_hash(
        *(item.get(name) for name in ("operation", "resourceType", "resourceId", "data"))  # type: ignore[arg-type]
    )
    # Its data's texts are judged by the model that reads them; nothing else may hold a NUL.
    if has_nul({name: value for name, value in item.items() if name != "data"}):
        problem = "a NUL character stands in it, which no text may hold"
        return RawOperation(named_id, item, content, None, problem)
    try:
        operation = Operation.model_validate(upcasting.to_current(item), context=Cleaning().context)
    except upcasting.NewerForm:
        return RawOperation(named_id, item, content, None, _NEWER)
    except ValidationError as error:
        return RawOperation(named_id, item, content, None, what_is_wrong(error))
    return RawOperation(operation.id, item, content, operation)


def in_device_order(raws: Sequence[RawOperation]) -> list[int]:
    """Positions in processing order: numbered items sorted by number, in the positions that numbered
    items have.
    """
    numbered = [place for place, raw in enumerate(raws) if raw.device_seq is not None]
    by_number = iter(sorted(numbered, key=lambda place: raws[place].device_seq or 0))
    return [next(by_number) if raw.device_seq is not None else place for place, raw in enumerate(raws)]
