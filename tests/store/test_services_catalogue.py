"""Finding and adding products on a real store, and importing a file of them."""

import csv
import itertools
import unicodedata
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.catalogue_file import ColumnMap, read_catalogue
from app.catalogue_import import ImportReport, import_catalogue
from app.cli import main
from app.domain.errors import BadProduct, NotPermitted
from app.services.stock import catalogue
from app.services.stock.catalogue import ADD_MAX, NewProduct, add_products
from app.services.till import Till
from sync_agent import credentials
from sync_agent.contract.operations import ProductCreate, ProductEdit
from sync_agent.credentials import Credentials
from sync_agent.ports import SystemClock, Uuid7Ids
from sync_agent.store import tables as t
from sync_agent.store.database import Store, Transaction
from sync_agent.store.device import record_enrolment
from sync_agent.store.home import Home
from tests.kit.feed import PEPPER
from tests.kit.homes import IDENTITY
from tests.kit.store_shop import ALICE, MARIA, MUG, goods, open_shop, rows


@pytest.fixture
def till(store: Store) -> Till:
    return open_shop(store)


# --- finding -----------------------------------------------------------------------------------------


def test_products_are_found_by_words_whatever_their_marks(till: Till) -> None:
    assert [found.name for found in catalogue.search(till, "CREME")] == ["Crème vase"]
    assert [found.name for found in catalogue.search(till, "mug blue")] == ["Blue mug, small"]
    assert catalogue.search(till, "nothing of the kind") == []
    assert len(catalogue.search(till, "", limit=2)) == 2
    assert catalogue.product_count(till) == 4


@pytest.mark.parametrize("code", ["4006381333931", "04006381333931", " 4006381333931 ", "M-1"])
def test_a_scan_finds_its_product_whatever_the_leading_zeros(till: Till, code: str) -> None:
    found = catalogue.by_code(till, code)
    assert found == goods(till, MUG)
    assert catalogue.by_code(till, "4006381333932") is None
    assert catalogue.product(till, "nothing") is None


# --- adding ------------------------------------------------------------------------------------------


async def test_an_added_product_can_be_sold_at_once_and_is_an_operation(till: Till) -> None:
    outcome = await add_products(till, [NewProduct("Jug", "2000000000008", price_minor=900)], "alice")
    assert (outcome.added, outcome.refused, outcome.already_there) == (1, (), ())
    found = catalogue.by_code(till, "2000000000008")
    assert found is not None
    assert (found.name, found.price_minor) == ("Jug", 900)
    (operation,) = rows(till, t.outbox)
    assert (operation.operation, operation.resource_type, operation.resource_id, operation.rank) == (
        "create",
        "product",
        found.id,
        1,
    )
    assert ProductCreate.model_validate_json(operation.data).name == "Jug"


async def test_what_is_there_already_is_left_alone(till: Till) -> None:
    new = [
        NewProduct("Mug again", "0004006381333931"[-14:]),
        NewProduct("By number", sku="M-1"),
        NewProduct("Jug", "2000000000008"),
        NewProduct("Jug twice", "2000000000008"),
    ]
    outcome = await add_products(till, new, "alice")
    assert (outcome.added, outcome.already_there) == (1, (0, 1, 3))
    assert goods(till, MUG).name == "Blue mug, small"


async def test_a_bad_product_is_refused_and_the_others_added(till: Till) -> None:
    new = [NewProduct("x" * 201, "2000000000008"), NewProduct(" ", sku="Z"), NewProduct("Jug", sku="J")]
    outcome = await add_products(till, new, "alice")
    assert outcome.added == 1
    assert [index for index, _ in outcome.refused] == [0, 1]
    assert "200" in outcome.refused[0][1]


@pytest.mark.parametrize("actor_id", ["maria", "nobody"])
async def test_only_a_manager_adds_products(till: Till, actor_id: str) -> None:
    with pytest.raises(NotPermitted, match="Only a manager"):
        await add_products(till, [NewProduct("Jug", "2000000000008")], actor_id)
    assert rows(till, t.outbox) == []


async def test_one_transaction_stays_small(till: Till) -> None:
    with pytest.raises(ValueError, match="at most 500"):
        await add_products(till, [NewProduct("Jug")] * (ADD_MAX + 1), "alice")


# --- importing ---------------------------------------------------------------------------------------

