"""`evertill agent` never loads Qt."""

import subprocess
import sys

from tests.kit.waiting import WAIT_S

SCRIPT = """
import sys
from pathlib import Path
from app.bootstrap import run_headless
from app.cli import main
sys.argv = ["evertill", "agent", "--home", sys.argv[1]]
code = main()
loaded = sorted(name for name in sys.modules if name.startswith(("PySide6", "shiboken6", "qasync")))
print("loaded:", loaded, "code:", code)
"""


def test_the_headless_agent_never_imports_qt(tmp_path: object) -> None:
    """On a home that is not enrolled it prints that and ends, after it has imported everything it needs."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=True,
    )
    assert "loaded: [] code: 2" in done.stdout
    assert "not enrolled" in done.stderr
