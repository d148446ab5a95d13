"""The form in which this till writes its operations: the newest that its server last said it reads.

A server takes older forms than its own, and none that is newer; so a till that was updated before its server
writes the older form until the server has named the newer one. What was tried once never changes its form.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from sync_agent.contract.operations import OPERATION_SCHEMA

FIRST_FORM = 1
"""What a server reads that names no forms."""

Downcast = Callable[[str, dict[str, Any]], dict[str, Any]]
"""Makes data of a resource type, in one form, into data of the form before it; it gets a copy to change."""

DOWNCASTS: Mapping[int, Downcast] = {}
"""By the form that each starts from. Empty while there has been but one form."""


def form_to_write(
    named: str | None, newest: int = OPERATION_SCHEMA, downcasts: Mapping[int, Downcast] | None = None
) -> int:
    """The newest form that this program writes and its server has `named`: a JSON list, or None.

    A server that reads none of them is sent the newest: it keeps what it cannot read for a manager.
    """
    read = set(orjson.loads(named)) if named else {FIRST_FORM}
    form = newest
    known = DOWNCASTS if downcasts is None else downcasts
    while form not in read:
        if form not in known:
            return newest
        form -= 1
    return form


def written_in(
    form: int,
    resource_type: str,
    data: dict[str, Any],
    newest: int = OPERATION_SCHEMA,
    downcasts: Mapping[int, Downcast] | None = None,
) -> dict[str, Any]:
    """Data of the newest form, in that form."""
    known = DOWNCASTS if downcasts is None else downcasts
    for step in range(newest, form, -1):
        data = known[step](resource_type, dict(data))
    return data
