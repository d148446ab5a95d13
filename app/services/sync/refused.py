"""What a person can do with dead letters: retry, edit and send, discard, export.

An entry is exported before it is discarded, and who discarded it and why is recorded; a completed sale cannot
be discarded. The outbox's own rules are in sync_agent/store/queue/dead_letters.py.
"""

import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError
from sqlalchemy import Connection, Row, false, select

from app.domain.errors import BadQuantity, ReasonMissing
from app.domain.plausible import check_plausible
from app.domain.quantity import check_quantity
from app.domain.rights import Right
from app.domain.spreadsheet import write_rows
from app.domain.vocabulary.movement_reasons import reason_of
from app.domain.vocabulary.units import EACH
from app.services import journal
from app.services.approvals import approvals_for, authorise
from app.services.shop_settings import read_from
from app.services.stock import article_codes, catalogue, counting, inventory
from app.services.sync.queue import describe
from app.services.till import Actor, Till
from sync_agent import private_files
from sync_agent.contract.operations import (
    PRODUCT,
    STOCK_LEVEL,
    CountData,
    MovementData,
    ProductCreate,
    ProductEdit,
)
from sync_agent.contract.text import REFUSING
from sync_agent.contract.wire import Wire, format_time, from_ms
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction
from sync_agent.store.queue import (
    ExpectedProductEffect,
    ExpectedStockEffect,
    NewOperation,
    attempts,
    dead_letters,
    wire_form,
)
from sync_agent.store.queue.attempts import AttemptView
from sync_agent.store.queue.dead_letters import CannotEnd, EndingProblem

_NAMES = {"name": "name", "priceMinor": "price_minor", "taxRatePpm": "tax_rate_ppm"}
"""Fields of a product: the name on the wire → in ProductView."""

__all__ = ["AttemptView", "CannotEnd"]  # in the results of details(), and what the other functions raise


@dataclass(frozen=True)
class EntryDetails:
    """An entry with its attempts. `payload` is the operation in wire form."""

    operation_id: str
    title: str
    detail: str
    status: str
    code: str | None
    error: str | None
    next_attempt_ms: int | None
    payload: dict[str, Any]
    attempts: tuple[AttemptView, ...]
    waits_for: tuple[str, ...]
    """Titles of the entries that must be finished first."""
    blocks: tuple[str, ...]
    """Titles of the entries that wait for this one."""
    ended_by: str | None
    end_reason: str | None


def details(till: Till, operation_id: str) -> EntryDetails:
    """An entry in detail. Raises CannotEnd where this till has no such entry."""
    with till.store.reading() as connection:
        row = connection.execute(select(t.outbox).where(t.outbox.c.id == operation_id)).first()
        if row is None:
            raise CannotEnd(EndingProblem.NOT_HERE)
        before, behind = _neighbours(row)
        tried = attempts.timeline(connection, operation_id)
        waits_for = _titles(connection.execute(before))
        blocks = _titles(connection.execute(behind))
    title, detail = describe(orjson.loads(row.summary))
    return EntryDetails(
        operation_id=operation_id,
        title=title,
        detail=detail,
        status=row.status,
        code=row.code,
        error=row.error,
        next_attempt_ms=row.next_attempt_ms or None,
        payload=wire_form(row),
        attempts=tuple(tried),
        waits_for=waits_for,
        blocks=blocks,
        ended_by=row.ended_by,
        end_reason=row.end_reason,
    )


def _neighbours(row: Row[Any]) -> tuple[Any, Any]:
    """Queries for the entries that this entry waits for, and for those that wait for it."""
    of = t.outbox.c
    unfinished = select(of.summary).where(of.finished_ms.is_(None)).order_by(of.device_seq)
    same_ordering_key = false() if row.lane is None else of.lane == row.lane
    before = unfinished.where(
        (same_ordering_key & (of.device_seq < row.device_seq)) | (of.id == row.depends_on)
    )
    behind = unfinished.where(
        (same_ordering_key & (of.device_seq > row.device_seq)) | (of.depends_on == row.id)
    )
    return before, behind


def _titles(rows: Iterable[Row[Any]]) -> tuple[str, ...]:
    return tuple(describe(orjson.loads(row.summary))[0] for row in rows)


def unit_of(till: Till, operation_id: str) -> str:
    """The unit of the quantities in an entry, from its summary."""
    with till.store.reading() as connection:
        query = select(t.outbox.c.summary).where(t.outbox.c.id == operation_id)
        summary = connection.execute(query).scalar_one()
    return str(orjson.loads(summary).get("unit", EACH))


