"""Who imports whom among the tests: all of them the kit, nobody another folder or another test."""

import ast

from tests.kit.paths import ROOT

TESTS = ROOT / "tests"


def imported(source: str) -> set[str]:
    """The modules of tests that a file imports, wherever in it; `from tests.kit import x` is tests.kit.x."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None and not node.level:
            is_folder = (ROOT / node.module.replace(".", "/")).is_dir()
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= names if is_folder else {node.module}
    return {name for name in found if name.split(".")[0] == "tests"}


def forbidden(folder: str, source: str) -> list[str]:
    """What a file of this folder of tests must not import."""
    allowed = ("tests.kit.",) if folder == "kit" else ("tests.kit.", f"tests.{folder}.")
    return sorted(
        name
        for name in imported(source)
        if not name.startswith(allowed) or name.rpartition(".")[2].startswith(("test_", "conftest"))
    )


def test_tests_import_the_kit_and_programs_of_their_own_folder_and_no_other_test() -> None:
    """What two folders need is in tests/kit; what two tests need is a fixture or in tests/kit."""
    found = {
        str(path.relative_to(ROOT)): forbidden(path.relative_to(TESTS).parts[0], path.read_text("utf-8"))
        for path in TESTS.rglob("*.py")
    }
    assert len(found) > 150
    assert {path: names for path, names in found.items() if names} == {}


def test_an_import_that_is_forbidden_is_found_wherever_it_is() -> None:
    source = """
from tests.kit.waiting import until
from tests.ui.test_sell import shop
from tests.simulation.run import run
from tests.store import conftest, helper

def late():
    import tests.store.test_outbox
"""
    assert forbidden("store", source) == [
        "tests.simulation.run",
        "tests.store.conftest",
        "tests.store.test_outbox",
        "tests.ui.test_sell",
    ]
