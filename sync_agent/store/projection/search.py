"""Product search while a clerk types, by folded words and by codes.

SQLite's trigram index finds substrings of three or more letters, but does not fold diacritics and finds
nothing for one or two letters (before 3.45 not even for two CJK letters). So the text is folded here, and
short words match the start of the name.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, or_, select, text
from sqlalchemy.engine import Row

from sync_agent.contract.article import barcode_key, codes_in, sku_key, without_invisible
from sync_agent.store import tables as t
from sync_agent.store.projection import aliases

SHARING_MAX = 50
"""How many products with the same code are offered to choose from."""

_SHOWN = (
    t.catalogue.c.product_id,
    t.catalogue.c.name,
    t.catalogue.c.barcode,
    t.catalogue.c.sku,
    t.catalogue.c.price_minor,
    t.catalogue.c.tax_rate_ppm,
    t.catalogue.c.tax_name,
    t.catalogue.c.unit,
    t.catalogue.c.version,
)
_BY_NAME = (t.catalogue.c.folded, t.catalogue.c.id)
# Built once: for a key press or a scan, building a query takes as long as running it.
_HOLDING_ALL = (
    select(*_SHOWN)
    .where(
        t.catalogue.c.id.in_(text("SELECT rowid FROM catalogue_search WHERE catalogue_search MATCH :phrase"))
    )
    .order_by(*_BY_NAME)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_WITH_CODE = (
    select(*_SHOWN)
    .where(
        or_(
            t.catalogue.c.barcode_key == bindparam("barcode_key"),
            t.catalogue.c.sku_key == bindparam("sku_key"),
        )
    )
    .order_by(*_BY_NAME)
    .limit(SHARING_MAX)
)
_WITH_ID = select(*_SHOWN).where(t.catalogue.c.product_id == bindparam("of_id"))
_TRIGRAM = 3
_PADDED_MIN = 8
_IDS_AT_A_TIME = 500

ProductHit = Row[*tuple[Any, ...]]
"""product_id, name, barcode, sku, price_minor, tax_rate_ppm, tax_name, unit, version."""


_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
"""What ends a query of SQLite's index in its middle, and what SQLite does not take as text."""


def fold(words: str) -> str:
    """NFKD, casefolded, marks removed, white space single: "Crème  BRÛLÉE" is found as "creme brulee".

    A NUL, or half a surrogate pair, separates words.
    """
    decomposed = unicodedata.normalize("NFKD", _NO_TEXT.sub(" ", words).casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def search_text(name: str, barcode: str | None, sku: str | None) -> str:
    """The folded text that a catalogue row is found by."""
    folded = fold(" ".join(part for part in (name, sku, barcode) if part))
    key = sku_key(sku)
    return folded if key is None or key in folded else f"{folded} {key}"


def search(connection: Connection, words: str, limit: int, offset: int = 0) -> list[ProductHit]:
    """Products that contain every word, sorted by name; all products if there is no word.

    Words that are a number as a whole find the products with that code alone, if there are any.
    """
    folded = fold(without_invisible(words))
    terms = [_without_padding(term) for term in folded.split()]
    if offset == 0 and _is_number(folded):
        exact = find_code(connection, words)
        if exact:
            return exact[:limit]
    long_terms = [term for term in terms if len(term) >= _TRIGRAM]
    short_terms = [term for term in terms if len(term) < _TRIGRAM]
    page: dict[str, Any] = {"limit": limit, "offset": offset}
    if long_terms:
        query = _HOLDING_ALL
        page["phrase"] = " AND ".join('"' + term.replace('"', '""') + '"' for term in long_terms)
    else:
        query = select(*_SHOWN).order_by(*_BY_NAME).limit(bindparam("limit")).offset(bindparam("offset"))
        if short_terms:
            first = short_terms.pop(0)
            # A range instead of LIKE, so that SQLite uses the index.
            query = query.where(t.catalogue.c.folded >= first, t.catalogue.c.folded < first + "\U0010ffff")
    for term in short_terms:
        query = query.where(t.catalogue.c.folded.contains(term, autoescape=True))
    return list(connection.execute(query, page))


def _is_number(folded: str) -> bool:
    """Whether nothing but digits was typed, in groups or not."""
    return folded.replace(" ", "").replace("-", "").isdigit()


def _without_padding(term: str) -> str:
    """A long number without its leading zeros, so that a part of it is found in any spelling."""
    bare = term.lstrip("0") if len(term) >= _PADDED_MIN and term.isdigit() else term
    return bare if len(bare) >= _TRIGRAM else term


def find_code(connection: Connection, code: str) -> list[ProductHit]:
    """The products with this barcode or article number, by name; more than one if products share it.

    What a scanner or a label puts around the code is left out if nothing is found with it.
    """
    for read in codes_in(_NO_TEXT.sub("", code)):
        keys = {"barcode_key": barcode_key(read), "sku_key": sku_key(read)}
        hits = connection.execute(_WITH_CODE, keys).all()
        if hits:
            return list(hits)
    return []


def find_products(connection: Connection, product_ids: Sequence[str]) -> list[ProductHit]:
    """Those of these products that the catalogue has, sorted by name."""
    found: list[ProductHit] = []
    for start in range(0, len(product_ids), _IDS_AT_A_TIME):
        chunk = product_ids[start : start + _IDS_AT_A_TIME]
        found += connection.execute(select(*_SHOWN).where(t.catalogue.c.product_id.in_(chunk))).all()
    return sorted(found, key=lambda hit: (fold(hit.name), hit.product_id))


def find_product(connection: Connection, product_id: str) -> ProductHit | None:
    """The product that an id counts on, if the catalogue has it."""
    hit = connection.execute(_WITH_ID, {"of_id": product_id}).first()
    if hit is not None:
        return hit
    real = aliases.real_product(connection, product_id)
    return None if real == product_id else connection.execute(_WITH_ID, {"of_id": real}).first()


def count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(t.catalogue)).scalar_one()
