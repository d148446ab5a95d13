"""Operations written by an older Evertill, in the form that this one reads.

A till's content never changes once it was tried, so an update of the till cannot rewrite what waits in it:
the server brings an old form up to date, one step after another, before it is validated. The content hash
stays that of the data as it was sent.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sync_agent.contract.operations import OPERATION_SCHEMA, OPERATION_SCHEMAS_READ

FORMS_READ = tuple(sorted(OPERATION_SCHEMAS_READ))
"""What the server says of itself to whoever signs in or joins."""

Upcast = Callable[[dict[str, Any]], dict[str, Any]]
"""Makes an operation of one form into one of the next; it gets a copy that it may keep."""

UPCASTS: Mapping[int, Upcast] = {}
"""By the form that each starts from. Empty while there has been but one form."""


class NewerForm(Exception):
    """Written by an Evertill that is newer than this server."""


def to_current(
    item: dict[str, Any], upcasts: Mapping[int, Upcast] = UPCASTS, current: int = OPERATION_SCHEMA
) -> dict[str, Any]:
    """The item in today's form. Raises NewerForm; whatever is no form's number at all is left as it is."""
    form = item.get("schema", min(OPERATION_SCHEMAS_READ))
    if not isinstance(form, int) or isinstance(form, bool):
        return item
    if form > current:
        raise NewerForm
    while form < current and form in upcasts:
        item = upcasts[form](dict(item))
        form += 1
        item["schema"] = form
    return item
