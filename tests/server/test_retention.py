"""Retention: old changes are pruned in chunks; a client whose cursor was there starts from a snapshot."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import create_engine, text, update

from server_stub.background.pruning import Pruner
from server_stub.cli.administration import confirm_clock
from server_stub.clock import SystemClock, TimeOrderedIds
from server_stub.errors import Refusal
from server_stub.services.people import credentials
from server_stub.services.people.accounts import active_user_called, begin_family
from server_stub.services.people.second_factor import Keys
from server_stub.services.people.sign_ins import Lifetimes
from server_stub.services.streams import broadcasts, retention, stock_view, sync
from server_stub.settings import Settings
from server_stub.store import tables as t
from server_stub.store.database import Database
from server_stub.store.migrations import config_for, migrate
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.events import BroadcastRequest
from sync_agent.contract.streams import ChangesPage, Cursor
from sync_agent.contract.wire import from_ms
from tests.kit.operations import movement, operation
from tests.kit.rules import MIA, MovableClock, Rules, create_bare_tenant, trust_the_clock
from tests.kit.waiting import until
from tests.kit.world import World


@pytest.fixture(autouse=True)
def goods_are_listed(rules: Rules) -> None:
    rules.lists_what_moves = True


STREAM = "tenant-t-location-main"
DAY_MS = retention.DAY_MS


def prune(rules: Rules, rows_max: int = 1000) -> retention.Pruned:
    rules.database.transact("t", trust_the_clock)
    return asyncio.run(retention.prune(rules.database, "t", retention_days=30, rows_max=rows_max))


def follow(rules: Rules, seq: int, change_id: str = "") -> ChangesPage:
    return rules.database.consult(
        "t",
        partial(
            sync.changes_after,
            caller=MIA,
            stream=STREAM,
            cursor=Cursor(seq=seq, change_id=change_id),
            limit=1000,
        ),
    )


def numbers(rules: Rules) -> list[int]:
    return [row[0] for row in rules.query("SELECT seq FROM change WHERE stream = :s ORDER BY seq", s=STREAM)]


def gone_here(rules: Rules, rows_max: int = 1000) -> int:
    """How many changes of the place's stream a pruning takes."""
    before = len(numbers(rules))
    prune(rules, rows_max)
    return before - len(numbers(rules))


def sell_on_three_days(rules: Rules) -> None:
    """Changes 1 and 2 are of today, 3 and 4 of 20 days later, 5 and 6 of 40 days later."""
    for _day in range(3):
        rules.send("till-1", movement("tea", 1), movement("milk", 1))
        rules.clock.ms += 20 * DAY_MS
    rules.clock.ms -= 20 * DAY_MS


def edited(price: int, base: int, version: int) -> dict[str, Any]:
    return operation(
        "product",
        {"set": {"priceMinor": price}, "base": {"priceMinor": base}},
        resourceId="tea",
        version=version,
    )


def test_changes_older_than_the_retention_go(rules: Rules) -> None:
    sell_on_three_days(rules)
    assert gone_here(rules) == 2
    assert numbers(rules) == [3, 4, 5, 6]
    assert rules.query("SELECT pruned_to FROM stream WHERE name = :s", s=STREAM) == [(2,)]


def test_a_change_is_kept_until_its_last_moment(rules: Rules) -> None:
    rules.send("till-1", movement("tea", 1), movement("milk", 1))
    rules.clock.ms += 30 * DAY_MS
    assert gone_here(rules) == 0
    rules.clock.ms += 1
    assert gone_here(rules) == 1


def test_the_heads_own_change_stays_however_old(rules: Rules) -> None:
    sell_on_three_days(rules)
    rules.clock.ms += 400 * DAY_MS
    prune(rules)
    assert numbers(rules) == [6]
    (change_id,) = rules.query("SELECT head_change_id FROM stream WHERE name = :s", s=STREAM)[0]
    assert follow(rules, 6, change_id).changes == []


