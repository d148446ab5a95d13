"""Quantities as integers in the smallest part of a unit: pieces, thousandths of a kilogram."""

import re

from app.domain.errors import BadQuantity, UnknownUnit
from app.domain.vocabulary.units import unit_of
from resources.words import in_figures, negative, translate

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
    decimals = unit_of(unit).decimals
    if not decimals:
        return str(quantity)
    whole, fraction = divmod(abs(quantity), 10**decimals)
    return in_figures(f"{'-' if quantity < 0 else ''}{whole}.{fraction:0{decimals}d}")


def quantity_in_words(quantity: int, unit: str) -> str:
    """For a sentence, with its unit: "3", "−1.250 kg"."""
    figure = format_quantity(abs(quantity), unit)
    figure = negative(figure) if quantity < 0 else figure
    return str(unit_of(unit).written).format(figure=figure)


def parse_quantity(text: str, unit: str) -> int:
    """What a person typed: "3", or "1.25" and "1,25" where sold by weight; it may be negative.

    Raises BadQuantity, and UnknownUnit.
    """
    must_be_countable(unit)
    written = text.strip().replace("\u2212", "-").replace("٫", ".")
    match = re.fullmatch(r"([-+]?)(\d*)(?:[.,](\d*))?", written)
    if match is None or not (match[2] or match[3]):
        raise BadQuantity(translate("errors", "“{written}” is not a quantity.").format(written=written))
    sign, whole, fraction = match[1], match[2] or "0", match[3] or ""
    decimals = unit_of(unit).decimals or 0
    if not decimals and fraction.strip("0"):
        raise BadQuantity(translate("errors", "This is sold by the piece: use a whole number."))
    if len(fraction.rstrip("0")) > decimals:
        words = translate("errors", "“{written}” has more than %n decimal(s).", decimals)
        raise BadQuantity(words.format(written=written))
    quantity = int(whole) * 10**decimals
    if decimals:
        quantity += int(fraction[:decimals].ljust(decimals, "0"))
    return check_quantity(-quantity if sign == "-" else quantity)


def check_quantity(quantity: int) -> int:
    """The quantity itself. Raises BadQuantity beyond ±QUANTITY_MAX."""
    if abs(quantity) > QUANTITY_MAX:
        raise BadQuantity(translate("errors", "That quantity is more than the till can handle."))
    return quantity
