"""Importing a catalogue file: adds the valid rows and reports all others."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from app.catalogue_file import ColumnMap, RefusedRow, Row, UnreadableCatalogue, line_count, read_catalogue
from app.services.stock.catalogue import ADD_MAX, add_products
from app.services.till import Till

__all__ = [
    "ColumnMap",
    "ImportReport",
    "RefusedRow",
    "Row",
    "UnreadableCatalogue",
    "import_catalogue",
    "line_count",
    "read_catalogue",
]


@dataclass(frozen=True)
class ImportReport:
    """The result of an import. `read` is the sum of `added`, `already_there` and the refused rows."""

    read: int = 0
    added: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    cleaned: int = 0
    already_there: int = 0


async def import_catalogue(
    till: Till,
    rows: Iterable[Row | RefusedRow],
    actor_id: str,
    progress: Callable[[int], None] = lambda _read: None,
) -> ImportReport:
    """Add the rows to the catalogue, 500 per database transaction; `progress` gets the rows read so far.

    Products already there are skipped, so it can be repeated, also after a crash. Raises
    NotPermitted, StoreError, and what `rows` raises.
    """
    read = added = cleaned = already_there = 0
    refused: list[RefusedRow] = []
    for batch in _batches(rows):
        good = [row for row in batch if isinstance(row, Row)]
        refused.extend(row for row in batch if isinstance(row, RefusedRow))
        outcome = await add_products(till, [row.product for row in good], actor_id)
        refused.extend(
            RefusedRow(good[index].line, reason, good[index].raw) for index, reason in outcome.refused
        )
        read += len(batch)
        added += outcome.added
        already_there += len(outcome.already_there)
        cleaned += sum(row.cleaned for row in good)
        progress(read)
    return ImportReport(read, added, refused, cleaned, already_there)


def _batches(rows: Iterable[Row | RefusedRow]) -> Iterator[list[Row | RefusedRow]]:
    batch: list[Row | RefusedRow] = []
    for row in rows:
        batch.append(row)
        if len(batch) == ADD_MAX:
            yield batch
            batch = []
    if batch:
        yield batch
