"""The cart: what a customer is about to buy, immutable, so that a view can keep any state of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from app.domain.errors import BadAmount, BadQuantity, NotPriced, UnknownLine
from app.domain.money import AMOUNT_MAX_MINOR, round_half_up
from app.domain.quantity import KG, PER_KG, check_quantity, one
from app.domain.tax import tax_included


class Sellable(Protocol):
    """What the cart needs to know of a product."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def price_minor(self) -> int | None: ...
    @property
    def tax_rate_ppm(self) -> int: ...
    @property
    def unit(self) -> str: ...


@dataclass(frozen=True)
class CartLine:
    """Some of one product at one price. The price is by the piece or by the kilogram."""

    line_id: int
    product_id: str
    description: str
    unit: str
    quantity: int
    unit_price_minor: int
    discount_minor: int
    tax_rate_ppm: int

    @property
    def total_minor(self) -> int:
        """What the customer pays for the line, tax included."""
        gross = self.unit_price_minor * self.quantity
        if self.unit == KG:
            gross = round_half_up(gross, PER_KG)
        return gross - self.discount_minor

    @property
    def tax_minor(self) -> int:
        return tax_included(self.total_minor, self.tax_rate_ppm)


@dataclass(frozen=True)
class Cart:
    """Lines in the order they were rung up. A line's id is never used again in the same cart."""

    lines: tuple[CartLine, ...] = ()
    next_line_id: int = 1

    @property
    def total_minor(self) -> int:
        return sum(line.total_minor for line in self.lines)

    @property
    def tax_minor(self) -> int:
        return sum(line.tax_minor for line in self.lines)

    @property
    def is_empty(self) -> bool:
        return not self.lines

    @property
    def count(self) -> int:
        """Items as a customer counts them: pieces, and one for each thing that was weighed."""
        return sum(1 if line.unit == KG else line.quantity for line in self.lines)

    def add(self, product: Sellable, quantity: int | None = None) -> "Cart":
        """The cart with this much more of the product, one of it by default.

        Joins a line of the same product at the same price. Raises NotPriced, BadQuantity, BadAmount.
        """
        if product.price_minor is None:
            raise NotPriced(product.name)
        added = _positive(one(product.unit) if quantity is None else quantity)
        line = CartLine(
            line_id=self.next_line_id,
            product_id=product.id,
            description=product.name,
            unit=product.unit,
            quantity=added,
            unit_price_minor=product.price_minor,
            discount_minor=0,
            tax_rate_ppm=product.tax_rate_ppm,
        )
        for present in self.lines:
            if replace(present, line_id=line.line_id, quantity=added) == line:
                return self.set_quantity(present.line_id, present.quantity + added)
        return replace(self, lines=_bounded((*self.lines, line)), next_line_id=self.next_line_id + 1)

    def set_quantity(self, line_id: int, quantity: int) -> "Cart":
        """The cart with another quantity on a line; zero takes the line out."""
        if quantity == 0:
            return self.remove(line_id)
        wanted = _positive(quantity)
        return self._with_line(line_id, lambda line: (replace(line, quantity=wanted),))

    def remove(self, line_id: int) -> "Cart":
        return self._with_line(line_id, lambda _line: ())

    def _with_line(self, line_id: int, change: Callable[[CartLine], tuple[CartLine, ...]]) -> "Cart":
        if all(line.line_id != line_id for line in self.lines):
            raise UnknownLine
        lines: list[CartLine] = []
        for line in self.lines:
            lines.extend(change(line) if line.line_id == line_id else (line,))
        return replace(self, lines=_bounded(tuple(lines)))


def _positive(quantity: int) -> int:
    if quantity <= 0:
        raise BadQuantity("A quantity must be more than nothing.")
    return check_quantity(quantity)


def _bounded(lines: tuple[CartLine, ...]) -> tuple[CartLine, ...]:
    if sum(line.total_minor for line in lines) > AMOUNT_MAX_MINOR:
        raise BadAmount("This comes to more than the till can handle.")
    return lines
