"""Whether an access token is still valid: its bearer not signed out, dismissed, revoked, or changed.

Access tokens live for a quarter of an hour; this check ends a sign-in at once. Results are cached briefly,
so that it costs a query every other second and not one a request.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from cachetools import TTLCache

from server_stub.errors import Refusal
from server_stub.services.people import token_validity
from server_stub.services.people.caller import Caller
from server_stub.store.database import Database
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.events import EndReason

_BEARERS_MAX = 10_000

_WORDS: dict[EndReason, str] = {
    "signed_out": "this sign-in has ended; sign in again",
    "user_disabled": "this account is not active any more",
    "rights_changed": "your rights have changed; refresh your token",
    "device_revoked": "this till is not enrolled any more",
}


class TokenValidity:
    def __init__(self, database: Database, remember_s: float) -> None:
        self._database = database
        self._generation = 0
        self._known: TTLCache[Caller, EndReason | None] = TTLCache(
            _BEARERS_MAX, remember_s, timer=lambda: database.clock.now_ms() / 1000
        )

    def __len__(self) -> int:
        """The number of cached results."""
        return len(self._known)

    async def ended(self, callers: Iterable[Caller]) -> dict[Caller, EndReason]:
        """The bearers whose tokens are not valid any more, with the reason; one query a tenant."""
        unknown: dict[str, list[Caller]] = {}
        known: dict[Caller, EndReason | None] = {}
        cache_generation = self._generation
        for caller in callers:
            try:
                known[caller] = self._known[_bearer(caller)]
            except KeyError:
                unknown.setdefault(caller.tenant_id, []).append(caller)
        for tenant_id, bearers in unknown.items():
            ends = await self._database.read(
                tenant_id,
                partial(token_validity.invalid_reasons, tenant_id=tenant_id, callers=bearers),
            )
            for caller in bearers:
                known[caller] = ends.get(caller)
                if cache_generation == self._generation:
                    self._known[_bearer(caller)] = known[caller]
        return {caller: reason for caller, reason in known.items() if reason is not None}

    async def end_of(self, caller: Caller) -> EndReason | None:
        """Why the bearer's token is not valid any more; None while it is."""
        return (await self.ended([caller])).get(caller)

    async def require_valid(self, caller: Caller) -> None:
        reason = await self.end_of(caller)
        if reason is not None:
            raise Refusal(ErrorCode.UNAUTHORIZED, _WORDS[reason])

    def forget(self) -> None:
        """Clears the cache; called after every change of people or tills."""
        self._generation += 1
        self._known.clear()


def _bearer(caller: Caller) -> Caller:
    """The cache key: the same for all of a bearer's tokens and addresses."""
    return replace(caller, expires_ms=0, address=None)
