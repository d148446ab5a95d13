"""The way in for operations: each is read by itself, judged once, answered for ever.

Operations of one request are taken in the order of their device's numbers, many to a transaction. A
transaction holds the effects, the results and the changes of all its operations or of none: should one of
them turn out to be beyond the program, the same operations are taken again one by one, so it fails alone.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from sqlalchemy import bindparam, select, update

from server_stub.errors import Refusal
from server_stub.services import conflicts, counts, devices, inventory, products, transactions
from server_stub.services.batch import Asked, Batch, rejected
from server_stub.services.caller import Caller
from server_stub.services.intake import Intake, in_device_order, read
from server_stub.store import tables as t
from server_stub.store.database import Database, UnitOfWork
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import (
    CONFLICT,
    PRODUCT,
    STOCK_LEVEL,
    TRANSACTION,
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


async def _judge_safely(
    database: Database, caller: Caller, intakes: list[Intake], defaults: Defaults
) -> list[OperationResult]:
    try:
        return await database.write(
            caller.tenant_id, partial(judge, caller=caller, intakes=intakes, defaults=defaults)
        )
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
    answers = _Answers(batch, intakes)
    asked = [_ask(caller, intake, defaults) for intake in intakes]
    _load(batch, [one for one in asked if one is not None])
    results = [_answer(batch, answers, *pair) for pair in zip(intakes, asked, strict=True)]
    answers.write()
    return results


class _Answers:
    """The stored answers to a transaction's operations, and the new ones."""

    def __init__(self, batch: Batch, intakes: Iterable[Intake]) -> None:
        self._unit = batch.unit
        ids = {intake.id for intake in intakes}
        rows = batch.unit.rows(_KNOWN, {"of_tenant": batch.tenant_id, "ids": list(ids)})
        self._stored = {row.id: (row.content_hash, row.status, row.result) for row in rows}
        self._new: dict[str, dict[str, Any]] = {}

    def find(self, operation_id: str) -> tuple[str, str, dict[str, Any]] | None:
        """Content hash, status and result of an operation that was answered before."""
        new = self._new.get(operation_id)
        if new is not None:
            return new["content_hash"], new["status"], new["result"]
        return self._stored.get(operation_id)

    def keep(self, row: dict[str, Any]) -> None:
        self._new[row["id"]] = row

    def write(self) -> None:
        judged_anew = []
        for operation_id, row in self._new.items():
            if operation_id in self._stored:
                judged_anew.append(
                    {"of_tenant": row["tenant_id"], "of_id": operation_id}
                    | {name: row[name] for name in ("status", "result", "received_ms")}
                )
            else:
                self._unit.insert(t.operation, row)
        if judged_anew:
            self._unit.execute(_JUDGE_ANEW, judged_anew)


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


def _ask(caller: Caller, intake: Intake, defaults: Defaults) -> Asked | None:
    operation = intake.operation
    if operation is None or intake.content_hash is None:
        return None
    told = operation.location_id or operation.data.get("locationId")
    return Asked(
        operation=operation,
        raw=intake.raw,
        content_hash=intake.content_hash,
        chain_hash=intake.chain_hash,
        location_id=told if isinstance(told, str) else defaults.location_id,
        actor_id=operation.actor_id or caller.user_id or defaults.actor_id or caller.id,
        device_id=caller.device_id,
    )


def _load(batch: Batch, asked: list[Asked]) -> None:
    """Locks every stream that the operations may write to, and fetches in bulk what most of them need."""
    own = set(batch.caller.locations)
    touched = {one.location_id for one in asked}
    touched |= {conflicts.location_of(batch, one) for one in asked if one.operation.resource_type == CONFLICT}
    batch.lock(location_id for location_id in touched if location_id in own)
    batch.load_people(one.actor_id for one in asked)
    places: set[tuple[str, str]] = set()
    sold: set[str] = set()
    for one in asked:
        if one.location_id is None or one.location_id not in own:
            continue
        if one.operation.resource_type == TRANSACTION:
            named = transactions.products_of(one)
            sold.update(named)
            places.update((one.location_id, product_id) for product_id in named)
        elif one.operation.resource_type == STOCK_LEVEL and one.operation.resource_id is not None:
            places.add((one.location_id, one.operation.resource_id))
    batch.ledger.load(places)
    batch.load_products(sold)


def _answer(batch: Batch, answers: _Answers, intake: Intake, asked: Asked | None) -> OperationResult:
    known = answers.find(intake.id) if intake.id else None
    if known is not None:
        content, status, result = known
        if content != intake.content_hash:
            return rejected(
                intake.id,
                Refusal(ErrorCode.PRECONDITION_FAILED, "this id was used for an operation of other content"),
            )
        if status not in _JUDGED_ANEW:
            return OperationResult.model_validate(result).model_copy(update={"repeated": True})
    if asked is None:
        return _unreadable(batch, answers, intake)
    try:
        result_now = _apply(batch, asked)
    except Refusal as refusal:
        result_now = rejected(asked.id, refusal)
    answers.keep(_entry(batch, asked, result_now))
    return result_now


