"""The figures of a Z report as they are stored when a shift is closed: JSON, which nothing changes later."""

from typing import Any

import orjson

from app.domain.shift import KindTotal, ShiftTotals, TaxLine


def written(totals: ShiftTotals) -> str:
    """A shift's sums as JSON."""
    return orjson.dumps(totals).decode()


def read(report: str) -> ShiftTotals:
    """The sums that `written` wrote, in this release or an earlier one."""
    figures: dict[str, Any] = orjson.loads(report)
    return ShiftTotals(
        **figures
        | {
            "by_kind": {kind: KindTotal(**total) for kind, total in figures["by_kind"].items()},
            "taxes": tuple(TaxLine(**tax) for tax in figures["taxes"]),
        }
    )
