"""What is too large to be true: beyond a shop's bounds, quantities and amounts are refused where typed."""

from app.domain.cart import Cart, CartLine
from app.domain.errors import BadAmount, BadQuantity
from app.domain.money import format_minor
from app.domain.quantity import quantity_in_words
from app.domain.shop_settings import ShopSettings
from app.domain.vocabulary.units import unit_of
from resources.words import translate

_EMPTY = Cart()


def largest_quantity(unit: str, settings: ShopSettings) -> int:
    """The shop's bound, in the unit's smallest part."""
    return settings.quantity_max * unit_of(unit).parts


def check_plausible(quantity: int, unit: str, settings: ShopSettings) -> int:
    """The quantity itself, in the unit's smallest part. Raises BadQuantity beyond the shop's bound."""
    most = largest_quantity(unit, settings)
    if abs(quantity) > most:
        words = translate(
            "errors",
            "{quantity} is more than the largest quantity of this shop, {most}. Look at the figure again; an"
            " admin can set another bound.",
        )
        raise BadQuantity(
            words.format(quantity=quantity_in_words(abs(quantity), unit), most=quantity_in_words(most, unit))
        )
    return quantity


def check_plausible_amount(amount_minor: int, currency: str, settings: ShopSettings) -> int:
    """The amount itself, in minor units. Raises BadAmount beyond the shop's bound."""
    most = settings.amount_minor_max
    if abs(amount_minor) > most:
        words = translate(
            "errors",
            "{amount} is more than the largest amount of this shop, {most}. Look at the figure again; an"
            " admin can set another bound.",
        )
        raise BadAmount(
            words.format(amount=format_minor(abs(amount_minor), currency), most=format_minor(most, currency))
        )
    return amount_minor


def check_given(given_minor: int, due_minor: int, currency: str, settings: ShopSettings) -> int:
    """What was given or counted itself, in minor units: at most what is due or expected, or what the shop's
    bound allows. Raises BadAmount.
    """
    if given_minor > due_minor:
        check_plausible_amount(given_minor, currency, settings)
    return given_minor


def check_cart(cart: Cart, currency: str, settings: ShopSettings, *, before: Cart = _EMPTY) -> None:
    """Raise BadQuantity or BadAmount for what is beyond the shop's bounds and has grown since `before`.

    What was there before the shop lowered a bound can be changed line by line: a line's amounts are looked at
    where it was changed itself, or the sale's discount was. Its shares of that discount and of the receipt's
    tax follow the other lines, by a minor unit up or down.
    """
    former = {line.line_id: line for line in before.lines}
    for line in cart.lines:
        was = former.get(line.line_id)
        if line.quantity > (0 if was is None else was.quantity):
            check_plausible(line.quantity, line.unit, settings)
        if was is not None and cart.discount == before.discount and not _has_more(line, was):
            continue
        most_before_minor = 0 if was is None else _largest_minor(was)
        if _largest_minor(line) > most_before_minor:
            check_plausible_amount(_largest_minor(line), currency, settings)
    if cart.total_minor > before.total_minor:
        check_plausible_amount(cart.total_minor, currency, settings)


def _has_more(line: CartLine, was: CartLine) -> bool:
    """Whether its quantity or price was raised, or its own discount changed."""
    return (
        line.quantity > was.quantity
        or line.unit_price_minor > was.unit_price_minor
        or line.discount != was.discount
    )


def _largest_minor(line: CartLine) -> int:
    return max(line.unit_price_minor, line.discount_minor, line.total_minor)
