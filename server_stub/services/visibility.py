"""What of a row or an event a client is sent: verifiers of PINs go to tills, new words to tolerant clients.

A client that names the feature `tolerant` (`sync_agent.contract.tolerance`) is sent what there is. Any other
is a till of release 0.1.0, or a client written for it, which stops at a word that it does not know: it is
sent that release's words alone. `KNOWN` holds them, as they were then and whatever the contract has now.
A word that is not among them is mapped to the nearest that is:

| what | an unknown word becomes |
|---|---|
| reason of a movement | `correction`, which goes either way |
| unit of a product | `kg` with 3 decimals, `each` with none; else `each` and no price: it is not sold |
| role of a person | `clerk`, who has no rights |
| kind of a transaction | `no_sale`, which is in no sum |
| method of a payment | `other` |
| type of a conflict | `data_inconsistency` |
| what a conflict is about | `transaction`, for which nothing is suggested |
| status of a conflict, and its resolution | `resolved` (digests count open ones), `merge` |
| status of a shift or a quarantined sale | `open`, from which nothing follows |
| type of a notice | `announcement` |
| code of a result | `precondition_failed`, whose message is shown |
| status of a result | `applied` if it is a success, `deferred` if it says when to retry, else `rejected` |
| code of a refusal | the one of its HTTP status (`_CODES`) |
| reason of a session's end | `server_stopping`, after which a till connects again |

A change of an unknown resource type is sent without its row, so that the stream's numbers go on; a snapshot
and a digest leave the type out; an unknown event is not sent.

A figure of stock beyond `AMOUNT_MAX`, which that release cannot read, is sent as `AMOUNT_MAX`: in rows,
events, answers and digests alike, so that its replica and the server's digest of it agree.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from server_stub.errors import Refusal
from sync_agent.contract import events
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.wire import AMOUNT_MAX

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Audience:
    """The recipient of a row: an enrolled till or not, and whether it accepts unknown words."""

    is_till: bool
    is_tolerant: bool


SIMPLE = Audience(is_till=False, is_tolerant=False)
"""A client without the feature `changes`, or before its token is known: neither till nor tolerant, whatever
else it names.
"""


def known_to(audience: Audience, resource_type: str) -> bool:
    """Whether rows of this type are sent to the audience."""
    return audience.is_tolerant or resource_type in _KNOWN_TYPES


def visible_row(resource_type: str, row: Row | None, audience: Audience) -> Row | None:
    """A row for the audience; the same object if nothing is removed or mapped."""
    if row is None or not known_to(audience, resource_type):
        return None
    if not audience.is_till and resource_type == "user" and "pinVerifier" in row:
        row = {name: value for name, value in row.items() if name != "pinVerifier"}
    return row if audience.is_tolerant else _in_known_words(resource_type, row)


def visible_event(event: str, payload: Row, audience: Audience) -> Row | None:
    """The payload of an event other than `changes` for the audience; None if it is not sent."""
    if audience.is_tolerant:
        return payload
    return _in_known_words(event, payload) if event in _KNOWN_EVENTS else None


def visible_result(result: Row, audience: Audience) -> Row:
    """An operation's result for the audience."""
    return result if audience.is_tolerant else _result(result)


def visible_quantity(quantity: int, audience: Audience) -> int:
    """A figure of stock for the audience."""
    return quantity if audience.is_tolerant else _within_limit(quantity)


def visible_refusal(refusal: Refusal, audience: Audience) -> Refusal:
    """A refusal for the audience; `details` of a conflict are a conflict."""
    if audience.is_tolerant:
        return refusal
    code, details = refusal.code, refusal.details
    if code in {ErrorCode.CONFLICT, ErrorCode.CONFLICT_MOVED} and isinstance(details, dict):
        details = _conflict(details)
    if code not in KNOWN["result", "code"].known:
        code = _CODES.get(refusal.http_status) or _code_of_class(refusal.http_status)
    if code is refusal.code and details is refusal.details:
        return refusal
    return Refusal(code, refusal.message, details=details, retry_after_ms=refusal.retry_after_ms)


def _code_of_class(status: int) -> ErrorCode:
    return ErrorCode.BAD_REQUEST if status < 500 else ErrorCode.UNAVAILABLE


