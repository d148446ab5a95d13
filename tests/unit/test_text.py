"""Control letters: one rule, and nothing that a till prints, logs, shows or exports obeys one."""

import csv
import io
import logging
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from escpos.printer import Dummy
from PIL import Image

from app import catalogue_import, terminal, till_log
from app.cli.main import _print_import
from app.domain import text as typed
from app.domain.limits import typed_text
from app.domain.slip import Centred, Pair, Rule, Slip, Weight
from app.domain.spreadsheet import cell, write_rows
from app.printing.printer import Printer
from sync_agent.contract import text as contract

CONTROLS = [
    *range(0x20), *range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x2070), *range(0xD800, 0xE000),
    *range(0xFDD0, 0xFDF0), *range(0xFFF9, 0xFFFC),
    *(plane << 16 | last for plane in range(17) for last in (0xFFFE, 0xFFFF)),
]  # fmt: skip
OPENS_DRAWER = "\x1bp\x00\x19\xfa"
CUTS = "\x1dV\x00"
REAL_TIME = "\x10\x14\x01\x00\x01"
WRITTEN = [
    "می\u200cروم",
    "👩\u200d🔬",
    "a\u200eb",
    "א\u200fב",
    "ع\u061cر",
    "🏴\U000e0067\U000e007f",
    "\u00adé",
]


def test_the_rule_is_one_for_the_till_and_the_contract() -> None:
    controls = frozenset(CONTROLS)
    for number in (*range(0x20000), *range(0xE0000, 0xE0200), 0xFFFFF, 0x10FFFE, 0x10FFFF):
        letter = chr(number)
        is_control = contract.has_controls(f"a{letter}b")
        assert is_control == (number in controls), hex(number)
        assert typed.without_controls(f"a{letter}b") == contract.without_controls(f"a{letter}b")
        assert is_control == (typed_text(f"a{letter}b") != f"a{letter}b")


@pytest.mark.parametrize("written", WRITTEN)
def test_joiners_marks_and_emoji_stay(written: str) -> None:
    assert typed_text(written) == contract.without_controls(written) == typed.must_be_seen(written) == written


def test_what_parts_words_becomes_a_blank_and_lines_stay_where_there_are_several() -> None:
    assert contract.without_controls("Tab\there\r\n there\u2028now\x1b[2J") == "Tab here  there now[2J"
    assert contract.without_controls("one\r\ntwo\rthree\n\x1bfour", lines=True) == "one\ntwo\nthree\nfour"
    assert contract.escaped("a\x1b]0;x\x07\n\u202eb") == "a\\x1b]0;x\\x07\\x0a\\u202eb"


def test_a_typed_name_is_refused_with_the_letters_number() -> None:
    with pytest.raises(typed.ControlLetter, match=r"“AB” has a letter that nobody sees \(U\+202E\)"):
        typed.must_be_seen("A\u202eB")


# --- the printer -------------------------------------------------------------------------------------


def printed(*rows: Any) -> bytes:
    device = Dummy()
    device.close = lambda: None
    drawn = lambda _slip, dots: Image.new("L", (dots, 8), 255)  # noqa: E731 - a stand-in for the drawing
    Printer(lambda: device, 42, drawn).print_slip(Slip("Receipt", tuple(rows)))
    return bytes(device.output)


@pytest.mark.parametrize(
    "command", [OPENS_DRAWER, CUTS, REAL_TIME, "\x9b", "\x00", "\n\n\n", "\x1b@\x0c\x7f"]
)
def test_no_text_of_a_slip_commands_the_printer(command: str) -> None:
    plain = "".join(letter for letter in command if letter.isprintable())
    said = typed.on_paper(f"Tea{command}Pot")
    assert plain in said or "\n" in command
    for weight in Weight:
        hostile = printed(
            Centred(f"Shop{command}", weight), Rule(), Pair(f"Tea{command}", f"1{command}", weight)
        )
        harmless = printed(
            Centred(typed.on_paper(f"Shop{command}"), weight),
            Rule(),
            Pair(typed.on_paper(f"Tea{command}"), typed.on_paper(f"1{command}"), weight),
        )
        assert hostile == harmless
        assert b"\x1bp" not in hostile
        assert b"\x10\x14" not in hostile
        assert hostile.count(b"\x1dV") == 1, "the one cut at the end"


def test_no_letter_of_a_slip_has_more_marks_than_scripts_write() -> None:
    """A name with marks without end would be drawn over the sums beside and below it."""
    assert typed.on_paper("Te\u0301a" + "\u0323" * 200) == "Te\u0301a" + "\u0323" * typed.MARKS_MAX
    assert typed.on_paper("a" + "\u20dd\u0323" * 100 + "b\u0323") == "a" + "\u20dd\u0323" * 4 + "b\u0323"
    for written in ("Tiếng Việt", "שָׁלוֹם", "ད་ལྟ་རྫོགས", "हिन्दी", "กำลัง", "é" * 30, *WRITTEN):
        assert typed.on_paper(written) == typed.on_paper(unicodedata.normalize("NFC", written))
        assert typed.on_paper(written) == written


