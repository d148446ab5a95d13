"""Reading operations one by one, as far as each can be read, and the order to take them in."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import TypeAdapter, ValidationError

from server_stub.errors import what_is_wrong
from server_stub.operations import upcasting
from sync_agent.contract.operations import TRANSACTION, Operation, chain_hash, content_hash
from sync_agent.contract.wire import Id, has_nul, is_too_deep
from sync_agent.contract.wire import Sequence as Number

_ID: TypeAdapter[str] = TypeAdapter(Id)
_NUMBER: TypeAdapter[int] = TypeAdapter(Number)


_RESOURCE_TYPE_MAX = 40


@dataclass(frozen=True)
class Intake:
    """One item as it came: readable, or not and why; `content_hash` is None if it cannot even be hashed."""

    id: str
    raw: dict[str, Any]
    content_hash: str | None
    operation: Operation | None
    problem: str = ""

    @cached_property
    def device_seq(self) -> int | None:
        """Its number on its device. What an unreadable one claims counts too: it has been received."""
        if self.operation is not None:
            return self.operation.device_seq
        try:
            return _NUMBER.validate_python(self.raw.get("deviceSeq"))
        except ValidationError:
            return None

    @property
    def is_carried(self) -> bool:
        """Whether it is another till's, whose numbers are not its bearer's."""
        return self.raw.get("carriedFor") is not None

    @property
    def is_sale(self) -> bool:
        return self.raw.get("resourceType") == TRANSACTION and self.raw.get("operation") == "create"

    @property
    def has_usable_id(self) -> bool:
        return is_id(self.id)

    @property
    def can_be_kept(self) -> bool:
        """Whether its number and answer can be kept though it could not be read."""
        return self.has_usable_id and self.content_hash is not None and self.device_seq is not None

    @property
    def resource_type(self) -> str:
        """What it says that it is about, as far as that can be kept."""
        told = self.raw.get("resourceType")
        return told[:_RESOURCE_TYPE_MAX] if isinstance(told, str) and not has_nul(told) else "(unreadable)"

    @cached_property
    def chain_hash(self) -> str | None:
        """Ties the operation to all before it on its device, where it says what came before."""
        operation = self.operation
        if operation is None or operation.device_seq is None or operation.prev_hash is None:
            return None
        return chain_hash(operation.prev_hash, operation.id, operation.device_seq, self.content_hash or "")


def is_id(value: object) -> bool:
    """Whether a value can be the id of anything."""
    try:
        _ID.validate_python(value)
    except ValidationError:
        return False
    return True


def read(item: object) -> Intake:
    """Reads one item as far as it can be read."""
    if not isinstance(item, dict):
        return Intake("", {}, None, None, "an operation is an object")
    told_id = item.get("id")
    if is_too_deep(item):
        return Intake(told_id if isinstance(told_id, str) else "", {}, None, None, "it is nested too deeply")
    content = content_hash(
        *(item.get(name) for name in ("operation", "resourceType", "resourceId", "data"))  # type: ignore[arg-type]
    )
    if has_nul(item):
        problem = "a NUL character stands in it, which no text may hold"
        return Intake(told_id if isinstance(told_id, str) else "", item, content, None, problem)
    try:
        operation = Operation.model_validate(upcasting.to_current(item))
    except upcasting.NewerForm:
        return Intake(told_id if isinstance(told_id, str) else "", item, content, None, _NEWER)
    except ValidationError as error:
        return Intake(told_id if isinstance(told_id, str) else "", item, content, None, what_is_wrong(error))
    return Intake(operation.id, item, content, operation)


_NEWER = "it was written by a newer Evertill than this server: update the server, then it can be sent again"


def in_device_order(intakes: Sequence[Intake]) -> list[int]:
    """Positions in the order to take them: numbered ones by number, in the places that numbered ones have."""
    numbered = [place for place, intake in enumerate(intakes) if intake.device_seq is not None]
    by_number = iter(sorted(numbered, key=lambda place: intakes[place].device_seq or 0))
    return [
        next(by_number) if intake.device_seq is not None else place for place, intake in enumerate(intakes)
    ]
