"""Products as wire rows; their versions are written in `operations/resources`."""

from typing import Any

from server_stub.vocabulary import UNITS
from sync_agent.contract.stock import ProductRow


def product_row(row: dict[str, Any]) -> dict[str, Any]:
    """A product as a wire row; a unit stored by a newer server is sent without its decimals."""
    unit = UNITS.get(row["unit"])
    whole = {**row, "deleted": bool(row["deleted"]), "unit_decimals": unit.decimals if unit else None}
    return ProductRow.model_validate(whole).model_dump(mode="json", by_alias=True)
