"""Presence over all processes of one server, stored in Redis.

Each tenant has a hash with a field for each socket: "process/user/bearer/sid". A socket is counted and added
by one script, so that sockets which join at several processes at once count each other.

Each process has a key that expires unless its beat renews it. Fields of a process whose key expired are
removed by whoever notices first, in one script, so that exactly one process reports who vanished.

Each process knows its own sockets without Redis. While Redis is unavailable that is all it reports; when
Redis is back, or has lost its data, the process registers its sockets again under a new name.
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

import orjson
import structlog
from redis.asyncio import Redis

from server_stub.presence.local import UNBOUNDED, Beat, Ceilings, Full, LocalPresence, Present
from server_stub.presence.redis_client import REDIS_TROUBLE

log = structlog.get_logger()

_MISSED_BEATS_MAX = 3

_SOCKETS_OF_USER = """
local function sockets_of(user)
    local count = 0
    for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
        if string.match(field, '^[^/]*/([^/]*)/') == user then count = count + 1 end
    end
    return count
end
"""
_TENANT_FULL, _BEARER_FULL = -1, -2
_ENTER = """
local field, present, lifetime, user, bearer = unpack(ARGV, 1, 5)
local is_new, tenant_max, bearer_max = ARGV[6] == '1', tonumber(ARGV[7]), tonumber(ARGV[8])
local all, of_user, of_bearer = 0, 0, 0
for _, other in ipairs(redis.call('HKEYS', KEYS[1])) do
    if other ~= field then
        local its_user, its_bearer = string.match(other, '^[^/]*/([^/]*)/([^/]*)')
        all = all + 1
        if its_user == user then of_user = of_user + 1 end
        if its_bearer == bearer then of_bearer = of_bearer + 1 end
    end
end
if is_new and all >= tenant_max then return -1 end
if is_new and of_bearer >= bearer_max then return -2 end
redis.call('HSET', KEYS[1], field, present)
redis.call('EXPIRE', KEYS[1], lifetime)
return of_user + 1
"""
_LEAVE = (
    _SOCKETS_OF_USER
    + """
