"""Rights by role: what a person may do at a till alone, and what needs a manager's approval.

A row of `LEAST` decides a right. The server has its own table (`server_stub/roles.py`) under the same
names; a test compares the two.
"""

from enum import StrEnum

from app.domain.vocabulary.roles import ADMIN, CLERK, MANAGER, ROLES
from resources.words import translate


class Right(StrEnum):
    """A right; its value is the name in `approvals` on the wire."""

    SELL = "sell"
    MOVE_STOCK = "move_stock"
    TRANSFER_STOCK = "transfer_stock"
    COUNT_STOCK = "count_stock"
    RUN_SHIFT = "run_shift"
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
    CHANGE_SETTINGS = "change_settings"
    """The till's own settings."""
    CHANGE_SHOP_SETTINGS = "change_shop_settings"
    SIGN_TILL_OUT = "sign_till_out"


LEAST: dict[Right, str] = {
    Right.SELL: CLERK,
    Right.MOVE_STOCK: CLERK,
    Right.TRANSFER_STOCK: CLERK,
    Right.COUNT_STOCK: CLERK,
    Right.RUN_SHIFT: CLERK,
    Right.DECIDE_STOCK_CONFLICT: CLERK,
    Right.DECIDE_PRODUCT_CONFLICT: MANAGER,
    Right.EDIT_PRODUCT: MANAGER,
    Right.OVERRIDE_PRICE: MANAGER,
    Right.LARGE_DISCOUNT: MANAGER,
    Right.REFUND_WITHOUT_RECEIPT: MANAGER,
    Right.REFUND_OTHER_TENDER: MANAGER,
    Right.VOID_SALE: MANAGER,
    Right.OPEN_DRAWER: MANAGER,
    Right.PAY_OUT: MANAGER,
    Right.DISCARD_ENTRY: MANAGER,
    Right.CHANGE_SETTINGS: MANAGER,
    Right.CHANGE_SHOP_SETTINGS: MANAGER,
    Right.SIGN_TILL_OUT: MANAGER,
}
"""The lowest role with each right; higher roles have it too."""


def may(role: str, right: Right) -> bool:
    """Whether a role has a right without approval. A role from a newer version may only sell."""
    if not ROLES.knows(role):
        return right is Right.SELL
    return ROLES.of(role).level >= ROLES.of(LEAST[right]).level


def only(right: Right) -> str:
    """Why approval is asked for: "Only a manager may void a sale." """
    words = {
        CLERK: translate("errors", "This till does not know your role. Ask a manager to let you {what}."),
        MANAGER: translate("errors", "Only a manager may {what}."),
        ADMIN: translate("errors", "Only an administrator may {what}."),
    }
    return words[LEAST[right]].format(what=in_words(right))


def in_words(right: Right) -> str:
    """The end of the sentence "Only a manager may …"."""
    return {
        Right.SELL: translate("rights", "sell"),
        Right.MOVE_STOCK: translate("rights", "adjust stock"),
        Right.TRANSFER_STOCK: translate("rights", "send goods to another shop"),
        Right.COUNT_STOCK: translate("rights", "count stock"),
        Right.RUN_SHIFT: translate("rights", "open or close a shift"),
        Right.DECIDE_STOCK_CONFLICT: translate("rights", "decide about a count"),
        Right.DECIDE_PRODUCT_CONFLICT: translate("rights", "decide about a product"),
        Right.EDIT_PRODUCT: translate("rights", "change a product"),
        Right.OVERRIDE_PRICE: translate("rights", "change a price at the till"),
        Right.LARGE_DISCOUNT: translate("rights", "give a discount as large as this"),
        Right.REFUND_WITHOUT_RECEIPT: translate("rights", "refund without a receipt"),
        Right.REFUND_OTHER_TENDER: translate("rights", "refund otherwise than it was paid"),
        Right.VOID_SALE: translate("rights", "void a sale"),
        Right.OPEN_DRAWER: translate("rights", "open the drawer without a sale"),
        Right.PAY_OUT: translate("rights", "pay money out of the drawer"),
        Right.DISCARD_ENTRY: translate("rights", "discard an entry"),
        Right.CHANGE_SETTINGS: translate("rights", "change the settings"),
        Right.CHANGE_SHOP_SETTINGS: translate("rights", "change the shop’s settings"),
        Right.SIGN_TILL_OUT: translate("rights", "sign this till out"),
    }[right]