def _unreadable(batch: Batch, answers: _Answers, intake: Intake) -> OperationResult:
    """A sale is kept whole for a manager, if it has an id to be known by; anything else is refused."""
    refusal = Refusal(ErrorCode.BAD_REQUEST, intake.problem)
    if not intake.is_sale or intake.content_hash is None or not intake.has_usable_id:
        return rejected(intake.id, refusal)
    result = transactions.quarantine(batch, intake.id, intake.raw, intake.problem)
    answers.keep(
        {
            "tenant_id": batch.tenant_id,
            "id": intake.id,
            "content_hash": intake.content_hash,
            "device_id": batch.caller.device_id,
            # Whatever number it claims to have is as unreadable as the rest.
            "device_seq": None,
            "chain_hash": None,
            "resource_type": TRANSACTION,
            "resource_id": None,
            "location_id": None,
            "actor_id": batch.caller.id,
            "approved_by_id": None,
            "replaces": None,
            "status": result.status.value,
            "result": result.to_wire(),
            "received_ms": batch.unit.now_ms,
        }
    )
    return result


def _entry(batch: Batch, asked: Asked, result: OperationResult) -> dict[str, Any]:
    operation = asked.operation
    return {
        "tenant_id": batch.tenant_id,
        "id": asked.id,
        "content_hash": asked.content_hash,
        "device_id": asked.device_id,
        "device_seq": asked.device_seq,
        "chain_hash": asked.chain_hash,
        "resource_type": operation.resource_type,
        "resource_id": operation.resource_id,
        "location_id": asked.location_id,
        "actor_id": asked.actor_id,
        "approved_by_id": operation.approved_by_id,
        "replaces": operation.replaces,
        "status": result.status.value,
        "result": result.to_wire(),
        "received_ms": batch.unit.now_ms,
    }


# --- what an operation may do, and which rule does it ----------------------------------------------------


def _stock(batch: Batch, asked: Asked) -> OperationResult:
    if asked.operation.operation != "update":
        raise Refusal(ErrorCode.BAD_REQUEST, "operation: a stock level is only ever updated")
    is_delta, is_count = "delta" in asked.operation.data, "newQuantity" in asked.operation.data
    if is_delta == is_count:
        raise Refusal(ErrorCode.BAD_REQUEST, "data: a stock update has either delta or newQuantity")
    return inventory.move(batch, asked) if is_delta else counts.count(batch, asked)


def _decision(batch: Batch, asked: Asked) -> OperationResult:
    if asked.operation.operation != "update":
        raise Refusal(ErrorCode.BAD_REQUEST, "operation: a conflict is only ever updated")
    return conflicts.resolve(batch, asked)


_RULES: dict[str, Callable[[Batch, Asked], OperationResult]] = {
    STOCK_LEVEL: _stock,
    TRANSACTION: transactions.complete,
    PRODUCT: products.edit,
    CONFLICT: _decision,
}


def _apply(batch: Batch, asked: Asked) -> OperationResult:
    rule = _RULES.get(asked.operation.resource_type)
    if rule is None:
        raise Refusal(
            ErrorCode.BAD_REQUEST, f"resourceType: nothing is known of {asked.operation.resource_type}"
        )
    _must_be_of_this_tenant(batch, asked)
    _must_act_as_themselves(batch, asked)
    misplaced = _misplaced(batch, asked)
    if misplaced is None:
        return rule(batch, asked)
    if asked.operation.resource_type == TRANSACTION and batch.caller.is_device:
        # A till's completed sale is never bounced, not even from the wrong place.
        return transactions.quarantine(batch, asked.id, asked.raw, misplaced.message, asked)
    raise misplaced


def _must_be_of_this_tenant(batch: Batch, asked: Asked) -> None:
    if asked.raw.get("tenantId") not in (None, batch.tenant_id):
        raise Refusal(ErrorCode.FORBIDDEN, "tenantId: not the tenant of this token")


def _must_act_as_themselves(batch: Batch, asked: Asked) -> None:
    """A person's token acts in that person's name alone; a till's in the name of any user of the tenant."""
    named = asked.operation.actor_id
    if named is None:
        return
    if not batch.caller.is_device:
        if named != batch.caller.user_id:
            raise Refusal(ErrorCode.FORBIDDEN, "actorId: not the user of this token")
    elif asked.operation.resource_type != TRANSACTION and batch.person(named) is None:
        raise Refusal(ErrorCode.FORBIDDEN, f"actorId: there is no user {named}")


def _misplaced(batch: Batch, asked: Asked) -> Refusal | None:
    """Why the caller may not act at the place that the operation names, if it names one."""
    place = asked.location_id
    if place is None or place in batch.caller.locations:
        return None
    if place not in batch.locations():
        return Refusal(ErrorCode.NOT_FOUND, f"locationId: there is no place {place}")
    return Refusal(ErrorCode.FORBIDDEN, f"locationId: {place} is not your place")
