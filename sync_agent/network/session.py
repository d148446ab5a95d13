"""The till's access token: exchanged for its device credential, renewed before it runs out.

The credential rotates with each exchange. Its successor is on the till's disk before it is used, and the
predecessor stays beside it, so that whatever is lost or interrupted, one of the two holds at the server.
"""

import asyncio
import logging
from collections.abc import Callable

from sync_agent.contract import paths
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.identity import RefreshAnswer, RefreshRequest
from sync_agent.contract.tolerance import TOLERANT
from sync_agent.credentials import Credentials, new_nonce
from sync_agent.errors import AuthError, StoreError, TransientError
from sync_agent.network.envelope import read_as
from sync_agent.ports import Clock, Transport
from sync_agent.settings import DEFAULTS, AgentSettings

log = logging.getLogger(__name__)

Rotate = Callable[[Credentials, str, str], Credentials]
"""Stores a new token and its predecessor in place of the credentials; as `credentials.rotate`, of a home."""


class Session:
    """Holds one access token in memory; read it through `token`, which renews it.

    While it is suspended, nothing that needs a token is sent: a connection that ended may have ended because
    the network is another, where a captive portal answers in the server's place.
    """

    def __init__(
        self,
        transport: Transport,
        credentials: Credentials,
        clock: Clock,
        settings: AgentSettings = DEFAULTS,
        rotate: Rotate | None = None,
    ) -> None:
        """Without `rotate` nothing can be stored, and the credential stays the same."""
        self._renew_before_s = settings.renew_token_before_s
        self._transport = transport
        self._credentials = credentials
        self._clock = clock
        self._token: str | None = None
        self._good_until_s = 0.0
        self._is_suspended = False
        self._rotate = rotate
        self._renewing = asyncio.Lock()

    @property
    def credential(self) -> str:
        """The till's newest token."""
        return self._credentials.device_token

    def suspend(self) -> None:
        """Give out no token until `resume`."""
        self._is_suspended = True

    def resume(self) -> None:
        """Our own server has answered."""
        self._is_suspended = False

    async def token(self) -> str:
        """The access token, refreshed first if due. Raises AuthError if the device was revoked,
        TransientError while suspended, or another SyncError.
        """
        if self._is_suspended:
            raise TransientError("the connection to the server has ended")
        if self._is_due:
            async with self._renewing:  # two questions at once would get two successors
                if self._is_due:
                    await self._renew()
        assert self._token is not None, "it was renewed just now"
        return self._token

    @property
    def _is_due(self) -> bool:
        return self._token is None or self._clock.monotonic_s() >= self._good_until_s

    async def _renew(self) -> None:
        asked_s = self._clock.monotonic_s()
        used, answer = await self._exchange()
        self._token = answer.access_token
        life_s = answer.expires_in
        self._good_until_s = asked_s + max(life_s - self._renew_before_s, life_s / 2)
        given = answer.refresh_token
        if self._rotate is None or given is None or given in self._credentials.tokens:
            return
        try:
            self._credentials = self._rotate(self._credentials, given, used)
        except (OSError, StoreError) as error:
            # The old one holds until the new one was used, which is now lost.
            log.warning("this till's next credential could not be stored: %s", error)

    async def _exchange(self) -> tuple[str, RefreshAnswer]:
        """The token that held, and the answer. Raises AuthError if none does."""
        for token in self._credentials.tokens:
            try:
                return token, await self._ask(token)
            except AuthError as error:
                # A server that was restored may not know the successor that it gave out.
                if error.code != ErrorCode.UNAUTHORIZED or token == self._credentials.tokens[-1]:
                    raise
        raise AssertionError("a till has a token")

    async def _ask(self, token: str) -> RefreshAnswer:
        nonce = None if self._rotate is None else new_nonce()
        request = RefreshRequest(refresh_token=token, features=(TOLERANT,), nonce=nonce)
        given = await self._transport.request("POST", paths.REFRESH, body=request.to_wire())
        return read_as(RefreshAnswer, given, "the server's token")

    @property
    def renew_in_s(self) -> float:
        """Seconds until the current token is due for renewal."""
        return max(0.0, self._good_until_s - self._clock.monotonic_s())

    def forget(self) -> None:
        """Drop a token that the server refused: the next call fetches another."""
        self._token = None
