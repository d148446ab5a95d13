"""Writes products: each time a new version, published in the tenant's stream and stored in the history."""

from typing import Any

from sqlalchemy import select, update

from server_stub.errors import Refusal
from server_stub.operations.context import OperationContext
from server_stub.operations.parsing import Envelope
from server_stub.services.streams.product_rows import product_row
from server_stub.store import tables as t
from server_stub.vocabulary import UNITS
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import Effect, ProductFields, ProductValues

FIELDS = tuple(ProductFields.model_fields)
"""The columns that an edit may set; named like the attributes of the wire object."""

_NEVER_EMPTY = ("name", "tax_rate_ppm", "unit")
_CODES = ("barcode", "sku")


def must_know_unit(fields: ProductFields) -> None:
    """Refuses a product in a unit whose decimals this server does not know."""
    if fields.unit is not None and fields.unit not in UNITS:
        raise Refusal(ErrorCode.BAD_REQUEST, f"data.unit: this server does not know “{fields.unit}”")


def columns_of(fields: ProductFields | ProductValues) -> dict[str, Any]:
    """The columns that an edit sets; what it leaves out is absent. An empty code becomes None."""
    sent = fields.model_dump(by_alias=False, include=fields.model_fields_set)
    return {name: None if name in _CODES and value == "" else value for name, value in sent.items()}


def write_version(
    context: OperationContext, envelope: Envelope, row: dict[str, Any]
) -> tuple[dict[str, Any], Effect]:
    """Stores a product's next version. Raises Refusal if it is incomplete or its barcode is another
    product's.
    """
    _must_be_complete(row)
    _must_be_only_one(context, row)
    unit = context.unit
    new = {**row, "version": row["version"] + 1}
    if new["version"] == 1:
        unit.insert(t.product, new)
    else:
        of = t.product.c
        unit.execute(
            update(t.product)
            .where(of.tenant_id == context.tenant_id, of.id == new["id"])
            .values({name: new[name] for name in (*FIELDS, "deleted", "version")})
        )
    context.remember_product(new)
    wire = product_row(new)
    origin = context.origin(envelope)
    unit.insert(
        t.product_version,
        {
            "tenant_id": context.tenant_id,
            "product_id": new["id"],
            "version": new["version"],
            "row": {name: value for name, value in wire.items() if name != "unitDecimals"},
            "operation_id": envelope.id,
            "actor_id": envelope.actor_id,
            "device_id": envelope.device_id,
            "occurred_ms": origin.occurred_ms,
            "received_ms": unit.now_ms,
        },
    )
    effect = context.publish(
        None, "product", new["id"], new["version"], None if new["deleted"] else wire, envelope.id
    )
    return new, effect


def _must_be_complete(row: dict[str, Any]) -> None:
    for name in _NEVER_EMPTY:
        if row[name] is None or str(row[name]).strip() == "":
            raise Refusal(ErrorCode.BAD_REQUEST, f"data: a product cannot be without {name}")
    if row["price_minor"] is not None and row["price_minor"] < 0:
        raise Refusal(ErrorCode.BAD_REQUEST, "data: a price is not below zero")


def _must_be_only_one(context: OperationContext, row: dict[str, Any]) -> None:
    if row["barcode"] is None or row["deleted"]:
        return
    of = t.product.c
    other = context.unit.rows(
        select(of.id, of.name).where(
            of.tenant_id == context.tenant_id,
            of.barcode == row["barcode"],
            of.deleted == 0,
            of.id != row["id"],
        )
    ).first()
    if other is not None:
        raise Refusal(
            ErrorCode.PRECONDITION_FAILED,
            f"the barcode {row['barcode']} is on “{other.name}” ({other.id}) already",
        )