def test_no_transaction_takes_more_rows_than_allowed(rules: Rules) -> None:
    rules.send("till-1", *(movement("tea", 1) for _ in range(10)))
    rules.clock.ms += 31 * DAY_MS
    once = partial(retention.prune_changes, stream=STREAM, before_ms=rules.clock.ms, rows_max=4)
    assert [rules.database.transact("t", once) for _ in range(4)] == [4, 4, 1, 0]


def test_pruning_in_portions_takes_all_that_is_old(rules: Rules) -> None:
    rules.send("till-1", *(movement("tea", 1) for _ in range(10)))
    rules.clock.ms += 31 * DAY_MS
    assert gone_here(rules, rows_max=3) == 9
    assert gone_here(rules, rows_max=3) == 0


def notify(rules: Rules, days: int) -> str:
    """A notice that is shown for so many days; its id."""
    until = from_ms(rules.clock.ms + days * DAY_MS)
    request = BroadcastRequest(type="announcement", data={"message": "Closing at four"}, until=until)
    sent = rules.database.transact("t", partial(broadcasts.broadcast, caller=MIA, request=request))
    return sent.event_id


def test_a_notice_goes_a_month_after_its_end_and_its_stream_says_so(rules: Rules) -> None:
    short, long = notify(rules, days=1), notify(rules, days=20)
    rules.clock.ms += (1 + retention.NOTICES_HISTORY_DAYS) * DAY_MS
    assert prune(rules).notices == 0
    rules.clock.ms += 1
    assert prune(rules).notices == 1
    assert rules.query("SELECT id FROM notice") == [(long,)]
    of_stream = "FROM change WHERE stream = :s ORDER BY seq DESC LIMIT 1"
    last = f"SELECT resource_type, resource_id, version, row {of_stream}"
    assert rules.query(last, s="tenant-t") == [("notice", short, 2, None)]


def test_a_clock_that_jumped_leaves_no_hole(rules: Rules) -> None:
    rules.clock.ms += 40 * DAY_MS
    rules.send("till-1", movement("tea", 1))
    rules.clock.ms -= 40 * DAY_MS
    rules.send("till-1", movement("tea", 1), movement("tea", 1))
    rules.clock.ms += 45 * DAY_MS
    assert gone_here(rules) == 0
    assert numbers(rules) == [1, 2, 3]


@pytest.mark.parametrize("seq", [0, 1, 2])
def test_a_cursor_before_what_is_left_has_expired(rules: Rules, seq: int) -> None:
    sell_on_three_days(rules)
    prune(rules)
    with pytest.raises(Refusal) as refused:
        follow(rules, seq)
    assert refused.value.code is ErrorCode.CURSOR_EXPIRED
    assert refused.value.http_status == 410


def test_a_cursor_at_a_change_that_is_left_goes_on(rules: Rules) -> None:
    sell_on_three_days(rules)
    change_id = follow(rules, 2).changes[0].change_id
    prune(rules)
    assert [change.seq for change in follow(rules, 3, change_id).changes] == [4, 5, 6]


def test_an_untouched_stream_is_followed_from_its_start(rules: Rules) -> None:
    sell_on_three_days(rules)
    assert [change.seq for change in follow(rules, 0).changes] == [1, 2, 3, 4, 5, 6]


def test_a_first_look_with_an_expired_cursor_is_a_whole_one(rules: Rules) -> None:
    sell_on_three_days(rules)
    rules.send("till-1", movement("tea", 1))
    look = partial(
        stock_view.initial_sync,
        caller=MIA,
        location_id="main",
        now_ms=rules.clock.ms,
        levels_max=100,
        movements_max=100,
    )
    first = follow(rules, 5).changes[0]
    cursors = {STREAM: Cursor(seq=6, change_id=first.change_id)}
    known = rules.database.consult("t", partial(look, cursors=cursors))
    assert [level.product_id for level in known.stock_levels] == ["tea"]
    rules.clock.ms += 400 * DAY_MS
    prune(rules)
    expired = rules.database.consult("t", partial(look, cursors=cursors))
    assert {level.product_id for level in expired.stock_levels} == {"tea", "milk"}


