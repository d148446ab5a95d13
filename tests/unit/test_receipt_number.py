"""Receipt numbers as people write them: in full, or their last digits alone."""

import pytest

from app.domain.receipt_number import full_number


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("417", "T2-000417"),
        (" 000417 ", "T2-000417"),
        ("1234567", "T2-1234567"),
        ("٤١٧", "T2-000417"),
        ("४१७", "T2-000417"),
        ("\u200e417", "T2-000417"),
        ("999999999999", "T2-999999999999"),
    ],
)
def test_last_digits_name_a_receipt_of_the_series(written: str, number: str) -> None:
    assert full_number(written, "T2") == number


@pytest.mark.parametrize(
    "written",
    ["", " ", "²", "4²", "④", "½", "T2-000417", "-417", "4 17", "4.17", "4006381333931", "9" * 5000],
)
def test_anything_else_is_no_receipt_of_a_series(written: str) -> None:
    assert full_number(written, "T2") is None
