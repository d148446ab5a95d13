"""What code and documents refer to exists: headings of ARCHITECTURE.md, and pages under docs."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("app", "sync_agent", "server_stub", "resources", "scripts", "tests")


def written() -> Iterator[tuple[str, str]]:
    """Each file that people write, with its text on one line: a reference may be broken over two."""
    files = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("pyproject.toml")]
    for folder in CODE:
        files += (ROOT / folder).rglob("*.py")
    for path in files:
        if path != Path(__file__):
            yield str(path.relative_to(ROOT)), " ".join(path.read_text().split())


def test_each_reference_to_architecture_names_a_heading_that_is_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    headings = set(re.findall(r"^##+ (.+)$", text, re.MULTILINE))
    named = {
        (path, name) for path, text in written() for name in re.findall(r'ARCHITECTURE\.md, "([^"]+)"', text)
    }
    assert len(named) >= 5
    assert {(path, name) for path, name in named if name not in headings} == set()


def test_each_file_and_folder_of_ours_that_architecture_names_is_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    named = set(re.findall(r"`((?:app|sync_agent|server_stub|resources|tests)/[\w/.-]+)`", text))
    assert len(named) >= 25
    missing = [
        name for name in sorted(named) if not (ROOT / name).exists() and not (ROOT / f"{name}.py").exists()
    ]
    assert missing == []


def test_each_page_that_is_referred_to_is_there() -> None:
    named = {(path, page) for path, text in written() for page in re.findall(r"\bdocs/[\w/-]+\.md", text)}
    assert len(named) >= 10
    assert {(path, page) for path, page in named if not (ROOT / page).exists()} == set()


def test_each_link_of_a_decision_leads_to_a_page() -> None:
    for path in (ROOT / "docs" / "decisions").glob("*.md"):
        for page in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
            assert (path.parent / page).exists(), (path.name, page)


def test_the_glossary_says_where_each_term_is_and_each_only_once() -> None:
    rows = re.findall(
        r"^\| ([^|]+) \|[^|]+\| ([^|]+) \|[^|]+\|$", (ROOT / "docs/glossary.md").read_text(), re.MULTILINE
    )
    terms = [(term, places) for term, places in rows if term not in {"term", "---"}]
    assert len({term for term, _places in terms}) == len(terms) >= 40
    places = {place for _term, named in terms for place in re.findall(r"`([^`]+)`", named)}
    assert [term for term, named in terms if "`" not in named] == []
    assert sorted(place for place in places if not (ROOT / place).exists()) == []
