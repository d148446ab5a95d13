"""Upcasting: brings operations written by an older Evertill to the current form.

A till never changes the content of an operation that it tried to send, so an updated till cannot rewrite its
outbox. The server upcasts an old form step by step before validation. The content hash remains that of the
data as sent.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sync_agent.contract.operations import OPERATION_SCHEMA, OPERATION_SCHEMAS_READ

FORMS_READ = tuple(sorted(OPERATION_SCHEMAS_READ))
"""The forms that the server reads, as reported at sign-in and join."""

Upcast = Callable[[dict[str, Any]], dict[str, Any]]
"""Converts an operation from one form to the next; may modify its argument, which is a copy."""

UPCASTS: Mapping[int, Upcast] = {}
"""Upcasts by the form that they start from. Empty while there is only one form."""


class NewerForm(Exception):
    """The operation's form is newer than this server."""


def to_current(
    item: dict[str, Any], upcasts: Mapping[int, Upcast] = UPCASTS, current: int = OPERATION_SCHEMA
) -> dict[str, Any]:
    """The item in the current form. Raises NewerForm; what is no form number at all is left for
    validation.
    """
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
