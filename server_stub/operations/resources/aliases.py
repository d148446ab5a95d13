"""Makes and parts aliases: an id under which an article was made a second time counts on the first product.

The row is published in the tenant's stream, and the alias's stock moves at every place. Both need their
streams locked (`places`).
"""

from collections.abc import Collection, Set
from typing import Any

from sqlalchemy import select, update

from server_stub.errors import Refusal
from server_stub.operations.context import OperationContext
from server_stub.operations.parsing import Envelope
from server_stub.operations.resources import conflicts
from server_stub.operations.resources.conflicts import StoredConflict
from server_stub.services.stock import joining
from server_stub.services.stock.count_order import Moment
from server_stub.services.stock.ledger import Level
from server_stub.services.streams.alias_rows import alias_row
from server_stub.store import tables as t
from sync_agent.contract.aliases import PRODUCT_ALIAS
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.conflicts import Conflict
from sync_agent.contract.operations import Effect


def places_with_stock(context: OperationContext, product_id: str) -> set[str]:
    """The places where an id has stock, or once had, or where a count of it is to be decided."""
    of = t.stock_level.c
    rows = context.unit.rows(
        select(of.location_id).where(of.tenant_id == context.tenant_id, of.product_id == product_id)
    )
    return {*rows.scalars(), *conflicts.places_of_open_counts(context, product_id)}


def find(context: OperationContext, alias_id: str) -> dict[str, Any] | None:
    """The alias's stored row, parted or not."""
    of = t.product_alias.c
    row = context.unit.rows(
        select(t.product_alias).where(of.tenant_id == context.tenant_id, of.id == alias_id)
    ).one_or_none()
    return None if row is None else row._asdict()


def must_find(context: OperationContext, alias_id: str) -> dict[str, Any]:
    """The alias's stored row. Raises Refusal if there is none."""
    row = find(context, alias_id)
    if row is None:
        raise Refusal(ErrorCode.NOT_FOUND, f"there is no alias {alias_id}")
    return row


def must_have_no_open_conflict(context: OperationContext, product_id: str) -> None:
    """Refuses a product whose values a person has still to decide."""
    of = t.conflict.c
    query = select(of.id).where(
        of.tenant_id == context.tenant_id,
        of.resource_type == "product",
        of.resource_id == product_id,
        of.status == "open",
    )
    if context.unit.rows(query).first() is not None:
        raise Refusal(ErrorCode.PRECONDITION_FAILED, f"{product_id} is in conflict; decide that first")


def make(
    context: OperationContext,
    envelope: Envelope,
    alias_id: str,
    product_id: str,
    fields: dict[str, Any],
) -> list[Effect]:
    """Makes an id an alias of a product and moves its stock; `fields` are its own values. Raises Refusal if
    that would be a circle.
    """
    if context.real_product(product_id) == alias_id:
        raise Refusal(ErrorCode.PRECONDITION_FAILED, f"{product_id} counts on {alias_id} already")
    before = find(context, alias_id)
    row = {
        "tenant_id": context.tenant_id,
        "id": alias_id,
        "product_id": product_id,
        "made_ms": context.unit.now_ms,
        "made_by": envelope.actor_id,
        "parted": 0,
        "fields": fields,
        "version": 1 if before is None else before["version"] + 1,
    }
    _store(context, row, is_new=before is None)
    context.remember_alias(alias_id, product_id)
    context.arrivals.products.add(alias_id)
    effects = [publish(context, envelope, row)]
    real, why = context.real_product(alias_id), context.origin(envelope)
    names = context.all_names({alias_id})
    others = context.all_names({real}) - names
    places = places_with_stock(context, alias_id)
    context.lock_more(places)
    for place in sorted(places):
        source, target = (context.ledger.level(place, of) for of in (alias_id, real))
        moved = joining.join(context.unit, context.ledger, source, target, names, others, why)
        effects += moved.effects
        effects += _move_conflicts(context, envelope, place, alias_id, real)
        if moved.undecided is not None:
            effects.append(conflicts.open_for_two_counts(context, moved.undecided))
    return effects


