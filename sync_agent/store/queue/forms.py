"""The form in which this till writes its operations: the newest that its server named.

A server accepts older forms than its own, but no newer ones. So a till that was updated before its server
writes the older form until the server names the newer. A queued operation never changes its form.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from sync_agent.contract.operations import OPERATION_SCHEMA

FIRST_FORM = 1
"""The forms that a server reads if it names none."""

Downcast = Callable[[str, dict[str, Any]], dict[str, Any]]
"""Converts data of a resource type to the form before; it gets a copy that it may change."""


@dataclass(frozen=True)
class Forms:
    """The forms that a release writes: the newest, and those that a chain of `downcasts` leads to.

    The key of a downcast is the form that it starts from.
    """

    newest: int
    downcasts: Mapping[int, Downcast] = field(default_factory=dict)

    def to_write(self, named: str | None) -> int:
        """The newest form that this release writes and the server named. `named` is a JSON list, or None.

        If the server reads none of them, the newest is used: a server quarantines what it cannot read.
        """
        read = set(orjson.loads(named)) if named else {FIRST_FORM}
        form = self.newest
        while form not in read:
            if form not in self.downcasts:
                return self.newest
            form -= 1
        return form

    def written_in(self, form: int, resource_type: str, data: dict[str, Any]) -> dict[str, Any]:
        """Data of the newest form, in that form."""
        for step in range(self.newest, form, -1):
            data = self.downcasts[step](resource_type, dict(data))
        return data


FORMS = Forms(OPERATION_SCHEMA)
"""The forms of this release. There are no downcasts while there is only one form."""
