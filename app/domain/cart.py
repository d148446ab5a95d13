"""The cart: what a customer is about to buy, immutable, so that a view can hold any past state of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from app.domain.discount import Discount, apportion
from app.domain.errors import BadAmount, BadQuantity, NotPriced, UnknownLine
from app.domain.money import AMOUNT_MAX_MINOR, round_half_up
from app.domain.quantity import check_quantity, must_be_countable, one_unit
from app.domain.tax import tax_added, tax_included
from app.domain.vocabulary.units import unit_of
from resources.words import translate


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
    """A quantity of one product at one price, which is per piece or per kilogram.

    `list_price_minor` is the catalogue's price; a different price needs a reason. `sale_discount_minor` is
    the line's share of the sale's discount. `adds_tax`: the price excludes tax, which is added.
    """

    line_id: int
    product_id: str
    description: str
    unit: str
    quantity: int
    unit_price_minor: int
    tax_rate_ppm: int
    list_price_minor: int
    price_reason: str = ""
    discount: Discount | None = None
    sale_discount_minor: int = 0
    adds_tax: bool = False

    @property
    def gross_minor(self) -> int:
        """Quantity times price, before anything is taken off."""
        return self._at(self.unit_price_minor)

    @property
    def list_gross_minor(self) -> int:
        """As `gross_minor`, at the catalogue's price."""
        return self._at(self.list_price_minor)

    @property
    def own_discount_minor(self) -> int:
        """The discount of the line alone, without its share of the sale's."""
        return 0 if self.discount is None else self.discount.of(self.gross_minor)

    @property
    def discount_minor(self) -> int:
        """The line's own discount plus its share of the sale's."""
        return self.own_discount_minor + self.sale_discount_minor

    @property
    def tax_minor(self) -> int:
        net = self.gross_minor - self.discount_minor
        return (tax_added if self.adds_tax else tax_included)(net, self.tax_rate_ppm)

    @property
    def total_minor(self) -> int:
        """What the customer pays for the line, including tax."""
        net = self.gross_minor - self.discount_minor
        return net + tax_added(net, self.tax_rate_ppm) if self.adds_tax else net

    @property
    def has_other_price(self) -> bool:
        """Whether the price differs from the catalogue's."""
        return self.unit_price_minor != self.list_price_minor

    @property
    def reason(self) -> str:
        """Why its price differs from the catalogue's, or why it is discounted."""
        reasons = [self.price_reason, self.discount.reason if self.discount else ""]
        return "; ".join(reason for reason in reasons if reason)

    def _at(self, price_minor: int) -> int:
        return round_half_up(price_minor * self.quantity, unit_of(self.unit).parts)