if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return -1 end
return sockets_of(ARGV[2])
"""
)
_REAP = """
local alive, gone, left, vanished = {}, {}, {}, {}
local entries = redis.call('HGETALL', KEYS[1])
for i = 1, #entries, 2 do
    local process, user = string.match(entries[i], '^([^/]*)/([^/]*)/')
    if alive[process] == nil then alive[process] = redis.call('EXISTS', ARGV[1] .. process) == 1 end
    if alive[process] then
        left[user] = true
    else
        redis.call('HDEL', KEYS[1], entries[i])
        gone[#gone + 1] = {user, entries[i + 1]}
    end
end
for _, entry in ipairs(gone) do
    if not left[entry[1]] then
        left[entry[1]] = true
        vanished[#vanished + 1] = entry[2]
    end
end
return vanished
"""


class RedisPresence:
    """Presence over several processes, with each process's own sockets in memory."""

    def __init__(self, redis: Redis, beat_s: float, ceilings: Ceilings = UNBOUNDED) -> None:
        self._redis = redis
        self._ceilings = ceilings
        self._lifetime_ms = round(1000 * beat_s * _MISSED_BEATS_MAX)
        self._own = LocalPresence(ceilings)
        self._process = _new_name()
        self._is_away = False
        self._enter = redis.register_script(_ENTER)
        self._leave = redis.register_script(_LEAVE)
        self._reap = redis.register_script(_REAP)

    async def enter(self, tenant_id: str, present: Present) -> bool:
        is_new = self._own.find(tenant_id, present.sid) is None
        alone_here = await self._own.enter(tenant_id, present)
        sockets = await self._unless_away(
            self._enter,
            keys=[_hash_of(tenant_id)],
            args=[
                self._field(present),
                _written(present),
                self._hash_lifetime_s,
                present.user_id,
                present.bearer,
                int(is_new),
                self._ceilings.per_tenant,
                self._ceilings.per_bearer,
            ],
        )
        if sockets in (_TENANT_FULL, _BEARER_FULL):
            await self._own.leave(tenant_id, present.sid)
            raise Full("tenant" if sockets == _TENANT_FULL else "bearer")
        return alone_here if sockets is None else sockets == 1

    async def leave(self, tenant_id: str, sid: str) -> bool:
        present = self._own.find(tenant_id, sid)
        if present is None:
            return False
        last_here = await self._own.leave(tenant_id, sid)
        sockets = await self._unless_away(
            self._leave, keys=[_hash_of(tenant_id)], args=[self._field(present), present.user_id]
        )
        # -1: another process has taken this one for dead and reported the user gone.
        return last_here if sockets is None else sockets == 0

    async def report(self, tenant_id: str, sid: str, pending: int) -> bool:
        if not await self._own.report(tenant_id, sid, pending):
            return False
        present = self._own.find(tenant_id, sid)
        assert present is not None, "it has just reported"
        await self._unless_away(
            self._redis.hset, _hash_of(tenant_id), self._field(present), _written(present)
        )
        return True

    async def of(self, tenant_id: str) -> list[Present]:
        encoded = await self._unless_away(self._redis.hvals, _hash_of(tenant_id))
        if encoded is None:
            return self._own.all_of(tenant_id)
        # A socket can be listed twice for a moment after its process registered again.
        return list({present.sid: present for present in map(_read, encoded)}.values())

    async def beat(self) -> Beat:
        beat = Beat()
        try:
            known = await self._redis.set(_process_key(self._process), 1, px=self._lifetime_ms, get=True)
            if self._is_away or known is None:
                beat.returned.extend(await self._register_again())
            for tenant_id in self._own.tenants():
                beat.vanished.extend((tenant_id, vanished) for vanished in await self._reaped(tenant_id))
        except REDIS_TROUBLE as error:
            self._lost(error)
        return beat

    async def close(self) -> None:
        """Removes this process's entries, so that other processes need not detect its end."""
        for tenant_id in self._own.tenants():
            for present in self._own.all_of(tenant_id):
                await self.leave(tenant_id, present.sid)
        await self._unless_away(self._redis.delete, _process_key(self._process))
        await self._redis.aclose()

    async def _register_again(self) -> list[tuple[str, Present]]:
        """Registers all sockets under a new process name. Returns the users who were not listed: they may
        have been reported gone.

        Entries under the old name are left for the reaping; they may include sockets that have closed since.
        """
        old, self._process = self._process, _new_name()
        tenants = self._own.tenants()
        put = [(tenant_id, present) for tenant_id in tenants for present in self._own.all_of(tenant_id)]
        async with self._redis.pipeline(transaction=True) as together:
            for tenant_id in tenants:
                together.hkeys(_hash_of(tenant_id))
            together.delete(_process_key(old))
            together.set(_process_key(self._process), 1, px=self._lifetime_ms)
            for tenant_id, present in put:
                together.hset(_hash_of(tenant_id), self._field(present), _written(present))
                together.expire(_hash_of(tenant_id), self._hash_lifetime_s)
            # The results of HKEYS, which came first in the pipeline.
            listed_before = zip(tenants, await together.execute(), strict=False)
        known = {(tenant_id, _user_of(field)) for tenant_id, fields in listed_before for field in fields}
        returned: dict[tuple[str, str], Present] = {}
        for tenant_id, present in put:
            if self._own.find(tenant_id, present.sid) is None:
                await self._redis.hdel(_hash_of(tenant_id), self._field(present))
            elif (tenant_id, present.user_id) not in known:
                returned.setdefault((tenant_id, present.user_id), present)
        if self._is_away:
            self._is_away = False
            log.info("presence.together_again")
        return [(tenant_id, present) for (tenant_id, _user), present in returned.items()]

    async def _reaped(self, tenant_id: str) -> list[Present]:
        vanished = await self._reap(keys=[_hash_of(tenant_id)], args=[_process_key("")])
        await self._redis.expire(_hash_of(tenant_id), self._hash_lifetime_s)
        return [_read(encoded) for encoded in vanished]

    async def _unless_away(self, ask: Callable[..., Awaitable[Any]], *arguments: Any, **named: Any) -> Any:
        """Redis's answer; None while it is unavailable. Only the beat checks whether it is back."""
        if self._is_away:
            return None
        try:
            return await ask(*arguments, **named)
        except REDIS_TROUBLE as error:
            self._lost(error)
            return None

    def _lost(self, error: Exception) -> None:
        if not self._is_away:
            self._is_away = True
            log.warning("presence.alone", reason=str(error))

    def _field(self, present: Present) -> str:
        return f"{self._process}/{present.user_id}/{present.bearer}/{present.sid}"

    @property
    def _hash_lifetime_s(self) -> int:
        """Longer than a beat, so that hashes of tenants that no process serves expire."""
        return max(1, 4 * self._lifetime_ms // 1000)


def _new_name() -> str:
    return secrets.token_hex(8)


def _hash_of(tenant_id: str) -> str:
    return f"evertill-present:{tenant_id}"


def _process_key(process: str) -> str:
    return f"evertill-process:{process}"


def _user_of(field: bytes) -> str:
    return field.split(b"/")[1].decode()


def _written(present: Present) -> str:
    return orjson.dumps(asdict(present)).decode()


def _read(written: bytes) -> Present:
    return Present(**orjson.loads(written))
