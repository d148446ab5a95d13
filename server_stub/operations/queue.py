"""The way in for operations: each is read by itself, judged once, answered for ever.

Operations of one request are taken in the order of their device's numbers, many to a transaction. A
transaction holds the effects, the results and the changes of all its operations or of none: should one of
them turn out to be beyond the program, the same operations are taken again one by one, so it fails alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError

from server_stub.errors import Refusal
from server_stub.operations import audit as audit_of_operations
from server_stub.operations import quarantine, rulebook
from server_stub.operations.context import Asked, Batch, rejected
from server_stub.operations.handlers import conflicts, shifts, transfers
from server_stub.operations.parsing import Intake, in_device_order, is_id, read
from server_stub.operations.quarantine import Unreadable
from server_stub.services import devices
from server_stub.services.caller import Caller
from server_stub.store import tables as t
from server_stub.store.database import Database, UnitOfWork
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.conflicts import ResolveConflict
from sync_agent.contract.operations import (
    CONFLICT,
    STOCK_LEVEL,
    STOCK_TRANSFER,
    TRANSACTION,
    Operation,
    OperationResult,
    ResultStatus,
)

log = structlog.get_logger()

_JUDGED_ANEW = frozenset({ResultStatus.REJECTED, ResultStatus.BLOCKED})
"""Results that are not final: the same content sent again is judged again."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What an operation need not say where a socket has said it: the place, and who is at the till."""

    location_id: str | None = None
    actor_id: str | None = None


async def process(
    database: Database,
    caller: Caller,
    items: Sequence[object],
    defaults: Defaults = Defaults(),
    *,
    operations_per_commit: int,
) -> list[OperationResult]:
    """Answers every item, in the order given; refuses all if the till itself is cloned or revoked."""
    intakes = [read(item) for item in items]
    await devices.refuse_clone(database, caller, intakes)
    return await _take(database, caller, intakes, defaults, operations_per_commit)


async def take(
    database: Database,
    caller: Caller,
    items: Sequence[object],
    defaults: Defaults = Defaults(),
    *,
    operations_per_commit: int,
) -> list[OperationResult]:
    """As `process`, of whoever is to be heard whatever has become of the till: a rescue, by the operator."""
    return await _take(database, caller, [read(item) for item in items], defaults, operations_per_commit)


async def _take(
    database: Database, caller: Caller, intakes: list[Intake], defaults: Defaults, operations_per_commit: int
) -> list[OperationResult]:
    order = in_device_order(intakes)
    results: dict[int, OperationResult] = {}
    for start in range(0, len(order), operations_per_commit):
        places = order[start : start + operations_per_commit]
        some = [intakes[place] for place in places]
        results.update(zip(places, await _judge_safely(database, caller, some, defaults), strict=True))
    return [results[place] for place in range(len(intakes))]


async def process_one(
    database: Database,
    caller: Caller,
    item: dict[str, Any],
    defaults: Defaults = Defaults(),
) -> OperationResult:
    (result,) = await process(database, caller, [item], defaults, operations_per_commit=1)
    return result


def resolution_item(decision: ResolveConflict, fresh_id: str) -> dict[str, Any]:
    """A decision as the operation that carries it out."""
    return {
        "id": decision.operation_id or fresh_id,
        "resourceType": "conflict",
        "resourceId": decision.conflict_id,
        "data": decision.to_wire(),
    }


def reopening_item(conflict_id: str, fresh_id: str) -> dict[str, Any]:
    """The opening of a decided conflict as the operation that it is."""
    return {
        "id": fresh_id,
        "operation": "create",
        "resourceType": CONFLICT,
        "resourceId": conflict_id,
        "data": {"conflictId": conflict_id},
    }


def refuse_unless_applied(result: OperationResult) -> None:
    """Turns the result of a single operation into a refusal, where it is one."""
    if result.status is ResultStatus.APPLIED:
        return
    raise Refusal(
        ErrorCode(result.code or ErrorCode.INTERNAL),
        result.error or "",
        details=result.conflict.to_wire() if result.conflict else None,
        retry_after_ms=result.retry_after_ms,
    )


async def _judge_safely(
    database: Database, caller: Caller, intakes: list[Intake], defaults: Defaults
) -> list[OperationResult]:
    work = partial(judge, caller=caller, intakes=intakes, defaults=defaults)
    try:
        try:
            return await database.write(caller.tenant_id, work)
        except IntegrityError:
            # Another process was given the same id at the same moment, for a place with another lock. It was
            # first; now its answer stands in the table. Or two copies of one till used a number at once.
            await devices.refuse_clone(database, caller, intakes)
            return await database.write(caller.tenant_id, work)
    except Refusal:
        raise
    except Exception:
        # The supervisor of single operations: a bug that one of them meets must not cost the others theirs.
        if len(intakes) > 1:
            log.warning("operations.taken_one_by_one", count=len(intakes))
            return [
                result
                for intake in intakes
                for result in await _judge_safely(database, caller, [intake], defaults)
            ]
        log.exception("operation.failed", operation_id=intakes[0].id)
        return [
            OperationResult(
                id=intakes[0].id,
                success=False,
                status=ResultStatus.DEFERRED,
                code=ErrorCode.INTERNAL,
                error="the server failed on this operation and has kept nothing of it; send it again",
            )
        ]


