"""Receipt numbers: the till's own series and a number without gaps."""

from app.domain.figures import fold

_DIGITS_MAX = 12
"""As many digits as the server takes in a receipt number; an EAN-13 has more."""


def format_receipt_number(series: str, number: int) -> str:
    """Series "T2" and number 417 make "T2-000417"."""
    return f"{series}-{number:06d}"


def as_printed(written: str) -> str:
    """A receipt number that a person wrote in full, in the digits and capitals of a till's receipts."""
    return "".join(letter for letter in fold(written).upper() if letter.isprintable())


def full_number(written: str, series: str) -> str | None:
    """The receipt number of which a person wrote the last digits, in any script; None for anything else.

    "417" of the series "T2" is "T2-000417".
    """
    digits = fold(written)
    if not digits.isdecimal() or len(digits) > _DIGITS_MAX:
        return None
    return format_receipt_number(series, int(digits))
