"""Who may do what: roles by action, by endpoint and by event. Whatever is not listed is forbidden.

A till without a person ("device") carries what people did; a decision needs a person's role. A role only
opens an endpoint; services check the places and rows behind it.
"""

from enum import StrEnum

from sync_agent.contract import events, paths


class Action(StrEnum):
    """A right, under the name that `approvals` on the wire and the till's own table have for it."""

    SELL = "sell"
    MOVE_STOCK = "move_stock"
    TRANSFER_STOCK = "transfer_stock"
    COUNT_STOCK = "count_stock"
    RUN_SHIFT = "run_shift"
    CLOSE_ANOTHERS_SHIFT = "close_anothers_shift"
    DECIDE_STOCK_CONFLICT = "decide_stock_conflict"
    DECIDE_PRODUCT_CONFLICT = "decide_product_conflict"
    EDIT_PRODUCT = "edit_product"
    OVERRIDE_PRICE = "override_price"
    LARGE_DISCOUNT = "large_discount"
    REFUND_WITHOUT_RECEIPT = "refund_without_receipt"
    REFUND_OTHER_TENDER = "refund_other_tender"
    VOID_SALE = "void_sale"
    OPEN_DRAWER = "open_drawer"
    PAY_OUT = "pay_out"
    DISCARD_ENTRY = "discard_entry"
    """Discard what was refused: at a till what waits there, at the server a sale in quarantine."""
    CHANGE_SETTINGS = "change_settings"
    """Settings of one till: printer, limits. Settings of the shop have rights of their own."""
    SIGN_TILL_OUT = "sign_till_out"
    ENROLL_DEVICE = "enroll_device"
    MANAGE_CLERKS = "manage_clerks"
    """Manage accounts of clerks all of whose places are one's own."""
    MANAGE_PEOPLE = "manage_people"
    """Manage all accounts, managers and admins included."""
    MANAGE_PLACES = "manage_places"
    """Be responsible for every place: revoke its tills. Places are made by the command `add-tenant` alone."""
    CHANGE_SHOP_SETTINGS = "change_shop_settings"
    CARRY_UP_SETTINGS = "carry_up_settings"
    """Say what a till had set for itself before settings were the shop's; it counts where nothing is set."""
    LOOSEN_CHECKS = "loosen_checks"
    """Change shop settings so that the server checks less."""

    @property
    def words(self) -> str:
        """The text that completes "may not …"."""
        return self.value.replace("_", " ")


_EVERYONE = frozenset({"clerk", "manager", "admin"})
_MANAGERS = frozenset({"manager", "admin"})
_ADMINS = frozenset({"admin"})
_TILL = frozenset({"device"})
_ALL = _EVERYONE | _TILL

NO_TOKEN: frozenset[str] = frozenset()
"""For an endpoint that needs no token."""

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
    Action.OVERRIDE_PRICE: _MANAGERS,
    Action.LARGE_DISCOUNT: _MANAGERS,
    Action.REFUND_WITHOUT_RECEIPT: _MANAGERS,
    Action.REFUND_OTHER_TENDER: _MANAGERS,
    Action.VOID_SALE: _MANAGERS,
    Action.OPEN_DRAWER: _MANAGERS,
    Action.PAY_OUT: _MANAGERS,
    Action.DISCARD_ENTRY: _MANAGERS,
    Action.CHANGE_SETTINGS: _MANAGERS,
    Action.SIGN_TILL_OUT: _MANAGERS,
    Action.ENROLL_DEVICE: _MANAGERS,
    Action.MANAGE_CLERKS: _MANAGERS,
    Action.MANAGE_PEOPLE: _ADMINS,
    Action.MANAGE_PLACES: _ADMINS,
    Action.CHANGE_SHOP_SETTINGS: _MANAGERS,
    Action.CARRY_UP_SETTINGS: _TILL | _MANAGERS,
    Action.LOOSEN_CHECKS: _ADMINS,
}
"""The roles that hold each right without approval; tests/architecture/test_rights.py compares it with the
till's.
"""

AT_TILLS = frozenset({Action.CHANGE_SETTINGS, Action.SIGN_TILL_OUT, Action.REFUND_OTHER_TENDER})
"""Rights that only a till judges: what they name is done there, and no operation says that it was done. The
server has them for the names in `approvals`.
"""

ENDPOINTS: dict[tuple[str, str], frozenset[str]] = {
    ("POST", paths.LOGIN): NO_TOKEN,
    ("POST", paths.SECOND_FACTOR_BEGIN): NO_TOKEN,
    ("POST", paths.SECOND_FACTOR_CONFIRM): NO_TOKEN,
    ("POST", paths.SECOND_FACTOR_END): NO_TOKEN,
    ("POST", paths.REFRESH): NO_TOKEN,
    ("POST", paths.LOGOUT): _ALL,
    ("GET", paths.SIGN_INS): _EVERYONE,
    ("POST", paths.SIGN_IN_END): _EVERYONE,
    ("POST", paths.ENROLL): _MANAGERS,
    ("POST", paths.CODES): _MANAGERS,
    ("POST", paths.CODE_LOOK_UP): NO_TOKEN,
    ("POST", paths.CODE_ACCEPT): NO_TOKEN,
    ("POST", paths.SET_UP): NO_TOKEN,
    ("POST", paths.QUEUE): _ALL,
    ("GET", paths.CHANGES): _ALL,
    ("GET", paths.SNAPSHOT): _ALL,
    ("GET", paths.DIGEST): _ALL,
    ("GET", paths.CONFLICTS): _ALL,
    ("POST", paths.RESOLVE): _EVERYONE,
    ("POST", paths.PREVIEW): _ALL,
    ("POST", paths.REOPEN): _EVERYONE,
    ("GET", paths.STOCK + "/{product_id}"): _ALL,
    ("GET", paths.SYNC_STATE): _ALL,
    ("POST", paths.BROADCAST): _MANAGERS,
    ("GET", paths.NOTICES): _MANAGERS,
    ("GET", paths.HEALTH): _ALL,
    ("POST", paths.PING): _ALL,
    ("GET", paths.SHIFT): _ALL,
    ("GET", paths.RECEIPTS): _ALL,
    ("GET", paths.AUDIT): _MANAGERS,
    ("GET", paths.AUDIT_VERIFY): _MANAGERS,
    ("GET", paths.QUARANTINE): _MANAGERS,
    ("POST", paths.QUARANTINE_RETRY): _MANAGERS,
    ("POST", paths.QUARANTINE_DISCARD): _MANAGERS,
    ("GET", paths.USERS): _MANAGERS,
    ("POST", paths.USERS): _MANAGERS,
    ("PATCH", paths.USER): _MANAGERS,
    ("POST", paths.USER_PASSWORD): _ALL,
    ("POST", paths.USER_PIN): _ALL,
    ("GET", paths.DEVICES): _MANAGERS,
    ("POST", paths.DEVICE_REVOKE): _MANAGERS,
    ("GET", paths.SETTINGS): _MANAGERS,
    ("PATCH", paths.SETTINGS): _MANAGERS,
    ("GET", paths.LIVE): NO_TOKEN,
    ("GET", paths.READY): NO_TOKEN,
    ("GET", paths.METRICS): NO_TOKEN,
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
