"""A headless till of a replay, with a real home, store and agent, and a link that can be cut.

It carries out the steps dealt to it through the use cases of the window, and reports its stock
movements and the outcome of its operations afterwards.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import func, select

from app.bootstrap import OpenHome, open_home, running_agent
from app.domain.cart import Cart
from app.domain.errors import DomainError
from app.domain.tender import tender_cash
from app.replay.ledger import StockAt
from app.replay.outages import Outage, SwitchedTransport
from app.replay.plan import (
    Planned,
    PlannedAdjustment,
    PlannedLine,
    PlannedProduct,
    PlannedRefund,
    PlannedSale,
)
from app.replay.report import Moved, OutageTaken, TillCounts, Unsold
from app.services.selling import checkout, open_sales
from app.services.stock import catalogue, inventory
from app.services.stock.catalogue import ProductView
from app.services.sync.agent_words import attention_in_words
from app.services.till import Actor, Till
from sync_agent.agent import Agent
from sync_agent.contract.article import sku_key
from sync_agent.enrolment_forms import Enrolment
from sync_agent.errors import TransientError
from sync_agent.events import AgentEvent, Attention
from sync_agent.network.transport import NetworkTransport
from sync_agent.store import tables as t
from sync_agent.store.projection.stock_figures import on_hand_many
from sync_agent.store.queue import WAITING, Status, waiting_count
from sync_agent.store.replica.cursors import read_cursors

ATTENTION_MAX = 50
_IDS_PER_QUERY = 5000


class ReplayFailed(DomainError):
    """The replay could not be carried out, for a reason that the user can fix."""


@dataclass(frozen=True)
class Shop:
    """The shop before the first sale: articles by code, and stock at the start."""

    articles: dict[str, ProductView]
    created: int
    manager: Actor
    start: StockAt


@dataclass
class ReplayTill:
    """A headless till with a link that can be cut, and the record of its selling."""

    number: int
    till: Till
    agent: Agent
    link: SwitchedTransport
    outages: tuple[Outage, ...]
    first_device_seq: int
    attention: list[str]
    sales_made: int = 0
    unsold: list[Unsold] = field(default_factory=list)
    outages_taken: list[OutageTaken] = field(default_factory=list)
    _cut_before: int = 0

    async def sell(self, steps: Sequence[Planned], shop: Shop, made: Callable[[], None]) -> None:
        """Carry out the steps in order; `made` is called after each."""
        try:
            for step in steps:
                self._switch()
                try:
                    await self._make(step, shop)
                except DomainError as error:
                    self.unsold.append(Unsold(step.invoice, str(error)))
                if isinstance(step, PlannedSale):
                    self.sales_made += 1
                made()
        finally:
            self._restore()

    async def _make(self, step: Planned, shop: Shop) -> None:
        if isinstance(step, PlannedAdjustment):
            await inventory.adjust(
                self.till,
                shop.articles[step.code].id,
                step.quantity,
                step.reason,
                step.note,
                shop.manager,
                occurred_ms=step.occurred_ms,
            )
            return
        sale = replace(open_sales.begin(self.till), cart=_cart(step.lines, shop.articles))
        if isinstance(step, PlannedRefund):
            sale = sale.begin_refund(step.invoice)
        # The invoice number is the payment's reference, to trace the ledger back to the file.
        total_minor = sale.cart.total_minor
        cash = replace(tender_cash(total_minor, total_minor), reference=step.invoice)
        paid = replace(sale.settlement(), tenders=(cash,))
        await checkout.complete(self.till, sale, paid, shop.manager, occurred_ms=step.occurred_ms)

    def _switch(self) -> None:
        """Cut or restore the link, according to the next sale's number."""
        next_sale = self.sales_made + 1
        if not any(outage.covers(self.number, next_sale) for outage in self.outages):
            self._restore()
        elif not self.link.is_cut:
            self._cut_before = next_sale
            self.link.cut()

    def _restore(self) -> None:
        if self.link.is_cut:
            self.outages_taken.append(OutageTaken(self.number, self._cut_before, self.sales_made))
            self.link.restore()
            self.agent.try_now()

    # --- reading -------------------------------------------------------------------------------------

    def waiting(self) -> int:
        """The number of operations that wait to be sent."""
        with self.till.store.reading() as connection:
            return waiting_count(connection)

    def cursors(self) -> dict[str, int]:
        """The number of the last applied change, by stream."""
        with self.till.store.reading() as connection:
            return {stream: cursor.seq for stream, cursor in read_cursors(connection).items()}

    def position(self) -> tuple[int, dict[str, int]]:
        """`waiting` and `cursors`, to see progress."""
        return self.waiting(), self.cursors()

    def articles(self, planned: Iterable[PlannedProduct]) -> dict[str, ProductView]:
        """The products with the planned article numbers, by code. Of duplicates all tills take the same."""
        code_of = {sku_key(product.article_number): product.code for product in planned}
        wanted = list(code_of)
        found: dict[str, ProductView] = {}
        with self.till.store.reading() as connection:
            for start in range(0, len(wanted), _IDS_PER_QUERY):
                query = (
                    select(t.catalogue)
                    .where(t.catalogue.c.sku_key.in_(wanted[start : start + _IDS_PER_QUERY]))
                    .order_by(t.catalogue.c.product_id)
                )
                for row in connection.execute(query):
                    found.setdefault(code_of[row.sku_key], catalogue.view_of(row))
        return found

    def moved_since(self, start: StockAt, code_of: dict[str, str]) -> Moved:
        """Movements in this till's replica after `start`, and the change of its projection since `start`."""
        moved = t.movement.c
        query = (
            select(moved.product_id, func.sum(moved.delta).label("delta"))
            .where(moved.location_id == self.till.device.location_id, moved.seq > start.seq)
            .group_by(moved.product_id)
        )
        ids = list(code_of)
        on_hand: dict[str, int] = {}
        with self.till.store.reading() as connection:
            sums = {row.product_id: row.delta for row in connection.execute(query)}
            for first in range(0, len(ids), _IDS_PER_QUERY):
                chunk = ids[first : first + _IDS_PER_QUERY]
                on_hand |= on_hand_many(connection, chunk, self.till.device.location_id)
        return Moved(by_code(sums, code_of), change_since(start, on_hand, code_of))

    def counts(self) -> TillCounts:
        """The outcome of the operations that this replay made here."""
        of = t.outbox.c
        how_many = func.count()
        query = select(
            how_many,
            func.sum(of.sent_count),
            func.sum(func.max(of.sent_count - 1, 0)),
            how_many.filter(func.json_extract(of.result, "$.repeated") == 1),
            how_many.filter(of.status == Status.COMPLETED),
            how_many.filter(of.status == Status.CONFLICT),
            how_many.filter(of.status == Status.DEAD_LETTER),
            how_many.filter(of.code == "quarantined"),
            how_many.filter(of.status.in_(WAITING)),
        ).where(of.device_seq >= self.first_device_seq)
        with self.till.store.reading() as connection:
            return TillCounts(*(number or 0 for number in connection.execute(query).one()))