def test_the_ledger_and_the_answers_stay_for_ever(rules: Rules) -> None:
    sold = movement("tea", 3)
    rules.send("till-1", sold, movement("tea", 1))
    rules.clock.ms += 400 * DAY_MS
    prune(rules)
    assert rules.level("tea") == (4, 2)
    (again,) = rules.send("till-1", sold)
    assert again["repeated"] is True
    assert rules.level("tea") == (4, 2)


def test_an_edit_made_on_a_forgotten_version_is_a_conflict(rules: Rules) -> None:
    created = operation("product", {"name": "Tea", "priceMinor": 100}, operation="create", resourceId="tea")
    rules.send(None, created, edited(110, 100, 1))
    rules.clock.ms += 31 * DAY_MS
    rules.send(None, edited(120, 110, 2))
    assert prune(rules).product_versions == 2
    (late,) = rules.send(None, edited(105, 100, 1))
    assert late["status"] == "conflict"
    assert late["conflict"]["conflictType"] == "version_mismatch"
    assert late["conflict"]["serverVersion"]["values"]["priceMinor"] == 120


def test_what_a_product_is_now_is_never_forgotten(rules: Rules) -> None:
    created = operation("product", {"name": "Tea", "priceMinor": 100}, operation="create", resourceId="tea")
    rules.send(None, created)
    rules.clock.ms += 400 * DAY_MS
    assert prune(rules).product_versions == 0
    (clash,) = rules.send(None, edited(105, 90, 1))
    assert clash["status"] == "conflict"
    assert clash["conflict"]["serverVersion"]["version"] == 1


def test_refresh_tokens_go_once_they_have_been_over_for_long(rules: Rules) -> None:
    user = rules.database.consult("t", partial(active_user_called, tenant_id="t", username="mia"))
    assert user is not None
    signed_in = rules.database.transact(
        "t",
        partial(
            begin_family,
            user=user,
            lifetimes=Lifetimes(DAY_MS, 90 * DAY_MS),
            address=None,
            code=None,
            keys=Keys(b"secret"),
        ),
    )
    kept = credentials.token_hash(signed_in.refresh_token)
    rules.clock.ms += 31 * DAY_MS
    assert prune(rules).refresh_tokens == 0
    assert rules.query("SELECT token_hash FROM refresh_token") == [(kept,)]
    assert rules.query("SELECT count(*) FROM sign_in") == [(1,)]
    rules.clock.ms += 1
    assert prune(rules).refresh_tokens == 1
    assert rules.query("SELECT count(*) FROM sign_in") == [(0,)]


def test_the_pruner_knows_tenants_by_their_commits(rules: Rules, tmp_path: Path) -> None:
    pruner = Pruner(Settings(home=tmp_path), rules.database)
    rules.send("till-1", movement("tea", 1), movement("tea", 1))
    rules.clock.ms += 31 * DAY_MS
    asyncio.run(pruner.visit_all())
    assert numbers(rules) == [1, 2], "it has served nobody yet"
    rules.database.on_commit(pruner.committed)
    rules.send("till-1", movement("tea", 1))
    rules.database.transact("t", trust_the_clock)
    asyncio.run(pruner.visit_all())
    assert numbers(rules) == [3]


async def test_a_till_that_was_away_for_longer_starts_from_a_snapshot_and_agrees(tmp_path: Path) -> None:
    async with World(tmp_path, tills=2) as world:
        away, here = world.tills
        await away.link.cut()
        await away.sell(away.product(), 2)
        for _sale in range(3):
            await here.sell(here.product(1))
        await until(lambda: here.waiting() == 0, "the other till has sent its sales")
        before = away.cursors()
        later = MovableClock(SystemClock().now_ms() + 31 * DAY_MS)
        database = Database(world.settings.url, clock=later, ids=TimeOrderedIds(), readers=1)
        await database.write("demo", trust_the_clock)
        pruned = await retention.prune(database, "demo", retention_days=30, rows_max=1000)
        await asyncio.to_thread(database.close)
        assert pruned.changes > before["tenant-demo-location-main"]
        away.link.restore()
        await world.settle()
        assert away.levels() == world.server_levels() == world.ledger_sums()
        assert away.levels()[away.product().id] == here.levels()[away.product().id]


