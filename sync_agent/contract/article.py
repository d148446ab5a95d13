"""When two codes name the same article: the rule of the till's forms, import and scanner, and of the server.

Being the same is strict, and is equality of keys:

- **Barcodes are numbers** (GS1 General Specifications: a GTIN is right-aligned in fourteen digits). GTIN-8,
  GTIN-12 (UPC-A), GTIN-13 and GTIN-14 are the same number if they differ only in leading zeros. So a GTIN-14
  equals a GTIN-13 only with the indicator 0: with 1 to 9 it is a case of the article, with a check digit of
  its own. An EAN-8 equals itself padded with zeros: GS1 leaves the prefixes 0000001 to 0000099 unused for
  that. Prefixes of a shop (02, 04, 20 to 29) are numbers like all others.
- A number of 9 to 11 digits that becomes a GTIN with its leading zeros is that GTIN: spreadsheets drop them.
  Fewer digits are no GTIN: of seven nobody can say whether they are an EAN-8 or a UPC-E, and six are a
  shop's own number.
- Eight digits that are no EAN-8 but a UPC-E with the right check digit are the UPC-A that it abbreviates. If
  they are both, they are the EAN-8.
- Blanks, hyphens and the script of the digits are no part of a number. A code that is no GTIN is compared as
  article numbers are.
- **Article numbers are text as people see it**: case, width and other compatible forms (NFKC), blanks,
  invisible letters, the script of digits and the kinds of dashes do not matter; `A-1` and `A1` differ, and so
  do `1` and `01`.

Finding (`codes_in`) is generous: it also reads what scanners and labels put around a number.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

ARTICLE_RULE = 1
"""The rule's version. Both sides store it with the keys that they made, and make them again if it differs."""

GTIN_LENGTHS = (8, 12, 13, 14)
_GTIN_MAX = 14
_LOST_ZEROS_MIN = 9
_UPC_E = 8

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")
_INVISIBLE = re.compile(
    # Default_Ignorable_Code_Point of Unicode, less what `_is_invisible` finds by its category.
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)


def barcode_key(code: str | None) -> str | None:
    """The barcode as it is compared: a GTIN's fourteen digits, else its text; None if it says nothing."""
    if not code:
        return None
    text = code if _is_digits(code) else _as_seen(code)
    digits = text.replace("-", "")
    if _is_digits(digits):
        return (_gtin(digits) or text) if digits.strip("0") else None
    return text if _says_something(text) else None


def sku_key(code: str | None) -> str | None:
    """The article number as it is compared; None if it says nothing, as a lone dash in a list does."""
    text = _as_seen(code) if code else ""
    return text if _says_something(text) else None


def is_same_barcode(one: str | None, other: str | None) -> bool:
    """Whether two barcodes name one article. A code that says nothing names none."""
    key = barcode_key(one)
    return key is not None and key == barcode_key(other)


def is_same_sku(one: str | None, other: str | None) -> bool:
    """Whether two article numbers name one article."""
    key = sku_key(one)
    return key is not None and key == sku_key(other)


