"""The base class of handlers, one for each kind of operation, and the registry that finds them.

A handler says how its data is read, which places' streams it may write to, what to load, which right it
needs and what it does. The queue parses, locks, loads, authorises, applies and stores the answers, the same
for every kind. ARCHITECTURE.md, "The server's operations".
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import ValidationError

from server_stub.errors import Refusal, unreadable
from server_stub.operations import quarantine
from server_stub.operations.context import OperationContext
from server_stub.operations.flags.case import Completed
from server_stub.operations.outcome import Outcome, rejected
from server_stub.operations.parsing import Envelope
from server_stub.operations.quarantine import Quarantined
from server_stub.roles import Action
from server_stub.services.people.authorisation import RequiredRight
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import Operation, Verb
from sync_agent.contract.text import REFUSING, TEXT_CLEANED, Cleaning
from sync_agent.contract.wire import Wire, has_nul

Data = TypeVar("Data", bound=Wire)
Rows = Mapping[str, type[Wire]]


class NoData(Wire):
    """The data of operations that have none: a deletion."""


@dataclass(frozen=True)
class ParsedOperation(Generic[Data]):
    """An operation with its data read by its handler. `flags` are what reading and authorisation flagged."""

    envelope: Envelope
    data: Data
    flags: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.envelope.operation.id

    @property
    def operation(self) -> Operation:
        return self.envelope.operation

    @property
    def location_id(self) -> str | None:
        return self.envelope.location_id

    @property
    def actor_id(self) -> str:
        return self.envelope.actor_id

    @property
    def device_id(self) -> str | None:
        return self.envelope.device_id

    @property
    def device_seq(self) -> int | None:
        return self.envelope.device_seq


@dataclass(frozen=True)
class Preload:
    """What to load before operations are applied, so that one query serves many of them."""

    levels: frozenset[tuple[str, str]] = frozenset()
    """(location, product) pairs."""
    products: frozenset[str] = frozenset()
    completed: tuple[Completed, ...] = ()
    """Till transactions whose flags are to be judged."""
    shifts: frozenset[str] = frozenset()
    """Shifts that it opens."""


@dataclass(frozen=True)
class Requirement:
    """The right that an operation needs, at `place`; None: at no particular place.

    `besides` are further rights that parts of its content need.
    """

    right: Action
    place: str | None
    besides: tuple[RequiredRight, ...] = ()


class Handler(ABC, Generic[Data]):
    """One kind of operation: a resource type and what is done to it.

    Handlers hold no state: one serves every tenant and every transaction.
    """

    name: ClassVar[str]
    """The kind's name in the generated documents."""
    resource_type: ClassVar[str]
    verb: ClassVar[Verb]
    data: type[Data]
    marker: ClassVar[str | None] = None
    """The data field that distinguishes this kind from another of the same resource type and verb."""
    why_no_other_verb: ClassVar[str | None] = None
    """For an immutable resource: the message that refuses any verb without a handler; None for others."""
    is_completed: ClassVar[bool] = False
    """Whether it reports what has already happened: then it is never refused, but flagged or quarantined."""
    rows: ClassVar[Rows] = {}
    """The models of the rows that it publishes, by resource type; for the generated documents."""
    audit_kind: ClassVar[str] = "operation"

    def parsed(self, envelope: Envelope) -> ParsedOperation[Data]:
        """The operation with its data. Raises Refusal where that is invalid.

        Control letters in the texts of a completed operation, or of one from a till's queue, are left out and
        flagged: it has happened, or nobody would see why it was refused. Elsewhere they are refused.
        """
        operation = envelope.operation
        if not self.is_completed and operation.device_seq is None:
            if has_nul(operation.data):
                raise Refusal(ErrorCode.BAD_REQUEST, "a NUL character stands in it, which no text may hold")
            return ParsedOperation(envelope, self.read(operation, REFUSING))
        cleaning = Cleaning()
        data = self.read(operation, cleaning.context)
        return ParsedOperation(envelope, data, (TEXT_CLEANED,) if cleaning.has_cleaned else ())

    def read(self, operation: Operation, texts: Mapping[str, Any]) -> Data:
        """Reads the operation's data; `texts` is the context of validation. Raises Refusal."""
        try:
            return self.data.model_validate(operation.data, context=dict(texts))
        except ValidationError as error:
            raise unreadable(error, "data") from error

    def places(self, context: OperationContext, operation: ParsedOperation[Data]) -> set[str | None]:
        """The places whose streams it may write to; None is the tenant's stream."""
        return {context.callers_place(operation.location_id)}

    def preload(self, context: OperationContext, operation: ParsedOperation[Data]) -> Preload:
        """What to load before it is applied; nothing if the handler queries for itself."""
        return Preload()

    @abstractmethod
    def requirement(self, context: OperationContext, operation: ParsedOperation[Data]) -> Requirement:
        """The right that the operation needs. Raises Refusal if what it refers to does not exist."""

    def apply(self, context: OperationContext, operations: Sequence[ParsedOperation[Data]]) -> list[Outcome]:
        """Applies a slice: authorised operations of this kind, in device order, with their streams locked.

        Returns an outcome for each, independent of the others. A handler that can serve many at once
        overrides this; its answers must not depend on how operations were sliced.
        """
        return [self.attempt(context, operation) for operation in operations]

    def attempt(self, context: OperationContext, operation: ParsedOperation[Data]) -> Outcome:
        """Applies one operation; a refusal becomes its outcome."""
        try:
            return self.apply_one(context, operation)
        except Quarantined as reason:
            return quarantine.store(context, operation.envelope.raw, operation.envelope, str(reason))
        except Refusal as refusal:
            return rejected(operation.id, refusal)

    @abstractmethod
    def apply_one(self, context: OperationContext, operation: ParsedOperation[Data]) -> Outcome:
        """Applies one operation. Raises Refusal or Quarantined before anything is written."""

    def numbers_received(self, context: OperationContext, device_id: str, numbers: Sequence[int]) -> None:
        """Called after the operations with these device numbers are stored, for a kind that waits for them.

        A closed shift waits for all numbers of its manifest.
        """

    def all_stored(self, context: OperationContext) -> None:
        """Called once in each database transaction, when all that arrived in it is stored."""


