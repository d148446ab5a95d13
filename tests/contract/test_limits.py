"""Whatever the till accepts fits the wire: each bound of the contract has a source that is as tight."""

from collections.abc import Iterator
from typing import Annotated, get_args, get_origin

import annotated_types
import pytest
from pydantic import BaseModel

from app.domain import limits
from app.domain.money import AMOUNT_MAX_MINOR
from app.domain.quantity import QUANTITY_MAX
from app.domain.rights import Right
from app.domain.tax import TaxRounding
from sync_agent.contract import operations as o
from sync_agent.contract.stock import ProductRow

TILLS_OWN_IDS = 36
"""A UUID."""

SOURCES: dict[str, int] = {
    "TransactionLine.description": limits.TEXT_MAX,
    "TransactionLine.reason": limits.TEXT_MAX,
    "Payment.reference": limits.TEXT_MAX,
    "TransactionData.reason": limits.TEXT_MAX,
    "TransactionData.lines": limits.LINES_MAX,
    "TransactionData.payments": limits.PAYMENTS_MAX,
    "TransactionData.refund_of": TILLS_OWN_IDS,
    "TransactionData.shift_id": TILLS_OWN_IDS,
    "Operation.id": TILLS_OWN_IDS,
    "Operation.resource_id": TILLS_OWN_IDS,
    "Operation.replaces": TILLS_OWN_IDS,
    "Operation.approvals": limits.APPROVALS_MAX,
    "Operation.prev_hash": 64,
    "Operation.resource_type": len(o.STOCK_TRANSFER),
    "TransactionData.tax_rounding": max(map(len, get_args(TaxRounding))),
    "Approval.right": max(map(len, Right)),
    "Approval.of": len(f"line:{limits.LINES_MAX}"),
}
"""Bounded where they are typed or made. `limits` are those of the till's rules."""

FROM_THE_SERVER = {
    "TransactionLine.product_id",
    "TransactionLine.unit",
    "TransactionLine.barcode",
    "TransactionLine.sku",
    "TransactionLine.tax_name",
    "TransactionData.receipt_number",
    "TransactionData.refers_to",
    "TransactionData.kind",
    "Payment.method",
    "Operation.actor_id",
    "Operation.approved_by_id",
    "Operation.location_id",
    "Operation.carried_for",
    "Approval.approver",
}
"""Given by the server, or a word of a table; looked at as a whole before payment."""


def bounds(model: type[BaseModel]) -> Iterator[tuple[str, int]]:
    for name, field in model.model_fields.items():
        found = [*field.metadata, *_inner(field.annotation)]
        for bound in found:
            if isinstance(bound, annotated_types.MaxLen):
                yield f"{model.__name__}.{name}", bound.max_length


def _inner(annotation: object) -> Iterator[object]:
    if get_origin(annotation) is Annotated:
        yield from annotation.__metadata__ if hasattr(annotation, "__metadata__") else ()
    for part in get_args(annotation):
        if hasattr(part, "metadata"):
            yield from part.metadata
        yield from _inner(part)


WIRE = dict(
    bound
    for model in (o.TransactionData, o.TransactionLine, o.Payment, o.Operation, o.Approval)
    for bound in bounds(model)
)


def test_every_bound_of_a_transaction_has_a_source_as_tight() -> None:
    assert len(WIRE) > 12, "the bounds are found"
    assert set(WIRE) <= set(SOURCES) | FROM_THE_SERVER
    assert {name for name, most in SOURCES.items() if name in WIRE and most > WIRE[name]} == set()


def test_the_tills_amounts_and_quantities_fit_the_wire() -> None:
    for most in (AMOUNT_MAX_MINOR, QUANTITY_MAX):
        o.TransactionLine(
            product_id="p", description="", quantity=most, unit_price_minor=most, total_minor=most
        )


@pytest.mark.parametrize("name", ["barcode", "sku"])
def test_a_line_holds_each_code_that_a_product_may_have(name: str) -> None:
    rows, lines = dict(bounds(ProductRow)), dict(bounds(o.TransactionLine))
    assert rows[f"ProductRow.{name}"] <= lines[f"TransactionLine.{name}"]
