"""Safeguards switched off, one at a time, to see that the simulation would notice.

A mutant is a patch of one real function, which exists here and nowhere in the program. `python -m
tests.simulation.mutants` searches a seed that notices each and prints the table for below.
"""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import Any

from sqlalchemy import exists, or_, update

from app.services.selling import sale_records, transaction
from server_stub.operations import clones
from server_stub.operations.answers import Answers
from server_stub.operations.flags import kinds
from server_stub.operations.flags.kinds import FLAG_KINDS
from server_stub.operations.handlers import counts, products
from server_stub.operations.resources import conflicts
from server_stub.services.people import till_credentials
from server_stub.services.people.till_credentials import CredentialState, IsCopy
from server_stub.services.stock import ledger
from server_stub.services.streams import sync
from sync_agent import agent, backoff, credentials
from sync_agent.connection import Connection
from sync_agent.pull import Puller
from sync_agent.push import batch_size, poison
from sync_agent.push import delivery as push
from sync_agent.store import tables as t
from sync_agent.store.database import Topic
from sync_agent.store.projection import overlay
from sync_agent.store.queue import back_off, leases, ordering, transitions
from sync_agent.store.queue.enqueueing import enqueue as real_enqueue
from sync_agent.store.queue.status import WAITING
from sync_agent.store.replica import feed
from sync_agent.store.replica.feed import Gap
from tests.simulation.run import run, silence
from tests.simulation.server import SimServer

Switch = Callable[[], contextlib.AbstractContextManager[object]]


@contextlib.contextmanager
def patched(owner: Any, name: str, replacement: Any) -> Iterator[None]:
    real = getattr(owner, name)
    setattr(owner, name, replacement)
    try:
        yield
    finally:
        setattr(owner, name, real)


def _without(owner: Any, name: str, replacement: Any) -> Switch:
    return lambda: patched(owner, name, replacement)


def _forgets_what_it_answered() -> contextlib.AbstractContextManager[object]:
    """The server judges an operation that it knows as if it were new, under another id."""
    real = Answers.find

    def find(self: Any, operation_id: str) -> Any:
        known = real(self, operation_id)
        return None if known is not None and known.status == "applied" else known

    return patched(Answers, "find", find)


def _lease_never_ends() -> contextlib.AbstractContextManager[object]:
    return patched(leases, "_left_over", lambda *_: t.outbox.c.id.is_(None))


def _gap_is_no_gap() -> contextlib.AbstractContextManager[object]:
    real = feed.apply_changes

    def apply(tx: Any, stream: str, changes: Any) -> Any:
        if changes and real(tx, stream, changes) == Gap(changes[0].seq - 1):
            return None
        answer = real(tx, stream, changes)
        if isinstance(answer, Gap) and answer.after and changes:
            tx.execute(update(t.cursor).where(t.cursor.c.stream == stream).values(seq=changes[0].seq - 1))
            return real(tx, stream, changes)
        return answer

    return patched(feed, "apply_changes", apply)


def _cursor_in_a_transaction_of_its_own() -> contextlib.AbstractContextManager[object]:
    """The rows are applied after the transaction that moves the cursor: a death between loses them."""
    real = feed.apply_rows
    late: list[Any] = []

    def apply(tx: Any, changes: Any, *, staged: bool) -> None:
        if staged:
            real(tx, changes, staged=True)
            return
        due, late[:] = list(late), [changes]
        for changes_before in due:
            real(tx, changes_before, staged=False)

    return patched(feed, "apply_rows", apply)


def _sale_without_its_operation() -> contextlib.AbstractContextManager[object]:
    """Every seventh sale is queued in a transaction that never comes."""
    real, count = real_enqueue, [0]

    def enqueue(tx: Any, operation: Any) -> Any:
        count[0] += 1
        queued = real(tx, operation)
        if count[0] % 7 == 0:
            tx.connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            for table in (t.overlay, t.outbox):
                key = table.c.operation_id if table is t.overlay else table.c.id
                tx.execute(table.delete().where(key == queued.id))
        return queued

    return patched(transaction, "enqueue", enqueue)


