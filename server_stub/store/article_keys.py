"""The keys of products: the columns by which codes are compared, made by the contract's rule.

Each tenant's row has the version of the rule that made them. Keys that another version made are made again:
for all tenants when the database is migrated, else for a tenant in the first transaction that compares codes.
So are those of products that a process of an earlier release has written beside this one.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Executable, Result, bindparam, select, text, true, update

from server_stub.store import tables as t
from server_stub.store.database import UnitOfWork
from sync_agent.contract.article import ARTICLE_RULE, barcode_key, sku_key

Execute = Callable[[Executable, list[dict[str, Any]]], object]
Query = Callable[[Executable], Result[Any]]

_ROWS_AT_A_TIME = 1000
_WALLED = ("product", "tenant")
_of = t.product.c
_SET_KEYS = (
    update(t.product)
    .where(_of.tenant_id == bindparam("of_tenant"), _of.id == bindparam("of_product"))
    .values(
        barcode_key=bindparam("new_barcode_key"),
        sku_key=bindparam("new_sku_key"),
        keyed_version=bindparam("of_version"),
    )
)


def make_for_all(connection: Connection) -> None:
    """Make the keys of all tenants that another version of the rule made; as the schema's owner."""
    walled = _WALLED if connection.dialect.name == "postgresql" else ()
    # The owner is held by row-level security too, and has no tenant of its own.
    for table in walled:
        connection.execute(text(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"))
    stale = select(t.tenant.c.tenant_id).where(t.tenant.c.article_rule != ARTICLE_RULE)
    for tenant_id in connection.execute(stale).scalars().all():
        _make_all(tenant_id, connection.execute, connection.execute)
    for table in walled:
        connection.execute(text(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"))


def bring_up_to_date(unit: UnitOfWork) -> None:
    """Make those keys of the unit's tenant that this version of the rule has not made."""
    query = select(t.tenant.c.article_rule).where(t.tenant.c.tenant_id == unit.tenant_id)
    if unit.rows(query).scalar() == ARTICLE_RULE:
        _make(unit.tenant_id, unit.rows, unit.execute, only=_of.keyed_version != _of.version)
    else:
        _make_all(unit.tenant_id, unit.rows, unit.execute)


def _make_all(tenant_id: str, query: Query, execute: Execute) -> None:
    _make(tenant_id, query, execute, only=true())
    rule = update(t.tenant).where(t.tenant.c.tenant_id == bindparam("of_tenant"))
    execute(rule.values(article_rule=ARTICLE_RULE), [{"of_tenant": tenant_id}])


def _make(tenant_id: str, query: Query, execute: Execute, *, only: ColumnElement[bool]) -> None:
    some = (
        select(_of.id, _of.barcode, _of.sku, _of.version)
        .where(_of.tenant_id == tenant_id, only)
        .order_by(_of.id)
        .limit(_ROWS_AT_A_TIME)
    )
    after = ""
    while rows := query(some.where(_of.id > after)).all():
        execute(
            _SET_KEYS,
            [
                {
                    "of_tenant": tenant_id,
                    "of_product": row.id,
                    "of_version": row.version,
                    "new_barcode_key": barcode_key(row.barcode),
                    "new_sku_key": sku_key(row.sku),
                }
                for row in rows
            ],
        )
        after = rows[-1].id
