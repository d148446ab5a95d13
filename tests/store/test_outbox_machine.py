"""The queue against a model of it: in whatever order things happen, nothing is lost, doubled or held up.

The model knows the rules of ARCHITECTURE.md, "Life of an operation", and not their implementation: whether
an operation is parked, for example, follows from what is ahead of it. Everything is asked of a real store
on a real file. One process has the home at a time; one that died never acts again.
"""

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import Row, select

from sync_agent.contract.operations import chain_hash, content_hash
from sync_agent.settings import AgentSettings
from sync_agent.store import tables as t
from sync_agent.store.database import Store, Transaction
from sync_agent.store.device import record_enrolment
from sync_agent.store.home import Home
from sync_agent.store.queue import back_off, dead_letters, leases, ordering, transitions
from sync_agent.store.queue.enqueueing import Enqueued, NewOperation, enqueue
from sync_agent.store.queue.leases import Batch
from sync_agent.store.queue.queries import waiting_count
from sync_agent.store.queue.status import Status
from sync_agent.store.queue.wire import wire_form
from tests.kit.clocks import CountingIds, InlineExecutor, ManualClock
from tests.kit.homes import IDENTITY

T = TypeVar("T")

LEASE_MS = 60_000
ORDERING_KEYS = ("a", "b")
DATA = {"delta": -1, "reason": "waste"}
STATUS = {
    "waiting": Status.PENDING,
    "held": Status.BLOCKED,
    "leased": Status.PROCESSING,
    "disputed": Status.CONFLICT,
    "refused": Status.DEAD_LETTER,
    "done": Status.COMPLETED,
    "replaced": Status.REPLACED,
    "given up": Status.DISCARDED,
}
ENDED = ("done", "replaced", "given up")
BEFORE_A_PERSON = ("disputed", "refused")

NUMBERS = st.integers(0, 9)
"""Which of those in question."""
STANDING = st.sampled_from([Status.CONFLICT, Status.DEAD_LETTER])
ANY_ORDERING_KEY = st.sampled_from([None, "a", "a", "b"])


@dataclass
class Modelled:
    """An operation as the rules of the queue see it. `held` by the server: behind what it has refused."""

    id: str
    seq: int
    ordering_key: str | None
    priority: int
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


def open_at(home: Path, clock: ManualClock) -> Store:
    return Store.open(Home(home), clock=clock, ids=CountingIds(), executor=InlineExecutor())


