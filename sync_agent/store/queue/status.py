"""The status of an operation on the till."""

from enum import StrEnum


class Status(StrEnum):
    """The status of an operation on the till. The server's result statuses map onto these."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    CONFLICT = "conflict"
    BLOCKED = "blocked"
    DEAD_LETTER = "dead_letter"
    REPLACED = "replaced"
    DISCARDED = "discarded"


WAITING = (Status.PENDING, Status.PROCESSING)