# --- retrying and editing ----------------------------------------------------------------------------


async def retry(till: Till, operation_id: str) -> None:
    """Send a refused entry again unchanged. Raises CannotEnd."""
    await till.store.write(lambda tx: dead_letters.retry(tx, operation_id))


def rights_to_edit(till: Till, operation_id: str) -> tuple[Right, ...]:
    """What somebody needs, or has approved, to edit an entry; nothing beyond signing in for stock."""
    with till.store.reading() as connection:
        query = select(t.outbox.c.resource_type).where(t.outbox.c.id == operation_id)
        resource_type = connection.execute(query).scalar_one_or_none()
    if resource_type is None:
        raise CannotEnd(EndingProblem.NOT_HERE)
    return (Right.EDIT_PRODUCT,) if resource_type == PRODUCT else ()


async def edit_and_send(
    till: Till,
    operation_id: str,
    changes: dict[str, Any],
    actor: Actor,
    *,
    approved_by: Actor | None = None,
) -> str:
    """Replace a refused entry by a new entry with changed values; the id of the new entry.

    `changes` are fields of the entry's data by wire name: "delta", "reason", "note" of a movement,
    "newQuantity" of a count, the fields of a product. Raises CannotEnd, BadQuantity, BadProduct,
    NotPermitted.
    """

    def write(tx: Transaction) -> str:
        row = tx.execute(select(t.outbox).where(t.outbox.c.id == operation_id)).first()
        if row is None:
            raise CannotEnd(EndingProblem.NOT_HERE)
        edited = _edited(till, tx.connection, row, changes, actor, approved_by)
        return dead_letters.replace(tx, operation_id, edited).id

    return await till.store.write(write)


def _edited(
    till: Till,
    connection: Connection,
    row: Row[Any],
    changes: dict[str, Any],
    actor: Actor,
    approved_by: Actor | None,
) -> NewOperation:
    data = orjson.loads(row.data)
    summary = orjson.loads(row.summary) | {"person": actor.name}
    same = NewOperation(
        operation=row.operation,
        resource_type=row.resource_type,
        resource_id=row.resource_id,
        location_id=row.location_id,
        data=data,
        actor_id=actor.id,
        approved_by_id=None if approved_by is None else approved_by.id,
        summary=summary,
        base_version=row.base_version,
        ordering_key=row.lane,
        priority=row.rank,
        depends_on=row.depends_on,
    )
    if row.resource_type == PRODUCT:
        approvals = approvals_for(till, actor, approved_by, Right.EDIT_PRODUCT)
        ours = {name: changes[wire] for wire, name in _NAMES.items() if wire in changes}
        catalogue.check_fields(ours, till.device.currency, read_from(connection))
        return _edited_product(connection, replace(same, approvals=approvals), changes)
    if row.resource_type == STOCK_LEVEL:
        return _edited_stock(connection, same, changes)
    raise CannotEnd(EndingProblem.KIND_NOT_CHANGED)


def _edited_stock(connection: Connection, same: NewOperation, changes: dict[str, Any]) -> NewOperation:
    is_count = "newQuantity" in same.data
    name = "newQuantity" if is_count else "delta"
    if name in changes:
        _check_quantity(connection, same, changes)
    data = _checked(CountData if is_count else MovementData, same.data | changes)
    quantity = data["newQuantity"] if is_count else data["delta"]
    assert same.resource_id is not None, "a movement or count names its product"
    assert same.location_id is not None, "a movement or count names its place"
    effect = ExpectedStockEffect(
        same.resource_id, same.location_id, "count" if is_count else "delta", quantity
    )
    summary = same.summary | {"quantity": quantity}
    if not is_count:
        summary |= {"reason": data["reason"]}
    return replace(same, data=data, summary=summary, stock=(effect,))


def _check_quantity(connection: Connection, same: NewOperation, changes: dict[str, Any]) -> None:
    """As where a quantity is first typed. Raises BadQuantity."""
    if "newQuantity" in changes:
        quantity = counting.must_not_be_negative(changes["newQuantity"])
    else:
        quantity, reason = changes["delta"], str(changes.get("reason", same.data["reason"]))
        if reason_of(reason).offered:
            inventory.check_adjustment(quantity, reason)
    check_plausible(check_quantity(quantity), str(same.summary.get("unit", EACH)), read_from(connection))


