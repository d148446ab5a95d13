"""The abuse monitor: writes refusals and suspicious patterns to the tenant's audit trail.

Lines are gathered briefly and written together, equal lines as one with a count. While the database is
unavailable they are buffered up to a limit, beyond which they are only counted.
"""

import asyncio
from collections import Counter, deque
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import structlog
from sqlalchemy import select

from server_stub.errors import Refusal
from server_stub.monitoring.abuse_rules import Burst, TwoPlaces
from server_stub.services.people.caller import Caller
from server_stub.store import tables as t
from server_stub.store.audit import AuditRecord
from server_stub.store.changes import CommittedChange
from server_stub.store.database import Commit, Database, UnitOfWork
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import SHIFT
from sync_agent.contract.wire import format_time, from_ms

log = structlog.get_logger()

_EVERY_S = 1.0
_LINES_MAX = 1_000
"""Distinct lines that may wait to be written, over all tenants."""
_TENANT_LINES_MAX = 250
"""The same for one tenant, so that it does not crowd out the others."""
_SUSPICIOUS_COMMITS_MAX = 10_000
_WORDS_MAX = 200
_DISCARDS = 5

_MINUTE_MS = 60_000
_QUIET_MS = 10 * _MINUTE_MS
"""An anomaly is reported once in this time for each subject."""

_AUDITED = frozenset(
    {
        ErrorCode.UNAUTHORIZED,
        ErrorCode.FORBIDDEN,
        ErrorCode.WRONG_SECRET,
        ErrorCode.DEVICE_CLONED,
        ErrorCode.NOT_FOUND,
        ErrorCode.RATE_LIMITED,
        ErrorCode.PAYLOAD_TOO_LARGE,
        ErrorCode.BAD_REQUEST,
        ErrorCode.UNKNOWN_EVENT,
    }
)
"""Refusals that say something about the caller. The others are routine: a conflict, an expired token."""

Anomaly = Literal[
    "repeated_refusals",
    "failed_sign_ins",
    "device_from_two_addresses",
    "burst_of_oversells",
    "burst_of_discards",
]


@dataclass(frozen=True, slots=True)
class _Line:
    """An audit line without its count; equal lines are merged."""

    kind: str
    outcome: str
    actor_id: str | None = None
    device_id: str | None = None
    address: str | None = None
    detail: tuple[tuple[str, str | int], ...] = ()

    def record(self, times: int) -> AuditRecord:
        return AuditRecord(
            kind=self.kind,
            outcome=self.outcome,
            actor_id=self.actor_id,
            device_id=self.device_id,
            address=self.address,
            times=times,
            detail=dict(self.detail) or None,
        )


_OVERFLOW = _Line("refusal", "overflow")
"""Counts the lines that exceeded the buffer."""


