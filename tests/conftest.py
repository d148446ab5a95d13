"""Fixtures that every folder of tests shares."""

import os
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("EVERTILL_DATA_DIR", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session", autouse=True)
def _no_keyring_of_this_machine() -> None:
    """Tests never write into the keyring of whoever runs them: the headless fallback is what they use."""
    keyring.set_keyring(fail.Keyring())


@pytest.fixture
def data_dir() -> Path:
    """The folder of real data; the test is skipped, and says so, where there is none."""
    if not DATA.is_dir():
        pytest.skip(f"no real data at {DATA} (set EVERTILL_DATA_DIR)")
    return DATA
