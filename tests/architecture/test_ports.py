"""Time, chance and ids come in through ports: nothing else in the till asks the machine for them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.paths import ROOT

ADAPTERS = {ROOT / "sync_agent" / "ports.py", ROOT / "server_stub" / "clock.py"}
REPEATABLE = {"time": set(), "random": {"Random"}, "uuid": {"UUID", "uuid5"}, "uuid_utils": set()}
"""What of these modules gives the same answer each time: a seeded Random, an id made from a name."""
BANNED_CALLS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}


def source_files() -> list[Path]:
    files = [
        path for package in ("app", "sync_agent", "server_stub") for path in (ROOT / package).rglob("*.py")
    ]
    return sorted(path for path in files if path not in ADAPTERS)


def offences(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if module in REPEATABLE:
                for name in names:
                    if name.name not in REPEATABLE[module]:
                        yield f"line {node.lineno}: from {module} import {name.name}"
            case ast.Attribute(value=ast.Name(id=owner), attr=attribute) if owner in REPEATABLE:
                if attribute not in REPEATABLE[owner]:
                    yield f"line {node.lineno}: {owner}.{attribute}"
            case ast.Attribute(value=ast.Name(id=owner), attr=attribute) if (
                owner,
                attribute,
            ) in BANNED_CALLS:
                yield f"line {node.lineno}: {owner}.{attribute}"


@pytest.mark.parametrize("path", source_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_time_chance_and_ids_come_in_through_ports(path: Path) -> None:
    assert list(offences(path)) == []
