"""Branch coverage by package, of what `make coverage` measured, and the files with the largest gaps.

    python scripts/coverage_table.py [FILES]

FILES is how many files are listed below the table: 15 unless said otherwise.
"""

import json
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coverage import Coverage

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Total:
    statements: int = 0
    missed: int = 0
    branches: int = 0
    missed_branches: int = 0

    def add(self, summary: dict[str, Any]) -> None:
        self.statements += summary["num_statements"]
        self.missed += summary["missing_lines"]
        self.branches += summary["num_branches"]
        self.missed_branches += summary["missing_branches"]

    @property
    def percent(self) -> float:
        """As coverage.py counts: lines and branches alike."""
        possible = self.statements + self.branches
        return 100.0 * (1 - (self.missed + self.missed_branches) / possible) if possible else 100.0


def package_of(name: str) -> str:
    """`app/services/stock/counting.py` is of app.services: two levels say enough."""
    return ".".join(Path(name).parts[:-1][:2])


def measured() -> dict[str, dict[str, Any]]:
    """The summary of each file, by its path from the root of the project."""
    coverage = Coverage()
    coverage.combine(keep=True)
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        coverage.json_report(outfile=report.name)
        files: dict[str, dict[str, Any]] = json.load(report)["files"]
    return {
        str(path.relative_to(ROOT)): told["summary"]
        for path, told in ((ROOT / name, told) for name, told in files.items())
    }


def main() -> None:
    listed = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    files = measured()
    packages: dict[str, Total] = defaultdict(Total)
    everything = Total()
    for name, summary in files.items():
        packages[package_of(name)].add(summary)
        everything.add(summary)
    print(f"{'package':<28} {'statements':>10} {'missed':>7} {'branches':>9} {'missed':>7} {'covered':>8}")
    for name, total in sorted(packages.items()):
        print(_row(name, total))
    print(_row("all", everything))
    print(f"\nMost lines that no test ran, of {len(files)} files:")
    by_gap = sorted(files.items(), key=lambda file: -file[1]["missing_lines"])
    for name, summary in by_gap[:listed]:
        print(f"{summary['missing_lines']:>5}  {summary['percent_covered']:5.1f} %  {name}")


def _row(name: str, total: Total) -> str:
    return (
        f"{name:<28} {total.statements:>10,} {total.missed:>7,} {total.branches:>9,}"
        f" {total.missed_branches:>7,} {total.percent:>6.1f} %"
    )


if __name__ == "__main__":
    main()
