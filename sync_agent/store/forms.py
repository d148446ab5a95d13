"""The form in which this till writes its operations: the newest that its server last said it reads.

A server takes older forms than its own, and none that is newer; so a till that was updated before its server
writes the older form until the server has named the newer one. What was tried once never changes its form.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from sync_agent.contract.operations import OPERATION_SCHEMA

FIRST_FORM = 1
"""What a server reads that names no forms."""

Downcast = Callable[[str, dict[str, Any]], dict[str, Any]]
"""Makes data of a resource type, in one form, into data of the form before it; it gets a copy to change."""


@dataclass(frozen=True)
class Forms:
    """The forms that a release writes: the newest, and those that a chain of `downcasts` leads to.

    `downcasts` are by the form that each starts from.
    """

    newest: int
    downcasts: Mapping[int, Downcast] = field(default_factory=dict)

    def to_write(self, named: str | None) -> int:
        """The newest form that is written here and that the server has `named`: a JSON list, or None.

        A server that reads none of them is sent the newest: it keeps what it cannot read for a manager.
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
"""Those of this release. No downcasts while there has been but one form."""
