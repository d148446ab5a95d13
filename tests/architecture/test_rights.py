"""The till's table of rights and the server's: two tables, one meaning."""

import re

from app.domain import rights
from app.domain.rights import LEAST, Right
from app.domain.vocabulary.roles import ROLES
from server_stub.roles import AT_TILLS, Action, may
from tests.kit.paths import ROOT

AT_THE_SERVER_ALONE = {
    "close_anothers_shift",
    "enroll_device",
    "manage_clerks",
    "manage_people",
    "manage_places",
    "carry_up_settings",
    "loosen_checks",
}
"""Rights that nobody asks for at a till."""


def test_every_right_of_a_till_is_in_its_table_and_has_words() -> None:
    assert set(LEAST) == set(Right)
    said = [rights.in_words(right) for right in Right]
    assert all(said)
    assert len(set(said)) == len(said)
    assert all(rights.in_words(right) in rights.only(right) for right in Right)


def test_the_till_and_the_server_know_the_same_rights() -> None:
    assert {right.value for right in Right} == {right.value for right in Action} - AT_THE_SERVER_ALONE


def test_whoever_holds_a_right_at_the_till_holds_it_at_the_server_and_nobody_else() -> None:
    for right in Right:
        for role in ROLES.rows:
            assert rights.may(role, right) == may(role, Action(right.value)), (role, right)


def test_a_role_of_a_newer_program_may_sell_and_no_more() -> None:
    held = {right for right in Right if rights.may("area_manager", right)}
    assert held == {Right.SELL}


def judged(folder: str, table: str, enumeration: str) -> set[str]:
    """The names of the rights that some module of the folder asks for, other than the table itself."""
    asked: set[str] = set()
    for path in (ROOT / folder).rglob("*.py"):
        if path != ROOT / table:
            asked |= set(re.findall(rf"\b{enumeration}\.([A-Z_]+)\b", path.read_text()))
    return asked


def test_every_right_at_the_server_is_judged_or_is_one_of_a_till() -> None:
    named = {action.name for action in Action}
    unjudged = named - judged("server_stub", "server_stub/roles.py", "Action")
    assert unjudged <= {action.name for action in AT_TILLS}


def test_every_right_of_a_till_is_judged_there() -> None:
    """But the one that every role has."""
    named = {right.name for right in Right}
    assert named - judged("app", "app/domain/rights.py", "Right") == {"SELL"}
    assert all(rights.may(role, Right.SELL) for role in [*ROLES.rows, "area_manager"])
