"""Whether a product may get another unit: not while there is stock or history, which would be misread."""

from sqlalchemy import Connection, select

from app.domain.errors import BadProduct
from app.domain.vocabulary.units import code_of
from app.services.references import is_referred_to
from resources.words import translate
from sync_agent.store import tables as t


def check_unit(connection: Connection, product_id: str, unit: str | None) -> None:
    """Raises BadProduct where it is another unit than the product's, and there is stock or history here.

    The server judges again: it knows of the other locations.
    """
    of, shown = t.product.c, t.catalogue.c
    product = (
        connection.execute(select(of.name, of.unit).where(of.id == product_id)).first()
        or connection.execute(select(shown.name, shown.unit).where(shown.product_id == product_id)).first()
    )
    if product is None or unit is None or code_of(unit) == code_of(product.unit):
        return
    if is_referred_to(connection, product_id):
        words = translate(
            "errors",
            "There is stock or history of “{product}” in its unit, which would be misread by another. "
            "Leave its unit and add another product for the other.",
        )
        raise BadProduct(words.format(product=product.name), "unit")