def _overlay_goes_with_the_answer() -> contextlib.AbstractContextManager[object]:
    def drop(tx: Any, applied: Any) -> None:
        for operation_id in applied:
            overlay.drop_operation(tx, operation_id)

    return patched(overlay, "note_effects", drop)


def _overlay_stays() -> contextlib.AbstractContextManager[object]:
    stack = contextlib.ExitStack()
    stack.enter_context(patched(overlay, "drop_shown", lambda _tx, _shown: None))
    stack.enter_context(patched(overlay, "drop_reached", lambda _tx, _stream, _seq: None))
    return stack


def _late_movement_counts() -> contextlib.AbstractContextManager[object]:
    return patched(ledger, "was_counted", lambda _movement, _count: False)


def _count_always_applies() -> contextlib.AbstractContextManager[object]:
    def decide(count: Any, *_: Any) -> Any:
        return counts.Applies(count.new_quantity)

    return patched(counts, "decide", decide)


def _waits_are_over_at_once() -> contextlib.AbstractContextManager[object]:
    stack = contextlib.ExitStack()
    for module, name in ((agent, "wait_ms"), (push, "wait_ms"), (poison, "wait_ms"), (backoff, "wait_ms")):
        stack.enter_context(patched(module, name, lambda *_: 0))
    stack.enter_context(patched(agent, "first_wait_ms", lambda *_: 0))
    return stack


def _no_jitter() -> contextlib.AbstractContextManager[object]:
    def wait_ms(settings: Any, failures: int, _rng: Any, retry_after_s: float | None = None) -> int:
        doublings = min(max(failures, 1) - 1, 30)
        ceiling = min(settings.backoff_longest_ms, settings.backoff_first_ms * 2**doublings)
        return int(ceiling) + int((retry_after_s or 0) * 1000)

    stack = contextlib.ExitStack()
    stack.enter_context(patched(agent, "wait_ms", wait_ms))
    stack.enter_context(patched(agent, "first_wait_ms", lambda settings, _rng: settings.after_loss_ms))
    return stack


def _shows_its_token_first() -> contextlib.AbstractContextManager[object]:
    real = Connection.run_session

    async def run_session(self: Any, device: Any) -> str:
        self._session.resume()
        await self._session.token()
        return await real(self, device)

    return patched(Connection, "run_session", run_session)


def _clocks_are_believed() -> contextlib.AbstractContextManager[object]:
    stack = contextlib.ExitStack()
    stack.enter_context(patched(back_off, "is_over", lambda moment_ms, now_ms, _max: moment_ms <= now_ms))
    stack.enter_context(patched(back_off, "is_over_in_sql", lambda moment, now_ms, _max: moment <= now_ms))
    return stack


async def _resends_nothing(_self: Any, _stream: str) -> int:
    return 0


def _everybody_sees_everything() -> contextlib.AbstractContextManager[object]:
    """The socket's room is the server's, and not the shop's."""
    real = SimServer._tell

    def tell(self: Any, tenant_id: str, stream: str, changes: Any) -> None:
        real(self, tenant_id, stream, changes)
        for socket in self._sockets:
            if socket.caller is not None and socket.caller.tenant_id != tenant_id:
                rows = [change.row for change in changes]
                socket.deliver("changes", {"stream": stream, "from": 1, "to": 1, "changes": [], "rows": rows})

    return patched(SimServer, "_tell", tell)


def _any_cursor_is_known() -> contextlib.AbstractContextManager[object]:
    return patched(sync, "can_continue", lambda *_: True)


def _doubles_are_no_clone() -> contextlib.AbstractContextManager[object]:
    return patched(clones, "_looks_cloned", lambda *_, **__: True)


def _poison_is_never_set_aside() -> contextlib.AbstractContextManager[object]:
    """A batch that the server fails on is always sent again undivided."""

    def release(self: Any, tx: Any, batch: Any, error: Any) -> None:
        leases.release(tx, batch.ids, next_attempt_ms=tx.now_ms + 5_000, error=str(error))

    stack = contextlib.ExitStack()
    stack.enter_context(patched(push.WaitingLoad, "release", release))
    stack.enter_context(patched(batch_size, "after_failing", lambda operations: operations))
    return stack


