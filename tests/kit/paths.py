"""Paths of the project, and of the real data that some tests need."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("EVERTILL_DATA_DIR", ROOT.parent / "shared" / "data"))
