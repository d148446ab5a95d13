"""Whom a till knows: the roles of people, what they are called, and who ranks above whom."""

from dataclasses import dataclass

from app.domain.vocabulary import Table
from resources.words import Words, marked


@dataclass(frozen=True)
class Role:
    """A row. `rank` rises with what a role may do; `approves` from the rank of a manager on."""

    code: str
    name: Words
    rank: int

    @property
    def approves(self) -> bool:
        """Whether it holds a manager's rights."""
        return self.rank >= _MANAGER_RANK


CLERK = "clerk"
MANAGER = "manager"
ADMIN = "admin"
_CLERK_RANK, _MANAGER_RANK, _ADMIN_RANK = range(3)

ROLES = Table.of_rows(
    (
        Role(CLERK, marked("role", "Clerk"), _CLERK_RANK),
        Role(MANAGER, marked("role", "Manager"), _MANAGER_RANK),
        Role(ADMIN, marked("role", "Administrator"), _ADMIN_RANK),
    ),
    unknown=lambda code: Role(code, code, _CLERK_RANK),
)


def role_of(code: str) -> Role:
    """The role behind a code; one that this till does not know may sell, and no more."""
    return ROLES.of(code)


def approves(code: str) -> bool:
    """Whether somebody of this role holds a manager's rights."""
    return role_of(code).approves
