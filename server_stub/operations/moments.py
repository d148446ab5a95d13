"""When operations were done, as far as a till can be believed: never earlier than its own number before.

A till's clock may be wrong, or be set back on purpose, and it says itself what it had read. What the server
has received of it under lower numbers bounds both from below. ARCHITECTURE.md, "Who may".
"""

from bisect import bisect_left, insort
from collections.abc import Iterable

from sqlalchemy import bindparam, select

from server_stub.operations.parsing import Envelope
from server_stub.services.people.authorisation import Moment
from server_stub.store import tables as t
from server_stub.store.database import UnitOfWork
from sync_agent.contract.streams import tenant_stream
from sync_agent.contract.wire import to_ms

_Received = tuple[int, int, int]
"""A till's number, when it was done, and the stream number read by then (0: unknown)."""


class Moments:
    """The moments of one transaction's operations. Call `load` first, with all their numbers."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit
        self._by_till: dict[str, list[_Received]] = {}
        self._head: int | None = None
        self._of: dict[tuple[str, str, int], Moment] = {}

    def load(self, numbers: Iterable[tuple[str | None, int | None, bool]]) -> None:
        """Loads what precedes these (till, number, is carried for it): one query for each run of numbers."""
        by_till: dict[tuple[str, bool], set[int]] = {}
        for device_id, number, is_carried in numbers:
            if device_id is not None and number is not None:
                by_till.setdefault((device_id, is_carried), set()).add(number)
        for (device_id, is_carried), wanted in by_till.items():
            for number in wanted:
                if number - 1 not in wanted:
                    self._load_before(device_id, number, is_carried=is_carried)

    def of(self, envelope: Envelope) -> Moment:
        """When the operation was done. Without a number that is now, since nothing bounds what it claims."""
        if envelope.device_id is None or envelope.device_seq is None:
            return Moment(self._unit.now_ms)
        cache_key = envelope.id, envelope.device_id, envelope.device_seq
        moment = self._of.get(cache_key)
        if moment is None:
            moment = self._of[cache_key] = self._of_numbered(envelope, *cache_key[1:])
        return moment

    def _of_numbered(self, envelope: Envelope, device_id: str, number: int) -> Moment:
        operation = envelope.operation
        at_ms = envelope.happened_ms(to_ms(operation.timestamp), self._unit.now_ms)
        # What was accepted by a server that was restored since, or is beyond this one's head, was numbered by
        # a stream that is gone.
        said = operation.tenant_seq if operation.former_result is None else None
        read = said if said is not None and said <= self._tenant_head() else 0
        return self._received(device_id, number, at_ms, read)

    def of_unreadable(self, device_id: str | None, number: int | None) -> Moment | None:
        """The earliest moment of an unreadable operation, as a bound for later numbers; None without a
        number.
        """
        if device_id is None or number is None:
            return None
        return self._received(device_id, number, 0, 0)

    def _received(self, device_id: str, number: int, at_ms: int, read: int) -> Moment:
        """Records the moment of a number; it bounds those of later numbers."""
        received = self._by_till.setdefault(device_id, [])
        place = bisect_left(received, (number,))
        if place:
            _, before_ms, before_read = received[place - 1]
            at_ms, read = max(at_ms, before_ms), max(read, before_read)
        if received[place : place + 1] != [(number, at_ms, read)]:
            received.insert(place, (number, at_ms, read))
        return Moment(at_ms, read or None)

    def _load_before(self, device_id: str, number: int, *, is_carried: bool) -> None:
        which = {"of_tenant": self._unit.tenant_id, "of_device": device_id, "number": number}
        # What another till carried in its name is no bound for what a till says itself.
        row = self._unit.rows(_BEFORE if is_carried else _OWN_BEFORE, which).first()
        if row is not None:
            insort(
                self._by_till.setdefault(device_id, []),
                (row.device_seq, row.happened_ms or 0, row.tenant_seq or 0),
            )

    def _tenant_head(self) -> int:
        if self._head is None:
            of = t.stream.c
            named = tenant_stream(self._unit.tenant_id)
            self._head = int(
                self._unit.rows(
                    select(of.head).where(of.tenant_id == self._unit.tenant_id, of.name == named)
                ).scalar_one()
            )
        return self._head


_OF = t.operation.c
_BEFORE = (
    select(_OF.device_seq, _OF.happened_ms, _OF.tenant_seq)
    .where(
        _OF.tenant_id == bindparam("of_tenant"),
        _OF.device_id == bindparam("of_device"),
        _OF.device_seq < bindparam("number"),
    )
    .order_by(_OF.device_seq.desc())
    .limit(1)
)
_OWN_BEFORE = _BEFORE.where(_OF.carried_by.is_(None))
