"""The cart: what a customer is about to buy, immutable, so that a view can hold any past state of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Protocol

from app.domain.discount import Discount, apportion
from app.domain.errors import BadAmount, BadQuantity, CartTooLarge, NotPriced, UnknownLine
from app.domain.limits import LINES_MAX, check_reasons, joined_reasons, shortened, typed_text
from app.domain.money import AMOUNT_MAX_MINOR, round_half_up
from app.domain.quantity import check_quantity, must_be_countable, one_unit
from app.domain.tax import TaxRounding, tax_added, tax_included, tax_of_receipt
from app.domain.vocabulary.units import unit_of
from resources.words import translate

NO_RATES: Mapping[str, int] = MappingProxyType({})


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
    @property
    def barcode(self) -> str | None: ...
    @property
    def sku(self) -> str | None: ...


@dataclass(frozen=True)
class CartLine:
    """A quantity of one product at one price, which is per piece or per kilogram.

    `list_price_minor` is the catalogue's price; a different price needs a reason. `sale_discount_minor` is
    the line's share of the sale's discount. `adds_tax`: the price excludes tax, which is added. `tax_name` is
    the key of the product's named rate, whose figure is `tax_rate_ppm`. `receipt_tax_minor` is the line's
    share of the receipt's tax, where tax is rounded once for each rate; else None.
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
    tax_name: str | None = None
    receipt_tax_minor: int | None = None
    barcode: str | None = None
    sku: str | None = None

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
    def net_minor(self) -> int:
        """Less discounts, as its price is given: with tax or without."""
        return self.gross_minor - self.discount_minor

    @property
    def tax_minor(self) -> int:
        if self.receipt_tax_minor is not None:
            return self.receipt_tax_minor
        return (tax_added if self.adds_tax else tax_included)(self.net_minor, self.tax_rate_ppm)

    @property
    def total_minor(self) -> int:
        """What the customer pays for the line, including tax."""
        return self.net_minor + self.tax_minor if self.adds_tax else self.net_minor

    @property
    def has_other_price(self) -> bool:
        """Whether the price differs from the catalogue's."""
        return self.unit_price_minor != self.list_price_minor

    @property
    def reason(self) -> str:
        """Why its price differs from the catalogue's, or why it is discounted."""
        return joined_reasons(self.price_reason, self.discount.reason if self.discount else "")

    def _at(self, price_minor: int) -> int:
        return round_half_up(price_minor * self.quantity, unit_of(self.unit).parts)


@dataclass(frozen=True)
class Cart:
    """Lines in the order they were rung up. A line's id is never used again in the same cart.

    `discount` applies to the whole sale; `adds_tax` says whether prices exclude tax, `tax_rounding` where it
    is rounded: on each line, or once for each rate, and then spread over the lines so that they add up.
    """

    lines: tuple[CartLine, ...] = ()
    next_line_id: int = 1
    discount: Discount | None = None
    adds_tax: bool = False
    tax_rounding: TaxRounding = "line"

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
        BadAmount, CartTooLarge.
        """
        if product.price_minor is None:
            raise NotPriced(product.name)
        must_be_countable(product.unit)
        added = _positive(one_unit(product.unit) if quantity is None else quantity)
        line = CartLine(
            line_id=self.next_line_id,
            product_id=product.id,
            description=shortened(product.name),
            unit=product.unit,
            quantity=added,
            unit_price_minor=product.price_minor,
            tax_rate_ppm=product.tax_rate_ppm,
            list_price_minor=product.price_minor,
            adds_tax=self.adds_tax,
            tax_name=getattr(product, "tax_name", None),  # few goods have a named rate
            barcode=product.barcode,
            sku=product.sku,
        )
        for present in self.lines:
            alone = replace(present, sale_discount_minor=0, receipt_tax_minor=None)
            if replace(alone, line_id=line.line_id, quantity=added) == line:
                return self.set_quantity(present.line_id, present.quantity + added)
        if len(self.lines) >= LINES_MAX:
            raise CartTooLarge
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
        """The cart with a line's price replaced. Raises BadAmount, TextTooLong."""
        if price_minor < 0:
            raise BadAmount(translate("errors", "A price cannot be less than nothing."))

        why = typed_text(reason)

        def priced(line: CartLine) -> tuple[CartLine, ...]:
            price_reason = why if price_minor != line.list_price_minor else ""
            check_reasons(price_reason, "" if line.discount is None else line.discount.reason)
            return (replace(line, unit_price_minor=price_minor, price_reason=price_reason),)

        return self._with_line(line_id, priced)

    def discount_line(self, line_id: int, discount: Discount | None) -> "Cart":
        """The cart with a line's discount set, or removed by None. Raises TextTooLong."""
        given = _with_typed_reason(discount)

        def discounted(line: CartLine) -> tuple[CartLine, ...]:
            check_reasons(line.price_reason, "" if given is None else given.reason)
            return (replace(line, discount=given),)

        return self._with_line(line_id, discounted)

    def discount_sale(self, discount: Discount | None) -> "Cart":
        """The cart with the sale's discount set, spread over the lines by amount; None removes it.

        Raises TextTooLong.
        """
        return _spread(replace(self, discount=_with_typed_reason(discount)))

    def taxed(
        self,
        *,
        adds_tax: bool,
        tax_rounding: TaxRounding = "line",
        rates: Mapping[str, int] = NO_RATES,
    ) -> "Cart":
        """The same cart with prices that exclude tax (`adds_tax`) or include it, and tax rounded there.

        `rates` are the figures, in ppm, of named rates by their keys; a line of another rate keeps its own.
        """
        lines = tuple(
            replace(line, adds_tax=adds_tax, tax_rate_ppm=rates.get(line.tax_name or "", line.tax_rate_ppm))
            for line in self.lines
        )
        return _spread(replace(self, lines=lines, adds_tax=adds_tax, tax_rounding=tax_rounding))

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
    lines = tuple(
        replace(line, sale_discount_minor=part, receipt_tax_minor=None)
        for line, part in zip(cart.lines, parts, strict=True)
    )
    if cart.tax_rounding == "receipt":
        lines = _with_receipts_tax(lines)
    return replace(cart, lines=_bounded(lines))


def _with_receipts_tax(lines: tuple[CartLine, ...]) -> tuple[CartLine, ...]:
    """The lines with the tax of each rate rounded once, and spread over its lines."""
    shares: dict[int, int] = {}
    for rate_ppm in {line.tax_rate_ppm for line in lines}:
        of_rate = [line for line in lines if line.tax_rate_ppm == rate_ppm]
        nets = [line.net_minor for line in of_rate]
        taxes = tax_of_receipt(nets, rate_ppm, adds_tax=of_rate[0].adds_tax)
        shares |= {line.line_id: tax for line, tax in zip(of_rate, taxes, strict=True)}
    return tuple(replace(line, receipt_tax_minor=shares[line.line_id]) for line in lines)


def _with_typed_reason(discount: Discount | None) -> Discount | None:
    return None if discount is None else replace(discount, reason=typed_text(discount.reason))


def _positive(quantity: int) -> int:
    if quantity <= 0:
        raise BadQuantity(translate("errors", "A quantity must be more than nothing."))
    return check_quantity(quantity)


def _bounded(lines: tuple[CartLine, ...]) -> tuple[CartLine, ...]:
    # What a discount or another price takes off again is written, too.
    if (
        sum(max(line.total_minor, line.gross_minor, line.list_gross_minor) for line in lines)
        > AMOUNT_MAX_MINOR
    ):
        raise BadAmount(translate("errors", "This comes to more than the till can handle."))
    return lines