@asynccontextmanager
async def open_till(
    number: int, home: Path, enrolment: Enrolment, outages: tuple[Outage, ...]
) -> AsyncIterator[ReplayTill]:
    """A till with its agent running; enrolled first, unless its home is a till of this shop already."""
    opened = open_home(home)
    try:
        if not opened.is_enrolled:
            opened = await _enroll(opened, enrolment)
        till = opened.till()
        _check_shop(till, enrolment)
        with till.store.reading() as connection:
            first_device_seq = connection.execute(select(t.device.c.next_device_seq)).scalar_one()
        attention: list[str] = []

        def note(event: AgentEvent) -> None:
            if isinstance(event, Attention) and len(attention) < ATTENTION_MAX:
                attention.append(f"till {number}: {attention_in_words(event)}")

        link = SwitchedTransport(NetworkTransport(enrolment.server_url))
        async with running_agent(opened, emit=note, transport=link) as agent:
            yield ReplayTill(number, till, agent, link, outages, first_device_seq, attention)
    finally:
        opened.store.close()


async def _enroll(opened: OpenHome, enrolment: Enrolment) -> OpenHome:
    transport = NetworkTransport(enrolment.server_url)
    try:
        while True:
            try:
                return await opened.enroll(transport, enrolment)
            except TransientError as error:
                # Many tills sign in as the same person here, which the server rate-limits.
                if error.retry_after_s is None:
                    raise
                await asyncio.sleep(error.retry_after_s)
    finally:
        await transport.close()


def _check_shop(till: Till, enrolment: Enrolment) -> None:
    device = till.device
    here = (device.server_url, device.tenant_id, device.location_id)
    if here != (enrolment.server_url, enrolment.tenant_id, enrolment.location_id):
        raise ReplayFailed(
            f"{till.store.home.path} is a till of {device.tenant_id}, {device.location_id} at"
            f" {device.server_url}. Choose another folder to work in."
        )


def _cart(lines: Iterable[PlannedLine], articles: dict[str, ProductView]) -> Cart:
    """The cart of an invoice, with the file's prices and descriptions."""
    cart = Cart()
    for line in lines:
        article = articles[line.code]
        sold_as = replace(article, name=line.description or article.name, price_minor=line.price_minor)
        cart = cart.add(sold_as, line.quantity)
    return cart


def by_code(sums: Mapping[str, int], code_of: dict[str, str]) -> Counter[str]:
    """Sums by product as sums by article number, zero included."""
    return Counter({code: sums.get(product_id, 0) for product_id, code in code_of.items()})


def change_since(start: StockAt, on_hand: Mapping[str, int], code_of: dict[str, str]) -> Counter[str]:
    """Stock on hand less that at the start, by article number."""
    return Counter(
        {
            code: on_hand.get(product_id, 0) - start.quantities.get(product_id, 0)
            for product_id, code in code_of.items()
        }
    )
