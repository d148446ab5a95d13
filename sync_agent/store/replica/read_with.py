"""What a copy of a stream was read with, so that skipped data is read once a till knows it.

A till skips resource types and fields that it does not know, and a server maps words for a client that is
not tolerant. So each cursor and each staged snapshot stores what it was read with. A till whose program
reads more reads that stream anew from a snapshot, beside the old copy (ARCHITECTURE.md, "Streams"). Words
need no such note: they are stored as they came.
"""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

import orjson

from sync_agent.contract.wire import Wire


@dataclass(frozen=True)
class ReadWith:
    """The features named to the server, and the fields of each resource type as dotted wire names.

    It is empty for a copy of a release that did not note this: that copy is read again.
    """

    features: frozenset[str] = frozenset()
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def from_text(cls, text: str) -> "ReadWith":
        """The inverse of `to_text`. Text in another form, of another release, gives an empty ReadWith."""
        written = orjson.loads(text)
        if not isinstance(written, dict):
            return cls()
        kinds = written.get("fields")
        return cls(
            _texts(written.get("features")),
            {name: _texts(names) for name, names in kinds.items()} if isinstance(kinds, dict) else {},
        )

    def to_text(self) -> str:
        """Canonical JSON."""
        return orjson.dumps(
            {
                "features": sorted(self.features),
                "fields": {name: sorted(self.fields[name]) for name in sorted(self.fields)},
            }
        ).decode()

    def has_all_of(self, other: "ReadWith") -> bool:
        """Whether this includes everything that `other` has."""
        return self.features >= other.features and all(
            name in self.fields and self.fields[name] >= names for name, names in other.fields.items()
        )

    def and_also(self, other: "ReadWith") -> "ReadWith":
        """The intersection of both."""
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
