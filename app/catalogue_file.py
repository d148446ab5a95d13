"""Reading a catalogue from a CSV file: a stream of valid rows, and of refused rows with reasons.

Files come from spreadsheets and other systems, so nothing in them is trusted: a damaged barcode is refused
rather than guessed, names are cleaned of control characters, and reading goes on behind a broken record.
Barcodes with in-store and restricted prefixes (02, 04, 20 to 29) belong to the shop and are accepted.
"""

import csv
import html
import io
import lzma
import re
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from app.domain.errors import BadAmount, DomainError
from app.domain.money import minor_digits, parse_amount
from app.domain.vocabulary.units import UNITS
from app.services.stock.catalogue import NewProduct
from app.services.stock.gtin import BadGtin, is_spreadsheet_damage, parse_gtin, spellings

NAME_MAX = 200
SKU_MAX = 64
RECORD_LINES_MAX = 50
"""A quoted cell may contain line breaks; beyond this many its quotation mark counts as unclosed."""
DELIMITERS = ",;\t|"


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
    with _open(path, encoding) as file:
        lines = _Lines(file)
        header_line = lines.take()
        if header_line is None or "\0" in header_line:
            raise UnreadableCatalogue(f"{path.name} is empty, or not a text file. Save it as CSV in UTF-8.")
        delimiter = delimiter or max(DELIMITERS, key=header_line.count)
        header = [
            name.strip() for name in next(csv.reader([header_line.lstrip("\ufeff")], delimiter=delimiter))
        ]
        reader = _RowReader(_Columns.find(columns, header), _Prices(decimal, currency))
        for line, raw, cells in _records(lines, delimiter, len(header)):
            yield reader.read(line, raw, cells)


def line_count(path: Path) -> int:
    """The number of lines of a file, for a progress bar. Raises UnreadableCatalogue."""
    with _open(path, "latin-1") as file:
        return sum(chunk.count("\n") for chunk in iter(lambda: file.read(1 << 20), ""))


@contextmanager
def _open(path: Path, encoding: str) -> Iterator[IO[str]]:
    """The file's text. Undecodable bytes are passed on (surrogateescape) and refused with their row."""
    try:
        with lzma.open(path) if path.suffix == ".xz" else path.open("rb") as binary:
            yield io.TextIOWrapper(
                cast("IO[bytes]", binary), encoding=encoding, errors="surrogateescape", newline=""
            )
    except LookupError as error:
        raise UnreadableCatalogue(f"There is no encoding “{encoding}”.") from error
    except (lzma.LZMAError, EOFError) as error:
        raise UnreadableCatalogue(f"{path.name} is damaged: it cannot be unpacked to its end.") from error
    except OSError as error:
        raise UnreadableCatalogue(f"{path.name} cannot be read: {error.strerror}.") from error


class _Lines:
    """The file's physical lines, numbered, with pushback."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._returned: deque[str] = deque()
        self.number = 0
        """The number of the line taken last."""

    def take(self) -> str | None:
        line = self._returned.popleft() if self._returned else self._file.readline()
        if not line:
            return None
        self.number += 1
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
        self._barcode_lines: dict[str, int] = {}
        self._sku_lines: dict[str, int] = {}

    def read(self, line: int, raw: str, cells: list[str] | str) -> Row | RefusedRow:
        shown = _printable(raw)
        try:
            if isinstance(cells, str):
                raise BadRow(cells)  # noqa: TRY301 - all refusals leave the same way
            product, cleaned = self._product(cells, raw)
        except (BadRow, BadGtin) as error:
            return RefusedRow(line, str(error), shown)
        if product.barcode is not None:
            self._barcode_lines[product.barcode] = line
        if product.sku is not None:
            self._sku_lines[product.sku] = line
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
            tax_rate_ppm=_tax(_cell(cells, columns.tax), in_ppm=columns.tax_in_ppm),
            unit=_unit(_cell(cells, columns.unit)),
        )
        return product, cleaned

    def _refuse_repeated(self, barcode: str) -> None:
        for spelling in spellings(barcode):
            line = self._barcode_lines.get(spelling)
            if line is not None and spelling == barcode:
                raise BadRow(f"barcode {barcode} is on line {line} already")
            if line is not None:
                raise BadRow(f"barcode {barcode} is {spelling} on line {line}, with other leading zeros")

    def _sku(self, written: str) -> str | None:
        if len(written) > SKU_MAX:
            raise BadRow(f"article number has {len(written)} characters; at most {SKU_MAX} fit")
        line = self._sku_lines.get(written)
        if line is not None:
            raise BadRow(f"article number {written} is on line {line} already")
        return written or None


def _cell(cells: Sequence[str], place: int | None) -> str:
    return "" if place is None else cells[place].strip()


def _printable(raw: str) -> str:
    text = raw.rstrip("\r\n")
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_NO_PART_OF_A_NAME = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2066-\u2069\ufeff]+")


def _name(written: str) -> tuple[str, bool]:
    """The name with entities decoded and without control characters; and whether that changed it."""
    tidy = written
    for _ in range(2):  # "&amp;quot;" was escaped twice
        tidy = _ENTITY.sub(lambda entity: html.unescape(entity[0]), tidy) if "&" in tidy else tidy
    tidy = _NO_PART_OF_A_NAME.sub(" ", tidy)
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
        plain = re.sub(r"[\s\u00a0\u202f$€£¥]", "", written)
        if not plain:
            return None
        other = "," if self.decimal == "." else "."
        if plain.startswith("-"):
            raise BadRow(f"price {written} is less than nothing")
        whole, _, fraction = plain.partition(self.decimal)
        if other in fraction or (other in whole and not re.fullmatch(rf"\d{{1,3}}(\{other}\d{{3}})+", whole)):
            raise BadRow(
                f"price {written} is not written with “{self.decimal}”;"
                f" say --decimal if the file uses “{other}”"
            )
        digits = minor_digits(self.currency)
        decimals = fraction[:digits] + fraction[digits:].rstrip("0")
        try:
            return parse_amount(
                f"{whole.replace(other, '')}.{decimals}" if decimals else whole.replace(other, ""),
                self.currency,
            )
        except BadAmount as error:
            raise BadRow(f"price {written}: {error}") from error


_PPM_OF_A_PERCENT = 10_000


def _tax(written: str, *, in_ppm: bool) -> int:
    """The rate in ppm; the file has percent, unless the header says ppm. Raises BadRow."""
    plain = written.removesuffix("%").strip().replace(",", ".")
    if not plain:
        return 0
    match = re.fullmatch(r"(\d{1,7})(?:\.(\d{1,4})0*)?", plain)
    if match is None:
        raise BadRow(f"tax rate {written} is not a number")
    if in_ppm:
        rate_ppm = int(match[1])
    else:
        rate_ppm = int(match[1]) * _PPM_OF_A_PERCENT + int((match[2] or "0").ljust(4, "0"))
    if rate_ppm > 100 * _PPM_OF_A_PERCENT:
        raise BadRow(f"tax rate {written} is more than 100 %")
    return rate_ppm


_UNITS = {spelling: unit.code for unit in UNITS.all() for spelling in (unit.code, *unit.spellings)}


def _unit(written: str) -> str:
    unit = _UNITS.get(written.lower())
    if unit is None:
        known = " nor ".join(f"“{code}”" for code in UNITS.rows)
        raise BadRow(f"unit “{written}” is neither {known}")
    return unit
