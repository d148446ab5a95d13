"""What a product's id stands for, whatever became of the product: present, deleted, or not known here.

A list, report or form that names products goes through here, so that a reference that leads nowhere is a line
that says what it is, and blocks nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, exists, or_, select

from app.domain.vocabulary.units import EACH, spelled
from resources.words import translate
from sync_agent.store import tables as t
from sync_agent.store.projection.aliases import real_products
from sync_agent.store.projection.last_known import last_known


@dataclass(frozen=True)
class ProductReference:
    """Name and unit. Not present: the catalogue has no such product, and nothing can be sold by this."""

    name: str
    """Empty: nothing here has ever named it."""
    unit: str
    is_present: bool
    is_known: bool
    """It is in the catalogue, or was deleted from it."""

    @property
    def shown_name(self) -> str:
        """The name with what became of the product."""
        if self.is_present:
            return self.name
        if self.is_known:
            return translate("products", "{name} (deleted)").format(name=self.name)
        if self.name:
            return translate("products", "{name} (not known here)").format(name=self.name)
        return translate("products", "Article not known here")


def product_references(connection: Connection, product_ids: Iterable[str]) -> dict[str, ProductReference]:
    """Every one of these ids: as the catalogue has it, as it last was, or as this till sold it.

    An alias is its product.
    """
    real = real_products(connection, product_ids)
    known = last_known(connection, real.values())
    return {
        product_id: ProductReference(found.name, found.unit, found.is_present, is_known=True)
        if (found := known.get(real_id)) is not None
        else _as_sold(connection, product_id)
        for product_id, real_id in real.items()
    }


def is_referred_to(connection: Connection, product_id: str) -> bool:
    """Whether there is stock or history of this product here, known or not."""
    tables = (t.stock_level, t.stock_elsewhere, t.movement, t.overlay, t.count_line, t.sale_line)
    query = select(or_(*(exists().where(table.c.product_id == product_id) for table in tables)))
    return bool(connection.execute(query).scalar())


def _as_sold(connection: Connection, product_id: str) -> ProductReference:
    of = t.sale_line.c
    query = select(of.description, of.unit, of.unit_decimals).where(of.product_id == product_id)
    line = connection.execute(query.order_by(of.sale_id.desc()).limit(1)).first()
    if line is None:
        return ProductReference("", EACH, is_present=False, is_known=False)
    unit = EACH if line.unit is None else spelled(line.unit, line.unit_decimals)
    return ProductReference(line.description, unit, is_present=False, is_known=False)
