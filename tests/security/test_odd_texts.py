"""Whatever is typed, scanned or asked for: NUL and half a surrogate pair are looked up, and find nothing."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import DomainError
from app.domain.receipt_number import as_printed
from app.services.selling import receipt_questions, refunds
from app.services.stock import catalogue, inventory
from app.services.till import Till
from sync_agent.ports import SystemClock, Uuid7Ids
from sync_agent.store.database import Store
from sync_agent.store.device import record_enrolment
from sync_agent.store.home import Home
from tests.kit.bearers import Bearers
from tests.kit.homes import IDENTITY
from tests.kit.paths import ROOT
from tests.kit.store_shop import open_shop

NULS = ["\0", "mug\0bowl", "\0\0\0\0", '"\0"', "5\0" * 13, "T1-\0000001"]
HALVES = ["\ud800", "mug \udcff", "mug\udfff", "T1-\ud8001"]


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    store = Store.open(Home(tmp_path_factory.mktemp("odd")), clock=SystemClock(), ids=Uuid7Ids())
    store.submit(lambda tx: record_enrolment(tx, IDENTITY)).result()
    yield open_shop(store)
    store.close()


def look_up(till: Till, words: str) -> list[object]:
    """Everything that the till looks up by what somebody typed or scanned."""
    found: list[object] = []
    for ask in (
        lambda: catalogue.search(till, words),
        lambda: [catalogue.by_code(till, words)],
        lambda: [catalogue.product(till, words)],
        lambda: list(inventory.stock_page(till, words, limit=10).rows),
        lambda: list(inventory.short_page(till, words, "low", 5).rows),
        lambda: [refunds.find(till, words)],
        lambda: [receipt_questions.is_answered(till, receipt_questions.ask_for(till, words))],
    ):
        with suppress(DomainError):
            found += ask()
    return found


@pytest.mark.parametrize("words", NULS + HALVES, ids=ascii)
def test_an_odd_text_is_looked_up_like_any_other(till: Till, words: str) -> None:
    look_up(till, words)
    as_printed(words).encode()


@given(st.text(st.characters(codec=None), max_size=12))
def test_whatever_is_typed_is_looked_up(till: Till, words: str) -> None:
    look_up(till, words)
    receipt_questions.ask_for(till, words).receipt_number.encode()


def test_a_nul_separates_words(till: Till) -> None:
    names = [found.name for found in catalogue.search(till, "mug")]
    assert names
    assert [found.name for found in catalogue.search(till, "\0mug\ud800")] == names


@pytest.mark.parametrize(
    "query", ["locationId=%00", "locationId=main%00", "pageToken=%00&locationId=main", "%00=1"]
)
async def test_a_nul_in_an_address_is_refused(world: Bearers, query: str) -> None:
    for path in ("receipts", "conflicts", "audit", "people"):
        response = await world.shop.http.get(f"/api/v1/{path}?{query}")
        assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_request")
    response = await world.shop.http.get("/api/v1/conflicts/%00")
    assert response.status_code == 400


def test_an_argument_that_is_no_text_is_refused_without_a_traceback(tmp_path: Path) -> None:
    made = ["server", "migrate", "--home", str(tmp_path)]
    asked = ["server", "verify-audit", "--home", str(tmp_path), "--tenant", "\udcff"]
    for words, code in ((made, 0), (asked, 2)):
        ran = subprocess.run(
            [os.fsencode(word) for word in (sys.executable, "-m", "app", *words)],
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        assert ran.returncode == code, ran.stderr
        assert b"Traceback" not in ran.stderr
