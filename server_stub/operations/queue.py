"""The queue of operations: each is parsed, applied once, and its answer stored. Handlers know the kinds.

Operations of one request are applied in the order of their device's numbers, many to a transaction. A
transaction commits the effects, results and changes of all its operations or of none; if one of them fails
unexpectedly, they are retried one by one, so that it fails alone.

Within a transaction: parse, lock the places' streams, load, authorise, apply in slices, store the answers.
Changes are published once the transaction is committed. ARCHITECTURE.md, "The server's operations".
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError

from server_stub.errors import Refusal
from server_stub.operations import audit, carried, clones, quarantine
from server_stub.operations.answers import Answers
from server_stub.operations.authorisation import authorise, people_named
from server_stub.operations.context import OperationContext
from server_stub.operations.flags.case import Completed
from server_stub.operations.handler import Handler, Handlers, ParsedOperation
from server_stub.operations.locks import Places, with_all_locks
from server_stub.operations.outcome import Outcome, rejected
from server_stub.operations.parsing import (
    NO_DEFAULTS,
    Defaults,
    Envelope,
    RawOperation,
    envelope_of,
    in_device_order,
    read,
)
from server_stub.operations.quarantine import Quarantined
from server_stub.operations.resources import conflicts
from server_stub.services.people.caller import Caller
from server_stub.store.database import Database, UnitOfWork
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import OperationResult, ResultStatus

log = structlog.get_logger()


class OperationQueue:
    """Processes operations from HTTP, sockets and the command line with its handlers."""

    def __init__(self, database: Database, handlers: Handlers, operations_per_commit: int) -> None:
        self.handlers = handlers
        self._database = database
        self._operations_per_commit = operations_per_commit

    async def process(
        self, caller: Caller, items: Sequence[object], defaults: Defaults = NO_DEFAULTS
    ) -> list[OperationResult]:
        """Results of all items, in the order given; refuses all if the till is cloned or revoked."""
        raws = [read(item, caller.device_id) for item in items]
        disputed = await clones.refuse_clone(self._database, caller, raws)
        return await self._apply_in_batches(caller, raws, defaults, disputed)

    async def process_one(
        self, caller: Caller, item: dict[str, Any], defaults: Defaults = NO_DEFAULTS
    ) -> OperationResult:
        (result,) = await self.process(caller, [item], defaults)
        return result

    async def import_all(
        self, caller: Caller, items: Sequence[object], defaults: Defaults = NO_DEFAULTS
    ) -> list[OperationResult]:
        """Like `process`, but also for a cloned or revoked till: for the operator's import of an exported
        outbox.
        """
        return await self._apply_in_batches(caller, [read(item) for item in items], defaults)

    async def _apply_in_batches(
        self,
        caller: Caller,
        raws: list[RawOperation],
        defaults: Defaults,
        disputed: frozenset[str] = frozenset(),
    ) -> list[OperationResult]:
        order = in_device_order(raws)
        results: dict[int, OperationResult] = {}
        for start in range(0, len(order), self._operations_per_commit):
            positions = order[start : start + self._operations_per_commit]
            batch = [raws[position] for position in positions]
            results.update(
                zip(positions, await self._apply_safely(caller, batch, defaults, disputed), strict=True)
            )
        return [results[position] for position in range(len(raws))]

    async def _apply_safely(
        self, caller: Caller, raws: list[RawOperation], defaults: Defaults, disputed: frozenset[str]
    ) -> list[OperationResult]:
        work = partial(
            apply_all,
            caller=caller,
            raws=raws,
            defaults=defaults,
            handlers=self.handlers,
            disputed=disputed,
        )
        try:
            try:
                return await self._apply_with_all_locks(caller.tenant_id, work)
            except IntegrityError:
                # A unique key was violated. Either two copies of a till used one number: that is refused. Or
                # another process stored the same id at the same time, under another place's lock: the second
                # attempt finds its answer. Or another till carried something under the number meanwhile.
                disputed = await clones.refuse_clone(self._database, caller, raws)
                return await self._apply_with_all_locks(caller.tenant_id, partial(work, disputed=disputed))
        except Refusal:
            raise
        except Exception:
            # A bug in one operation must not cost the others their results.
            if len(raws) > 1:
                log.warning("operations.taken_one_by_one", count=len(raws))
                return [
                    result
                    for raw in raws
                    for result in await self._apply_safely(caller, [raw], defaults, disputed)
                ]
            log.exception("operation.failed", operation_id=raws[0].id)
            return [
                OperationResult(
                    id=raws[0].id,
                    success=False,
                    status=ResultStatus.DEFERRED,
                    code=ErrorCode.INTERNAL,
                    error="the server failed on this operation and has kept nothing of it; send it again",
                )
            ]

    async def _apply_with_all_locks(
        self, tenant_id: str, work: Callable[..., list[OperationResult]]
    ) -> list[OperationResult]:
        """Does the work, and again with more streams locked from the start if it turned out to need them."""

        async def attempt(besides: Places) -> list[OperationResult]:
            return await self._database.write(tenant_id, partial(work, besides=besides))

        return await with_all_locks(attempt)


def refuse_unless_applied(result: OperationResult) -> None:
    """Raises the refusal in the result of a single operation, if it is one."""
    if result.status is ResultStatus.APPLIED:
        return
    raise Refusal(
        ErrorCode(result.code or ErrorCode.INTERNAL),
        result.error or "",
        details=result.conflict.to_wire() if result.conflict else None,
        retry_after_ms=result.retry_after_ms,
    )


# --- one transaction -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReceivedOperation:
    """An operation of a transaction: `parsed` with its handler, or the `refusal` that parsing ended in."""

    raw: RawOperation
    envelope: Envelope | None
    handler: Handler[Any] | None = None
    parsed: ParsedOperation[Any] | None = None
    refusal: Refusal | None = None


def apply_all(
    unit: UnitOfWork,
    caller: Caller,
    raws: Sequence[RawOperation],
    defaults: Defaults,
    handlers: Handlers,
    besides: Places = frozenset(),
    disputed: frozenset[str] = frozenset(),
) -> list[OperationResult]:
    """Applies operations in the order given, within one transaction.

    `besides` are places to lock besides those that the operations name; `disputed` are carried operations
    whose numbers the till itself uses for others. Raises StreamsBusy.
    """
    context = OperationContext(unit, caller)
    operations = [parse(handlers, caller, raw, defaults) for raw in raws]
    # Locks come before the first query: of two processes that got the same operation at once, the second
    # finds the first one's answer.
    context.lock(_places(context, handlers, operations) | besides)
    carried.give_numbers_back(context, disputed)
    answers = Answers(context, raws)
    load(context, operations)
    results: list[OperationResult] = []
    for piece in _slices(operations, answers):
        results += _apply_slice(context, handlers, answers, piece)
    answers.write()
    for device_id, numbers in answers.new_numbers.items():
        for handler in handlers.all:
            handler.numbers_received(context, device_id, numbers)
    for handler in handlers.all:
        handler.all_stored(context)
    return results


def parse(handlers: Handlers, caller: Caller, raw: RawOperation, defaults: Defaults) -> ReceivedOperation:
    """Finds an operation's handler and parses its data."""
    envelope = envelope_of(caller, raw, defaults)
    if envelope is None:
        return ReceivedOperation(raw, None, refusal=Refusal(ErrorCode.BAD_REQUEST, raw.problem))
    operation = envelope.operation
    handler = None
    try:
        handler = handlers.find(operation.resource_type, operation.operation, operation.data)
        return ReceivedOperation(raw, envelope, handler, handler.parsed(envelope))
    except Refusal as refusal:
        return ReceivedOperation(raw, envelope, handler, refusal=refusal)


