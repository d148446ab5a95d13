"""Reading a catalogue: which rows are accepted, which are refused and why; a bad row affects no other."""

import lzma
from collections import Counter
from pathlib import Path

import pytest

from app.catalogue_file import (
    ColumnMap,
    RefusedRow,
    Row,
    UnreadableCatalogue,
    line_count,
    read_catalogue,
)

Read = list[Row | RefusedRow]

MUG, BOWL, PLATE, JUG = "4006381333931", "036000291452", "73513537", "2000000000008"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "products.csv"


def read(file: Path, text: str | bytes, columns: ColumnMap | None = None, **how: str) -> Read:
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read_catalogue(file, columns or ColumnMap(), **how))


def good(rows: Read) -> list[Row]:
    return [row for row in rows if isinstance(row, Row)]


def refusals(rows: Read) -> dict[int, str]:
    return {row.line: row.reason for row in rows if isinstance(row, RefusedRow)}


def only_reason(rows: Read) -> str:
    (reason,) = refusals(rows).values()
    return reason


# --- columns and delimiters --------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("header", ["barcode,name", "code,product_name", "EAN,Product Name", "gtin,title"])
def test_usual_headers_and_delimiters_need_no_flags(file: Path, header: str, delimiter: str) -> None:
    rows = read(file, f"{header}\n{MUG},Blue mug\n".replace(",", delimiter))
    assert [(row.product.barcode, row.product.name) for row in good(rows)] == [(MUG, "Blue mug")]


def test_columns_can_be_named_whatever_they_are_called(file: Path) -> None:
    columns = ColumnMap(barcode="Nr", name="Was", sku="Art", price="Preis", tax="MwSt", unit="Einheit")
    text = f"Einheit;MwSt;Preis;Art;Was;Nr\nkg;5,5 %;1.234,50;A-7;Äpfel;{MUG}\n"
    (row,) = good(read(file, text, columns, decimal=","))
    product = row.product
    assert (product.sku, product.name, product.unit) == ("A-7", "Äpfel", "kg")
    assert (product.price_minor, product.tax_rate_ppm) == (123450, 55_000)


def test_a_column_that_is_not_there_is_named_with_those_that_are(file: Path) -> None:
    with pytest.raises(UnreadableCatalogue, match=r"no column “Nr”\. The file has: barcode, name"):
        read(file, "barcode,name\n", ColumnMap(barcode="Nr"))
    with pytest.raises(UnreadableCatalogue, match="--name"):
        read(file, "barcode,other\n")
    with pytest.raises(UnreadableCatalogue, match="--barcode"):
        read(file, "other,name\n")


@pytest.mark.parametrize("content", [b"", "barcode,name\n".encode("utf-16")])
def test_what_is_no_text_file_is_refused_whole(file: Path, content: bytes) -> None:
    with pytest.raises(UnreadableCatalogue, match="Save it as CSV in UTF-8"):
        read(file, content)


def test_a_missing_file_and_a_torn_archive_are_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(UnreadableCatalogue, match="cannot be read"):
        list(read_catalogue(tmp_path / "none.csv", ColumnMap()))
    torn = tmp_path / "torn.csv.xz"
    torn.write_bytes(lzma.compress(f"barcode,name\n{MUG},Mug\n".encode())[:-20])
    with pytest.raises(UnreadableCatalogue, match="damaged"):
        list(read_catalogue(torn, ColumnMap()))
    with pytest.raises(UnreadableCatalogue, match="no encoding “klingon”"):
        list(read_catalogue(torn, ColumnMap(), encoding="klingon"))


def test_an_archive_is_read_like_the_file_in_it(tmp_path: Path) -> None:
    packed = tmp_path / "products.csv.xz"
    packed.write_bytes(lzma.compress(f"barcode,name\r\n{MUG},Mug\r\n".encode("utf-8-sig")))
    assert [row.product.name for row in good(list(read_catalogue(packed, ColumnMap())))] == ["Mug"]
    assert line_count(packed) == 2


def test_another_encoding_is_read_when_it_is_named(file: Path) -> None:
    (row,) = good(read(file, f"barcode;name\n{MUG};Käse\n".encode("cp1252"), encoding="cp1252"))
    assert row.product.name == "Käse"


# --- broken places -----------------------------------------------------------------------------------


def test_bad_rows_are_refused_one_by_one_and_good_ones_around_them_kept(file: Path) -> None:
    rows = read(file, f"barcode,name\n{MUG},Mug\n7.6E+12,Lost\n\n{BOWL},Bowl,too,many\n{PLATE},Plate\n")
    assert [row.line for row in good(rows)] == [2, 6]
    assert refusals(rows) == {
        3: "barcode was turned into 7.6E+12 by a spreadsheet; the digits are lost",
        5: "row has 4 columns where the header has 2",
    }


def test_a_refused_row_shows_what_stood_there(file: Path) -> None:
    (row,) = read(file, b"barcode,name\n4006381333931,K\xe4se\r\n")
    assert row == RefusedRow(
        2,
        "row holds bytes that are no letters in this encoding; try another with --encoding",
        "4006381333931,K\ufffdse",
    )


