"""What a quantity and an amount of money may plausibly be, so that a slip of the finger shows.

What the server may refuse is refused beyond these bounds; a completed transaction is accepted and flagged.
"""

from dataclasses import dataclass

from server_stub.services.people.shop_settings import History, Settings
from server_stub.vocabulary import UNITS


@dataclass(frozen=True)
class Bounds:
    """`quantity` is in whole units (pieces, kilograms), `amount_minor` in the currency's minor unit."""

    quantity: int
    amount_minor: int

    def quantity_at(self, decimals: int) -> int:
        """The bound in the smallest part of a unit with so many decimals."""
        return int(self.quantity * 10**decimals)


_QUANTITY, _AMOUNT = "quantity_max", "amount_minor_max"
PLAUSIBLE = frozenset({_QUANTITY, _AMOUNT})
"""The settings that say so."""


def bounds_at(settings: Settings, place: str) -> Bounds:
    """The bounds that hold at a place."""
    return Bounds(settings.value(_QUANTITY, place), settings.value(_AMOUNT, place))


def widest_since(settings: Settings, history: History, place: str, received_ms: int) -> Bounds:
    """The bounds of what was received at a place: those of then, or wider ones since.

    A narrower bound is for what comes from then on, whenever that which came before is judged again.
    """
    if all(settings.is_never_set(name, place) for name in PLAUSIBLE):
        return bounds_at(settings, place)
    quantity, amount_minor = (
        max(history.values_since(name, place, received_ms)) for name in (_QUANTITY, _AMOUNT)
    )
    return Bounds(quantity, amount_minor)


def decimals_of(unit: str | None) -> int:
    """The decimals of a unit; of an unknown one the most that any has: nothing honest is refused."""
    known = UNITS.get(unit) if unit is not None else None
    return max(row.decimals for row in UNITS.values()) if known is None else known.decimals
