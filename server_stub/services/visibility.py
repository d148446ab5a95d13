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

A change of an unknown resource type is sent without its row, so that the stream's numbers go on; a snapshot
and a digest leave the type out; an unknown event is not sent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sync_agent.contract import events

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Audience:
    """The recipient of a row: an enrolled till or not, and whether it accepts unknown words."""

    is_till: bool
    is_tolerant: bool


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
}
"""The known words of each field, by object."""

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


_movement = _mapping("stock_movement", "reason")
_payment = _mapping("payment", "method")
_kind = _mapping("transaction", "kind")


def _stock_level(row: Row) -> Row:
    movement = row.get("movement")
    known = movement if movement is None else _movement(movement)
    return row if known is movement else {**row, "movement": known}


def _product(row: Row) -> Row:
    unit = row.get("unit")
    if unit is None or unit in _UNITS.values():
        return row
    nearest = _UNITS.get(row.get("unitDecimals", -1))
    return {**row, "unit": nearest} if nearest else {**row, "unit": "each", "priceMinor": None}


def _transaction(row: Row) -> Row:
    row = _kind(row)
    payments = row.get("payments") or []
    known = [_payment(payment) for payment in payments]
    changed = any(mapped is not payment for mapped, payment in zip(known, payments, strict=True))
    return {**row, "payments": known} if changed else row


def _initial_sync(row: Row) -> Row:
    return {**row, "recentMovements": [_movement(movement) for movement in row["recentMovements"]]}


_MAPPED: Mapping[str, Callable[[Row], Row]] = {
    "stock_movement": _movement,
    "stock_level": _stock_level,
    "product": _product,
    "user": _mapping("user", "role"),
    "transaction": _transaction,
    "conflict": _mapping("conflict", "resourceType", "conflictType", "status", "resolution"),
    "shift": _mapping("shift", "status"),
    "quarantine": _mapping("quarantine", "status"),
    events.INITIAL_SYNC: _initial_sync,
    events.INVENTORY_UPDATED: _movement,
    events.SYNC_CONFLICT: _mapping("conflict", "resourceType", "conflictType", "status", "resolution"),
    events.CONFLICT_RESOLVED: _mapping("conflict", "resolution"),
    events.CONFLICT_RESOLUTION_BROADCAST: _mapping("conflict", "resolution"),
    events.NOTICE: _mapping("notice", "type"),
}
"""How a row, by type, or an event's payload is mapped to known words; those not listed have none."""
