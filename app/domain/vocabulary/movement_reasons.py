"""Why stock moved: what each reason is called, which way it goes, and where a clerk may choose it."""

from dataclasses import dataclass
from enum import Enum

from app.domain.vocabulary import Table
from resources.words import Words, marked, translate


class Sign(Enum):
    """Which way a reason moves stock. `sets` is a count or a decision: it sets the figure."""

    ADDS = "adds"
    TAKES = "takes"
    EITHER = "either"
    SETS = "sets"


@dataclass(frozen=True)
class MovementReason:
    """A row. `past` is None where the figure's sign says it: "added", "taken away".

    `offered`: a clerk may choose it in "Receive or adjust". `choice` is what it is called there, `in_line`
    inside a line of a conflict's history, where those differ from the noun and the past tense.
    """

    code: str
    noun: Words
    past: Words | None = None
    sign: Sign = Sign.EITHER
    offered: bool = False
    choice: Words | None = None
    in_line: Words | None = None

    def in_list(self) -> str:
        """As a list of movements heads it: "Goods in"."""
        return str(self.noun)

    def in_form(self) -> str:
        """As the form offers it: "Waste or damage"."""
        return str(self.choice or self.noun)

    def in_history(self) -> str:
        """As a line of a conflict's history says it: "goods in"."""
        return str(self.in_line or self.past or self.noun)

    def done(self, delta: int) -> str:
        """ "received"; which way it went where the reason leaves that open."""
        return _by_direction(delta) if self.past is None else str(self.past)

    def done_without_sign(self, delta: int) -> str:
        """As `done`, beside a figure without its sign: the direction, unless the reason has this one."""
        if self.sign is Sign.SETS or self.sign is (Sign.ADDS if delta >= 0 else Sign.TAKES):
            return self.done(delta)
        return _by_direction(delta)


def _by_direction(delta: int) -> str:
    return translate("reason", "added") if delta >= 0 else translate("reason", "taken away")


COUNT = "count"
CORRECTION = "correction"
RESOLUTION = "resolution"
"""The reason of a figure that a person decided; it stands in a till's own list and never on the wire."""

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
    """The reason behind a code; one that this till does not know is shown as it is called."""
    return MOVEMENT_REASONS.of(code)


def offered() -> tuple[MovementReason, ...]:
    """What a clerk may give as the reason of an adjustment, in the order of the form."""
    return tuple(reason for reason in MOVEMENT_REASONS.all() if reason.offered)
