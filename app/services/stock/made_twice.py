"""Products that are one article: listed by their numbers, joined and parted again by a manager.

Pairs of an earlier release, and of other clients, are listed; nothing is joined by itself.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from app.domain.errors import BadProduct
from app.domain.rights import Right
from app.services import journal
from app.services.approvals import approvals_for, last_approver_id
from app.services.stock import article_codes
from app.services.stock.article_codes import NO_CODES
from app.services.stock.catalogue import ProductView, known_product
from app.services.till import Actor, Till
from resources.words import translate
from sync_agent.contract.aliases import PRODUCT_ALIAS, JoinProducts, PartProducts
from sync_agent.contract.operations import Approval
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction
from sync_agent.store.projection.aliases import real_product
from sync_agent.store.queue import ExpectedProductEffect, NewOperation, enqueue

LISTED_MAX = 500


@dataclass(frozen=True)
class Pair:
    """Two products with the same number. `first` has the lower id: it was made earlier."""

    first: ProductView
    second: ProductView
    code: str


@dataclass(frozen=True)
class Joined:
    """An id that counts on a product. `name` is the alias's own, if this till knew it."""

    alias_id: str
    name: str
    product: ProductView


def pairs(till: Till) -> list[Pair]:
    """Products that share a number, by name; at most `LISTED_MAX` for each sort of number."""
    found: dict[tuple[str, str], Pair] = {}
    of = t.catalogue.c
    with till.store.reading() as connection:
        for column, written in ((of.barcode_key, "barcode"), (of.sku_key, "sku")):
            shared = (
                select(column).where(column.is_not(None)).group_by(column).having(func.count() > 1)
            ).limit(LISTED_MAX)
            query = select(of.product_id, column.label("key")).where(column.in_(shared))
            by_key: dict[str, list[str]] = {}
            for row in connection.execute(query.order_by(of.product_id)):
                by_key.setdefault(row.key, []).append(row.product_id)
            for first_id, *others in by_key.values():
                first = known_product(connection, first_id)
                for other_id in others:
                    second = known_product(connection, other_id)
                    pair = Pair(first, second, getattr(second, written))
                    found.setdefault((first_id, other_id), pair)
    return sorted(found.values(), key=lambda pair: (pair.first.name.casefold(), pair.second.id))


def joined(till: Till) -> list[Joined]:
    """The ids that count on another product, newest first; at most `LISTED_MAX`."""
    of = t.product_alias.c
    query = select(of.id).where(of.parted == 0).order_by(of.made_ms.desc(), of.id).limit(LISTED_MAX)
    found: list[Joined] = []
    with till.store.reading() as connection:
        for alias_id in connection.execute(query).scalars().all():
            product = _shown(connection, real_product(connection, alias_id))
            if product is not None:  # else it has not arrived, or was deleted
                found.append(Joined(alias_id, _own_name(connection, alias_id) or product.name, product))
    return found


async def join(till: Till, pair: Pair, actor: Actor, *, approved_by: Actor | None = None) -> str:
    """Make the second product an alias of the first; the operation's id. Raises NotPermitted, BadProduct."""
    approvals = approvals_for(till, actor, approved_by, Right.EDIT_PRODUCT)
    if pair.first.unit != pair.second.unit:
        raise BadProduct(translate("errors", "They are sold by different units: they are two articles."))
    return await till.store.write(lambda tx: _join(tx, pair, actor, approvals))


async def part(
    till: Till,
    alias: Joined,
    actor: Actor,
    *,
    barcode: str | None = None,
    sku: str | None = None,
    approved_by: Actor | None = None,
) -> str:
    """Make an alias an article of its own again, with numbers of its own; the operation's id.

    Raises NotPermitted, BadProduct.
    """
    approvals = approvals_for(till, actor, approved_by, Right.EDIT_PRODUCT)
    if not barcode and not sku:
        raise BadProduct(translate("errors", "Type its own number first."), "sku")
    codes: dict[str, Any] = {"barcode": barcode or "", "sku": sku or ""}
    return await till.store.write(lambda tx: _part(tx, alias, codes, actor, approvals))


def _join(tx: Transaction, pair: Pair, actor: Actor, approvals: tuple[Approval, ...]) -> str:
    first, second = (known_product(tx.connection, one.id) for one in (pair.first, pair.second))
    if first.id == second.id:
        raise BadProduct(translate("errors", "They are one article already."))
    operation = _operation(
        "create",
        second.id,
        JoinProducts(product_id=first.id).to_wire(),
        second.name,
        actor,
        approvals,
        ExpectedProductEffect(second.id, {}, deleted=True),
    )
    _note(tx, actor, approvals, second.name, first.name, "joined")
    return enqueue(tx, operation).id


def _part(
    tx: Transaction, alias: Joined, codes: dict[str, Any], actor: Actor, approvals: tuple[Approval, ...]
) -> str:
    if real_product(tx.connection, alias.alias_id) == alias.alias_id:
        raise BadProduct(translate("errors", "They are two articles already."))
    stored = article_codes.checked(tx.connection, alias.alias_id, codes, NO_CODES)
    data = PartProducts.model_validate(stored).to_wire()
    operation = _operation("delete", alias.alias_id, data, alias.name, actor, approvals, None)
    _note(tx, actor, approvals, alias.name, alias.product.name, "parted")
    return enqueue(tx, operation).id


def _operation(
    verb: str,
    alias_id: str,
    data: dict[str, Any],
    name: str,
    actor: Actor,
    approvals: tuple[Approval, ...],
    effect: ExpectedProductEffect | None,
) -> NewOperation:
    return NewOperation(
        operation=verb,
        resource_type=PRODUCT_ALIAS,
        resource_id=alias_id,
        data=data,
        actor_id=actor.id,
        approved_by_id=last_approver_id(approvals),
        approvals=approvals,
        summary={"kind": "product", "product": name, "person": actor.name},
        ordering_key=f"{PRODUCT_ALIAS}:{alias_id}",
        product=effect,
    )


def _note(
    tx: Transaction, actor: Actor, approvals: tuple[Approval, ...], name: str, other: str, done: str
) -> None:
    journal.note(
        tx,
        "product",
        actor.id,
        approved_by_id=last_approver_id(approvals),
        reason=None,
        product=name,
        other=other,
        fields=[done],
    )


def _shown(connection: Connection, product_id: str) -> ProductView | None:
    of = t.catalogue.c
    if connection.execute(select(of.id).where(of.product_id == product_id)).first() is None:
        return None
    return known_product(connection, product_id)


def _own_name(connection: Connection, alias_id: str) -> str | None:
    of = t.product.c
    return connection.execute(select(of.name).where(of.id == alias_id)).scalar()