def _in_known_words(of: str, row: Row) -> Row:
    map_row = _MAPPED.get(of)
    return row if map_row is None else map_row(row)


# --- the words of release 0.1.0 ------------------------------------------------------------------------


@dataclass(frozen=True)
class Words:
    known: frozenset[str]
    nearest: str


KNOWN: Mapping[tuple[str, str], Words] = {
    ("stock_movement", "reason"): Words(
        frozenset(
            [
                "sale",
                "refund",
                "receive",
                "waste",
                "found",
                "correction",
                "count",
                "transfer_in",
                "transfer_out",
            ]
        ),
        "correction",
    ),
    ("user", "role"): Words(frozenset({"clerk", "manager", "admin"}), "clerk"),
    ("transaction", "kind"): Words(
        frozenset(["sale", "refund", "void", "paid_in", "paid_out", "no_sale"]), "no_sale"
    ),
    ("payment", "method"): Words(frozenset({"cash", "card", "other"}), "other"),
    ("conflict", "resourceType"): Words(frozenset({"stock_level", "product", "transaction"}), "transaction"),
    ("conflict", "conflictType"): Words(
        frozenset({"concurrent_update", "version_mismatch", "data_inconsistency"}), "data_inconsistency"
    ),
    ("conflict", "status"): Words(frozenset({"open", "resolved"}), "resolved"),
    ("conflict", "resolution"): Words(frozenset({"accept_local", "accept_server", "merge"}), "merge"),
    ("shift", "status"): Words(frozenset({"open", "closed"}), "open"),
    ("quarantine", "status"): Words(frozenset({"open", "applied", "discarded"}), "open"),
    ("notice", "type"): Words(
        frozenset({"inventory_update", "price_change", "announcement", "maintenance"}), "announcement"
    ),
    ("result", "code"): Words(
        frozenset(
            [
                "bad_request",
                "unknown_event",
                "unauthorized",
                "token_expired",
                "forbidden",
                "device_cloned",
                "not_found",
                "conflict",
                "conflict_moved",
                "cursor_expired",
                "payload_too_large",
                "precondition_failed",
                "upgrade_required",
                "rate_limited",
                "internal",
                "unavailable",
            ]
        ),
        "precondition_failed",
    ),
    ("session-ended", "reason"): Words(
        frozenset(
            [
                "not_joined",
                "token_expired",
                "signed_out",
                "user_disabled",
                "rights_changed",
                "device_revoked",
                "too_slow",
                "server_stopping",
            ]
        ),
        "server_stopping",
    ),
}
"""The known words of each field, by object."""

_RESULT_STATUSES = frozenset({"applied", "conflict", "rejected", "quarantined", "blocked", "deferred"})

_CODES: Mapping[int, ErrorCode] = {
    401: ErrorCode.UNAUTHORIZED,
    403: ErrorCode.FORBIDDEN,
    404: ErrorCode.NOT_FOUND,
    408: ErrorCode.UNAVAILABLE,
    409: ErrorCode.PRECONDITION_FAILED,
    410: ErrorCode.CURSOR_EXPIRED,
    413: ErrorCode.PAYLOAD_TOO_LARGE,
    422: ErrorCode.PRECONDITION_FAILED,
    425: ErrorCode.UNAVAILABLE,
    426: ErrorCode.UPGRADE_REQUIRED,
    429: ErrorCode.RATE_LIMITED,
    500: ErrorCode.INTERNAL,
}
"""What an unknown code becomes, by the HTTP status of its refusal; a 409 without a conflict is no conflict.
Any other is `bad_request`, and from 500 on `unavailable`.
"""

_KNOWN_TYPES = frozenset(
    [
        "location",
        "user",
        "product",
        "stock_level",
        "stock_movement",
        "oversold",
        "transaction",
        "conflict",
        "shift",
        "quarantine",
    ]
)

_KNOWN_EVENTS = frozenset(
    {
        events.INITIAL_SYNC,
        events.INVENTORY_UPDATED,
        events.CHANGES,
        events.UPDATE_CONFIRMED,
        events.SYNC_CONFLICT,
        events.CONFLICT_RESOLVED,
        events.CONFLICT_RESOLUTION_BROADCAST,
        events.OFFLINE_SYNC_RESULTS,
        events.USER_CONNECTED,
        events.USER_DISCONNECTED,
        events.SYNC_STATE,
        events.NOTICE,
        events.SESSION_ENDED,
    }
)

