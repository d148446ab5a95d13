"""A product's codes at the till: judged at every way in, and asked about where two products share one."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.catalogue_file import ColumnMap, read_catalogue
from app.catalogue_import import ImportReport, import_catalogue
from app.domain.errors import BadProduct
from app.services.stock import catalogue
from app.services.stock.catalogue import NewProduct, SharedCode, add_products
from app.services.sync import decisions, refused
from app.services.till import Till
from sync_agent.contract.article import ARTICLE_RULE
from sync_agent.contract.conflicts import Conflict, ConflictSide, ConflictType, Resolution
from sync_agent.contract.stock import ProductRow
from sync_agent.contract.wire import from_ms
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from sync_agent.store.queue.status import Status
from tests.kit.clocks import CountingIds, InlineExecutor, ManualClock
from tests.kit.feed import Feed
from tests.kit.store_shop import (
    ALICE,
    BOWL,
    MUG,
    VASE,
    goods,
    mark_needs_attention,
    open_shop,
    rows,
    store_conflict,
)

OTHERS = [
    ({"barcode": "036000291452"}, "barcode 036000291452 is on “Bowl” already"),
    ({"barcode": "0036000291452"}, "barcode 0036000291452 is on “Bowl” already"),
    ({"barcode": "00036000291452"}, "“Bowl”"),
    ({"barcode": "0 36000 29145 2"}, "“Bowl”"),
    ({"sku": "A-1"}, "article number A-1 is on “Apples” already"),
    ({"sku": "\u200ba - 1"}, "“Apples”"),
    ({"sku": "Ａ–１"}, "“Apples”"),
    ({"barcode": "4006381333932"}, "Barcode 4006381333932 has a wrong check digit: 1 would be right"),
    ({"barcode": "hello world"}, "“hello world” is not made of digits alone"),
    ({"barcode": "123456"}, "has 6 digits; a barcode has 8, 12, 13 or 14"),
    ({"barcode": "0000000000000"}, "nothing but zeros"),
    ({"barcode": "7,6223E+12"}, "by a spreadsheet"),
    ({"barcode": "04252614"}, "as a UPC-E code it is 042100005264"),
]
"""Codes that the mug cannot have, and what is said."""


@pytest.fixture
def till(store: Store) -> Till:
    return open_shop(store)


def tell(till: Till, *products: ProductRow) -> None:
    Feed(till.store).publish_products(products)


# --- every way in ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("codes", "words"), OTHERS)
async def test_the_form_refuses_it(till: Till, codes: dict[str, str], words: str) -> None:
    with pytest.raises(BadProduct, match=words):
        await catalogue.edit_product(till, MUG, codes, ALICE)
    assert rows(till, t.outbox) == []
    assert goods(till, MUG).barcode == "4006381333931"


@pytest.mark.parametrize(("codes", "words"), OTHERS)
async def test_the_edit_of_a_refused_entry_refuses_it(till: Till, codes: dict[str, str], words: str) -> None:
    made = await catalogue.edit_product(till, MUG, {"barcode": "2000000000015", "sku": "M-9"}, ALICE)
    assert made is not None
    mark_needs_attention(till, made, Status.DEAD_LETTER, "no")
    with pytest.raises(BadProduct, match=words):
        await refused.edit_and_send(till, made, codes, ALICE)
    [entry] = rows(till, t.outbox)
    assert entry.status == Status.DEAD_LETTER


@pytest.mark.parametrize(("codes", "words"), OTHERS)
async def test_the_edit_of_a_refused_creation_refuses_it(
    till: Till, codes: dict[str, str], words: str
) -> None:
    await add_products(till, [NewProduct("Jug", "2000000000008", "J-1")], ALICE.id)
    [entry] = rows(till, t.outbox)
    mark_needs_attention(till, entry.id, Status.DEAD_LETTER, "no")
    with pytest.raises(BadProduct, match=words):
        await refused.edit_and_send(till, entry.id, codes, ALICE)
    sent_again = await refused.edit_and_send(till, entry.id, {"sku": "J-2"}, ALICE)
    assert {row.id: row.status for row in rows(till, t.outbox)}[sent_again] == Status.PENDING


@pytest.mark.parametrize(("codes", "words"), OTHERS)
async def test_the_merge_of_a_conflict_refuses_it(till: Till, codes: dict[str, str], words: str) -> None:
    conflict = product_conflict(codes)
    store_conflict(till, conflict)
    for resolution, merged in ((Resolution.MERGE, codes), (Resolution.ACCEPT_LOCAL, None)):
        with pytest.raises(BadProduct, match=words):
            await decisions.resolve(
                till, conflict.id, resolution, ALICE, merged=merged, expected_server_version=2
            )
    assert rows(till, t.outbox) == []
    await decisions.resolve(till, conflict.id, Resolution.ACCEPT_SERVER, ALICE, expected_server_version=2)


def product_conflict(mine: dict[str, Any], product_id: str = MUG) -> Conflict:
    return Conflict(
        id="conflict-1",
        tenant_id="demo",
        resource_type="product",
        resource_id=product_id,
        conflict_type=ConflictType.CONCURRENT_UPDATE,
        local_version=ConflictSide(values=mine, version=1, actor="alice"),
        server_version=ConflictSide(values={"barcode": "4006381333931", "sku": "M-1"}, version=2),
        base_version=ConflictSide(values={}, version=1),
        history=(),
        timestamp=from_ms(1_750_000_000_000),
        user_id="alice",
    )


async def test_a_deleted_product_does_not_come_back_with_a_code_that_another_has_by_now(till: Till) -> None:
    tell(till, ProductRow(id=VASE, name="Crème vase", barcode="036000291452", deleted=True, version=2))
    store_conflict(till, product_conflict({"name": "Vase"}, VASE))
    with pytest.raises(BadProduct, match="is on “Bowl” already"):
        await decisions.resolve(till, "conflict-1", Resolution.ACCEPT_LOCAL, ALICE, expected_server_version=2)


async def test_an_import_refuses_a_wrong_barcode_and_knows_an_article_in_any_spelling(
    till: Till, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(
        "name,barcode,sku\n"
        "Bowl again,00036000291452,\n"
        "Apples again,,ａ–\u200b1\n"
        "Wrong,4006381333932,\n"
        "Loose,,LOOSE-1\n"
        "Loose twice,,loose\u00ad-1\n"
        "Case of bowls,10036000291459,\n"
        "Not loose,,LOOSE1\n",
        encoding="utf-8",
    )
    report: ImportReport = await import_catalogue(till, read_catalogue(file, ColumnMap()), ALICE.id)
    assert (report.added, report.already_there) == (3, 2)
    assert {row.line: row.reason for row in report.refused} == {
        4: "barcode 4006381333932 has a wrong check digit: 1 would be right as the last one",
        6: "article number loose\u00ad-1 is LOOSE-1 on line 5, written in another way",
    }


async def test_products_added_by_a_program_are_judged_too(till: Till) -> None:
    new = [NewProduct("Wrong", "4006381333932"), NewProduct("Jug", "2-000000 000008")]
    outcome = await add_products(till, new, ALICE.id)
    assert outcome.refused == (
        (0, "barcode 4006381333932 has a wrong check digit: 1 would be right as the last one"),
    )
    found = catalogue.by_code(till, "2000000000008")
    assert found is not None
    assert found.barcode == "2000000000008"


# --- what is there already stays ---------------------------------------------------------------------


async def test_a_product_keeps_the_codes_that_it_has_whatever_they_are(till: Till) -> None:
    tell(till, ProductRow(id="odd", name="Odd", barcode="hello world", sku="a-1", price_minor=5, version=1))
    await catalogue.edit_product(
        till, "odd", {"price_minor": 6, "barcode": "hello world", "sku": "a-1"}, ALICE
    )
    assert goods(till, "odd").price_minor == 6
    await catalogue.edit_product(till, "odd", {"sku": "A -1"}, ALICE)  # its own number, written anew
    await catalogue.edit_product(till, "odd", {"barcode": None}, ALICE)
    assert goods(till, "odd").barcode is None


async def test_a_code_that_a_product_gave_up_is_free(till: Till) -> None:
    await catalogue.edit_product(till, BOWL, {"barcode": None}, ALICE)
    await catalogue.edit_product(till, MUG, {"barcode": "036000291452"}, ALICE)
    found = catalogue.by_code(till, "0036000291452")
    assert found is not None
    assert found.id == MUG


# --- a shared code -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "scanned",
    ["036000291452", "0036000291452", "00036000291452", "36000291452", "]E00036000291452", "0 36000 29145 2"],
)
def test_a_scan_of_a_shared_code_asks_which(till: Till, scanned: str) -> None:
    tell(till, ProductRow(id="other", name="Another bowl", barcode="0036000291452", version=1))
    with pytest.raises(SharedCode, match=r"2 products have the code .* Which is it\?") as asked:
        catalogue.by_code(till, scanned)
    assert [product.name for product in asked.value.products] == ["Another bowl", "Bowl"]
    assert [product.name for product in catalogue.search(till, scanned.removeprefix("]E0"))] == [
        "Another bowl",
        "Bowl",
    ]


@pytest.mark.parametrize("scanned", ["A-1", "a-1", " Ａ－１", "A\u00ad-1"])
def test_a_shared_article_number_asks_too(till: Till, scanned: str) -> None:
    tell(till, ProductRow(id="other", name="Pears", sku="a -1", version=1))
    with pytest.raises(SharedCode) as asked:
        catalogue.by_code(till, scanned)
    assert [product.name for product in asked.value.products] == ["Apples", "Pears"]


def test_one_products_barcode_and_anothers_article_number_are_asked_about(till: Till) -> None:
    tell(till, ProductRow(id="other", name="Pears", sku="036000291452", version=1))
    with pytest.raises(SharedCode):
        catalogue.by_code(till, "036000291452")


def test_a_case_is_not_its_content(till: Till) -> None:
    assert catalogue.by_code(till, "10036000291459") is None


@pytest.mark.parametrize("typed", ["00360002", "36000291", "0036000291452", "0 36000 29145 2"])
def test_a_part_of_a_number_finds_it_whatever_its_leading_zeros(till: Till, typed: str) -> None:
    assert [product.name for product in catalogue.search(till, typed)] == ["Bowl"]


def test_an_article_number_with_invisible_letters_is_found_as_it_is_typed(till: Till) -> None:
    tell(till, ProductRow(id="other", name="Pears", sku="PE\u00adAR-7", version=1))
    for typed in ("pear-7", "PE\u00adAR", "pe\u200bar-7"):
        assert [product.name for product in catalogue.search(till, typed)] == ["Pears"]


# --- keys --------------------------------------------------------------------------------------------


def keys(store: Store) -> dict[str, tuple[str | None, str | None]]:
    of = t.catalogue.c
    with store.reading() as connection:
        return {
            row.product_id: (row.barcode_key, row.sku_key)
            for row in connection.execute(select(of.product_id, of.barcode_key, of.sku_key))
        }


KEYS = {
    "mug": ("04006381333931", "m-1"),
    "bowl": ("00036000291452", None),
    "apples": (None, "a-1"),
    "vase": ("00000073513537", None),
}


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE article_rule SET version = version - 1",
        "UPDATE article_rule SET version = version + 1",
        "DELETE FROM article_rule",
    ],
)
def test_keys_of_another_version_of_the_rule_are_made_again_at_the_start(till: Till, harm: str) -> None:
    tell(till, ProductRow(id="other", name="Pears", sku="PE\u00adAR-7", version=1))
    store = till.store
    store.close()
    with closing(sqlite3.connect(store.home.database)) as raw, raw:
        raw.execute("UPDATE catalogue SET barcode_key = 'old', sku_key = 'old', folded = name")
        raw.execute(harm)
    again = Store.open(store.home, clock=ManualClock(), ids=CountingIds(), executor=InlineExecutor())
    try:
        assert keys(again) == KEYS | {"other": (None, "pear-7")}
        with again.reading() as connection:
            assert connection.execute(select(t.article_rule.c.version)).scalars().all() == [ARTICLE_RULE]
    finally:
        again.close()


def test_keys_of_this_version_are_left_alone_at_the_start(till: Till) -> None:
    store = till.store
    store.close()
    with closing(sqlite3.connect(store.home.database)) as raw, raw:
        raw.execute("UPDATE catalogue SET sku_key = 'marked' WHERE product_id = 'vase'")
    again = Store.open(store.home, clock=ManualClock(), ids=CountingIds(), executor=InlineExecutor())
    try:
        assert keys(again) == KEYS | {"vase": ("00000073513537", "marked")}
    finally:
        again.close()
