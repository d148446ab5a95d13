"""What a transaction can be: which way it moves stock, turnover and the drawer, and what it is called."""

from dataclasses import dataclass

from app.domain.vocabulary import Table
from resources.words import Text, Words, marked


@dataclass(frozen=True)
class TransactionKind:
    """A row. Quantities and amounts of a transaction are positive; these give them their direction.

    `stock`: what its lines do to stock. `turnover`: what its total does to the shift's turnover. `drawer`:
    what its cash does to the drawer. Each is +1, −1 or 0.

    `noted`: it is written into the till's log as well. `is_known` is False of a kind from a newer program: it
    is in no sum, and the sum says so.

    `done` heads the panel once it is finished; a report says `counted` with how many there were, or `summed`.
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
        """Whether money leaves the drawer for it, so that a list shows its amount as negative."""
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
    """The kind behind a code; one that this till does not know moves nothing and is in no sum."""
    return TRANSACTION_KINDS.of(code)


def turnover_sign(code: str) -> int:
    """+1 for what is sold, −1 for what goes back, 0 for what is no turnover or not known."""
    return kind_of(code).turnover
