"""Receipts on the screen, as PDF, and on ESC/POS paper: letters where the printer has them, else an image."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from escpos.printer import Dummy
from PySide6.QtCore import QLocale

from app.domain.cart import Cart
from app.domain.slip import Centred, Pair, Rule, Slip, Weight, set_in_columns
from app.domain.tender import tender_cash
from app.printing.printer import NoPrinter, Printer, PrinterProblem, has_letters_for, printer_of
from app.services.preferences import Preferences
from app.services.selling import receipts
from app.services.stock import catalogue
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.slip_view import draw_slip, save_pdf, slip_html
from tests.kit import selling
from tests.kit.offline_shop import ALICE, OfflineShop
from tests.kit.waiting import WAIT_S
from tests.kit.windows import Loop

PLAIN = Slip("Receipt", (Centred("Café", Weight.LARGE), Rule(), Pair("Total", "£5.00", Weight.STRONG)))
ARABIC = Slip("إيصال", (Centred("متجر الميناء"), Pair("المجموع", "5.00")))


def printer(device: Dummy, columns: int = 42) -> Printer:
    return Printer(lambda: device, columns, draw_slip)


def kept_dummy() -> Dummy:
    """A Dummy whose output can be read after it was closed."""
    device = Dummy()
    device.close = lambda: None
    return device


def test_a_sale_comes_out_as_letters_with_its_sums(loop: Loop, shop: OfflineShop) -> None:
    mug = catalogue.by_code(shop.till, "2000000000015")
    assert mug is not None
    sale = loop.run(selling.sell(shop.till, Cart().add(mug, 2), ALICE, [tender_cash(1300, 2000)]))
    slip = receipts.receipt(shop.till, sale.id, Formatter(QLocale("en_GB"), "GBP", "Europe/London"))
    device = kept_dummy()
    printer(device).print_slip(slip, open_drawer=True)
    printed = device.output
    assert b"Blue mug" in printed
    assert b"T2-000001" in printed
    assert b"Change" in printed
    assert printed.startswith(b"\x1bp"), "the drawer opens before the paper comes"
    assert b"\x1dV" in printed, "and the paper is cut"


def test_a_script_that_runs_from_right_to_left_comes_out_as_an_image(loop: Loop) -> None:
    device = kept_dummy()
    assert not has_letters_for(device, ARABIC)
    printer(device).print_slip(ARABIC)
    assert b"\x1dv0" in device.output, "a raster image"
    assert len(device.output) > 1000
    assert has_letters_for(device, PLAIN)


def test_a_printer_in_the_network_gets_the_slip(loop: Loop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as paper:
        chosen = Preferences(printer="network", printer_address=f"127.0.0.1:{paper.getsockname()[1]}")
        printer_of(chosen, draw_slip).print_slip(PLAIN)
        caller, _ = paper.accept()
        with caller:
            caller.settimeout(WAIT_S)
            printed = b"".join(iter(lambda: caller.recv(4096), b""))
    assert b"Total" in printed


def test_a_printer_that_is_off_says_so_in_words(loop: Loop) -> None:
    chosen = Preferences(printer="network", printer_address="127.0.0.1:9")
    with pytest.raises(PrinterProblem, match="switched on"):
        printer_of(chosen, draw_slip).print_slip(PLAIN)


@pytest.mark.parametrize(
    ("chosen", "problem"),
    [
        (Preferences(), NoPrinter),
        (Preferences(printer="network", printer_address=""), PrinterProblem),
        (Preferences(printer="network", printer_address="printer:910²"), PrinterProblem),
        (Preferences(printer="usb", printer_address="epson"), PrinterProblem),
    ],
)
def test_an_address_that_is_none_is_refused(chosen: Preferences, problem: type[Exception]) -> None:
    with pytest.raises(problem):
        printer_of(chosen, draw_slip)


def test_a_printer_that_is_a_file_gets_the_slip(loop: Loop, tmp_path: Path) -> None:
    chosen = Preferences(printer="file", printer_address=str(tmp_path / "paper"))
    printer_of(chosen, draw_slip).print_slip(PLAIN)
    assert b"Total" in (tmp_path / "paper").read_bytes()


def test_a_pdf_is_a_pdf_and_an_image_has_ink_on_it(loop: Loop, tmp_path: Path) -> None:
    save_pdf(PLAIN, tmp_path / "receipt.pdf")
    assert (tmp_path / "receipt.pdf").read_bytes().startswith(b"%PDF")
    image = draw_slip(PLAIN, 576)
    assert image.width == 576
    darkest, _lightest = image.convert("L").getextrema()
    assert isinstance(darkest, int | float)
    assert darkest < 60


def test_what_a_product_is_called_is_never_read_as_markup() -> None:
    assert "<b>" not in slip_html(Slip("x", (Pair("<b>mug</b>", "1"),)), right_to_left=False)


@pytest.mark.parametrize("columns", [32, 42, 48])
def test_no_line_is_wider_than_the_paper_and_no_word_is_lost(columns: int) -> None:
    long_name = "Shortbread fingers in a very long gift box with ribbon " * 2
    slip = Slip("x", (Centred(long_name, Weight.LARGE), Pair(long_name, "1,234.50"), Pair("x" * 60, "1")))
    width: Callable[[Weight], int] = lambda weight: columns // 2 if weight is Weight.LARGE else columns  # noqa: E731
    lines = set_in_columns(slip, columns)
    assert all(len(line) <= width(weight) for line, weight in lines)
    joined = " ".join(line for line, _ in lines).split()
    assert joined.count("Shortbread") == 4
    assert "1,234.50" in joined
    assert sum(word.count("x") for word in joined if set(word) == {"x"}) == 60
