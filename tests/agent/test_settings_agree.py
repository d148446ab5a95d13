"""Tills that change settings in any order, offline and online, agree in the end, and a place's row wins.

Real tills' databases and a real server's, without a network: what a till sends and reads is handed over.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some
from sqlalchemy import insert, select

from app.domain.errors import ConflictGone, ConflictMoved, LoosensCheck
from app.services import shop_settings
from app.services.sync import conflicts, decisions
from app.services.till import Actor, Till
from sync_agent.contract.conflicts import Resolution
from sync_agent.contract.operations import OperationResult
from sync_agent.contract.streams import Change, location_stream, tenant_stream
from sync_agent.contract.wire import from_ms
from sync_agent.push.results import record_results
from sync_agent.store import tables as t
from sync_agent.store.database import Store, Transaction
from sync_agent.store.device import record_enrolment
from sync_agent.store.queue import dead_letters, leases
from sync_agent.store.queue.status import Status
from sync_agent.store.replica.feed import apply_changes
from tests.kit.clocks import CountingIds, InlineExecutor, ManualClock
from tests.kit.fixtures import FreshRules
from tests.kit.homes import IDENTITY, new_home
from tests.kit.operations import T0_MS
from tests.kit.rules import Rules

MIA = Actor("mia", "Mia", "manager")
PLACES = {"one": "main", "two": "main", "far": "annex"}


@dataclass
class Counter:
    """A till of the shop, with its way to the server: `send` and `read` are when it is online."""

    name: str
    place: str
    till: Till
    rules: Rules

    def change(self, setting: str, value: Any, here: bool) -> None:
        with suppress(LoosensCheck):  # an admin does that, with a connection
            place = self.place if here else None
            asyncio.run(shop_settings.change(self.till, MIA, {setting: value}, place=place))

    def send(self) -> None:
        while True:
            batch = self.till.store.submit(
                lambda tx: leases.claim(tx, owner="me", lease_ms=10_000, count_max=50, bytes_max=10**6)
            ).result()
            if not batch.operations:
                return
            answers = self.rules.send(
                self.name, *(claimed.wire for claimed in batch.operations), place=self.place
            )
            results = [OperationResult.model_validate(answer) for answer in answers]
            self.till.store.submit(partial(record_results, results=results)).result()

    def read(self) -> None:
        for stream in (tenant_stream("t"), location_stream("t", self.place)):
            with self.till.store.reading() as connection:
                after = connection.execute(
                    select(t.cursor.c.seq).where(t.cursor.c.stream == stream)
                ).scalar_one()
            rows = self.rules.query(
                "SELECT seq, change_id, resource_type, resource_id, version, row, operation_id, at_ms"
                " FROM change WHERE stream = :stream AND seq > :after ORDER BY seq",
                stream=stream,
                after=after,
            )
            changes = [
                Change(
                    seq=seq,
                    change_id=change_id,
                    resource_type=kind,
                    resource_id=resource_id,
                    version=version,
                    row=None if row is None else orjson.loads(row),
                    operation_id=operation_id,
                    at=from_ms(at_ms),
                )
                for seq, change_id, kind, resource_id, version, row, operation_id, at_ms in rows
            ]
            apply = partial(apply_changes, stream=stream, changes=changes)
            assert self.till.store.submit(apply).result() is None

    def decide(self, choice: Resolution) -> bool:
        """Decide one conflict as far as a manager may; whether there was one."""
        waiting = [one for one in conflicts.open_conflicts(self.till) if not one.decided]
        if not waiting:
            return False
        seen = conflicts.comparison(self.till, waiting[0].id)
        for wanted in (choice, Resolution.ACCEPT_SERVER):
            try:
                decision = decisions.resolve(
                    self.till, seen.conflict_id, wanted, MIA, expected_server_version=seen.server_version
                )
                asyncio.run(decision)
            except LoosensCheck:
                continue
            except (ConflictGone, ConflictMoved):
                return False
            return True
        raise AssertionError("the server's value can always be kept")

    def discard_refused(self) -> None:
        """What the server does not take: less would be checked than the till knew."""
        of = t.outbox.c
        with self.till.store.reading() as connection:
            refused = connection.execute(
                select(of.id, of.code).where(of.status == Status.DEAD_LETTER, of.finished_ms.is_(None))
            ).all()
        for row in refused:
            assert row.code == "forbidden"
            discard = partial(dead_letters.discard, operation_id=row.id, by="mia", reason="no")
            self.till.store.submit(discard).result()

    def unfinished(self) -> list[Any]:
        with self.till.store.reading() as connection:
            query = select(t.outbox.c.status, t.outbox.c.code, t.outbox.c.error).where(
                t.outbox.c.finished_ms.is_(None)
            )
            return [tuple(row) for row in connection.execute(query)]


def _follow(tx: Transaction, heads: list[dict[str, Any]]) -> None:
    tx.execute(insert(t.cursor), heads)


@contextmanager
def counters(rules: Rules, folder: Path) -> Iterator[dict[str, Counter]]:
    made: dict[str, Counter] = {}
    for name, place in PLACES.items():
        clock = ManualClock(T0_MS + 3_600_000)
        store = Store.open(
            new_home(folder / name), clock=clock, ids=CountingIds(name), executor=InlineExecutor()
        )
        identity = replace(IDENTITY, device_id=name, tenant_id="t", location_id=place)
        store.submit(partial(record_enrolment, identity=identity)).result()
        heads = [
            {"stream": stream, "seq": 0, "change_id": "", "epoch": "e", "synced_ms": 0}
            for stream in (tenant_stream("t"), location_stream("t", place))
        ]
        store.submit(partial(_follow, heads=heads)).result()
        made[name] = Counter(name, place, Till(store, clock, store.ids), rules)
    try:
        yield made
    finally:
        for counter in made.values():
            counter.till.store.close()


VALUES = {
    "cash_step_minor": some.sampled_from([0, 5, 10]),
    "clerk_discount_ppm_max": some.sampled_from([100_000, 50_000, 20_000]),
    "receipt_header": some.sampled_from(["", "Mill Lane", "Quay"]),
}
EDITS = some.sampled_from(sorted(VALUES)).flatmap(
    lambda name: some.tuples(
        some.just("change"), some.just(name), VALUES[name] | some.none(), some.booleans()
    )
)
STEPS = some.tuples(
    some.sampled_from(sorted(PLACES)),
    EDITS
    | some.just(("send",))
    | some.just(("read",))
    | some.tuples(
        some.just("decide"), some.sampled_from([Resolution.ACCEPT_LOCAL, Resolution.ACCEPT_SERVER])
    ),
)


def do(counter: Counter, step: tuple[Any, ...]) -> None:
    match step:
        case ("change", str(name), value, bool(here)):
            counter.change(name, value, here)
        case ("send",):
            counter.send()
        case ("read",):
            counter.read()
        case ("decide", choice):
            counter.decide(choice)


def settle(made: dict[str, Counter]) -> None:
    """The outage is over, and a manager decides what is asked."""
    for _ in range(60):
        for counter in made.values():
            counter.read()
            counter.send()
            counter.discard_refused()
            counter.read()
        asked = [counter.decide(Resolution.ACCEPT_LOCAL) for counter in made.values()]
        if not any(asked) and not any(counter.unfinished() for counter in made.values()):
            for counter in made.values():
                counter.read()
            return
    raise AssertionError([counter.unfinished() for counter in made.values()])


@pytest.mark.slow
@hypothesis_settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=some.lists(STEPS, min_size=3, max_size=25))
def test_tills_agree_and_a_places_row_wins(
    fresh_rules: FreshRules,
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[str, tuple[Any, ...]]],
) -> None:
    with fresh_rules() as rules, counters(rules, tmp_path_factory.mktemp("tills")) as made:
        for name, step in steps:
            do(made[name], step)
        settle(made)
        stored = rules.query("SELECT id, value FROM setting")
        rows = {row: None if value is None else orjson.loads(value) for row, value in stored}
        defaults = {"cash_step_minor": 0, "clerk_discount_ppm_max": 100_000, "receipt_header": ""}
        for counter in made.values():
            shown = shop_settings.read(counter.till)
            for name, default in defaults.items():
                shops, own = rows.get(name), rows.get(f"{counter.place}:{name}")
                expected = own if own is not None else shops if shops is not None else default
                assert getattr(shown, name) == expected, (counter.name, name)
