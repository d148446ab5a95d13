"""What is shown can be typed: figures in every locale of Qt, read back as themselves or refused."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale

from app.domain.discount import Discount, parse_discount
from app.domain.errors import BadAmount, BadQuantity
from app.domain.figures import FIGURE_LENGTH_MAX, read_day
from app.domain.money import AMOUNT_MAX_MINOR, format_minor, minor_digits, parse_amount
from app.domain.quantity import QUANTITY_MAX, format_quantity, parse_quantity
from app.domain.rates import format_rate, parse_rate, parse_share
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.language import figures_of
from resources import words

LOCALES = [
    locale
    for locale in QLocale.matchingLocales(
        QLocale.Language.AnyLanguage, QLocale.Script.AnyScript, QLocale.Country.AnyCountry
    )
    if locale.language() != QLocale.Language.C
]
CURRENCIES = ("GBP", "EUR", "JPY", "KWD", "INR", "CHF")
AMOUNTS = (0, 1, 5, 99, 100, 1_234, 12_500, 123_450, 1_234_567, 12_500_000, 1_234_567_890, AMOUNT_MAX_MINOR)
QUANTITIES = (0, 1, 12, 500, 1_000, 1_250, 12_345, 1_234_567, QUANTITY_MAX)
RATES = (0, 5, 10_000, 55_000, 92_375, 123_400, 200_000, 1_000_000)


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    words.install(words.english)


def write_as(name: str) -> QLocale:
    """Figures from now on as in this locale."""
    locale = QLocale(name)
    assert locale.name() == name, "Qt knows this locale"
    words.install(words.english, figures_of(locale))
    return locale


def test_whatever_is_shown_in_any_locale_is_read_back_as_itself() -> None:
    assert len(LOCALES) > 600
    read_before = set()
    for locale in LOCALES:
        style = figures_of(locale)
        words.install(words.english, style)
        for shown, reader, value in shown_by(locale):
            # Most locales write alike.
            reading = (shown, reader, replace(style, clock=words.twenty_four_hours))
            if reading not in read_before:
                read_before.add(reading)
                assert READERS[reader](shown) == value, (locale.name(), shown)


READERS: dict[str, Callable[[str], object]] = {
    **{currency: partial(parse_amount, currency=currency) for currency in CURRENCIES},
    **{unit: partial(parse_quantity, unit=unit) for unit in ("each", "kg")},
    "rate": parse_rate,
    "discount": partial(parse_discount, currency="GBP"),
}


def shown_by(locale: QLocale) -> Iterator[tuple[str, str, object]]:
    """What is shown or stands in a field, which reader its field has, and the value."""
    for currency in CURRENCIES:
        formatter = Formatter(locale, currency, "Europe/London")
        for minor in AMOUNTS:
            yield formatter.money(minor), currency, minor
            yield formatter.amount(minor), currency, minor
            yield format_minor(minor, currency), currency, minor
    for unit in ("each", "kg"):
        for quantity in (*QUANTITIES, *(-each for each in QUANTITIES)):
            yield formatter.quantity(quantity, unit), unit, quantity
            yield formatter.signed(quantity, unit), unit, quantity
            yield format_quantity(quantity, unit), unit, quantity
    for rate_ppm in RATES:
        yield formatter.percent(rate_ppm), "rate", rate_ppm
        yield format_rate(rate_ppm), "rate", rate_ppm
        yield formatter.percent(rate_ppm), "discount", Discount("share", rate_ppm)


@given(
    shown_in=st.sampled_from(LOCALES),
    read_in=st.sampled_from(LOCALES),
    currency=st.sampled_from(CURRENCIES),
    minor=st.integers(0, AMOUNT_MAX_MINOR) | st.integers(0, 10**7),
)
def test_an_amount_of_another_locale_is_read_right_or_refused(
    shown_in: QLocale, read_in: QLocale, currency: str, minor: int
) -> None:
    shown = Formatter(shown_in, currency, "Europe/London").amount(minor)
    words.install(words.english, figures_of(read_in))
    try:
        read = parse_amount(shown, currency)
    except BadAmount:
        return
    assert read == minor


@given(
    shown_in=st.sampled_from(LOCALES),
    read_in=st.sampled_from(LOCALES),
    milli=st.integers(-QUANTITY_MAX, QUANTITY_MAX),
    decimals=st.integers(0, 2),
)
def test_a_weight_typed_with_fewer_decimals_is_read_right_or_refused(
    shown_in: QLocale, read_in: QLocale, milli: int, decimals: int
) -> None:
    step = 10 ** (3 - decimals)
    grams = milli // step * step
    words.install(words.english, figures_of(read_in))
    shown = shown_in.toString(abs(grams) / 1000, "f", decimals)
    try:
        read = parse_quantity(shown, "kg")
    except BadQuantity:
        return
    # "1,234" is 1 kg 234 g by one person's marks and 1234 kg by another's; where it is the shape in which the
    # reader's own language shows weights, that language's reading counts.
    whole_kilograms = decimals == 0 and read_in.decimalPoint() == shown_in.groupSeparator()
    assert read == abs(grams) or (whole_kilograms and read * 1000 == abs(grams))


DIGITS = st.text("0123456789", min_size=1, max_size=5)
MARKS = st.sampled_from([".", ",", " ", "'", "’", "\u00a0", "\u202f", "٫", "٬", ""])


@given(
    parts=st.lists(st.tuples(DIGITS, MARKS), min_size=1, max_size=4),
    read_in=st.sampled_from(LOCALES),
    currency=st.sampled_from(CURRENCIES),
)
@example(parts=[("1", ","), ("5", "")], read_in=QLocale("en_GB"), currency="GBP")
@example(parts=[("12", "."), ("50", "")], read_in=QLocale("de_DE"), currency="EUR")
@example(parts=[("11", ","), ("11", "."), ("11", "")], read_in=QLocale("en_US"), currency="USD")
@example(parts=[("1", ",,"), ("000", "")], read_in=QLocale("en_US"), currency="USD")
def test_no_accepted_text_is_off_by_a_power_of_ten(
    parts: list[tuple[str, str]], read_in: QLocale, currency: str
) -> None:
    """By hand: the digits are those typed, and the last mark divides, or else all marks part thousands."""
    text = "".join(digits + mark for digits, mark in parts)
    words.install(words.english, figures_of(read_in))
    try:
        minor = parse_amount(text, currency)
    except BadAmount:
        return
    text = text.strip()
    digits = "".join(letter for letter in text if letter.isdigit())
    marks = [letter for letter in text if not letter.isdigit()]
    behind = len(text) - 1 - text.rindex(marks[-1]) if marks else 0
    value = Fraction(minor, 10 ** minor_digits(currency))
    as_decimal, as_whole = Fraction(int(digits), 10**behind), Fraction(int(digits))
    assert value in (as_decimal, as_whole)
    if value == as_whole != as_decimal:
        assert behind == 3 or marks[-1] not in ".,٫"
        assert marks[-1] not in ".," or len(marks) > 1 or minor_digits(currency) == 0
    if value == as_decimal != as_whole:
        assert marks[-1] in (".", ",", "٫", read_in.decimalPoint())


@pytest.mark.parametrize(
    ("locale", "text", "currency", "minor"),
    [
        ("en_IN", "1,25,000.00", "INR", 12_500_000),
        ("hi_IN", "1,25,000.00", "INR", 12_500_000),
        ("en_IN", "₹1,25,000.00", "INR", 12_500_000),
        ("en_GB", "1,25,000.00", "INR", 12_500_000),
        ("ja_JP", "12,500", "JPY", 12_500),
        ("ja_JP", "１２，５００", "JPY", 12_500),
        ("ja_JP", "￥12,500", "JPY", 12_500),
        ("de_DE", "12.500", "JPY", 12_500),
        ("ar_EG", "١٢٫٥٠", "EGP", 1250),
        ("ar_EG", "١٬٢٣٤٫٥٠", "EGP", 123_450),
        ("en_GB", "١٢٫٥٠", "GBP", 1250),
        ("fa_IR", "۱۲٫۵۰", "GBP", 1250),
        ("mr_IN", "१,२५,०००.००", "INR", 12_500_000),
        ("ne_NP", "१२.५०", "NPR", 1250),
        ("de_CH", "1'234.50", "CHF", 123_450),
        ("de_CH", "1’234.50", "CHF", 123_450),
        ("de_CH", "CHF 1’234.50", "CHF", 123_450),
        ("fr_FR", "1\u202f234,50", "EUR", 123_450),
        ("fr_FR", "1 234,50\u00a0€", "EUR", 123_450),
        ("pt_PT", "12\u00a0345,50", "EUR", 1_234_550),
        ("bg_BG", "12\u2009345,50", "EUR", 1_234_550),
        ("es_ES", "1234,50", "EUR", 123_450),
        ("es_ES", "1.234,50", "EUR", 123_450),
        ("es_ES", "12.50", "EUR", 1250),
        ("de_DE", "12.50", "EUR", 1250),
        ("de_DE", "12,50", "EUR", 1250),
        ("en_GB", "1,5", "GBP", 150),
        ("ar_AE", "\u200f12.50", "AED", 1250),
        ("en_GB", "0,500", "KWD", 500),
    ],
)
def test_an_amount_is_read_as_the_place_writes_it(locale: str, text: str, currency: str, minor: int) -> None:
    write_as(locale)
    assert parse_amount(text, currency) == minor


@pytest.mark.parametrize(
    ("locale", "text", "currency"),
    [
        ("en_GB", "1,234", "GBP"),
        ("es_ES", "1.234", "EUR"),
        ("de_DE", "1.234", "KWD"),
        ("fr_FR", "1.234", "EUR"),
        ("fr_FR", "1,234", "EUR"),
        ("en_GB", "12.500", "JPY"),
        ("en_GB", "1,23,456.00", "GBP"),
        ("en_GB", "11,11.11", "GBP"),
        ("en_GB", "1,,000", "GBP"),
        ("en_GB", "1e3", "GBP"),
        ("en_GB", "1_000", "GBP"),
        ("en_GB", "NaN", "GBP"),
        ("en_GB", "Infinity", "GBP"),
        ("en_GB", "½", "GBP"),
        ("en_GB", "5²", "GBP"),
        ("en_GB", "{written}", "GBP"),
        ("en_GB", "€12.50", "GBP"),
        ("en_GB", "−5", "GBP"),
        ("en_GB", "1 23", "GBP"),
        ("en_GB", "1'2", "GBP"),
        ("ar_EG", "١٢٫٥٫٠", "EGP"),
        ("en_GB", "9" * (FIGURE_LENGTH_MAX + 1), "GBP"),
    ],
)
def test_an_amount_that_could_be_two_or_none_is_refused_in_words(
    locale: str, text: str, currency: str
) -> None:
    write_as(locale)
    with pytest.raises(BadAmount) as refusal:
        parse_amount(text, currency)
    assert text[:20] in str(refusal.value)


@pytest.mark.parametrize("text", ["1\n234", "1\t234", "1\r\n234", "١\n٢٣٤", "12\n.50", "5\x075"])
def test_what_a_tab_or_a_newline_parts_is_never_one_figure(text: str) -> None:
    """Two cells or lines of a spreadsheet, pasted into one field."""
    write_as("en_GB")
    with pytest.raises(BadAmount, match=r"^“[^\n\t]*” is not an amount of money"):
        parse_amount(text, "GBP")
    with pytest.raises(BadQuantity, match="is not a quantity"):
        parse_quantity(text, "each")
    assert parse_amount(f"\t{text[-1]}\r\n", "GBP") == 100 * int(text[-1]), "around a figure they are nothing"


def test_the_two_figures_that_a_text_could_be_are_named() -> None:
    write_as("en_GB")
    with pytest.raises(BadAmount, match=r"“1,234” could be 1\.234 or 1234"):
        parse_amount("1,234", "GBP")


@pytest.mark.parametrize(
    ("text", "unit", "quantity"),
    [
        *((f"{minus}5", "each", -5) for minus in "-−‐‑‒–﹣－"),
        ("５００", "each", 500),
        ("５", "each", 5),
        ("1,250", "each", 1250),
        ("1,234.500 kg", "kg", 1_234_500),
        ("1.250 kg", "kg", 1250),
        ("\u200e−1.250 kg", "kg", -1250),
        ("٫٥", "kg", 500),
        ("+3", "each", 3),
    ],
)
def test_a_quantity_is_read_in_any_digits_and_with_any_minus(text: str, unit: str, quantity: int) -> None:
    assert parse_quantity(text, unit) == quantity


@pytest.mark.parametrize(
    ("text", "unit"), [("1,250", "kg"), ("3.000", "each"), ("1.250", "each"), ("--5", "each"), ("5-", "each")]
)
def test_a_quantity_that_could_be_two_is_refused(text: str, unit: str) -> None:
    with pytest.raises(BadQuantity):
        parse_quantity(text, unit)


@pytest.mark.parametrize(
    ("locale", "text", "rate_ppm"),
    [
        ("en_GB", "9.2375%", 92_375),
        ("en_GB", "9.2375 %", 92_375),
        ("de_DE", "9,2375 %", 92_375),
        ("ar_EG", "٥٫٥٪\u061c", 55_000),
        ("fa_IR", "٪۹٫۲۳۷۵", 92_375),
        ("tr_TR", "%20", 200_000),
        ("he_IL", "5.5%\u200e", 55_000),
        ("ja_JP", "５．５％", 55_000),
        ("es_ES", "5.5", 55_000),
    ],
)
def test_a_rate_is_read_with_four_decimals_and_any_percent_sign(
    locale: str, text: str, rate_ppm: int
) -> None:
    write_as(locale)
    assert parse_rate(text) == rate_ppm


@pytest.mark.parametrize("text", ["1,234%", "-5%", "5%%", "%", "", "9.23751%", "{text}%"])
def test_a_rate_that_could_be_two_or_none_is_refused(text: str) -> None:
    with pytest.raises(BadAmount):
        parse_rate(text)


def test_a_share_of_more_than_the_whole_is_refused() -> None:
    with pytest.raises(BadAmount, match="100%"):
        parse_share("100.5")


@given(st.integers(0, 10_000_000))
def test_a_rate_is_written_exactly(rate_ppm: int) -> None:
    assert Decimal(format_rate(rate_ppm)) * 10_000 == rate_ppm


@pytest.mark.parametrize(
    "text", ["2027-01-31", " ２０２７－０１－３１ ", "٢٠٢٧-٠١-٣١", "२०२७‑०१‑३१", "\u200f2027−01−31"]
)
def test_a_day_is_read_in_any_digits(text: str) -> None:
    assert read_day(text) == date(2027, 1, 31)


@pytest.mark.parametrize("text", ["01/02/2027", "31.01.2027", "2027-02-30", "27-01-31", ""])
def test_a_day_that_could_be_two_or_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_day(text)
