"""What the rules of selling refuse, in words for the person at the till.

A DomainError is expected: its text is shown as it is. Anything else that is raised is a bug.
"""


class DomainError(Exception):
    """Refused for a reason that the clerk can read."""


class EmptyCart(DomainError):
    def __init__(self) -> None:
        super().__init__("There is nothing in the cart yet.")


class CartTooLarge(DomainError):
    def __init__(self) -> None:
        super().__init__("This sale has too many lines for one receipt. Split it into two.")


class NotPriced(DomainError):
    def __init__(self, name: str) -> None:
        super().__init__(f"“{name}” has no price yet, so it cannot be sold. A manager can set one.")


class UnknownProduct(DomainError):
    def __init__(self, what: str = "") -> None:
        super().__init__(
            f"No product has the code {what}." if what else "This product is not in the catalogue."
        )


class UnknownLine(DomainError):
    def __init__(self) -> None:
        super().__init__("That line is no longer in the cart.")


class BadAmount(DomainError):
    """Text that is no amount of money, or an amount beyond what a till handles."""


class BadQuantity(DomainError):
    """Text that is no quantity, or a quantity that makes no sense here."""


class BadPayment(DomainError):
    """Payments that do not add up to what is due."""


class InsufficientCash(BadPayment):
    def __init__(self, missing: str) -> None:
        super().__init__(f"{missing} is still missing.")


class NotPermitted(DomainError):
    """Somebody else's right; the text says whose."""


class WrongPin(DomainError):
    def __init__(self) -> None:
        super().__init__("That PIN is not right. Try again.")


class TooManyTries(DomainError):
    """`wait_s` is how long the sign-in stays closed for this person."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"Too many wrong PINs. Try again in {wait_s} seconds.")
        self.wait_s = wait_s


class ConflictGone(DomainError):
    def __init__(self) -> None:
        super().__init__("This was decided already. Nothing is left to choose.")


class ConflictMoved(DomainError):
    def __init__(self) -> None:
        super().__init__("It changed again. Here is the new comparison.")
