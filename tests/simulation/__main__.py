"""Runs many seeds, or one.

    python -m tests.simulation [--seeds N] [--from N] [--these N …]
    python -m tests.simulation --seed N [--trace]

Prints what happened how often and how many till-days went by. The first seed that breaks a promise ends it,
with the one command that replays it.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from tests.simulation.promises import Broken
from tests.simulation.run import DAY_S, Simulation, play, run, silence


@dataclass
class Told:
    """A worker's report on one seed; `broken` says which promise does not hold, "" if all do."""

    seed: int
    broken: str = ""
    happened: Counter[str] = field(default_factory=Counter)
    till_s: float = 0.0
    sales: int = 0


def replay_command(seed: int) -> str:
    return f"PYTHONHASHSEED=0 python -m tests.simulation --seed {seed} --trace"


MUST_HAPPEN = frozenset(
    {
        "a lost request",
        "a lost answer",
        "a doubled request",
        "a late message",
        "a lost event",
        "a doubled event",
        "an overtaken event",
        "a message into silence",
        "an answer into silence",
        "a captive portal answered",
        "an upload eaten by a proxy",
        "the server died",
        "the server died before a commit",
        "the server died after a commit",
        "a till died",
        "a till died before a commit",
        "a till died after a commit",
        "a disk was full",
        "a clock jumped",
        "a machine slept",
        "tokens expired",
        "sessions were ended",
        "a poisonous operation",
        "changes were pruned",
        "a backup was restored",
        "a conflict decided",
        "a shift was closed",
        "a setting changed",
        "an article listed by its barcode",
        "an alias parted",
        "a till died before its new credential was on the disk",
        "a till died after its new credential was on the disk",
        "a copy showed",
    }
)
"""What a budget of seeds has to have met, or it proves less than it says."""


def _run(seed: int) -> Told:
    silence()
    try:
        outcome = run(seed, keep_trace=False)
    except Exception as error:  # noqa: BLE001 - any error is reported with its seed
        return Told(seed, broken=f"{type(error).__name__}: {error}"[:600])
    return Told(seed, "", outcome.happened, outcome.till_s, outcome.operations)


def many(seeds: Sequence[int], processes: int, *, every_fault: bool = False) -> int:
    """0 if every promise holds in every seed."""
    happened: Counter[str] = Counter()
    till_s, sales, done, began_s = 0.0, 0, 0, time.monotonic()
    with ProcessPoolExecutor(processes) as pool:
        for told in pool.map(_run, seeds):
            if told.broken:
                print(f"\nseed {told.seed}: {told.broken}\nreplay it: {replay_command(told.seed)}")
                pool.shutdown(cancel_futures=True)
                return 1
            done += 1
            happened += told.happened
            till_s += told.till_s
            sales += told.sales
            print(f"\r{done} of {len(seeds)} seeds", end="", file=sys.stderr, flush=True)
    print(
        f"\n{done} seeds in {time.monotonic() - began_s:.0f} s: {till_s / DAY_S:.2f} till-days, {sales} sales"
    )
    for what, times in sorted(happened.items()):
        print(f"  {times:7}  {what}")
    missing = MUST_HAPPEN - happened.keys()
    if every_fault and missing:
        print(f"never happened: {', '.join(sorted(missing))}")
        return 1
    return 0


def one(seed: int, *, trace: bool) -> int:
    simulation = Simulation(seed)
    try:
        play(simulation)
        broken = ""
    except Broken as error:
        broken = str(error)
    finally:
        if trace:
            print("\n".join(simulation.outcome.trace))
    print(f"seed {seed}: {broken or 'every promise kept'}")
    return 1 if broken else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--from", dest="first", type=int, default=1)
    parser.add_argument("--these", type=int, nargs="+", help="these seeds, and no others")
    parser.add_argument(
        "--seed", type=int, action="append", help="just this one; again for more, in one process"
    )
    parser.add_argument("--trace", action="store_true", help="print what happened in the last --seed")
    parser.add_argument("--every-fault", action="store_true", help="fail if a kind of fault never happened")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    told = parser.parse_args()
    if os.environ.get("PYTHONHASHSEED") != "0":
        # A set's order is part of what a seed replays.
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "tests.simulation", *sys.argv[1:]])  # noqa: S606 - ourselves
    if told.seed is not None:
        *before, last = told.seed
        return max([one(seed, trace=False) for seed in before] + [one(last, trace=told.trace)])
    seeds = told.these or range(told.first, told.first + told.seeds)
    return many(seeds, told.processes, every_fault=told.every_fault)


if __name__ == "__main__":
    sys.exit(main())
