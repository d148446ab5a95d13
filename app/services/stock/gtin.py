"""Barcodes as they are entered at the till, and what is said of those that are refused.

The rule is the contract's (`sync_agent/contract/article.py`); here are its words.
"""

from app.domain.errors import quoted
from resources.words import translate
from sync_agent.contract.article import BarcodeFault, WrongBarcode, read_barcode


class BadGtin(ValueError):
    """Not a valid GTIN; the message is for the shopkeeper, as a part of a sentence."""


def parse_gtin(text: str) -> str:
    """The digits of a valid GTIN, without spaces and hyphens. Raises BadGtin."""
    try:
        return read_barcode(text)
    except WrongBarcode as wrong:
        raise BadGtin(_in_words(wrong)) from wrong


def _in_words(wrong: WrongBarcode) -> str:
    # Made for each message: the language may have changed.
    words = {
        BarcodeFault.NOT_DIGITS: translate("errors", "barcode “{code}” is not made of digits alone"),
        BarcodeFault.DIGITS_LOST: translate(
            "errors", "barcode was turned into {code} by a spreadsheet; the digits are lost"
        ),
        BarcodeFault.DECIMALS: translate(
            "errors", "barcode was turned into {code} by a spreadsheet; export the column as text"
        ),
        BarcodeFault.LENGTH: translate(
            "errors", "barcode {code} has {digits} digits; a barcode has 8, 12, 13 or 14"
        ),
        BarcodeFault.ZEROS_LOST: translate(
            "errors",
            "barcode {code} has {digits} digits; was it {expected} before its leading zeros were lost?",
        ),
        BarcodeFault.ONLY_ZEROS: translate("errors", "barcode {code} is nothing but zeros"),
        BarcodeFault.CHECK_DIGIT: translate(
            "errors",
            "barcode {code} has a wrong check digit: {expected} would be right as the last one",
        ),
        BarcodeFault.UPC_E: translate(
            "errors", "barcode {code} has a wrong check digit; as a UPC-E code it is {expected}"
        ),
    }[wrong.fault]
    return words.format(code=quoted(wrong.written), digits=len(wrong.written), expected=wrong.expected or "")