def resource_of(operation: ParsedOperation[Any], what: str) -> str:
    """The id of the resource that an operation names. If it names none, raises Refusal about `what`."""
    if operation.operation.resource_id is None:
        raise Refusal(ErrorCode.BAD_REQUEST, f"resourceId: {what} names its resource")
    return operation.operation.resource_id


class Handlers:
    """The handlers that a server has, one for each kind."""

    def __init__(self, handlers: Sequence[Handler[Any]]) -> None:
        self.all = tuple(handlers)
        self.resource_types = frozenset(handler.resource_type for handler in handlers)
        self.rows: dict[str, type[Wire]] = {}
        self._by_type_and_verb: dict[tuple[str, str], list[Handler[Any]]] = {}
        for handler in handlers:
            self._by_type_and_verb.setdefault((handler.resource_type, handler.verb), []).append(handler)
            self.rows.update(handler.rows)

    def find(self, resource_type: object, verb: object, data: Mapping[str, Any]) -> Handler[Any]:
        """The handler of an operation. Raises Refusal if there is none, or if the data fits several."""
        found = self._by_type_and_verb.get((str(resource_type), str(verb)), [])
        if not found:
            raise self._unknown(str(resource_type), str(verb))
        if len(found) == 1:
            return found[0]
        fitting = [handler for handler in found if handler.marker in data]
        if len(fitting) != 1:
            markers = " or ".join(str(handler.marker) for handler in found)
            raise Refusal(ErrorCode.BAD_REQUEST, f"data: such an operation has either {markers}")
        return fitting[0]

    def is_completed(self, raw: Mapping[str, Any]) -> bool:
        """Whether a raw operation, readable or not, names a completed kind, which is never refused."""
        found = self._by_type_and_verb.get((str(raw.get("resourceType")), str(raw.get("operation"))), [])
        return any(handler.is_completed for handler in found)

    def _unknown(self, resource_type: str, verb: str) -> Refusal:
        others = [handler for handler in self.all if handler.resource_type == resource_type]
        if not others:
            return Refusal(ErrorCode.BAD_REQUEST, f"resourceType: nothing is known of {resource_type[:40]}")
        immutable = next((handler.why_no_other_verb for handler in others if handler.why_no_other_verb), None)
        if immutable is not None:
            return Refusal(ErrorCode.PRECONDITION_FAILED, immutable)
        verbs = " or ".join(sorted({handler.verb for handler in others}))
        return Refusal(ErrorCode.BAD_REQUEST, f"operation: a {resource_type} takes {verbs}, not {verb[:40]}")
