"""When two codes are the same article, and how a code is read from what a scanner sends."""

import unicodedata
from dataclasses import dataclass
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import ean

from sync_agent.contract.article import (
    barcode_key,
    codes_in,
    is_same_barcode,
    is_same_sku,
    sku_key,
    upc_e_in_full,
)

# --- barcodes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("036000291452", "0036000291452"),  # UPC-A and EAN-13
        ("0036000291452", "00036000291452"),  # GTIN-14 with the indicator 0
        ("4006381333931", "04006381333931"),
        ("36000291452", "036000291452"),  # a spreadsheet dropped the zero
        ("73513537", "0000073513537"),  # EAN-8 in a field of thirteen digits
        ("04252614", "042100005264"),  # UPC-E, no EAN-8
        ("978-0-306-40615-7", "9780306406157"),
        ("4 006381 333931", "4006381333931"),
        ("\u200e4006381333931\ufeff", "4006381333931"),
        ("4006381333931\t", "4006381333931"),
        ("٤٠٠٦٣٨١٣٣٣٩٣١", "4006381333931"),
        ("４００６３８１３３３９３１", "4006381333931"),
        ("0212345678909", "212345678909"),  # sold by weight: the shop's own number
        ("abc-1", "ABC-1"),  # no GTIN: compared as an article number
    ],
)
def test_the_same_number_is_the_same_article_in_any_spelling(one: str, other: str) -> None:
    assert is_same_barcode(one, other)
    assert is_same_barcode(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10036000291459", "0036000291452"),  # a case of it: the indicator is 1
        ("90036000291455", "0036000291452"),
        ("123457", "00123457"),  # six digits are no GTIN
        ("123457", "0000000123457"),
        ("1234567", "01234567"),
        ("12345670", "012345000065"),  # an EAN-8 is not expanded as a UPC-E
        ("4006381333932", "04006381333932"),  # a wrong check digit: a text, and other than
        ("4006381333931", "4006381333932"),
        ("A-1", "A1"),
        ("", ""),
        ("0000000000000", "00000000"),
        ("-", "-"),
    ],
)
def test_what_looks_alike_and_is_another_article(one: str, other: str) -> None:
    assert not is_same_barcode(one, other)


def test_a_upc_e_stands_for_a_upc_a_only_with_its_check_digit() -> None:
    # From the figures that a scanner printed for these symbols.
    assert upc_e_in_full("07838604") == "078000003864"
    assert upc_e_in_full("04252614") == "042100005264"
    assert upc_e_in_full("02345673") == "023456000073"
    assert upc_e_in_full("04252615") is None
    assert upc_e_in_full("24252614") is None


# --- article numbers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("LOOSE-1", "loose-1"),
        ("LOOSE-1", "ＬＯＯＳＥ－１"),
        ("LOOSE-1", " LOOSE -\u00a01 "),
        ("LOOSE-1", "LOO\u00adSE-1"),  # soft hyphen
        ("LOOSE-1", "LOOSE\u200b-\u200d1"),
        ("LOOSE-1", "\u2066LOOSE-1\u2069"),
        ("LOOSE-1", "\u202eLOOSE-1\u202c"),
        ("LOOSE-1", "LOOSE-1\ufe0f"),
        ("LOOSE-1", "LOOSE\u20131"),  # a spreadsheet made the hyphen a dash
        ("LOOSE-1", "LOOSE\u22121"),
        ("LOOSE-1", "LOOSE-١"),
        ("CAFÉ", "CAFE\u0301"),
        ("STRASSE 5", "straße5"),
        ("ΣΑΣ", "σας"),
        ("SKU123 ", "SKU123"),
        ("85123a", "85123A"),
    ],
)
def test_an_article_number_is_what_people_see(one: str, other: str) -> None:
    assert is_same_sku(one, other)
    assert is_same_sku(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A-1", "A1"),
        ("A-1", "A_1"),
        ("A.1", "A1"),
        ("1", "01"),  # leading zeros are part of an article number
        ("E1", "É1"),
        ("36000291452", "036000291452"),
        (None, None),
        ("", ""),
        (" ", "\u200b"),
        ("-", "\u2013"),
    ],
)
def test_article_numbers_that_differ(one: str | None, other: str | None) -> None:
    assert not is_same_sku(one, other)


# --- properties --------------------------------------------------------------------------------------

NOT_SEEN = ["\u00ad", "\u200b", "\u200e", "\u2060", "\ufeff", " ", "\u00a0", "\u2009", "\u3000"]
DASHES = "-\u2010\u2011\u2013\u2014\u2212\uff0d"
SCRIPTS = "0٠۰०０"
"""The zeros of Latin, Arabic, Persian, Hindi and full-width digits."""


@dataclass(frozen=True)
class Spelled:
    """A spelling, and what it spells."""

    text: str
    means: tuple[str, object]