_UNITS = {0: "each", 3: "kg"}
"""By the decimals of the unit's quantities."""


def _mapping(of: str, *fields: str) -> Callable[[Row], Row]:
    words = {name: KNOWN[of, name] for name in fields}

    def map_row(row: Row) -> Row:
        mapped = {
            name: its.nearest
            for name, its in words.items()
            if row.get(name) is not None and row[name] not in its.known
        }
        return {**row, **mapped} if mapped else row

    return map_row


def _in_turn(*mappings: Callable[[Row], Row]) -> Callable[[Row], Row]:
    def map_row(row: Row) -> Row:
        for mapping in mappings:
            row = mapping(row)
        return row

    return map_row


def _within_limit(figure: int) -> int:
    return max(-AMOUNT_MAX, min(figure, AMOUNT_MAX))


def _within(*names: str) -> Callable[[Row], Row]:
    """The row with figures that release 0.1.0 reads: its stock and movements are never beyond its limit."""

    def map_row(row: Row) -> Row:
        mapped = {
            name: _within_limit(row[name])
            for name in names
            if row.get(name) is not None and abs(row[name]) > AMOUNT_MAX
        }
        return {**row, **mapped} if mapped else row

    return map_row


def _each(name: str, mapping: Callable[[Row], Row]) -> Callable[[Row], Row]:
    """Maps every object of a list in the row."""

    def map_row(row: Row) -> Row:
        rows = row.get(name) or []
        mapped = [mapping(inner) for inner in rows]
        changed = any(after is not before for after, before in zip(mapped, rows, strict=True))
        return {**row, name: mapped} if changed else row

    return map_row


_quantity = _within("quantity")
_delta = _within("delta")
_code = _mapping("result", "code")
_conflict = _in_turn(
    _mapping("conflict", "resourceType", "conflictType", "status", "resolution"), _each("history", _delta)
)
_movement = _in_turn(_mapping("stock_movement", "reason"), _delta)
_payment = _mapping("payment", "method")
_transaction = _in_turn(_mapping("transaction", "kind"), _each("payments", _payment))


def _stock_level(row: Row) -> Row:
    movement = row.get("movement")
    known = movement if movement is None else _movement(movement)
    row = _quantity(row)
    return row if known is movement else {**row, "movement": known}


def _product(row: Row) -> Row:
    unit = row.get("unit")
    if unit is None or unit in _UNITS.values():
        return row
    nearest = _UNITS.get(row.get("unitDecimals", -1))
    return {**row, "unit": nearest} if nearest else {**row, "unit": "each", "priceMinor": None}


def _result(result: Row) -> Row:
    result = _code(result)
    conflict = result.get("conflict")
    if conflict is not None and (known := _conflict(conflict)) is not conflict:
        result = {**result, "conflict": known}
    if result["status"] in _RESULT_STATUSES:
        return result
    if result["success"]:
        return {**result, "status": "applied"}
    return {**result, "status": "rejected" if result.get("retryAfterMs") is None else "deferred"}


_MAPPED: Mapping[str, Callable[[Row], Row]] = {
    "stock_movement": _movement,
    "stock_level": _stock_level,
    "oversold": _quantity,
    "product": _product,
    "user": _mapping("user", "role"),
    "transaction": _transaction,
    "conflict": _conflict,
    "shift": _mapping("shift", "status"),
    "quarantine": _mapping("quarantine", "status"),
    events.INITIAL_SYNC: _in_turn(_each("recentMovements", _movement), _each("stockLevels", _quantity)),
    events.INVENTORY_UPDATED: _in_turn(_movement, _within("newQuantity")),
    events.SYNC_CONFLICT: _conflict,
    events.CONFLICT_RESOLVED: _mapping("conflict", "resolution"),
    events.CONFLICT_RESOLUTION_BROADCAST: _mapping("conflict", "resolution"),
    events.NOTICE: _mapping("notice", "type"),
    events.SESSION_ENDED: _mapping("session-ended", "reason"),
}
"""How a row, by type, or an event's payload is mapped to known words and figures; others have none."""
