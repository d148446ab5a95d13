"""Money as integers in the currency's minor unit (ISO 4217), never floats: parsing, formatting, limits."""

import re

from app.domain.errors import BadAmount
from resources.words import in_figures, translate

AMOUNT_MAX_MINOR = 10**12
"""The largest absolute amount."""

# Decimals by ISO 4217, not by common usage: docs/decisions/0019-minor-units-are-iso-4217.md.
_MINOR_DIGITS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}

_ARABIC_SEPARATORS = {ord("٫"): ".", ord("٬"): ","}

_AMOUNT = re.compile(
    r"""
    (?: \d+                                      # 1234
      | \d{1,3} (?P<group>[ \u00a0\u202f'’.,]) \d{3} (?: (?P=group) \d{3} )*  # 1,234  1 234 567
    )
    (?: [.,] (?P<fraction>\d*) )?
    """,
    re.VERBOSE,
)


def minor_digits(currency: str) -> int:
    """How many decimals the currency has: 2 for GBP, 0 for JPY, 3 for KWD."""
    return _MINOR_DIGITS.get(currency, 2)


def parse_amount(text: str, currency: str) -> int:
    """Minor units of what a person typed: "12.50", "12,50", "1,234.50", "12". Raises BadAmount.

    A single separator is the decimal separator, so "1,234" is refused for a currency of two decimals: it
    is ambiguous.
    """
    written = text.strip()
    whole, fraction = _split(written)
    digits = minor_digits(currency)
    if len(fraction) > digits:
        words = translate("errors", "“{written}” has more than {digits} decimals.")
        raise BadAmount(words.format(written=written, digits=digits))
    amount = int(whole + fraction.ljust(digits, "0"))
    if amount > AMOUNT_MAX_MINOR:
        words = translate("errors", "“{written}” is more than the till can handle.")
        raise BadAmount(words.format(written=written))
    return amount


def _split(written: str) -> tuple[str, str]:
    """The digits before and after the decimal separator."""
    latin = written.translate(_ARABIC_SEPARATORS)
    separators = re.findall(r"[.,]", latin)
    if len(separators) == 1 and (plain := re.fullmatch(r"(\d*)[.,](\d*)", latin)):
        whole, fraction = plain.groups()
        if whole or fraction:
            return whole or "0", fraction
    match = _AMOUNT.fullmatch(latin)
    if match is None:
        words = translate("errors", "“{written}” is not an amount of money.")
        raise BadAmount(words.format(written=written))
    fraction = match["fraction"]
    whole = latin if fraction is None else latin[: match.start("fraction") - 1]
    return re.sub(r"\D", "", whole), fraction or ""


def format_minor(amount_minor: int, currency: str) -> str:
    """For an input field: 1250 GBP is "12.50" (or "12,50", by the language in use), 1250 JPY is "1250"."""
    digits = minor_digits(currency)
    sign = "-" if amount_minor < 0 else ""
    whole, fraction = divmod(abs(amount_minor), 10**digits)
    return in_figures(f"{sign}{whole}.{fraction:0{digits}d}" if digits else f"{sign}{whole}")


def round_half_up(numerator: int, denominator: int) -> int:
    """The integer nearest to the fraction, halves rounded away from zero. `denominator` is positive."""
    rounded = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -rounded if numerator < 0 else rounded
