"""Joining two products that are one article, and parting them again; a manager's decision."""

from typing import Any, ClassVar

from server_stub.errors import Refusal
from server_stub.operations.context import OperationContext
from server_stub.operations.handler import Data, Handler, ParsedOperation, Requirement, Rows, resource_of
from server_stub.operations.outcome import Outcome, applied
from server_stub.operations.resources import aliases, product_versions, same_articles
from server_stub.roles import Action
from server_stub.services.streams.product_rows import product_row
from sync_agent.contract.aliases import PRODUCT_ALIAS, JoinProducts, PartProducts, ProductAliasRow
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import ProductFields
from sync_agent.contract.stock import ProductRow


class _AliasHandler(Handler[Data]):
    """What both share: stock moves at any place of the shop."""

    resource_type = PRODUCT_ALIAS
    rows: ClassVar[Rows] = {PRODUCT_ALIAS: ProductAliasRow, "product": ProductRow}

    def places(self, context: OperationContext, operation: ParsedOperation[Data]) -> set[str | None]:
        return {None, *context.locations()}

    def requirement(self, context: OperationContext, operation: ParsedOperation[Data]) -> Requirement:
        return Requirement(Action.EDIT_PRODUCT, None)


class JoinTwoProducts(_AliasHandler[JoinProducts]):
    """Makes a product an alias of another. The product itself is deleted; its id lives on."""

    name = "ProductJoinOperation"
    verb = "create"
    data = JoinProducts

    def apply_one(self, context: OperationContext, operation: ParsedOperation[JoinProducts]) -> Outcome:
        envelope = operation.envelope
        alias_id = resource_of(operation, "joining two products")
        product_id = context.real_product(operation.data.product_id)
        stored = aliases.find(context, alias_id)
        if stored is not None and not stored["parted"]:
            if context.real_product(alias_id) != product_id:
                raise Refusal(
                    ErrorCode.PRECONDITION_FAILED, f"{alias_id} counts on {stored['product_id']} already"
                )
            stored, effect = aliases.publish_again(context, envelope, stored)
            return applied(operation.id, [effect], _answer(stored), flags=operation.flags)
        row, other = _present(context, alias_id), _present(context, product_id)
        if alias_id == product_id:
            raise Refusal(ErrorCode.PRECONDITION_FAILED, f"{alias_id} is that product")
        same_articles.must_be_one_unit(row, other)
        aliases.must_have_no_open_conflict(context, alias_id)
        before = product_row(row), product_row(other)
        # What it brings may be refused; the alias's codes are free only once it is deleted.
        product_versions.must_be_complete({**other, **same_articles.added(context, row, other)})
        row, effect = product_versions.write_version(context, envelope, {**row, "deleted": 1})
        effects = [effect]
        added = same_articles.added(context, row, other)
        if added:
            other, effect = product_versions.write_version(context, envelope, {**other, **added})
            effects.append(effect)
        effects += aliases.make(context, envelope, alias_id, product_id, same_articles.values_of(row))
        return applied(
            operation.id,
            effects,
            _answer(aliases.must_find(context, alias_id)),
            flags=operation.flags,
            audit={"alias": before[0], "product": before[1], "productId": product_id},
        )


class PartTwoProducts(_AliasHandler[PartProducts]):
    """Makes an alias a product of its own again, with codes that no other product has."""

    name = "ProductPartOperation"
    verb = "delete"
    data = PartProducts

    def apply_one(self, context: OperationContext, operation: ParsedOperation[PartProducts]) -> Outcome:
        envelope = operation.envelope
        alias_id = resource_of(operation, "parting two products")
        stored = aliases.must_find(context, alias_id)
        if stored["parted"]:
            stored, effect = aliases.publish_again(context, envelope, stored)
            return applied(operation.id, [effect], _answer(stored), flags=operation.flags)
        real = context.product_sold(alias_id)
        row = _row_of(context, alias_id, stored, operation.data)
        row, effect = product_versions.write_version(context, envelope, row)
        effects = [effect, *aliases.part(context, envelope, stored)]
        return applied(
            operation.id,
            effects,
            _answer(aliases.must_find(context, alias_id)),
            flags=operation.flags,
            audit={
                "alias": product_row(row),
                "productId": stored["product_id"],
                "product": None if real is None else product_row(real),
            },
        )


def _answer(stored: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": stored["version"],
        "productId": stored["product_id"],
        "parted": bool(stored["parted"]),
    }


def _present(context: OperationContext, product_id: str) -> dict[str, Any]:
    row = context.product(product_id)
    if row is None or row["deleted"]:
        raise Refusal(ErrorCode.NOT_FOUND, f"there is no product {product_id}")
    return row


def _row_of(
    context: OperationContext, alias_id: str, stored: dict[str, Any], wanted: PartProducts
) -> dict[str, Any]:
    """The alias as a product: as it was when it was joined, with its new codes."""
    row = context.product(alias_id) or same_articles.new_row(context, alias_id, {})
    was = same_articles.columns_of_values(stored["fields"])
    codes = product_versions.columns_of(ProductFields.model_validate(wanted.model_dump(exclude_unset=True)))
    return {**row, **was, **codes, "deleted": 0}
