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
    Preload,
    Requirement,
    Rows,
    resource_of,
)
from server_stub.operations.outcome import Outcome, applied, blocked
from server_stub.operations.resources import aliases, conflicts, product_versions, same_articles
from server_stub.roles import Action
from server_stub.store import tables as t
from sync_agent.contract.article import is_same_barcode, is_same_sku
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.conflicts import Conflict, ConflictType
from sync_agent.contract.operations import CONFLICT, PRODUCT, ProductCreate, ProductEdit, ProductValues
from sync_agent.contract.stock import ProductRow
from sync_agent.contract.text import Cleaning


@dataclass(frozen=True, slots=True)
class Merged:
    """The fields to change, and the fields in conflict because the server has a third value."""

    changes: dict[str, Any]
    clashes: tuple[str, ...]


def merge(current: dict[str, Any], wanted: dict[str, Any], base: dict[str, Any]) -> Merged:
    """Three-way merge by field: what only one side changed is taken; equal values are no conflict.

    Codes are equal in any spelling; of two spellings the earlier stays.
    """
    changes = {name: value for name, value in wanted.items() if current[name] != value}
    moved = [name for name in changes if not _are_equal(name, current[name], base[name])]
    clashes = tuple(name for name in moved if not _are_equal(name, current[name], changes[name]))
    return Merged(
        {name: new for name, new in changes.items() if name not in moved or name in clashes}, clashes
    )


def _are_equal(field: str, one: Any, other: Any) -> bool:
    same = _SAME_CODE.get(field)
    return one == other or (same is not None and same(one, other))


_SAME_CODE = {"barcode": is_same_barcode, "sku": is_same_sku}


class _ProductHandler(Handler[Data]):
    """What creating, editing and deleting share: products belong to the tenant and need the right to edit."""

    resource_type = PRODUCT
    rows: ClassVar[Rows] = {PRODUCT: ProductRow, CONFLICT: Conflict}

    def places(self, context: OperationContext, operation: ParsedOperation[Data]) -> set[str | None]:
        return {None}

    def preload(self, context: OperationContext, operation: ParsedOperation[Data]) -> Preload:
        resource_id = operation.operation.resource_id
        return Preload() if resource_id is None else Preload(products=frozenset({resource_id}))

    def requirement(self, context: OperationContext, operation: ParsedOperation[Data]) -> Requirement:
        return Requirement(Action.EDIT_PRODUCT, None)


class CreateProduct(_ProductHandler[ProductCreate]):
    """A new product, under the id that its till gave it."""

    name = "ProductCreateOperation"
    verb = "create"
    data = ProductCreate

    def places(self, context: OperationContext, operation: ParsedOperation[ProductCreate]) -> set[str | None]:
        # What was sold of it may have arrived before, and may turn out to be another product's.
        named = operation.operation.resource_id
        return {None} if named is None else {None, *aliases.places_with_stock(context, named)}

    def apply_one(self, context: OperationContext, operation: ParsedOperation[ProductCreate]) -> Outcome:
        product_id = resource_of(operation, "a product operation")
        product_versions.must_know_unit(operation.data)
        if context.product(product_id) is not None and context.real_product(product_id) == product_id:
            raise Refusal(ErrorCode.PRECONDITION_FAILED, f"there is a product {product_id} already")
        row = same_articles.new_row(context, product_id, product_versions.columns_of(operation.data))
        envelope = operation.envelope
        former = same_articles.formerly_answered_as(context, envelope, product_id)
        if former is not None:
            return same_articles.answer_again(context, envelope, row, former, operation.flags)
        other_id = same_articles.existing(context, envelope, row)
        if other_id is not None:
            return same_articles.answer_creation(context, envelope, row, other_id, operation.flags)
        row, effect = product_versions.write_version(context, operation.envelope, row)
        return applied(operation.id, [effect], {"version": row["version"]}, flags=operation.flags)


class EditProduct(_ProductHandler[ProductEdit]):
    """New values for some fields, merged with others' changes, or a conflict."""

    name = "ProductEditOperation"
    verb = "update"
    data = ProductEdit

    def places(self, context: OperationContext, operation: ParsedOperation[ProductEdit]) -> set[str | None]:
        own = super().places(context, operation)
        # Whether there is stock of it is the same from the judgement to the commit.
        return own if operation.data.set.unit is None else {*own, *context.locations()}

    def apply_one(self, context: OperationContext, operation: ParsedOperation[ProductEdit]) -> Outcome:
        envelope, data = operation.envelope, operation.data
        product_versions.must_know_unit(data.set)
        earlier = _conflict_before(context, operation)
        if earlier is not None:
            return blocked(operation.id, earlier)
        row = _existing(context, operation)
        # Before any conflict: of two units, one could never be chosen.
        product_versions.judge_unit(context, envelope, row, data.set.unit)
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

    def places(self, context: OperationContext, operation: ParsedOperation[NoData]) -> set[str | None]:
        # Of a deletion and a sale at a time, the second sees the first.
        return {None, *context.locations()}

    def apply_one(self, context: OperationContext, operation: ParsedOperation[NoData]) -> Outcome:
        envelope = operation.envelope
        earlier = _conflict_before(context, operation)
        if earlier is not None:
            return blocked(operation.id, earlier)
        row = _existing(context, operation)
        base = operation.operation.version if row["id"] == operation.operation.resource_id else -1
        lost = operation.operation.former_result is not None and base is not None and base > row["version"]
        if base is not None and base != row["version"] and not row["deleted"] and not lost:
            kind = ConflictType.VERSION_MISMATCH if base > row["version"] else ConflictType.DATA_INCONSISTENCY
            return conflicts.open_for_product(context, envelope, row, {"deleted": True}, None, kind)
        row, effect = product_versions.write_version(context, envelope, {**row, "deleted": 1})
        return applied(operation.id, [effect], {"version": row["version"]}, flags=operation.flags)


def _conflict_before(context: OperationContext, operation: ParsedOperation[Any]) -> str | None:
    """The open conflict that blocks it: of its own id, or of the product that this is an alias of."""
    named = resource_of(operation, "a product operation")
    for product_id in dict.fromkeys([named, context.real_product(named)]):
        found = conflicts.open_before(context, operation.envelope, PRODUCT, product_id, None)
        if found is not None:
            return found
    return None


def _existing(context: OperationContext, operation: ParsedOperation[Any]) -> dict[str, Any]:
    """The product's row, or that of the product that the id is an alias of."""
    product_id = resource_of(operation, "a product operation")
    row = context.product_sold(product_id)
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
    is_alias = row["id"] != operation.operation.resource_id
    if version is None or version == row["version"] or is_alias:
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
    return {**_cleaned(found), **says}


def _cleaned(row: Any) -> dict[str, Any]:
    """An earlier version's values without control letters, as its product has them by now."""
    return ProductValues.model_validate(row, context=Cleaning().context).model_dump(by_alias=False)