def test_a_quotation_mark_that_is_never_closed_costs_its_own_row_alone(file: Path) -> None:
    rows = read(file, f'barcode,name\n{MUG},"Mug\n{BOWL},Bowl\n{PLATE},"Plate"\n{JUG},Jug\n')
    assert refusals(rows) == {2: "a quotation mark is opened in this row and never closed"}
    assert [row.product.name for row in good(rows)] == ["Bowl", "Plate", "Jug"]


def test_a_cell_beyond_all_size_costs_its_own_row_alone(file: Path) -> None:
    rows = read(file, f'barcode,name\n{MUG},"{"x" * 140_000}\n{BOWL},Bowl\n')
    assert "row cannot be read" in refusals(rows)[2]
    assert [row.product.name for row in good(rows)] == ["Bowl"]


def test_the_last_row_may_be_the_one_with_the_open_quotation_mark(file: Path) -> None:
    rows = read(file, f'barcode,name\n{MUG},Mug\n{BOWL},"Bowl')
    assert list(refusals(rows)) == [3]
    assert len(good(rows)) == 1


def test_a_quoted_name_may_hold_delimiters_quotes_and_line_breaks(file: Path) -> None:
    rows = read(file, f'barcode,name\n{MUG},"Mug, ""blue""\nlarge"\n{BOWL},6" bowl\n')
    assert [(row.line, row.product.name) for row in good(rows)] == [(2, 'Mug, "blue" large'), (4, '6" bowl')]


def test_empty_cells_too_many_are_nothing_lost(file: Path) -> None:
    assert len(good(read(file, f"barcode,name\n{MUG},Mug,,\n"))) == 1


# --- fields ------------------------------------------------------------------------------------------


def test_repeated_codes_name_the_line_that_was_first(file: Path) -> None:
    rows = read(file, f"barcode,name\n{PLATE},Plate\n{PLATE},Again\n00000{PLATE},Zeros\n")
    assert refusals(rows) == {
        3: f"barcode {PLATE} is on line 2 already",
        4: f"barcode 00000{PLATE} is {PLATE} on line 2, with other leading zeros",
    }


def test_article_numbers_are_compared_as_people_see_them(file: Path) -> None:
    rows = read(file, "sku,name\nLOOSE-1,Loose\nloose\u20131,Again\nLOOSE1,Other\nloose1,Other again\n")
    assert refusals(rows) == {
        3: "article number loose\u20131 is LOOSE-1 on line 2, written in another way",
        5: "article number loose1 is LOOSE1 on line 4, written in another way",
    }


def test_a_refused_row_does_not_take_the_code_from_a_good_one(file: Path) -> None:
    rows = read(file, f"barcode,name\n{MUG},\n{MUG},Mug\n")
    assert refusals(rows) == {2: "name is empty"}
    assert len(good(rows)) == 1


def test_a_product_needs_a_code_to_be_known_by(file: Path) -> None:
    rows = read(file, f"barcode,sku,name\n,,Nothing\n,A1,Mug\n{MUG},,Bowl\n,A1,Again\n")
    assert refusals(rows) == {
        2: "row has no code to know it by",
        5: "article number A1 is on line 3 already",
    }


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Rock &amp; Roll", "Rock & Roll"),
        ("Salt &amp;quot;fine&amp;quot;", 'Salt "fine"'),
        ("Caf&#233;\u0007", "Café"),
        ("Tab\there", "Tab here"),
        ("\ufeffMug\u202e", "Mug"),
    ],
)
def test_names_are_cleaned_of_what_no_name_holds(file: Path, written: str, name: str) -> None:
    (row,) = good(read(file, f"barcode,name\n{MUG},{written}\n"))
    assert (row.product.name, row.cleaned) == (name, True)


@pytest.mark.parametrize("written", ["Black & Decker", "M&Ms &c", "  Comté  ", "ขนม", "شاي"])
def test_good_names_are_left_alone(file: Path, written: str) -> None:
    (row,) = good(read(file, f"barcode,name\n{MUG},{written}\n"))
    assert (row.product.name, row.cleaned) == (written.strip(), False)


@pytest.mark.parametrize(
    ("written", "reason"),
    [("\u0007", "name is empty"), ("K\ufffdse", "lost letters"), ("x" * 201, "at most 200 fit")],
)
def test_names_that_cannot_be_saved_are_refused(file: Path, written: str, reason: str) -> None:
    assert reason in only_reason(read(file, f"barcode,name\n{MUG},{written}\n"))


@pytest.mark.parametrize(
    ("written", "decimal", "price_minor"),
    [
        ("", ".", None),
        ("2.5", ".", 250),
        ("£2.50", ".", 250),
        ("2.5000", ".", 250),
        ("1,234.50", ".", 123450),
        ("2,50 €", ",", 250),
        ("1.234", ",", 123400),
        ("0", ".", 0),
    ],
)
def test_prices_are_read_as_the_file_writes_them(
    file: Path, written: str, decimal: str, price_minor: int | None
) -> None:
    (row,) = good(read(file, f"barcode;name;price\n{MUG};Mug;{written}\n", decimal=decimal))
    assert row.product.price_minor == price_minor


