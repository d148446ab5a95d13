"""Rate limits: how much is allowed, to whom it counts, and that other bearers are not affected."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from limits.aio.storage import MemoryStorage

from server_stub.errors import Refusal
from server_stub.rate_limits import Limits, frees_in_s
from server_stub.services.people.caller import Caller
from server_stub.settings import RateLimits
from sync_agent.contract.codes import ErrorCode
from tests.kit.redis_server import Redis

TILL = Caller("demo", "device", ("main",), device_id="till")
BOB = Caller("demo", "clerk", ("main",), user_id="bob")
ALICE = Caller("demo", "manager", ("main",), user_id="alice")
BOBS, ALICES = ("demo", "bob"), ("demo", "alice")
MALLORY = Caller("rival", "manager", ("main",), user_id="bob")


async def refused(asking: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await asking
    assert caught.value.code is ErrorCode.RATE_LIMITED
    return caught.value


@pytest.mark.usefixtures("moment")
async def test_a_till_sends_100_000_operations_as_fast_as_it_can() -> None:
    limits = Limits(RateLimits())
    for _ in range(200):
        await limits.request(TILL)
        await limits.upload(TILL)


async def test_uploads_go_on_at_nearly_twenty_a_second_after_the_burst(moment: list[float]) -> None:
    limits = Limits(RateLimits())
    for _ in range(200):
        await limits.upload(TILL)
    assert (await refused(limits.upload(TILL))).retry_after_ms
    moment[0] += 20
    for _ in range(19 * 60):
        await limits.upload(TILL)
        moment[0] += 1 / 19


async def test_who_asks_too_much_is_told_when_to_come_back(moment: list[float]) -> None:
    limits = Limits(RateLimits(events_per_s=1, events_burst=4))
    for _ in range(4):
        await limits.request(BOB)
    refusal = await refused(limits.request(BOB))
    assert refusal.retry_after_ms is not None
    moment[0] += refusal.retry_after_ms / 1000
    await limits.request(BOB)


@pytest.mark.usefixtures("moment")
async def test_a_neighbour_and_another_tenant_feel_nothing() -> None:
    limits = Limits(RateLimits(events_burst=1, events_per_s=1))
    await limits.request(BOB)
    await refused(limits.request(BOB))
    await limits.request(ALICE)
    await limits.request(MALLORY)
    await limits.request(TILL)


@pytest.mark.usefixtures("moment")
async def test_a_tenant_has_a_limit_of_its_own() -> None:
    limits = Limits(RateLimits(tenant_burst=2, tenant_per_s=1))
    await limits.request(BOB)
    await limits.request(ALICE)
    await refused(limits.request(TILL))
    await limits.request(MALLORY)


async def test_passwords_are_tried_five_times_a_minute_and_success_forgets(moment: list[float]) -> None:
    limits = Limits(RateLimits())
    for _ in range(2):
        for _ in range(5):
            await limits.secret(BOBS, "10.0.0.1", is_known=True)
        await refused(limits.secret(BOBS, "10.0.0.1", is_known=True))
        await limits.secret(BOBS, "10.0.0.2", is_known=True)
        await limits.secret(ALICES, "10.0.0.1", is_known=True)
        await limits.secret_was_right(BOBS, "10.0.0.1")
        moment[0] += 120


async def test_strangers_together_are_slowed_and_whoever_is_known_is_not(moment: list[float]) -> None:
    limits = Limits(RateLimits())
    for number in range(30):
        await limits.secret(BOBS, f"10.0.0.{number}", is_known=False)
    await refused(limits.secret(BOBS, "10.1.0.1", is_known=False))
    await limits.secret(BOBS, "10.2.0.1", is_known=True)
    await limits.secret(ALICES, "10.1.0.1", is_known=False)
    moment[0] += 2 * 3600
    await limits.secret(BOBS, "10.1.0.1", is_known=False)


@pytest.mark.usefixtures("moment")
async def test_a_hundred_tills_behind_one_address_sign_in_and_no_more_accounts_are_tried_from_it() -> None:
    limits = Limits(RateLimits())
    for number in range(120):
        await limits.secret(("demo", f"user-{number}"), "10.0.0.1", is_known=False)
    await refused(limits.secret(BOBS, "10.0.0.1", is_known=False))
    await limits.secret(BOBS, "10.0.0.1", is_known=True)
    await limits.secret(BOBS, "10.0.0.2", is_known=False)


@pytest.mark.usefixtures("moment")
async def test_one_address_hands_in_so_many_tokens_and_another_feels_nothing() -> None:
    limits = Limits(RateLimits(refreshes_per_s=1, refreshes_burst=4))
    for _ in range(4):
        await limits.refresh("10.0.0.1")
    await refused(limits.refresh("10.0.0.1"))
    await limits.refresh("10.0.0.2")


async def test_what_is_over_is_forgotten(moment: list[float]) -> None:
    limits = Limits(RateLimits())
    for number in range(500):
        await limits.unauthenticated(f"socket-{number}")
    kept = limits._own.storage
    assert isinstance(kept, MemoryStorage)
    moment[0] += 60
    await limits.unauthenticated("the last")
    await limits.unauthenticated("the last")
    assert kept.timer is not None
    await kept.timer
    assert len(kept.storage) == len(kept.expirations) == 1
    assert len(kept.locks) <= 2


@pytest.mark.parametrize(
    ("before", "before_s", "now", "now_s", "wait_s"),
    [
        (0, 0.0, 4, 3.0, 4.0),  # all in this window: it must pass, and one of it fade
        (4, 4.0, 0, 4.0, 0.0),
        (4, 3.0, 1, 3.0, 0.0),
        (4, 3.0, 3, 3.0, 2.0),
    ],
)
def test_when_one_more_fits(before: int, before_s: float, now: int, now_s: float, wait_s: float) -> None:
    assert frees_in_s(4, 4, before, before_s, now, now_s) == pytest.approx(wait_s)


@pytest.fixture
async def process(redis_url: str) -> AsyncIterator[Callable[..., Limits]]:
    """Makes the limits of one process after the other."""
    made: list[Limits] = []

    def make(**rates: int) -> Limits:
        made.append(Limits(RateLimits(**rates), redis_url))
        return made[-1]

    yield make
    for limits in made:
        await limits.close()


async def test_processes_count_together(process: Callable[..., Limits]) -> None:
    one, other = (process(events_per_s=1, events_burst=10) for _ in range(2))
    for _ in range(5):
        await one.request(BOB)
        await other.request(BOB)
    assert (await refused(one.request(BOB))).retry_after_ms
    assert (await refused(other.request(BOB))).retry_after_ms
    await other.request(ALICE)


async def test_success_forgets_in_all_processes(process: Callable[..., Limits]) -> None:
    one, other = process(), process()
    for _ in range(5):
        await one.secret(BOBS, "10.0.0.1", is_known=False)
    await refused(other.secret(BOBS, "10.0.0.1", is_known=False))
    await other.secret_was_right(BOBS, "10.0.0.1")
    await one.secret(BOBS, "10.0.0.1", is_known=False)


async def test_strangers_are_counted_over_all_processes(process: Callable[..., Limits]) -> None:
    one, other = process(), process()
    for number in range(15):
        await one.secret(BOBS, f"10.0.0.{number}", is_known=False)
        await other.secret(BOBS, f"10.0.1.{number}", is_known=False)
    for limits in (one, other):
        await refused(limits.secret(BOBS, "10.1.0.1", is_known=False))
        await limits.secret(BOBS, "10.2.0.1", is_known=True)


@pytest.mark.usefixtures("moment")
async def test_without_redis_each_process_counts_for_itself(
    process: Callable[..., Limits], redis_server: Redis
) -> None:
    one, other = (process(events_per_s=1, events_burst=2) for _ in range(2))
    await one.request(BOB)
    redis_server.stop()
    try:
        for limits in (one, other):
            await limits.request(BOB)
            await limits.request(BOB)
            await refused(limits.request(BOB))
    finally:
        redis_server.start()


@pytest.mark.usefixtures("moment")
async def test_requests_and_events_are_counted_together(open_with: Callable[..., Any]) -> None:
    rates = RateLimits(events_per_s=1, events_burst=12)
    async with open_with(rate_limits=rates) as shop:
        bob, alice = await shop.sign_in("demo", "bob"), await shop.sign_in("demo", "alice")
        mallory = await shop.sign_in("rival", "mallory")
        socket, other = await shop.join("demo", bob), await shop.join("demo", alice)
        answers = [await socket.call("ping") for _ in range(6)]
        statuses = [(await bob.post("/realtime/ping", {})).status_code for _ in range(8)]
        assert all(answer["success"] for answer in answers)
        assert set(statuses) == {200, 429}
        refusal = (await socket.call("ping"))["error"]
        assert refusal["code"] == "rate_limited"
        assert refusal["retryAfterMs"] > 0
        response = await bob.post("/realtime/ping", {})
        assert response.json()["error"]["code"] == "rate_limited"
        assert int(response.headers["Retry-After"]) >= 1
        assert (await other.call("ping"))["success"]
        assert (await mallory.post("/realtime/ping", {})).status_code == 200


@pytest.mark.usefixtures("moment")
async def test_a_socket_that_never_joins_is_held_back_too(open_with: Callable[..., Any]) -> None:
    async with open_with(rate_limits=RateLimits(events_per_s=1, events_burst=3)) as shop:
        socket, other = await shop.connect(), await shop.connect()
        codes = [(await socket.call("no-such-event"))["error"]["code"] for _ in range(4)]
        assert codes == ["unknown_event"] * 3 + ["rate_limited"]
        assert (await other.call("no-such-event"))["error"]["code"] == "unknown_event"
