"""A fixed budget of the simulation: every promise holds, and a seed replays exactly.

Each run is its own process, with the hash seed fixed, so that a replay has the same order of sets.
"""

import os
import subprocess
import sys

import pytest

from tests.kit.paths import ROOT
from tests.simulation.mutants import CHECKED_MUTANTS

pytestmark = pytest.mark.slow

SEEDS = (27, 9027, 15, 25, 14, 9, 22, 40, 18, 9286, 4, 123)
"""In them each kind of fault happens (`--every-fault`), the long ones first: five (15, 18, 27, 9286, 9027)
found something, and the others are short ones with many kinds. `make simulate` explores.
"""


def simulate(*words: str, program: str = "tests.simulation") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", program, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONHASHSEED": "0"},
    )


@pytest.mark.timeout(900)
def test_every_promise_holds() -> None:
    done = simulate("--these", *map(str, SEEDS), "--processes", "2", "--every-fault")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", ["3", "8"])
def test_the_same_seed_gives_the_same_trace_in_any_process(seed: str) -> None:
    """Alone, and in a process that has played another seed: no address, no leftover is part of a run."""
    alone = simulate("--seed", seed, "--trace")
    after_another = simulate("--seed", "18", "--seed", seed, "--trace")
    assert alone.returncode == 0, alone.stdout[-500:]
    assert alone.stdout.count("\n") > 50
    assert after_another.stdout == "seed 18: every promise kept\n" + alone.stdout


@pytest.mark.timeout(900)
def test_each_safeguard_that_is_switched_off_is_missed() -> None:
    done = simulate("--kept", program="tests.simulation.mutants")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert len(CHECKED_MUTANTS) >= 15
