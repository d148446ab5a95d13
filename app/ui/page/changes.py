"""Changes of the store as pages receive them: topics, products, and whether this till's clerk made them."""

from dataclasses import dataclass
from typing import Protocol


class StoreChange(Protocol):
    """The part of the store's `Changed` event that a view needs."""

    @property
    def topics(self) -> frozenset[str]: ...
    @property
    def products(self) -> frozenset[str] | None: ...
    @property
    def by_clerk(self) -> bool: ...


@dataclass(frozen=True)
class MergedChange:
    """Several committed transactions merged. `products` is None where there were too many to list."""

    topics: frozenset[str]
    products: frozenset[str] | None
    by_clerk: bool = False

    def touches(self, *topics: str) -> bool:
        """Whether any of these topics (`sync_agent.store.database.Topic`) changed."""
        return not self.topics.isdisjoint(topics)


NOTHING = MergedChange(frozenset(), frozenset())


def merge_changes(first: MergedChange, second: StoreChange) -> MergedChange:
    """Both changes as one."""
    topics = first.topics | second.topics
    by_clerk = first.by_clerk or second.by_clerk
    if first.products is None or second.products is None:
        return MergedChange(topics, None, by_clerk)
    return MergedChange(topics, first.products | second.products, by_clerk)
