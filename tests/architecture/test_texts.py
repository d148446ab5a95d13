"""What comes from people and other programs is printed, exported and shown by the few modules that may."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.paths import ROOT

PRINTS = {"app/terminal.py", "server_stub/cli/main.py", "server_stub/run.py"}
EXPORTS = {"app/domain/spreadsheet.py"}
SHOWS = {
    **dict.fromkeys(("setToolTip", "setWhatsThis", "setStatusTip", "setTextFormat"), "plain_text"),
    **dict.fromkeys(("setHtml", "insertHtml", "setMarkdown", "insertMarkdown"), "slip_view"),
}
"""Methods by which Qt may be given markup, and the module of app/ui/widgets that may call each."""
MAKES = {
    "QLabel": "parts",  # for icons
    "QPushButton": "",
    "QComboBox": "",
    **dict.fromkeys(("QTextBrowser", "QTextDocument"), "slip_view"),
    **dict.fromkeys(
        (
            "QTextEdit",
            "QMessageBox",
            "QErrorMessage",
            "QInputDialog",
            "QProgressDialog",
            "QToolTip",
            "QWhatsThis",
        ),
        "",
    ),
}
"""Classes that detect markup by themselves, and the one module that makes some; none makes the others."""


def source_files() -> list[Path]:
    packages = ("app", "sync_agent", "server_stub", "resources")
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


def offences(path: Path) -> Iterator[str]:
    name = path.relative_to(ROOT).as_posix()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id="print")) if name not in PRINTS:
                yield f"line {node.lineno}: print(): names are printed by app.terminal.say"
            case ast.Attribute(value=ast.Name(id="sys"), attr="stdout") if name not in PRINTS:
                if name != "app/demo.py" and not name.startswith("server_stub/documents"):
                    yield f"line {node.lineno}: sys.stdout: names are printed by app.terminal.say"
            case ast.Attribute(value=ast.Name(id="csv"), attr="writer" | "DictWriter") if name not in EXPORTS:
                yield f"line {node.lineno}: csv.{node.attr}: cells are written by app.domain.spreadsheet"


def shown_otherwise(path: Path) -> Iterator[str]:
    module = path.stem if path.parent.name == "widgets" else "elsewhere"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    in_cells = set(_in_cells(tree))
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=name)) if SHOWS.get(name, module) != module:
                yield f"line {node.lineno}: {name}() may be given markup: see app.ui.widgets.plain_text"
            case ast.Call(func=ast.Name(id=name)) if MAKES.get(name, module) != module:
                yield f"line {node.lineno}: {name} detects markup: see app.ui.widgets.plain_text"
            case ast.match_case(pattern=pattern, body=body) if (
                "ToolTipRole" in ast.dump(pattern) and node not in in_cells
            ):
                answers = [one for part in body for one in ast.walk(part) if isinstance(one, ast.Return)]
                yield from (f"line {one.lineno}: no tip()" for one in answers if not _is_tip(one.value))


def _in_cells(tree: ast.Module) -> Iterator[ast.AST]:
    """What is in a `cell`, of which PlainModel makes the tool tip; every model is one (ui/test_rules.py)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == "cell":
            yield from ast.walk(node)


def _is_tip(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "tip"


@pytest.mark.parametrize("path", source_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_texts_leave_the_program_by_what_makes_them_harmless(path: Path) -> None:
    assert list(offences(path)) == []


@pytest.mark.parametrize(
    "path",
    [path for path in source_files() if (ROOT / "app") in path.parents],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_names_are_shown_by_what_never_reads_them_as_markup(path: Path) -> None:
    assert list(shown_otherwise(path)) == []


@pytest.mark.parametrize(
    "written",
    [
        "widget.setToolTip(product.name)",
        "box = QMessageBox(text=name)",
        "label = QLabel(name)",
        "match role:\n    case Role.ToolTipRole | Role.DisplayRole:\n        return name",
        "document.setHtml(name)",
    ],
)
def test_another_way_is_found(tmp_path: Path, written: str) -> None:
    path = tmp_path / "page.py"
    path.write_text("def shown():\n" + "\n".join(f"    {line}" for line in written.splitlines()), "utf-8")
    assert list(shown_otherwise(path)) != []
