"""Whether a movement came before or after a count: one judgement, used by counts, the ledger and conflicts.

Two operations of one device are ordered by that device's own numbers, whatever its clock did. Otherwise the
corrected clocks order them, as far as they can be trusted: within `CLOCK_UNCERTAINTY_MS` the answer is
UNSURE, and so it is where a time is missing.

What UNSURE means differs on purpose, by whether somebody can be asked:

| who asks                          | somebody to ask | UNSURE                                              |
|-----------------------------------|-----------------|-----------------------------------------------------|
| a count that has just arrived     | yes             | a conflict: a person decides (`handlers/counts.py`) |
| a movement after an applied count | no              | the clocks are believed, and the count is flagged   |
| a decision that keeps a count     | no, it was made | the clocks are believed                             |

`was_counted` carries out the last two.
"""

from dataclasses import dataclass
from enum import StrEnum

CLOCK_UNCERTAINTY_MS = 2000
"""How far apart the corrected clocks of two devices may be."""


class Order(StrEnum):
    BEFORE = "before"
    AFTER = "after"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened: `ms` by the server's clock (None: unknown), and its number on its device."""

    ms: int | None
    device_id: str | None = None
    device_seq: int | None = None

    def is_numbered_with(self, other: "Moment") -> bool:
        """Whether both are of one device and numbered, so that their numbers order them."""
        return (
            None not in (self.device_id, self.device_seq, other.device_seq)
            and self.device_id == other.device_id
        )

    def is_near(self, other: "Moment") -> bool:
        """Whether they are too close in time for the clocks to order them."""
        if self.ms is None or other.ms is None or self.is_numbered_with(other):
            return False
        return abs(self.ms - other.ms) <= CLOCK_UNCERTAINTY_MS


UNKNOWN_MOMENT = Moment(None)


def order(movement: Moment, count: Moment) -> Order:
    """Orders a movement, or another count, relative to a count."""
    if movement.is_numbered_with(count):
        # An operation does not come after itself.
        return Order.BEFORE if (movement.device_seq or 0) <= (count.device_seq or 0) else Order.AFTER
    if movement.ms is None or count.ms is None or movement.is_near(count):
        return Order.UNSURE
    return Order.BEFORE if movement.ms < count.ms else Order.AFTER


def was_counted(movement: Moment, count: Moment) -> bool:
    """Whether a count had seen a movement already, where nobody can be asked.

    A count without a time has only seen what its own device numbered before it.
    """
    match order(movement, count):
        case Order.BEFORE:
            return True
        case Order.AFTER:
            return False
        case Order.UNSURE:
            return movement.ms is not None and count.ms is not None and movement.ms <= count.ms
