"""Whatever a till or a server creates is created by `sync_agent.private_files`, for its owner alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.paths import ROOT

EXEMPT = {
    ROOT / "sync_agent" / "private_files.py",
    ROOT / "server_stub" / "documents" / "__main__.py",  # the documents are for everybody
}
CREATING_METHODS = {"mkdir", "write_text", "write_bytes"}
CREATING_CALLS = {
    ("os", "open"),
    ("os", "mkdir"),
    ("os", "makedirs"),
    ("shutil", "copy"),
    ("shutil", "copyfile"),
}
MODES, CREATING_MODES = frozenset("rwaxbt+"), frozenset("wax")


def source_files() -> list[Path]:
    files = (
        path for package in ("app", "sync_agent", "server_stub") for path in (ROOT / package).rglob("*.py")
    )
    return sorted(path for path in files if path not in EXEMPT)


def offences(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)) if (
                owner,
                name,
            ) in CREATING_CALLS:
                yield f"line {node.lineno}: {owner}.{name}"
            case ast.Call(func=ast.Attribute(attr=name)) if name in CREATING_METHODS:
                yield f"line {node.lineno}: {name}"
            case ast.Call(func=ast.Name(id="open") | ast.Attribute(attr="open")) if _creates(node):
                yield f"line {node.lineno}: open for writing"
            case ast.Call(func=ast.Name(id="FileLock"), keywords=named):
                if "mode" not in {keyword.arg for keyword in named}:
                    yield f"line {node.lineno}: FileLock"


def _creates(call: ast.Call) -> bool:
    """Whether one of its first two arguments is a mode that creates a file."""
    written = [argument.value for argument in call.args[:2] if isinstance(argument, ast.Constant)]
    return any(
        isinstance(mode, str)
        and 0 < len(mode) <= 3
        and set(mode) <= set("rwaxbt+")
        and set(mode) & CREATING_MODES
        for mode in written
    )


@pytest.mark.parametrize("path", source_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_files_are_created_private(path: Path) -> None:
    assert list(offences(path.read_text("utf-8"))) == []


def test_what_creates_a_file_for_everybody_is_found() -> None:
    source = """
path.mkdir(parents=True)
path.write_text("x")
path.open("w")
open(path, "ab")
os.open(path, os.O_CREAT)
shutil.copy(a, b)
FileLock(path)
path.open()
path.open("rb+")
device.open()
tx.touch(topic)
"""
    assert len(list(offences(source))) == 7
