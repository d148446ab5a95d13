"""The outbox as a clerk sees it: operations that wait, need attention, or were sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, case, func, select

from app.domain.money import format_minor
from app.domain.quantity import quantity_in_words
from app.domain.vocabulary.movement_reasons import reason_of
from app.domain.vocabulary.shop_setting_names import setting_name
from app.domain.vocabulary.transaction_kinds import TRANSACTION_KINDS, kind_of
from app.domain.vocabulary.units import EACH
from app.services.till import Till
from resources.words import negative, positive, translate
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import TRANSACTION
from sync_agent.store import tables as t
from sync_agent.store.queue import Status, dead_letters
from sync_agent.store.replica import flagged
from sync_agent.store.replica.conflicts import open_conflict_count

FLAGGED = "flagged"
"""The status of rows that are not in this till's outbox: completed transactions flagged by the server."""

UNSENT = (Status.PENDING, Status.PROCESSING, Status.BLOCKED)


@dataclass(frozen=True)
class QueueCounts:
    """Counts for the status strip. `waiting` is sent in time; `attention` and `conflicts` need a person."""

    waiting: int
    attention: int
    conflicts: int
    oldest_unsent_ms: int | None
    sales: int = 0
    """How many of `waiting` are till transactions."""
    flagged: int = 0
    """Flagged till transactions of this location that no manager has reviewed here."""


@dataclass(frozen=True)
class QueueRow:
    """An operation in a list: "Sale T2-000417", "3 items · 18.40 · Maria"."""

    operation_id: str
    title: str
    detail: str
    person: str
    at_ms: int
    status: str
    next_attempt_ms: int | None
    error: str | None
    flags: tuple[str, ...] = ()
    """Of a flagged transaction: its flags, as the server sent them."""


def counts(till: Till) -> QueueCounts:
    """Counts of unfinished operations, in one pass over their index: 1 ms for 10,000."""
    query = (
        select(
            t.outbox.c.status,
            func.count(),
            func.min(t.outbox.c.device_seq),
            func.sum(case((t.outbox.c.resource_type == TRANSACTION, 1), else_=0)),
        )
        .where(t.outbox.c.finished_ms.is_(None))
        .group_by(t.outbox.c.status)
    )
    with till.store.reading() as connection:
        by_status = {row[0]: (row[1], row[2], row[3]) for row in connection.execute(query)}
        unsent = [by_status[status] for status in UNSENT if status in by_status]
        oldest = min((first for _, first, _ in unsent), default=None)
        oldest_ms = connection.execute(
            select(t.outbox.c.timestamp_ms).where(t.outbox.c.device_seq == oldest)
        ).scalar_one_or_none()
        conflicts = open_conflict_count(connection)
        flagged_count = flagged.unseen_count(connection)
    return QueueCounts(
        waiting=sum(count for count, _, _ in unsent),
        attention=by_status.get(Status.DEAD_LETTER, (0, 0, 0))[0],
        conflicts=conflicts,
        oldest_unsent_ms=oldest_ms,
        sales=sum(sales for _, _, sales in unsent),
        flagged=flagged_count,
    )


def waiting(till: Till, limit: int = 200) -> list[QueueRow]:
    """Operations that the server has not answered yet, oldest first."""
    return _rows(till, t.outbox.c.status.in_(UNSENT), [t.outbox.c.device_seq], limit, still_open=True)


def attention(till: Till, limit: int = 200) -> list[QueueRow]:
    """Dead letters: operations that the server refused, oldest first."""
    refused = t.outbox.c.status == Status.DEAD_LETTER
    return _rows(till, refused, [t.outbox.c.device_seq], limit, still_open=True)


def sent(till: Till, limit: int = 200) -> list[QueueRow]:
    """Completed operations, newest first."""
    newest_first = [t.outbox.c.device_seq.desc()]
    return _rows(till, t.outbox.c.status == Status.COMPLETED, newest_first, limit, still_open=False)


def last_full_sync_ms(till: Till) -> int | None:
    """When this till was last up to date with everything sent; None: never."""
    with till.store.reading() as connection:
        return connection.execute(select(t.link.c.last_full_sync_ms)).scalar_one_or_none()


def _rows(
    till: Till, where: ColumnElement[bool], order: Sequence[Any], limit: int, *, still_open: bool
) -> list[QueueRow]:
    query = (
        select(
            t.outbox.c.id,
            t.outbox.c.summary,
            t.outbox.c.timestamp_ms,
            t.outbox.c.status,
            t.outbox.c.next_attempt_ms,
            t.outbox.c.code,
            t.outbox.c.error,
        )
        .where(where, t.outbox.c.finished_ms.is_(None) if still_open else t.outbox.c.finished_ms.is_not(None))
        .order_by(*order)
        .limit(limit)
    )
    with till.store.reading() as connection:
        return [_row(row) for row in connection.execute(query)]


def _row(row: Any) -> QueueRow:
    summary = orjson.loads(row.summary)
    title, detail = describe(summary)
    return QueueRow(
        operation_id=row.id,
        title=title,
        detail=detail,
        person=str(summary.get("person", "")),
        at_ms=row.timestamp_ms,
        status="quarantined" if row.code == "quarantined" else row.status,
        next_attempt_ms=row.next_attempt_ms if row.status == Status.PENDING and row.next_attempt_ms else None,
        error=None if row.error is None and row.code is None else refusal(summary, row.code, row.error),
    )


# --- texts -------------------------------------------------------------------------------------------


