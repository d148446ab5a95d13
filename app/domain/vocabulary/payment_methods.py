"""Payment methods: their names, and whether their money is cash in the drawer."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.vocabulary import Table
from resources.words import Words, marked


@dataclass(frozen=True)
class PaymentMethod:
    """A row. `name` is its name on receipts and in reports.

    `is_cash`: its money is in the drawer, so the drawer opens for it, it is rounded to coins, change is
    given, and cashing up counts it. `asks_reference`: the clerk may note a reference, such as the number on
    the terminal's slip.

    `at_tender`: a sale can be paid by it. `paid` is the text of the button that completes the payment,
    `taken` its name among the payments so far. `give_back` is its name where a refund is paid out by it;
    None: it is offered only for what was paid by it. A method that this till does not know is shown and
    summed, and can be chosen only for a refund of what was paid by it.
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
        """Its name on the button that chooses it for paying."""
        return str(self.name)

    def in_refund(self) -> str:
        """Its name on the button that chooses it for a refund."""
        return str(self.give_back or self.name)

    def in_list(self) -> str:
        """Its name among the payments of a sale that is being paid."""
        return str(self.taken or self.name)

    def in_button(self) -> str:
        """The text of the button that takes the payment."""
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
            give_back=marked("method", "Otherwise"),
        ),
    ),
    unknown=lambda code: PaymentMethod(code, code),
)


def method_of(code: str) -> PaymentMethod:
    """The method of a code; an unknown code is shown as it is, and is not cash."""
    return PAYMENT_METHODS.of(code)


def is_cash(code: str) -> bool:
    """Whether money paid by this method is in the drawer."""
    return method_of(code).is_cash


def at_tender(offered: Sequence[str] | None = None) -> tuple[PaymentMethod, ...]:
    """The methods for paying a sale, in the order of the buttons.

    `offered` are the shop's, in its order. Where this till knows none of them it offers all that it has, so
    that a sale can always be paid.
    """
    known = {method.code: method for method in PAYMENT_METHODS.all() if method.at_tender}
    chosen = tuple(known[code] for code in offered or () if code in known)
    return chosen or tuple(known.values())


def at_refund() -> tuple[PaymentMethod, ...]:
    """The methods for paying out a refund, in the order of the buttons."""
    return tuple(method for method in PAYMENT_METHODS.all() if method.give_back is not None)
