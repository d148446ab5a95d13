"""Reading a catalogue from a CSV file: a stream of valid rows, and of refused rows with reasons.

Files come from spreadsheets and other systems, so nothing in them is trusted: a damaged barcode is refused
rather than guessed, names are cleaned of control characters, and reading goes on behind a broken record.
Barcodes with in-store and restricted prefixes (02, 04, 20 to 29) belong to the shop and are accepted.
"""

import csv
import html
import re
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from app.domain.errors import DomainError
from app.domain.figures import Problem, Unreadable, fold, read_units
from app.domain.money import AMOUNT_MAX_MINOR, minor_digits
from app.domain.rates import PERCENT_DECIMALS, WHOLE_PPM
from app.domain.vocabulary.units import UNITS
from app.packed_text import LINE_MAX, UnreadableText, open_text
from app.services.stock.article_codes import SKU_MAX
from app.services.stock.catalogue import NewProduct
from app.services.stock.gtin import BadGtin, parse_gtin
from resources.words import Figures
from sync_agent.contract.article import barcode_key, is_spreadsheet_damage, sku_key
from sync_agent.contract.text import has_controls, named, without_controls

NAME_MAX = 200
RECORD_LINES_MAX = 50
"""A quoted cell may contain line breaks; beyond this many its quotation mark counts as unclosed."""
LINES_MAX = 2_000_000
DELIMITERS = ",;\t|"
_SHOWN_MAX = 200
"""How much of a line is shown that is too long."""


class UnreadableCatalogue(DomainError):
    """The file cannot be read at all; the message says what to do."""


class BadRow(ValueError):
    """The reason why a row is refused."""


@dataclass(frozen=True)
class ColumnMap:
    """The header of each field's column. None: guessed from usual names, else absent."""

    barcode: str | None = None
    name: str | None = None
    sku: str | None = None
    price: str | None = None
    tax: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A valid row. `line` is its first line in the file; `cleaned`: its name was cleaned."""

    line: int
    product: NewProduct
    cleaned: bool
    raw: str


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be added, and the reason, for the shopkeeper."""

    line: int
    reason: str
    raw: str


# --- reading -----------------------------------------------------------------------------------------


def read_catalogue(
    path: Path,
    columns: ColumnMap,
    *,
    delimiter: str | None = None,
    encoding: str = "utf-8",
    decimal: str = ".",
    currency: str = "",
) -> Iterator[Row | RefusedRow]:
    """The rows of a CSV file, plain or .xz, lazily and in order.

    Without a given delimiter it is detected from the header; `decimal` is the decimal separator of prices,
    `currency` decides how many decimals they have. Raises UnreadableCatalogue.
    """
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise UnreadableCatalogue(f"A delimiter is one character, as “;”. “{delimiter}” is none.")
    with _open(path, encoding) as file:
        lines = _Lines(file)
        header_line = lines.take()
        if header_line is None or "\0" in header_line or len(header_line) > LINE_MAX:
            raise UnreadableCatalogue(f"{path.name} is empty, or not a text file. Save it as CSV in UTF-8.")
        delimiter = delimiter or max(DELIMITERS, key=header_line.count)
        try:
            names = next(csv.reader([header_line.lstrip("\ufeff")], delimiter=delimiter))
        except csv.Error as error:
            raise UnreadableCatalogue(f"{path.name}: its first line cannot be read: {error}.") from error
        header = [name.strip() for name in names]
        reader = _RowReader(_Columns.find(columns, header), _Prices(decimal, currency))
        for line, raw, cells in _records(lines, delimiter, len(header)):
            yield reader.read(line, raw, cells)


def line_count(path: Path) -> int:
    """The number of lines of a file, for a progress bar. Raises UnreadableCatalogue."""
    with _open(path, "latin-1") as file:
        lines = sum(chunk.count("\n") for chunk in iter(lambda: file.read(1 << 20), ""))
    if lines > LINES_MAX:
        raise _too_many_lines()
    return lines


def _too_many_lines() -> UnreadableCatalogue:
    return UnreadableCatalogue(f"A catalogue has at most {LINES_MAX:,} lines. Split the file into several.")


