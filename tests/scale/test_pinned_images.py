"""Images by digest: what the script asks, what it writes, and that it invents nothing."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.paths import ROOT

SCRIPT = ROOT / "scripts" / "pin_images.py"
FILES = ("compose.yaml", "Dockerfile")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def tool(folder: Path, name: str, body: str) -> Path:
    """A program of that name, which notes how it was called."""
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    program = programs / name
    program.write_text(f'#!/bin/sh\necho "{name} $*" >>"{folder}/asked"\n{body}\n')
    program.chmod(0o755)
    return programs


def run(folder: Path, programs: Path | None, *words: str) -> "subprocess.CompletedProcess[str]":
    path = f"{programs}:/usr/bin:/bin" if programs else str(folder / "nothing")
    return subprocess.run(
        [sys.executable, str(SCRIPT), "--root", str(folder), *words],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def texts(folder: Path) -> list[str]:
    return [(folder / name).read_text() for name in FILES]


BY_NAME = """
for image; do :; done
printf 'sha256:%s' "$(printf '%s' "${image#docker://}" | sha256sum | cut -d' ' -f1)"
"""
"""Answers with a digest that depends on the image."""


@pytest.mark.parametrize("name", ["docker", "skopeo", "crane"])
def test_each_tag_becomes_its_digest_and_nothing_else_changes(folder: Path, name: str) -> None:
    before = texts(folder)
    ran = run(folder, tool(folder, name, BY_NAME))
    assert ran.returncode == 0, ran.stderr
    after = texts(folder)
    assert [re.sub(r"@sha256:[0-9a-f]{64}", "", text) for text in after] == before
    found = re.findall(r"^\s*(?:image:|FROM) +(\S+)", "\n".join(after), re.MULTILINE)
    others = {image for image in found if image != "evertill-server"}
    assert {image.partition("@")[0] for image in others} >= {"caddy:2", "postgres:17", "redis:7"}
    assert all(re.fullmatch(r"[^@]+:[^@:]+@sha256:[0-9a-f]{64}", image) for image in others)
    assert len({image.partition("@")[2] for image in others}) == len(others), "to each its own"
    assert run(folder, None, "--check").returncode == 0


def test_pinning_again_asks_for_the_tag_and_renews_the_digest(folder: Path) -> None:
    run(folder, tool(folder, "skopeo", f"printf 'sha256:{'a' * 64}'"))
    ran = run(folder, tool(folder, "skopeo", f"printf 'sha256:{'b' * 64}'"))
    assert ran.returncode == 0, ran.stderr
    assert "a" * 64 not in "".join(texts(folder))
    assert "@sha256" not in (folder / "asked").read_text()


@pytest.mark.parametrize(
    "body",
    [
        "exit 1",
        "echo nonsense",
        "printf 'sha256:short'",
        "echo no such image >&2; exit 3",
        "printf ''",
        'case "$*" in *redis*) exit 1;; *) ' + f"printf 'sha256:{'c' * 64}';; esac",
    ],
    ids=["fails", "nonsense", "half", "unknown", "nothing", "one of them"],
)
def test_without_an_answer_nothing_is_written(folder: Path, body: str) -> None:
    before = texts(folder)
    ran = run(folder, tool(folder, "crane", body))
    assert ran.returncode == 1
    assert "crane" in ran.stderr
    assert texts(folder) == before


def test_without_any_tool_it_says_which_there_are(folder: Path) -> None:
    ran = run(folder, None)
    assert ran.returncode == 1
    assert "docker, skopeo, crane" in ran.stderr


def test_the_check_names_what_is_not_pinned(folder: Path) -> None:
    ran = run(folder, None, "--check")
    assert ran.returncode == 1
    for image in ("caddy:2", "postgres:17", "redis:7", "python:3.13-slim"):
        assert image in ran.stderr
    assert "evertill-server" not in ran.stderr
