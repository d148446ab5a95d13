"""Authorisation: one decision over the bearer, the person who acted, and who approved what.

Pure: it gets everybody's rights history (`rights_history` reads it) and the time of the act, and queries
nothing. The table of rights is `server_stub.roles`. A completed till transaction is never refused for its
actor, since the goods have left the shop: it is flagged. ARCHITECTURE.md, "Who may".
"""

from collections.abc import Iterator
from dataclasses import dataclass

from server_stub.roles import Action, may
from sync_agent.contract.codes import ErrorCode

TILL = "device"
"""The role of a till without a person, in the table of rights."""
NOTHING = ""
"""The right of an approval for nothing: the person named is checked, and no more."""


@dataclass(frozen=True, slots=True)
class RightsFrom:
    """A person's rights from one moment until their next version.

    `tenant_seq` is the number of its change in the tenant's stream, `at_ms` that change's time by the
    server's clock.
    """

    tenant_seq: int
    at_ms: int
    role: str
    places: frozenset[str]
    active: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """A person that an operation names. `versions`, oldest first, is empty for an unknown id."""

    id: str
    versions: tuple[RightsFrom, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was done: `at_ms` by the server's clock, and the number in the tenant's stream that
    its till had read by then (None if unknown).
    """

    at_ms: int
    tenant_seq: int | None = None


@dataclass(frozen=True, slots=True)
class Bearer:
    """The bearer of the operation's token: a till, or the person `person_id`."""

    id: str
    role: str
    places: frozenset[str]
    person_id: str | None = None

    @property
    def is_till(self) -> bool:
        return self.person_id is None


@dataclass(frozen=True, slots=True)
class ApprovalClaim:
    """What an operation says of a person's approval. Without a `right` it covers the whole operation."""

    approver: Person
    right: str | None = None
    of: str | None = None
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class RequiredRight:
    """A right that something in an operation needs; `of` and `amount` as in `sync_agent.contract`."""

    right: Action
    of: str | None = None
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Allowed:
    pass


@dataclass(frozen=True, slots=True)
class Flagged:
    """Accepted, for a manager to check; each flag is a code and its subject: docs/protocol.md lists them."""

    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    code: ErrorCode
    message: str


Verdict = Allowed | Flagged | Refused

FLAGS = {
    "unknown_actor": ("person's id", "there is no such user"),
    "inactive_actor": ("person's id", "the account of who did it was closed by then"),
    "misplaced_actor": ("person's id", "who did it does not work at that place"),
    "unknown_approver": ("person's id", "there is no such user"),
    "inactive_approver": ("person's id", "the account of who approved it was closed by then"),
    "misplaced_approver": ("person's id", "who approved it does not work at that place"),
    "not_approved": ("right", "the person who acted does not have it, and nobody approved it"),
    "not_permitted": ("right", "the person who approved it does not have it either"),
    "over_approval": ("right", "it went further than the approval (`atMost`)"),
}
"""The flags of a completed transaction that follow from who did and approved it: what each is about, and
when it is set.
"""


@dataclass(frozen=True, slots=True)
class _Objection:
    word: str
    about: str
    message: str

    @property
    def flag(self) -> str:
        return f"{self.word}:{self.about}"


def decide(
    bearer: Bearer,
    actor: Person,
    approvals: tuple[ApprovalClaim, ...],
    needs: tuple[RequiredRight, ...],
    place: str | None,
    moment: Moment,
    *,
    is_completed: bool = False,
) -> Verdict:
    """Decides whether an act is allowed.

    `place` is where it was done (None: where the bearer's own places count). `is_completed`: a transaction
    that a till or client reports as finished, which is flagged instead of refused. A token used in another's
    name, and a place that is not the bearer's, are refused in any case.
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
    objections = list(dict.fromkeys(decision.objections(needs, is_completed)))
    if not objections:
        return Allowed()
    if is_completed:
        return Flagged(tuple(objection.flag for objection in objections))
    return Refused(ErrorCode.FORBIDDEN, objections[0].message)


def decide_account(editor: RightsFrom, accounts: tuple[RightsFrom, ...]) -> Verdict:
    """Decides whether `editor` may create or change an account: `accounts` are its states before and after.

    Nobody grants a right, or edits, resets or dismisses a person, above their own. Whoever may only manage
    clerks manages accounts with fewer rights than theirs, all of whose places are theirs too.
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
    """The version of a person's rights that counts at a moment; None for an unknown person.

    A version that the till had read counts, whatever its clock says; others count from their own time on.
    The first version also counts for everything before it: nobody acts before being hired, but clocks go
    wrong.
    """
    counts: RightsFrom | None = None
    for version in person.versions:
        had_read = moment.tenant_seq is not None and version.tenant_seq <= moment.tenant_seq
        if counts is None or had_read or version.at_ms <= moment.at_ms:
            counts = version
    return counts


class _Decision:
    """The people and approvals of one operation, each checked once however many lines it has."""

    def __init__(
        self,
        bearer: Bearer,
        actor: Person,
        approvals: tuple[ApprovalClaim, ...],
        place: str | None,
        moment: Moment,
    ) -> None:
        self._bearer = bearer
        self._actor = actor
        self._moment = moment
        # What belongs to no place was done where the till is; a person's own token may do it from anywhere.
        self._places: frozenset[str] | None = None
        if place is not None:
            self._places = frozenset((place,))
        elif bearer.is_till:
            self._places = bearer.places
        self._by_itself = bearer.is_till and actor.id == bearer.id
        self._approvers = {approval.approver.id: approval.approver for approval in approvals}
        self._given: dict[tuple[str | None, str | None], dict[str, int | None]] = {}
        for approval in approvals:
            self._add_bound(approval)

    def _add_bound(self, approval: ApprovalClaim) -> None:
        """Registers an approval's bound under what it is for; None: no bound."""
        given = self._given.setdefault((approval.right, approval.of), {})
        at_most = given.get(approval.approver.id, approval.at_most)
        if at_most is not None:
            at_most = None if approval.at_most is None else max(at_most, approval.at_most)
        given[approval.approver.id] = at_most

    def objections(self, needs: tuple[RequiredRight, ...], is_completed: bool) -> Iterator[_Objection]:
        """All objections; first those against the people themselves."""
        if not self._by_itself or is_completed:
            yield from self._absent(self._actor, "actor")
        for approver in self._approvers.values():
            yield from self._absent(approver, "approver")
        for need in needs:
            yield from self._objections_to(need)

    def _absent(self, person: Person, part: str) -> Iterator[_Objection]:
        field = "actorId" if part == "actor" else "approvedById"
        then = rights_at(person, self._moment)
        if then is None:
            yield _Objection(f"unknown_{part}", person.id, f"{field}: there is no user {person.id}")
        elif not then.active:
            yield _Objection(
                f"inactive_{part}", person.id, f"{field}: {person.id} did not work here any more"
            )
        elif not self._is_of_place(then):
            yield _Objection(
                f"misplaced_{part}", person.id, f"{field}: {person.id} does not work at this place"
            )

    def _objections_to(self, need: RequiredRight) -> Iterator[_Objection]:
        """Objections to one need; none if the right is held or was approved."""
        if self._actor_holds(need.right):
            return
        named = [key for key in ((need.right.value, None), (need.right.value, need.of)) if key in self._given]
        given = [key for key in (*named, (None, None)) if key in self._given]
        entitled = [
            [
                at_most
                for approver_id, at_most in self._given[key].items()
                if self._holds(self._approvers[approver_id], need.right)
            ]
            for key in dict.fromkeys(given)
        ]
        if _covers(entitled, need.amount):
            return
        what = need.right.words
        if any(entitled):
            yield _Objection("over_approval", need.right, f"approvals: {what} went further than was approved")
        elif given:
            approver_id = next(iter(self._given[given[0]]))
            yield _Objection("not_permitted", need.right, f"approvedById: {approver_id} may not {what}")
        else:
            who = "a till by itself" if self._by_itself else self._actor.id
            words = f"{who} may not {what} without the approval of somebody who may"
            yield _Objection("not_approved", need.right, f"actorId: {words}")

    def _actor_holds(self, right: Action) -> bool:
        if self._by_itself:
            return may(TILL, right)
        if not self._is_present(self._actor):
            # An invalid actor was reported already; that they may not sell either adds nothing.
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


def _covers(bounds: list[list[int | None]], amount: int | None) -> bool:
    """Whether approvals cover `amount`: approvals of a line and of the whole add up.

    Each list is of one subject; its furthest bound counts. Bounds have a sign, so an approval below zero (a
    price under the catalogue's) does not cover more.
    """
    given = [of_one for of_one in bounds if of_one]
    if amount is None or any(None in of_one for of_one in given):
        return bool(given)
    known = [[bound for bound in of_one if bound is not None] for of_one in given]
    low = sum(min(0, *of_one) for of_one in known)
    high = sum(max(0, *of_one) for of_one in known)
    return bool(known) and low <= amount <= high
