"""Stored answers: the same id gets its first answer again."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, update

from server_stub.operations import carried
from server_stub.operations.context import OperationContext
from server_stub.operations.parsing import Envelope, RawOperation
from server_stub.store import tables as t
from sync_agent.contract.operations import OperationResult, ResultStatus

_RETRIABLE = frozenset({ResultStatus.REJECTED, ResultStatus.BLOCKED})
"""Results that are not final: the same content sent again is applied again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The stored result of an operation, and the hash of its content."""

    content_hash: str | None
    status: str
    result: dict[str, Any]

    @property
    def is_final(self) -> bool:
        return self.status not in _RETRIABLE

    def is_same_refusal(self, result: OperationResult) -> bool:
        return (self.status, self.result.get("code")) == (result.status, result.code)


class Answers:
    """The stored answers of one transaction's operations. New ones are staged at once, so that later
    operations of the transaction find them.
    """

    def __init__(self, context: OperationContext, raws: Iterable[RawOperation]) -> None:
        self._context = context
        ids = {raw.id for raw in raws if raw.has_usable_id}
        rows = context.unit.rows(_KNOWN, {"of_tenant": context.tenant_id, "ids": list(ids)})
        self._found = {row.id: Answer(row.content_hash, row.status, row.result) for row in rows}
        self._reapplied: dict[str, dict[str, Any]] = {}
        self.new_numbers: dict[str, list[int]] = {}
        """Device numbers received in this transaction, by device."""

    def find(self, operation_id: str) -> Answer | None:
        return self._found.get(operation_id)

    def store(self, raw: RawOperation, envelope: Envelope | None, result: OperationResult) -> None:
        row = _row(self._context, raw, envelope, result)
        if raw.id in self._found:
            self._reapplied[raw.id] = row
        else:
            self._context.unit.insert(t.operation, row)
            if row["device_seq"] is not None:
                self.new_numbers.setdefault(row["device_id"], []).append(row["device_seq"])
        self._found[raw.id] = Answer(row["content_hash"], row["status"], row["result"])

    def write(self) -> None:
        """Updates the answers of operations that were applied again."""
        if not self._reapplied:
            return
        unit = self._context.unit
        unit.execute(
            _UPDATE_RESULT,
            [
                {"of_tenant": row["tenant_id"], "of_id": operation_id}
                | {name: row[name] for name in ("status", "result", "received_ms")}
                for operation_id, row in self._reapplied.items()
            ],
        )


def replace_answer(context: OperationContext, result: OperationResult) -> None:
    """Replaces the stored answer, which a repeated operation gets."""
    of = t.operation.c
    context.unit.execute(
        update(t.operation)
        .where(of.tenant_id == context.tenant_id, of.id == result.id)
        .values(status=str(result.status), result=result.to_wire())
    )


_KNOWN = select(
    t.operation.c.id, t.operation.c.content_hash, t.operation.c.status, t.operation.c.result
).where(
    t.operation.c.tenant_id == bindparam("of_tenant"),
    t.operation.c.id.in_(bindparam("ids", expanding=True)),
)
_UPDATE_RESULT = (
    update(t.operation)
    .where(t.operation.c.tenant_id == bindparam("of_tenant"), t.operation.c.id == bindparam("of_id"))
    .values({name: bindparam(name) for name in ("status", "result", "received_ms")})
)


def _row(
    context: OperationContext, raw: RawOperation, envelope: Envelope | None, result: OperationResult
) -> dict[str, Any]:
    operation, moments = raw.operation, context.moments
    if envelope is None:
        number = None if raw.is_forwarded else raw.device_seq
        moment = moments.of_unreadable(context.caller.device_id, number)
    else:
        moment = moments.of(envelope)
    is_carried = envelope is not None and carried.may_carry(context, envelope)
    return {
        "tenant_id": context.tenant_id,
        "id": raw.id,
        "content_hash": raw.content_hash,
        "device_id": envelope.device_id if envelope and is_carried else context.caller.device_id,
        "device_seq": _number(context, raw, envelope),
        "chain_hash": raw.chain_hash,
        "resource_type": operation.resource_type if operation else raw.resource_type,
        "resource_id": operation.resource_id if operation else None,
        "location_id": envelope.location_id if envelope else None,
        "actor_id": envelope.actor_id if envelope else context.caller.id,
        "approved_by_id": operation.approved_by_id if operation else None,
        "replaces": operation.replaces if operation else None,
        "status": str(result.status),
        "result": result.to_wire(),
        "received_ms": context.unit.now_ms,
        "happened_ms": moment.at_ms if moment else None,
        "tenant_seq": moment.tenant_seq if moment else None,
        "carried_by": context.caller.device_id if is_carried else None,
    }


def _number(context: OperationContext, raw: RawOperation, envelope: Envelope | None) -> int | None:
    """The device number to record with an operation; None if another operation has it already."""
    if not raw.is_forwarded:
        return raw.device_seq if context.caller.device_id else None
    if envelope is None or envelope.device_id is None or not carried.may_carry(context, envelope):
        return None
    owner = context.owner_of_number(envelope.device_id, envelope.device_seq)
    return envelope.device_seq if owner is None or owner.id == envelope.id else None
