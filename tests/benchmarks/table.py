"""What was measured, beside what it is measured against: a table for people and a file for programs."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class Measured:
    """One row. `ratio` is ours by the other's, both taken in this run; None with nothing beside it."""

    work: str
    ours: str
    beside: str
    ratio: float | None
    goal: str
    note: str


_HEADINGS = ("work", "ours", "beside it", "ratio", "goal", "what limits it")


def print_table(rows: Sequence[Measured]) -> None:
    cells = [
        (row.work, row.ours, row.beside, "" if row.ratio is None else f"{row.ratio:.2f}", row.goal, row.note)
        for row in rows
    ]
    widths = [max(len(line[column]) for line in (_HEADINGS, *cells)) for column in range(5)]
    for line in (_HEADINGS, tuple("-" * width for width in (*widths, 14)), *cells):
        print("  ".join(text.ljust(width) for text, width in zip(line, (*widths, 0), strict=True)).rstrip())


def write_file(rows: Sequence[Measured], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {
        "takenAt": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "rows": [asdict(row) for row in rows],
    }
    path.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
