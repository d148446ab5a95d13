"""Who may do what: the one table of roles and actions."""

from enum import StrEnum


class Action(StrEnum):
    SELL = "sell"
    MOVE_STOCK = "move stock"
    COUNT_STOCK = "count stock"
    DECIDE_STOCK_CONFLICT = "decide a stock conflict"
    DECIDE_PRODUCT_CONFLICT = "decide a product conflict"
    EDIT_PRODUCT = "edit products"
    ENROLL_DEVICE = "enrol a till"


_EVERYONE = frozenset({"clerk", "manager", "admin"})
_MANAGERS = frozenset({"manager", "admin"})
_TILL = frozenset({"device"})

ALLOWED: dict[Action, frozenset[str]] = {
    Action.SELL: _EVERYONE | _TILL,
    Action.MOVE_STOCK: _EVERYONE | _TILL,
    Action.COUNT_STOCK: _EVERYONE | _TILL,
    Action.DECIDE_STOCK_CONFLICT: _EVERYONE,
    Action.DECIDE_PRODUCT_CONFLICT: _MANAGERS,
    Action.EDIT_PRODUCT: _MANAGERS,
    Action.ENROLL_DEVICE: _MANAGERS,
}
"""A till by itself ("device") carries what people did; a decision always needs a person's role."""


def may(role: str, action: Action) -> bool:
    return role in ALLOWED[action]
