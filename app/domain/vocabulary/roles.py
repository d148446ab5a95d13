"""Roles of people: their names and their order."""

from dataclasses import dataclass

from app.domain.vocabulary import Table
from resources.words import Words, marked


@dataclass(frozen=True)
class Role:
    """A row. `level` rises with what a role may do; `app/domain/rights.py` says from which role on."""

    code: str
    name: Words
    level: int


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
    """The role of a code; a role that this till does not know may only sell."""
    return ROLES.of(code)
