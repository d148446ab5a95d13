"""Refusals of the rules of selling, with a message for the person at the till.

A DomainError is expected: its text is shown as it is. Anything else that is raised is a bug.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from app.domain.vocabulary.shop_setting_names import setting_name
from resources.words import translate

QUOTED_MAX = 24
_NO_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def quoted(typed: str) -> str:
    """What a person typed, for a message: on one line, and cut off, so that the message stays short."""
    line = _NO_LINE.sub(" ", typed)
    return line if len(line) <= QUOTED_MAX else f"{line[:QUOTED_MAX]}…"


class DomainError(Exception):
    """Refused for a reason that the clerk can read.

    `about` names the input that is refused, as the service that refused it calls it; empty where it is none
    of them. A form shows it at that field.
    """

    about = ""


@contextmanager
def about(name: str) -> Iterator[None]:
    """Whatever is refused inside is about the input `name`, unless it names one itself."""
    try:
        yield
    except DomainError as error:
        if not vars(error).get("about"):
            error.about = name
        raise


class EmptyCart(DomainError):
    """The cart has no lines."""

    def __init__(self) -> None:
        super().__init__(translate("errors", "There is nothing in the cart yet."))


class CartTooLarge(DomainError):
    def __init__(self) -> None:
        words = translate("errors", "This sale has too many lines for one receipt. Split it into two.")
        super().__init__(words)


class TooManyApprovals(DomainError):
    def __init__(self) -> None:
        words = translate("errors", "This sale needs too many approvals for one receipt. Split it into two.")
        super().__init__(words)


class TextTooLong(DomainError):
    """What was typed does not fit; the message says how many characters do."""


class CannotBeWritten(DomainError):
    """A text or figure of a transaction does not fit into an operation's form."""

    def __init__(self) -> None:
        words = translate(
            "errors",
            "This cannot be completed as it is: a text or a figure in it does not fit. Change it, or make it"
            " two sales.",
        )
        super().__init__(words)


class CartInUse(DomainError):
    """The sale on the screen is not empty, so no other can be recalled."""

    def __init__(self) -> None:
        words = translate("errors", "There is something in the cart. Finish that sale or hold it first.")
        super().__init__(words)


class CartGone(DomainError):
    """The held sale was recalled already."""

    def __init__(self) -> None:
        super().__init__(translate("errors", "That sale was taken back already."))


class SaleCompleted(DomainError):
    """The open sale was completed already."""

    def __init__(self) -> None:
        super().__init__(translate("errors", "This sale is finished already. Its receipt is in the list."))


class NotPriced(DomainError):
    """The product has no price."""

    def __init__(self, name: str) -> None:
        words = translate("errors", "“{name}” has no price yet, so it cannot be sold. A manager can set one.")
        super().__init__(words.format(name=name))


class UnknownProduct(DomainError):
    """The product is not in the catalogue, or no product has the code."""

    def __init__(self, what: str = "") -> None:
        if what:
            super().__init__(translate("errors", "No product has the code {code}.").format(code=what))
        else:
            super().__init__(translate("errors", "This product is not in the catalogue."))


class UnknownLine(DomainError):
    """The cart has no such line."""

    def __init__(self) -> None:
        super().__init__(translate("errors", "That line is no longer in the cart."))


class UnknownSale(DomainError):
    def __init__(self, receipt: str) -> None:
        words = translate(
            "errors", "The receipt {receipt} is not on this till. It may be of another shop, or older."
        )
        super().__init__(words.format(receipt=receipt))


class NotRefundable(DomainError):
    """Goods on that receipt were returned already, or the receipt is not of a sale."""


class BadProduct(DomainError):
    """An invalid field of a product; `about` is the field, as views of products call it."""

    def __init__(self, words: str, about: str = "") -> None:
        super().__init__(words)
        self.about = about


class BadAmount(DomainError):
    """Text that is not an amount of money, or an amount beyond `AMOUNT_MAX_MINOR`."""

    about = "amount"


class BadQuantity(DomainError):
    """Text that is not a quantity, or a quantity that is not allowed here."""

    about = "quantity"


class UnknownUnit(BadQuantity):
    """A unit from a newer version, sent without its decimals: quantities in it cannot be read or written."""

    def __init__(self, unit: str) -> None:
        words = translate(
            "errors",
            "This is sold by “{unit}”, which this till cannot count in. Update this till, then try again.",
        )
        super().__init__(words.format(unit=unit))


class BadPayment(DomainError):
    """Payments that do not add up to what is due."""

    about = "amount"


class InsufficientCash(BadPayment):
    def __init__(self, missing: str) -> None:
        super().__init__(translate("errors", "{amount} is still missing.").format(amount=missing))


class ReasonMissing(DomainError):
    """A reason is required."""

    about = "reason"

    def __init__(self) -> None:
        super().__init__(translate("errors", "Say why. Whoever looks for it later will want to know."))


class NotPermitted(DomainError):
    """The person lacks the right; the message says who has it."""


class WrongPin(DomainError):
    def __init__(self) -> None:
        super().__init__(translate("errors", "That PIN is not right. Try again."))


class TooManyTries(DomainError):
    """Too many wrong PINs. `wait_s`: seconds until this person may try again."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(translate("errors", "Too many wrong PINs. Try again in %n second(s).", wait_s))
        self.wait_s = wait_s


class ShiftAlreadyOpen(DomainError):
    """A shift is open at this till."""

    def __init__(self) -> None:
        super().__init__(translate("errors", "A shift is open at this till already."))


class NoShift(DomainError):
    """No shift is open at this till, or there is no such closed shift."""

    def __init__(self) -> None:
        super().__init__(translate("errors", "No shift is open at this till."))


class ImplausibleCounts(BadQuantity):
    """Counted quantities beyond the shop's bound. `product_ids` are their products, at least one.
    `figures` and `most` are words: the quantities, and the bound in their units.
    """

    def __init__(self, product_ids: tuple[str, ...], figures: str, most: str) -> None:
        self.product_ids = product_ids
        words = translate(
            "errors",
            "Too much was counted of {figures}. The largest quantity of this shop is {most}. Look at the"
            " figures again; an admin can set another bound.",
        )
        super().__init__(words.format(figures=figures, most=most))


class CountOver(DomainError):
    """The count session was finished or abandoned."""

    def __init__(self) -> None:
        super().__init__(translate("errors", "This count is finished already."))


class BadSetting(DomainError):
    """A value that a setting of the shop cannot have; `name` is the setting's."""

    def __init__(self, name: str) -> None:
        words = translate("errors", "“{setting}” cannot be that. Look at the value again.")
        super().__init__(words.format(setting=setting_name(name)))
        self.name = self.about = name


class LoosensCheck(DomainError):
    """A setting of the shop that makes less be checked: an admin changes it, with a connection."""

    def __init__(self) -> None:
        words = translate(
            "errors", "This lets more pass unchecked. An administrator changes it, with a connection."
        )
        super().__init__(words)


class TooManyQuickKeys(DomainError):
    """All quick keys are taken."""

    def __init__(self, most: int) -> None:
        words = translate("errors", "There is room for %n quick key(s). Take one away first.", most)
        super().__init__(words)


class ConflictGone(DomainError):
    """The conflict is not open any more."""

    def __init__(self) -> None:
        words = translate("errors", "This was decided already. Nothing is left to choose.")
        super().__init__(words)


class ConflictMoved(DomainError):
    """The server's side has changed since the comparison."""

    def __init__(self) -> None:
        super().__init__(translate("errors", "It changed again. Here is the new comparison."))
