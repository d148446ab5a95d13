"""Reasons of stock movements: name, sign, and where a clerk may choose them."""

from dataclasses import dataclass
from enum import Enum

from app.domain.vocabulary import Table
from resources.words import Words, marked, translate


class Sign(Enum):
    """The sign of a reason's movements. `sets`: a count or a decision, which sets the quantity."""

    ADDS = "adds"
    TAKES = "takes"
    EITHER = "either"
    SETS = "sets"


@dataclass(frozen=True)
class MovementReason:
    """A row. `past` is None where the sign of the quantity decides: "added", "taken away".

    `offered`: a clerk may choose it in "Receive or adjust". `choice` is its name there, `in_line` its name in
    a line of a conflict's history, where they differ from the noun and the past tense.
    """

    code: str
    noun: Words
    past: Words | None = None
    sign: Sign = Sign.EITHER
    offered: bool = False
    choice: Words | None = None
    in_line: Words | None = None

    def in_list(self) -> str:
        """For the head of a movement in a list: "Goods in"."""
        return str(self.noun)

    def in_form(self) -> str:
        """For the form: "Waste or damage"."""
        return str(self.choice or self.noun)

    def in_history(self) -> str:
        """For a line of a conflict's history: "goods in"."""
        return str(self.in_line or self.past or self.noun)

    def done(self, delta: int) -> str:
        """ "received"; "added" or "taken away" where the reason allows both signs."""
        return _by_direction(delta) if self.past is None else str(self.past)

    def done_without_sign(self, delta: int) -> str:
        """As `done`, for a figure shown without sign: names the direction unless the reason implies it."""
        if self.sign is Sign.SETS or self.sign is (Sign.ADDS if delta >= 0 else Sign.TAKES):
            return self.done(delta)
        return _by_direction(delta)


def _by_direction(delta: int) -> str:
    return translate("reason", "added") if delta >= 0 else translate("reason", "taken away")


COUNT = "count"
CORRECTION = "correction"
RESOLUTION = "resolution"
"""The reason of a quantity set by a conflict's decision; only in the till's own list, never on the wire."""

MOVEMENT_REASONS = Table.of_rows(
    (
        MovementReason(
            "receive",
            marked("reason", "Goods in"),
            marked("reason", "received"),
            Sign.ADDS,
            offered=True,
            in_line=marked("reason", "goods in"),
        ),
        MovementReason(
            "waste",
            marked("reason", "Waste"),
            marked("reason", "wasted"),
            Sign.TAKES,
            offered=True,
            choice=marked("reason", "Waste or damage"),
            in_line=marked("reason", "waste"),
        ),
        MovementReason(
            "found", marked("reason", "Found"), marked("reason", "found"), Sign.ADDS, offered=True
        ),
        MovementReason(
            CORRECTION,
            marked("reason", "Correction"),
            offered=True,
            choice=marked("reason", "Correction (− takes away)"),
            in_line=marked("reason", "correction"),
        ),
        MovementReason("sale", marked("reason", "Sale"), marked("reason", "sold"), Sign.TAKES),
        MovementReason("refund", marked("reason", "Refund"), marked("reason", "returned"), Sign.ADDS),
        MovementReason(
            COUNT,
            marked("reason", "Count"),
            marked("reason", "counted"),
            Sign.SETS,
            in_line=marked("reason", "count"),
        ),
        MovementReason(
            RESOLUTION,
            marked("reason", "Decision"),
            sign=Sign.SETS,
            in_line=marked("reason", "decision"),
        ),
        MovementReason(
            "transfer_in",
            marked("reason", "From another shop"),
            marked("reason", "transferred in"),
            Sign.ADDS,
            in_line=marked("reason", "from another shop"),
        ),
        MovementReason(
            "transfer_out",
            marked("reason", "To another shop"),
            marked("reason", "transferred out"),
            Sign.TAKES,
            in_line=marked("reason", "to another shop"),
        ),
    ),
    unknown=lambda code: MovementReason(code, code, code),
)


def reason_of(code: str) -> MovementReason:
    """The reason of a code; an unknown code is shown as it is."""
    return MOVEMENT_REASONS.of(code)


def offered() -> tuple[MovementReason, ...]:
    """The reasons that a clerk may choose for an adjustment, in the order of the form."""
    return tuple(reason for reason in MOVEMENT_REASONS.all() if reason.offered)