def places_of(context: OperationContext, handlers: Handlers, received: ReceivedOperation) -> set[str | None]:
    """The places whose streams one operation may write to. None is the tenant's; a refused operation with a
    readable envelope gets that one alone.
    """
    if received.handler is not None and received.parsed is not None:
        return received.handler.places(context, received.parsed)
    if handlers.is_completed(received.raw.item):
        return {context.callers_place(quarantine.place_of(received.raw, received.envelope))}
    return set() if received.envelope is None else {None}


def apply_one(context: OperationContext, received: ReceivedOperation) -> Outcome:
    """Authorises and applies a single operation. Raises Refusal or Quarantined."""
    if received.handler is None or received.parsed is None:
        assert received.refusal is not None, "an operation is parsed or refused"
        raise received.refusal
    return received.handler.apply_one(context, _authorised(context, received.handler, received.parsed))


def _authorised(
    context: OperationContext, handler: Handler[Any], parsed: ParsedOperation[Any]
) -> ParsedOperation[Any]:
    """An operation with what authorising it flagged. Raises Refusal or Quarantined."""
    return replace(parsed, flags=(*parsed.flags, *authorise(context, handler, parsed)))


def _places(
    context: OperationContext, handlers: Handlers, operations: Sequence[ReceivedOperation]
) -> set[str | None]:
    places: set[str | None] = set()
    for received in operations:
        places |= places_of(context, handlers, received)
    if context.caller.is_device and any(received.raw.device_seq is not None for received in operations):
        # For `numbers_received`: a shift closed at any of the till's places may be waiting for these numbers,
        # or be stored by another process just now.
        places.update(context.caller.locations)
    return places


