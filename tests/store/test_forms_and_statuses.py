"""What a till writes for an older server, and what it does with results of a newer one."""

from functools import partial
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from app.domain.cart import Cart
from app.services.sync import queue
from app.services.till import Till
from sync_agent.contract.operations import OperationResult
from sync_agent.ports import Priority
from sync_agent.push.results import record_results
from sync_agent.store import link
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from sync_agent.store.queue import forms, leases
from sync_agent.store.queue.forms import Forms
from sync_agent.store.queue.wire import wire_form
from tests.kit import selling
from tests.kit.store_shop import MARIA, MUG, goods, open_shop, rows


@pytest.fixture
def till(store: Store) -> Till:
    return open_shop(store)


# --- forms -----------------------------------------------------------------------------------------------


def to_form_2(_resource_type: str, data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "was": 3}


def to_form_1(_resource_type: str, data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "was": 2}


THREE = Forms(3, {3: to_form_2, 2: to_form_1})


@pytest.mark.parametrize(
    ("named", "form"),
    [
        (None, 1),
        ("[1]", 1),
        ("[1,2]", 2),
        ("[1,2,3]", 3),
        ("[1,2,3,4]", 3),
        ("[2]", 2),
        ("[4,5]", 3),
    ],
)
def test_the_newest_form_that_the_server_named_is_written(named: str | None, form: int) -> None:
    assert THREE.to_write(named) == form


def test_data_goes_back_one_form_after_another() -> None:
    data = {"delta": 1}
    assert THREE.written_in(1, "stock_level", data) == {"delta": 1, "was": 2}
    assert THREE.written_in(3, "stock_level", data) == {"delta": 1}
    assert data == {"delta": 1}


async def test_a_till_that_was_updated_first_writes_the_form_that_its_server_reads(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next release writes form 2."""

    def in_form_1(_resource_type: str, data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "note": "in form 1"}

    monkeypatch.setattr(forms, "FORMS", Forms(2, {2: in_form_1}))
    for named, form in ((None, 1), ((1,), 1), ((1, 2), 2)):
        await till.store.write(partial(link.note_forms, forms=named), Priority.AGENT)
        await selling.sell(till, Cart().add(goods(till, MUG)), MARIA)
        newest = max(rows(till, t.outbox), key=lambda row: row.device_seq)
        assert newest.schema_version == form
        assert ("note" in orjson.loads(newest.data)) is (form == 1)
    first, *_ = rows(till, t.outbox)
    assert wire_form(first)["schema"] == 1


async def test_what_the_server_named_outlives_a_restart(till: Till) -> None:
    await till.store.write(lambda tx: link.note_forms(tx, (1, 2)), Priority.AGENT)
    with till.store.reading() as connection:
        assert connection.execute(select(t.link.c.forms)).scalar_one() == "[1,2]"
    await till.store.write(lambda tx: link.note_forms(tx, None), Priority.AGENT)
    with till.store.reading() as connection:
        assert connection.execute(select(t.link.c.forms)).scalar_one() is None


# --- statuses --------------------------------------------------------------------------------------------


async def sent(till: Till) -> str:
    """A sale that has been sent, and waits for its result."""
    sale = await selling.sell(till, Cart().add(goods(till, MUG)), MARIA)
    await till.store.write(
        lambda tx: leases.claim(tx, owner="o", lease_ms=1000, count_max=9, bytes_max=10**6), Priority.AGENT
    )
    return sale.id


async def answered(till: Till, operation_id: str, **wire: Any) -> Any:
    result = OperationResult.model_validate({"id": operation_id, **wire})
    await till.store.write(lambda tx: record_results(tx, [result]), Priority.AGENT)
    with till.store.reading() as connection:
        return connection.execute(select(t.outbox).where(t.outbox.c.id == operation_id)).one()


async def test_an_unknown_status_that_is_a_success_ends_the_operation_and_keeps_its_word(till: Till) -> None:
    operation_id = await sent(till)
    row = await answered(till, operation_id, success=True, status="scheduled")
    assert (row.status, row.code) == ("completed", "scheduled")
    assert orjson.loads(row.result)["status"] == "scheduled"
    assert [one.operation_id for one in queue.sent(till)] == [operation_id]


async def test_an_unknown_status_that_is_none_is_put_before_a_person_with_its_word(till: Till) -> None:
    operation_id = await sent(till)
    row = await answered(till, operation_id, success=False, status="unwanted")
    assert (row.status, row.code) == ("dead_letter", "unwanted")
    [shown] = queue.attention(till)
    assert shown.operation_id == operation_id


async def test_an_unknown_status_that_says_when_is_sent_again_then(till: Till) -> None:
    operation_id = await sent(till)
    row = await answered(till, operation_id, success=False, status="not_today", retryAfterMs=5000)
    assert (row.status, row.next_attempt_ms) == ("pending", till.clock.now_ms() + 5000)