@st.composite
def gtins(draw: st.DrawFn) -> Spelled:
    """A GTIN in one of its spellings; few numbers, so that many pairs are the same."""
    indicator = draw(st.sampled_from(["", "", "1", "9"]))
    body = draw(st.sampled_from(["400638133393", "003600029145", "000007351353", "000000000041"]))
    whole = indicator + (body if indicator else body.lstrip("0"))
    code = whole + ean.calc_check_digit(whole)
    lengths = [length for length in (8, 9, 10, 11, 12, 13, 14) if length >= len(code)]
    code = code.zfill(draw(st.sampled_from(lengths)))
    if len(code) in {9, 10, 11} and code.startswith("0"):
        code = code.zfill(13)
    return Spelled(_disguised(draw, code), ("gtin", int(indicator + body)))


@st.composite
def numbers_of_a_shop(draw: st.DrawFn) -> Spelled:
    """Text that is no GTIN."""
    seen = draw(st.sampled_from(["A-1", "A1", "B-1", "7", "07", "123456", "Ä-1", "4006381333932"]))
    letters = []
    for letter in seen:
        case = draw(st.sampled_from([str.upper, str.lower]))
        wide = draw(st.booleans()) and letter.isascii() and letter.isalpha()
        cased = case(letter)
        letters.append(chr(ord(cased) + 0xFEE0) if wide else cased)
    written = _disguised(draw, "".join(letters))
    if draw(st.booleans()):
        written = unicodedata.normalize("NFD", written)
    return Spelled(written, ("text", seen))


def _disguised(draw: st.DrawFn, code: str) -> str:
    """The code with blanks and invisible letters in it, other dashes, and digits of another script."""
    # Digits of another script.
    zero = ord(draw(st.sampled_from(SCRIPTS)))
    dash = draw(st.sampled_from(DASHES))
    written = ""
    for letter in code:
        shown = dash if letter == "-" else letter
        written += chr(zero + int(letter)) if letter.isascii() and letter.isdigit() else shown
        written += draw(st.sampled_from(["", "", "", *NOT_SEEN]))
    return written


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.lists(gtins() | numbers_of_a_shop(), min_size=3, max_size=3))
def test_being_the_same_is_an_equivalence_and_follows_what_the_codes_mean(codes: list[Spelled]) -> None:
    for one, other in product(codes, codes):
        same = one.means == other.means
        assert is_same_barcode(one.text, other.text) == same, (one, other)
        assert (barcode_key(one.text) == barcode_key(other.text)) == same
        if one.means[0] == other.means[0] == "text":
            assert is_same_sku(one.text, other.text) == same, (one, other)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(max_size=32), st.text(max_size=32), st.text(max_size=32))
def test_any_texts_are_compared_by_an_equivalence(one: str, two: str, three: str) -> None:
    for key, is_same in ((barcode_key, is_same_barcode), (sku_key, is_same_sku)):
        texts = [one, two, three, one.upper(), f" {two}\u200b"]
        for text in texts:
            assert is_same(text, text) == (key(text) is not None)
        for first, second, third in product(texts, texts, texts):
            assert is_same(first, second) == is_same(second, first)
            if is_same(first, second) and is_same(second, third):
                assert is_same(first, third)


# --- what scanners and labels add --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("]E04006381333931", "4006381333931"),
        ("]E412345670", "12345670"),
        ("]E004252614", "042100005264"),  # a UPC-E that the scanner does not expand
        ("]C10104006381333931", "04006381333931"),
        ("]C1\x1d0104006381333931\x1d10ABC", "04006381333931"),
        ("]d20104006381333931172701011021A", "04006381333931"),
        ("]A0LOOSE-1", "LOOSE-1"),
        ("(01)04006381333931(10)ABC", "04006381333931"),
        ("F4006381333931", "4006381333931"),
        ("FF12345670", "12345670"),
        ("https://id.gs1.org/01/04006381333931/10/ABC?17=270101", "04006381333931"),
        ("https://shop.example/p/01/4006381333931", "4006381333931"),
    ],
)
def test_what_a_scanner_or_a_label_adds_is_left_out(sent: str, code: str) -> None:
    assert barcode_key(code) in [barcode_key(read) for read in codes_in(sent)]


@pytest.mark.parametrize("sent", ["F4006381333932", "(01)04006381333932", "LOOSE-1", "0104006381333932"])
def test_a_code_is_not_cut_where_the_rest_has_a_wrong_check_digit(sent: str) -> None:
    assert codes_in(sent) == (sent,)


@pytest.mark.parametrize("rest", ["0012²4565", "00²234565", "0425261²"])
def test_raised_figures_are_no_upc_e(rest: str) -> None:
    assert codes_in(f"]E0{rest}") == (f"]E0{rest}", rest)
