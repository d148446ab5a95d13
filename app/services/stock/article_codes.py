"""The codes of a product as they may be stored: a whole barcode, and no code of another product.

Every way by which a person gives a product a code comes here: the form, an import, the edit of a refused
entry, and the decision of a conflict. What a product has already stays as it is, however it came.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app.domain.errors import BadProduct, about
from app.domain.limits import typed_text
from app.domain.text import must_be_seen
from app.services.stock.gtin import BadGtin, parse_gtin
from resources.words import translate
from sync_agent.contract.article import barcode_key, sku_key
from sync_agent.store import tables as t

SKU_MAX = 64
"""Letters of an article number; the contract's figure."""
_IDS_AT_A_TIME = 500


@dataclass(frozen=True)
class Codes:
    """A product's codes as written."""

    barcode: str | None = None
    sku: str | None = None

    @property
    def keys(self) -> frozenset[tuple[str, str]]:
        """What the codes are compared by: (column, key)."""
        made = (("barcode_key", barcode_key(self.barcode)), ("sku_key", sku_key(self.sku)))
        return frozenset((column, key) for column, key in made if key is not None)


NO_CODES = Codes()


def confirmed_codes(connection: Connection, product_id: str) -> tuple[Codes, bool]:
    """A product's codes as the server confirmed them, and whether it has the product."""
    of = t.product.c
    row = connection.execute(select(of.barcode, of.sku, of.deleted).where(of.id == product_id)).first()
    return (NO_CODES, False) if row is None else (Codes(row.barcode, row.sku), not row.deleted)


def checked(
    connection: Connection,
    product_id: str,
    fields: Mapping[str, Any],
    before: Codes,
    *,
    comes_back: bool = False,
) -> dict[str, Any]:
    """The fields with a barcode as it is stored. `before` are the codes that the product has.

    With `comes_back` it was deleted, and another product may have its codes by now. Raises BadProduct where a
    new barcode is not whole, or a code is another product's; ControlLetter and TextTooLong for a new article
    number.
    """
    stored = dict(fields)
    if stored.get("barcode") and stored["barcode"] != before.barcode:
        try:
            stored["barcode"] = parse_gtin(stored["barcode"])
        except BadGtin as error:
            words = str(error)
            raise BadProduct(f"{words[:1].upper()}{words[1:]}.", "barcode") from error
    if stored.get("sku") and stored["sku"] != before.sku:
        with about("sku"):
            typed_text(must_be_seen(stored["sku"]), SKU_MAX)
    new = Codes(stored.get("barcode"), stored.get("sku"))
    for column, key in sorted(new.keys if comes_back else new.keys - before.keys):
        holder = _holder(connection, column, key, product_id)
        if holder is None:
            continue
        if column == "barcode_key":
            words = translate("errors", "The barcode {code} is on “{name}” already.")
            raise BadProduct(words.format(code=new.barcode, name=holder), "barcode")
        words = translate("errors", "The article number {code} is on “{name}” already.")
        raise BadProduct(words.format(code=new.sku, name=holder), "sku")
    return stored


def keys_present(connection: Connection, keys: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these keys that products in the catalogue have."""
    wanted: dict[str, list[str]] = {"barcode_key": [], "sku_key": []}
    for column, key in keys:
        wanted[column].append(key)
    found: set[tuple[str, str]] = set()
    for column, values in wanted.items():
        of = t.catalogue.c[column]
        for start in range(0, len(values), _IDS_AT_A_TIME):
            chunk = values[start : start + _IDS_AT_A_TIME]
            found |= {(column, key) for key in connection.execute(select(of).where(of.in_(chunk))).scalars()}
    return found


def _holder(connection: Connection, column: str, key: str, product_id: str) -> str | None:
    """The name of another product with this key."""
    of = t.catalogue.c
    query = select(of.name).where(of[column] == key, of.product_id != product_id).limit(1)
    return connection.execute(query).scalar()
