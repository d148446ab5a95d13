"""The till's form, its import, its scanner and the server agree on which codes are one article."""

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum import ean

from app.domain.errors import BadProduct
from app.services.stock import catalogue
from app.services.stock.catalogue import NewProduct, SharedCode, add_products
from app.services.till import Till
from server_stub.store.migrations import migrate
from sync_agent.contract.operations import ProductCreate
from sync_agent.contract.stock import ProductRow
from sync_agent.store.database import Store
from tests.kit.feed import Feed
from tests.kit.operations import operation
from tests.kit.rules import Rules, create_bare_tenant, rules_on
from tests.kit.store_shop import ALICE, open_shop

BODIES = ("500015940751", "04210000526", "9638507", "21234567890", "10000000001")
NUMBERS = ("LOOSE-1", "LOOSE1", "loose 7", "É-1", "0042", "42")

_NUMBERS = itertools.count()
"""Every example has products of its own."""


@pytest.fixture
def till(store: Store) -> Till:
    return open_shop(store)


@pytest.fixture
def rules(tmp_path: Path) -> Iterator[Rules]:
    template = tmp_path / "template.sqlite3"
    migrate(f"sqlite:///{template}")
    create_bare_tenant(f"sqlite:///{template}")
    with rules_on(template, tmp_path / "server.sqlite3") as opened:
        yield opened


@st.composite
def barcodes(draw: st.DrawFn) -> tuple[str, str, object]:
    """Field, text and meaning of a whole barcode; an indicator makes it a case of the article."""
    body = draw(st.sampled_from(BODIES))
    indicator = draw(st.sampled_from(["", "", "1"]))
    if indicator:
        body = indicator + body.zfill(12)
    code = body + ean.calc_check_digit(body)
    lengths = [length for length in (8, 12, 13, 14) if length >= len(code)]
    code = code.zfill(draw(st.sampled_from(lengths)))
    blank = draw(st.sampled_from(["", " ", "-", "\u200e"]))
    return "barcode", blank.join((code[:2], code[2:])), int(body)


@st.composite
def skus(draw: st.DrawFn) -> tuple[str, str, object]:
    number = draw(st.sampled_from(NUMBERS))
    written = draw(st.sampled_from([str.upper, str.lower]))(number)
    unseen = draw(st.sampled_from(["", " ", "\u00ad", "\u200b", "\u3000"]))
    return "sku", f"{written[:2]}{unseen}{written[2:]}", number.casefold().replace(" ", "")


@settings(
    derandomize=True,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(pair=st.tuples(barcodes(), barcodes()) | st.tuples(skus(), skus()))
def test_they_agree(
    till: Till, rules: Rules, pair: tuple[tuple[str, str, object], tuple[str, str, object]]
) -> None:
    (field, one, meaning), (_, other, other_meaning) = pair
    same = meaning == other_meaning
    number = next(_NUMBERS)
    first, second = f"first-{number}", f"second-{number}"
    version = 1
    try:
        tell(till, first, version, **{field: one})
        tell(till, second, version)
        assert rules.send(None, create(first, **{field: one}))[0]["status"] == "applied"
        # The scanner.
        found = catalogue.by_code(till, other)
        assert (found is not None) == same
        # The import, where it is the same article; a new product would be in the way of what follows.
        if same:
            again = NewProduct("x", other) if field == "barcode" else NewProduct("x", sku=other)
            outcome = asyncio.run(add_products(till, [again], ALICE.id))
            assert outcome.already_there == (0,)
        # The form.
        if same:
            with pytest.raises(BadProduct, match="first"):
                asyncio.run(catalogue.edit_product(till, second, {field: other}, ALICE))
        else:
            assert asyncio.run(catalogue.edit_product(till, second, {field: other}, ALICE)) is not None
        # The server.
        (answer,) = rules.send(None, create(second, **{field: other}))
        assert (answer["status"] == "conflict") == same, answer
        # Where both have it all the same, a scan takes neither.
        tell(till, second, version + 1, **{field: other})
        if same:
            with pytest.raises(SharedCode):
                catalogue.by_code(till, one)
    finally:
        for product in (first, second):
            tell(till, product, version + 2, deleted=True)
            rules.send(None, operation("product", {}, operation="delete", resourceId=product))


def tell(till: Till, product: str, version: int, **fields: Any) -> None:
    row = ProductRow(id=product, name=product, price_minor=100, version=version, **fields)
    Feed(till.store).publish_products([row])


def create(product: str, **codes: Any) -> dict[str, Any]:
    data = ProductCreate(name=product, **codes).to_wire()
    return operation("product", data, operation="create", resourceId=product)
