"""Rate limits for HTTP and sockets, shared by all processes of one server through Redis.

The library counts in sliding windows: "at most `burst` in any `burst / rate` seconds" is what a token bucket
of that rate and burst lets through. A limit belongs to one user, till, tenant or address, so others are not
affected. While Redis is unavailable each process counts for itself.
"""

import asyncio
import secrets

import structlog
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.storage.redis.redispy import RedispyBridge
from limits.aio.strategies import FixedWindowRateLimiter, SlidingWindowCounterRateLimiter
from limits.errors import StorageError

from server_stub.addresses import address_key
from server_stub.clock import SystemClock
from server_stub.errors import Refusal
from server_stub.services.people.caller import Caller
from server_stub.settings import RateLimits
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.enrolment_codes import CODE_LASTS_S

log = structlog.get_logger()

Account = tuple[str, str]
"""What a secret is tried for: a tenant and a name within it."""

_JITTER_MS = 500
"""Spreads the retries of clients that were refused together."""

_REDIS_ANSWER_S_MAX = 2
_REDIS_PAUSE_S = 5.0
"""How long to wait before asking a Redis again that did not answer."""


class Limits:
    def __init__(self, rates: RateLimits, redis_url: str | None = None) -> None:
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._redis = None if redis_url is None else _storage_in(redis_url)
        self._shared = None if self._redis is None else SlidingWindowCounterRateLimiter(self._redis)
        # From the first wrong code on, exactly: a sliding window lets one more through where it turns.
        self._own_codes = FixedWindowRateLimiter(self._own.storage)
        self._shared_codes = None if self._redis is None else FixedWindowRateLimiter(self._redis)
        self._code_tries = RateLimitItemPerSecond(rates.code_tries, CODE_LASTS_S)
        self._alone_until_s = 0.0
        self._events = _bucket(rates.events_per_s, rates.events_burst)
        self._uploads = _bucket(rates.uploads_per_s, rates.uploads_burst)
        self._tenant = _bucket(rates.tenant_per_s, rates.tenant_burst)
        self._tries = RateLimitItemPerMinute(rates.tries_a_minute)
        self._strangers = RateLimitItemPerHour(rates.strangers_tries_an_hour)
        self._address = RateLimitItemPerMinute(rates.address_tries_a_minute)
        self._refreshes = _bucket(rates.refreshes_per_s, rates.refreshes_burst)

    async def unauthenticated(self, sid: str) -> None:
        """Takes one event of a socket that has not joined yet. Raises Refusal, like all of these."""
        await self._take(self._events, "unauthenticated", sid)

    async def request(self, caller: Caller) -> None:
        """Takes one request or event of a bearer."""
        await self._take(self._events, "events", caller.tenant_id, caller.id)
        await self._take(self._tenant, "tenant", caller.tenant_id)

    async def upload(self, caller: Caller) -> None:
        """Takes one upload of operations, in addition to its request."""
        await self._take(self._uploads, "uploads", caller.tenant_id, caller.device_id or caller.id)

    async def secret(self, account: Account, address: str, *, is_known: bool) -> None:
        """Takes one attempt at an account's secret from an `address_key`.

        `is_known`: the secret was right from there before, so strangers' attempts do not count.
        """
        if not is_known:
            await self._take(self._address, "tries-address", address)
        await self._take(self._tries, "tries", *account, address)
        if not is_known:
            await self._take(self._strangers, "tries-strangers", *account)

    async def secret_was_right(self, account: Account, address: str) -> None:
        """Forgets the failed attempts from there."""
        whose = ("tries", *account, address)
        await self._own.clear(self._tries, *whose)
        if self._shared is not None and not self._is_alone():
            try:
                await self._shared.clear(self._tries, *whose)
            except StorageError as error:
                self._lost(error)

    async def refresh(self, address: str) -> None:
        """Takes one refresh of an access token; the bearer is not known yet, so it counts for the address."""
        await self._take(self._refreshes, "refresh", address_key(address))

    async def refresh_of(self, token_hash: str) -> None:
        """Takes one refresh of a token that held before, where its address has none left."""
        await self._take(self._events, "refresh-token", token_hash)

    async def wrong_code(self, address: str) -> None:
        """Counts a one-time code from an address that does not hold.

        Codes that hold are never counted, and nothing is counted for a shop or for the whole server: who
        sends wrong ones uses up nobody's right ones. Codes are too long to be found by trying.
        """
        wait_s = await self._count_wrong_code(("code-address", address_key(address)))
        if wait_s is not None:
            words = "too many wrong codes came from this address; a right one is taken all the same"
            raise _too_much(wait_s, words)

    async def _count_wrong_code(self, whose: tuple[str, ...]) -> float | None:
        if self._shared_codes is not None and not self._is_alone():
            try:
                return await _hit_from_the_first(self._shared_codes, self._code_tries, whose)
            except StorageError as error:
                self._lost(error)
        return await _hit_from_the_first(self._own_codes, self._code_tries, whose)

    async def close(self) -> None:
        if self._redis is not None:
            bridge = self._redis.bridge
            assert isinstance(bridge, RedispyBridge), "chosen when it was made"
            await bridge.storage.aclose()

    async def _take(self, limit: RateLimitItem, *whose: str) -> None:
        wait_s = await self._hit(limit, whose)
        if wait_s is not None:
            raise _too_much(wait_s)

    async def _hit(self, limit: RateLimitItem, whose: tuple[str, ...]) -> float | None:
        """None if allowed, else the seconds until it is."""
        if self._shared is not None and not self._is_alone():
            try:
                return await _hit(self._shared, limit, whose)
            except StorageError as error:
                self._lost(error)
        return await _hit(self._own, limit, whose)

    def _is_alone(self) -> bool:
        return asyncio.get_running_loop().time() < self._alone_until_s

    def _lost(self, error: StorageError) -> None:
        log.warning("limits.alone", reason=str(error))
        self._alone_until_s = asyncio.get_running_loop().time() + _REDIS_PAUSE_S