@contextmanager
def _open(path: Path, encoding: str) -> Iterator[TextIO]:
    """The file's text. Undecodable bytes are passed on (surrogateescape) and refused with their row."""
    try:
        with open_text(path, encoding=encoding, errors="surrogateescape") as text:
            yield text
    except UnreadableText as error:
        raise UnreadableCatalogue(f"{path.name} {error}") from error


class _Lines:
    """The file's physical lines, numbered, with pushback. A line is cut off behind `LINE_MAX`."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._returned: deque[str] = deque()
        self.number = 0
        """The number of the line taken last."""

    def take(self) -> str | None:
        line = self._returned.popleft() if self._returned else self._read()
        if not line:
            return None
        self.number += 1
        if self.number > LINES_MAX:
            raise _too_many_lines()
        return line

    def _read(self) -> str:
        line = rest = self._file.readline(LINE_MAX + 1)
        while len(rest) > LINE_MAX and not rest.endswith("\n"):
            rest = self._file.readline(LINE_MAX + 1)
        return line

    def push_back(self, lines: Sequence[str]) -> None:
        self._returned.extendleft(reversed(lines))
        self.number -= len(lines)


Record = tuple[int, str, list[str] | str]
"""First line, text, and the cells, or the reason why there are none."""


def _records(lines: _Lines, delimiter: str, width: int) -> Iterator[Record]:
    """The file's records. An unclosed quotation mark costs only its own line."""
    while (first := lines.take()) is not None:
        line = lines.number
        if not first.strip():
            continue
        if len(first) > LINE_MAX:
            yield line, first[:_SHOWN_MAX], f"row cannot be read: it is longer than {LINE_MAX:,} characters"
            continue
        taken: list[str] = []
        try:
            cells = next(csv.reader(_running_on(first, lines, taken), delimiter=delimiter))
        except csv.Error as error:
            lines.push_back(taken[1:])
            yield line, first, f"row cannot be read: {error}"
            continue
        may_be_open = len(taken) > 1 or first.count('"') % 2
        if may_be_open and _was_never_closed(taken, delimiter, width):
            lines.push_back(taken[1:])
            yield line, first, "a quotation mark is opened in this row and never closed"
        else:
            yield line, "".join(taken), _fitted(cells, width)


def _running_on(first: str, lines: _Lines, taken: list[str]) -> Iterator[str]:
    """A record's first line and the following lines on demand; all are appended to `taken`."""
    line: str | None = first
    while line is not None:
        taken.append(line)
        if len(line) > LINE_MAX:
            raise csv.Error("it runs on into a line that is too long")
        yield line
        line = lines.take() if len(taken) < RECORD_LINES_MAX else None


