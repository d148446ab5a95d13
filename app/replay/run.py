"""Replaying a real sales history with headless tills, from cart to server ledger, checked by sums.

Each till has its own home, store and agent and sells through the same use cases as the window. The invoices
are dealt to them by a seed, and their links are cut by the given outages (outages.py). When all is settled,
the movements in the file (plan.py) are compared with those of the server (ledger.py) and of every till, by
article (report.py).
"""

import argparse
import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from app.replay.ledger import ServerLedger
from app.replay.outages import parse_outages
from app.replay.plan import (
    RULES,
    PlannedAdjustment,
    PlannedRefund,
    PlannedSale,
    ReplayPlan,
    deal,
    read_plan,
)
from app.replay.report import (
    Moved,
    ReplayReport,
    Seconds,
    Unfinished,
    compare,
    refused_by_reason,
    sums_of_file,
    total,
    write_report,
)
from app.replay.till import ReplayFailed, ReplayTill, Shop, by_code, change_since, open_till
from app.services.people.directory import people
from app.services.stock import catalogue
from app.services.stock.catalogue import ADD_MAX, NewProduct
from app.services.till import Actor
from app.terminal import escaped
from sync_agent.contract.identity import LoginRequest
from sync_agent.enrolment_forms import Enrolment
from sync_agent.network.transport import NetworkTransport
from sync_agent.ports import SystemClock
from sync_agent.server_address import read_safe_address

STALLED_S = 90.0
"""Longer than the longest back-off: after this time without progress the replay stops waiting."""
POLL_EVERY_S = 0.05

OnProgress = Callable[[str, int, int], None]
"""Called with the stage, the steps done and the total steps."""


@dataclass(frozen=True, kw_only=True)
class ReplayOptions:
    """The command's options. Dates are inclusive; `work` None: temporary folders for the tills."""

    file: Path
    server: str
    tills: int
    from_date: date | None = None
    to_date: date | None = None
    outages: str = ""
    seed: int = 1
    report: Path | None = None
    tenant: str = "demo"
    username: str = "alice"
    password: str
    location: str = "main"
    work: Path | None = None


def run_replay(arguments: argparse.Namespace, password: str) -> int:
    """`evertill replay`: 0 where file, server and tills agree, 1 where they do not."""
    options = ReplayOptions(
        file=arguments.file,
        server=read_safe_address(arguments.server, insecure=False).url,
        tills=arguments.tills,
        from_date=arguments.from_date,
        to_date=arguments.to_date,
        outages=arguments.outages,
        seed=arguments.seed,
        report=arguments.report,
        tenant=arguments.tenant,
        username=arguments.user,
        password=password,
        location=arguments.location,
        work=arguments.work,
    )
    console = Console()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        stages: dict[str, TaskID] = {}

        def show(stage: str, done: int, of: int) -> None:
            if stage not in stages:
                stages[stage] = bars.add_task(stage)
            bars.update(stages[stage], completed=done, total=of)

        report = asyncio.run(replay(options, show))
    if options.report is not None:
        write_report(report, options.report)
    for line in summary(report):
        console.print(escaped(line), highlight=False, markup=False, soft_wrap=True)
    return 0 if report.agree else 1


def summary(report: ReplayReport) -> Iterable[str]:
    """The report as a few lines of text."""
    yield (
        f"{report.sales} sales, {report.refunds} refunds and {report.adjustments} adjustments"
        f" by {report.tills} tills in {report.seconds.total:.1f} s"
        f" ({report.sales_per_second:.0f} a second while selling)."
    )
    yield (
        f"{report.operations} operations sent {report.sent} times: {report.retries} retries,"
        f" {report.duplicates} duplicates, {report.conflicts} conflicts;"
        f" {report.refused_lines} lines refused."
    )
    if not report.settled:
        yield f"Not everything has settled: {report.unfinished}"
    if report.agree:
        yield f"File, server and tills agree on all {len(report.codes)} articles."
    else:
        yield f"They DISAGREE on {len(report.disagreeing)} of {len(report.codes)} articles."