FILE = """barcode,name,price
2000000000008,Jug &amp; lid,9.00
7.6E+12,Lost,1.00
4006381333931,Mug again,1.00
2000000000015,Pan,
2000000000008,Jug twice,2.00
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "products.csv"
    path.write_text(FILE, "utf-8")
    return path


async def import_file(till: Till, file: Path) -> ImportReport:
    return await import_catalogue(till, read_catalogue(file, ColumnMap()), "alice")


async def test_good_rows_are_added_and_every_other_row_accounted_for(till: Till, file: Path) -> None:
    report = await import_file(till, file)
    assert (report.read, report.added, report.already_there, report.cleaned) == (5, 2, 1, 1)
    assert [row.line for row in report.refused] == [3, 6]
    assert report.read == report.added + report.already_there + len(report.refused)
    assert [found.name for found in catalogue.search(till, "jug")] == ["Jug & lid"]


async def test_importing_again_is_harmless(till: Till, file: Path) -> None:
    await import_file(till, file)
    before = rows(till, t.catalogue)
    report = await import_file(till, file)
    assert (report.added, report.already_there) == (0, 3)
    assert rows(till, t.catalogue) == before


async def test_progress_is_told_after_each_transaction(till: Till, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("sku,name\n" + "".join(f"A{number},Thing {number}\n" for number in range(1200)), "utf-8")
    heard: list[int] = []
    await import_catalogue(till, read_catalogue(path, ColumnMap()), "alice", heard.append)
    assert heard == [500, 1000, 1200]


# --- the command -------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An enrolled till's folder that nobody works on just now; the manager's PIN is at hand."""
    path = tmp_path / "shop"
    store = Store.open(Home(path), clock=SystemClock(), ids=Uuid7Ids())
    store.submit(lambda tx: record_enrolment(tx, IDENTITY)).result()
    open_shop(store)
    credentials.save(store.home, Credentials("token", PEPPER))
    store.close()
    monkeypatch.setenv("EVERTILL_PIN", "2468")
    return path


def test_the_command_adds_and_lists_what_it_refused_with_line_and_reason(
    home: Path, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused_to = tmp_path / "refused.csv"
    flags = ["--home", str(home), "--user", "alice", "--refused", str(refused_to)]
    assert main(["import-catalogue", str(file), *flags]) == 0
    assert "2 products added" in capsys.readouterr().out
    with refused_to.open(encoding="utf-8", newline="") as written:
        header, *refused = csv.reader(written)
    assert [(row[0], row[2]) for row in refused] == [
        ("3", "7.6E+12,Lost,1.00"),
        ("6", "2000000000008,Jug twice,2.00"),
    ]
    assert "a spreadsheet" in refused[0][1]
    assert header[:2] == ["line", "reason"]


def test_the_command_asks_for_a_manager(home: Path, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import-catalogue", str(file), "--home", str(home), "--user", "maria"]) != 0
    assert "At this shop it may be: alice" in capsys.readouterr().err


# --- a large catalogue -------------------------------------------------------------------------------


@pytest.mark.data
async def test_a_large_catalogue_is_imported_queued_in_order_and_found(till: Till, data_dir: Path) -> None:
    rows_of_file = read_catalogue(data_dir / "products_off_lifyzer.csv.xz", ColumnMap())
    report = await import_catalogue(till, itertools.islice(rows_of_file, 20_000), "alice")
    assert report.added > 19_000

    def numbers_queued(tx: Transaction) -> tuple[int, int, int]:
        seq = t.outbox.c.device_seq
        return tuple(tx.execute(select(func.count(), func.min(seq), func.max(seq))).one())

    queued = till.store.submit(numbers_queued).result()
    assert queued == (report.added, 1, report.added)
    for words in ("chocolate", "comte", "crackers"):
        found = catalogue.search(till, words)
        assert found
        assert all(words in _plain(product.name) for product in found), words


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


async def test_a_manager_changes_a_product_or_approves_it(till: Till) -> None:
    with pytest.raises(NotPermitted, match="change a product"):
        await catalogue.edit_product(till, MUG, {"price_minor": 500}, MARIA)
    await catalogue.edit_product(
        till, MUG, {"price_minor": 500, "name": "Blue mug, small"}, MARIA, approved_by=ALICE
    )
    [operation] = rows(till, t.outbox)
    edit = ProductEdit.model_validate_json(operation.data)
    assert (edit.set.price_minor, edit.base.price_minor) == (500, 450)
    assert edit.set.model_fields_set == {"price_minor"}, "what stays as it is is not sent"
    assert (operation.base_version, operation.approved_by_id) == (1, "alice")
    changed = catalogue.product(till, MUG)
    assert changed is not None
    assert changed.price_minor == 500
    assert await catalogue.edit_product(till, MUG, {"price_minor": 500}, ALICE) is None


async def test_a_product_without_a_name_is_no_product(till: Till) -> None:
    with pytest.raises(BadProduct):
        await catalogue.edit_product(till, MUG, {"name": " "}, ALICE)
