"""Conflicts in the store: what one is about, the decisions on it that have not ended, and who may decide."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select

from app.domain.errors import ConflictGone
from app.domain.rights import Right
from app.domain.vocabulary.units import EACH
from app.services.references import product_references
from app.services.setting_words import title_of
from sync_agent.contract.conflicts import (
    Conflict,
)
from sync_agent.contract.operations import CONFLICT, STOCK_LEVEL
from sync_agent.contract.shop_settings import SETTING
from sync_agent.store import tables as t


def open_conflict(connection: Connection, conflict_id: str) -> Conflict:
    """An open conflict. Raises ConflictGone."""
    query = select(t.conflict.c.body).where(t.conflict.c.id == conflict_id, t.conflict.c.status == "open")
    body = connection.execute(query).scalar_one_or_none()
    if body is None:
        raise ConflictGone
    return Conflict.model_validate_json(body)


def named(connection: Connection, conflict: Conflict) -> tuple[str, str]:
    """What it is about and its unit: the product's name (of a deleted one its last), or the setting's."""
    about = conflict.resource_id
    if conflict.resource_type == SETTING:
        return titles(connection, [(conflict.resource_type, about)])[about], EACH
    product = product_references(connection, [about])[about]
    if product.is_known:
        return product.name, product.unit
    # A product that this till does not have is called as its own side calls it.
    values = conflict.local_version.values
    return str(values.get("name") or product.shown_name), str(values.get("unit") or product.unit)


def titles(connection: Connection, resources: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names by resource id, of known products and settings, given by (resource type, id)."""
    of = list(resources)
    settings = [resource_id for kind, resource_id in of if kind == SETTING]
    products = product_references(connection, (resource_id for kind, resource_id in of if kind != SETTING))
    found = {product_id: product.name for product_id, product in products.items() if product.is_known}
    if settings:
        places = {row.id: row.name for row in connection.execute(select(t.location.c.id, t.location.c.name))}
        found |= {row_id: title_of(row_id, places) for row_id in settings}
    return found


def pending_decisions(connection: Connection, conflict_ids: Iterable[str]) -> list[Row[Any]]:
    """The decisions on these conflicts that have not ended: id, resource_id and status of each."""
    query = select(t.outbox.c.id, t.outbox.c.resource_id, t.outbox.c.status).where(
        t.outbox.c.lane.in_([decision_ordering_key(conflict_id) for conflict_id in conflict_ids]),
        t.outbox.c.finished_ms.is_(None),
    )
    return list(connection.execute(query))


def decision_ordering_key(conflict_id: str) -> str:
    """The ordering key of decisions on a conflict."""
    return f"{CONFLICT}:{conflict_id}"


def right_to_decide(conflict: Conflict) -> Right:
    """The right to decide or reopen it."""
    if conflict.resource_type == STOCK_LEVEL:
        return Right.DECIDE_STOCK_CONFLICT
    if conflict.resource_type == SETTING:
        return Right.CHANGE_SHOP_SETTINGS
    return Right.DECIDE_PRODUCT_CONFLICT
