"""The queue against a model of it: in whatever order things happen, nothing is lost, doubled or held up."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from sqlalchemy import select

from sync_agent.contract.operations import chain_hash, content_hash
from sync_agent.store import endings, outbox
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from sync_agent.store.device import record_enrolment
from sync_agent.store.home import Home
from sync_agent.store.outbox import NewOperation, Status
from tests.clocks import CountingIds, InlineExecutor, ManualClock
from tests.store.conftest import IDENTITY

LEASE_MS = 60_000
OWNERS = ("this process", "the one before")
DATA = {"delta": -1, "reason": "waste"}


@dataclass
class Modelled:
    """An operation as the rules of the queue see it."""

    id: str
    seq: int
    lane: str | None
    rank: int
    needs: str | None
    state: str = "waiting"
    due_ms: int = 0
    owner: str = ""
    lease_ms: int = 0


class QueueMachine(RuleBasedStateMachine):
    operations = Bundle("operations")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = ManualClock()
        self.store = Store.open(
            Home(Path(self.folder.name) / "till"),
            clock=self.clock,
            ids=CountingIds(),
            executor=InlineExecutor(),
        )
        self.store.submit(lambda tx: record_enrolment(tx, IDENTITY)).result()
        self.model: dict[str, Modelled] = {}

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    # --- the model -----------------------------------------------------------------------------------

    def _first_of_lane(self, one: Modelled) -> bool:
        return one.lane is None or not any(
            other.lane == one.lane and other.seq < one.seq and other.state != "ended"
            for other in self.model.values()
        )

    def _claimable(self, one: Modelled, owner: str) -> bool:
        now_ms = self.clock.now_ms()
        needed = self.model.get(one.needs or "")
        if not self._first_of_lane(one) or (needed is not None and needed.state != "ended"):
            return False
        if one.state == "waiting":
            return one.due_ms <= now_ms
        return one.state == "leased" and (one.owner != owner or one.lease_ms <= now_ms)

    # --- what happens --------------------------------------------------------------------------------

    @rule(
        target=operations,
        lane=st.sampled_from([None, None, "a", "b"]),
        rank=st.sampled_from([0, 0, 1]),
        needs=st.none() | operations,
    )
    def queue(self, lane: str | None, rank: int, needs: str | None) -> str:
        new = NewOperation(
            "update",
            "stock_level",
            "mug",
            DATA,
            "bob",
            {"kind": "adjust"},
            location_id="main",
            lane=lane,
            rank=rank,
            depends_on=needs,
        )
        queued = self.store.submit(lambda tx: outbox.enqueue(tx, new)).result()
        self.model[queued.id] = Modelled(queued.id, queued.device_seq, lane, rank, needs)
        return queued.id

    @rule(owner=st.sampled_from(OWNERS), count=st.integers(1, 4))
    def claim(self, owner: str, count: int) -> None:
        batch = self.store.submit(
            lambda tx: outbox.claim(tx, owner=owner, lease_ms=LEASE_MS, count_max=count, bytes_max=10**6)
        ).result()
        free = [one for one in self.model.values() if self._claimable(one, owner)]
        left_over = sorted((one for one in free if one.state == "leased"), key=_order)
        fresh = sorted((one for one in free if one.state == "waiting"), key=_order)
        assert sorted(batch.ids) == sorted(one.id for one in (left_over + fresh)[:count])
        assert [one.device_seq for one in batch.operations] == sorted(
            one.device_seq for one in batch.operations
        )
        for claimed in batch.ids:
            one = self.model[claimed]
            one.state, one.owner, one.lease_ms = "leased", owner, self.clock.now_ms() + LEASE_MS

    @rule(operation=operations, wait_s=st.integers(0, 50))
    def give_back(self, operation: str, wait_s: int) -> None:
        due_ms = self.clock.now_ms() + wait_s * 1000
        self.store.submit(
            lambda tx: outbox.give_back(tx, [operation], next_attempt_ms=due_ms, error="away")
        ).result()
        one = self.model[operation]
        if one.state == "leased":
            one.state, one.due_ms = "waiting", due_ms

    @rule(operation=operations)
    def complete(self, operation: str) -> None:
        one = self.model[operation]
        if one.state == "leased":
            self.store.submit(
                lambda tx: outbox.finish(tx, operation, Status.COMPLETED, result=None, code=None)
            ).result()
            one.state = "ended"
            self._release(one.lane)

    @rule(operation=operations, status=st.sampled_from([Status.CONFLICT, Status.DEAD_LETTER]))
    def stand(self, operation: str, status: Status) -> None:
        one = self.model[operation]
        if one.state in {"leased", "ended"}:
            self.store.submit(lambda tx: outbox.stand(tx, operation, status, code="x", error="No.")).result()
            if one.state == "leased":
                one.state = "refused" if status is Status.DEAD_LETTER else "disputed"

    @rule(operation=operations)
    def retry(self, operation: str) -> None:
        one = self.model[operation]
        if one.state == "refused":
            self.store.submit(lambda tx: endings.retry(tx, operation)).result()
            one.state, one.due_ms = "waiting", 0
            self._release(one.lane)

    @rule(operation=operations)
    def discard(self, operation: str) -> None:
        one = self.model[operation]
        if one.state == "refused":
            self.store.submit(lambda tx: endings.discard(tx, operation, by="alice", reason="x")).result()
            one.state = "ended"
            self._release(one.lane)
            for other in self.model.values():
                if other.needs == operation and other.state != "ended":
                    other.state = "refused"

    @rule(operation=operations)
    def decide(self, operation: str) -> None:
        one = self.model[operation]
        if one.state == "disputed":
            self.complete_anyway(one)

    def complete_anyway(self, one: Modelled) -> None:
        self.store.submit(
            lambda tx: outbox.finish(tx, one.id, Status.COMPLETED, result=None, code="resolved")
        ).result()
        one.state = "ended"
        self._release(one.lane)

    def _release(self, lane: str | None) -> None:
        """What is parked is due at once when the lane is free; the model keeps no state for parking."""
        in_lane = [one for one in self.model.values() if lane is not None and one.lane == lane]
        if not any(one.state in {"refused", "disputed"} for one in in_lane):
            parked = set(self._with_status(Status.PENDING))
            for one in in_lane:
                if one.state == "waiting" and one.id in parked:
                    one.due_ms = self._due(one.id)

    @rule(seconds=st.sampled_from([1, 20, 61]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)

    # --- what must hold ------------------------------------------------------------------------------

    def _due(self, operation: str) -> int:
        with self.store.reading() as connection:
            return int(
                connection.execute(
                    select(t.outbox.c.next_attempt_ms).where(t.outbox.c.id == operation)
                ).scalar_one()
            )

    def _with_status(self, status: Status) -> list[str]:
        with self.store.reading() as connection:
            return list(
                connection.execute(select(t.outbox.c.id).where(t.outbox.c.status == status)).scalars()
            )

    @invariant()
    def nothing_is_lost_or_revived(self) -> None:
        with self.store.reading() as connection:
            rows = connection.execute(select(t.outbox).order_by(t.outbox.c.device_seq)).all()
        assert [row.id for row in rows] == [one.id for one in sorted(self.model.values(), key=_number)]
        for row in rows:
            one = self.model[row.id]
            assert (row.finished_ms is not None) == (one.state == "ended"), row
            assert (row.status == Status.PROCESSING) == (one.state == "leased"), row
            assert (row.status in {Status.PENDING, Status.BLOCKED}) == (one.state == "waiting"), row

    @invariant()
    def the_chain_is_whole(self) -> None:
        before = ""
        with self.store.reading() as connection:
            rows = connection.execute(select(t.outbox).order_by(t.outbox.c.device_seq)).all()
        for number, row in enumerate(rows, start=1):
            assert (row.device_seq, row.prev_hash) == (number, before)
            content = content_hash(row.operation, row.resource_type, row.resource_id, DATA)
            before = chain_hash(before, row.id, number, content)
            assert row.hash == before

    @invariant()
    def it_never_stalls_and_never_runs_idle(self) -> None:
        """It promises the moment at which something can be claimed: no later, and none where nothing can."""
        now_ms = self.clock.now_ms()
        with self.store.reading() as connection:
            due_ms = outbox.next_due_ms(connection, OWNERS[0], now_ms)
        free = [one for one in self.model.values() if self._claimable(one, OWNERS[0])]
        if free:
            assert due_ms is not None
            assert due_ms <= now_ms
        elif due_ms is not None and due_ms <= now_ms:
            # A lease that ran out while what is before it in its lane is open again: looked at, not claimed.
            assert any(one.state == "leased" for one in self.model.values())


def _order(one: Modelled) -> tuple[int, int]:
    return one.rank, one.seq


def _number(one: Modelled) -> int:
    return one.seq


QueueMachine.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestQueue = QueueMachine.TestCase
