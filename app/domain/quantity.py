"""Quantities as integers: pieces, or thousandths of a kilogram where a product is sold by weight."""

import re

from app.domain.errors import BadQuantity
from resources.words import in_figures, translate

EACH = "each"
KG = "kg"
PER_KG = 1000

QUANTITY_MAX = 10**9
"""More than any shelf holds; a price times it still fits the wire."""


def one(unit: str) -> int:
    """The quantity that "one of it" means: a piece, or a whole kilogram."""
    return PER_KG if unit == KG else 1


def format_quantity(quantity: int, unit: str) -> str:
    """As a person types it: 3 pieces are "3", 1250 thousandths of a kilogram "1.250" (or "1,250")."""
    if unit != KG:
        return str(quantity)
    whole, fraction = divmod(abs(quantity), PER_KG)
    return in_figures(f"{'-' if quantity < 0 else ''}{whole}.{fraction:03d}")


def parse_quantity(text: str, unit: str) -> int:
    """What a person typed: "3", or "1.25" and "1,25" where sold by weight; it may be negative.

    Raises BadQuantity.
    """
    written = text.strip().replace("\u2212", "-").replace("٫", ".")
    match = re.fullmatch(r"([-+]?)(\d*)(?:[.,](\d*))?", written)
    if match is None or not (match[2] or match[3]):
        raise BadQuantity(translate("errors", "“{written}” is not a quantity.").format(written=written))
    sign, whole, fraction = match[1], match[2] or "0", match[3] or ""
    if unit != KG and fraction.strip("0"):
        raise BadQuantity(translate("errors", "This is sold by the piece: use a whole number."))
    if len(fraction.rstrip("0")) > 3:
        words = translate("errors", "“{written}” has more than three decimals.")
        raise BadQuantity(words.format(written=written))
    quantity = int(whole) * one(unit)
    if unit == KG:
        quantity += int(fraction[:3].ljust(3, "0"))
    return check_quantity(-quantity if sign == "-" else quantity)


def check_quantity(quantity: int) -> int:
    """The quantity itself. Raises BadQuantity where it is beyond all sense."""
    if abs(quantity) > QUANTITY_MAX:
        raise BadQuantity(translate("errors", "That quantity is more than the till can handle."))
    return quantity