async def replay(options: ReplayOptions, progress: OnProgress) -> ReplayReport:
    """Sell the file's history and compare. Raises DomainError, SyncError, StoreError."""
    if options.tills < 1:
        raise ReplayFailed("A replay needs at least one till.")
    outages = parse_outages(options.outages, options.tills)
    clock = SystemClock()
    began_s = clock.monotonic_s()
    progress("Reading", 0, 1)
    plan = await asyncio.to_thread(read_plan, options.file, options.from_date, options.to_date)
    progress("Reading", 1, 1)
    async with AsyncExitStack() as stack:
        work = options.work or Path(stack.enter_context(TemporaryDirectory(prefix="evertill-replay-")))
        ledger = await stack.enter_async_context(_ledger(options))
        tills = [
            await stack.enter_async_context(
                open_till(number, work / f"till-{number}", _enrolment(options, number), outages)
            )
            for number in range(1, options.tills + 1)
        ]
        run = _Run(options, plan, ledger, tills, progress)
        shop = await run.prepare()
        selling_s = clock.monotonic_s()
        await run.sell(shop)
        settling_s = clock.monotonic_s()
        unfinished = await run.settle()
        ended_s = clock.monotonic_s()
        seconds = Seconds(
            prepare=round(selling_s - began_s, 3),
            sell=round(settling_s - selling_s, 3),
            settle=round(ended_s - settling_s, 3),
            total=round(ended_s - began_s, 3),
        )
        return await run.report(shop, unfinished, seconds)


@asynccontextmanager
async def _ledger(options: ReplayOptions) -> AsyncIterator[ServerLedger]:
    transport = NetworkTransport(options.server)
    who = LoginRequest(tenant_id=options.tenant, username=options.username, password=options.password)
    try:
        yield ServerLedger(transport, who, options.location)
    finally:
        await transport.close()


def _enrolment(options: ReplayOptions, number: int) -> Enrolment:
    return Enrolment(
        server_url=options.server,
        tenant_id=options.tenant,
        username=options.username,
        password=options.password,
        location_id=options.location,
        till_name=f"Replay {number}",
    )


# --- the run -----------------------------------------------------------------------------------------


