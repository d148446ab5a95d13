"""One simulated till: a home on disk, the real store, services and agent, a clerk, and every way to die."""

import asyncio
import errno
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import event, select

from app.domain.cart import Cart
from app.domain.errors import DomainError
from app.domain.tender import Tender, tender_cash
from app.services import shop_settings
from app.services.cash import drawer, shifts
from app.services.selling import refunds
from app.services.stock import catalogue, counting, inventory, made_twice
from app.services.sync import conflicts, decisions, refused
from app.services.till import Actor, Till
from server_stub.services.people.caller import Caller
from sync_agent import credentials
from sync_agent.agent import Agent, Ports
from sync_agent.contract.conflicts import Resolution
from sync_agent.contract.operations import PRODUCT, ProductEdit
from sync_agent.contract.stock import MovementReason
from sync_agent.credentials import Credentials
from sync_agent.errors import DiskFull, StoreError
from sync_agent.events import AgentEvent, Fault
from sync_agent.store import tables
from sync_agent.store.database import Changed, Store
from sync_agent.store.device import DeviceIdentity, record_enrolment
from sync_agent.store.home import Home
from sync_agent.store.queue.enqueueing import ExpectedProductEffect, NewOperation, enqueue
from sync_agent.store.queue.status import Status
from tests.kit import selling
from tests.kit.homes import new_home
from tests.kit.people import person_named
from tests.simulation.network import SimLink
from tests.simulation.ports import Died, SimClock, SimExecutor, SimIds, SimRng, chance_of

PAGES_MAX_OF_SQLITE = 1_073_741_823