def has_right_check_digit(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it."""
    return digits[-1] == check_digit(digits[:-1])


def check_digit(digits: str) -> str:
    """GS1's check digit: from the right, every digit is weighed with 3 and 1 in turn."""
    weighed = 3 * sum(map(int, digits[-1::-2])) + sum(map(int, digits[-2::-2]))
    return str(-weighed % 10)


def upc_e_in_full(digits: str) -> str | None:
    """The UPC-A that eight digits of a UPC-E abbreviate; None if they are none."""
    if len(digits) != _UPC_E or digits[0] not in "01":
        return None
    system, given, last, check = digits[0], digits[1:6], digits[6], digits[7]
    if last in "012":
        body = f"{given[:2]}{last}0000{given[2:]}"
    elif last == "3":
        body = f"{given[:3]}00000{given[3:]}"
    elif last == "4":
        body = f"{given[:4]}00000{given[4:]}"
    else:
        body = f"{given}0000{last}"
    full = f"{system}{body}{check}"
    return full if has_right_check_digit(full) else None


def _is_digits(text: str) -> bool:
    """Whether it is 0 to 9 only: "²" is a digit for Python, too, but no figure."""
    return text.isascii() and text.isdigit()


def _gtin(digits: str) -> str | None:
    """The fourteen digits of the GTIN that these digits write; None if they write none."""
    if len(digits) in GTIN_LENGTHS or _LOST_ZEROS_MIN <= len(digits) < _GTIN_MAX:
        if has_right_check_digit(digits):
            return digits.zfill(_GTIN_MAX)
        full = upc_e_in_full(digits)
        return None if full is None else full.zfill(_GTIN_MAX)
    return None


def _says_something(text: str) -> bool:
    return any(letter.isalnum() for letter in text)


def _as_seen(code: str) -> str:
    if code.isascii() and code.isprintable():
        return code.replace(" ", "").casefold()
    folded = unicodedata.normalize("NFKC", code.translate(_DASHES))
    folded = _without_invisible(folded)
    # Letters that fold to several, or to a letter and a mark, may compose anew.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", folded.casefold()).casefold())
    return "".join(_plain_digit(letter) for letter in _without_invisible(folded).translate(_DASHES))


def without_invisible(text: str) -> str:
    """The text without letters that nobody sees: zero width, soft hyphens, directions, variants."""
    return text if text.isascii() else "".join(letter for letter in text if not _is_invisible(letter))


def _without_invisible(text: str) -> str:
    return "".join(letter for letter in text if not (letter.isspace() or _is_invisible(letter)))


def _is_invisible(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cf", "Cc"} or _INVISIBLE.fullmatch(letter) is not None


def _plain_digit(letter: str) -> str:
    if letter.isascii():
        return letter
    value = unicodedata.decimal(letter, None)
    return letter if value is None else str(value)


# --- what may be entered -------------------------------------------------------------------------------


class BarcodeFault(StrEnum):
    """Why a text is not entered as a barcode."""

    NOT_DIGITS = "not_digits"
    DIGITS_LOST = "digits_lost"
    """A spreadsheet made it 7,6223E+12."""
    DECIMALS = "decimals"
    """A spreadsheet made it 4006381333931.0."""
    LENGTH = "length"
    ZEROS_LOST = "zeros_lost"
    ONLY_ZEROS = "only_zeros"
    CHECK_DIGIT = "check_digit"
    UPC_E = "upc_e"


@dataclass(frozen=True)
class WrongBarcode(ValueError):
    """A text that is no valid GTIN. `expected` depends on the fault: the right last digit, the code with its
    leading zeros, or the UPC-A in full.
    """

    fault: BarcodeFault
    written: str
    expected: str | None = None


_SPREADSHEET = re.compile(r"\d+(?:[.,]\d+)?[eE][+-]?\d+")
_SPREADSHEET_DECIMALS = re.compile(r"\d{6,}[.,]0+")


def read_barcode(text: str) -> str:
    """The barcode as it is stored: the digits of a GTIN, as many as were written. Raises WrongBarcode.

    Only a GTIN of 8, 12, 13 or 14 digits is entered. A spelling that merely means one (lost zeros, UPC-E) is
    refused with the code that it means, because a mistyped digit may look like it.
    """
    written = text.strip()
    code = _as_seen(written).replace("-", "")
    if not _is_digits(code):
        raise WrongBarcode(_why_not_digits(written), written)
    if len(code) not in GTIN_LENGTHS:
        raise _wrong_length(code)
    if not code.strip("0"):
        raise WrongBarcode(BarcodeFault.ONLY_ZEROS, code)
    if not has_right_check_digit(code):
        full = upc_e_in_full(code)
        if full is not None:
            raise WrongBarcode(BarcodeFault.UPC_E, code, full)
        raise WrongBarcode(BarcodeFault.CHECK_DIGIT, code, check_digit(code[:-1]))
    return code


def is_spreadsheet_damage(text: str) -> bool:
    """Whether a spreadsheet converted the code to a number such as 7,6223E+12."""
    return _SPREADSHEET.fullmatch(text.strip()) is not None


def _why_not_digits(written: str) -> BarcodeFault:
    if is_spreadsheet_damage(written):
        return BarcodeFault.DIGITS_LOST
    if _SPREADSHEET_DECIMALS.fullmatch(written):
        return BarcodeFault.DECIMALS
    return BarcodeFault.NOT_DIGITS


def _wrong_length(code: str) -> WrongBarcode:
    filled = next((code.zfill(length) for length in GTIN_LENGTHS if length > len(code)), None)
    if filled is not None and len(code) >= 6 and code.strip("0") and has_right_check_digit(filled):
        return WrongBarcode(BarcodeFault.ZEROS_LOST, code, filled)
    return WrongBarcode(BarcodeFault.LENGTH, code)


# --- finding -------------------------------------------------------------------------------------------

_SYMBOLOGY = re.compile(r"\](?P<kind>[A-Za-z])(?P<modifier>[0-9A-Za-z])(?P<data>.+)", re.DOTALL)
"""ISO/IEC 15424: what a scanner may send before the data. E4 is an EAN-8; a UPC-E comes as E0."""
_ELEMENTS = re.compile(r"(?:\(01\)|01)(?P<gtin>\d{14})(?P<more>.*)", re.DOTALL)
"""GS1 element strings: application identifier 01 is the article's GTIN, and more may follow it."""
_DIGITAL_LINK = re.compile(
    r"https?://[^\s/]+(?:/[^\s?#]*)?/01/(?P<gtin>\d{8,14})(?:[/?#]\S*)?", re.IGNORECASE
)
_LETTERS_BEFORE = re.compile(r"[A-Za-z]{1,2}(?P<digits>\d{8}|\d{12,14})")
"""Code letters of older scanners: A4006381333931, FF12345670."""


def codes_in(text: str) -> tuple[str, ...]:
    """The codes that a scan or a typed text may mean: as it is first, then without what is around it.

    A scanner may put a symbology identifier or code letters before the number, and a label may hold GS1
    elements or a GS1 Digital Link. Each is to be compared by its keys.
    """
    plain = without_invisible(text).strip()
    found = [plain]
    symbology = _SYMBOLOGY.fullmatch(plain)
    if symbology is not None:
        plain = symbology["data"].strip()
        if symbology["kind"] == "E" and symbology["modifier"] != "4":
            found.extend(full for full in [upc_e_in_full(plain) if _is_digits(plain) else None] if full)
        found.append(plain)
    for pattern in (_ELEMENTS, _DIGITAL_LINK):
        labelled = pattern.fullmatch(plain)
        if labelled is not None and has_right_check_digit(labelled["gtin"]):
            found.append(labelled["gtin"])
    lettered = _LETTERS_BEFORE.fullmatch(plain)
    if lettered is not None and has_right_check_digit(lettered["digits"]):
        found.append(lettered["digits"])
    return tuple(dict.fromkeys(code for code in found if code))