def test_no_letter_of_any_script_comes_out_as_a_command() -> None:
    """Whatever a code page makes of a letter, it is none: only pages are chosen, and lines ended."""
    head, foot = printed().split(b"\n", 1) if b"\n" in printed() else (printed(), b"")
    for start in range(0x20, 0x2600, 32):
        letters = [chr(number) for number in range(start, start + 32) if chr(number).strip()]
        body = printed(*(Pair(f"a{letter}b") for letter in letters)).removeprefix(head).removesuffix(foot)
        chosen = re.sub(rb"\x1b[tE!aM-].|\x1b\x7b.|\x1d[!BbL].|\x1d\x4c..", b"", body, flags=re.DOTALL)
        if b"\x1dv0" not in body:  # no picture of it
            assert not set(chosen[:-20]) & {*range(0x20)} - {0x0A}, (hex(start), chosen)


def test_a_picture_of_a_slip_has_no_control_letters_in_it_either() -> None:
    drawn: list[Slip] = []

    def draw(slip: Slip, dots: int) -> Image.Image:
        drawn.append(slip)
        return Image.new("L", (dots, 8), 255)

    device = Dummy()
    device.close = lambda: None
    slip = Slip("R\x1b", (Centred("فاتورة\u202e\x1bp\x00"), Pair("شاي\u2028", "\u20665\u2069")))
    Printer(lambda: device, 42, draw).print_slip(slip)
    assert drawn == [Slip("R", (Centred("فاتورةp"), Pair("شاي ", "\u20665\u2069")))]


# --- terminals and logs ------------------------------------------------------------------------------


def test_a_command_prints_a_name_and_obeys_none(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.say("Tea\x1b]52;c;cm0=\x07 \x9b2J\u202e\nforged: done")
    terminal.say("no\x1b[2K", is_error=True)
    out, err = capsys.readouterr()
    assert out == "Tea\\x1b]52;c;cm0=\\x07 \\x9b2J\\u202e\\x0aforged: done\n"
    assert err == "no\\x1b[2K\n"


def test_a_log_line_is_one_line_whatever_it_quotes(tmp_path: Path) -> None:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    try:
        till_log.log_to(tmp_path / "till.log")
        try:
            int("bad\x1b[2J\x9b")
        except ValueError:
            logging.getLogger("till").exception("name %s", "Tea\n2026 ERROR forged\x9b")
    finally:
        for handler in set(root.handlers) - set(before):
            root.removeHandler(handler)
            handler.close()
        root.setLevel(level)
    first, *trace = (tmp_path / "till.log").read_text(encoding="utf-8").splitlines()
    assert first.endswith("name Tea\\x0a2026 ERROR forged\\x9b")
    assert "\\x1b" not in first
    assert trace[0].startswith("Traceback")
    assert "\x1b" not in "".join(trace)


# --- spreadsheets ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1",
        "\u00a0=1", "＝1", "＠x", "-", "=",
        '=HYPERLINK("http://x","y")', "-2+3+cmd|' /C calc'!A0", "\x1b=1", "+", "-1 000",
    ],
)  # fmt: skip
def test_no_cell_is_evaluated(written: str) -> None:
    assert str(cell(written)).startswith("'")
    file = io.StringIO(newline="")
    write_rows(file, [[written, "x"]])
    ((first, _),) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert first.startswith("'")


@pytest.mark.parametrize(
    "number", [-5, 5, 0, "-5", "-5.25", "-0,5", "+3", "12", None, "Tea", "Tea = 1", "a-b", "T1-000001"]
)
def test_numbers_stay_numbers_and_plain_text_plain(number: object) -> None:
    assert cell(number) == number


def test_an_import_prints_and_exports_what_it_refused_without_effect(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    osc = "\x1b]52;c;cm0gLXJm\x07"
    file = tmp_path / "goods.csv"
    file.write_text(
        f"barcode,name,price\n4006381333931,Pen,1{osc}\n=cmd|' /C calc'!A0,Mug,1\n4006381333948,\x9b2J,1\n",
        encoding="utf-8",
    )
    rows = list(catalogue_import.read_catalogue(file, catalogue_import.ColumnMap(), currency="EUR"))
    refused = [row for row in rows if isinstance(row, catalogue_import.RefusedRow)]
    assert len(refused) >= 2
    report = catalogue_import.ImportReport(read=len(rows), added=0, refused=refused)
    exported = tmp_path / "goods.refused.csv"
    _print_import(report, exported)
    printed_out = capsys.readouterr().out
    assert "\x1b" not in printed_out
    assert "\x9b" not in printed_out
    assert "\\x1b]52;c;cm0gLXJm\\x07" in printed_out
    with exported.open(encoding="utf-8", newline="") as written:
        cells = [cell for row in csv.reader(written) for cell in row]
    assert not [cell for cell in cells if cell[:1] in "=+-@\t\r" and cell]
    assert any(cell.startswith("'=cmd") for cell in cells)
    assert not set("".join(cells)) & {"\x1b", "\x07", "\x9b"}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Receipt T1-000001", "Receipt T1-000001.pdf"),
        ("../../etc/passwd", "etc-passwd.pdf"),
        ("..", "evertill.pdf"),
        ("C:\\x\x1b\u202efdp.exe", "C-xfdp.exe.pdf"),
        ("W" * 10_000, "W" * 80 + ".pdf"),
    ],
)
def test_a_file_is_called_by_a_name_and_goes_nowhere_by_it(title: str, name: str) -> None:
    assert typed.as_file_name(title, ".pdf") == name
