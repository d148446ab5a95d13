"""Who may: one judgement over whoever sends an operation, who did it, and who approved what in it.

Pure: it is given everybody's rights as they were (`rights_history` reads them) and when the thing was done,
and asks nothing itself. The table of rights is `server_stub.roles`. A transaction that a
till has completed is never refused for who did it, since the goods have left the shop: it is flagged.
ARCHITECTURE.md, "Who may".
"""

from collections.abc import Iterator
from dataclasses import dataclass

from server_stub.roles import Action, may
from sync_agent.contract.codes import ErrorCode

TILL = "device"
"""The role that a till by itself has in the table of rights."""
NOTHING = ""
"""The right of an approval that is for nothing: somebody is named, and that is looked at, but no more."""


@dataclass(frozen=True, slots=True)
class RightsFrom:
    """A person's rights from one moment on, until the next of their versions.

    `tenant_seq` is the number of the tenant's stream that told of them, `at_ms` when it did, by the server's
    clock.
    """

    tenant_seq: int
    at_ms: int
    role: str
    places: frozenset[str]
    active: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom an operation names. `versions`, oldest first, is empty for whom nobody knows."""

    id: str
    versions: tuple[RightsFrom, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was done: `at_ms` by the server's clock, and what of the tenant's stream its till had
    read by then (None where it does not say)."""

    at_ms: int
    tenant_seq: int | None = None


@dataclass(frozen=True, slots=True)
class Bearer:
    """Of the token that an operation came with: a till, or the person named by `person_id`."""

    id: str
    role: str
    places: frozenset[str]
    person_id: str | None = None

    @property
    def is_till(self) -> bool:
        return self.person_id is None


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody's word for something in an operation. Without a `right` it is for all that is in it."""

    approver: Person
    right: str | None = None
    of: str | None = None
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """A right that something in an operation takes; `of` and `amount` as `sync_agent.contract` has them.

    `is_tills_to_say`: from what amount on it is needed is a setting of each till, unknown here. Then only an
    approval that was given is held against what was done.
    """

    right: Action
    of: str | None = None
    amount: int | None = None
    is_tills_to_say: bool = False


@dataclass(frozen=True, slots=True)
class Allowed:
    pass


@dataclass(frozen=True, slots=True)
class Flagged:
    """It is taken, and a manager should look at it; each flag is a word of FLAGS and what it is about."""

    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    code: ErrorCode
    message: str


Verdict = Allowed | Flagged | Refused

FLAGS = (
    "unknown_actor",
    "inactive_actor",
    "misplaced_actor",
    "unknown_approver",
    "inactive_approver",
    "misplaced_approver",
    "not_approved",
    "not_permitted",
    "over_approval",
)
"""The words that a completed transaction is flagged with. The first six are followed by the person's id, the
others by the right. "Misplaced": not of the place where it was done."""


@dataclass(frozen=True, slots=True)
class _Finding:
    word: str
    about: str
    message: str

    @property
    def flag(self) -> str:
        return f"{self.word}:{self.about}"


def decide(
    bearer: Bearer,
    actor: Person,
    approvals: tuple[Approval, ...],
    needs: tuple[Need, ...],
    place: str | None,
    moment: Moment,
    *,
    is_completed: bool = False,
) -> Verdict:
    """Whether what was done may have been done.

    `place` is where (None: the bearer's own places count for what belongs to none). `is_completed`: of a
    transaction that a till or a client says is finished. A token that speaks in another's name, and a place
    that is not the bearer's, are refused whatever was done.
    """
    if place is not None and place not in bearer.places:
        return Refused(ErrorCode.FORBIDDEN, f"locationId: {place} is not your place")
    if not bearer.is_till:
        if actor.id != bearer.person_id:
            return Refused(ErrorCode.FORBIDDEN, "actorId: not the user of this token")
        if any(approval.approver.id != bearer.person_id for approval in approvals):
            words = "a person approves at a till, with their PIN: this token names nobody but its own user"
            return Refused(ErrorCode.FORBIDDEN, f"approvedById: {words}")
    decision = _Decision(bearer, actor, approvals, place, moment)
    findings = list(dict.fromkeys(decision.findings(needs, is_completed)))
    if not findings:
        return Allowed()
    if is_completed:
        return Flagged(tuple(finding.flag for finding in findings))
    return Refused(ErrorCode.FORBIDDEN, findings[0].message)


def decide_account(editor: RightsFrom, accounts: tuple[RightsFrom, ...]) -> Verdict:
    """Whether somebody may make an account, or what it was into what it will be: `accounts` are both.

    Nobody grants a right, or edits, resets or dismisses a person, above their own. Whoever manages clerks
    alone manages accounts of fewer rights than theirs, all of whose places are theirs too.
    """
    own = rights_of(editor.role)
    if not editor.active:
        return Refused(ErrorCode.FORBIDDEN, "this account is not active any more")
    for account in accounts:
        if not rights_of(account.role) <= own:
            return Refused(ErrorCode.FORBIDDEN, f"role: a {editor.role} makes and manages no {account.role}")
        if may(editor.role, Action.MANAGE_PEOPLE):
            continue
        if not may(editor.role, Action.MANAGE_CLERKS) or rights_of(account.role) == own:
            return Refused(ErrorCode.FORBIDDEN, f"role: a {editor.role} makes and manages no {account.role}")
        if not account.places or not account.places <= editor.places:
            return Refused(ErrorCode.FORBIDDEN, "locations: not all of them are places of yours")
    return Allowed()