class SimTill:
    """`sold` are the sales that this till called done."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        seed: int,
        path: Path,
        identity: DeviceIdentity,
        token: str,
        caller: Caller,
        link: Callable[[], SimLink],
        happened: Counter[str],
        trace: Callable[..., None],
        off_ms: int,
    ) -> None:
        self._loop = loop
        self.name = identity.name
        self.path = path
        self.caller = caller
        self.new_link = link
        self._happened = happened
        self._trace = trace
        self._chance = chance_of(seed, self.name, "clerk")
        self._scheduling = chance_of(seed, self.name, "scheduling")
        self.clock = SimClock(loop, off_ms, drift=self._chance.uniform(-50e-6, 50e-6))
        self._ids = SimIds(loop, chance_of(seed, self.name, "ids"))
        self._jitter = chance_of(seed, self.name, "jitter")
        self._drawer = chance_of(seed, self.name, "drawer")
        self._cashes_up = self._drawer.random() < 0.4
        self.sold: dict[str, dict[str, int]] = {}
        self.faults: list[str] = []
        self.deaths = 0
        self.is_up = False
        self._dies_in: tuple[str, int] | None = None
        self._dies_exchanging = ""
        self._disk_is_full = False
        self._tasks: list[asyncio.Task[Any]] = []
        self.asked: list[tuple[float, str]] = []
        self.seen_by_portals: list[tuple[str, str | None]] = []
        self.leaked = False
        self.on_commit: Callable[[SimTill, Changed], None] = lambda _till, _changed: None
        credentials.save(new_home(path), Credentials(token, "pepper"))
        self._open()
        self.store.submit(lambda tx: record_enrolment(tx, identity))
        self._executor.close()
        self.till = Till(self.store, self.clock, self._ids)

    # --- life ----------------------------------------------------------------------------------------

    def _open(self) -> None:
        self._executor = SimExecutor(self._loop, self._scheduling)
        self._executor.on_death = self._die_soon
        self.store = Store.open(Home(self.path), clock=self.clock, ids=self._ids, executor=self._executor)
        with self.store._writer.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert raw is not None
            raw.execute("PRAGMA synchronous=OFF")  # crashes come between statements here
        event.listen(self.store._writer, "commit", lambda _connection: self._maybe_die("before"))
        self.store.listen(lambda changed: self.on_commit(self, changed))
        self.store.listen(lambda _changed: self._maybe_die("after"))
        self.till = Till(self.store, self.clock, self._ids)

    def _die_soon(self) -> None:
        self._loop.call_soon(self.die)

    def start(self, *, clerk: bool = True) -> None:
        if self.is_up:
            return
        if self.deaths:
            self._open()
        self.is_up = True
        self.link = self.new_link()
        self.link.on_credential = self._presents
        stored = credentials.load(self.store.home)
        assert stored is not None
        self.agent = Agent(
            self.store,
            self.link,
            stored,
            emit=self._heard,
            ports=Ports(self.clock, SimRng(self._jitter)),
            when_synced=(shop_settings.carry_up,),
        )
        self.agent._session._rotate = self._rotate
        self._tasks = [self._loop.create_task(self.agent.run(), name=f"agent of {self.name}")]
        if clerk:
            self._tasks.append(self._loop.create_task(self._work(), name=f"clerk of {self.name}"))
            if self._cashes_up:
                self._tasks.append(self._loop.create_task(self._cash_up(), name=f"drawer of {self.name}"))
        for task in self._tasks:
            task.add_done_callback(self._ended)
        self._trace(self.name, "up")

    def _ended(self, task: asyncio.Task[Any]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and self.is_up and not isinstance(error, Died):
            self.faults.append(f"{task.get_name()} ended with {error!r}")

    def send_the_clerk_home(self) -> None:
        for task in self._tasks[1:]:
            task.cancel()

    def die(self) -> None:
        """As kill -9 does: nothing that is still to be done has any effect."""
        if not self.is_up:
            return
        self.is_up = False
        self.deaths += 1
        self._dies_in, self._dies_exchanging, self._disk_is_full = None, "", False
        self._executor.die()
        self.link.die()
        self._keep_what_the_link_saw()
        for task in self._tasks:
            task.cancel()
        self.store.close()
        self._trace(self.name, "dies")

    def _keep_what_the_link_saw(self) -> None:
        self.asked += self.link.asked
        self.seen_by_portals += self.link.seen_by_portals
        self.leaked = self.leaked or self.link.leaked

    def close(self) -> None:
        if self.is_up:
            self.die()

    def die_at_commit(self, when: str, commits: int) -> None:
        self._dies_in = (when, commits)

    def _maybe_die(self, when: str) -> None:
        if self._dies_in is None or self._dies_in[0] != when:
            return
        left = self._dies_in[1] - 1
        self._dies_in = (when, left)
        if left <= 0:
            self._dies_in = None
            self._happened[f"a till died {when} a commit"] += 1
            raise Died

    def die_exchanging(self, when: str) -> None:
        """In the next exchange of the credential: "before" the new one is on the disk, or "after"."""
        self._dies_exchanging = when

    def stay_alive(self) -> None:
        self._dies_in, self._dies_exchanging = None, ""

    def _rotate(self, before: Credentials, token: str, former: str) -> Credentials:
        """As the agent's own, on a disk that may be full, in a process that may die."""
        self._maybe_die_exchanging("before")
        if self._disk_is_full:
            raise OSError(errno.ENOSPC, "no room for a credential")
        after = credentials.rotate(self.store.home, before, token, former)
        self._maybe_die_exchanging("after")
        return after

    def _maybe_die_exchanging(self, when: str) -> None:
        if self._dies_exchanging == when:
            self._happened[f"a till died {when} its new credential was on the disk"] += 1
            self._die_soon()
            raise Died

    def _presents(self, token: str) -> None:
        stored = credentials.load(self.store.home)
        if stored is None or token != stored.device_token:
            self.faults.append("used an older credential than that on its disk")

    def copy_secrets(self, to: Path) -> Home:
        """What a thief of its home has to speak in its name."""
        to.mkdir()
        for file in self.path.glob("secrets*"):
            shutil.copy(file, to)
        return Home(to)

    def fill_the_disk(self, *, full: bool) -> None:
        self._disk_is_full = full
        with self.store._writer.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert raw is not None
            used = raw.execute("PRAGMA page_count").fetchone()[0]
            limit = used if full else PAGES_MAX_OF_SQLITE
            raw.execute(f"PRAGMA max_page_count={limit}")

    def _heard(self, event_: AgentEvent) -> None:
        if isinstance(event_, Fault):
            self.faults.append(f"a fault in {event_.where}")
        if not isinstance(event_, Changed):
            self._trace(self.name, event_)

    # --- what a clerk does ---------------------------------------------------------------------------

    async def _work(self) -> None:
        while True:
            await asyncio.sleep(self._chance.expovariate(1 / 7.0))
            doing = self._chance.choices(_DOINGS, _WEIGHTS)[0]
            try:
                await doing(self)
            except DiskFull:
                self._happened["a disk was full"] += 1
            except (DomainError, StoreError) as refusal:
                self._trace(self.name, "refused", type(refusal).__name__)

    async def _cash_up(self) -> None:
        """Shifts are opened and closed, and cash is moved, beside what else a clerk does."""
        while True:
            await asyncio.sleep(self._drawer.expovariate(1 / 20.0))
            cleo, mia = person_named(self.store, "cleo"), person_named(self.store, "mia")
            if cleo is None or mia is None:
                continue
            try:
                await self._use_the_drawer(cleo, mia)
            except DiskFull:
                self._happened["a disk was full"] += 1
            except (DomainError, StoreError) as refusal:
                self._trace(self.name, "refused", type(refusal).__name__)

    async def _use_the_drawer(self, cleo: Actor, mia: Actor) -> None:
        current = shifts.current(self.till)
        amount = self._drawer.randint(1, 5000)
        if current is None:
            await shifts.open_shift(self.till, amount, cleo)
        elif self._drawer.random() < 0.5:
            await drawer.pay_out(self.till, amount, cleo, "to the bank", approved_by=mia)
        else:
            expected = shifts.totals(self.till, current.id).expected_minor
            await shifts.close_shift(self.till, max(0, expected), cleo, "counted")
            self._happened["a shift was closed"] += 1

    def _product(self) -> catalogue.ProductView | None:
        products = [one for one in catalogue.search(self.till, "", limit=30) if one.price_minor]
        return self._chance.choice(products) if products else None

    def _pair(self, name: str = "cleo") -> "tuple[Actor, catalogue.ProductView] | None":
        actor, product = person_named(self.store, name), self._product()
        return None if actor is None or product is None else (actor, product)

    async def _sell(self) -> None:
        pair = self._pair()
        if pair is None:
            return
        cart = Cart()
        moved: dict[str, int] = {}
        for _ in range(self._chance.randint(1, 3)):
            product = self._product()
            assert product is not None
            quantity = self._chance.randint(1, 3)
            cart = cart.add(product, quantity)
            moved[product.id] = moved.get(product.id, 0) - quantity
        card = cart.total_minor * self._chance.choice([0, 0, 1, 2, 3]) // 3
        cash = cart.total_minor - card
        payments = [Tender("card", card)] if card else []
        if cash or not card:
            payments.append(tender_cash(cash, cash))
        sale = await selling.sell(self.till, cart, pair[0], payments)
        self.sold[sale.id] = moved
        self._trace(self.name, "sold", sale.receipt_number)

    async def _refund(self) -> None:
        pair, mia = self._pair(), person_named(self.store, "mia")
        if pair is None or mia is None:
            return
        sale = await selling.take_back(self.till, Cart().add(pair[1], 1), pair[0], approved_by=mia)
        self.sold[sale.id] = {pair[1].id: 1}

    async def _refund_a_receipt(self) -> None:
        """Part of a sale, of this till or of another that it has heard of, the way it was paid or not."""
        cleo, mia = person_named(self.store, "cleo"), person_named(self.store, "mia")
        sale, receipt = tables.sale.c, tables.receipt.c
        known = {row.id for row in self.rows(select(sale.id).where(sale.kind == "sale"))}
        known |= {row.id for row in self.rows(select(receipt.id).where(receipt.kind == "sale"))}
        if cleo is None or mia is None or not known:
            return
        found = refunds.open_sale(self.till, self._chance.choice(sorted(known)))
        wanted = {line.line_no: self._chance.randint(0, line.left) for line in found.lines}
        method = self._chance.choice(["cash", "card"])
        payout = found.payout(wanted, method)
        if payout.beyond_tenders_minor:
            return  # it would take a manager
        back = await refunds.refund(self.till, found, wanted, method, cleo, "brought back")
        moved: dict[str, int] = {}
        for line in found.lines:
            if wanted[line.line_no]:
                product = line.line.product_id
                moved[product] = moved.get(product, 0) + wanted[line.line_no]
        self.sold[back.id] = moved
        self._happened["a receipt refunded"] += 1
        self._trace(self.name, "gave back of", found.receipt_number)

    async def _adjust(self) -> None:
        pair = self._pair()
        if pair is None:
            return
        delta = self._chance.choice([-2, -1, 1, 5, 20])
        reason = MovementReason.RECEIVE if delta > 0 else MovementReason.WASTE
        await inventory.adjust(self.till, pair[1].id, delta, reason, None, pair[0])

    async def _count(self) -> None:
        pair = self._pair()
        if pair is None:
            return
        shown = max(0, inventory.stock_row(self.till, pair[1].id).on_hand)
        found = max(0, shown + self._chance.choice([-2, -1, 0, 0, 1, 7]))
        await counting.count(self.till, pair[1].id, found, pair[0])
        self._trace(self.name, "counted", pair[1].id, found)

    async def _edit_product(self) -> None:
        """Mostly of the same few, as a price list is: so that two tills edit one."""
        mia = person_named(self.store, "mia")
        products = [one for one in catalogue.search(self.till, "", limit=30) if one.price_minor]
        if mia is None or not products:
            return
        product = self._chance.choice(products[:2] if self._chance.random() < 0.7 else products)
        price = self._chance.randint(50, 500)
        with self.store.reading() as connection:
            version = connection.execute(
                select(tables.catalogue.c.version).where(tables.catalogue.c.product_id == product.id)
            ).scalar_one()
        fields: dict[str, Any] = {"priceMinor": price}
        base: dict[str, Any] = {"priceMinor": product.price_minor}
        if self._chance.random() < 0.5:
            fields, base = {"name": f"{product.name[:30]}*"}, {"name": product.name}
        edit = ProductEdit.model_validate({"set": fields, "base": base})
        overlay = edit.set.model_dump(by_alias=False, include=edit.set.model_fields_set)
        operation = NewOperation(
            operation="update",
            resource_type=PRODUCT,
            resource_id=product.id,
            data={"set": fields, "base": base},
            actor_id=mia.id,
            summary={"kind": "product", "product": product.name, "person": mia.name},
            base_version=version,
            ordering_key=f"{PRODUCT}:{product.id}",
            product=ExpectedProductEffect(product.id, overlay),
        )
        await self.store.write(lambda tx: enqueue(tx, operation))

    async def _add_product(self) -> None:
        mia = person_named(self.store, "mia")
        if mia is None:
            return
        new = catalogue.NewProduct(f"New {self._chance.randint(0, 99)}", price_minor=250)
        await catalogue.add_products(self.till, [new], mia.id)

    async def _list_an_article(self) -> None:
        """One of a few, by its barcode: another till may list it too, by the same name and price or not."""
        mia = person_named(self.store, "mia")
        if mia is None:
            return
        barcode = self._chance.choice(_BARCODES)
        name, price = f"Article {barcode[-4:]}", self._chance.choice([300, 300, 310])
        new = catalogue.NewProduct(name, barcode, price_minor=price)
        await catalogue.add_products(self.till, [new], mia.id)
        self._happened["an article listed by its barcode"] += 1
        self._trace(self.name, "listed", name, price)

    async def _part_an_alias(self) -> None:
        """What was taken for one article is two: the alias gets a number of its own."""
        mia, aliases = person_named(self.store, "mia"), made_twice.joined(self.till)
        if mia is None or not aliases:
            return
        alias = self._chance.choice(aliases)
        sku = f"{alias.alias_id[-6:]}-{self._chance.randint(0, 9)}"
        await made_twice.part(self.till, alias, mia, sku=sku)
        self._happened["an alias parted"] += 1
        self._trace(self.name, "parted", alias.alias_id)

    async def _join_a_pair(self) -> None:
        mia, pairs = person_named(self.store, "mia"), made_twice.pairs(self.till)
        if mia is None or not pairs:
            return
        pair = self._chance.choice(pairs)
        await made_twice.join(self.till, pair, mia)
        self._happened["a pair joined"] += 1
        self._trace(self.name, "joined", pair.second.id, "to", pair.first.id)

    async def _change_a_setting(self) -> None:
        mia = person_named(self.store, "mia")
        if mia is None:
            return
        place = self._chance.choice([None, None, self.till.device.location_id])
        name, values = self._chance.choice(_SETTINGS)
        value = self._chance.choice(values)
        await shop_settings.change(self.till, mia, {name: value}, place=place)
        self._happened["a setting changed"] += 1
        self._trace(self.name, "set", name, value, "at", place)

    async def _decide(self) -> None:
        mia = person_named(self.store, "mia")
        waiting = [one for one in conflicts.open_conflicts(self.till) if not one.decided]
        if mia is None or not waiting:
            return
        seen = conflicts.comparison(self.till, self._chance.choice(waiting).id)
        choice, merged = self._chance.choice([Resolution.ACCEPT_LOCAL, Resolution.ACCEPT_SERVER]), None
        if seen.suggestion is not None and self._chance.random() < 0.6:
            choice = seen.suggestion.resolution
            if choice is Resolution.MERGE:
                merged = (
                    {"newQuantity": seen.suggestion.quantity}
                    if seen.suggestion.quantity is not None
                    else seen.suggestion.fields
                )
        await decisions.resolve(
            self.till,
            seen.conflict_id,
            choice,
            mia,
            merged=merged,
            expected_server_version=seen.server_version,
        )
        self._happened["a conflict decided"] += 1
        if self._chance.random() < 0.2:
            await decisions.undo(self.till, seen.conflict_id, mia)
            self._happened["a decision undone"] += 1

    async def _mend(self) -> None:
        with self.store.reading() as connection:
            refused_ = connection.execute(
                select(tables.outbox.c.id, tables.outbox.c.resource_type).where(
                    tables.outbox.c.status == Status.DEAD_LETTER, tables.outbox.c.finished_ms.is_(None)
                )
            ).all()
        mia = person_named(self.store, "mia")
        if not refused_ or mia is None:
            return
        row = self._chance.choice(refused_)
        if row.resource_type == "transaction" or self._chance.random() < 0.5:
            await refused.retry(self.till, row.id)
        else:
            await refused.discard(self.till, row.id, mia, "of no use")
            self._happened["a refused entry discarded"] += 1

    # --- what a check asks ---------------------------------------------------------------------------

    def rows(self, statement: Any) -> list[Any]:
        with self.store.reading() as connection:
            return list(connection.execute(statement))

    def unfinished(self) -> list[Any]:
        of = tables.outbox.c
        return self.rows(
            select(of.id, of.status, of.depends_on, of.lane, of.sent_count, of.resource_id).where(
                of.finished_ms.is_(None)
            )
        )

    def counts(self) -> list[Any]:
        """The counts of this till that have ended."""
        of = tables.outbox.c
        return self.rows(
            select(of.id, of.data, of.code, of.base_version, of.device_seq, of.clock_offset_ms).where(
                of.resource_type == "stock_level", of.lane.is_not(None), of.status == Status.COMPLETED
            )
        )

    def payload(self, operation_id: str) -> Any:
        [row] = self.rows(select(tables.outbox.c.data).where(tables.outbox.c.id == operation_id))
        return orjson.loads(row.data)


_BARCODES = ("5000000000012", "5000000000029", "5000000000036")
_SETTINGS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("receipt_footer", ("Thank you.", "Open on Sundays.", None)),
    ("low_stock", (2, 5, 9)),
    ("tax_rounding", ("line", "receipt")),
    ("adds_tax", (True, False)),
)

_Doing = Callable[[SimTill], Awaitable[None]]
_TABLE: list[tuple[_Doing, int]] = [
    (SimTill._sell, 50),
    (SimTill._refund, 4),
    (SimTill._refund_a_receipt, 12),
    (SimTill._adjust, 12),
    (SimTill._count, 14),
    (SimTill._edit_product, 9),
    (SimTill._add_product, 2),
    (SimTill._list_an_article, 4),
    (SimTill._part_an_alias, 1),
    (SimTill._join_a_pair, 1),
    (SimTill._change_a_setting, 3),
    (SimTill._decide, 10),
    (SimTill._mend, 4),
]
_DOINGS = [doing for doing, _ in _TABLE]
_WEIGHTS = [weight for _, weight in _TABLE]
