"""Barcodes as GTIN-8, 12, 13 and 14: validation and comparison.

A code is stored as given, in any of the four lengths. Leading zeros are padding: codes that differ only in
them are equal. In-store and restricted prefixes (02, 04, 20 to 29) belong to the shop and are accepted.
"""

import re

from stdnum import ean

LENGTHS = (8, 12, 13, 14)

_SPREADSHEET = re.compile(r"\d+(?:[.,]\d+)?[eE][+-]?\d+")
_SPREADSHEET_DECIMALS = re.compile(r"\d{6,}[.,]0+")


class BadGtin(ValueError):
    """Not a valid GTIN; the message is for the shopkeeper."""


def parse_gtin(text: str) -> str:
    """The digits of a valid GTIN, without spaces and hyphens. Raises BadGtin."""
    written = text.strip()
    code = written.replace(" ", "").replace("-", "")
    if not (code.isascii() and code.isdigit()):
        raise BadGtin(_why_no_digits(written))
    if len(code) not in LENGTHS:
        raise BadGtin(_why_length(code))
    if not code.strip("0"):
        raise BadGtin("barcode is nothing but zeros")
    if not ean.is_valid(code):
        expected = ean.calc_check_digit(code[:-1])
        raise BadGtin(f"barcode {code} has a wrong check digit: {expected} would be right as the last one")
    return code


def is_spreadsheet_damage(text: str) -> bool:
    """Whether a spreadsheet converted the code to a number such as 7,6223E+12."""
    return _SPREADSHEET.fullmatch(text.strip()) is not None


def without_padding(code: str) -> str:
    """The code without padding zeros, for comparison."""
    return code.lstrip("0")


def spellings(code: str) -> tuple[str, ...]:
    """All forms of a code: without padding zeros, and padded to each longer length."""
    bare = without_padding(code)
    return (bare, *(bare.zfill(length) for length in LENGTHS if len(bare) < length))


def _why_no_digits(written: str) -> str:
    if is_spreadsheet_damage(written):
        return f"barcode was turned into {written} by a spreadsheet; the digits are lost"
    if _SPREADSHEET_DECIMALS.fullmatch(written):
        return f"barcode was turned into {written} by a spreadsheet; export the column as text"
    return f"barcode “{written}” is not made of digits alone"


def _why_length(code: str) -> str:
    filled = next((code.zfill(length) for length in LENGTHS if length > len(code)), None)
    if filled is not None and len(code) >= 6 and ean.is_valid(filled):
        return f"barcode {code} has {len(code)} digits; was it {filled} before its leading zeros were lost?"
    return f"barcode {code} has {len(code)} digits; a barcode has 8, 12, 13 or 14"