def load(context: OperationContext, operations: Sequence[ReceivedOperation]) -> None:
    """Fetches in bulk what most operations need, once their streams are locked. Raises StreamsBusy."""
    envelopes = [received.envelope for received in operations if received.envelope is not None]
    context.load_people(person_id for envelope in envelopes for person_id in people_named(envelope))
    context.moments.load(
        (received.envelope.device_id, received.raw.device_seq, received.raw.is_forwarded)
        if received.envelope
        else (context.caller.device_id, None if received.raw.is_forwarded else received.raw.device_seq, False)
        for received in operations
    )
    levels: set[tuple[str, str]] = set()
    products: set[str] = set()
    completed: list[Completed] = []
    opened: set[str] = set()
    for received in operations:
        if received.handler is not None and received.parsed is not None:
            preload = received.handler.preload(context, received.parsed)
            levels |= preload.levels
            products |= preload.products
            completed += preload.completed
            opened |= preload.shifts
    context.load_aliases({product_id for _, product_id in levels} | products)
    levels = {(place, context.real_product(product_id)) for place, product_id in levels}
    context.ledger.load(levels)
    named = {context.real_product(product_id) for product_id in products}
    context.load_products_surely(named | {product_id for _, product_id in levels})
    context.load_evidence(completed, opened)


def _slices(operations: Sequence[ReceivedOperation], answers: Answers) -> Iterator[list[ReceivedOperation]]:
    """Runs of consecutive operations of one kind that are to be applied; any other is a slice alone.

    Lazy: a slice is answered before the next one is taken, so a repeated id finds its answer.
    """
    piece: list[ReceivedOperation] = []
    ids: set[str] = set()
    for received in operations:
        is_to_apply = received.parsed is not None and answers.find(received.raw.id) is None
        if piece and not (
            is_to_apply and received.handler is piece[0].handler and received.raw.id not in ids
        ):
            yield piece
            piece, ids = [], set()
            # Again, because this id may have been answered with the slice above.
            is_to_apply = received.parsed is not None and answers.find(received.raw.id) is None
        piece.append(received)
        ids.add(received.raw.id)
        if not is_to_apply:
            yield piece
            piece, ids = [], set()
    if piece:
        yield piece


def _apply_slice(
    context: OperationContext, handlers: Handlers, answers: Answers, operations: Sequence[ReceivedOperation]
) -> list[OperationResult]:
    """Results of one slice: repeated, refused or applied together."""
    if len(operations) == 1:
        repeated = _answered_before(context, answers, operations[0])
        if repeated is not None:
            return [repeated]
    outcomes: list[Outcome] = []
    authorised: list[ParsedOperation[Any]] = []

    def apply() -> None:
        """Applies what is authorised so far, so that changes are published in the order of the operations."""
        if authorised and operations[0].handler is not None:
            outcomes.extend(operations[0].handler.apply(context, authorised))
            authorised.clear()

    for received in operations:
        try:
            if received.handler is None or received.parsed is None:
                outcomes.append(_refuse_or_quarantine(context, handlers, received))
                continue
            authorised.append(_authorised(context, received.handler, received.parsed))
        except Quarantined as reason:
            apply()
            outcomes.append(quarantine.store(context, received.raw, received.envelope, str(reason)))
        except Refusal as refusal:
            apply()
            outcomes.append(rejected(received.raw.id, refusal))
    apply()
    return [_store_answer(context, answers, *pair) for pair in zip(operations, outcomes, strict=True)]


def _answered_before(
    context: OperationContext, answers: Answers, received: ReceivedOperation
) -> OperationResult | None:
    """The stored answer as `repeated`; None if the operation is to be applied."""
    raw = received.raw
    answer = answers.find(raw.id) if raw.id else None
    if answer is None:
        return None
    if answer.content_hash != raw.content_hash:
        reused = Refusal(ErrorCode.PRECONDITION_FAILED, "this id was used for an operation of other content")
        outcome = rejected(raw.id, reused)
        audit.write(context, raw, received.envelope, outcome, _audit_kind(received))
        return outcome.result
    if not answer.is_final:
        return None
    carried.confirm(context, received.envelope)
    first = OperationResult.model_validate(answer.result).model_copy(update={"repeated": True})
    return first if first.conflict is None else conflicts.with_conflict_of_now(context, first)


def _refuse_or_quarantine(
    context: OperationContext, handlers: Handlers, received: ReceivedOperation
) -> Outcome:
    """Quarantines an unreadable completed operation, if it has an id; else refuses it."""
    raw, refusal = received.raw, received.refusal
    assert refusal is not None, "an operation is parsed or refused"
    if handlers.is_completed(raw.item) and raw.content_hash is not None and raw.has_usable_id:
        return quarantine.store(context, raw, received.envelope, refusal.message)
    return rejected(raw.id, refusal)


def _store_answer(
    context: OperationContext, answers: Answers, received: ReceivedOperation, outcome: Outcome
) -> OperationResult:
    """Writes the audit line unless it repeats, and stores the answer if the operation can be sent again."""
    raw, result = received.raw, outcome.result
    known = answers.find(raw.id) if raw.id else None
    if known is None or not known.is_same_refusal(result):
        audit.write(context, raw, received.envelope, outcome, _audit_kind(received))
    # A manifest may include unreadable operations: their numbers count as received.
    is_received = context.caller.is_device and raw.can_be_stored
    if received.envelope is not None or result.status is ResultStatus.QUARANTINED or is_received:
        answers.store(raw, received.envelope, result)
    return result


def _audit_kind(received: ReceivedOperation) -> str:
    return received.handler.audit_kind if received.handler is not None else "operation"
