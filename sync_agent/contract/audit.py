"""The audit trail as a manager reads it: who did what, in one chain of hashes for each tenant."""

import hashlib
from typing import Any

from sync_agent.contract.wire import Sequence, UtcTime, Wire, WireInt, canonical_json


class AuditEntry(Wire):
    """One line of the trail. `hash` covers the line and `prev_hash`, so none can be changed or left out.

    `kind` is one of operation, resolution, sign_in, enrolment, administration, quarantine, broadcast, refusal
    and anomaly; `outcome` a result's status, or the code of a refusal. `times` says how often the same
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
    """The answer to GET /api/v1/audit, oldest first; `next` goes on where it ended."""

    entries: list[AuditEntry]
    next: Sequence | None = None


class AuditVerdict(Wire):
    """The answer to GET /api/v1/audit/verify: whole, or where it is not and what is wrong."""

    whole: bool
    entries: Sequence
    head_hash: str
    broken_at: Sequence | None = None
    problem: str | None = None


def entry_hash(prev_hash: str, entry: dict[str, Any]) -> str:
    """Hex SHA-256 that ties a line, as it is stored, to all before it; the first has "" before it."""
    return hashlib.sha256(canonical_json([prev_hash, entry])).hexdigest()
