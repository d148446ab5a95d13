"""Wherever somebody tries a secret: each attempt is counted before the secret is looked at.

Strangers cannot lock anybody out. Wrong secrets count for an account and the address they came from together;
what counts for the account alone leaves out each address from which its secret was right before. An attempt
that fails for another reason than the secret counts too: nobody learns more by making the server fail.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from cachetools import TTLCache

from server_stub.addresses import address_key
from server_stub.rate_limits import Account, Limits

_AT_ONCE = 3
"""Attempts at one account from one address: fewer than may fail, and enough for the threads that hash."""

_KNOWN_MAX = 1000
_KNOWN_S = 30 * 24 * 3600

Known = Callable[[str], Awaitable[bool]]
"""Whether the account's secret was right from an `address_key` before."""


@dataclass
class Try:
    """One attempt; whoever looks at the secret says whether it was right."""

    address: str
    """The `address_key` that it comes from."""
    is_right: bool = False


@dataclass
class _Turn:
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    waiting: int = 0


class SecretTries:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._turns: dict[tuple[str, ...], _Turn] = {}

    @asynccontextmanager
    async def trying(self, account: Account, address: str, known: Known) -> AsyncIterator[Try]:
        """An attempt at an account's secret; set `is_right` if it was. Raises Refusal if there were too many.

        Attempts from one address take turns: a hundred tills that are enrolled by one person at the same
        moment are not taken for failed attempts.
        """
        one = Try(address_key(address))
        async with self._turn((*account, one.address)):
            await self._limits.secret(account, one.address, is_known=await known(one.address))
            yield one
            if one.is_right:
                await self._limits.secret_was_right(account, one.address)

    @asynccontextmanager
    async def _turn(self, key: tuple[str, ...]) -> AsyncIterator[None]:
        turn = self._turns.setdefault(key, _Turn())
        turn.waiting += 1
        try:
            async with turn.places:
                yield
        finally:
            turn.waiting -= 1
            if not turn.waiting:
                del self._turns[key]


class OperatorsSecret:
    """A secret of the server itself, as the Admin UI's password: no account of a shop has it.

    The addresses from which it was right are known to this process alone, and until it ends.
    """

    def __init__(self, tries: SecretTries, name: str) -> None:
        self._tries = tries
        self._account = ("", name)  # no tenant has this id
        self._known: TTLCache[str, bool] = TTLCache(_KNOWN_MAX, _KNOWN_S)

    @asynccontextmanager
    async def trying(self, address: str) -> AsyncIterator[Try]:
        async with self._tries.trying(self._account, address, self._is_known) as one:
            yield one
        if one.is_right:
            self._known[one.address] = True

    async def _is_known(self, address: str) -> bool:
        return address in self._known
