"""Products as they go over the wire; writing their versions is `operations/product_versions.py`."""

from typing import Any

from server_stub.vocabulary import UNITS
from sync_agent.contract.stock import ProductRow


def product_row(row: dict[str, Any]) -> dict[str, Any]:
    """The product's row; a unit that a newer server has left in the store travels without its decimals."""
    unit = UNITS.get(row["unit"])
    whole = {**row, "deleted": bool(row["deleted"]), "unit_decimals": unit.decimals if unit else None}
    return ProductRow.model_validate(whole).model_dump(mode="json", by_alias=True)
