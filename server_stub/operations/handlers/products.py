"""Product edits: versioned, and merged field by field. Two values for one field are a person's to decide."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select

from server_stub.errors import Refusal, unreadable
from server_stub.operations.context import Asked, Batch, applied, blocked
from server_stub.operations.handlers import conflicts
from server_stub.operations.handlers import product_versions as catalogue
from server_stub.roles import Action, may
from server_stub.store import tables as t
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.conflicts import ConflictType
from sync_agent.contract.operations import OperationResult, ProductCreate, ProductEdit, ProductValues


@dataclass(frozen=True, slots=True)
class Merged:
    """What an edit changes, and the fields where the server has a third value."""

    changes: dict[str, Any]
    clashes: tuple[str, ...]


def merge(current: dict[str, Any], wanted: dict[str, Any], base: dict[str, Any]) -> Merged:
    """Field by field: what only one side changed is taken, and equal values are no clash."""
    changes = {name: value for name, value in wanted.items() if current[name] != value}
    clashes = tuple(name for name in changes if current[name] != base[name])
    return Merged(changes, clashes)


def edit(batch: Batch, asked: Asked) -> OperationResult:
    """Creates, updates or deletes a product, in a manager's name or with a manager's approval."""
    _must_edit(batch, asked)
    if asked.operation.resource_id is None:
        raise Refusal(ErrorCode.BAD_REQUEST, "resourceId: a product operation names its product")
    match asked.operation.operation:
        case "create":
            return _create(batch, asked, asked.operation.resource_id)
        case "update":
            return _update(batch, asked, asked.operation.resource_id)
        case "delete":
            return _delete(batch, asked, asked.operation.resource_id)


def _must_edit(batch: Batch, asked: Asked) -> None:
    if may(batch.caller.role, Action.EDIT_PRODUCT):
        return
    named = (asked.actor_id, asked.operation.approved_by_id) if batch.caller.is_device else ()
    people = (batch.person(who) for who in named if who)
    if not any(person is not None and may(person.role, Action.EDIT_PRODUCT) for person in people):
        raise Refusal(ErrorCode.FORBIDDEN, "products are edited by a manager, or with a manager's approval")


def _create(batch: Batch, asked: Asked, product_id: str) -> OperationResult:
    if batch.product(product_id) is not None:
        raise Refusal(ErrorCode.PRECONDITION_FAILED, f"there is a product {product_id} already")
    try:
        fields = ProductCreate.model_validate(asked.operation.data)
    except ValidationError as error:
        raise unreadable(error, "data") from error
    catalogue.must_know_unit(fields)
    row = {
        "tenant_id": batch.tenant_id,
        "id": product_id,
        **dict.fromkeys(catalogue.FIELDS),
        "tax_rate_ppm": 0,
        "unit": "each",
        **catalogue.columns_of(fields),
        "deleted": 0,
        "version": 0,
    }
    row, effect = catalogue.write_version(batch, asked, row)
    return applied(asked, [effect], version=row["version"])


def _update(batch: Batch, asked: Asked, product_id: str) -> OperationResult:
    try:
        data = ProductEdit.model_validate(asked.operation.data)
    except ValidationError as error:
        raise unreadable(error, "data") from error
    catalogue.must_know_unit(data.set)
    row = _existing(batch, product_id)
    standing = conflicts.open_before(batch, asked, "product", product_id, None)
    if standing is not None:
        return blocked(asked, standing)
    wanted = catalogue.columns_of(data.set)
    wire_wanted = data.set.model_dump(mode="json", by_alias=True, include=data.set.model_fields_set)
    base = _base_of(batch, asked, row, data.base)
    if base is None:
        return conflicts.open_for_product(batch, asked, row, wire_wanted, None, ConflictType.VERSION_MISMATCH)
    wire_base = ProductValues.model_validate({name: base[name] for name in wanted}).model_dump(
        mode="json", by_alias=True, include=set(wanted)
    )
    if row["deleted"]:
        return conflicts.open_for_product(
            batch, asked, row, wire_wanted, wire_base, ConflictType.DATA_INCONSISTENCY
        )
    merged = merge(row, wanted, base)
    if merged.clashes:
        return conflicts.open_for_product(
            batch, asked, row, wire_wanted, wire_base, ConflictType.CONCURRENT_UPDATE
        )
    row, effect = catalogue.write_version(batch, asked, {**row, **merged.changes})
    return applied(asked, [effect], version=row["version"])


def _delete(batch: Batch, asked: Asked, product_id: str) -> OperationResult:
    row = _existing(batch, product_id)
    standing = conflicts.open_before(batch, asked, "product", product_id, None)
    if standing is not None:
        return blocked(asked, standing)
    base = asked.operation.version
    lost = asked.operation.former_result is not None and base is not None and base > row["version"]
    if base is not None and base != row["version"] and not row["deleted"] and not lost:
        kind = ConflictType.VERSION_MISMATCH if base > row["version"] else ConflictType.DATA_INCONSISTENCY
        return conflicts.open_for_product(batch, asked, row, {"deleted": True}, None, kind)
    row, effect = catalogue.write_version(batch, asked, {**row, "deleted": 1})
    return applied(asked, [effect], version=row["version"])


def _existing(batch: Batch, product_id: str) -> dict[str, Any]:
    row = batch.product(product_id)
    if row is None:
        raise Refusal(ErrorCode.NOT_FOUND, f"there is no product {product_id}")
    return row


def _base_of(batch: Batch, asked: Asked, row: dict[str, Any], told: ProductValues) -> dict[str, Any] | None:
    """What each field was when the edit was made: as the edit says, else as the version it names was.

    None if that version is not known here. An edit that says neither is compared with nothing.
    """
    version = asked.operation.version
    believed = {**row, **catalogue.columns_of(told)}
    if version is None or version == row["version"]:
        return believed
    of = t.product_version.c
    found = batch.unit.rows(
        select(of.row).where(
            of.tenant_id == batch.tenant_id, of.product_id == row["id"], of.version == version
        )
    ).scalar_one_or_none()
    if found is None:
        # Accepted before, by a server whose later versions are gone: what the edit says is all we have.
        return believed if asked.operation.former_result is not None else None
    return {**ProductValues.model_validate(found).model_dump(by_alias=False), **catalogue.columns_of(told)}
