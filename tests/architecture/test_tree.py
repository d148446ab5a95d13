"""What is under version control."""

import subprocess

import pytest

from tests.kit.paths import ROOT

_LINK = "120000"


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a clone")
def test_no_link_is_kept() -> None:
    """A symbolic link to a path outside the project is broken in a fresh clone."""
    listed = subprocess.run(
        ["git", "ls-files", "--stage"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert len(listed) > 100
    assert [line for line in listed if line.startswith(_LINK)] == []
