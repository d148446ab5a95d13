"""Barcodes: which are valid, which are equal, and the messages about invalid ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from app.services.stock.gtin import BadGtin, parse_gtin
from sync_agent.contract.article import GTIN_LENGTHS, is_spreadsheet_damage


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


@pytest.mark.parametrize("written", ["4-006381 333931", "٤٠٠٦٣٨١٣٣٣٩٣١", "\u200e4006381333931\u00a0"])
def test_separators_and_the_script_of_digits_are_no_part_of_a_code(written: str) -> None:
    assert parse_gtin(written) == "4006381333931"


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
        ("04252614", "has a wrong check digit; as a UPC-E code it is 042100005264"),
        ("hello world", "not made of digits alone"),
    ],
)
def test_what_is_wrong_with_a_code_is_said_in_words(written: str, reason: str) -> None:
    with pytest.raises(BadGtin) as refusal:
        parse_gtin(written)
    assert reason in str(refusal.value)


def test_a_number_in_scientific_notation_is_a_spreadsheets_doing() -> None:
    assert is_spreadsheet_damage("5,05399E+12")
    assert not is_spreadsheet_damage("4006381333931")


@given(st.integers(1, 10**7 - 1), st.sampled_from(GTIN_LENGTHS))
def test_whole_codes_of_any_length_are_kept_and_others_are_refused(number: int, length: int) -> None:
    body = str(number)
    code = (body + ean.calc_check_digit(body)).zfill(length)
    assert parse_gtin(code) == code
    mistyped = code[:-1] + str((int(code[-1]) + 1) % 10)
    with pytest.raises(BadGtin):
        parse_gtin(mistyped)
