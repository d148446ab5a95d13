"""The audit trail as a manager reads it: who did what, as one hash chain for each tenant."""

import hashlib
from typing import Any

from sync_agent.contract.wire import Sequence, UtcTime, Wire, WireInt, canonical_json


class AuditEntry(Wire):
    """One line of the trail. `hash` covers the line and `prev_hash`, so none can be changed or left out.

    `kind` is one of operation, resolution, sign_in, enrolment, administration, quarantine, broadcast, refusal
    and anomaly; `outcome` a result's status, or the code of a refusal. `times` is how often the same
    refusal came within a second.
    """

    seq: Sequence
    at: UtcTime
    kind: str
    actor: str | None = None
    device: str | None = None
    address: str | None = None
    resource_type: str | None = None
    resource_id: str | None = None
    operation_id: str | None = None
    outcome: str
    times: WireInt = 1
    detail: dict[str, Any] | None = None
    prev_hash: str
    hash: str


class AuditPage(Wire):
    """The answer to GET /api/v1/audit, oldest first; `next` is where the next page starts."""

    entries: list[AuditEntry]
    next: Sequence | None = None


class AuditVerdict(Wire):
    """The answer to GET /api/v1/audit/verify: intact, or the first broken line and what is wrong with it."""

    whole: bool
    entries: Sequence
    head_hash: str
    broken_at: Sequence | None = None
    problem: str | None = None


def entry_hash(prev_hash: str, entry: dict[str, Any]) -> str:
    """Hex SHA-256 over a line, as stored, and the previous line's hash; the first line has "" before it."""
    return hashlib.sha256(canonical_json([prev_hash, entry])).hexdigest()
