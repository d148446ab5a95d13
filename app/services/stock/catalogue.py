"""Products: searching, adding and editing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, select

from app.domain.errors import BadProduct, NotPermitted, UnknownProduct
from app.domain.quantity import must_be_countable
from app.domain.rights import Right, may
from app.domain.vocabulary.units import EACH, code_of
from app.services import journal
from app.services.approvals import approvals_for, last_approver_id
from app.services.stock.gtin import spellings, without_padding
from app.services.till import Actor, Till
from sync_agent.contract.operations import (
    PRODUCT,
    Approval,
    ProductCreate,
    ProductEdit,
    ProductFields,
    ProductValues,
)
from sync_agent.ports import Priority
from sync_agent.store import search as store_search
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction
from sync_agent.store.outbox import ExpectedProductEffect, NewOperation, enqueue, enqueue_many

ADD_MAX = 500
"""Products in a database transaction; small enough that a concurrent sale does not wait."""

_BULK = 1


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
        return [view_of(hit) for hit in store_search.search(connection, terms, limit)]


def by_code(till: Till, code: str) -> ProductView | None:
    """The product with this barcode (ignoring leading zeros) or article number, or None."""
    with till.store.reading() as connection:
        hit = store_search.find_code(connection, code)
    return None if hit is None else view_of(hit)


def product(till: Till, product_id: str) -> ProductView | None:
    """The product, or None where it is not in the catalogue."""
    with till.store.reading() as connection:
        hit = store_search.find_product(connection, product_id)
    return None if hit is None else view_of(hit)


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
    )


def known_product(connection: Connection, product_id: str) -> ProductView:
    """The product. Raises UnknownProduct where it is not in the catalogue."""
    hit = store_search.find_product(connection, product_id)
    if hit is None:
        raise UnknownProduct
    return view_of(hit)


def countable_product(connection: Connection, product_id: str) -> ProductView:
    """The product, with a unit whose decimals are known. Raises UnknownProduct, UnknownUnit."""
    product = known_product(connection, product_id)
    must_be_countable(product.unit)
    return product


def product_names(connection: Connection, product_ids: Iterable[str]) -> dict[str, str]:
    """Names by id, of present and deleted products."""
    wanted = list(set(product_ids))
    known = select(t.product.c.id, t.product.c.name).where(t.product.c.id.in_(wanted))
    shown = select(t.catalogue.c.product_id, t.catalogue.c.name).where(t.catalogue.c.product_id.in_(wanted))
    return {row[0]: row[1] for query in (known, shown) for row in connection.execute(query)}


# --- adding ------------------------------------------------------------------------------------------


async def add_products(till: Till, products: Sequence[NewProduct], actor_id: str) -> AddedProducts:
    """Add products in one database transaction, an operation each; products already there are skipped.

    The operations have the lower priority, so a clerk's are sent first. Products with the same barcode
    (ignoring leading zeros) or the same article number are the same product. Raises NotPermitted unless the
    actor is a manager.
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
    NotPermitted, UnknownProduct, BadProduct.
    """
    approvals = approvals_for(till, actor, approved_by, Right.EDIT_PRODUCT)
    return await till.store.write(lambda tx: _edit(tx, product_id, changes, actor, approvals))


def _edit(
    tx: Transaction,
    product_id: str,
    changes: Mapping[str, Any],
    actor: Actor,
    approvals: tuple[Approval, ...],
) -> str | None:
    before = known_product(tx.connection, product_id)
    changed = {name: value for name, value in changes.items() if getattr(before, name) != value}
    if not changed:
        return None
    try:
        if "name" in changed:
            ProductCreate.model_validate({"name": changed["name"]})
        after = ProductFields.model_validate(changed)
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
        summary={"kind": "product", "product": changed.get("name", before.name), "person": actor.name},
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
    present = _codes_present(tx.connection, products)
    operations: list[NewOperation] = []
    refused: list[tuple[int, str]] = []
    already_there: list[int] = []
    for index, new in enumerate(products):
        codes = _codes_of(new)
        if codes & present:
            already_there.append(index)
            continue
        try:
            fields = ProductCreate.model_validate(vars(new))
        except ValidationError as error:
            refused.append((index, _in_words(error)))
            continue
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


def _codes_of(new: NewProduct) -> set[tuple[str, str]]:
    codes = {("barcode", without_padding(new.barcode))} if new.barcode else set()
    return codes | ({("sku", new.sku)} if new.sku else set())


def _codes_present(connection: Connection, products: Sequence[NewProduct]) -> set[tuple[str, str]]:
    """The codes of these products that the catalogue has already."""
    codes = {spelling for new in products if new.barcode for spelling in spellings(new.barcode)}
    skus = {new.sku for new in products if new.sku}
    barcode, sku = t.catalogue.c.barcode, t.catalogue.c.sku
    return {
        ("barcode", without_padding(code))
        for code in connection.execute(select(barcode).where(barcode.in_(codes))).scalars()
    } | {("sku", code) for code in connection.execute(select(sku).where(sku.in_(skus))).scalars()}


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
