"""Who may do what: roles by action, by endpoint and by event. Whatever is not named here, nobody may do.

A till by itself ("device") carries what people did; a decision always needs a person's role. A role opens a
door; whose places and whose rows are behind it is for the services to judge.
"""

from enum import StrEnum

from sync_agent.contract import events


class Action(StrEnum):
    SELL = "sell"
    MOVE_STOCK = "move stock"
    TRANSFER_STOCK = "transfer stock"
    COUNT_STOCK = "count stock"
    RUN_SHIFT = "open and close a shift"
    CLOSE_ANOTHERS_SHIFT = "close another's shift"
    DECIDE_STOCK_CONFLICT = "decide a stock conflict"
    DECIDE_PRODUCT_CONFLICT = "decide a product conflict"
    EDIT_PRODUCT = "edit products"
    ENROLL_DEVICE = "enrol a till"


_EVERYONE = frozenset({"clerk", "manager", "admin"})
_MANAGERS = frozenset({"manager", "admin"})
_ADMINS = frozenset({"admin"})
_TILL = frozenset({"device"})
_ALL = _EVERYONE | _TILL

NO_TOKEN: frozenset[str] = frozenset()
"""Of an endpoint: it is for whoever has no token yet, or for the machine room."""

ALLOWED: dict[Action, frozenset[str]] = {
    Action.SELL: _ALL,
    Action.MOVE_STOCK: _ALL,
    Action.TRANSFER_STOCK: _ALL,
    Action.COUNT_STOCK: _ALL,
    Action.RUN_SHIFT: _ALL,
    Action.CLOSE_ANOTHERS_SHIFT: _MANAGERS,
    Action.DECIDE_STOCK_CONFLICT: _EVERYONE,
    Action.DECIDE_PRODUCT_CONFLICT: _MANAGERS,
    Action.EDIT_PRODUCT: _MANAGERS,
    Action.ENROLL_DEVICE: _MANAGERS,
}

ENDPOINTS: dict[tuple[str, str], frozenset[str]] = {
    ("POST", events.PATH_LOGIN): NO_TOKEN,
    ("POST", events.PATH_REFRESH): NO_TOKEN,
    ("POST", events.PATH_LOGOUT): _EVERYONE,
    ("POST", events.PATH_ENROLL): _MANAGERS,
    ("POST", events.PATH_QUEUE): _ALL,
    ("GET", events.PATH_CHANGES): _ALL,
    ("GET", events.PATH_SNAPSHOT): _ALL,
    ("GET", events.PATH_DIGEST): _ALL,
    ("GET", events.PATH_CONFLICTS): _ALL,
    ("POST", events.PATH_RESOLVE): _EVERYONE,
    ("POST", events.PATH_PREVIEW): _ALL,
    ("POST", events.PATH_REOPEN): _EVERYONE,
    ("GET", events.PATH_STOCK + "/{product_id}"): _ALL,
    ("GET", events.PATH_SYNC_STATE): _ALL,
    ("POST", events.PATH_BROADCAST): _MANAGERS,
    ("GET", events.PATH_HEALTH): _ALL,
    ("POST", events.PATH_PING): _ALL,
    ("GET", events.PATH_SHIFT): _ALL,
    ("GET", events.PATH_AUDIT): _MANAGERS,
    ("GET", events.PATH_AUDIT_VERIFY): _MANAGERS,
    ("GET", events.PATH_QUARANTINE): _MANAGERS,
    ("POST", events.PATH_QUARANTINE_RETRY): _MANAGERS,
    ("POST", events.PATH_QUARANTINE_DISCARD): _MANAGERS,
    ("GET", events.PATH_USERS): _ADMINS,
    ("POST", events.PATH_USERS): _ADMINS,
    ("PATCH", events.PATH_USER): _ADMINS,
    ("GET", events.PATH_DEVICES): _MANAGERS,
    ("POST", events.PATH_DEVICE_REVOKE): _MANAGERS,
    ("GET", events.PATH_SETTINGS): _MANAGERS,
    ("PATCH", events.PATH_SETTINGS): _ADMINS,
    ("GET", events.PATH_LIVE): NO_TOKEN,
    ("GET", events.PATH_READY): NO_TOKEN,
    ("GET", events.PATH_METRICS): NO_TOKEN,
}

EVENTS: dict[str, frozenset[str]] = {
    events.JOIN_TENANT: _ALL,
    events.INVENTORY_UPDATE: _ALL,
    events.SYNC_OFFLINE_QUEUE: _ALL,
    events.RESOLVE_CONFLICT: _ALL,
    events.NETWORK_STATUS: _ALL,
    events.PING: _ALL,
}


def may(role: str, action: Action) -> bool:
    return role in ALLOWED[action]
