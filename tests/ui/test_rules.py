"""What no file of the windows may do, read from their source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import app.ui

FILES = sorted(Path(app.ui.__file__).parent.rglob("*.py"))
BANNED_MODULES = {
    "sqlalchemy",
    "sqlmodel",
    "sqlite3",
    "httpx",
    "socketio",
    "engineio",
    "aiohttp",
    "time",
    "random",
    "uuid",
}
BANNED_OF_OURS = (
    "sync_agent.store",
    "sync_agent.agent",
    "sync_agent.push",
    "sync_agent.pull",
    "server_stub",
)


@pytest.fixture(params=FILES, ids=lambda path: path.name)
def tree(request: pytest.FixtureRequest) -> ast.Module:
    path: Path = request.param
    return ast.parse(path.read_text("utf-8"), path.name)


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield name, node


def test_no_database_no_network_no_clock_no_chance(tree: ast.Module) -> None:
    for module in imported(tree):
        assert module.split(".")[0] not in BANNED_MODULES
        assert not module.startswith(BANNED_OF_OURS)


def test_nothing_waits_in_the_windows_thread(tree: ast.Module) -> None:
    # A dialog's exec() inside a task stops every other task for ever; result() and sleep() stop the window.
    for name, _call in calls(tree):
        assert name not in {
            "exec",
            "exec_",
            "result",
            "sleep",
            "run_until_complete",
            "processEvents",
            "submit",
        }


def test_words_can_be_translated(tree: ast.Module) -> None:
    for name, call in calls(tree):
        if name in {"tr", "_tr", "translate"}:
            assert not any(isinstance(argument, ast.JoinedStr) for argument in call.args)


def test_what_is_shown_goes_through_the_classes_that_clean_it(tree: ast.Module) -> None:
    """Names of an older server may hold letters that nobody sees (`app/ui/widgets/plain_text.py`)."""
    models = {"QAbstractListModel", "QAbstractTableModel", "QAbstractItemModel", "QStandardItemModel"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            bases = [getattr(base, "id", "") for base in node.bases]
            # First: its `data` is asked before Qt's.
            assert models.isdisjoint(bases) or bases[0] == "PlainModel", node.name
    for name, _call in calls(tree):
        assert name not in {"QPlainTextEdit", "QComboBox", "QListWidget", "QTableWidget", "QStringListModel"}


def test_bugs_are_not_swallowed(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else ""
            assert caught not in {"", "Exception", "BaseException"}
