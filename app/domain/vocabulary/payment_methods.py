"""How a customer pays: what each method is called, and whether its money lies in the drawer."""

from dataclasses import dataclass

from app.domain.vocabulary import Table
from resources.words import Words, marked


@dataclass(frozen=True)
class PaymentMethod:
    """A row. `name` is what receipts and reports call it.

    `is_cash`: it lies in the drawer, so the drawer opens for it, coins round it, change is given on it, and
    cashing up counts it. `asks_reference`: the clerk may note one, such as the number on the terminal's slip.

    `at_tender`: a sale can be paid by it. `paid` finishes that, `taken` lists it among what was paid already.
    `give_back` is what it is called where a refund is paid out by it; None, and no refund is. A method that
    this till does not know is shown and summed, and cannot be chosen.
    """

    code: str
    name: Words
    at_tender: bool = False
    taken: Words | None = None
    paid: Words | None = None
    give_back: Words | None = None
    is_cash: bool = False
    asks_reference: bool = True

    def in_choice(self) -> str:
        """On the button that chooses it for paying."""
        return str(self.name)

    def in_refund(self) -> str:
        """On the button that chooses it for a refund."""
        return str(self.give_back or self.name)

    def in_list(self) -> str:
        """Among the payments of a sale that is being paid."""
        return str(self.taken or self.name)

    def in_button(self) -> str:
        """On the button that takes it."""
        return str(self.paid or self.name)


CASH = "cash"
CARD = "card"

PAYMENT_METHODS = Table.of_rows(
    (
        PaymentMethod(
            CASH,
            marked("method", "Cash"),
            at_tender=True,
            paid=marked("method", "Take cash"),
            give_back=marked("method", "In cash"),
            is_cash=True,
            asks_reference=False,
        ),
        PaymentMethod(
            CARD,
            marked("method", "Card"),
            at_tender=True,
            paid=marked("method", "Paid by card"),
            give_back=marked("method", "To the card"),
        ),
        PaymentMethod(
            "other",
            marked("method", "Other"),
            at_tender=True,
            taken=marked("method", "Otherwise"),
            paid=marked("method", "Paid otherwise"),
        ),
    ),
    unknown=lambda code: PaymentMethod(code, code),
)


def method_of(code: str) -> PaymentMethod:
    """The method behind a code; one that this till does not know is shown as it is called, and is no cash."""
    return PAYMENT_METHODS.of(code)


def is_cash(code: str) -> bool:
    """Whether what is paid this way lies in the drawer."""
    return method_of(code).is_cash


def at_tender() -> tuple[PaymentMethod, ...]:
    """What a sale may be paid by, in the order of the buttons."""
    return tuple(method for method in PAYMENT_METHODS.all() if method.at_tender)


def at_refund() -> tuple[PaymentMethod, ...]:
    """What a refund may be paid out by, in the order of the buttons."""
    return tuple(method for method in PAYMENT_METHODS.all() if method.give_back is not None)
