"""Judges of goods: products, quantities, and what goes back of a sale."""

from collections.abc import Iterator

from server_stub.operations.flags.case import Case, decimals_of, is_ahead
from server_stub.operations.flags.judging import Finding, on_product, on_transaction
from server_stub.vocabulary import SALE, VOID


def product_is_unknown(case: Case) -> Iterator[Finding]:
    for product_id, product in case.products.items():
        if product is None:
            yield Finding(product_id, on_product(product_id))


def product_was_deleted(case: Case) -> Iterator[Finding]:
    """It was deleted when this happened; what was sold before stays as it is.

    A time that is yet to come says nothing of what was before it.
    """
    if is_ahead(case.transaction):
        return
    for product_id, product in case.products.items():
        deleted_ms = product.deleted_ms if product is not None else None
        if deleted_ms is not None and case.transaction.corrected_ms >= deleted_ms:
            yield Finding(product_id, on_product(product_id))


def there_are_no_lines(case: Case) -> Iterator[Finding]:
    if case.transaction.has_goods and not case.transaction.data.lines:
        yield Finding()


def quantity_is_not_above_zero(case: Case) -> Iterator[Finding]:
    for place, line in enumerate(case.transaction.data.lines, start=1):
        if line.quantity <= 0:
            yield Finding(str(place))


def quantity_is_too_large(case: Case) -> Iterator[Finding]:
    """More than a shop has of anything, by its unit or the most generous of its product; a product that is
    not known is taken to be sold by the piece.
    """
    for place, line in enumerate(case.transaction.data.lines, start=1):
        decimals = max(decimals_of(case, line), default=0)
        if abs(line.quantity) > case.bounds.quantity_at(decimals):
            yield Finding(str(place), on_product(line.product_id))


def reference_is_unknown(case: Case) -> Iterator[Finding]:
    name = case.transaction.reference
    if name is not None and case.original is None:
        yield Finding(case.transaction.reference_in_words, on_transaction(name))


def reference_is_no_sale(case: Case) -> Iterator[Finding]:
    """Only what was sold can go back."""
    name, original = case.transaction.reference, case.original
    if name is None or original is None or not case.transaction.takes_back:
        return
    if original.data.kind != SALE:
        yield Finding(case.transaction.reference_in_words, on_transaction(name))


def sale_was_voided_twice(case: Case) -> Iterator[Finding]:
    """A void undoes a whole sale, once."""
    name, own = case.transaction.reference, case.transaction
    if name is None or own.data.kind != VOID or case.original is None:
        return
    if any(other.data.kind == VOID for other in case.returns if other.id != own.id):
        yield Finding(case.transaction.reference_in_words, on_transaction(name))
