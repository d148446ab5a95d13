"""The queue against a model of it: in whatever order things happen, nothing is lost, doubled or held up.

The model knows the rules of ARCHITECTURE.md, "Life of an operation", and none of how they are kept: whether an
operation is parked, for one, follows in it from what stands before it. Everything is asked of a real store on a
real file. One process has the home at a time; one that died never says anything again.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Row, select

from sync_agent.contract.operations import chain_hash, content_hash
from sync_agent.store import endings, outbox
from sync_agent.store import tables as t
from sync_agent.store.database import Store, Transaction
from sync_agent.store.device import record_enrolment
from sync_agent.store.home import Home
from sync_agent.store.outbox import Batch, NewOperation, Status
from tests.clocks import CountingIds, InlineExecutor, ManualClock
from tests.store.conftest import IDENTITY

T = TypeVar("T")

LEASE_MS = 60_000
LANES = ("a", "b")
DATA = {"delta": -1, "reason": "waste"}
WIRE_STATUS = {
    "waiting": {Status.PENDING, Status.BLOCKED},
    "held": {Status.BLOCKED},
    "leased": {Status.PROCESSING},
    "disputed": {Status.CONFLICT},
    "refused": {Status.DEAD_LETTER},
    "done": {Status.COMPLETED},
    "replaced": {Status.REPLACED},
    "given up": {Status.DISCARDED},
}
ENDED = ("done", "replaced", "given up")
BEFORE_A_PERSON = ("disputed", "refused")


@dataclass
class Modelled:
    """An operation as the rules of the queue see it; what it is, where it stands, and since when it waits."""

    id: str
    seq: int
    lane: str | None
    rank: int
    size: int
    needs: str | None
    state: str = "waiting"
    due_ms: int = 0
    owner: str = ""
    lease_ms: int = 0
    failures: int = 0
    sent: int = 0

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED


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
        self.model: dict[str, Modelled] = {}
        self.processes = 1

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    def write(self, work: Callable[[Transaction], T]) -> T:
        return self.store.submit(work).result()

    @property
    def owner(self) -> str:
        return f"process-{self.processes}"

    # --- the model -----------------------------------------------------------------------------------

    def _all(self) -> list[Modelled]:
        return sorted(self.model.values(), key=lambda one: one.seq)

    def _before(self, one: Modelled) -> list[Modelled]:
        """What has to end before it: the earlier of its lane, and what it needs."""
        earlier = [
            other for other in self._all() if other.lane == one.lane and other.seq < one.seq and one.lane
        ]
        needed = [self.model[one.needs]] if one.needs else []
        return [other for other in earlier + needed if not other.has_ended]

    def _parked(self) -> set[str]:
        """What waits in a lane behind something that stands before a person, or that the server holds."""
        return {
            one.id
            for one in self._all()
            if one.state == "waiting"
            and any(
                other.lane == one.lane and other.state in (*BEFORE_A_PERSON, "held")
                for other in self._before(one)
            )
        }

    def _is_over(self, moment_ms: int) -> bool:
        now_ms = self.clock.now_ms()
        return moment_ms <= now_ms or moment_ms > now_ms + outbox.WAIT_MS_MAX

    def _moment(self, one: Modelled) -> int | None:
        """When this one may be claimed if nothing but time passes; None if never."""
        if one.state not in ("waiting", "leased") or self._before(one):
            return None
        if one.state == "leased" and one.owner != self.owner:
            return self.clock.now_ms()
        moment_ms = one.due_ms if one.state == "waiting" else one.lease_ms
        return self.clock.now_ms() if self._is_over(moment_ms) else moment_ms

    def _claimable(self) -> list[Modelled]:
        """What was begun and not ended goes first; then sales before bulk, and the older before the newer."""
        free = [one for one in self._all() if self._moment(one) == self.clock.now_ms()]
        return sorted(free, key=lambda one: (one.state != "leased", one.rank, one.seq))

    def _moves(self, act: Callable[[], None]) -> None:
        """Do what may free others: what is not parked any more is due at once."""
        parked = self._parked()
        act()
        for freed in parked - self._parked():
            self.model[freed].due_ms = 0

    def _release(self, lane: str | None) -> None:
        """The server's word on this lane is out of date: what it held there is asked for again."""
        stands = [one.seq for one in self._all() if one.lane == lane and one.state in BEFORE_A_PERSON]
        for one in self._all():
            if (
                lane
                and one.lane == lane
                and one.state == "held"
                and one.seq < min(stands, default=one.seq + 1)
            ):
                one.state, one.due_ms = "waiting", 0

    def _end(self, one: Modelled, state: str) -> None:
        def end() -> None:
            one.state = state
            self._release(one.lane)

        self._moves(end)

    # --- what a clerk does ---------------------------------------------------------------------------

    @initialize()
    def is_enrolled(self) -> None:
        self.write(lambda tx: record_enrolment(tx, IDENTITY))

    def _new(self, lane: str | None, rank: int, size: int, needs: str | None) -> NewOperation:
        return NewOperation(
            operation="update",
            resource_type="stock_level",
            resource_id="mug",
            data=DATA | {"note": "x" * size},
            actor_id="bob",
            summary={"kind": "adjust"},
            location_id="main",
            lane=lane,
            rank=rank,
            depends_on=needs,
        )

    @rule(
        target=operations,
        lane=st.sampled_from([None, None, *LANES]),
        rank=st.sampled_from([0, 0, 1]),
        size=st.sampled_from([0, 0, 900]),
        needs=st.none() | operations,
    )
    def queue(self, lane: str | None, rank: int, size: int, needs: str | None) -> str:
        queued = self.write(lambda tx: outbox.enqueue(tx, self._new(lane, rank, size, needs)))
        bytes_ = self._row(queued.id).bytes
        assert bytes_ > size
        self.model[queued.id] = Modelled(queued.id, queued.device_seq, lane, rank, bytes_, needs)
        return queued.id

    # --- what the agent does -------------------------------------------------------------------------

    @rule(count_max=st.integers(1, 5), bytes_max=st.sampled_from([1, 1700, 3000, 10**6]))
    def claim(self, count_max: int, bytes_max: int) -> None:
        self._claimed(self._claim(count_max, bytes_max), self._claimable(), count_max, bytes_max)

    @rule(count_max=st.integers(1, 3), among=st.lists(operations, min_size=1, max_size=4, unique=True))
    def claim_among(self, count_max: int, among: list[str]) -> None:
        wanted = [one for one in self._claimable() if one.id in among]
        self._claimed(self._claim(count_max, 10**6, among), wanted, count_max, 10**6)

    def _claim(self, count_max: int, bytes_max: int, among: list[str] | None = None) -> Batch:
        return self.write(
            lambda tx: outbox.claim(
                tx,
                owner=self.owner,
                lease_ms=LEASE_MS,
                count_max=count_max,
                bytes_max=bytes_max,
                among=among,
            )
        )

    def _claimed(self, batch: Batch, wanted: list[Modelled], count_max: int, bytes_max: int) -> None:
        fitting = wanted[:count_max]
        while len(fitting) > 1 and sum(one.size for one in fitting) > bytes_max:
            fitting.pop()
        assert batch.ids == [one.id for one in sorted(fitting, key=lambda one: one.seq)]
        lanes = [one.lane for one in fitting if one.lane]
        assert len(lanes) == len(set(lanes)), "one of a lane at a time"
        for claimed, one in zip(batch.operations, sorted(fitting, key=lambda one: one.seq), strict=True):
            assert (claimed.wire["deviceSeq"], claimed.bytes, claimed.sent_count) == (
                one.seq,
                one.size,
                one.sent,
            )
            one.state, one.owner, one.sent = "leased", self.owner, one.sent + 1
            one.lease_ms = self.clock.now_ms() + LEASE_MS

    @rule(ids=st.lists(operations, min_size=1, max_size=3, unique=True), wait_s=st.integers(0, 50))
    def nobody_answers(self, ids: list[str], wait_s: int) -> None:
        due_ms = self.clock.now_ms() + wait_s * 1000
        self.write(lambda tx: outbox.give_back(tx, ids, next_attempt_ms=due_ms, error="away"))
        for one in (self.model[operation] for operation in ids):
            if one.state == "leased":
                one.state, one.due_ms = "waiting", due_ms

    @rule(operation=operations)
    def is_applied(self, operation: str) -> None:
        one = self.model[operation]
        if one.state == "leased":
            self.write(lambda tx: outbox.finish(tx, operation, Status.COMPLETED, result={"x": 1}, code=None))
            self._end(one, "done")

    @rule(operation=operations, status=st.sampled_from([Status.CONFLICT, Status.DEAD_LETTER]))
    def is_refused(self, operation: str, status: Status) -> None:
        """A late answer to one that has ended changes nothing."""
        one = self.model[operation]
        if one.state == "leased" or one.has_ended:
            self.write(lambda tx: outbox.stand(tx, operation, status, code="x", error="No."))
        if one.state == "leased":
            one.state = "disputed" if status is Status.CONFLICT else "refused"

    @rule(operation=operations)
    def is_held_by_the_server(self, operation: str) -> None:
        """It stands there behind something of this till that a person has to decide."""
        one = self.model[operation]
        if one.state == "leased" and one.lane:
            self.write(lambda tx: outbox.stand(tx, operation, Status.BLOCKED, code=None, error="Behind."))
            one.state = "held"

    @rule(lane=st.sampled_from(LANES))
    def the_server_has_heard_a_decision(self, lane: str) -> None:
        self.write(lambda tx: outbox.release_lane(tx, lane))
        self._moves(lambda: self._release(lane))

    @rule(operation=operations, wait_s=st.integers(1, 50))
    def fails_alone(self, operation: str, wait_s: int) -> None:
        one = self.model[operation]
        burned = self.write(lambda tx: outbox.burn_attempt(tx, operation))
        if one.has_ended:
            assert burned is None
            return
        one.failures += 1
        assert burned == one.failures
        if one.state == "waiting" and one.id not in self._parked():
            one.due_ms = self.clock.now_ms() + wait_s * 1000
            self.write(lambda tx: outbox.wait_until(tx, operation, one.due_ms))

    # --- what a person does --------------------------------------------------------------------------

    @rule()
    def try_now(self) -> None:
        self.write(outbox.forget_waits)
        for one in self._all():
            if one.state == "waiting":
                one.due_ms = 0

    @rule(operation=operations)
    def decide(self, operation: str) -> None:
        one = self.model[operation]
        if one.state == "disputed":
            self.write(lambda tx: outbox.finish(tx, one.id, Status.COMPLETED, result=None, code="resolved"))
            self._end(one, "done")

    @rule(operation=operations)
    def retry(self, operation: str) -> None:
        one = self.model[operation]
        if one.state != "refused":
            self._cannot_end(lambda tx: endings.retry(tx, operation))
            return
        self.write(lambda tx: endings.retry(tx, operation))

        def again() -> None:
            one.state, one.due_ms, one.failures = "waiting", 0, 0
            self._release(one.lane)

        self._moves(again)

    @rule(target=operations, operation=operations, lane_too=st.booleans())
    def send_otherwise(self, operation: str, lane_too: bool) -> str:
        """It is edited: a new operation takes its place before all that needs it."""
        one = self.model[operation]
        edited = self._new(one.lane if lane_too else None, one.rank, 5, None)
        if one.state != "refused":
            self._cannot_end(lambda tx: endings.replace(tx, operation, edited))
            return operation
        queued = self.write(lambda tx: endings.replace(tx, operation, edited))
        size = self._row(queued.id).bytes
        new = Modelled(queued.id, queued.device_seq, edited.lane, one.rank, size, None)

        def replace() -> None:
            self.model[new.id] = new
            one.state = "replaced"
            for other in self._all():
                if other.needs == operation:
                    # What the new one is queued behind cannot need it as well: neither would ever go.
                    other.needs = None if self._waits_for(new, other) else new.id
            self._release(one.lane)

        self._moves(replace)
        return queued.id

    def _waits_for(self, one: Modelled, other: Modelled) -> bool:
        return any(before is other or self._waits_for(before, other) for before in self._before(one))

    @rule(operation=operations)
    def give_up(self, operation: str) -> None:
        one = self.model[operation]
        if one.state != "refused":
            self._cannot_end(lambda tx: endings.discard(tx, operation, by="alice", reason="x"))
            return
        self.write(lambda tx: endings.discard(tx, operation, by="alice", reason="x"))
        self._is_given_up(one)

    @rule(operation=operations)
    def take_back(self, operation: str) -> None:
        """What was never sent can be withdrawn; what is parked only once it is not."""
        one = self.model[operation]
        taken = self.write(lambda tx: endings.withdraw(tx, operation, by="alice", reason="x"))
        if one.id not in self._parked():
            assert taken == (one.state == "waiting" and not one.sent)
        if taken:
            self._is_given_up(one)

    def _is_given_up(self, one: Modelled) -> None:
        self._end(one, "given up")
        for other in self._all():
            if other.needs == one.id and not other.has_ended:
                other.state = "refused"

    def _cannot_end(self, act: Callable[[Transaction], object]) -> None:
        try:
            self.write(act)
        except endings.CannotEnd:
            return
        raise AssertionError("only what stands before a person is a person's to end")

    # --- what happens anyway -------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 20, 61, 700]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule(seconds=st.sampled_from([30, 3600]))
    def the_clock_is_set_back(self, seconds: int) -> None:
        self.clock.wall_ms -= seconds * 1000

    @precondition(lambda self: any(one.state == "leased" for one in self.model.values()))
    @rule()
    def the_process_dies_and_another_takes_over(self) -> None:
        self.processes += 1

    # --- what must hold ------------------------------------------------------------------------------

    def _row(self, operation: str) -> Row[tuple[object, ...]]:
        with self.store.reading() as connection:
            return connection.execute(select(t.outbox).where(t.outbox.c.id == operation)).one()

    def _rows(self) -> list[Row[tuple[object, ...]]]:
        with self.store.reading() as connection:
            return list(connection.execute(select(t.outbox).order_by(t.outbox.c.device_seq)))

    @invariant()
    def nothing_is_lost_doubled_or_revived(self) -> None:
        rows = self._rows()
        assert [row.id for row in rows] == [one.id for one in self._all()]
        for row, one in zip(rows, self._all(), strict=True):
            assert (row.finished_ms is not None) == one.has_ended, one
            assert row.status in WIRE_STATUS[one.state], one
            assert (row.sent_count, row.failures) == (one.sent, one.failures), one
            assert row.depends_on == one.needs or one.has_ended, one

    @invariant()
    def what_is_blocked_is_blocked_by_something(self) -> None:
        blocked = {row.id for row in self._rows() if row.status == Status.BLOCKED}
        assert blocked == self._parked() | {one.id for one in self._all() if one.state == "held"}

    @invariant()
    def the_chain_is_whole(self) -> None:
        before = ""
        for number, row in enumerate(self._rows(), start=1):
            assert (row.device_seq, row.prev_hash) == (number, before)
            data = outbox.wire_form(row)["data"]
            content = content_hash(row.operation, row.resource_type, row.resource_id, data)
            before = chain_hash(before, row.id, number, content)
            assert row.hash == before

    @invariant()
    def it_promises_the_moment_at_which_something_can_be_claimed(self) -> None:
        """No later, or it would stall; no earlier, or it would spin; and none where only a person helps."""
        with self.store.reading() as connection:
            due_ms = outbox.next_due_ms(connection, self.owner, self.clock.now_ms())
            waiting = outbox.waiting_count(connection)
        moments = [moment for one in self._all() if (moment := self._moment(one)) is not None]
        now_ms = self.clock.now_ms()
        expected = max(min(moments), now_ms) if moments else None
        assert (None if due_ms is None else max(due_ms, now_ms)) == expected
        parked = self._parked()
        assert waiting == sum(
            one.state in ("waiting", "leased") and one.id not in parked for one in self._all()
        )

    @invariant()
    def whatever_is_open_ends_in_something_that_can_move(self) -> None:
        """Follow what an operation waits for: it leads to one that can be claimed, or that somebody decides."""
        for one in self._all():
            if not one.has_ended:
                self._leads_somewhere(one, ())

    def _leads_somewhere(self, one: Modelled, path: tuple[str, ...]) -> None:
        assert one.id not in path, f"these wait for each other for ever: {path}"
        for before in self._before(one):
            self._leads_somewhere(before, (*path, one.id))


QueueMachine.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestQueue = QueueMachine.TestCase
