"""Any hour at a counter, on a real disk; see `tests/kit/counter_machine.py`."""

import asyncio
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import settings

from app.domain.open_sale import OpenSale
from app.domain.tender import Settlement
from app.services.selling import checkout, open_sales
from app.services.stock.catalogue import ProductView
from app.services.till import Actor, Till
from sync_agent.store.database import Store
from sync_agent.store.device import record_enrolment
from tests.kit.clocks import CountingIds, InlineExecutor, ManualClock
from tests.kit.counter_machine import CounterMachine
from tests.kit.homes import IDENTITY, new_home
from tests.kit.store_shop import goods, open_shop

T = TypeVar("T")


class RealCounter(CounterMachine):
    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.home = new_home(Path(self.folder.name) / "till")
        self.loop = asyncio.new_event_loop()
        self.clock = ManualClock()
        self.starts = 0
        self.store = self.open()
        self.store.submit(lambda tx: record_enrolment(tx, IDENTITY)).result()
        self.till = open_shop(self.store)
        super().__init__()

    def open(self) -> Store:
        self.starts += 1
        ids = CountingIds(f"run{self.starts}")
        return Store.open(self.home, clock=self.clock, ids=ids, executor=InlineExecutor())

    def teardown(self) -> None:
        self.loop.close()
        self.store.close()
        self.folder.cleanup()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def begin(self) -> OpenSale:
        return open_sales.begin(self.till)

    def goods(self, name: str) -> ProductView:
        return goods(self.till, name)

    def record(self) -> None:
        self.run(open_sales.record(self.till, self.sale, self.actor))

    def put_aside(self) -> None:
        self.run(open_sales.hold(self.till, self.sale, self.actor))

    def take_back(self, sale_id: str) -> OpenSale:
        return self.run(open_sales.recall(self.till, sale_id, on_screen=self.sale))

    def restart(self) -> OpenSale | None:
        self.store.close()
        self.store = self.open()
        self.till = Till(self.store, self.clock, self.store.ids)
        return open_sales.in_progress(self.till)

    def complete(self, paid: Settlement) -> None:
        self.run(checkout.complete(self.till, self.sale, paid, self.actor))
        assert open_sales.in_progress(self.till) is None

    def needs(self, sale: OpenSale) -> bool:
        return bool(checkout.needed_approvals(self.till, sale, self.actor))

    def approve(self, sale: OpenSale, approver: Actor) -> OpenSale:
        return checkout.approve(self.till, sale, approver)


TestRealCounter = RealCounter.TestCase
TestRealCounter.settings = settings(max_examples=15, stateful_step_count=40, deadline=None)