class _Run:
    """A replay, from the opened tills to the report."""

    def __init__(
        self,
        options: ReplayOptions,
        plan: ReplayPlan,
        ledger: ServerLedger,
        tills: Sequence[ReplayTill],
        progress: OnProgress,
    ) -> None:
        self._options = options
        self._plan = plan
        self._ledger = ledger
        self._tills = tills
        self._progress = progress
        self._clock = SystemClock()

    async def prepare(self) -> Shop:
        """Bring the same catalogue to every till; the first till adds missing articles."""
        streams = set(self._ledger.streams)
        await self._require("Joining", "follow the shop", lambda till: streams <= till.cursors().keys())
        manager = self._manager()
        created = await self._add_products(manager)
        planned = self._plan.products

        def has_catalogue(till: ReplayTill) -> bool:
            return till.waiting() == 0 and len(till.articles(planned)) == len(planned)

        await self._require("Sharing articles", "get the catalogue", has_catalogue)
        articles = self._tills[0].articles(planned)
        return Shop(articles, created, manager, await self._ledger.levels())

    def _manager(self) -> Actor:
        for person in people(self._tills[0].till):
            if person.username == self._options.username:
                return Actor(person.id, person.name, person.role)
        raise ReplayFailed(f"{self._options.username} may not sign in at {self._options.location}.")

    async def _add_products(self, manager: Actor) -> int:
        first = self._tills[0]
        present = first.articles(self._plan.products)
        missing = [product for product in self._plan.products if product.code not in present]
        for start in range(0, len(missing), ADD_MAX):
            chunk = missing[start : start + ADD_MAX]
            added = await catalogue.add_products(
                first.till,
                [
                    NewProduct(article.name, sku=article.article_number, price_minor=article.price_minor)
                    for article in chunk
                ],
                manager.id,
            )
            if added.refused:
                place, reason = added.refused[0]
                raise ReplayFailed(f"The article {chunk[place].code} was refused: {reason}")
            self._progress("Adding articles", start + len(chunk), len(missing))
        return len(missing)

    async def sell(self, shop: Shop) -> None:
        """Sell at all tills concurrently, the steps dealt to them."""
        dealt = deal(self._plan.steps, len(self._tills), random.Random(self._options.seed))
        steps_made = 0

        def made() -> None:
            nonlocal steps_made
            steps_made += 1
            self._progress("Selling", steps_made, len(self._plan.steps))

        async with asyncio.TaskGroup() as tasks:
            for till, steps in zip(self._tills, dealt, strict=True):
                tasks.create_task(till.sell(steps, shop, made), name=f"till-{till.number}")

    async def settle(self) -> list[Unfinished]:
        """Wait until no till has waiting operations and all cursors are at the server's heads.

        Returns the tills that did not get there.
        """
        await self._until(lambda: all(till.waiting() == 0 for till in self._tills), "Settling")
        heads = await self._ledger.heads()

        def has_settled(till: ReplayTill) -> bool:
            waiting, cursors = till.position()
            return waiting == 0 and all(cursors.get(stream, 0) >= head for stream, head in heads.items())

        await self._until(lambda: all(has_settled(till) for till in self._tills), "Settling")
        return [
            Unfinished(till.number, till.waiting(), till.agent.state.value, till.cursors(), heads)
            for till in self._tills
            if not has_settled(till)
        ]

    async def _require(self, stage: str, what: str, reached: Callable[[ReplayTill], bool]) -> None:
        """Wait until `reached` holds for every till. Raises ReplayFailed, with the reason of a late till."""
        if await self._until(lambda: all(reached(till) for till in self._tills), stage):
            return
        late = next(till for till in self._tills if not reached(till))
        said = "; ".join(late.attention) or f"its connection is {late.agent.state.value}"
        raise ReplayFailed(f"Till {late.number} did not {what}: {said}.")

    async def _until(self, reached: Callable[[], bool], stage: str) -> bool:
        """Wait until `reached`; False after `STALLED_S` without progress."""
        position: list[tuple[int, dict[str, int]]] = []
        moved_s, most = self._clock.monotonic_s(), 1
        while not reached():
            now = [till.position() for till in self._tills]
            if now != position:
                position, moved_s = now, self._clock.monotonic_s()
                left = sum(waiting for waiting, _ in now)
                most = max(most, left)
                self._progress(stage, most - left, most)
            elif self._clock.monotonic_s() - moved_s > STALLED_S:
                return False
            await asyncio.sleep(POLL_EVERY_S)
        self._progress(stage, most, most)
        return True

    async def report(self, shop: Shop, unfinished: list[Unfinished], seconds: Seconds) -> ReplayReport:
        """Compare the file, the server and the tills."""
        options, plan = self._options, self._plan
        code_of = {article.id: code for code, article in shop.articles.items()}
        file = await asyncio.to_thread(sums_of_file, options.file, options.from_date, options.to_date)
        levels = (await self._ledger.levels()).quantities
        server = Moved(
            by_code(await self._ledger.moved_since(shop.start), code_of),
            change_since(shop.start, levels, code_of),
        )
        codes = compare(plan, file, server, [till.moved_since(shop.start, code_of) for till in self._tills])
        disagreeing = [code for code, sums in codes.items() if not sums.agree]
        by_till = [till.counts() for till in self._tills]
        sales = plan.count(PlannedSale)
        return ReplayReport(
            agree=not disagreeing and not unfinished,
            disagreeing=disagreeing,
            settled=not unfinished,
            unfinished=unfinished,
            file=options.file.name,
            from_date=options.from_date,
            to_date=options.to_date,
            seed=options.seed,
            tills=len(self._tills),
            outages=options.outages,
            outages_taken=[taken for till in self._tills for taken in till.outages_taken],
            rules=RULES,
            lines=plan.lines_in_range,
            sales=sales,
            refunds=plan.count(PlannedRefund),
            adjustments=plan.count(PlannedAdjustment),
            products_created=shop.created,
            products_reused=len(codes) - shop.created,
            operations=sum(counts.operations for counts in by_till),
            sent=sum(counts.sent for counts in by_till),
            retries=sum(counts.retries for counts in by_till),
            duplicates=sum(counts.duplicates for counts in by_till),
            conflicts=sum(counts.conflicts for counts in by_till),
            dead_letters=sum(counts.dead_letters for counts in by_till),
            quarantined=sum(counts.quarantined for counts in by_till),
            by_till=by_till,
            unsold=[unsold for till in self._tills for unsold in till.unsold],
            refused_lines=len(plan.refused),
            refused=refused_by_reason(plan.refused),
            rounded_prices=list(plan.rounded_prices),
            attention=[message for till in self._tills for message in till.attention],
            seconds=seconds,
            sales_per_second=round(sales / seconds.sell, 1) if seconds.sell else 0.0,
            totals=total(codes.values(), len(self._tills)),
            codes=codes,
        )
