"""Products: searching, adding and editing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, select

from app.domain.errors import BadProduct, DomainError, NotPermitted, UnknownProduct, about
from app.domain.limits import typed_text
from app.domain.plausible import check_plausible_amount
from app.domain.quantity import must_be_countable
from app.domain.rates import check_share
from app.domain.rights import Right, may
from app.domain.shop_settings import ShopSettings
from app.domain.text import ControlLetter, must_be_seen
from app.domain.vocabulary.units import EACH, code_of
from app.services import journal, tax_rates
from app.services.approvals import approvals_for, last_approver_id
from app.services.references import is_referred_to, product_references
from app.services.shop_settings import read_from
from app.services.stock import article_codes
from app.services.stock.article_codes import Codes
from app.services.stock.gtin import BadGtin, parse_gtin
from app.services.stock.unit_changes import check_unit
from app.services.till import Actor, Till
from resources.words import translate
from sync_agent.contract.operations import (
    PRODUCT,
    Approval,
    ProductCreate,
    ProductEdit,
    ProductFields,
    ProductValues,
)
from sync_agent.ports import Priority
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction
from sync_agent.store.projection import search as store_search
from sync_agent.store.queue import ExpectedProductEffect, NewOperation, enqueue, enqueue_many

ADD_MAX = 500
"""Products in a database transaction; small enough that a concurrent sale does not wait."""

_BULK = 1
_REMOVABLE = frozenset({"barcode", "sku", "tax_name"})


@dataclass(frozen=True)
class ProductView:
    """A product as shown and sold. Without a price it cannot be sold."""

    id: str
    name: str
    barcode: str | None
    sku: str | None
    price_minor: int | None
    tax_rate_ppm: int
    unit: str
    tax_name: str | None = None
    """The key of its named tax rate; `tax_rate_ppm` is then its figure of today."""
    is_present: bool = True
    """The catalogue has it. Else it was deleted, or is not known here: it can be counted, not sold."""


class SharedCode(DomainError):
    """Several products have this code; `products` are those to choose from, by name."""

    def __init__(self, code: str, products: Sequence[ProductView]) -> None:
        words = translate("errors", "%n product(s) have the code {code}. Which is it?", len(products))
        super().__init__(words.format(code=code))
        self.code = code
        self.products = tuple(products)


@dataclass(frozen=True)
class NewProduct:
    """A product to be added."""

    name: str
    barcode: str | None = None
    sku: str | None = None
    price_minor: int | None = None
    tax_rate_ppm: int = 0
    unit: str = EACH


@dataclass(frozen=True)
class AddedProducts:
    """The result of adding a batch. Numbers are indexes in it, from 0."""

    added: int
    refused: tuple[tuple[int, str], ...]
    already_there: tuple[int, ...]


def search(till: Till, terms: str, *, limit: int = 50) -> list[ProductView]:
    """Products that match all terms; without terms all products, by name."""
    with till.store.reading() as connection:
        return _taxed_today(connection, till, map(view_of, store_search.search(connection, terms, limit)))


def by_code(till: Till, code: str) -> ProductView | None:
    """The product with this barcode (in any spelling) or article number, or None.

    Raises SharedCode where several products have it: a person says which.
    """
    with till.store.reading() as connection:
        found = _taxed_today(connection, till, map(view_of, store_search.find_code(connection, code)))
    if len(found) > 1:
        raise SharedCode(code.strip(), found)
    return found[0] if found else None


def product(till: Till, product_id: str) -> ProductView | None:
    """The product, or None where it is not in the catalogue."""
    with till.store.reading() as connection:
        hit = store_search.find_product(connection, product_id)
        found = [] if hit is None else _taxed_today(connection, till, [view_of(hit)])
    return found[0] if found else None


def _taxed_today(connection: Connection, till: Till, found: Iterable[ProductView]) -> list[ProductView]:
    """The products with the figures that their named tax rates have now."""
    products = list(found)
    if not any(product.tax_name for product in products):
        return products
    rates = tax_rates.valid_in(connection, till)
    return [
        replace(product, tax_rate_ppm=rates.get(product.tax_name or "", product.tax_rate_ppm))
        for product in products
    ]


def product_count(till: Till) -> int:
    """The number of products in the catalogue."""
    with till.store.reading() as connection:
        return store_search.count(connection)


def view_of(hit: store_search.ProductHit) -> ProductView:
    """A row of the catalogue as a ProductView."""
    return ProductView(
        id=hit.product_id,
        name=hit.name,
        barcode=hit.barcode,
        sku=hit.sku,
        price_minor=hit.price_minor,
        tax_rate_ppm=hit.tax_rate_ppm,
        unit=hit.unit,
        tax_name=hit.tax_name,
    )


def known_product(connection: Connection, product_id: str) -> ProductView:
    """The product, also a deleted one, or one that is not known here and has stock, movements or a count.

    Raises UnknownProduct where nothing here is about it.
    """
    hit = store_search.find_product(connection, product_id)
    if hit is not None:
        return view_of(hit)
    [view] = absent_products(connection, [product_id])
    if product_references(connection, [product_id])[product_id].is_known:
        return view
    if not is_referred_to(connection, product_id):
        raise UnknownProduct
    return view


def absent_products(connection: Connection, product_ids: Sequence[str]) -> list[ProductView]:
    """Products that the catalogue does not have, as lists show them: without codes and price."""
    return [
        ProductView(product_id, of.shown_name, None, None, None, 0, of.unit, is_present=False)
        for product_id, of in product_references(connection, product_ids).items()
    ]


def countable_product(connection: Connection, product_id: str) -> ProductView:
    """The product, with a unit whose decimals are known. Raises UnknownProduct, UnknownUnit."""
    product = known_product(connection, product_id)
    must_be_countable(product.unit)
    return product


# --- adding ------------------------------------------------------------------------------------------


async def add_products(till: Till, products: Sequence[NewProduct], actor_id: str) -> AddedProducts:
    """Add products in one database transaction, an operation each; products already there are skipped.

    The operations have the lower priority, so a clerk's are sent first. Products with the same barcode or
    article number, in any spelling, are the same product. Raises NotPermitted unless the actor is a manager.
    """
    if len(products) > ADD_MAX:
        raise ValueError(f"{len(products)} products in one transaction; at most {ADD_MAX}")
    return await till.store.write(lambda tx: _add(tx, products, actor_id), Priority.AGENT)


async def edit_product(
    till: Till,
    product_id: str,
    changes: Mapping[str, Any],
    actor: Actor,
    *,
    approved_by: Actor | None = None,
) -> str | None:
    """Edit fields of a product, by their names in ProductView; the operation's id, None if nothing changes.

    The previous values are sent too, so that edits of different fields merge without a conflict. Raises
    NotPermitted, UnknownProduct, BadProduct, BadAmount, ControlLetter, TextTooLong, each about its field.
    """
    approvals = approvals_for(till, actor, approved_by, Right.EDIT_PRODUCT)
    return await till.store.write(lambda tx: _edit(tx, till, product_id, changes, actor, approvals))


def check_fields(changed: Mapping[str, Any], currency: str, settings: ShopSettings) -> None:
    """Raise BadProduct, BadAmount, ControlLetter or TextTooLong for what no product may have; codes aside.

    `changed` are fields by their names in ProductView.
    """
    if "name" in changed:
        with about("name"):
            if not typed_text(must_be_seen(changed["name"] or "")):
                raise BadProduct(translate("errors", "A product needs a name."))
    if changed.get("price_minor") is not None:
        with about("price_minor"):
            check_plausible_amount(changed["price_minor"], currency, settings)
    if changed.get("tax_rate_ppm") is not None:
        with about("tax_rate_ppm"):
            check_share(changed["tax_rate_ppm"])


def _edit(
    tx: Transaction,
    till: Till,
    product_id: str,
    changes: Mapping[str, Any],
    actor: Actor,
    approvals: tuple[Approval, ...],
) -> str | None:
    before = known_product(tx.connection, product_id)
    if not before.is_present:
        raise UnknownProduct
    product_id = before.id
    changed = {name: value for name, value in changes.items() if getattr(before, name) != value}
    check_fields(changed, till.device.currency, read_from(tx.connection))
    changed = article_codes.checked(tx.connection, product_id, changed, Codes(before.barcode, before.sku))
    changed = {name: value for name, value in changed.items() if getattr(before, name) != value}
    if "unit" in changed and code_of(changed["unit"]) == code_of(before.unit):
        del changed["unit"]
    if not changed:
        return None
    check_unit(tx.connection, product_id, changed.get("unit"))
    try:
        if "name" in changed:
            ProductCreate.model_validate({"name": changed["name"]})
        # On the wire an empty text removes a code: what is left out stays.
        after = ProductFields.model_validate(
            {name: "" if value is None and name in _REMOVABLE else value for name, value in changed.items()}
        )
    except ValidationError as error:
        raise BadProduct(_in_words(error)) from error
    was = {name: getattr(before, name) for name in changed}
    if "unit" in was:
        was["unit"] = code_of(was["unit"])
    base = ProductValues.model_validate(was)
    edit = ProductEdit(set=after, base=base)
    version = tx.execute(select(t.product.c.version).where(t.product.c.id == product_id)).scalar()
    approver_id = last_approver_id(approvals)
    operation = NewOperation(
        operation="update",
        resource_type=PRODUCT,
        resource_id=product_id,
        data=edit.to_wire(),
        actor_id=actor.id,
        approved_by_id=approver_id,
        approvals=approvals,
        summary={"kind": "product", "product": changed.get("name", before.name), "person": actor.name}
        | ({"newUnit": changed["unit"]} if "unit" in changed else {}),
        base_version=version or 0,
        ordering_key=f"{PRODUCT}:{product_id}",
        product=ExpectedProductEffect(product_id, changed),
    )
    journal.note(
        tx,
        "product",
        actor.id,
        approved_by_id=approver_id,
        reason=None,
        product=before.name,
        fields=sorted(changed),
    )
    return enqueue(tx, operation).id


def _add(tx: Transaction, products: Sequence[NewProduct], actor_id: str) -> AddedProducts:
    person_name = _manager_name(tx.connection, actor_id)
    codes_of = [Codes(new.barcode, new.sku).keys for new in products]
    present = article_codes.keys_present(tx.connection, frozenset().union(*codes_of))
    operations: list[NewOperation] = []
    refused: list[tuple[int, str]] = []
    already_there: list[int] = []
    for index, (new, codes) in enumerate(zip(products, codes_of, strict=True)):
        if codes & present:
            already_there.append(index)
            continue
        try:
            barcode = parse_gtin(new.barcode) if new.barcode else None
            for text in (new.name, new.sku):
                must_be_seen(text or "")
            fields = ProductCreate.model_validate(vars(new) | {"barcode": barcode})
        except (BadGtin, ControlLetter) as error:
            refused.append((index, str(error)))
        except ValidationError as error:
            refused.append((index, _in_words(error)))
        else:
            present |= codes
            operations.append(_creation(tx.ids.new(), fields, actor_id, person_name))
    if operations:
        enqueue_many(tx, operations)
    return AddedProducts(len(operations), tuple(refused), tuple(already_there))


def _manager_name(connection: Connection, actor_id: str) -> str:
    row = connection.execute(
        select(t.person.c.name, t.person.c.role).where(t.person.c.id == actor_id)
    ).first()
    if row is None or not may(row.role, Right.EDIT_PRODUCT):
        raise NotPermitted("Only a manager may add products.")
    return str(row.name)


def _creation(product_id: str, fields: ProductCreate, actor_id: str, person_name: str) -> NewOperation:
    values: dict[str, Any] = fields.model_dump(by_alias=False)
    return NewOperation(
        operation="create",
        resource_type=PRODUCT,
        resource_id=product_id,
        data=fields.to_wire(),
        actor_id=actor_id,
        summary={"kind": "product", "product": fields.name, "person": person_name},
        ordering_key=f"{PRODUCT}:{product_id}",
        priority=_BULK,
        product=ExpectedProductEffect(product_id, values),
    )


def _in_words(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors())