def _last_edit_wins() -> contextlib.AbstractContextManager[object]:
    def merge(current: Any, wanted: Any, _base: Any) -> Any:
        return products.Merged({name: to for name, to in wanted.items() if current[name] != to}, ())

    return patched(products, "merge", merge)


def _nothing_is_parked() -> contextlib.AbstractContextManager[object]:
    """What a conflict blocks goes on as if it were decided: at the till, and at the server."""

    def mark_needs_attention(tx: Any, operation_id: str, status: Any, *, code: Any, error: Any) -> None:
        mine = t.outbox.c.id == operation_id, t.outbox.c.finished_ms.is_(None)
        values = {"status": status, "code": code, "error": error, "lease_owner": None, "lease_until_ms": None}
        tx.execute(update(t.outbox).where(*mine).values(values))
        tx.touch(Topic.OUTBOX)

    earlier = t.outbox.alias()
    on_its_way = exists().where(
        earlier.c.lane == t.outbox.c.lane,
        earlier.c.device_seq < t.outbox.c.device_seq,
        earlier.c.finished_ms.is_(None),
        earlier.c.status.in_(WAITING),
    )
    stack = contextlib.ExitStack()
    stack.enter_context(patched(transitions, "mark_needs_attention", mark_needs_attention))
    stack.enter_context(patched(ordering, "block_followers", lambda _tx, _ordering_keys: None))
    stack.enter_context(patched(ordering, "OWN_TURN", or_(t.outbox.c.lane.is_(None), ~on_its_way)))
    stack.enter_context(patched(conflicts, "open_before", lambda *_: None))
    return stack


def _flags_no_return_beyond_its_sale() -> contextlib.AbstractContextManager[object]:
    beyond = replace(FLAG_KINDS["refund_beyond_sale"], judge=lambda _case: iter(()))
    judged = tuple(beyond if kind.code == beyond.code else kind for kind in kinds._JUDGED)
    return patched(kinds, "_JUDGED", judged)


def _older_credentials_first() -> contextlib.AbstractContextManager[object]:
    real = credentials.Credentials.tokens
    return patched(
        credentials.Credentials, "tokens", property(lambda self: tuple(reversed(real.__get__(self))))
    )


def _new_credential_stays_in_memory() -> contextlib.AbstractContextManager[object]:
    def rotate(_home: Any, before: Any, token: str, former: str) -> Any:
        return replace(before, device_token=token, former_token=former)

    return patched(credentials, "rotate", rotate)


def _copies_are_successors() -> contextlib.AbstractContextManager[object]:
    real = till_credentials.state_of

    def state_of(*judged: Any) -> CredentialState:
        found = real(*judged)
        return (
            CredentialState.SUCCESSOR
            if found in {CredentialState.PREDECESSOR, CredentialState.COPY}
            else found
        )

    return patched(till_credentials, "state_of", state_of)


def _ends_credentials_when_it_answers() -> contextlib.AbstractContextManager[object]:
    """A predecessor holds until its successor was given out, and not until that was used."""
    real = till_credentials.exchange

    def exchange(unit: Any, token: str, secret: bytes, **asked: Any) -> Any:
        exchanged = real(unit, token, secret, **asked)
        if not isinstance(exchanged, IsCopy) and exchanged.successor is not None:
            till = till_credentials.find(unit, exchanged.successor, secret)
            assert till is not None
            till_credentials._use(unit, till, exchanged.successor, secret, asked["address"])
        return exchanged

    return patched(till_credentials, "exchange", exchange)


