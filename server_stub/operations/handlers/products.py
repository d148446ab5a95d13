"""Product edits: versioned and merged field by field. Two values for one field are a conflict."""

from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import select

from server_stub.errors import Refusal
from server_stub.operations.context import OperationContext
from server_stub.operations.handler import (
    Data,
    Handler,
    NoData,
    ParsedOperation,
    Requirement,
    Rows,
    Wanted,
    resource_of,
)
from server_stub.operations.outcome import Outcome, applied, blocked
from server_stub.operations.resources import conflicts, product_versions
from server_stub.roles import Action
from server_stub.store import tables as t
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.conflicts import Conflict, ConflictType
from sync_agent.contract.operations import CONFLICT, PRODUCT, ProductCreate, ProductEdit, ProductValues
from sync_agent.contract.stock import ProductRow


@dataclass(frozen=True, slots=True)
class Merged:
    """The fields to change, and the fields in conflict because the server has a third value."""

    changes: dict[str, Any]
    clashes: tuple[str, ...]


def merge(current: dict[str, Any], wanted: dict[str, Any], base: dict[str, Any]) -> Merged:
    """Three-way merge by field: what only one side changed is taken; equal values are no conflict."""
    changes = {name: value for name, value in wanted.items() if current[name] != value}
    clashes = tuple(name for name in changes if current[name] != base[name])
    return Merged(changes, clashes)


class _ProductHandler(Handler[Data]):
    """What creating, editing and deleting share: products belong to the tenant and need the right to edit."""

    resource_type = PRODUCT
    rows: ClassVar[Rows] = {PRODUCT: ProductRow, CONFLICT: Conflict}

    def places(self, context: OperationContext, operation: ParsedOperation[Data]) -> set[str | None]:
        return {None}

    def wanted(self, context: OperationContext, operation: ParsedOperation[Data]) -> Wanted:
        resource_id = operation.operation.resource_id
        return Wanted() if resource_id is None else Wanted(products=frozenset({resource_id}))

    def requirement(self, context: OperationContext, operation: ParsedOperation[Data]) -> Requirement:
        return Requirement(Action.EDIT_PRODUCT, None)


class CreateProduct(_ProductHandler[ProductCreate]):
    """A new product, under the id that its till gave it."""

    name = "ProductCreateOperation"
    verb = "create"
    data = ProductCreate

    def apply_one(self, context: OperationContext, operation: ParsedOperation[ProductCreate]) -> Outcome:
        product_id = resource_of(operation, "a product operation")
        product_versions.must_know_unit(operation.data)
        if context.product(product_id) is not None:
            raise Refusal(ErrorCode.PRECONDITION_FAILED, f"there is a product {product_id} already")
        row = {
            "tenant_id": context.tenant_id,
            "id": product_id,
            **dict.fromkeys(product_versions.FIELDS),
            "tax_rate_ppm": 0,
            "unit": "each",
            **product_versions.columns_of(operation.data),
            "deleted": 0,
            "version": 0,
        }
        row, effect = product_versions.write_version(context, operation.envelope, row)
        return applied(operation.id, [effect], {"version": row["version"]}, flags=operation.flags)


class EditProduct(_ProductHandler[ProductEdit]):
    """New values for some fields, merged with others' changes, or a conflict."""

    name = "ProductEditOperation"
    verb = "update"
    data = ProductEdit

    def apply_one(self, context: OperationContext, operation: ParsedOperation[ProductEdit]) -> Outcome:
        envelope, data = operation.envelope, operation.data
        product_versions.must_know_unit(data.set)
        row = _existing(context, operation)
        earlier = conflicts.open_before(context, envelope, PRODUCT, row["id"], None)
        if earlier is not None:
            return blocked(operation.id, earlier)
        wanted = product_versions.columns_of(data.set)
        wire_wanted = data.set.model_dump(mode="json", by_alias=True, include=data.set.model_fields_set)
        base = _base_of(context, operation, row)
        if base is None:
            return conflicts.open_for_product(
                context, envelope, row, wire_wanted, None, ConflictType.VERSION_MISMATCH
            )
        wire_base = ProductValues.model_validate({name: base[name] for name in wanted}).model_dump(
            mode="json", by_alias=True, include=set(wanted)
        )
        if row["deleted"]:
            return conflicts.open_for_product(
                context, envelope, row, wire_wanted, wire_base, ConflictType.DATA_INCONSISTENCY
            )
        merged = merge(row, wanted, base)
        if merged.clashes:
            return conflicts.open_for_product(
                context, envelope, row, wire_wanted, wire_base, ConflictType.CONCURRENT_UPDATE
            )
        row, effect = product_versions.write_version(context, envelope, {**row, **merged.changes})
        return applied(operation.id, [effect], {"version": row["version"]}, flags=operation.flags)


class DeleteProduct(_ProductHandler[NoData]):
    """A deletion is a version like any other; it conflicts with an edit that it was not based on."""

    name = "ProductDeleteOperation"
    verb = "delete"
    data = NoData

    def apply_one(self, context: OperationContext, operation: ParsedOperation[NoData]) -> Outcome:
        envelope = operation.envelope
        row = _existing(context, operation)
        earlier = conflicts.open_before(context, envelope, PRODUCT, row["id"], None)
        if earlier is not None:
            return blocked(operation.id, earlier)
        base = operation.operation.version
        lost = operation.operation.former_result is not None and base is not None and base > row["version"]
        if base is not None and base != row["version"] and not row["deleted"] and not lost:
            kind = ConflictType.VERSION_MISMATCH if base > row["version"] else ConflictType.DATA_INCONSISTENCY
            return conflicts.open_for_product(context, envelope, row, {"deleted": True}, None, kind)
        row, effect = product_versions.write_version(context, envelope, {**row, "deleted": 1})
        return applied(operation.id, [effect], {"version": row["version"]}, flags=operation.flags)


def _existing(context: OperationContext, operation: ParsedOperation[Any]) -> dict[str, Any]:
    product_id = resource_of(operation, "a product operation")
    row = context.product(product_id)
    if row is None:
        raise Refusal(ErrorCode.NOT_FOUND, f"there is no product {product_id}")
    return row


def _base_of(
    context: OperationContext, operation: ParsedOperation[ProductEdit], row: dict[str, Any]
) -> dict[str, Any] | None:
    """The base value of each field: as the edit says, else of the version that it names.

    None if that version is unknown. An edit that gives neither is compared with nothing.
    """
    version = operation.operation.version
    says = product_versions.columns_of(operation.data.base)
    believed = {**row, **says}
    if version is None or version == row["version"]:
        return believed
    of = t.product_version.c
    found = context.unit.rows(
        select(of.row).where(
            of.tenant_id == context.tenant_id, of.product_id == row["id"], of.version == version
        )
    ).scalar_one_or_none()
    if found is None:
        # Applied before by a server whose later versions were lost in a restore: use the edit's own base
        # values.
        return believed if operation.operation.former_result is not None else None
    return {**ProductValues.model_validate(found).model_dump(by_alias=False), **says}