def _too_much(wait_s: float, words: str = "too much at once; wait a moment") -> Refusal:
    wait_ms = round(1000 * wait_s) + secrets.randbelow(_JITTER_MS)
    return Refusal(ErrorCode.RATE_LIMITED, words, retry_after_ms=wait_ms)


async def _hit(
    counter: SlidingWindowCounterRateLimiter, limit: RateLimitItem, whose: tuple[str, ...]
) -> float | None:
    if await counter.hit(limit, *whose):
        return None
    storage = counter.storage
    assert isinstance(storage, MemoryStorage | RedisStorage), "both count in sliding windows"
    window_s = limit.get_expiry()
    before, before_s, now, now_s = await storage.get_sliding_window(limit.key_for(*whose), window_s)
    return frees_in_s(limit.amount, window_s, before, before_s, now, now_s - window_s)


async def _hit_from_the_first(
    counter: FixedWindowRateLimiter, limit: RateLimitItem, whose: tuple[str, ...]
) -> float | None:
    if await counter.hit(limit, *whose):
        return None
    ends_s = (await counter.get_window_stats(limit, *whose)).reset_time
    return max(1.0, ends_s - SystemClock().now_ms() / 1000)


def frees_in_s(amount: int, window_s: int, before: int, before_s: float, now: int, now_s: float) -> float:
    """Seconds until one more fits: the last window's `before` hits fade in `before_s`, the `now` hits start
    to fade in `now_s`.
    """
    if now < amount:
        still_fits = (amount - now) * window_s / max(1, before)
        return max(0.0, before_s - still_fits)
    return max(0.0, now_s) + window_s / now


def _bucket(per_s: int, burst: int) -> RateLimitItem:
    return RateLimitItemPerSecond(burst, max(1, burst // per_s))


def _storage_in(redis_url: str) -> RedisStorage:
    return RedisStorage(
        f"async+{redis_url}",
        implementation="redispy",
        key_prefix="evertill-limits",
        wrap_exceptions=True,
        socket_timeout=_REDIS_ANSWER_S_MAX,
        socket_connect_timeout=_REDIS_ANSWER_S_MAX,
    )