@cache
def enrolled_home() -> Path:
    """Made once, and copied for each run of the machine."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    store = open_at(folder / "till", ManualClock())
    store.submit(lambda tx: record_enrolment(tx, IDENTITY)).result()
    store.close()
    return folder / "till"


class QueueMachine(RuleBasedStateMachine):
    operations = Bundle("operations")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        home = Path(self.folder.name) / "till"
        shutil.copytree(enrolled_home(), home)
        self.clock = ManualClock()
        self.store = open_at(home, self.clock)
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
        """In the order that they were made."""
        return list(self.model.values())

    def _in(self, *states: str) -> list[Modelled]:
        return [one for one in self._all() if one.state in states]

    def _pick(self, number: int, *states: str) -> Modelled:
        found = self._in(*states)
        return found[number % len(found)]

    def _before(self, one: Modelled) -> list[Modelled]:
        """What has to end before it: the earlier of its ordering key, and what it needs."""
        same_key = [
            other for other in self._all() if one.ordering_key and other.ordering_key == one.ordering_key
        ]
        earlier = [other for other in same_key if other.seq < one.seq]
        needed = [self.model[one.needs]] if one.needs else []
        return [other for other in earlier + needed if not other.has_ended]

    def _waits_for(self, one: Modelled, other: Modelled) -> bool:
        seen: set[str] = set()
        ahead = self._before(one)
        while ahead:
            before = ahead.pop()
            if before is other:
                return True
            if before.id not in seen:
                seen.add(before.id)
                ahead += self._before(before)
        return False

    def _parked(self) -> set[str]:
        """What waits behind something with its key that needs attention, or that the server holds."""
        before_a_person = self._in(*BEFORE_A_PERSON, "held")
        return {
            one.id
            for one in self._in("waiting")
            if any(
                one.ordering_key and other.ordering_key == one.ordering_key and other.seq < one.seq
                for other in before_a_person
            )
        }

    def _moment(self, one: Modelled) -> int | None:
        """When this one may be claimed if nothing but time passes; None if never."""
        now_ms = self.clock.now_ms()
        if one.state not in ("waiting", "leased") or self._before(one):
            return None
        if one.state == "leased" and one.owner != self.owner:
            return now_ms
        moment_ms = one.due_ms if one.state == "waiting" else one.lease_ms
        return moment_ms if now_ms < moment_ms <= now_ms + AgentSettings().wait_ms_max else now_ms

    def _claimable(self) -> list[Modelled]:
        """What was begun and not ended goes first; then sales before bulk, and the older before the newer."""
        free = [one for one in self._all() if self._moment(one) == self.clock.now_ms()]
        return sorted(free, key=lambda one: (one.state != "leased", one.priority, one.seq))

    def _release(self, ordering_key: str | None) -> None:
        """Something of this ordering key has moved on: what the server held behind it is asked for again."""
        found = [one.seq for one in self._in(*BEFORE_A_PERSON) if one.ordering_key == ordering_key]
        for one in self._in("held"):
            if one.ordering_key == ordering_key and not any(seq < one.seq for seq in found):
                one.state, one.due_ms = "waiting", 0

    def _move(self, one: Modelled, state: str) -> None:
        """Into another state; what is not parked any more then is due at once."""
        parked = self._parked()
        one.state = state
        self._release(one.ordering_key)
        for freed in parked - self._parked():
            self.model[freed].due_ms = 0

    # --- what a clerk does ---------------------------------------------------------------------------

    def _new(self, ordering_key: str | None, priority: int, size: int, needs: str | None) -> NewOperation:
        return NewOperation(
            operation="update",
            resource_type="stock_level",
            resource_id="mug",
            data=DATA | {"note": "x" * size},
            actor_id="bob",
            summary={"kind": "adjust"},
            location_id="main",
            ordering_key=ordering_key,
            priority=priority,
            depends_on=needs,
        )

    def _is_queued(self, queued: Enqueued, new: NewOperation) -> str:
        with self.store.reading() as connection:
            query = select(t.outbox.c.bytes).where(t.outbox.c.id == queued.id)
            size = connection.execute(query).scalar_one()
        self.model[queued.id] = Modelled(
            queued.id, queued.device_seq, new.ordering_key, new.priority, size, new.depends_on
        )
        return queued.id

    @rule(
        target=operations,
        ordering_key=ANY_ORDERING_KEY,
        priority=st.sampled_from([0, 0, 1]),
        size=st.sampled_from([0, 0, 900]),
        number=st.none() | NUMBERS,
    )
    def queue(self, ordering_key: str | None, priority: int, size: int, number: int | None) -> str:
        open_ones = [one.id for one in self._all() if not one.has_ended]
        needs = open_ones[number % len(open_ones)] if open_ones and number is not None else None
        new = self._new(ordering_key, priority, size, needs)
        return self._is_queued(self.write(lambda tx: enqueue(tx, new)), new)

    # --- what the agent does -------------------------------------------------------------------------

    @rule(count_max=st.sampled_from([1, 2, 9]), bytes_max=st.sampled_from([1, 1700, 10**6, 10**6]))
    def claim(self, count_max: int, bytes_max: int) -> None:
        self._claim(self._claimable(), count_max, bytes_max)

    @rule(count_max=st.integers(1, 3), among=st.lists(operations, min_size=1, max_size=4, unique=True))
    def claim_among(self, count_max: int, among: list[str]) -> None:
        self._claim([one for one in self._claimable() if one.id in among], count_max, 10**6, among)

    def _claim(
        self, wanted: list[Modelled], count_max: int, bytes_max: int, among: list[str] | None = None
    ) -> None:
        fitting = wanted[:count_max]
        while len(fitting) > 1 and sum(one.size for one in fitting) > bytes_max:
            fitting.pop()
        batch = self.write(
            lambda tx: leases.claim(
                tx,
                owner=self.owner,
                lease_ms=LEASE_MS,
                count_max=count_max,
                bytes_max=bytes_max,
                among=among,
            )
        )
        self._is_claimed(batch, sorted(fitting, key=lambda one: one.seq))

    def _is_claimed(self, batch: Batch, wanted: list[Modelled]) -> None:
        assert batch.ids == [one.id for one in wanted]
        keys = [one.ordering_key for one in wanted if one.ordering_key]
        assert len(keys) == len(set(keys)), "one of an ordering key at a time"
        for claimed, one in zip(batch.operations, wanted, strict=True):
            assert (claimed.device_seq, claimed.bytes, claimed.sent_count) == (one.seq, one.size, one.sent)
            one.state, one.owner, one.sent = "leased", self.owner, one.sent + 1
            one.lease_ms = self.clock.now_ms() + LEASE_MS

    @rule(ids=st.lists(operations, min_size=1, max_size=3, unique=True), wait_s=st.integers(0, 50))
    def nobody_answers(self, ids: list[str], wait_s: int) -> None:
        due_ms = self.clock.now_ms() + wait_s * 1000
        self.write(lambda tx: leases.release(tx, ids, next_attempt_ms=due_ms, error="away"))
        for one in self._in("leased"):
            if one.id in ids:
                one.state, one.due_ms = "waiting", due_ms

    @precondition(lambda self: self._in("leased"))
    @rule(number=NUMBERS)
    def is_applied(self, number: int) -> None:
        one = self._pick(number, "leased")
        self.write(lambda tx: transitions.finish(tx, one.id, Status.COMPLETED, result={"x": 1}, code=None))
        self._move(one, "done")

    @precondition(lambda self: self._in("leased"))
    @rule(number=NUMBERS, status=STANDING)
    def is_refused(self, number: int, status: Status) -> None:
        one = self._pick(number, "leased")
        self.write(lambda tx: transitions.mark_needs_attention(tx, one.id, status, code="x", error="No."))
        one.state = "disputed" if status is Status.CONFLICT else "refused"

    @precondition(lambda self: any(one.ordering_key for one in self._in("leased")))
    @rule(number=NUMBERS)
    def is_held_by_the_server(self, number: int) -> None:
        """It is blocked there by something of this till that a person has to decide."""
        one = self._pick(number, "leased")
        if one.ordering_key:
            self.write(
                lambda tx: transitions.mark_needs_attention(
                    tx, one.id, Status.BLOCKED, code=None, error="Behind."
                )
            )
            one.state = "held"

    @rule(ordering_key=st.sampled_from(ORDERING_KEYS))
    def the_server_has_heard_a_decision(self, ordering_key: str) -> None:
        self.write(lambda tx: ordering.unblock(tx, ordering_key))
        parked = self._parked()
        self._release(ordering_key)
        for freed in parked - self._parked():
            self.model[freed].due_ms = 0

    @rule(operation=operations, wait_s=st.integers(1, 50))
    def fails_alone(self, operation: str, wait_s: int) -> None:
        one = self.model[operation]
        failed_attempts = self.write(lambda tx: back_off.count_failed_attempt(tx, operation))
        if one.has_ended:
            assert failed_attempts is None
            return
        one.failures += 1
        assert failed_attempts == one.failures
        if one.state == "waiting" and one.id not in self._parked():
            one.due_ms = self.clock.now_ms() + wait_s * 1000
            self.write(lambda tx: back_off.wait_until(tx, operation, one.due_ms))

    # --- what a person does --------------------------------------------------------------------------

    @rule()
    def try_now(self) -> None:
        self.write(back_off.end_back_off)
        for one in self._in("waiting"):
            one.due_ms = 0

    @precondition(lambda self: self._in("disputed"))
    @rule(number=NUMBERS)
    def decide(self, number: int) -> None:
        one = self._pick(number, "disputed")
        self.write(lambda tx: transitions.finish(tx, one.id, Status.COMPLETED, result=None, code="resolved"))
        self._move(one, "done")

    @precondition(lambda self: self._in("refused"))
    @rule(number=NUMBERS)
    def retry(self, number: int) -> None:
        one = self._pick(number, "refused")
        self.write(lambda tx: dead_letters.retry(tx, one.id))
        one.due_ms = one.failures = 0
        self._move(one, "waiting")

    @precondition(lambda self: self._in("refused"))
    @rule(target=operations, number=NUMBERS, ordering_key=ANY_ORDERING_KEY)
    def send_otherwise(self, number: int, ordering_key: str | None) -> str:
        """It is edited: a new operation takes its place before all that needs it."""
        one = self._pick(number, "refused")
        edited = self._new(ordering_key, one.priority, 5, one.needs)
        new = self._is_queued(self.write(lambda tx: dead_letters.replace(tx, one.id, edited)), edited)
        for other in self._all():
            if other.needs == one.id:
                # What the new one waits for itself cannot wait for it as well: neither would ever go.
                other.needs = None if self._waits_for(self.model[new], other) else new
        self._move(one, "replaced")
        return new

    @precondition(lambda self: self._in("refused"))
    @rule(number=NUMBERS)
    def give_up(self, number: int) -> None:
        one = self._pick(number, "refused")
        self.write(lambda tx: dead_letters.discard(tx, one.id, by="alice", reason="x"))
        self._is_given_up(one)

    @rule(operation=operations)
    def take_back(self, operation: str) -> None:
        """What was never sent can be withdrawn; what is parked may be only once it is not."""
        one = self.model[operation]
        parked = one.id in self._parked()
        taken = self.write(lambda tx: dead_letters.withdraw(tx, operation, by="alice", reason="x"))
        if not parked:
            assert taken == (one.state == "waiting" and not one.sent)
        if taken:
            self._is_given_up(one)

    def _is_given_up(self, one: Modelled) -> None:
        self._move(one, "given up")
        for other in self._all():
            if other.needs == one.id and not other.has_ended:
                other.state = "refused"

    @precondition(lambda self: self._in("waiting", "leased", "disputed", *ENDED))
    @rule(number=NUMBERS, status=STANDING)
    def what_does_not_stand_before_a_person_is_no_persons_to_end(self, number: int, status: Status) -> None:
        one = self._pick(number, "waiting", "leased", "disputed", *ENDED)
        new = self._new(None, 0, 5, None)
        with pytest.raises(dead_letters.CannotEnd):
            self.write(lambda tx: dead_letters.retry(tx, one.id))
        with pytest.raises(dead_letters.CannotEnd):
            self.write(lambda tx: dead_letters.replace(tx, one.id, new))
        with pytest.raises(dead_letters.CannotEnd):
            self.write(lambda tx: dead_letters.discard(tx, one.id, by="alice", reason="x"))
        if one.has_ended:  # and an answer that comes late does not change that
            self.write(lambda tx: transitions.mark_needs_attention(tx, one.id, status, code="x", error="No."))

    # --- what happens anyway -------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 20, 61, 700, -30, -3600]))
    def time_passes_or_the_clock_is_set_back(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @precondition(lambda self: self._in("leased"))
    @rule()
    def the_process_dies_and_another_takes_over(self) -> None:
        self.processes += 1

    # --- what must hold ------------------------------------------------------------------------------

    @invariant()
    def the_queue_is_as_the_rules_say(self) -> None:
        with self.store.reading() as connection:
            rows = list(connection.execute(select(t.outbox).order_by(t.outbox.c.device_seq)))
            due_ms = back_off.next_due_ms(connection, self.owner, self.clock.now_ms())
            waiting = waiting_count(connection)
        parked = self._parked()
        self._nothing_is_lost_doubled_or_revived(rows, parked)
        self._the_chain_is_whole(rows)
        self._it_promises_the_moment_at_which_something_can_be_claimed(due_ms)
        assert waiting == len({one.id for one in self._in("waiting", "leased")} - parked)

    def _nothing_is_lost_doubled_or_revived(self, rows: list[Row[Any]], parked: set[str]) -> None:
        assert [row.id for row in rows] == [one.id for one in self._all()]
        for row, one in zip(rows, self._all(), strict=True):
            status = Status.BLOCKED if one.id in parked else STATUS[one.state]
            assert (row.status, row.finished_ms is not None) == (status, one.has_ended), one
            assert (row.sent_count, row.failures) == (one.sent, one.failures), one

    def _the_chain_is_whole(self, rows: list[Row[Any]]) -> None:
        before = ""
        for number, row in enumerate(rows, start=1):
            assert (row.device_seq, row.prev_hash) == (number, before)
            data = wire_form(row)["data"]
            content = content_hash(row.operation, row.resource_type, row.resource_id, data)
            before = chain_hash(before, row.id, number, content)
            assert row.hash == before

    def _it_promises_the_moment_at_which_something_can_be_claimed(self, due_ms: int | None) -> None:
        """No later, or it would stall; no earlier, or it would spin; and none where only a person helps."""
        now_ms = self.clock.now_ms()
        moments = [moment for one in self._all() if (moment := self._moment(one)) is not None]
        expected = max(min(moments), now_ms) if moments else None
        assert (None if due_ms is None else max(due_ms, now_ms)) == expected

    @invariant()
    def whatever_is_open_waits_for_something_that_can_move(self) -> None:
        """Follow what an operation waits for: the last one can be claimed, or a person decides it."""
        for one in self._all():
            assert one.has_ended or not self._waits_for(one, one), f"{one} waits for itself"


QueueMachine.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestQueue = QueueMachine.TestCase


# --- what the machine has found ----------------------------------------------------------------------


@pytest.fixture
def queue() -> Iterator[QueueMachine]:
    machine = QueueMachine()
    yield machine
    machine.teardown()


def test_what_a_replacement_is_queued_behind_does_not_wait_for_it(queue: QueueMachine) -> None:
    queue.queue("a", 0, 0, None)
    queue.claim(9, 10**6)
    queue.is_refused(0, Status.DEAD_LETTER)
    needing = queue.queue("a", 0, 0, 0)
    new = queue.send_otherwise(0, "a")
    for operation in (needing, new):
        assert [one.id for one in queue._claimable()] == [operation]
        queue.claim(9, 10**6)
        queue.is_applied(0)
    queue.the_queue_is_as_the_rules_say()


def test_what_stands_later_with_an_ordering_key_holds_up_nothing_before_it(queue: QueueMachine) -> None:
    queue.queue("a", 0, 0, None)
    needed = queue.queue(None, 0, 0, None)
    queue.claim(9, 10**6)
    queue.is_refused(0, Status.DEAD_LETTER)
    between = queue.queue("a", 0, 0, None)
    later = queue.queue("a", 0, 0, 1)
    assert isinstance(later, str)
    assert queue.model[later].needs == needed
    queue.is_refused(0, Status.DEAD_LETTER)
    queue.give_up(1)
    assert queue.model[later].state == "refused"
    queue.retry(0)
    queue.claim(9, 10**6)
    queue.is_applied(0)
    queue.the_queue_is_as_the_rules_say()
    assert [one.id for one in queue._claimable()] == [between]


def test_a_wait_from_before_the_clock_was_set_back_is_over_though_a_new_one_is_not(
    queue: QueueMachine,
) -> None:
    old, new = (queue.queue(None, 0, 0, None) for _ in range(2))
    queue.fails_alone(old, 50)
    queue.time_passes_or_the_clock_is_set_back(-3600)
    queue.fails_alone(new, 50)
    assert [one.id for one in queue._claimable()] == [old]
    queue.the_queue_is_as_the_rules_say()
