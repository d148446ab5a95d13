"""What a copy of a stream was read with, so that what a till passed over comes back once it can read it.

A till passes over resource types and fields that it does not know, and a server maps words for a client that
is not tolerant. So each cursor, and each snapshot on its way in, says what it was read with. A till whose
program reads more takes that stream anew from a snapshot, beside the old copy (ARCHITECTURE.md, "Streams").
Words need no such note: they are stored as they came.
"""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

import orjson

from sync_agent.contract.wire import Wire


@dataclass(frozen=True)
class ReadWith:
    """The features that were named to the server, and of each resource type the fields, by dotted wire names.

    An empty one is that of a copy that was taken before this was noted: it is taken anew.
    """

    features: frozenset[str] = frozenset()
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def from_text(cls, text: str) -> "ReadWith":
        """The inverse of `to_text`. What is not of its form, of another release's, is empty."""
        written = orjson.loads(text)
        if not isinstance(written, dict):
            return cls()
        kinds = written.get("fields")
        return cls(
            _texts(written.get("features")),
            {name: _texts(names) for name, names in kinds.items()} if isinstance(kinds, dict) else {},
        )

    def to_text(self) -> str:
        """JSON, the same for the same."""
        return orjson.dumps(
            {
                "features": sorted(self.features),
                "fields": {name: sorted(self.fields[name]) for name in sorted(self.fields)},
            }
        ).decode()

    def has_all_of(self, other: "ReadWith") -> bool:
        """Whether whatever the other reads was read here."""
        return self.features >= other.features and all(
            name in self.fields and self.fields[name] >= names for name, names in other.fields.items()
        )

    def and_also(self, other: "ReadWith") -> "ReadWith":
        """What both of them read."""
        shared = self.fields.keys() & other.fields.keys()
        return ReadWith(
            self.features & other.features, {name: self.fields[name] & other.fields[name] for name in shared}
        )


@functools.cache
def fields_of(model: type[Wire]) -> frozenset[str]:
    """The wire names of a row's fields and of those inside them: "movement", "movement.reason"."""
    names: set[str] = set()
    for name, info in model.model_fields.items():
        wire_name = info.alias or name
        names.add(wire_name)
        for inner in _models_in(info.annotation):
            names |= {f"{wire_name}.{below}" for below in fields_of(inner)}
    return frozenset(names)


def _models_in(annotation: Any) -> Iterable[type[Wire]]:
    if isinstance(annotation, type) and issubclass(annotation, Wire):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _texts(value: object) -> frozenset[str]:
    return (
        frozenset(name for name in value if isinstance(name, str)) if isinstance(value, list) else frozenset()
    )
