"""Product search while a clerk types, by folded words and by codes.

SQLite's trigram index finds substrings of three or more letters, but does not fold diacritics and finds
nothing for one or two letters (before 3.45 not even for two CJK letters). So the text is folded here, and
short words match the start of the name.
"""

import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, text
from sqlalchemy.engine import Row

from sync_agent.store import tables as t

_SHOWN = (
    t.catalogue.c.product_id,
    t.catalogue.c.name,
    t.catalogue.c.barcode,
    t.catalogue.c.sku,
    t.catalogue.c.price_minor,
    t.catalogue.c.tax_rate_ppm,
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
_WITH_BARCODE = (
    select(*_SHOWN).where(t.catalogue.c.barcode.in_(bindparam("spellings", expanding=True))).limit(1)
)
_WITH_SKU = select(*_SHOWN).where(t.catalogue.c.sku == bindparam("sku")).limit(1)
_TRIGRAM = 3
_IDS_AT_A_TIME = 500

ProductHit = Row[*tuple[Any, ...]]
"""product_id, name, barcode, sku, price_minor, tax_rate_ppm, unit, version."""


def fold(words: str) -> str:
    """NFKD, casefolded, marks removed, white space single: "Crème  BRÛLÉE" is found as "creme brulee"."""
    decomposed = unicodedata.normalize("NFKD", words.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def search_text(name: str, barcode: str | None, sku: str | None) -> str:
    """The folded text that a catalogue row is found by."""
    return fold(" ".join(part for part in (name, sku, barcode) if part))


def search(connection: Connection, words: str, limit: int, offset: int = 0) -> list[ProductHit]:
    """Products that contain every word, sorted by name; all products if there is no word."""
    folded = fold(words)
    terms = folded.split()
    if terms and folded.replace(" ", "").isdigit() and len(terms) == 1 and offset == 0:
        exact = find_code(connection, folded)
        if exact is not None:
            return [exact]
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


def find_code(connection: Connection, code: str) -> ProductHit | None:
    """The product with this barcode or stock-keeping unit. Leading zeros of a barcode do not matter."""
    wanted = code.strip()
    spellings = {wanted}
    if wanted.isdigit():
        bare = wanted.lstrip("0") or "0"
        spellings |= {bare.zfill(length) for length in (8, 12, 13, 14) if len(bare) <= length}
    hit = connection.execute(_WITH_BARCODE, {"spellings": sorted(spellings)}).first()
    return hit or connection.execute(_WITH_SKU, {"sku": wanted}).first()


def find_products(connection: Connection, product_ids: Sequence[str]) -> list[ProductHit]:
    """Those of these products that the catalogue has, sorted by name."""
    found: list[ProductHit] = []
    for start in range(0, len(product_ids), _IDS_AT_A_TIME):
        chunk = product_ids[start : start + _IDS_AT_A_TIME]
        found += connection.execute(select(*_SHOWN).where(t.catalogue.c.product_id.in_(chunk))).all()
    return sorted(found, key=lambda hit: (fold(hit.name), hit.product_id))


def find_product(connection: Connection, product_id: str) -> ProductHit | None:
    query = select(*_SHOWN).where(t.catalogue.c.product_id == product_id)
    return connection.execute(query).first()


def count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(t.catalogue)).scalar_one()
