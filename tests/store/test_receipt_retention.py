"""The retention of operations, and how long a receipt can be refunded, are independent."""

from functools import partial

import orjson
import pytest

from app.domain.cart import Cart
from app.domain.discount import Discount
from app.domain.shop_settings import ShopSettings
from app.domain.tender import Tender, tender_cash
from app.services.selling import receipt_retention, refunds
from app.services.selling.transaction import CompletedSale
from app.services.till import Till
from sync_agent.contract.operations import Payment, TransactionData
from sync_agent.settings import AgentSettings
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from sync_agent.store.queue import history, resend
from sync_agent.store.queue.resend import QUARANTINED
from tests.kit import selling
from tests.kit.clocks import ManualClock
from tests.kit.store_shop import MARIA, MUG, finish, goods, open_shop, row_counts, trust_the_clock

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
    trust_the_clock(till.store, till.clock.now_ms())
    for forget_page in (receipt_retention.forget_page, partial(history.prune, settings=settings)):
        while till.store.submit(forget_page).result():
            pass


async def test_a_receipt_is_whole_as_long_as_the_till_says_however_short_the_history_is(
    till: Till, clock: ManualClock
) -> None:
    sale = await sold(till)
    clock.advance((ShopSettings().refund_days - 1) * DAY_S)
    forget(till, AgentSettings(history_days=30))
    assert row_counts(till)["sale"] == 1
    clock.advance(2 * DAY_S)
    forget(till, AgentSettings(history_days=30))
    assert refunds.find(till, sale.receipt_number).total_minor == 450
    counts = row_counts(till)
    gone = (t.sale, t.sale_line, t.payment, t.outbox)
    assert [counts[table.name] for table in gone] == [0, 0, 0, 0]


async def test_of_an_own_sale_stays_for_good_what_a_refund_needs(till: Till, clock: ManualClock) -> None:
    cart = Cart().add(goods(till, MUG), 3).discount_line(1, Discount("amount", 50, "chipped"))
    payments = (Tender("card", 1000, reference="4711"), tender_cash(300, 500))
    sale = await selling.sell(till, cart, MARIA, payments)
    finish(till, sale.id)
    back = await refunds.refund(till, refunds.find(till, "1"), {1: 1}, "cash", MARIA, "broken")
    finish(till, back.id)
    before = refunds.find(till, "1")
    clock.advance((ShopSettings().refund_days + 1) * DAY_S)
    forget(till, AgentSettings(history_days=30))
    assert row_counts(till)["sale"] == 0
    after = refunds.find(till, sale.receipt_number)
    assert after.account == before.account
    assert [(line.line.description, line.left) for line in after.lines] == [("Blue mug, small", 2)]
    assert (after.id, after.person, after.till_name) == (sale.id, "Maria", "")
    assert not after.can_be_voided
    # 13.00 was paid, a third of it rounded down went back, and the rest goes back now, each as it was paid.
    await refunds.refund(till, after, {1: 2}, "card", MARIA, "broken")
    assert [(one.method, one.amount_minor, one.reference) for one in paid_out(till)] == [
        ("card", 867, "4711")
    ]
    assert refunds.find(till, "1").is_fully_returned


def paid_out(till: Till) -> list[Payment]:
    """The payments of the newest operation."""
    with till.store.reading() as connection:
        query = t.outbox.select().order_by(t.outbox.c.device_seq.desc()).limit(1)
        row = connection.execute(query).one()
    return list(TransactionData.model_validate(orjson.loads(row.data)).payments)


async def test_an_operation_outlives_its_receipt_where_the_history_is_longer(
    till: Till, clock: ManualClock
) -> None:
    await sold(till)
    clock.advance((ShopSettings().refund_days + 1) * DAY_S)
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
    mark = partial(resend.mark_for_resend, stream="any", settings=AgentSettings(history_days=30))
    with till.store.reading() as connection:
        [operation_id] = connection.execute(t.outbox.select().with_only_columns(t.outbox.c.id)).scalars()
    till.store.submit(
        lambda tx: tx.execute(t.outbox.update().where(t.outbox.c.id == operation_id).values(code=QUARANTINED))
    ).result()
    assert till.store.submit(mark).result() == 1
    clock.advance(31 * DAY_S)
    trust_the_clock(till.store, clock.now_ms())
    assert till.store.submit(mark).result() == 0
