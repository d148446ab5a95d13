"""The server's vocabularies: movement reasons, payment methods, kinds of transaction, units and roles.

A table each, and the rules, the documents and the audit take from it what they need. The till has its own
tables (`app/domain/vocabulary`) and shares none of these rules; a test compares the codes.

A code of a newer till is in no table. Looking it up never fails: it moves nothing and permits nothing.
"""

from dataclasses import dataclass
from typing import Literal

from server_stub.roles import Action


@dataclass(frozen=True)
class MovementReason:
    """Why stock moved. `sign` is the usual sign of its delta; the server accepts either."""

    code: str
    meaning: str
    sign: Literal["+", "−", "±"] = "±"
    by_client: bool = True
    """Whether a movement operation may name it; counts have a kind of operation of their own."""


@dataclass(frozen=True)
class PaymentMethod:
    code: str
    meaning: str


@dataclass(frozen=True)
class TransactionKind:
    """A kind of till transaction. `stock` and `turnover` are the signs of its effect on either: +1, −1, 0.

    `reason` is that of its movements. `right` is what it needs besides the right to sell, and
    `right_without_reference` what it needs if it names no earlier transaction.
    """

    code: str
    meaning: str
    stock: int = 0
    turnover: int = 0
    reason: str = ""
    right: Action | None = None
    right_without_reference: Action | None = None


@dataclass(frozen=True)
class Unit:
    """A unit of sale; a quantity is an integer in its smallest part."""

    code: str
    meaning: str
    decimals: int


@dataclass(frozen=True)
class Role:
    """What a token's bearer is: a person, or a till. `ALLOWED` in server_stub/roles.py has the rights."""

    code: str
    meaning: str


MOVEMENT_REASONS = {
    row.code: row
    for row in (
        MovementReason("receive", "goods came in", "+"),
        MovementReason("waste", "goods were spoilt, broken or stolen", "−"),
        MovementReason("found", "goods turned up", "+"),
        MovementReason(
            "correction", "a figure was wrong; also what cancels a movement that a count had already seen"
        ),
        MovementReason("sale", "goods were sold", "−"),
        MovementReason("refund", "goods came back from a customer, or a sale was voided", "+"),
        MovementReason(
            "count", "goods were counted: sent as `newQuantity`, never as a delta", by_client=False
        ),
        MovementReason("transfer_in", "goods came from another place", "+"),
        MovementReason("transfer_out", "goods went to another place", "−"),
    )
}

PAYMENT_METHODS = {
    row.code: row
    for row in (
        PaymentMethod("cash", "coins and notes, in the till's drawer"),
        PaymentMethod("card", "a card, on a terminal of its own"),
        PaymentMethod("other", "anything else, such as a voucher"),
    )
}

TRANSACTION_KINDS = {
    row.code: row
    for row in (
        TransactionKind("sale", "goods were sold", stock=-1, turnover=1, reason="sale"),
        TransactionKind(
            "refund",
            "goods came back, and their price went out",
            stock=1,
            turnover=-1,
            reason="refund",
            right_without_reference=Action.REFUND_WITHOUT_RECEIPT,
        ),
        TransactionKind(
            "void",
            "a sale was undone, whole",
            stock=1,
            turnover=-1,
            reason="refund",
            right=Action.VOID_SALE,
        ),
        TransactionKind("paid_in", "money was put into the drawer"),
        TransactionKind("paid_out", "money was taken out of the drawer", right=Action.PAY_OUT),
        TransactionKind("no_sale", "the drawer was opened for no sale", right=Action.OPEN_DRAWER),
    )
}

UNITS = {row.code: row for row in (Unit("each", "by the piece", 0), Unit("kg", "by weight", 3))}

SALE, VOID, CASH = "sale", "void", "cash"
"""The words that rules name; every other is looked up."""

ROLES = {
    row.code: row
    for row in (
        Role(
            "clerk",
            "sell, move, count and transfer stock, run shifts, decide conflicts about stock, at their own"
            " places",
        ),
        Role(
            "manager",
            "the same, and override prices, refund without a receipt or by another method than was paid by,"
            " void, open the drawer, pay out, edit products, decide every conflict, enrol and revoke tills,"
            " broadcast, read audit and quarantine; manage the accounts of clerks all of whose places are"
            " theirs, and settings that loosen no check",
        ),
        Role("admin", "the same, and manage everybody, the tills of every place, and all settings"),
        Role("device", "carry what people did; never decide"),
    )
}


@dataclass(frozen=True)
class Listed:
    """A vocabulary as listed in documents: meanings by word. `closed` where the server refuses other
    words.
    """

    words: dict[str, str]
    closed: bool = False


LISTED = {
    "movementReasons": Listed({code: row.meaning for code, row in MOVEMENT_REASONS.items()}),
    "clientMovementReasons": Listed(
        {code: row.meaning for code, row in MOVEMENT_REASONS.items() if row.by_client},
    ),
    "paymentMethods": Listed({code: row.meaning for code, row in PAYMENT_METHODS.items()}),
    "transactionKinds": Listed({code: row.meaning for code, row in TRANSACTION_KINDS.items()}, closed=True),
    "units": Listed({code: row.meaning for code, row in UNITS.items()}, closed=True),
    "roles": Listed({code: row.meaning for code, row in ROLES.items()}),
}
"""By the contract's name for each (`wire.in_vocabulary`)."""


def kind_of(code: str) -> TransactionKind:
    """The kind of a code; an unknown one moves neither stock nor turnover."""
    return TRANSACTION_KINDS.get(code) or TransactionKind(code, "")
