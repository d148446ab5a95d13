"""How long operations are kept, and how long a receipt can be refunded: two questions with two answers."""

from functools import partial

import pytest

from app.domain.cart import Cart
from app.domain.errors import UnknownSale
from app.services.selling import receipt_retention, refunds
from app.services.selling.transaction import CompletedSale
from app.services.till import Till
from sync_agent.settings import AgentSettings
from sync_agent.store import history
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from tests.kit import selling
from tests.kit.clocks import ManualClock
from tests.kit.store_shop import MARIA, MUG, finish, goods, open_shop, row_counts

DAY_S = 86_400


@pytest.fixture
def till(store: Store) -> Till:
    return open_shop(store)


async def sold(till: Till) -> CompletedSale:
    sale = await selling.sell(till, Cart().add(goods(till, MUG), 1), MARIA)
    finish(till, sale.id)
    return sale


def forget(till: Till, settings: AgentSettings) -> None:
    """As the agent does once a day: the till's own rows first."""
    for forget_page in (receipt_retention.forget_page, partial(history.prune, settings=settings)):
        while till.store.submit(forget_page).result():
            pass


async def test_a_receipt_can_be_refunded_as_long_as_the_till_says_however_short_the_history_is(
    till: Till, clock: ManualClock
) -> None:
    sale = await sold(till)
    clock.advance((receipt_retention.REFUNDABLE_DAYS - 1) * DAY_S)
    forget(till, AgentSettings(history_days=30))
    assert refunds.find(till, sale.receipt_number)
    clock.advance(2 * DAY_S)
    forget(till, AgentSettings(history_days=30))
    with pytest.raises(UnknownSale):
        refunds.find(till, sale.receipt_number)
    counts = row_counts(till)
    gone = (t.sale, t.sale_line, t.payment, t.outbox)
    assert [counts[table.name] for table in gone] == [0, 0, 0, 0]


async def test_an_operation_outlives_its_receipt_where_the_history_is_longer(
    till: Till, clock: ManualClock
) -> None:
    await sold(till)
    clock.advance((receipt_retention.REFUNDABLE_DAYS + 1) * DAY_S)
    forget(till, AgentSettings(history_days=365))
    counts = row_counts(till)
    assert (counts["sale"], counts["outbox"]) == (0, 1)


async def test_a_receipt_that_was_not_sent_stays_however_old(till: Till, clock: ManualClock) -> None:
    await selling.sell(till, Cart().add(goods(till, MUG), 1), MARIA)
    clock.advance(400 * DAY_S)
    forget(till, AgentSettings())
    counts = row_counts(till)
    assert (counts["sale"], counts["outbox"]) == (1, 1)


async def test_what_is_older_than_the_history_is_not_offered_again(till: Till, clock: ManualClock) -> None:
    await sold(till)
    mark = partial(history.mark_for_resend, stream="any", settings=AgentSettings(history_days=30))
    with till.store.reading() as connection:
        [operation_id] = connection.execute(t.outbox.select().with_only_columns(t.outbox.c.id)).scalars()
    till.store.submit(
        lambda tx: tx.execute(
            t.outbox.update().where(t.outbox.c.id == operation_id).values(code=history.QUARANTINED)
        )
    ).result()
    assert till.store.submit(mark).result() == 1
    clock.advance(31 * DAY_S)
    assert till.store.submit(mark).result() == 0
