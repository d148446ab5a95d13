"""Gather the words of the till into resources/translations/evertill_*.ts, and compile those.

What is translated already is kept; what the source no longer says is dropped. The files are Qt Linguist's.
Qt's own lupdate is not used: of Python it reads neither a count that is more than a name nor one given by
keyword, so half of the plurals would be missing without a word.

python scripts/translations.py           renew the files (`make translations`)
python scripts/translations.py --check   change nothing; fails where they are not what the source says
"""

import ast
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
FILES = ROOT / "resources" / "translations"
SOURCES = ("app",)
PLURAL_FORMS = {"es": 2, "ar": 6}
"""How many forms a count has, by language, as Qt orders them."""

Key = tuple[str, str]


@dataclass(frozen=True)
class Message:
    """One text of the source. `counted` where it has plural forms."""

    context: str
    text: str
    counted: bool

    @property
    def key(self) -> Key:
        return self.context, self.text


class Untranslatable(Exception):
    """A text that is put together when the program runs, so that no file can hold it."""


def messages(root: Path = ROOT) -> list[Message]:
    """Every text of `tr`, `translate` and `marked`, by context and text. Raises Untranslatable."""
    found = {
        message.key: message
        for package in SOURCES
        for path in sorted((root / package).rglob("*.py"))
        for message in _messages_of(path)
    }
    return [found[key] for key in sorted(found)]


def _messages_of(path: Path) -> Iterator[Message]:
    gatherer = _Gatherer(path)
    gatherer.visit(ast.parse(path.read_text(encoding="utf-8")))
    return iter(gatherer.found)


class _Gatherer(ast.NodeVisitor):
    def __init__(self, path: Path) -> None:
        self.found: list[Message] = []
        self._path = path
        self._classes: list[str] = []

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._classes.append(node.name)
        self.generic_visit(node)
        self._classes.pop()

    def visit_Call(self, node: ast.Call) -> None:
        match node.func:
            case ast.Attribute(attr="tr", value=ast.Name(id="self")):
                self._add(node, self._classes[-1], node.args[0], counted=len(node.args) > 2)
            case ast.Name(id="translate"):
                context = self._literal(node, node.args[0])
                self._add(node, context, node.args[1], counted=len(node.args) > 2)
            case ast.Name(id="marked"):  # its count is given when it is said
                context, text = (self._literal(node, argument) for argument in node.args)
                self.found.append(Message(context, text, counted="%n" in text))
        self.generic_visit(node)

    def _add(self, call: ast.Call, context: str, text: ast.expr, *, counted: bool) -> None:
        words = self._literal(call, text)
        if counted != ("%n" in words):
            raise Untranslatable(f"{self._path}:{call.lineno}: “%n” and a count go together")
        self.found.append(Message(context, words, counted))

    def _literal(self, call: ast.Call, node: ast.expr) -> str:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        raise Untranslatable(f"{self._path}:{call.lineno}: only a text written out can be translated")


def translations(language: str) -> dict[Key, list[str]]:
    """The forms of each translated text; the empty ones are still to be done."""
    path = FILES / f"evertill_{language}.ts"
    if not path.exists():
        return {}
    known: dict[Key, list[str]] = {}
    for context in ElementTree.parse(path).getroot().iter("context"):
        name = context.findtext("name", "")
        for message in context.iter("message"):
            translation = message.find("translation")
            assert translation is not None, "Linguist always writes one"
            forms = [form.text or "" for form in translation.iter("numerusform")]
            known[name, message.findtext("source", "")] = forms or [translation.text or ""]
    return known


def linguist_file(language: str, gathered: list[Message], known: dict[Key, list[str]]) -> str:
    """The language's file: every text, with its translation where there is one."""
    root = ElementTree.Element("TS", version="2.1", language=language, sourcelanguage="en")
    contexts: dict[str, ElementTree.Element] = {}
    for message in gathered:
        if message.context not in contexts:
            contexts[message.context] = ElementTree.SubElement(root, "context")
            ElementTree.SubElement(contexts[message.context], "name").text = message.context
        entry = ElementTree.SubElement(contexts[message.context], "message")
        ElementTree.SubElement(entry, "source").text = message.text
        translation = ElementTree.SubElement(entry, "translation")
        forms = _forms(language, message, known)
        if not all(forms):
            translation.set("type", "unfinished")
        if message.counted:
            entry.set("numerus", "yes")
            for form in forms:
                ElementTree.SubElement(translation, "numerusform").text = form
        else:
            translation.text = forms[0]
    ElementTree.indent(root, " " * 4)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{text}\n'


def _forms(language: str, message: Message, known: dict[Key, list[str]]) -> list[str]:
    count = PLURAL_FORMS[language] if message.counted else 1
    forms = known.get(message.key, [])
    return forms if len(forms) == count else [""] * count


def compiled(source: Path) -> bytes:
    """What Qt reads, of a Linguist file."""
    lrelease = Path(sys.executable).parent / "pyside6-lrelease"
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "compiled.qm"
        subprocess.run([lrelease, "-silent", source, "-qm", target], check=True)
        return target.read_bytes()


def missing(language: str, gathered: list[Message]) -> list[Message]:
    """What is still to be translated, or lost one of the places that are filled in when it is said."""
    known = translations(language)
    return [one for one in gathered if not _whole(one, _forms(language, one, known))]


def _whole(message: Message, forms: list[str]) -> bool:
    places = set(re.findall(r"\{\w+\}", message.text))
    # A form for one or two, or for none, may say its number in a word.
    last = set(re.findall(r"\{\w+\}", forms[-1]))
    return all(forms) and last == places and (not message.counted or "%n" in forms[-1])


def main() -> int:
    check = "--check" in sys.argv[1:]
    gathered, faults = messages(), 0
    for language in PLURAL_FORMS:
        source = FILES / f"evertill_{language}.ts"
        target = source.with_suffix(".qm")
        text = linguist_file(language, gathered, translations(language))
        if check:
            stale = source.read_text(encoding="utf-8") != text or target.read_bytes() != compiled(source)
            faults += stale
            if stale:
                print(f"{source.name} is not what the source says: make translations")
        else:
            FILES.mkdir(exist_ok=True)
            source.write_text(text, encoding="utf-8")
            target.write_bytes(compiled(source))
        for message in missing(language, gathered):
            faults += 1
            print(f"{source.name}: {message.context}: to be translated: {message.text}")
    print(f"{len(gathered)} texts in English and {len(PLURAL_FORMS)} other languages")
    return 1 if check and faults else 0


if __name__ == "__main__":
    sys.exit(main())
