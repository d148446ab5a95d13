"""Products with a named tax rate carry its figure of today, for clients that know no named rates.

Today is the day at the shop's first place. When the figure changes, by the calendar or because somebody set
the rate otherwise, the products get a new version.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, and_, false, or_, select

from server_stub.operations.context import OperationContext
from server_stub.operations.resources import product_versions
from server_stub.services.people import shop_settings, tax_rates
from server_stub.store import tables as t


def are_due(connection: Connection, tenant_id: str, now_ms: int) -> bool:
    """Whether any product carries another figure than today's."""
    settings = shop_settings.load(connection, tenant_id)
    zones = tax_rates.load_zones(connection, tenant_id)
    due = _due(tenant_id, tax_rates.todays(settings, zones, now_ms)).limit(1)
    return connection.execute(due).first() is not None


def publish_todays(context: OperationContext, *, at_most: int | None = None) -> int:
    """Gives the products whose figure is another today a new version; how many. Locks the tenant's stream if
    there are any.
    """
    due = _due(context.tenant_id, context.todays_rates()).limit(at_most)
    if context.unit.rows(due.limit(1)).first() is None:
        return 0
    context.lock([None])
    # Read under the lock: another transaction may have written them meanwhile.
    rows = [dict(row) for row in context.unit.rows(due).mappings()]
    product_versions.store(context, rows, product_versions.THE_SERVER)
    return len(rows)


def _due(tenant_id: str, figures: Mapping[str, int]) -> Select[Any]:
    of = t.product.c
    differs = (and_(of.tax_name == key, of.tax_rate_ppm != ppm) for key, ppm in sorted(figures.items()))
    return (
        select(t.product)
        .where(of.tenant_id == tenant_id, of.deleted == 0, or_(false(), *differs))
        .order_by(of.id)
    )