def part(context: OperationContext, envelope: Envelope, row: dict[str, Any]) -> list[Effect]:
    """Ends an alias: its part of the stock goes back to it."""
    alias_id = row["id"]
    real, names = context.real_product(alias_id), context.all_names({alias_id})
    others = context.all_names({real}) - names
    row = {**row, "parted": 1, "version": row["version"] + 1}
    _store(context, row, is_new=False)
    context.remember_alias(alias_id, None)
    context.arrivals.products.add(alias_id)
    effects = [publish(context, envelope, row)]
    why = context.origin(envelope)
    places = places_with_stock(context, real) | places_with_stock(context, alias_id)
    context.lock_more(places)
    for place in sorted(places):
        source, target = (context.ledger.level(place, of) for of in (alias_id, real))
        parted = joining.part(context.unit, context.ledger, source, target, names, others, why)
        effects += parted.effects
        effects += _divide_conflicts(context, envelope, source, target, names, parted.counts)
    return effects


def publish_again(
    context: OperationContext, envelope: Envelope, row: dict[str, Any]
) -> tuple[dict[str, Any], Effect]:
    """Publishes what is so already as a new version: the effect by which a till drops what it has waiting."""
    row = {**row, "version": row["version"] + 1}
    _store(context, row, is_new=False)
    return row, publish(context, envelope, row)


def publish(context: OperationContext, envelope: Envelope, row: dict[str, Any]) -> Effect:
    wire = alias_row(row).to_wire()
    return context.publish(None, PRODUCT_ALIAS, row["id"], row["version"], wire, envelope.id)


def _store(context: OperationContext, row: dict[str, Any], *, is_new: bool) -> None:
    if is_new:
        context.unit.insert(t.product_alias, row)
        return
    of = t.product_alias.c
    context.unit.execute(
        update(t.product_alias)
        .where(of.tenant_id == context.tenant_id, of.id == row["id"])
        .values({name: row[name] for name in row if name not in {"tenant_id", "id"}})
    )


def _move_conflicts(
    context: OperationContext, envelope: Envelope, place: str, alias_id: str, real: str
) -> list[Effect]:
    """Open conflicts of the alias's counts are the product's from now on, against its stock."""
    level = context.ledger.level(place, real)
    return [
        _give(context, envelope, conflicts.on_level(context, stored, level))
        for stored in conflicts.open_of_counts(context, place, alias_id)
    ]


def _divide_conflicts(
    context: OperationContext,
    envelope: Envelope,
    source: Level,
    target: Level,
    names: Set[str],
    counts: Collection[Moment],
) -> list[Effect]:
    """Open conflicts of counts that were made under a parted alias (`source`) or its own aliases are its
    again; those of the product are compared with what it has left. `counts` are the times of what was counted
    under the alias's `names`.
    """
    effects: list[Effect] = []
    for stored in conflicts.open_of_counts(context, target.location_id, target.product_id):
        conflict = stored.conflict
        if conflicts.id_named(context, conflict) in names:
            conflict = conflicts.on_level(context, stored, source)
        elif conflict.operation_id is None and _is_one_of(stored, counts):
            # Its figure was of both together; of the alias alone its count is what it has now.
            now = {**conflict.local_version.values, "quantity": source.quantity}
            local = conflict.local_version.model_copy(update={"values": now, "version": source.version})
            conflict = conflicts.on_level(context, stored, source).model_copy(update={"local_version": local})
        else:
            conflict = conflicts.compared_again(context, stored, target)
        effects.append(_give(context, envelope, conflict))
    return effects


def _is_one_of(stored: StoredConflict, counts: Collection[Moment]) -> bool:
    """Whether the undecided count is one of these."""
    own = stored.counted.ms, stored.conflict.local_version.device
    return own in {(count.ms, count.device_id) for count in counts}


def _give(context: OperationContext, envelope: Envelope, conflict: Conflict) -> Effect:
    changed = conflict.model_copy(update={"version": conflict.version + 1})
    return conflicts.change(context, changed, envelope.id)
