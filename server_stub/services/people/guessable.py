"""Which new passwords and PINs are refused: those that a stranger tries first. What is set stays as it is."""

import re
from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from server_stub.errors import Refusal
from sync_agent.contract.codes import ErrorCode

_JUDGED_MAX = 72
"""Letters of a password that are looked at, because judging takes longer the longer it is. All are hashed."""
_LEAST_SCORE = 3
"""zxcvbn's: it takes at least 10**8 guesses."""
_LOOKALIKES = frozenset("4@8({[<369610!|7$5+%2")
_LOOKALIKES_MAX = 4
"""Kinds of figures and signs that are taken for letters: judging tries all their meanings together, which
takes seconds for a password that is made of them. One with more kinds is nobody's first guess.
"""
_WORD_LEAST = 3
_PUBLISHED = ("evertill-demo", "evertill")
"""What stands in this program's documentation: the demonstration's password."""
_YEARS = range(1900, 2100)
_COLUMNS = ("147", "258", "369", "1470", "2580", "3690", "159", "357")
"""Lines on the keys of a PIN pad."""
_COMMON_PINS = frozenset({
    "1004", "1122", "1133", "1188", "1221", "1230", "1233", "1236", "1250", "1254", "1324", "1342",
    "1357", "1379", "1397", "1423", "1478", "1515", "1590", "2112", "2233", "2244", "2323", "2468",
    "2486", "2525", "3112", "3366", "4200", "4455", "4545", "5150", "5252", "5683", "6699", "6789",
    "6969", "7410", "7531", "7788", "7890", "8520", "8642", "8675", "9753", "9630", "9876", "9988",
    "112233", "121212", "123123", "123321", "131313", "142536", "147258", "147852", "159357",
    "159753", "246810", "258456", "292513", "456123", "520131", "654123", "696969", "741852",
    "753951", "789456", "963852", "987123", "1123581", "3141592", "8675309", "11223344", "12341234",
    "14725836", "31415926",
})  # fmt: skip


def refuse_guessable_password(password: str, names: Iterable[str]) -> None:
    """Raises Refusal (`too_easy`) for a password that is common, or made of these names: of the person, of
    the shop. Takes up to half a second.
    """
    # Its dictionaries take a moment to read and some megabytes to hold: only once somebody sets a password.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    judged = zxcvbn(
        _with_few_lookalikes(password[:_JUDGED_MAX]), user_inputs=sorted(_words([*names, *_PUBLISHED]))
    )
    if judged["score"] < _LEAST_SCORE:
        raise Refusal(
            ErrorCode.TOO_EASY,
            "password: too easy to guess; take a few words that do not belong together",
            details={"secret": "password"},
        )


def refuse_guessable_pin(pin: str) -> None:
    """Raises Refusal (`too_easy`) for a PIN that many people have."""
    if is_guessable_pin(pin):
        raise Refusal(
            ErrorCode.TOO_EASY,
            "pin: too easy to guess; no rows, repeats, years or dates",
            details={"secret": "pin"},
        )


def is_guessable_pin(pin: str) -> bool:
    return (
        pin in _COMMON_PINS
        or any(pin == line or pin == line[::-1] for line in _COLUMNS)
        or _is_row(pin)
        or _repeats(pin)
        or (len(pin) == 4 and int(pin) in _YEARS)
        or (len(pin) in (6, 8) and _is_date(pin))
    )


def _is_row(pin: str) -> bool:
    """1234, 9876, 7890, 2468, 1111: each figure as far from the one before."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return len(steps) == 1 and steps <= {0, 1, 9, 2, 8}


def _repeats(pin: str) -> bool:
    """1212, 123123, 0101, 111222, 1221: a part again and again, two figures only in blocks, or mirrored."""
    if any(pin == pin[:size] * (len(pin) // size) for size in range(1, len(pin) // 2 + 1)):
        return True
    blocks = re.fullmatch(r"(\d)\1+(\d)\2+", pin)
    return blocks is not None or (len(pin) % 2 == 0 and len(set(pin)) == 2 and pin == pin[::-1])


def _is_date(pin: str) -> bool:
    """A birthday: day, month and year in one of their orders."""
    year_of = {6: 2, 8: 4}[len(pin)]
    orders = (
        (pin[4:], pin[2:4], pin[:2]),  # day, month, year
        (pin[4:], pin[:2], pin[2:4]),  # month, day, year
        (pin[:year_of], pin[year_of : year_of + 2], pin[year_of + 2 :]),  # year, month, day
    )
    return any(_is_day(*order) for order in orders)


def _is_day(year: str, month: str, day: str) -> bool:
    full = int(year) + (2000 if len(year) == 2 else 0)
    if full not in _YEARS:
        return False
    try:
        date(full, int(month), int(day))
    except ValueError:
        return False
    return True


def _words(names: Iterable[str]) -> set[str]:
    """Each name as it is, in its words, and without what stands between them."""
    found: set[str] = set()
    for name in names:
        lower = name.lower()
        words = re.findall(r"\w+", lower)
        found |= {lower, "".join(words), *words}
    return {word for word in found if len(word) >= _WORD_LEAST}


def _with_few_lookalikes(password: str) -> str:
    kinds = list(dict.fromkeys(letter for letter in password if letter in _LOOKALIKES))[:_LOOKALIKES_MAX]
    return "".join(letter if letter not in _LOOKALIKES or letter in kinds else "~" for letter in password)
