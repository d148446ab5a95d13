"""Lines of past transactions as they were sold: by the line itself, whatever became of its product since."""

from typing import Protocol

from sqlalchemy import Connection

from app.domain.vocabulary.units import spelled, unit_as_sold
from app.services.references import product_references


class SoldLine(Protocol):
    """A stored line, or one of another till."""

    @property
    def product_id(self) -> str: ...
    @property
    def quantity(self) -> int: ...
    @property
    def unit_price_minor(self) -> int: ...
    @property
    def discount_minor(self) -> int: ...
    @property
    def tax_minor(self) -> int: ...
    @property
    def total_minor(self) -> int: ...
    @property
    def unit(self) -> str | None: ...
    @property
    def unit_decimals(self) -> int | None: ...


def unit_of_line(connection: Connection, line: SoldLine) -> str:
    """The unit that a line was sold by, in the catalogue's form.

    A line of an older release has none: then the unit by which its figures multiply.
    """
    if line.unit is not None:
        return spelled(line.unit, line.unit_decimals)
    with_tax_minor = line.total_minor + line.discount_minor
    return unit_as_sold(
        line.quantity,
        line.unit_price_minor,
        (with_tax_minor, with_tax_minor - line.tax_minor),
        _unit_now(connection, line.product_id),
    )


def _unit_now(connection: Connection, product_id: str) -> str | None:
    """The unit of the product, also of a deleted one; None where this till does not know it."""
    product = product_references(connection, [product_id])[product_id]
    return product.unit if product.is_known else None