# --- a clock that may be wrong -------------------------------------------------------------------------


def looked_at(rules: Rules) -> int:
    """How many changes of the place's stream one more run of the pruner takes, with the clock as it is."""
    before = len(numbers(rules))
    asyncio.run(retention.prune(rules.database, "t", retention_days=30, rows_max=1000))
    return before - len(numbers(rules))


@pytest.mark.parametrize("jump_days", [31, 365, 73 * 365])
def test_a_clock_that_jumped_prunes_nothing_until_it_says_the_same_a_day_later_and_a_day_after_that(
    rules: Rules, jump_days: int
) -> None:
    rules.send("till-1", movement("tea", 1), movement("tea", 1))
    looked_at(rules)
    rules.clock.ms += jump_days * DAY_MS
    for _hour in range(48):
        assert looked_at(rules) == 0
        rules.clock.ms += DAY_MS // 24
    assert looked_at(rules) == 1


def test_a_clock_that_was_a_year_ahead_for_an_evening_has_pruned_nothing(rules: Rules) -> None:
    rules.send("till-1", movement("tea", 1), movement("tea", 1))
    looked_at(rules)
    rules.clock.ms += 365 * DAY_MS
    rules.send("till-1", movement("tea", 1))
    assert looked_at(rules) == 0
    rules.clock.ms -= 365 * DAY_MS
    assert looked_at(rules) == 0
    assert numbers(rules) == [1, 2, 3]


def test_what_a_wrong_clock_wrote_before_the_first_look_proves_nothing(rules: Rules) -> None:
    rules.send("till-1", movement("tea", 1), movement("tea", 1))
    rules.clock.ms += 365 * DAY_MS
    rules.send("till-1", movement("tea", 1))
    assert looked_at(rules) == 0
    assert numbers(rules) == [1, 2, 3]


def test_a_tenant_of_an_earlier_release_begins_with_its_creation(rules: Rules) -> None:
    """Its row has no proof where a process of that release made it after the update of the schema."""
    forgotten = update(t.tenant).values(proved_ms=None)
    rules.database.transact("t", lambda unit: unit.execute(forgotten))
    rules.send("till-1", movement("tea", 1), movement("tea", 1))
    rules.clock.ms += 365 * DAY_MS
    rules.send("till-1", movement("tea", 1))
    for _hour in range(48):
        assert looked_at(rules) == 0
        rules.clock.ms += DAY_MS // 24
    assert looked_at(rules) == 2


def test_an_update_believes_what_was_written_before_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'server.sqlite3'}"
    migrate(url)
    create_bare_tenant(url)
    engine = create_engine(url)
    config = config_for(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0008")
        connection.execute(text("UPDATE change SET at_ms = at_ms + 5 WHERE seq = 1"))
        newest = connection.execute(text("SELECT max(at_ms) FROM change")).scalar_one()
    migrate(url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT proved_ms FROM tenant")).scalars().all() == [newest]
    engine.dispose()


def test_a_person_may_say_that_the_clock_is_right(rules: Rules) -> None:
    rules.send("till-1", movement("tea", 1), movement("tea", 1))
    looked_at(rules)
    rules.clock.ms += 31 * DAY_MS
    rules.database.transact("t", confirm_clock)
    assert looked_at(rules) == 0
    rules.clock.ms += DAY_MS
    assert looked_at(rules) == 1
    assert ("clock_confirmed",) in rules.query("SELECT json_extract(detail, '$.did') FROM audit_entry")
