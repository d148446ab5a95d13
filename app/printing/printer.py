"""Printing a slip on an ESC/POS printer with python-escpos.

As text where the printer's code pages have every character, else the whole slip as an image: printers cannot
lay out right-to-left or joined scripts. Calls block: run them in a thread.
"""

import socket
import unicodedata
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from escpos.escpos import Escpos
from escpos.exceptions import Error as EscposError
from escpos.printer import File, Network, Usb
from PIL.Image import Image

from app.domain.errors import DomainError
from app.domain.slip import Slip, Weight, set_in_columns
from app.domain.text import on_paper
from app.services.preferences import Preferences
from resources.words import translate
from sync_agent import private_files

NETWORK_S_MAX = 5
NETWORK_PORT = 9100
DOTS_BY_COLUMNS = ((32, 384), (48, 576))
"""Columns of the printer's own font, and the paper's width in dots."""
DRAWER_PIN = 2

Draw = Callable[[Slip, int], Image]
"""Renders a slip as an image of this width, in dots."""


class PrinterProblem(DomainError):
    """The slip was not printed; the message says what to check. The sale itself is complete."""


class NoPrinter(PrinterProblem):
    def __init__(self) -> None:
        super().__init__(translate("printing", "No printer is set up. A manager can do that in Settings."))


class Opened(Protocol):
    def __call__(self) -> Escpos: ...


@dataclass(frozen=True)
class Printer:
    """A printer. `open_printer` connects for each slip, so that a printer works again after it was off."""

    open_printer: Opened
    columns: int
    draw: Draw

    def print_slip(self, slip: Slip, *, open_drawer: bool = False) -> None:
        """Print a slip. Raises PrinterProblem."""
        with self._connected() as device:
            if open_drawer:
                device.cashdraw(DRAWER_PIN)
            if has_letters_for(device, slip):
                self._as_text(device, slip)
            else:
                device.image(self.draw(slip, self._dots))
            device.cut()

    def kick_drawer(self) -> None:
        """Open the cash drawer connected to the printer. Raises PrinterProblem."""
        with self._connected() as device:
            device.cashdraw(DRAWER_PIN)

    @property
    def _dots(self) -> int:
        return next((dots for columns, dots in DOTS_BY_COLUMNS if self.columns <= columns), 576)

    def _as_text(self, device: Escpos, slip: Slip) -> None:
        for line, weight in set_in_columns(slip, self.columns):
            device.set(
                bold=weight is not Weight.PLAIN,
                double_width=weight is Weight.LARGE,
                double_height=weight is Weight.LARGE,
                normal_textsize=weight is not Weight.LARGE,
            )
            device.text(f"{_plain(line)}\n")

    def _connected(self) -> "_Session":
        return _Session(self.open_printer)


class _Session:
    """A connected printer; escpos errors become PrinterProblem."""

    def __init__(self, open_printer: Opened) -> None:
        self._open = open_printer
        self._device: Escpos | None = None

    def __enter__(self) -> Escpos:
        try:
            self._device = self._open()
        except (EscposError, OSError) as error:
            raise _in_words(error) from error
        return self._device

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if self._device is not None:
            try:
                with closing(self._device):
                    pass
            except (EscposError, OSError) as late:
                error = error or late
        if isinstance(error, EscposError | OSError):
            raise _in_words(error) from error


def _in_words(error: Exception) -> PrinterProblem:
    words = translate(
        "printing", "The printer does not answer ({what}). Is it switched on, with paper in it?"
    )
    what = " ".join(str(error).split())[:80] or type(error).__name__
    return PrinterProblem(words.format(what=what))


def has_letters_for(device: Escpos, slip: Slip) -> bool:
    """Whether the printer's code pages have every character of the slip."""
    return all(_is_printable(device, letter) for text in slip.texts() for letter in set(_plain(text)))


def _is_printable(device: Escpos, letter: str) -> bool:
    if unicodedata.bidirectional(letter) in {"R", "AL", "AN"}:
        return False
    return device.magic.encoder.find_suitable_encoding(letter) is not None


def _plain(text: str) -> str:
    """The text with typographic signs that no code page has replaced by plain equivalents, and without any
    control: what commands the printer is never part of a slip.
    """
    return on_paper(text).translate(_SAME_TO_A_READER)


_SAME_TO_A_READER = str.maketrans({"−": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " "})


def printer_of(chosen: Preferences, draw: Draw) -> Printer:
    """The printer of the settings. Raises NoPrinter, and PrinterProblem for an invalid address."""
    return Printer(_opener(chosen), chosen.paper_columns, draw)


def _opener(chosen: Preferences) -> Opened:
    address = chosen.printer_address.strip()
    match chosen.printer:
        case "network":
            host, _, port = address.partition(":")
            if not host or not (port or "0").isdecimal():
                raise PrinterProblem(
                    translate("printing", "The printer’s address is not complete: host:9100")
                )
            return lambda: _network(host, int(port or NETWORK_PORT))
        case "usb":
            vendor, _, product = address.partition(":")
            try:
                ids = int(vendor, 16), int(product, 16)
            except ValueError:
                words = translate("printing", "A USB printer is named by two numbers, like 04b8:0202.")
                raise PrinterProblem(words) from None
            return lambda: _usb(*ids)
        case "file":
            return lambda: _file(address)
        case "none":
            raise NoPrinter


def _network(host: str, port: int) -> Escpos:
    device = Network(host, port, timeout=NETWORK_S_MAX)
    # Connected here: the library leaks the socket when connecting fails.
    device.device = socket.create_connection((host, port), NETWORK_S_MAX)
    return device


def _usb(vendor: int, product: int) -> Escpos:
    device = Usb(vendor, product)
    device.open()
    return device


def _file(path: str) -> Escpos:
    device = File(path)
    # Opened here: the library would create a file that everybody can read where there is no device.
    device.device = private_files.open_bytes(Path(path))
    return device
