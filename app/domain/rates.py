"""Rates in millionths (ppm): tax rates and shares of a price, typed and written as percent.

10_000 is 1 %; a rate has at most four decimals of a percent.
"""

from app.domain.errors import BadAmount, quoted
from app.domain.figures import Unreadable, fold, read_units, write_units
from resources.words import Figures, translate

PERCENT_PPM = 10_000
WHOLE_PPM = 1_000_000
PERCENT_DECIMALS = 4


def is_percent(text: str) -> bool:
    """Whether a percent sign of any script is at an end of the text."""
    folded = fold(text)
    return folded.startswith("%") or folded.endswith("%")


def parse_rate(text: str, figures: Figures | None = None) -> int:
    """The rate in ppm of what a person typed, with or without a percent sign: "20%", "5.5 %", "9.2375".

    Raises BadAmount; also below zero.
    """
    written = text.strip()
    folded = fold(text)
    number = folded.removesuffix("%") if folded.endswith("%") else folded.removeprefix("%")
    no_rate = translate("errors", "“{text}” is not a percentage.").format(text=quoted(written))
    try:
        rate_ppm = read_units(number, PERCENT_DECIMALS, figures=figures, zeros=True)
    except Unreadable as unreadable:
        raise BadAmount(unreadable.words(written, PERCENT_DECIMALS, no_rate)) from None
    if rate_ppm < 0:
        raise BadAmount(no_rate)
    return rate_ppm


def parse_share(text: str) -> int:
    """A rate of at most 100 %. Raises BadAmount."""
    return check_share(parse_rate(text))


def check_share(rate_ppm: int) -> int:
    """The rate itself. Raises BadAmount above 100 %."""
    if rate_ppm > WHOLE_PPM:
        words = translate("errors", "“{text}” is more than 100%.")
        raise BadAmount(words.format(text=quoted(f"{format_rate(rate_ppm)}%")))
    return rate_ppm


def format_rate(rate_ppm: int) -> str:
    """For an input field, in percent without its sign: 55_000 is "5.5", 200_000 is "20"."""
    decimals = PERCENT_DECIMALS
    while decimals and rate_ppm % 10 == 0:
        rate_ppm //= 10
        decimals -= 1
    return write_units(rate_ppm, decimals)
