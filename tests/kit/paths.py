"""Where the project is, and the real data that some tests read where it is there."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("EVERTILL_DATA_DIR", ROOT.parent / "shared" / "data"))
