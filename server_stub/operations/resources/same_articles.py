"""An article that is made a second time: answered as the first product, or decided by a person.

Where name, price, tax or unit differ, a person decides: two articles, of which this one gets another number;
or one, with the values of either. Two units are never one article.
"""

from typing import Any

from server_stub.errors import Refusal
from server_stub.operations.context import OperationContext
from server_stub.operations.outcome import Outcome, applied
from server_stub.operations.parsing import Envelope
from server_stub.operations.resources import aliases, articles, conflicts, product_versions
from server_stub.operations.resources.articles import ArticleKeys
from server_stub.services.streams.product_rows import product_row
from sync_agent.contract.article import is_same_barcode, is_same_sku, sku_key
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import Effect, ProductFields

_WITHOUT_VALUE = (None, "")


def existing(context: OperationContext, envelope: Envelope, row: dict[str, Any]) -> str | None:
    """The product that a new row is already, in any spelling of its codes.

    What a restored server had taken as a product of its own is taken so again.
    """
    if envelope.operation.former_result is not None:
        return None
    keys = ArticleKeys.of(row["barcode"], row["sku"])
    return articles.existing_article(context.unit, keys, but_not=row["id"])


def answer_creation(
    context: OperationContext, envelope: Envelope, row: dict[str, Any], other_id: str, flags: tuple[str, ...]
) -> Outcome:
    """The answer to the creation of an article that is a product already."""
    if row["barcode"] is not None:
        articles.must_be_whole(row["barcode"])
    other = context.product(other_id)
    assert other is not None, "an existing article has a row"
    added = _added(row, other)
    if _differs(row, other) or added != _free(context, added, other_id):
        return conflicts.open_for_article(context, envelope, row["id"], values_of(row), other)
    effects: list[Effect] = []
    before = product_row(other)
    if added:
        other, effect = product_versions.write_version(context, envelope, {**other, **added})
        effects.append(effect)
    effects += aliases.make(context, envelope, row["id"], other_id, values_of(row))
    return _joined(context, envelope, row, before, other, effects, flags)


def answer_again(
    context: OperationContext, envelope: Envelope, row: dict[str, Any], other_id: str, flags: tuple[str, ...]
) -> Outcome:
    """The answer to a creation that was answered as `other_id` before: by this server, or by one from before
    a restore, whose product need not be back yet.
    """
    stored = aliases.find(context, row["id"])
    if stored is not None and not stored["parted"]:
        _, effect = aliases.publish_again(context, envelope, stored)
        effects = [effect]
    else:
        effects = aliases.make(context, envelope, row["id"], other_id, values_of(row))
    return _joined(context, envelope, row, None, context.product(other_id), effects, flags)


def formerly_answered_as(context: OperationContext, envelope: Envelope, product_id: str) -> str | None:
    """The product that the creation was answered as, by this server or by one from before a restore."""
    real = context.real_product(product_id)
    if real != product_id:
        return real
    former = (envelope.operation.former_result or {}).get("result")
    named = former.get("productId") if isinstance(former, dict) else None
    if not isinstance(named, str) or context.real_product(named) == product_id:
        return None
    return named


def values_of(row: dict[str, Any]) -> dict[str, Any]:
    """An article's own values by wire name, without what the server adds."""
    wire = product_row({**row, "version": 0})
    return {name: value for name, value in wire.items() if name not in _OF_THE_SERVER and value is not None}


def new_row(context: OperationContext, product_id: str, columns: dict[str, Any]) -> dict[str, Any]:
    """The row of a product that is not stored yet."""
    return {
        "tenant_id": context.tenant_id,
        "id": product_id,
        **dict.fromkeys(product_versions.FIELDS),
        "tax_rate_ppm": 0,
        "unit": "each",
        **columns,
        "deleted": 0,
        "version": 0,
    }