def _edited_product(connection: Connection, same: NewOperation, changes: dict[str, Any]) -> NewOperation:
    assert same.resource_id is not None, "a product operation names its product"
    before, _ = article_codes.confirmed_codes(connection, same.resource_id)
    sent = same.data | changes if same.operation == "create" else same.data.get("set", {}) | changes
    codes = {name: sent[name] for name in ("barcode", "sku") if name in sent}
    changes = changes | article_codes.checked(connection, same.resource_id, codes, before)
    if same.operation == "create":
        data = _checked(ProductCreate, same.data | changes)
        fields: dict[str, Any] = ProductCreate.model_validate(data).model_dump(by_alias=False)
    elif same.operation == "update":
        data = _checked(ProductEdit, same.data | {"set": same.data["set"] | changes})
        edited = ProductEdit.model_validate(data).set
        fields = edited.model_dump(by_alias=False, include=edited.model_fields_set)
    else:
        raise CannotEnd(EndingProblem.DELETION_NOT_CHANGED)
    summary = same.summary | ({"product": fields["name"]} if fields.get("name") else {})
    return replace(same, data=data, summary=summary, product=ExpectedProductEffect(same.resource_id, fields))


def _checked(model: type[Wire], data: dict[str, Any]) -> dict[str, Any]:
    try:
        return model.model_validate(data, context=REFUSING).to_wire()
    except ValidationError as error:
        raise BadQuantity(
            "; ".join(f"{problem['loc'][-1]}: {problem['msg']}" for problem in error.errors())
        ) from error


# --- discarding --------------------------------------------------------------------------------------


async def discard(
    till: Till, operation_id: str, actor: Actor, reason: str, *, approved_by: Actor | None = None
) -> Path:
    """Discard a refused entry; the file that it was exported to. Raises NotPermitted, CannotEnd,
    ReasonMissing.

    Needs a manager or a manager's approval. Its overlay ends, and its operation number is never reused.
    """
    manager = authorise(actor, approved_by, Right.DISCARD_ENTRY)
    if not reason.strip():
        raise ReasonMissing
    exported = export(till, [operation_id], _exports(till) / f"discarded-{operation_id}.json")

    approver_id = approved_by.id if approved_by else None

    def write(tx: Transaction) -> None:
        dead_letters.discard(tx, operation_id, by=manager.id, reason=reason.strip())
        journal.note(tx, "discarded", actor.id, approved_by_id=approver_id, reason=reason.strip())

    await till.store.write(write)
    return exported


def _exports(till: Till) -> Path:
    folder = till.store.home.path / "exports"
    private_files.make_folder(folder)
    return folder


# --- exporting ---------------------------------------------------------------------------------------


def export(till: Till, operation_ids: Sequence[str], path: Path) -> Path:
    """Write entries to a file, as CSV if its name ends in .csv, else as JSON, with a checksum file beside it.

    Synced to disk before this returns. Raises OSError.
    """
    of = t.outbox.c
    with till.store.reading() as connection:
        rows = connection.execute(
            select(t.outbox).where(of.id.in_(operation_ids)).order_by(of.device_seq)
        ).all()
    content = _as_csv(rows) if path.suffix == ".csv" else _as_json(till, rows)
    private_files.write(path, content)
    checksum = f"{hashlib.sha256(content).hexdigest()}  {path.name}\n"
    private_files.write(path.with_name(path.name + ".sha256"), checksum.encode())
    return path


def _as_json(till: Till, rows: Sequence[Row[Any]]) -> bytes:
    content = {
        "till": till.device.name,
        "deviceId": till.device.device_id,
        "exportedAt": format_time(from_ms(till.clock.now_ms())),
        "operations": [
            wire_form(row) | {"hash": row.hash, "status": row.status, "code": row.code, "error": row.error}
            for row in rows
        ],
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2)


_COLUMNS = ("number", "id", "time", "what", "detail", "status", "error", "data")


def _as_csv(rows: Sequence[Row[Any]]) -> bytes:
    written = io.StringIO(newline="")
    cells: list[tuple[object, ...]] = [_COLUMNS]
    for row in rows:
        title, detail = describe(orjson.loads(row.summary))
        moment = format_time(from_ms(row.timestamp_ms))
        cells.append((row.device_seq, row.id, moment, title, detail, row.status, row.error or "", row.data))
    write_rows(written, cells)
    return written.getvalue().encode("utf-8-sig")
