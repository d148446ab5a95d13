"""Money as integers in the currency's minor unit (ISO 4217), never floats: parsing, formatting, limits."""

from app.domain.errors import BadAmount, quoted
from app.domain.figures import Unreadable, fold, read_units, write_units
from resources.words import figures_in_use, translate

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

_LAKH_CURRENCIES = {"BDT", "BTN", "INR", "LKR", "NPR", "PKR"}
"""Written in lakh and crore, 12,34,567.00, in whatever language."""

CURRENCY_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "INR": "₹", "CHF": "CHF", "PLN": "zł"}
"""Signs outside the currency's own country."""


def minor_digits(currency: str) -> int:
    """How many decimals the currency has: 2 for GBP, 0 for JPY, 3 for KWD."""
    return _MINOR_DIGITS.get(currency, 2)


def parse_amount(text: str, currency: str) -> int:
    """Minor units of what a person typed: "12.50", "12,50", "£1,234.50", "12". Raises BadAmount.

    "1,234" in English is refused for a currency of two decimals: it could be either. In yen it is a thousand.
    """
    written = text.strip()
    digits = minor_digits(currency)
    no_amount = translate("errors", "“{written}” is not an amount of money.").format(written=quoted(written))
    if not written:
        no_amount = translate("errors", "Type an amount of money first.")
    lakhs = (3, 2) if currency in _LAKH_CURRENCIES else (3, 3)
    try:
        amount = read_units(_without_sign(text, currency), digits, sizes=lakhs)
    except Unreadable as unreadable:
        raise BadAmount(unreadable.words(written, digits, no_amount)) from None
    if amount < 0:
        raise BadAmount(no_amount)
    if amount > AMOUNT_MAX_MINOR:
        words = translate("errors", "“{written}” is more than the till can handle.")
        raise BadAmount(words.format(written=quoted(written)))
    return amount


def _without_sign(text: str, currency: str) -> str:
    """The text without the currency's sign or code at either end."""
    folded = fold(text)
    before = folded[:1] if folded[:1] in {"-", "+"} else ""
    rest = folded.removeprefix(before)
    for sign in _signs(currency):
        if rest.startswith(sign):
            return before + rest.removeprefix(sign).strip()
        if rest.endswith(sign):
            return before + rest.removesuffix(sign).strip()
    return folded


def _signs(currency: str) -> list[str]:
    """The longest first: "CA$" before "$"."""
    figures = figures_in_use()
    own = [figures.currency_sign] if figures.currency == currency else []
    signs = {fold(sign) for sign in (currency, CURRENCY_SIGNS.get(currency, ""), *own)}
    return sorted(signs - {""}, key=len, reverse=True)


def format_minor(amount_minor: int, currency: str) -> str:
    """For an input field: 1250 GBP is "12.50" (or "12,50", by the language in use), 1250 JPY is "1250"."""
    return write_units(amount_minor, minor_digits(currency))


def round_half_up(numerator: int, denominator: int) -> int:
    """The integer nearest to the fraction, halves rounded away from zero. `denominator` is positive."""
    rounded = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -rounded if numerator < 0 else rounded
