"""Authorisation as a pure function, over all bearers, people, approvals, rights, places and times."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from server_stub.roles import ALLOWED, Action
from server_stub.services.people.authorisation import (
    Allowed,
    ApprovalClaim,
    Bearer,
    Flagged,
    Moment,
    Person,
    Refused,
    RequiredRight,
    RightsFrom,
    Verdict,
    decide,
    rights_at,
)

MAIN, ANNEX = "main", "annex"
TILL = Bearer("till-1", "device", frozenset({MAIN}))
NOW = Moment(at_ms=1000, tenant_seq=10)


def employed(id_: str, role: str = "clerk", *places: str, active: bool = True) -> Person:
    return Person(id_, (RightsFrom(1, 0, role, frozenset(places or (MAIN,)), active),))


CLEO, MIA = employed("cleo"), employed("mia", "manager")


def own_token(person: Person, *places: str) -> Bearer:
    return Bearer(person.id, person.versions[0].role, frozenset(places or (MAIN,)), person_id=person.id)


def at_the_till(
    right: Action,
    actor: Person = CLEO,
    *approvals: ApprovalClaim,
    moment: Moment = NOW,
    is_completed: bool = False,
    place: str | None = MAIN,
) -> Verdict:
    return decide(TILL, actor, approvals, (RequiredRight(right),), place, moment, is_completed=is_completed)


def flags(verdict: Verdict) -> tuple[str, ...]:
    assert isinstance(verdict, Flagged), verdict
    return verdict.flags


def words(verdict: Verdict) -> str:
    assert isinstance(verdict, Refused), verdict
    assert verdict.code == "forbidden"
    return verdict.message


# --- who was there -------------------------------------------------------------------------------------


def test_a_clerk_sells_at_their_till() -> None:
    assert at_the_till(Action.SELL, is_completed=True) == Allowed()


@pytest.mark.parametrize(
    ("actor", "flag"),
    [
        (Person("eve"), "unknown_actor:eve"),
        (employed("dan", active=False), "inactive_actor:dan"),
        (employed("ann", "admin", ANNEX), "misplaced_actor:ann"),
    ],
)
def test_whoever_should_not_have_been_there_is_flagged_on_a_sale_and_refused_elsewhere(
    actor: Person, flag: str
) -> None:
    assert flags(at_the_till(Action.SELL, actor, is_completed=True)) == (flag,)
    assert words(at_the_till(Action.MOVE_STOCK, actor)).startswith("actorId: ")


@pytest.mark.parametrize(
    ("approver", "flag"),
    [
        (Person("eve"), "unknown_approver:eve"),
        (employed("dan", "manager", active=False), "inactive_approver:dan"),
        (employed("ann", "admin", ANNEX), "misplaced_approver:ann"),
    ],
)
def test_an_approver_who_was_not_there_approves_nothing(approver: Person, flag: str) -> None:
    given = ApprovalClaim(approver)
    found = flags(at_the_till(Action.VOID_SALE, CLEO, given, is_completed=True))
    assert found == (flag, "not_permitted:void_sale")
    assert words(at_the_till(Action.EDIT_PRODUCT, CLEO, given)).startswith("approvedById: ")


def test_a_till_by_itself_does_what_the_table_gives_it_and_no_more() -> None:
    alone = Person("till-1")
    assert at_the_till(Action.MOVE_STOCK, alone) == Allowed()
    assert "a till by itself" in words(at_the_till(Action.EDIT_PRODUCT, alone))
    assert flags(at_the_till(Action.SELL, alone, is_completed=True)) == ("unknown_actor:till-1",)


def test_what_belongs_to_no_place_is_done_where_the_till_is() -> None:
    elsewhere = employed("ann", "manager", ANNEX)
    assert "at this place" in words(at_the_till(Action.EDIT_PRODUCT, elsewhere, place=None))
    assert at_the_till(Action.EDIT_PRODUCT, MIA, place=None) == Allowed()


def test_nobody_acts_at_a_place_that_is_not_the_bearers() -> None:
    assert "annex" in words(at_the_till(Action.SELL, CLEO, place=ANNEX, is_completed=True))


# --- a person's own token ------------------------------------------------------------------------------


def test_a_persons_token_acts_in_their_name_alone() -> None:
    for is_completed in (True, False):
        verdict = decide(
            own_token(CLEO), MIA, (), (RequiredRight(Action.SELL),), MAIN, NOW, is_completed=is_completed
        )
        assert words(verdict) == "actorId: not the user of this token"


def test_a_persons_token_names_no_other_approver() -> None:
    for is_completed in (True, False):
        verdict = decide(
            own_token(CLEO),
            CLEO,
            (ApprovalClaim(MIA),),
            (RequiredRight(Action.VOID_SALE),),
            MAIN,
            NOW,
            is_completed=is_completed,
        )
        assert words(verdict).startswith("approvedById: ")


def test_a_person_who_names_themselves_as_approver_gains_nothing() -> None:
    verdict = decide(
        own_token(CLEO),
        CLEO,
        (ApprovalClaim(CLEO),),
        (RequiredRight(Action.VOID_SALE),),
        MAIN,
        NOW,
        is_completed=True,
    )
    assert flags(verdict) == ("not_permitted:void_sale",)


def test_a_token_of_other_rights_than_its_person_holds_no_more_than_both() -> None:
    for role, token_role in (("clerk", "manager"), ("manager", "clerk")):
        person = employed("pat", role)
        bearer = replace(own_token(person), role=token_role)
        assert isinstance(
            decide(bearer, person, (), (RequiredRight(Action.EDIT_PRODUCT),), None, NOW), Refused
        )


# --- approvals -----------------------------------------------------------------------------------------


def test_an_approval_is_for_its_right_its_line_and_as_far_as_it_goes() -> None:
    need = RequiredRight(Action.OVERRIDE_PRICE, of="line:2", amount=500)

    def with_(*approvals: ApprovalClaim) -> Verdict:
        return decide(TILL, CLEO, approvals, (need,), MAIN, NOW, is_completed=True)

    assert with_(ApprovalClaim(MIA, "override_price", "line:2", 500)) == Allowed()
    assert with_(ApprovalClaim(MIA, "override_price", "line:2")) == Allowed()
    assert with_(ApprovalClaim(MIA, "override_price")) == Allowed()
    assert flags(with_(ApprovalClaim(MIA, "override_price", "line:2", 499))) == (
        "over_approval:override_price",
    )
    assert flags(with_(ApprovalClaim(MIA, "override_price", "line:1"))) == ("not_approved:override_price",)
    assert flags(with_(ApprovalClaim(MIA, "refund_without_receipt"))) == ("not_approved:override_price",)
    assert flags(with_(ApprovalClaim(CLEO, "override_price", "line:2"))) == ("not_permitted:override_price",)
    assert (
        with_(ApprovalClaim(MIA, "override_price", "line:2", 10), ApprovalClaim(MIA, "override_price"))
        == Allowed()
    )


def test_an_approval_without_a_right_is_for_all_that_was_done() -> None:
    needs = (
        RequiredRight(Action.OVERRIDE_PRICE, of="line:1", amount=9),
        RequiredRight(Action.VOID_SALE, amount=10**9),
    )
    assert decide(TILL, CLEO, (ApprovalClaim(MIA),), needs, MAIN, NOW, is_completed=True) == Allowed()


# --- when ----------------------------------------------------------------------------------------------


def dismissed(at_ms: int = 500, seq: int = 20) -> Person:
    hired, gone = (
        employed("dora", "manager").versions[0],
        RightsFrom(seq, at_ms, "manager", frozenset({MAIN}), False),
    )
    return Person("dora", (hired, gone))


def test_a_till_that_has_read_a_dismissal_cannot_act_in_that_name_whatever_its_clock_says() -> None:
    long_ago = Moment(at_ms=1, tenant_seq=20)
    assert "any more" in words(at_the_till(Action.EDIT_PRODUCT, dismissed(), moment=long_ago))
    found = at_the_till(Action.SELL, dismissed(), moment=long_ago, is_completed=True)
    assert flags(found) == ("inactive_actor:dora",)


def test_a_till_that_had_not_is_judged_by_when_it_was_done() -> None:
    for tenant_seq in (None, 19):
        before, after = Moment(499, tenant_seq), Moment(500, tenant_seq)
        assert at_the_till(Action.EDIT_PRODUCT, dismissed(), moment=before) == Allowed()
        assert isinstance(at_the_till(Action.EDIT_PRODUCT, dismissed(), moment=after), Refused)


def test_what_a_till_has_read_counts_though_its_clock_is_behind() -> None:
    hired, promoted = employed("pia").versions[0], RightsFrom(7, 900, "manager", frozenset({MAIN}))
    pia = Person("pia", (hired, promoted))
    assert at_the_till(Action.EDIT_PRODUCT, pia, moment=Moment(100, tenant_seq=7)) == Allowed()
    assert isinstance(at_the_till(Action.EDIT_PRODUCT, pia, moment=Moment(100, tenant_seq=6)), Refused)


def test_nobody_acts_before_they_are_hired() -> None:
    new = Person("new", (RightsFrom(50, 5000, "clerk", frozenset({MAIN})),))
    assert at_the_till(Action.SELL, new, moment=Moment(10), is_completed=True) == Allowed()


# --- of everything -------------------------------------------------------------------------------------

ROLES = ("clerk", "manager", "admin", "a role of tomorrow")
FLAGS = {
    *("unknown_actor", "inactive_actor", "misplaced_actor"),
    *("unknown_approver", "inactive_approver", "misplaced_approver"),
    *("not_approved", "not_permitted", "over_approval"),
}
PLACES = some.frozensets(some.sampled_from((MAIN, ANNEX)))
VERSIONS = some.lists(
    some.builds(
        RightsFrom,
        some.integers(1, 9),
        some.integers(0, 9),
        some.sampled_from(ROLES),
        PLACES,
        some.booleans(),
    ),
    max_size=4,
).map(lambda made: tuple(sorted(made, key=lambda version: version.tenant_seq)))
BEARERS = some.one_of(
    some.builds(Bearer, some.just("till-1"), some.just("device"), PLACES),
    some.sampled_from(("ann", "bea")).flatmap(
        lambda who: some.builds(Bearer, some.just(who), some.sampled_from(ROLES), PLACES, some.just(who))
    ),
)
RIGHT_NAMES = some.one_of(some.none(), some.sampled_from([*map(str, Action), "fly"]))
LINES = some.one_of(some.none(), some.sampled_from(("line:1", "line:2")))
AMOUNTS = some.one_of(some.none(), some.integers(-5, 5))


def whoever(people: dict[str, Person]) -> some.SearchStrategy[tuple[Person, tuple[ApprovalClaim, ...]]]:
    """An actor and approvals, all of these people: nobody has two histories."""
    anybody = some.sampled_from(list(people.values()))
    approvals = some.lists(some.builds(ApprovalClaim, anybody, RIGHT_NAMES, LINES, AMOUNTS), max_size=3)
    return some.tuples(anybody, approvals.map(tuple))


WHO = (
    some.fixed_dictionaries(dict.fromkeys(("ann", "bea", "till-1"), VERSIONS))
    .map(lambda histories: {name: Person(name, versions) for name, versions in histories.items()})
    .flatmap(whoever)
)
NEEDS = some.lists(
    some.builds(RequiredRight, some.sampled_from(Action), LINES, AMOUNTS), min_size=1, max_size=3
).map(tuple)
MOMENTS = some.builds(Moment, some.integers(0, 9), some.one_of(some.none(), some.integers(0, 9)))
PLACE = some.one_of(some.none(), some.sampled_from((MAIN, ANNEX)))


@given(BEARERS, WHO, NEEDS, PLACE, MOMENTS)
def test_what_is_allowed_was_held_by_somebody_of_the_place_who_was_active(
    bearer: Bearer,
    who: tuple[Person, tuple[ApprovalClaim, ...]],
    needs: tuple[RequiredRight, ...],
    place: str | None,
    moment: Moment,
) -> None:
    """What is allowed without a flag has, for each right, a person who held it there at that time."""
    actor, approvals = who
    if decide(bearer, actor, approvals, needs, place, moment, is_completed=True) != Allowed():
        return
    assert place is None or place in bearer.places
    names = [actor, *(approval.approver for approval in approvals)]
    roles = set()
    for person in names:
        then = rights_at(person, moment)
        assert then is not None
        assert then.active
        where = {place} if place is not None else bearer.places if bearer.is_till else then.places
        assert where & then.places or not bearer.is_till
        assert bearer.is_till or person.id == bearer.id
        roles.add(then.role)
    if actor.id == bearer.id and bearer.is_till:
        roles.add("device")
    for need in needs:
        assert roles & ALLOWED[need.right]


@given(BEARERS, WHO, NEEDS, PLACE, MOMENTS)
def test_a_completed_transaction_is_flagged_exactly_where_anything_else_is_refused(
    bearer: Bearer,
    who: tuple[Person, tuple[ApprovalClaim, ...]],
    needs: tuple[RequiredRight, ...],
    place: str | None,
    moment: Moment,
) -> None:
    actor, approvals = who
    done = decide(bearer, actor, approvals, needs, place, moment, is_completed=True)
    asked = decide(bearer, actor, approvals, needs, place, moment)
    if isinstance(done, Flagged):
        assert done.flags
        assert len(set(done.flags)) == len(done.flags)
        assert {flag.partition(":")[0] for flag in done.flags} <= FLAGS
    else:
        assert asked == done
    if isinstance(asked, Refused):
        assert asked.message
        assert isinstance(done, Flagged | Refused)
    assert (asked == Allowed()) == (done == Allowed()) or actor.id == bearer.id


@given(BEARERS, WHO, NEEDS, PLACE, MOMENTS, some.integers(1, 9))
def test_only_what_a_till_itself_could_not_know_makes_its_clock_matter(
    bearer: Bearer,
    who: tuple[Person, tuple[ApprovalClaim, ...]],
    needs: tuple[RequiredRight, ...],
    place: str | None,
    moment: Moment,
    later_ms: int,
) -> None:
    """A till that has read everything is judged alike whatever its clock says."""
    actor, approvals = who
    all_read = replace(moment, tenant_seq=9)
    moved = replace(all_read, at_ms=all_read.at_ms + later_ms)
    assert decide(bearer, actor, approvals, needs, place, all_read) == decide(
        bearer, actor, approvals, needs, place, moved
    )