def share_a_code(row: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two rows are one article by a code."""
    return is_same_barcode(row["barcode"], other["barcode"]) or is_same_sku(row["sku"], other["sku"])


def are_two(row: dict[str, Any], other: dict[str, Any], *, is_merged: bool) -> bool:
    """Whether what a person decided is an article of its own: by its codes, if they are theirs; and a deleted
    product holds no code against an article in another unit.
    """
    if other["deleted"] and row["unit"] != other["unit"]:
        return True
    return is_merged and not share_a_code(row, other)


def is_answered(context: OperationContext, product_id: str) -> bool:
    """Whether it is known which product an id is: itself or another."""
    return context.real_product(product_id) != product_id or context.product(product_id) is not None


def other_of(context: OperationContext, row: dict[str, Any], product_id: str) -> dict[str, Any]:
    """The product that a new article may be: the one it was compared with, under its name of now; if that was
    deleted, the one that has the article's codes by now.
    """
    other = context.product_sold(product_id)
    assert other is not None, "a product that was once in conflict keeps its row"
    if other["deleted"]:
        keys = ArticleKeys.of(row["barcode"], row["sku"])
        third = articles.existing_article(context.unit, keys, but_not=row["id"])
        other = other if third is None else context.product(third) or other
    return other


def columns_of_values(values: dict[str, Any]) -> dict[str, Any]:
    """An article's own values, by wire name, as columns."""
    return product_versions.columns_of(ProductFields.model_validate(values))


def must_be_one_unit(row: dict[str, Any], other: dict[str, Any]) -> None:
    """Refuses to make one article of two that are counted in different units."""
    if row["unit"] != other["unit"]:
        raise Refusal(
            ErrorCode.PRECONDITION_FAILED,
            f"“{row['name']}” is counted in {row['unit']} and “{other['name']}” in {other['unit']}: they are"
            " two articles",
        )


def revived(context: OperationContext, other: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """What a decision writes to a deleted product that is one again: without numbers that another has."""
    if not other["deleted"] or wanted["deleted"]:
        return wanted
    taken = {
        name: None
        for name, keys in (
            ("barcode", ArticleKeys.of(other["barcode"], None)),
            ("sku", ArticleKeys.of(None, other["sku"])),
        )
        if name not in wanted
        and articles.existing_article(context.unit, keys, but_not=other["id"]) is not None
    }
    return {**wanted, **taken}


_OF_THE_SERVER = frozenset({"id", "version", "deleted", "unitDecimals"})


def added(context: OperationContext, row: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """What an alias brings to its product: the price and codes that it lacks and no third product has.

    A barcode with a wrong check digit, which earlier releases took, stays with the alias.
    """
    brought = _added(row, other)
    if "barcode" in brought and not articles.is_whole(brought["barcode"]):
        del brought["barcode"]
    return _free(context, brought, other["id"])


def _joined(
    context: OperationContext,
    envelope: Envelope,
    row: dict[str, Any],
    before: dict[str, Any] | None,
    other: dict[str, Any] | None,
    effects: list[Effect],
    flags: tuple[str, ...],
) -> Outcome:
    stored = aliases.find(context, row["id"])
    assert stored is not None, "the alias was made"
    return applied(
        envelope.id,
        effects,
        {"version": stored["version"], "productId": stored["product_id"]},
        flags=flags,
        audit={
            "alias": values_of(row),
            "productId": stored["product_id"],
            "product": before or (None if other is None else product_row(other)),
        },
    )


def _differs(row: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether a person has to decide: what both say is not the same."""
    if row["unit"] != other["unit"] or sku_key(row["name"]) != sku_key(other["name"]):
        return True
    if row["tax_rate_ppm"] != other["tax_rate_ppm"]:
        return True
    if None not in (row["price_minor"], other["price_minor"]) and row["price_minor"] != other["price_minor"]:
        return True
    both_have = {name for name in ("barcode", "sku") if row[name] and other[name] not in _WITHOUT_VALUE}
    return ("barcode" in both_have and not is_same_barcode(row["barcode"], other["barcode"])) or (
        "sku" in both_have and not is_same_sku(row["sku"], other["sku"])
    )


def _added(row: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """What the second creation says and the first left out."""
    return {
        name: row[name]
        for name in ("barcode", "sku", "price_minor")
        if other[name] in _WITHOUT_VALUE and row[name] not in _WITHOUT_VALUE
    }


def _free(context: OperationContext, added: dict[str, Any], other_id: str) -> dict[str, Any]:
    """Without codes that a third product has."""
    keys = ArticleKeys.of(added.get("barcode"), added.get("sku"))
    if articles.existing_article(context.unit, keys, but_not=other_id) is None:
        return added
    return {name: value for name, value in added.items() if name == "price_minor"}