class AbuseMonitor:
    """All methods but `committed` run on the event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lines: dict[str, Counter[_Line]] = {}
        self._suspicious: deque[CommittedChange] = deque(maxlen=_SUSPICIOUS_COMMITS_MAX)
        self._flushing = asyncio.Lock()
        # A till with a bug, or an attacker: a person does not make twenty mistakes a minute.
        self._refusals = Burst(20, _MINUTE_MS, _QUIET_MS)
        # Somebody who has forgotten a password gives up or asks before the fifth try.
        self._sign_ins = Burst(5, 5 * _MINUTE_MS, _QUIET_MS)
        # A till stays in its shop. (A fail-over line changes its address too, but a report blocks nobody.)
        self._tills = TwoPlaces(10 * _MINUTE_MS, _QUIET_MS)
        # Many products do not fall below zero at once: a missed delivery, or abuse.
        self._oversells = Burst(20, 10 * _MINUTE_MS, _QUIET_MS)
        # Unreadable sales are rare, and discarding them can hide money.
        self._discards = Burst(_DISCARDS, 60 * _MINUTE_MS, _QUIET_MS)

    # --- what HTTP and sockets report ----------------------------------------------------------------------

    def refused(self, caller: Caller, doing: str, refusal: Refusal) -> None:
        """A bearer was refused an endpoint or event."""
        if refusal.code not in _AUDITED:
            return
        self._note(
            caller.tenant_id,
            _Line(
                "refusal",
                refusal.code.value,
                caller.id,
                caller.device_id,
                caller.address,
                (("doing", doing[:_WORDS_MAX]), ("message", refusal.message[:_WORDS_MAX])),
            ),
        )
        if self._refusals.happened((caller.tenant_id, caller.id), self._now_ms()):
            self._flag(caller.tenant_id, "repeated_refusals", caller=caller)

    def sign_in_failed(self, tenant_id: str, username: str, address: str) -> None:
        """A sign-in failed."""
        if tenant_id not in self._lines and self._waiting() >= _LINES_MAX:
            # It is unknown yet whether the tenant exists, and names can be invented without end.
            log.warning("watch.overflow", tenant=tenant_id[:_WORDS_MAX])
            return
        whom = (("username", username[:_WORDS_MAX]),)
        self._note(tenant_id, _Line("sign_in", "refused", address=address, detail=whom))
        if self._sign_ins.happened((tenant_id, username), self._now_ms()):
            self._flag(tenant_id, "failed_sign_ins", address=address, username=username[:_WORDS_MAX])

    def code_refused(self, tenant_id: str, address: str) -> None:
        """A one-time code of this tenant was tried that is used, over or withdrawn."""
        self._note(tenant_id, _Line("enrolment", "refused", address=address, detail=(("by", "code"),)))

    def copy_used(self, tenant_id: str, anomaly: Literal["refresh_token_reused", "device_cloned"]) -> None:
        """Two clients hold one token. The audit line was written in the transaction that ended it."""
        log.warning("anomaly", anomaly=anomaly, tenant=tenant_id)

    def seen(self, caller: Caller) -> None:
        """A bearer made a request from the address in `caller`."""
        if not caller.is_device or not caller.address:
            return
        till = caller.tenant_id, caller.id
        other = self._tills.seen(till, caller.address, self._now_ms())
        if other is not None:
            self._flag(caller.tenant_id, "device_from_two_addresses", caller=caller, other=other)

    def committed(self, commit: Commit) -> None:
        """Notes suspicious changes of a commit. Called on the writer's thread; examined at the next flush."""
        # A product that several operations of one commit oversold counts once.
        suspicious = {
            (change.stream, change.resource_type, change.resource_id): change
            for change in commit.changes
            if _is_suspicious(change)
        }
        self._suspicious.extend(suspicious.values())

    # --- writing -------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Flushes to the audit trail every second until cancelled."""
        while True:
            await asyncio.sleep(_EVERY_S)
            # A shutdown waits for a write in progress.
            await asyncio.shield(self.flush())

    async def flush(self) -> None:
        """Writes the gathered lines; those that the database refuses wait for the next flush."""
        async with self._flushing:
            self._examine_commits()
            for tenant_id in list(self._lines):
                lines = self._lines.pop(tenant_id)
                try:
                    await self._database.write(tenant_id, partial(_write, lines=lines))
                except Refusal as refusal:
                    log.warning("watch.kept_back", tenant=tenant_id, lines=len(lines), code=refusal.code)
                    for line, times in lines.items():
                        self._note(tenant_id, line, times)

    def _examine_commits(self) -> None:
        while self._suspicious:
            change = self._suspicious.popleft()
            place = (change.row or {}).get("locationId") or ""
            burst: Burst
            anomaly: Anomaly
            if change.resource_type == "oversold":
                burst, anomaly = self._oversells, "burst_of_oversells"
            else:
                burst, anomaly = self._discards, "burst_of_discards"
            for _ in range(_times(change)):
                if burst.happened((change.tenant_id, place), change.at_ms):
                    self._flag(change.tenant_id, anomaly, location=place)

    def _flag(
        self,
        tenant_id: str,
        anomaly: Anomaly,
        *,
        caller: Caller | None = None,
        address: str | None = None,
        **detail: str,
    ) -> None:
        log.warning("anomaly", anomaly=anomaly, tenant=tenant_id)
        line = _Line(
            "anomaly",
            anomaly,
            caller.id if caller else None,
            caller.device_id if caller else None,
            caller.address if caller else address,
            tuple(sorted(detail.items())),
        )
        self._note(tenant_id, line)

    def _note(self, tenant_id: str, line: _Line, times: int = 1) -> None:
        lines = self._lines.setdefault(tenant_id, Counter())
        is_full = len(lines) >= _TENANT_LINES_MAX or self._waiting() >= _LINES_MAX
        lines[_OVERFLOW if is_full and line not in lines else line] += times

    def _waiting(self) -> int:
        return sum(map(len, self._lines.values()))

    def _now_ms(self) -> int:
        return self._database.clock.now_ms()


def _is_suspicious(change: CommittedChange) -> bool:
    """Whether the change oversold a product, or gave up an operation: discarded, or spent unsent by its
    till.
    """
    row: dict[str, Any] = change.row or {}
    if change.resource_type == "oversold":
        return bool(row["open"]) and row["since"] == format_time(from_ms(change.at_ms))
    if change.resource_type == SHIFT:
        # Version 2 is the shift's closing; later versions repeat its numbers.
        return change.version == 2 and bool(row.get("spent"))
    return change.resource_type == "quarantine" and row.get("status") == "discarded"


def _times(change: CommittedChange) -> int:
    """How many operations were given up, up to what makes a burst; an oversold product counts once."""
    spent = (change.row or {}).get("spent") if change.resource_type == SHIFT else None
    return 1 if spent is None else min(int(spent), _DISCARDS)


def _write(unit: UnitOfWork, lines: Counter[_Line]) -> None:
    of = t.tenant.c
    if unit.rows(select(of.name).where(of.tenant_id == unit.tenant_id)).first() is None:
        # The tenant of a failed sign-in does not exist.
        addresses = sorted({line.address for line in lines if line.address})
        log.warning(
            "watch.no_such_tenant", tenant=unit.tenant_id, times=lines.total(), addresses=addresses[:5]
        )
        return
    for line, times in lines.items():
        unit.audit(line.record(times))