def describe(summary: dict[str, Any]) -> tuple[str, str]:
    """Title and detail of an operation, from the summary that was written with it."""
    kind = summary["kind"]
    describe_kind = (
        _describe_transaction if TRANSACTION_KINDS.knows(kind) else _DESCRIPTIONS.get(kind, _describe_unknown)
    )
    title, parts = describe_kind(summary)
    return title, " · ".join([*parts, *([summary["person"]] if summary.get("person") else [])])


def refusal(summary: dict[str, Any], code: str | None, error: str | None) -> str:
    """A refusal as a message for the clerk: what happened and what to do next, without codes."""
    what = describe(summary)[0]
    match code:
        case ErrorCode.FORBIDDEN if summary["kind"] == "product":
            words = translate(
                "queue",
                "“{product}” was not changed: only a manager may do that. Nothing is lost. "
                "Ask a manager to approve it, or discard it.",
            )
            return words.format(product=summary["product"])
        case ErrorCode.FORBIDDEN:
            words = translate("queue", "“{what}” was not taken: whoever did it may not. Ask a manager.")
        case ErrorCode.NOT_FOUND:
            words = translate(
                "queue", "“{what}” was not taken: the server does not know what it is about any more."
            )
        case ErrorCode.INTERNAL:
            words = translate(
                "queue", "The server has a fault with “{what}”. Try it again later, or ask whoever runs it."
            )
        case ErrorCode.BAD_REQUEST | ErrorCode.PAYLOAD_TOO_LARGE:
            words = translate(
                "queue",
                "The server could not make sense of “{what}”. Look at it, change it and send it again.",
            )
        case ErrorCode.PRECONDITION_FAILED if summary.get("newUnit"):
            words = translate(
                "queue",
                "“{product}” has stock or history, so its unit stays. Edit this entry and choose the unit "
                "that it has, or discard it; add another product for the other unit.",
            )
            return words.format(product=summary["product"])
        case ErrorCode.PRECONDITION_FAILED:
            words = translate(
                "queue", "“{what}” does not fit what the server has. Look at it, change it and send it again."
            )
        case dead_letters.DEPENDENCY_GIVEN_UP:
            words = translate(
                "queue",
                "What “{what}” builds on was given up. Nothing else is lost; "
                "discard this too, or do it anew.",
            )
        case _:
            return error or translate("queue", "The server refused it.")
    return words.format(what=what)


def _describe_transaction(summary: dict[str, Any]) -> tuple[str, list[str]]:
    kind, detail = kind_of(summary["kind"]), []
    if summary["items"]:
        detail.append(translate("queue", "%n item(s)", summary["items"]))
    if kind.has_amount:
        detail.append(format_minor(summary["totalMinor"], summary["currency"]))
    return f"{kind.name} {summary['receipt']}", detail


def _describe_adjustment(summary: dict[str, Any]) -> tuple[str, list[str]]:
    quantity = summary["quantity"]
    figure = quantity_in_words(abs(quantity), summary.get("unit", EACH))
    signed = negative(figure) if quantity < 0 else positive(figure)
    return _stock_of(summary), [f"{signed} {reason_of(summary['reason']).done(quantity)}"]


def _stock_of(summary: dict[str, Any]) -> str:
    return translate("queue", "Stock of {product}").format(product=summary["product"])


def _describe_count(summary: dict[str, Any]) -> tuple[str, list[str]]:
    title = translate("queue", "Count of {product}").format(product=summary["product"])
    return title, [quantity_in_words(summary["quantity"], summary.get("unit", EACH))]


def _describe_product(summary: dict[str, Any]) -> tuple[str, list[str]]:
    return translate("queue", "Product {product}").format(product=summary["product"]), []


def _describe_setting(summary: dict[str, Any]) -> tuple[str, list[str]]:
    return translate("queue", "Setting “{setting}”").format(setting=setting_name(summary["setting"])), []


def _describe_decision(summary: dict[str, Any]) -> tuple[str, list[str]]:
    quantity = summary.get("quantity")
    chosen = [] if quantity is None else [quantity_in_words(quantity, summary.get("unit", EACH))]
    return translate("queue", "Decision on {product}").format(product=summary["product"]), chosen


def _describe_reopening(summary: dict[str, Any]) -> tuple[str, list[str]]:
    words = translate("queue", "Decision on {product} opened again")
    return words.format(product=summary["product"]), []


def _describe_transfer(summary: dict[str, Any]) -> tuple[str, list[str]]:
    title = translate("queue", "Transfer to {place}").format(place=summary["place"])
    return title, [translate("queue", "%n product(s)", summary["products"])]


def _describe_shift(summary: dict[str, Any]) -> tuple[str, list[str]]:
    if summary["kind"] == "shift_opened":
        return translate("queue", "Shift opened"), []
    return translate("queue", "Shift closed"), []


def _describe_unknown(summary: dict[str, Any]) -> tuple[str, list[str]]:
    """An operation of a kind that only newer versions write."""
    if "receipt" in summary:
        return _describe_transaction(summary)
    return str(summary["kind"]), [str(summary[name]) for name in ("product", "place") if name in summary]


_DESCRIPTIONS = {
    "adjust": _describe_adjustment,
    "count": _describe_count,
    "product": _describe_product,
    "setting": _describe_setting,
    "decision": _describe_decision,
    "reopening": _describe_reopening,
    "transfer": _describe_transfer,
    "shift_opened": _describe_shift,
    "shift_closed": _describe_shift,
}
