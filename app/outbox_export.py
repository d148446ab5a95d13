"""Outbox export and import: sending the operations of a till that cannot send them from another till.

An export can run while the till is open. An import sends at once, in the name of the exporting till;
operations that the server has already are answered as repeated, so an import is idempotent. For users an
export is a "pack". sync_agent/contract/outbox_export.py has the file format.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select

from app.domain.errors import NotPermitted
from sync_agent import private_files
from sync_agent.contract import paths
from sync_agent.contract.codes import QUEUE_OPERATIONS_MAX, QUEUE_REQUEST_BYTES_MAX
from sync_agent.contract.operations import QueueResults
from sync_agent.contract.outbox_export import (
    ExportHeader,
    must_be_strong,
    read_export,
    read_header,
    write_export,
)
from sync_agent.contract.wire import format_time, from_ms
from sync_agent.network.session import Session
from sync_agent.ports import Clock, Ids, Transport
from sync_agent.store import tables as t
from sync_agent.store.database import peek
from sync_agent.store.device import DeviceIdentity, NotEnrolled, read_device
from sync_agent.store.home import Home
from sync_agent.store.queue import wire_form

_BYTES_MAX = QUEUE_REQUEST_BYTES_MAX * 3 // 4


@dataclass
class ImportReport:
    """The result of an import: operations by the status of their results, and the refused ones."""

    by_status: Counter[str] = field(default_factory=Counter)
    already_there: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Receipt number or operation id, and the server's reason."""

    @property
    def is_complete(self) -> bool:
        """Whether the server has answered all operations, none as deferred."""
        return not self.by_status["deferred"]


def export_outbox(home: Home, to: Path, passphrase: str, clock: Clock, *, everything: bool = False) -> int:
    """Export the unfinished operations (or, with `everything`, the history too); the number of operations.

    Encrypted with the passphrase. Raises WeakPassphrase, NotEnrolled, StoreError, OSError. The till may be
    open.
    """
    must_be_strong(passphrase)
    with peek(home) as connection:
        device = read_device(connection)
        if device is None:
            raise NotEnrolled("This till is not enrolled, so there is nothing to export.")
        query = select(t.outbox).order_by(t.outbox.c.device_seq)
        if not everything:
            query = query.where(t.outbox.c.finished_ms.is_(None))
        operations = [wire_form(row) for row in connection.execute(query)]
    header = ExportHeader(
        tenant_id=device.tenant_id,
        device_id=device.device_id,
        till=device.name,
        location_id=device.location_id,
        operations=len(operations),
        created_at=format_time(from_ms(clock.now_ms())),
    )
    private_files.write(to, write_export(header, operations, passphrase))
    return len(operations)


async def import_outbox(
    pack: bytes,
    passphrase: str,
    device: DeviceIdentity,
    transport: Transport,
    session: Session,
    ids: Ids,
) -> ImportReport:
    """Send an export's operations from this till. Raises BadExport, NotPermitted, SyncError.

    Batches before an error were processed; a second import counts them as `already_there`.
    """
    header = read_header(pack)
    if header.tenant_id != device.tenant_id:
        raise NotPermitted("This pack is of another shop. Nothing was imported.")
    if header.location_id != device.location_id:
        raise NotPermitted(
            "This pack is of another place of the shop. Import it at a till there, or at the server."
        )
    report = ImportReport()
    for batch in _batches(read_export(pack, passphrase).operations()):
        items = [item | {"carriedFor": header.device_id} for item in batch]
        if header.device_id == device.device_id:
            items = batch
        answer = await transport.request(
            "POST", paths.QUEUE, body={"items": items}, token=await session.token(), request_id=ids.new()
        )
        note_results(report, batch, QueueResults.model_validate(answer))
    return report


def note_results(report: ImportReport, batch: Sequence[dict[str, Any]], results: QueueResults) -> None:
    """Add a batch's results to the report."""
    sent = {item["id"]: item for item in batch}
    for result in results.results:
        report.by_status[result.status] += 1
        report.already_there += bool(result.repeated)
        if result.status in {"rejected", "blocked"}:
            what = sent[result.id].get("data", {}).get("receiptNumber") or result.id
            report.refused.append((str(what), result.error or ""))


def _batches(operations: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Batches in the order of operation numbers, each within the limits of a request."""
    batch: list[dict[str, Any]] = []
    size = 0
    for item in operations:
        length = len(orjson.dumps(item)) + 100
        if batch and (len(batch) >= QUEUE_OPERATIONS_MAX or size + length > _BYTES_MAX):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += length
    if batch:
        yield batch