MUTANTS: dict[str, Switch] = {
    "the server forgets what it has answered": _forgets_what_it_answered,
    "a lease never runs out": _lease_never_ends,
    "a gap in a stream is skipped": _gap_is_no_gap,
    "the cursor moves before the rows are there": _cursor_in_a_transaction_of_its_own,
    "a sale's operation is not in its transaction": _sale_without_its_operation,
    "an overlay goes with the answer": _overlay_goes_with_the_answer,
    "an overlay stays for ever": _overlay_stays,
    "a movement that a count had seen counts again": _late_movement_counts,
    "a count always applies": _count_always_applies,
    "no wait between tries": _waits_are_over_at_once,
    "waits without jitter": _no_jitter,
    "a token is shown to whoever answers": _shows_its_token_first,
    "waits until a time that was set back": _clocks_are_believed,
    "a restored server is offered nothing": _without(Puller, "_resend_completed", _resends_nothing),
    "changes go to every shop": _everybody_sees_everything,
    "any cursor is continued": _any_cursor_is_known,
    "a till is taken for its own clone": _doubles_are_no_clone,
    "poison holds up the queue": _poison_is_never_set_aside,
    "the last edit of a field wins": _last_edit_wins,
    "nothing is parked behind a conflict": _nothing_is_parked,
    "a sale joins no open shift": _without(transaction, "open_shift_id", lambda _tx, _actor: None),
    "a till forgets what went back of a sale": _without(sale_records, "returns_of", lambda *_: []),
    "the server flags no return beyond its sale": _flags_no_return_beyond_its_sale,
    "an old credential is used after the new was on disk": _older_credentials_first,
    "a new credential is used before it is on disk": _new_credential_stays_in_memory,
    "a copy of a till goes unnoticed": _copies_are_successors,
    "an outage makes an honest till a copy": _ends_credentials_when_it_answers,
}


CHECKED_MUTANTS: dict[str, int] = {
    "the server forgets what it has answered": 2,
    "a lease never runs out": 2,
    "a gap in a stream is skipped": 1,
    "the cursor moves before the rows are there": 20,
    "a sale's operation is not in its transaction": 20,
    "an overlay goes with the answer": 20,
    "an overlay stays for ever": 40,
    "a movement that a count had seen counts again": 2,
    "a count always applies": 4,
    "no wait between tries": 10,
    "waits without jitter": 32,
    "a token is shown to whoever answers": 5,
    "waits until a time that was set back": 68,
    "a restored server is offered nothing": 25,
    "changes go to every shop": 10,
    "any cursor is continued": 5,
    "a till is taken for its own clone": 40,
    "the last edit of a field wins": 34,
    "nothing is parked behind a conflict": 2,
    "poison holds up the queue": 14,
    "a sale joins no open shift": 2,
    "a till forgets what went back of a sale": 7,
    "the server flags no return beyond its sale": 5,
    "an old credential is used after the new was on disk": 1,
    "a new credential is used before it is on disk": 1,
    "a copy of a till goes unnoticed": 1,
    "an outage makes an honest till a copy": 2,
}
"""The seed that notices each."""

SEEDS_TRIED = 70


def notices(mutant: str, seed: int) -> str:
    """What the simulation says of a seed under a mutant; "" where it notices nothing."""
    with MUTANTS[mutant]():
        try:
            run(seed, keep_trace=False)
        except Exception as error:  # noqa: BLE001 - whatever it meets, it has noticed
            return f"{type(error).__name__}: {error}"[:200]
    return ""


def _check_kept() -> int:
    """0 if each stored seed notices its mutant."""
    silence()
    with ProcessPoolExecutor(2, initializer=silence) as pool:
        said = dict(
            zip(CHECKED_MUTANTS, pool.map(notices, CHECKED_MUTANTS, CHECKED_MUTANTS.values()), strict=True)
        )
    unnoticed = [mutant for mutant, words in said.items() if not words]
    for mutant in unnoticed:
        print(
            f"not noticed: {mutant}, by seed {CHECKED_MUTANTS[mutant]}; look for another with `make mutants`"
        )
    return 1 if unnoticed else 0


def main() -> int:
    silence()
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "tests.simulation.mutants", *sys.argv[1:]])  # noqa: S606
    if sys.argv[1:] == ["--kept"]:
        return _check_kept()
    wanted = sys.argv[1:] or list(MUTANTS)
    survived = []
    for mutant in wanted:
        for seed in range(1, SEEDS_TRIED + 1):
            said = notices(mutant, seed)
            if said:
                print(f'    "{mutant}": {seed},  # {said}', flush=True)
                break
        else:
            survived.append(mutant)
            print(f"    SURVIVED: {mutant}", flush=True)
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