# --- one transaction -------------------------------------------------------------------------------------


def judge(
    unit: UnitOfWork, caller: Caller, intakes: Sequence[Intake], defaults: Defaults
) -> list[OperationResult]:
    """Judges operations in the order given, within one transaction."""
    batch = Batch(unit, caller)
    asked = [ask(caller, intake, defaults) for intake in intakes]
    # Locks come before the first look at what is stored: of two processes that were given the same operation
    # at once, the second one finds the first one's answer.
    batch.lock(_touched(batch, intakes, asked))
    answers = _Answers(batch, intakes)
    _load(batch, [one for one in asked if one is not None])
    results = [_answer(batch, answers, *pair) for pair in zip(intakes, asked, strict=True)]
    answers.write()
    for device_id, numbers in answers.new_numbers.items():
        shifts.look_again(batch, device_id, numbers)
    return results


class _Answers:
    """The stored answers to a transaction's operations, and the new ones.

    A new one is staged at once, so that an operation finds those before it in the table.
    """

    def __init__(self, batch: Batch, intakes: Iterable[Intake]) -> None:
        self._unit = batch.unit
        ids = {intake.id for intake in intakes if intake.has_usable_id}
        rows = batch.unit.rows(_KNOWN, {"of_tenant": batch.tenant_id, "ids": list(ids)})
        self._found = {row.id: (row.content_hash, row.status, row.result) for row in rows}
        self._judged_anew: dict[str, dict[str, Any]] = {}
        self.new_numbers: dict[str, list[int]] = {}

    def find(self, operation_id: str) -> tuple[str, str, dict[str, Any]] | None:
        """Content hash, status and result of an operation that was answered before."""
        return self._found.get(operation_id)

    def keep(self, row: dict[str, Any]) -> None:
        if row["id"] in self._found:
            self._judged_anew[row["id"]] = row
        else:
            self._unit.insert(t.operation, row)
            if row["device_seq"] is not None:
                self.new_numbers.setdefault(row["device_id"], []).append(row["device_seq"])
        self._found[row["id"]] = row["content_hash"], row["status"], row["result"]

    def write(self) -> None:
        if not self._judged_anew:
            return
        self._unit.write()
        self._unit.execute(
            _JUDGE_ANEW,
            [
                {"of_tenant": row["tenant_id"], "of_id": operation_id}
                | {name: row[name] for name in ("status", "result", "received_ms")}
                for operation_id, row in self._judged_anew.items()
            ],
        )


_KNOWN = select(
    t.operation.c.id, t.operation.c.content_hash, t.operation.c.status, t.operation.c.result
).where(
    t.operation.c.tenant_id == bindparam("of_tenant"),
    t.operation.c.id.in_(bindparam("ids", expanding=True)),
)
_JUDGE_ANEW = (
    update(t.operation)
    .where(t.operation.c.tenant_id == bindparam("of_tenant"), t.operation.c.id == bindparam("of_id"))
    .values({name: bindparam(name) for name in ("status", "result", "received_ms")})
)


def ask(caller: Caller, intake: Intake, defaults: Defaults) -> Asked | None:
    """What an operation asks for, and in whose name; None of one that cannot be read."""
    operation = intake.operation
    if operation is None or intake.content_hash is None:
        return None
    told = operation.location_id or operation.data.get("locationId")
    # What is told and is no id is no place, and not the socket's either.
    place = defaults.location_id if told is None else told if is_id(told) else None
    return Asked(
        operation=operation,
        raw=intake.raw,
        content_hash=intake.content_hash,
        chain_hash=intake.chain_hash,
        location_id=place,
        actor_id=operation.actor_id or caller.user_id or defaults.actor_id or caller.id,
        device_id=_origin(caller, operation),
    )


def _origin(caller: Caller, operation: Operation) -> str | None:
    """The till that an operation is of: the caller's, or the one that it is carried for."""
    return operation.carried_for if caller.is_device and operation.carried_for else caller.device_id


