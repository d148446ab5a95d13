"""Quantities as integers in the smallest part of a unit: pieces, thousandths of a kilogram."""

from app.domain.errors import BadQuantity, UnknownUnit, quoted
from app.domain.figures import Problem, Unreadable, fold, read_units, write_units
from app.domain.vocabulary.units import unit_of
from resources.words import negative, translate

QUANTITY_MAX = 10**9
"""The largest quantity; multiplied by a price it still fits the wire's integers."""


def one_unit(unit: str) -> int:
    """The quantity of one piece or one whole kilogram, in smallest parts. Raises UnknownUnit."""
    must_be_countable(unit)
    return unit_of(unit).parts


def must_be_countable(unit: str) -> None:
    """Raises UnknownUnit where the unit's number of decimals is unknown."""
    row = unit_of(unit)
    if row.decimals is None:
        raise UnknownUnit(row.code)


def format_quantity(quantity: int, unit: str) -> str:
    """For an input field: 3 pieces are "3", 1250 thousandths of a kilogram "1.250" (or "1,250")."""
    return write_units(quantity, unit_of(unit).decimals or 0)


def quantity_in_words(quantity: int, unit: str) -> str:
    """For a sentence, with its unit: "3", "−1.250 kg"."""
    figure = format_quantity(abs(quantity), unit)
    figure = negative(figure) if quantity < 0 else figure
    return str(unit_of(unit).written).format(figure=figure)


def parse_quantity(text: str, unit: str) -> int:
    """What a person typed: "3", or "1.25", "1,25" and "1.25 kg" where sold by weight; it may be negative.

    Raises BadQuantity, and UnknownUnit.
    """
    must_be_countable(unit)
    written = text.strip()
    decimals = unit_of(unit).decimals or 0
    no_quantity = translate("errors", "“{written}” is not a quantity.").format(written=quoted(written))
    if not written:
        no_quantity = translate("errors", "Type a number first.")
    try:
        quantity = read_units(_without_unit(text, unit), decimals, zeros=True)
    except Unreadable as unreadable:
        if unreadable.problem is Problem.TOO_MANY_DECIMALS and not decimals:
            words = translate("errors", "This is sold by the piece: use a whole number.")
            raise BadQuantity(words) from None
        raise BadQuantity(unreadable.words(written, decimals, no_quantity)) from None
    return check_quantity(quantity)


def _without_unit(text: str, unit: str) -> str:
    """The figure of "1.250 kg"."""
    before, _, after = str(unit_of(unit).written).partition("{figure}")
    return fold(fold(text).removeprefix(fold(before)).removesuffix(fold(after)))


def check_quantity(quantity: int) -> int:
    """The quantity itself. Raises BadQuantity beyond ±QUANTITY_MAX."""
    if abs(quantity) > QUANTITY_MAX:
        raise BadQuantity(translate("errors", "That quantity is more than the till can handle."))
    return quantity
