"""Streams that turn out to be needed: a transaction that cannot have them begins again, with them locked."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from server_stub.errors import Refusal
from sync_agent.contract.codes import ErrorCode

Answer = TypeVar("Answer")
Places = frozenset[str | None]
"""Places whose streams are locked; None is the tenant's stream."""


class StreamsBusy(Exception):
    """Further streams are needed, and held by another transaction: begin again, with those of `places` locked
    from the start.
    """

    def __init__(self, places: Places) -> None:
        super().__init__("streams that another transaction holds")
        self.places = places

    def as_refusal(self) -> Refusal:
        """For a caller who asks again by himself."""
        return Refusal(ErrorCode.UNAVAILABLE, "something else is being written here", retry_after_ms=200)


async def with_all_locks(attempt: Callable[[Places], Awaitable[Answer]]) -> Answer:
    """Does what locks the streams of the given places besides its own, again as long as it needs more."""
    besides: Places = frozenset()
    while True:
        try:
            return await attempt(besides)
        except StreamsBusy as busy:
            if busy.places <= besides:
                raise AssertionError("streams that were locked from the start are busy") from busy
            besides |= busy.places
