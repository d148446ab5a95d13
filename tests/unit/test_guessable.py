"""Passwords and PINs that strangers try first, and those that they do not."""

import pytest

from server_stub.errors import Refusal
from server_stub.services.people.guessable import is_guessable_pin, refuse_guessable_password
from sync_agent.contract.codes import ErrorCode

NAMES = ("demo", "Marlow & Finch", "alice", "Alice Marlow", "High Street")


@pytest.mark.parametrize(
    "password",
    [
        "1234567890",
        "qwertyuiop",
        "QWERTYuiop",
        "aaaaaaaaaa",
        "abcdefghij",
        "password12",
        "P@ssw0rd2024",
        "letmein123",
        "alicealice",
        "alice12345",
        "Alice Marlow",
        "marlow & finch",
        "MarlowFinch",
        "m4rl0wf1nch",
        "highstreet1",
        "1234567890" * 12,
        "a" * 1024,
    ],
)
def test_common_passwords_and_names_are_refused(password: str) -> None:
    with pytest.raises(Refusal) as caught:
        refuse_guessable_password(password, NAMES)
    assert caught.value.code is ErrorCode.TOO_EASY
    assert password not in caught.value.message


@pytest.mark.parametrize(
    "password",
    [
        "kettle-harbour-violin",
        "Zx7#mQ2!pL",
        "пароль от кассы у реки",
        "correct horse battery",
        "{[(<6911!|0$5+7%2" * 60,  # signs that look like letters: judged in time
        "4@8({[6<1!|$57%" * 5,
    ],
)
def test_others_are_taken_whatever_their_length(password: str) -> None:
    refuse_guessable_password(password, NAMES)


def test_a_name_of_two_letters_spoils_no_password() -> None:
    refuse_guessable_password("kettle-harbour-violin", ("ke", "x", ""))


COMMON_PINS = """
    0000 1111 9999 1234 4321 2345 7890 0987 2468 8642 1357 1212 0101 6969 1122 1221 2580 0852 1478 1984 2026
    1900 2099 00000 12345 54321 123123 121212 111222 112233 654321 15031985 19850315 03151985 150385 850315
    990417 12341234 99999999 12345678 147258
"""


@pytest.mark.parametrize("pin", COMMON_PINS.split())
def test_common_pins_are_refused(pin: str) -> None:
    assert is_guessable_pin(pin)


@pytest.mark.parametrize("pin", ["4711", "2741", "5093", "80517", "402917", "73910462", "2100", "1899"])
def test_other_pins_are_taken(pin: str) -> None:
    assert not is_guessable_pin(pin)


def test_most_pins_are_left() -> None:
    assert sum(is_guessable_pin(f"{pin:04}") for pin in range(10_000)) < 600