@dataclass(frozen=True)
class Cart:
    """Lines in the order they were rung up. A line's id is never used again in the same cart.

    `discount` applies to the whole sale; `adds_tax` says whether prices exclude tax.
    """

    lines: tuple[CartLine, ...] = ()
    next_line_id: int = 1
    discount: Discount | None = None
    adds_tax: bool = False

    @property
    def total_minor(self) -> int:
        return sum(line.total_minor for line in self.lines)

    @property
    def tax_minor(self) -> int:
        return sum(line.tax_minor for line in self.lines)

    @property
    def discount_minor(self) -> int:
        """The discounts of all lines and of the sale, together."""
        return sum(line.discount_minor for line in self.lines)

    @property
    def sale_discount_minor(self) -> int:
        """The discount of the sale as a whole."""
        return sum(line.sale_discount_minor for line in self.lines)

    @property
    def is_empty(self) -> bool:
        return not self.lines

    @property
    def count(self) -> int:
        """Items as a customer counts them: pieces, and a weighed line as one."""
        return sum(unit_of(line.unit).items(line.quantity) for line in self.lines)

    def add(self, product: Sellable, quantity: int | None = None) -> "Cart":
        """The cart with `quantity` more of the product; by default one piece, or one kilogram.

        Joins a line of the same product at the same price. Raises NotPriced, UnknownUnit, BadQuantity,
        BadAmount.
        """
        if product.price_minor is None:
            raise NotPriced(product.name)
        must_be_countable(product.unit)
        added = _positive(one_unit(product.unit) if quantity is None else quantity)
        line = CartLine(
            line_id=self.next_line_id,
            product_id=product.id,
            description=product.name,
            unit=product.unit,
            quantity=added,
            unit_price_minor=product.price_minor,
            tax_rate_ppm=product.tax_rate_ppm,
            list_price_minor=product.price_minor,
            adds_tax=self.adds_tax,
        )
        for present in self.lines:
            if replace(present, line_id=line.line_id, quantity=added, sale_discount_minor=0) == line:
                return self.set_quantity(present.line_id, present.quantity + added)
        return replace(self._with((*self.lines, line)), next_line_id=self.next_line_id + 1)

    def set_quantity(self, line_id: int, quantity: int) -> "Cart":
        """The cart with a line's quantity replaced; zero removes the line."""
        if quantity == 0:
            return self.remove(line_id)
        wanted = _positive(quantity)
        return self._with_line(line_id, lambda line: (replace(line, quantity=wanted),))

    def step(self, line_id: int, step: int) -> "Cart":
        """The cart with `step` pieces or kilograms more on a line, or fewer; at zero the line is removed."""
        line = self.line(line_id)
        return self.set_quantity(line_id, max(0, line.quantity + step * one_unit(line.unit)))

    def line(self, line_id: int) -> CartLine:
        """Raises UnknownLine."""
        for line in self.lines:
            if line.line_id == line_id:
                return line
        raise UnknownLine

    def remove(self, line_id: int) -> "Cart":
        """The cart without this line. Raises UnknownLine."""
        return self._with_line(line_id, lambda _line: ())

    def set_price(self, line_id: int, price_minor: int, reason: str) -> "Cart":
        """The cart with a line's price replaced. Raises BadAmount."""
        if price_minor < 0:
            raise BadAmount(translate("errors", "A price cannot be less than nothing."))

        def priced(line: CartLine) -> tuple[CartLine, ...]:
            is_other = price_minor != line.list_price_minor
            return (replace(line, unit_price_minor=price_minor, price_reason=reason if is_other else ""),)

        return self._with_line(line_id, priced)

    def discount_line(self, line_id: int, discount: Discount | None) -> "Cart":
        """The cart with a line's discount set, or removed by None."""
        return self._with_line(line_id, lambda line: (replace(line, discount=discount),))

    def discount_sale(self, discount: Discount | None) -> "Cart":
        """The cart with the sale's discount set, spread over the lines by amount; None removes it."""
        return _spread(replace(self, discount=discount))

    def taxed(self, *, adds_tax: bool) -> "Cart":
        """The same cart with prices that exclude tax (`adds_tax`) or include it."""
        lines = tuple(replace(line, adds_tax=adds_tax) for line in self.lines)
        return _spread(replace(self, lines=lines, adds_tax=adds_tax))

    def _with_line(self, line_id: int, change: Callable[[CartLine], tuple[CartLine, ...]]) -> "Cart":
        self.line(line_id)
        lines: list[CartLine] = []
        for line in self.lines:
            lines.extend(change(line) if line.line_id == line_id else (line,))
        return self._with(tuple(lines))

    def _with(self, lines: tuple[CartLine, ...]) -> "Cart":
        return _spread(replace(self, lines=lines))


def _spread(cart: Cart) -> Cart:
    """The cart with its discount spread over the lines again. Raises BadAmount."""
    weights = [line.gross_minor - line.own_discount_minor for line in cart.lines]
    off_minor = 0 if cart.discount is None else cart.discount.of(sum(weights))
    parts = apportion(off_minor, weights)
    lines = (replace(line, sale_discount_minor=part) for line, part in zip(cart.lines, parts, strict=True))
    return replace(cart, lines=_bounded(tuple(lines)))


def _positive(quantity: int) -> int:
    if quantity <= 0:
        raise BadQuantity(translate("errors", "A quantity must be more than nothing."))
    return check_quantity(quantity)


def _bounded(lines: tuple[CartLine, ...]) -> tuple[CartLine, ...]:
    if sum(line.total_minor for line in lines) > AMOUNT_MAX_MINOR:
        raise BadAmount(translate("errors", "This comes to more than the till can handle."))
    return lines
