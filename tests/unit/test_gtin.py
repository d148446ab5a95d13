"""Barcodes: which are whole, which are one, and what is said of those that are neither."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from app.services.stock.gtin import (
    LENGTHS,
    BadGtin,
    is_spreadsheet_damage,
    parse_gtin,
    spellings,
    without_padding,
)


@pytest.mark.parametrize(
    "code",
    [
        "73513537",
        "4006381333931",
        "036000291452",
        "98412345678908",
        "0000000000017",
        "2000000000008",  # in-store
        "0212345678909"[:12] + ean.calc_check_digit("021234567890"),  # sold by weight
    ],
)
def test_whole_codes_are_kept_as_they_are(code: str) -> None:
    assert parse_gtin(f" {code} ") == code


def test_separators_are_no_part_of_a_code() -> None:
    assert parse_gtin("4-006381 333931") == "4006381333931"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("7,6223E+12", "turned into 7,6223E+12 by a spreadsheet; the digits are lost"),
        ("7.6223e12", "turned into 7.6223e12 by a spreadsheet"),
        ("4006381333931.0", "export the column as text"),
        ("4006381333932", "wrong check digit: 1 would be right"),
        ("36000291452", "was it 036000291452 before its leading zeros were lost?"),
        ("00000000001111111111", "has 20 digits"),
        ("0000000000000", "nothing but zeros"),
        ("40063813x3931", "not made of digits alone"),
        ("٤٠٠٦٣٨١٣٣٣٩٣١", "not made of digits alone"),
    ],
)
def test_what_is_wrong_with_a_code_is_said_in_words(written: str, reason: str) -> None:
    with pytest.raises(BadGtin) as refusal:
        parse_gtin(written)
    assert reason in str(refusal.value)


def test_a_number_in_scientific_notation_is_a_spreadsheets_doing() -> None:
    assert is_spreadsheet_damage("5,05399E+12")
    assert not is_spreadsheet_damage("4006381333931")


@given(st.integers(1, 10**7 - 1), st.sampled_from(LENGTHS), st.sampled_from(LENGTHS))
def test_leading_zeros_never_make_another_code(number: int, one: int, other: int) -> None:
    body = str(number)
    code = body + ean.calc_check_digit(body)
    first, second = code.zfill(one), code.zfill(other)
    assert parse_gtin(first) == first
    assert without_padding(first) == without_padding(second)
    assert second in spellings(first)
