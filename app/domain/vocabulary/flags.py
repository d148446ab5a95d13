"""Flags: what the server found suspicious about a completed till transaction, as a code and its subject."""

from dataclasses import dataclass
from typing import Literal

from app.domain.vocabulary import Table
from resources.words import Words, marked

About = Literal["person", "right", "product", "itself"]


@dataclass(frozen=True)
class Flag:
    """A row. `about` says what the subject after the code is, and so how {what} in the text is filled in."""

    code: str
    words: Words
    about: About = "itself"


FLAGS = Table.of_rows(
    (
        Flag("unknown_actor", marked("flag", "The shop does not know {what}, who did it"), "person"),
        Flag("inactive_actor", marked("flag", "{what}, who did it, did not work here any more"), "person"),
        Flag("misplaced_actor", marked("flag", "{what}, who did it, does not work at this shop"), "person"),
        Flag("unknown_approver", marked("flag", "The shop does not know {what}, who approved it"), "person"),
        Flag(
            "inactive_approver",
            marked("flag", "{what}, who approved it, did not work here any more"),
            "person",
        ),
        Flag(
            "misplaced_approver",
            marked("flag", "{what}, who approved it, does not work at this shop"),
            "person",
        ),
        Flag("not_approved", marked("flag", "Nobody who may approved it: {what}"), "right"),
        Flag("not_permitted", marked("flag", "Whoever approved it may not: {what}"), "right"),
        Flag("over_approval", marked("flag", "It went further than was approved: {what}"), "right"),
        Flag("unknown_product", marked("flag", "The catalogue did not know {what}"), "product"),
        Flag("deleted_product", marked("flag", "{what} was deleted from the catalogue"), "product"),
        Flag("near_count", marked("flag", "{what} was being counted: check that count"), "product"),
        Flag("unknown_method", marked("flag", "The server does not know this way of paying: {what}")),
        Flag("unknown_reference", marked("flag", "The server does not have receipt {what}")),
    ),
    unknown=lambda code: Flag(code, code),
)


def flag_of(code: str) -> Flag:
    """The flag of a code; an unknown code is shown as it is."""
    return FLAGS.of(code)
