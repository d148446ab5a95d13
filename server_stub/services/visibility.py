"""What of a row only some may see: verifiers of PINs are for enrolled tills, which check them offline."""

from typing import Any


def visible_row(resource_type: str, row: dict[str, Any] | None, *, is_till: bool) -> dict[str, Any] | None:
    """A row as a till, or anybody else who follows its stream, is told it."""
    if row is None or is_till or resource_type != "user" or "pinVerifier" not in row:
        return row
    return {name: value for name, value in row.items() if name != "pinVerifier"}