def _was_never_closed(taken: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether the record ran to the end of the file or contains a line that is a whole row on its own."""
    try:
        next(csv.reader(taken, delimiter=delimiter, strict=True))
    except csv.Error as error:
        if str(error) == "unexpected end of data":
            return True
    return any(len(next(csv.reader([line], delimiter=delimiter), [])) == width > 1 for line in taken[1:-1])


def _fitted(cells: list[str], width: int) -> list[str] | str:
    """The cells, without empty surplus cells; a reason where their number differs from the header's."""
    if len(cells) > width and not any(cells[width:]):
        return cells[:width]
    if len(cells) != width:
        return f"row has {len(cells)} columns where the header has {width}"
    return cells


# --- columns -----------------------------------------------------------------------------------------

_USUAL_HEADERS = {
    "barcode": ("barcode", "code", "ean", "ean13", "gtin", "upc", "eancode"),
    "name": ("name", "productname", "product", "title", "description"),
    "sku": ("sku", "stockcode", "articlenumber", "article", "itemnumber", "itemcode"),
    "price": ("price", "unitprice", "retailprice", "salesprice"),
    "tax": ("tax", "taxrate", "vat", "vatrate", "taxratepercent", "taxppm", "taxrateppm"),
    "unit": ("unit", "soldby"),
}


@dataclass(frozen=True)
class _Columns:
    """The index of each field in a row."""

    name: int
    barcode: int | None
    sku: int | None
    price: int | None
    tax: int | None
    unit: int | None
    tax_in_ppm: bool

    @classmethod
    def find(cls, columns: ColumnMap, header: Sequence[str]) -> "_Columns":
        found = {name: _find(name, getattr(columns, name), header) for name in _USUAL_HEADERS}
        place_of_name = found.pop("name")
        has = ", ".join(header)
        if place_of_name is None:
            raise UnreadableCatalogue(f"Say which column holds the name (--name). The file has: {has}.")
        if found["barcode"] is None and found["sku"] is None:
            raise UnreadableCatalogue(
                "Say which column holds the barcode (--barcode) or the article number (--sku)."
                f" The file has: {has}."
            )
        tax = found["tax"]
        return cls(
            **found, name=place_of_name, tax_in_ppm=tax is not None and _plain(header[tax]).endswith("ppm")
        )


def _find(name: str, wanted: str | None, header: Sequence[str]) -> int | None:
    if wanted is not None:
        if wanted not in header:
            raise UnreadableCatalogue(f"There is no column “{wanted}”. The file has: {', '.join(header)}.")
        return header.index(wanted)
    plain = [_plain(column) for column in header]
    return next((plain.index(usual) for usual in _USUAL_HEADERS[name] if usual in plain), None)


def _plain(header: str) -> str:
    return re.sub(r"[^a-z0-9]", "", header.lower())


# --- rows --------------------------------------------------------------------------------------------


class _RowReader:
    """Parses cells into products, and detects repeated codes in the file."""

    def __init__(self, columns: _Columns, prices: "_Prices") -> None:
        self._columns = columns
        self._prices = prices
        self._barcode_lines: dict[str, tuple[int, str]] = {}
        self._sku_lines: dict[str, tuple[int, str]] = {}

    def read(self, line: int, raw: str, cells: list[str] | str) -> Row | RefusedRow:
        shown = _printable(raw)
        try:
            if isinstance(cells, str):
                raise BadRow(cells)  # noqa: TRY301 - all refusals leave the same way
            product, cleaned = self._product(cells, raw)
        except (BadRow, BadGtin) as error:
            return RefusedRow(line, str(error), shown)
        for code, key, lines in (
            (product.barcode, barcode_key(product.barcode), self._barcode_lines),
            (product.sku, sku_key(product.sku), self._sku_lines),
        ):
            if code is not None and key is not None:
                lines[key] = line, code
        return Row(line, product, cleaned, shown)

    def _product(self, cells: list[str], raw: str) -> tuple[NewProduct, bool]:
        columns = self._columns
        written_code = _cell(cells, columns.barcode)
        if is_spreadsheet_damage(written_code):
            parse_gtin(written_code)
        if not raw.isascii() and any("\udc80" <= letter <= "\udcff" for letter in raw):
            raise BadRow("row holds bytes that are no letters in this encoding; try another with --encoding")
        barcode = parse_gtin(written_code) if written_code else None
        sku = self._sku(_cell(cells, columns.sku))
        if barcode is None and sku is None:
            raise BadRow("row has no barcode" if columns.sku is None else "row has no code to know it by")
        if barcode is not None:
            self._refuse_repeated(barcode)
        name, cleaned = _name(cells[columns.name])
        product = NewProduct(
            name=name,
            barcode=barcode,
            sku=sku,
            price_minor=self._prices.read(_cell(cells, columns.price)),
            tax_rate_ppm=_tax(
                _cell(cells, columns.tax), in_ppm=columns.tax_in_ppm, figures=self._prices.figures
            ),
            unit=_unit(_cell(cells, columns.unit)),
        )
        return product, cleaned

    def _refuse_repeated(self, barcode: str) -> None:
        line, spelling = self._barcode_lines.get(barcode_key(barcode) or "", (0, ""))
        if line and spelling == barcode:
            raise BadRow(f"barcode {barcode} is on line {line} already")
        if line:
            raise BadRow(f"barcode {barcode} is {spelling} on line {line}, with other leading zeros")

    def _sku(self, written: str) -> str | None:
        if has_controls(written):
            raise BadRow(f"article number has a letter that nobody sees ({named(written)})")
        if len(written) > SKU_MAX:
            raise BadRow(f"article number has {len(written)} characters; at most {SKU_MAX} fit")
        line, spelling = self._sku_lines.get(sku_key(written) or "", (0, ""))
        if line and spelling == written:
            raise BadRow(f"article number {written} is on line {line} already")
        if line:
            raise BadRow(f"article number {written} is {spelling} on line {line}, written in another way")
        return written or None


def _cell(cells: Sequence[str], place: int | None) -> str:
    return "" if place is None else cells[place].strip()


def _printable(raw: str) -> str:
    text = raw.rstrip("\r\n")
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_UNSEEN = re.compile("[\u200b\ufeff]+")
"""What other programs leave in names besides control letters: a zero-width space, a byte-order mark."""


def _name(written: str) -> tuple[str, bool]:
    """The name with entities decoded and without control characters; and whether that changed it."""
    tidy = written
    for _ in range(2):  # "&amp;quot;" was escaped twice
        tidy = _ENTITY.sub(lambda entity: html.unescape(entity[0]), tidy) if "&" in tidy else tidy
    tidy = _UNSEEN.sub(" ", without_controls(tidy))
    cleaned = tidy != written
    tidy = " ".join(tidy.split())
    if not tidy:
        raise BadRow("name is empty")
    if "\ufffd" in tidy:
        raise BadRow("name has lost letters (\ufffd): it was saved in a wrong encoding once")
    if len(tidy) > NAME_MAX:
        raise BadRow(f"name has {len(tidy)} characters; at most {NAME_MAX} fit")
    return tidy, cleaned


@dataclass(frozen=True)
class _Prices:
    """The format of prices in this file."""

    decimal: str
    currency: str

    def read(self, written: str) -> int | None:
        """The price in minor units; None where it is empty. Raises BadRow."""
        plain = re.sub(r"[$€£¥]", "", written).strip()
        if not plain:
            return None
        digits = minor_digits(self.currency)
        try:
            price_minor = read_units(plain, digits, figures=self.figures, zeros=True, foreign=False)
        except Unreadable as unreadable:
            if unreadable.problem is Problem.NO_FIGURE and self._is_foreign(plain, digits):
                other = "," if self.decimal == "." else "."
                raise BadRow(
                    f"price {written} is not written with “{self.decimal}”;"
                    f" say --decimal if the file uses “{other}”"
                ) from None
            words = unreadable.words(plain, digits, "it is not an amount of money.")
            raise BadRow(f"price {written}: {words}") from None
        if price_minor < 0:
            raise BadRow(f"price {written} is less than nothing")
        if price_minor > AMOUNT_MAX_MINOR:
            raise BadRow(f"price {written} is more than the till can handle")
        return price_minor

    def _is_foreign(self, plain: str, digits: int) -> bool:
        """Whether it is a price by the marks of other places."""
        try:
            read_units(plain, digits, figures=self.figures, zeros=True)
        except Unreadable as unreadable:
            return unreadable.problem is not Problem.NO_FIGURE
        return True

    @property
    def figures(self) -> Figures:
        return Figures(self.decimal, group_separator="," if self.decimal == "." else ".")


def _tax(written: str, *, in_ppm: bool, figures: Figures) -> int:
    """The rate in ppm; the file has percent, unless the header says ppm. Raises BadRow."""
    plain = fold(written).removesuffix("%")
    if not plain:
        return 0
    decimals = 0 if in_ppm else PERCENT_DECIMALS
    try:
        rate_ppm = read_units(plain, decimals, figures=figures, zeros=True)
    except Unreadable as unreadable:
        no_figure = f"tax rate {written} is not a number"
        words = unreadable.words(plain, decimals, no_figure)
        raise BadRow(words if words == no_figure else f"tax rate {written}: {words}") from None
    if rate_ppm < 0:
        raise BadRow(f"tax rate {written} is less than nothing")
    if rate_ppm > WHOLE_PPM:
        raise BadRow(f"tax rate {written} is more than 100 %")
    return rate_ppm


_UNITS = {spelling: unit.code for unit in UNITS.all() for spelling in (unit.code, *unit.spellings)}


def _unit(written: str) -> str:
    unit = _UNITS.get(written.lower())
    if unit is None:
        known = " nor ".join(f"“{code}”" for code in UNITS.rows)
        raise BadRow(f"unit “{written}” is neither {known}")
    return unit
