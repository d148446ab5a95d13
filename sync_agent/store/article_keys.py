"""The keys of the catalogue: the columns by which codes are compared, made by the contract's rule.

They are made again when the till opens a database whose keys were made by another version of the rule, or by
none: after an update, and after a repair.
"""

from sqlalchemy import Connection, delete, insert, select, text

from sync_agent.contract.article import ARTICLE_RULE, barcode_key, sku_key
from sync_agent.store import tables as t

_MAKE = (
    text(
        "UPDATE catalogue SET barcode_key = article_barcode_key(barcode), sku_key = article_sku_key(sku)"
        " WHERE barcode IS NOT NULL OR sku IS NOT NULL OR barcode_key IS NOT NULL OR sku_key IS NOT NULL"
    ),
    # As `search.search_text` does: a number with letters that nobody types is found by its key too.
    text(
        "UPDATE catalogue SET folded = folded || ' ' || sku_key"
        " WHERE sku_key IS NOT NULL AND instr(folded, sku_key) = 0"
    ),
)


def bring_up_to_date(connection: Connection) -> None:
    """Make the keys again if this release's rule did not make them."""
    made_by = connection.execute(select(t.article_rule.c.version)).scalar()
    if made_by != ARTICLE_RULE:
        make(connection)


def make(connection: Connection) -> None:
    """Make the keys of all products, and note the rule's version."""
    sqlite = connection.connection.driver_connection
    assert sqlite is not None, "an open connection has a driver's"
    sqlite.create_function("article_barcode_key", 1, barcode_key, deterministic=True)
    sqlite.create_function("article_sku_key", 1, sku_key, deterministic=True)
    for statement in _MAKE:
        connection.execute(statement)
    connection.execute(delete(t.article_rule))
    connection.execute(insert(t.article_rule).values(id=1, version=ARTICLE_RULE))
