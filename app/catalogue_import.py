"""`evertill import-catalogue`: adds the good rows of a file to the shop's products, and lists the refused ones."""

import argparse
import asyncio
import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.bootstrap import open_home
from app.catalogue_file import ColumnMap, RefusedRow, Row, line_count, read_catalogue
from app.domain.errors import NotPermitted
from app.services.catalogue import ADD_MAX, add_products
from app.services.people import Person, people
from app.services.till import Till


@dataclass(frozen=True)
class ImportReport:
    """What became of a file. `read` is the sum of `added`, `already_there` and the refused rows."""

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
    """Add the rows to the till's catalogue, 500 a transaction; `progress` hears how many were read so far.

    What is there already is left alone, so a second run, or one that follows a crash, is harmless. Raises
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


# --- the command -------------------------------------------------------------------------------------


def run_import(arguments: argparse.Namespace) -> int:
    """Carry out the command. Raises DomainError and StoreError, in words for a person."""
    opened = open_home(arguments.home)
    try:
        till = opened.till()
        manager = _manager(till, arguments.user)
        report = asyncio.run(_import_with_progress(till, arguments, manager))
    finally:
        opened.store.close()
    refused_file: Path = arguments.refused or _refused_file(arguments.file)
    if report.refused:
        write_refused(refused_file, report.refused)
    _say(report, refused_file)
    return 0


def _manager(till: Till, username: str | None) -> Person:
    """Who adds the products: the one that was named, or the only one there is."""
    managers = [person for person in people(till) if person.role in {"manager", "admin"}]
    if username is not None:
        managers = [person for person in managers if person.username == username]
        if not managers:
            raise NotPermitted(f"{username} is no manager of this shop, as far as this till has heard.")
    if len(managers) != 1:
        names = ", ".join(person.username for person in managers) or "nobody yet: run the agent once"
        raise NotPermitted(f"Say which manager adds the products (--user): {names}.")
    return managers[0]


async def _import_with_progress(till: Till, arguments: argparse.Namespace, manager: Person) -> ImportReport:
    rows = read_catalogue(
        arguments.file,
        ColumnMap(
            arguments.barcode, arguments.name, arguments.sku, arguments.price, arguments.tax, arguments.unit
        ),
        delimiter=arguments.delimiter,
        encoding=arguments.encoding,
        decimal=arguments.decimal,
        currency=till.device.currency,
    )
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    ) as progress:
        task = progress.add_task(arguments.file.name, total=line_count(arguments.file))
        report = await import_catalogue(
            till, rows, manager.id, lambda read: progress.update(task, completed=read)
        )
        progress.update(task, total=report.read)
    return report


def _refused_file(file: Path) -> Path:
    return Path(f"{file.name.removesuffix('.xz').removesuffix('.csv')}.refused.csv")


def write_refused(path: Path, refused: Iterable[RefusedRow]) -> None:
    """A CSV file of line, reason and the row as it stood, that a spreadsheet opens as UTF-8."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "reason", "raw"))
        writer.writerows((row.line, row.reason, row.raw) for row in refused)


def _say(report: ImportReport, refused_file: Path) -> None:
    tell = Console(highlight=False, soft_wrap=True).print
    tell(f"{report.read:,} rows read, {report.added:,} products added.")
    if report.already_there:
        tell(f"{report.already_there:,} were there already.")
    if report.cleaned:
        tell(f"{report.cleaned:,} names were tidied up.")
    if report.refused:
        tell(f"{len(report.refused):,} rows refused; {refused_file} says why, line by line.")
