"""Who may do what at a till by themselves, and for what a manager is asked."""

from enum import StrEnum

from resources.words import translate

MANAGERS = frozenset({"manager", "admin"})


class Right(StrEnum):
    """What needs a manager. Whatever is not named here, everybody who may sign in may do."""

    OVERRIDE_PRICE = "override_price"
    LARGE_DISCOUNT = "large_discount"
    REFUND_WITHOUT_RECEIPT = "refund_without_receipt"
    VOID_SALE = "void_sale"
    OPEN_DRAWER = "open_drawer"
    PAY_OUT = "pay_out"
    EDIT_PRODUCT = "edit_product"
    DISCARD_ENTRY = "discard_entry"
    CHANGE_SETTINGS = "change_settings"
    SIGN_TILL_OUT = "sign_till_out"


def may(role: str, right: Right) -> bool:
    """Whether somebody of this role needs nobody's approval."""
    return role in MANAGERS and right in Right


def in_words(right: Right) -> str:
    """What completes "Only a manager may …"."""
    return {
        Right.OVERRIDE_PRICE: translate("rights", "change a price at the till"),
        Right.LARGE_DISCOUNT: translate("rights", "give a discount as large as this"),
        Right.REFUND_WITHOUT_RECEIPT: translate("rights", "refund without a receipt"),
        Right.VOID_SALE: translate("rights", "void a sale"),
        Right.OPEN_DRAWER: translate("rights", "open the drawer without a sale"),
        Right.PAY_OUT: translate("rights", "pay money out of the drawer"),
        Right.EDIT_PRODUCT: translate("rights", "change a product"),
        Right.DISCARD_ENTRY: translate("rights", "discard an entry"),
        Right.CHANGE_SETTINGS: translate("rights", "change the settings"),
        Right.SIGN_TILL_OUT: translate("rights", "sign this till out"),
    }[right]
