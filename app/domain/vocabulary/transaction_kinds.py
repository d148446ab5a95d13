"""Kinds of till transactions: their signs for stock, turnover and drawer, and their names."""

from dataclasses import dataclass

from app.domain.vocabulary import Table
from resources.words import Text, Words, marked


@dataclass(frozen=True)
class TransactionKind:
    """A row. Quantities and amounts of a till transaction are positive; the signs here give the direction.

    `stock`: the sign of its lines in stock. `turnover`: the sign of its total in the shift's turnover.
    `drawer`: the sign of its cash in the drawer. Each is +1, −1 or 0.

    `noted`: it is written to the journal too. `is_known` is False for a kind from a newer version: it is in
    no sum, and the report says so.

    `done` is the title of the panel after completion. In a report the line is `counted`, with the number of
    them, or `summed`.
    """

    code: str
    name: Words
    stock: int = 0
    turnover: int = 0
    drawer: int = 0
    has_amount: bool = True
    noted: bool = False
    done: Words | None = None
    counted: Text | None = None
    summed: Words | None = None
    is_known: bool = True

    @property
    def gives_back(self) -> bool:
        """Whether money leaves the drawer, so that a list shows its amount as negative."""
        return self.drawer < 0

    def in_report(self, count: int) -> str:
        """The line of a report: "3 sales", "Paid in", "Drawer opened without a sale"."""
        return self.counted.of(count) if self.counted else str(self.summed or self.name)


SALE = "sale"
REFUND = "refund"
VOID = "void"
PAID_IN = "paid_in"
PAID_OUT = "paid_out"
NO_SALE = "no_sale"

TRANSACTION_KINDS = Table.of_rows(
    (
        TransactionKind(
            SALE,
            marked("kind", "Sale"),
            stock=-1,
            turnover=1,
            drawer=1,
            done=marked("kind", "Sale done"),
            counted=marked("kind", "%n sale(s)"),
        ),
        TransactionKind(
            REFUND,
            marked("kind", "Refund"),
            stock=1,
            turnover=-1,
            drawer=-1,
            done=marked("kind", "Refund done"),
            counted=marked("kind", "%n refund(s)"),
        ),
        TransactionKind(
            VOID,
            marked("kind", "Void"),
            stock=1,
            turnover=-1,
            drawer=-1,
            noted=True,
            done=marked("kind", "Sale voided"),
            counted=marked("kind", "%n void(s)"),
        ),
        TransactionKind(PAID_IN, marked("kind", "Paid in"), drawer=1, noted=True),
        TransactionKind(PAID_OUT, marked("kind", "Paid out"), drawer=-1, noted=True),
        TransactionKind(
            NO_SALE,
            marked("kind", "Drawer opened"),
            has_amount=False,
            noted=True,
            summed=marked("kind", "Drawer opened without a sale"),
        ),
    ),
    unknown=lambda code: TransactionKind(code, code, is_known=False),
)


def kind_of(code: str) -> TransactionKind:
    """The kind of a code; a kind that this till does not know moves nothing and is in no sum."""
    return TRANSACTION_KINDS.of(code)


def turnover_sign(code: str) -> int:
    """+1 for sales, −1 for refunds and voids, 0 for what is not turnover or not known."""
    return kind_of(code).turnover
