"""Whatever is deleted is deleted for a reason that stands here; for its age alone only by proved time."""

import ast
from collections.abc import Iterator

from tests.kit.paths import ROOT

PROGRAMS = ("app", "sync_agent", "server_stub")
DELETES = {"delete", "unlink", "rmtree", "remove"}
CLOCKS = {"now_ms", "time", "st_mtime", "st_mtime_ns", "now"}

BY_PROVED_TIME = {
    "app/services/selling/receipt_retention.py",
    "sync_agent/store/queue/history.py",
    "sync_agent/store/replica/receipts.py",
    "server_stub/services/streams/retention.py",
}
"""Modules that delete what is old. Each asks `proved_time`."""
TOLD_WHAT_IS_OLD = {
    "sync_agent/store/queue/attempts.py",
    "server_stub/services/streams/broadcasts.py",
}
"""Modules that delete what is older than their caller says, who is one of those above."""
BY_NO_AGE = {
    "app/crash_reports.py": "a number of reports is kept, however old they are",
    "app/services/stock/count_sessions.py": "a counted line goes when it was sent",
    "sync_agent/remote_stock.py": "an answer of the server takes the place of the one before",
    "sync_agent/store/device.py": "an enrolment takes the place of the one before",
    "server_stub/services/people/known_addresses.py": "a number of addresses is kept, however old they are",
    "sync_agent/store/replica/snapshots.py": "a new copy takes the place of the one before",
}
"""Modules that delete and read a clock, and delete nothing for its age."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    for program in PROGRAMS:
        for path in sorted((ROOT / program).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def names(node: ast.AST) -> set[str]:
    """Every name and attribute in it."""
    return {found.id for found in ast.walk(node) if isinstance(found, ast.Name)} | {
        found.attr for found in ast.walk(node) if isinstance(found, ast.Attribute)
    }


def calls(node: ast.AST) -> set[str]:
    """The last word of everything that is called in it."""
    called = [found.func for found in ast.walk(node) if isinstance(found, ast.Call)]
    return {one.attr for one in called if isinstance(one, ast.Attribute)} | {
        one.id for one in called if isinstance(one, ast.Name)
    }


def compared_times(node: ast.AST) -> set[str]:
    """Names that end in `_ms` or `_at` and are compared by size in it."""
    found: set[str] = set()
    for comparison in ast.walk(node):
        if isinstance(comparison, ast.Compare) and any(
            isinstance(operator, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for operator in comparison.ops
        ):
            found |= {name for name in names(comparison) if name.endswith(("_ms", "_at", "mtime_ns"))}
    return found


def deletes_for_age(function: ast.AST) -> bool:
    """It deletes, and looks at a clock or compares times."""
    if not calls(function) & DELETES:
        return False
    return bool(names(function) & CLOCKS or compared_times(function))


def test_each_deletion_by_time_is_listed() -> None:
    found = {path for path, tree in modules() if any(map(deletes_for_age, functions(tree)))}
    assert found == BY_PROVED_TIME | TOLD_WHAT_IS_OLD | set(BY_NO_AGE)


def test_each_deletion_by_time_asks_proved_time() -> None:
    for path, tree in modules():
        if path in BY_PROVED_TIME:
            assert "proved_time" in names(tree), path
            assert "clock" not in names(tree), f"{path} has a clock of its own"
            for function in filter(deletes_for_age, functions(tree)):
                read = {found.attr for found in ast.walk(function) if isinstance(found, ast.Attribute)}
                assert not read & CLOCKS, f"{function.name} has a clock of its own"


def test_what_is_told_what_is_old_has_no_clock() -> None:
    deleting = [
        function
        for path, tree in modules()
        if path in TOLD_WHAT_IS_OLD
        for function in functions(tree)
        if deletes_for_age(function)
    ]
    assert deleting
    for function in deleting:
        assert not names(function) & CLOCKS, function.name
        assert "before_ms" in {argument.arg for argument in function.args.args}, function.name


def test_a_deletion_by_a_clock_of_its_own_would_be_found() -> None:
    made_up = ast.parse(
        "def forget(tx):\n    tx.execute(delete(t.sale).where(t.sale.c.occurred_ms < tx.now_ms - DAY_MS))\n"
    )
    assert any(map(deletes_for_age, functions(made_up)))