def rights_of(role: str) -> frozenset[Action]:
    return frozenset(action for action in Action if may(role, action))


def rights_at(person: Person, moment: Moment) -> RightsFrom | None:
    """The version of a person that counts for what was done then; None for whom nobody knows.

    What the till had read counts, whatever its clock says; what it had not counts from when it was so. The
    first version counts for all before it too: nobody acts before they are hired, clocks go wrong.
    """
    counts: RightsFrom | None = None
    for version in person.versions:
        had_read = moment.tenant_seq is not None and version.tenant_seq <= moment.tenant_seq
        if counts is None or had_read or version.at_ms <= moment.at_ms:
            counts = version
    return counts


class _Decision:
    """The persons and approvals of one operation, each looked at once however many lines it has."""

    def __init__(
        self,
        bearer: Bearer,
        actor: Person,
        approvals: tuple[Approval, ...],
        place: str | None,
        moment: Moment,
    ) -> None:
        self._bearer = bearer
        self._actor = actor
        self._moment = moment
        # What belongs to no place is done where the till is; a person's own token may do it from anywhere.
        self._places: frozenset[str] | None = None
        if place is not None:
            self._places = frozenset((place,))
        elif bearer.is_till:
            self._places = bearer.places
        self._by_itself = bearer.is_till and actor.id == bearer.id
        self._approvers = {approval.approver.id: approval.approver for approval in approvals}
        self._given: dict[tuple[str | None, str | None], dict[str, int | None]] = {}
        for approval in approvals:
            self._give(approval)

    def _give(self, approval: Approval) -> None:
        """By what it is for: how far each approver went, None for however far."""
        given = self._given.setdefault((approval.right, approval.of), {})
        at_most = given.get(approval.approver.id, approval.at_most)
        if at_most is not None:
            at_most = None if approval.at_most is None else max(at_most, approval.at_most)
        given[approval.approver.id] = at_most

    def findings(self, needs: tuple[Need, ...], is_completed: bool) -> Iterator[_Finding]:
        """All that speaks against it; first whoever should not have been there at all."""
        if not self._by_itself or is_completed:
            yield from self._absent(self._actor, "actor")
        for approver in self._approvers.values():
            yield from self._absent(approver, "approver")
        for need in needs:
            yield from self._lacking(need)

    def _absent(self, person: Person, part: str) -> Iterator[_Finding]:
        field = "actorId" if part == "actor" else "approvedById"
        then = rights_at(person, self._moment)
        if then is None:
            yield _Finding(f"unknown_{part}", person.id, f"{field}: there is no user {person.id}")
        elif not then.active:
            yield _Finding(f"inactive_{part}", person.id, f"{field}: {person.id} did not work here any more")
        elif not self._is_of_place(then):
            yield _Finding(
                f"misplaced_{part}", person.id, f"{field}: {person.id} does not work at this place"
            )

    def _lacking(self, need: Need) -> Iterator[_Finding]:
        """Nothing where the right is held or was given; else what is wrong with that."""
        if self._actor_holds(need.right):
            return
        named = [key for key in ((need.right.value, None), (need.right.value, need.of)) if key in self._given]
        if need.is_tills_to_say and not named:
            return
        given = [key for key in (*named, (None, None)) if key in self._given]
        entitled = [
            [
                at_most
                for approver_id, at_most in self._given[key].items()
                if self._holds(self._approvers[approver_id], need.right)
            ]
            for key in dict.fromkeys(given)
        ]
        if _reach(entitled, need.amount):
            return
        what = need.right.words
        if any(entitled):
            yield _Finding("over_approval", need.right, f"approvals: {what} went further than was approved")
        elif given:
            approver_id = next(iter(self._given[given[0]]))
            yield _Finding("not_permitted", need.right, f"approvedById: {approver_id} may not {what}")
        else:
            who = "a till by itself" if self._by_itself else self._actor.id
            words = f"{who} may not {what} without the approval of somebody who may"
            yield _Finding("not_approved", need.right, f"actorId: {words}")

    def _actor_holds(self, right: Action) -> bool:
        if self._by_itself:
            return may(TILL, right)
        if not self._is_present(self._actor):
            # What is wrong with them has been said; that they may not sell either says nothing new.
            return may(TILL, right)
        if not self._bearer.is_till and not may(self._bearer.role, right):
            return False
        return self._holds(self._actor, right)

    def _holds(self, person: Person, right: Action) -> bool:
        then = rights_at(person, self._moment)
        return then is not None and self._is_present(person) and may(then.role, right)

    def _is_present(self, person: Person) -> bool:
        return next(self._absent(person, ""), None) is None

    def _is_of_place(self, then: RightsFrom) -> bool:
        return self._places is None or bool(self._places & then.places)


def _reach(bounds: list[list[int | None]], amount: int | None) -> bool:
    """Whether approvals go as far as `amount`: what was given for a line and for the whole adds up.

    Each list is of one thing: there the furthest counts. Bounds are on either side of nothing, so an approval
    of less (a price below the catalogue's) is none of more.
    """
    given = [of_one for of_one in bounds if of_one]
    if amount is None or any(None in of_one for of_one in given):
        return bool(given)
    known = [[bound for bound in of_one if bound is not None] for of_one in given]
    low = sum(min(0, *of_one) for of_one in known)
    high = sum(max(0, *of_one) for of_one in known)
    return bool(known) and low <= amount <= high
