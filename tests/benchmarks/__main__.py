"""Ratios of the till and the server, taken in one run: `python -m tests.benchmarks [name …]`.

Each figure is compared with a minimal implementation of the same work, measured in alternating rounds on
the same machine; the median counts. Nothing here passes or fails.
"""

import asyncio
import sys
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from tests.benchmarks import applying, fan_out, memory, sleepers, standing, tills, window
from tests.benchmarks.table import Measured, print_table, write_file

REPORT = Path("build/bench/report.json")

BENCHMARKS: dict[str, Callable[[Path], Coroutine[Any, Any, list[Measured]]]] = {
    "applying": applying.measure,
    "fan_out": fan_out.measure,
    "memory": memory.measure,
    "sleepers": sleepers.measure,
    "commit": tills.measure_commit,
    "draining": tills.measure_draining,
    "first_sync": tills.measure_first_sync,
    "window": window.measure,
    "standing": standing.measure,
}


def main() -> None:
    wanted = sys.argv[1:] or list(BENCHMARKS)
    unknown = set(wanted) - BENCHMARKS.keys()
    if unknown:
        sys.exit(f"there is no benchmark {', '.join(sorted(unknown))}: there are {', '.join(BENCHMARKS)}")
    rows: list[Measured] = []
    for name in wanted:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="evertill-bench-") as folder:
            rows += asyncio.run(BENCHMARKS[name](Path(folder)))
    print_table(rows)
    write_file(rows, REPORT)
    print(f"\nwritten to {REPORT}")


if __name__ == "__main__":
    main()