def _touched(batch: Batch, intakes: Sequence[Intake], asked: Sequence[Asked | None]) -> set[str | None]:
    """The places whose streams the operations may write to; None stands for the tenant's."""
    places: set[str | None] = set()
    for intake, one in zip(intakes, asked, strict=True):
        places |= rulebook.touched_by(batch, intake, one)
    if batch.caller.is_device and any(intake.device_seq is not None for intake in intakes):
        # A shift of the till may be waiting for these numbers, or be closed by another process just now.
        places.update(batch.caller.locations)
    return places


def _load(batch: Batch, asked: list[Asked]) -> None:
    """Fetches in bulk what most operations need."""
    batch.load_people(one.actor_id for one in asked)
    places: set[tuple[str, str]] = set()
    sold: set[str] = set()
    for one in asked:
        place = batch.own(one.location_id)
        if place is None:
            continue
        if one.operation.resource_type == TRANSACTION:
            sold.update(one.products_in_lines)
            places.update((place, product_id) for product_id in one.products_in_lines)
        elif one.operation.resource_type == STOCK_TRANSFER:
            ends = {place, transfers.goal_of(one) or place}
            places.update((end, product_id) for end in ends for product_id in one.products_in_lines)
        elif one.operation.resource_type == STOCK_LEVEL and one.operation.resource_id is not None:
            places.add((place, one.operation.resource_id))
    batch.ledger.load(places)
    batch.load_products(sold)


def _answer(batch: Batch, answers: _Answers, intake: Intake, asked: Asked | None) -> OperationResult:
    batch.to_audit = {}
    known = answers.find(intake.id) if intake.id else None
    if known is not None:
        content, status, stored = known
        if content != intake.content_hash:
            result = rejected(
                intake.id,
                Refusal(ErrorCode.PRECONDITION_FAILED, "this id was used for an operation of other content"),
            )
            audit_of_operations.write(batch, intake, asked, result)
            return result
        if status not in _JUDGED_ANEW:
            first = OperationResult.model_validate(stored).model_copy(update={"repeated": True})
            return first if first.conflict is None else conflicts.as_it_stands(batch, first)
    result = _judged(batch, intake, asked)
    if not _is_same_refusal(known, result):
        audit_of_operations.write(batch, intake, asked, result)
    if asked is not None or result.status is ResultStatus.QUARANTINED or _has_come(batch, intake):
        answers.keep(_entry(batch, intake, asked, result))
    return result


def _has_come(batch: Batch, intake: Intake) -> bool:
    """Whether a till's manifest may count on what could not be read: its number has been received."""
    return batch.caller.is_device and intake.can_be_kept


def _judged(batch: Batch, intake: Intake, asked: Asked | None) -> OperationResult:
    """A sale that cannot be taken is kept whole, if it has an id to be known by; all else is refused."""
    if asked is None:
        if intake.is_sale and intake.content_hash is not None and intake.has_usable_id:
            return quarantine.keep(batch, intake, None, intake.problem)
        return rejected(intake.id, Refusal(ErrorCode.BAD_REQUEST, intake.problem))
    try:
        return rulebook.apply(batch, asked)
    except Unreadable as unreadable:
        return quarantine.keep(batch, intake, asked, unreadable.reason)
    except Refusal as refusal:
        return rejected(intake.id, refusal)


def _is_same_refusal(known: tuple[str, str, dict[str, Any]] | None, result: OperationResult) -> bool:
    if known is None:
        return False
    _content, status, stored = known
    return (status, stored.get("code")) == (result.status, result.code)


def _number(batch: Batch, intake: Intake, asked: Asked | None) -> int | None:
    """The device number that is received with an operation; none where it is another operation's already."""
    if not intake.is_carried:
        return intake.device_seq if batch.caller.device_id else None
    if asked is None or asked.device_id is None or not batch.is_device(asked.device_id):
        return None
    owner = batch.owner_of_number(asked.device_id, asked.device_seq)
    return asked.device_seq if owner in (None, asked.id) else None


def _entry(batch: Batch, intake: Intake, asked: Asked | None, result: OperationResult) -> dict[str, Any]:
    operation = intake.operation
    return {
        "tenant_id": batch.tenant_id,
        "id": intake.id,
        "content_hash": intake.content_hash,
        "device_id": asked.device_id if asked else batch.caller.device_id,
        "device_seq": _number(batch, intake, asked),
        "chain_hash": intake.chain_hash,
        "resource_type": operation.resource_type if operation else intake.resource_type,
        "resource_id": operation.resource_id if operation else None,
        "location_id": asked.location_id if asked else None,
        "actor_id": asked.actor_id if asked else batch.caller.id,
        "approved_by_id": operation.approved_by_id if operation else None,
        "replaces": operation.replaces if operation else None,
        "status": str(result.status),
        "result": result.to_wire(),
        "received_ms": batch.unit.now_ms,
    }
