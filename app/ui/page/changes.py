"""A change of the store, as a page hears of it: which topics, which products, and whether a clerk made it."""

from dataclasses import dataclass
from typing import Protocol


class StoreChange(Protocol):
    """As much of the store's `Changed` as a view needs."""

    @property
    def topics(self) -> frozenset[str]: ...
    @property
    def products(self) -> frozenset[str] | None: ...
    @property
    def by_clerk(self) -> bool: ...


@dataclass(frozen=True)
class MergedChange:
    """Several committed transactions in one. `products` is None where they were too many to name."""

    topics: frozenset[str]
    products: frozenset[str] | None
    by_clerk: bool = False

    def touches(self, *topics: str) -> bool:
        return not self.topics.isdisjoint(topics)


NOTHING = MergedChange(frozenset(), frozenset())


def merge_changes(first: MergedChange, second: StoreChange) -> MergedChange:
    topics = first.topics | second.topics
    by_clerk = first.by_clerk or second.by_clerk
    if first.products is None or second.products is None:
        return MergedChange(topics, None, by_clerk)
    return MergedChange(topics, first.products | second.products, by_clerk)