@pytest.mark.parametrize(
    ("written", "decimal", "reason"),
    [
        ("2,50", ".", "say --decimal if the file uses “,”"),
        ("2.50", ",", "say --decimal if the file uses “.”"),
        ("-1", ".", "less than nothing"),
        ("2.505", ".", "more than 2 decimals"),
        ("cheap", ".", "not an amount"),
        ("1e3", ".", "not an amount"),
        ('"1\n234"', ".", "not an amount"),
        ('"1\t234"', ".", "not an amount"),
        ("9" * 10_000, ".", "not an amount"),
        ("9" * 20, ".", "more than the till can handle"),
        ("₹250", ".", "not an amount"),
        ("2\x1b[2J5", ".", "not an amount"),
    ],
)
def test_bad_prices_are_refused(file: Path, written: str, decimal: str, reason: str) -> None:
    rows = read(file, f"barcode;name;price\n{MUG};Mug;{written}\n", decimal=decimal)
    assert reason in only_reason(rows)


@pytest.mark.parametrize(
    ("header", "written", "rate_ppm"),
    [("tax", "20", 200_000), ("vat", "5.5 %", 55_000), ("tax", "", 0), ("tax_rate_ppm", "200000", 200_000)],
)
def test_tax_rates_are_in_percent_unless_the_header_says_otherwise(
    file: Path, header: str, written: str, rate_ppm: int
) -> None:
    (row,) = good(read(file, f"barcode;name;{header}\n{MUG};Mug;{written}\n"))
    assert row.product.tax_rate_ppm == rate_ppm


@pytest.mark.parametrize(
    ("header", "written", "reason"),
    [("tax", "lots", "not a number"), ("tax", "101", "more than 100 %"), ("unit", "litre", "neither")],
)
def test_bad_tax_rates_and_units_are_refused(file: Path, header: str, written: str, reason: str) -> None:
    assert reason in only_reason(read(file, f"barcode;name;{header}\n{MUG};Mug;{written}\n"))


# --- real files --------------------------------------------------------------------------------------


def kinds(rows: Read) -> Counter[str]:
    """Refusals by what they say, without the figures in them."""
    return Counter(
        next((kind for kind in KINDS if kind in row.reason), row.reason)
        for row in rows
        if isinstance(row, RefusedRow)
    )


KINDS = (
    "by a spreadsheet",
    "no letters in this encoding",
    "lost letters",
    "wrong check digit",
    "zeros were lost",
    "a barcode has 8, 12, 13 or 14",
    "with other leading zeros",
    "already",
    "written in another way",
    "name is empty",
    "no barcode",
    "at most 200 fit",
    "decimals",
)


@pytest.mark.data
def test_a_file_that_a_spreadsheet_damaged_loses_exactly_its_damaged_rows(data_dir: Path) -> None:
    rows = list(read_catalogue(data_dir / "products_off_excel_damaged.csv.xz", ColumnMap()))
    assert kinds(rows) == {
        "by a spreadsheet": 367,
        "no letters in this encoding": 6,
        "lost letters": 3,
        "zeros were lost": 2,
        "wrong check digit": 1,
        "no barcode": 1,
    }
    assert len(rows) == 397
    assert len(good(rows)) == 17


@pytest.mark.data
def test_a_small_real_catalogue(data_dir: Path) -> None:
    rows = list(read_catalogue(data_dir / "products_off_rich.csv.xz", ColumnMap()))
    assert len(rows) == 3609
    assert kinds(rows) == {
        "name is empty": 234,
        "wrong check digit": 72,
        "a barcode has 8, 12, 13 or 14": 30,
        "with other leading zeros": 4,
        "zeros were lost": 3,
    }


@pytest.mark.data
def test_every_row_of_a_large_real_catalogue_is_taken_or_refused_with_a_reason(data_dir: Path) -> None:
    rows = list(read_catalogue(data_dir / "products_off_lifyzer.csv.xz", ColumnMap()))
    assert len(rows) == 818_846
    assert len(good(rows)) == 807_854
    assert kinds(rows) == {
        "wrong check digit": 6808,
        "a barcode has 8, 12, 13 or 14": 3010,
        "zeros were lost": 868,
        "with other leading zeros": 224,
        "already": 63,
        "lost letters": 14,
        "at most 200 fit": 4,
        "name is empty": 1,
    }
    assert sum(row.cleaned for row in good(rows)) > 2000


@pytest.mark.data
def test_a_sales_history_gives_each_article_once(data_dir: Path) -> None:
    rows = list(read_catalogue(data_dir / "online_retail_uci.csv.xz", ColumnMap()))
    assert len(rows) == 541_909
    codes = [row.product.sku for row in good(rows)]
    # 112 more codes never have a description, and 110 differ from others only in their case.
    assert len(codes) == len(set(codes)) == 3848
    assert set(kinds(rows)) == {"already", "written in another way", "name is empty", "decimals"}
