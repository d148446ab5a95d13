"""Barcodes as numbers of goods (GTIN-8, 12, 13 and 14): which are whole, and which are the same.

A code is kept as it was given, in one of its four lengths. Leading zeros only fill it up, so codes that
differ in nothing else are one. In-store and restricted prefixes (02, 04, 20 to 29) are this shop's own and
are taken as they are.
"""

import re

from stdnum import ean

LENGTHS = (8, 12, 13, 14)

_SPREADSHEET = re.compile(r"\d+(?:[.,]\d+)?[eE][+-]?\d+")
_SPREADSHEET_DECIMALS = re.compile(r"\d{6,}[.,]0+")


class BadGtin(ValueError):
    """Why a code is no whole GTIN, in words for the shopkeeper."""


def parse_gtin(text: str) -> str:
    """The code's digits. Raises BadGtin."""
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
    """Whether a spreadsheet has turned a code into a number such as 7,6223E+12."""
    return _SPREADSHEET.fullmatch(text.strip()) is not None


def same_code(code: str) -> str:
    """What all spellings of one code have in common: its digits without the zeros that fill it up."""
    return code.lstrip("0")


def spellings(code: str) -> tuple[str, ...]:
    """The ways to write one code: without leading zeros, and filled up to each length it fits."""
    bare = same_code(code)
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
