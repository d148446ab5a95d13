"""The account of a sale, by hand from the wire's data alone: what was paid, and what of it went back.

It knows nothing of how a till or the server decides; a refund names its lines (`ofLine`).
"""

from collections.abc import Iterable, Mapping
from typing import Any

Data = Mapping[str, Any]

_OF_A_LINE = ("quantity", "totalMinor", "taxMinor", "discountMinor")


def too_much(sale: Data, returns: Iterable[Data], *, by_payment: bool = True) -> list[str]:
    """What went back beyond the sale, in words; empty where nothing did.

    `by_payment`: also what each method took is compared, as where no manager let money go back otherwise.
    """
    back = list(returns)
    found: list[str] = []
    for number, line in enumerate(sale["lines"], start=1):
        parts = [part for one in back for part in one["lines"] if part.get("ofLine") == number]
        for name in _OF_A_LINE:
            gone, sold = sum(part.get(name, 0) for part in parts), line.get(name, 0)
            if gone > sold:
                found.append(f"line {number}: {name} {gone} of {sold}")
    took, gone_by = by_method([sale]), by_method(back)
    if sum(gone_by.values()) > sum(took.values()):
        found.append(f"in all {sum(gone_by.values())} of {sum(took.values())}")
    if by_payment:
        found += [
            f"by {method} {amount} of {took.get(method, 0)}"
            for method, amount in gone_by.items()
            if amount > took.get(method, 0)
        ]
    return found


def is_unbalanced(sale: Data, returns: Iterable[Data]) -> list[str]:
    """Where all of a line went back and not all that was paid for it, in words."""
    found: list[str] = []
    for number, line in enumerate(sale["lines"], start=1):
        parts = [part for one in returns for part in one["lines"] if part.get("ofLine") == number]
        if sum(part["quantity"] for part in parts) == line["quantity"]:
            gone = sum(part["totalMinor"] for part in parts)
            if gone != line["totalMinor"]:
                found.append(f"line {number}: {gone} of {line['totalMinor']} for all of it")
    return found


def by_method(transactions: Iterable[Data]) -> dict[str, int]:
    """What their payments leave, less change, by method, in minor units."""
    sums: dict[str, int] = {}
    for one in transactions:
        for payment in one.get("payments", ()):
            net = payment["amountMinor"] - (payment.get("changeMinor") or 0)
            sums[payment["method"]] = sums.get(payment["method"], 0) + net
    return sums
