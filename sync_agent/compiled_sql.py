"""SQL that is compiled once for all engines of SQLite in a process.

SQLAlchemy compiles a statement for each engine anew: an engine has a dialect of its own, and the key of its
cache names the dialect. A till has an engine for its writer and one for each thread that reads, and a server
has two: the first search and the first sale in each thread were slow for nothing. Here the dialects are
equal, for one process has one SQLite, and their engines share one cache.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

DRIVER = "evertill"
STATEMENTS_MAX = 1500
"""Several times what a till and a server in one process have: the least used go first."""

_COMPILED: "LRUCache[Any, Any]" = LRUCache(STATEMENTS_MAX)


class SharingDialect(SQLiteDialect_pysqlite):
    """SQLite's own dialect, equal to each other one: what one compiled, all may run."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))


registry.register(f"sqlite.{DRIVER}", __name__, SharingDialect.__name__)


def sqlite_engine(database: str, query: Mapping[str, str] | None = None, **options: Any) -> Engine:
    """As `create_engine` makes one of SQLite, which shares what it compiles with all that are made here.

    `database` is a path, or a `file:` URI with `uri=true` in `query`.
    """
    url = URL.create(f"sqlite+{DRIVER}", database=database, query=dict(query or {}))
    return create_engine(url, execution_options={"compiled_cache": _COMPILED}, **options)
