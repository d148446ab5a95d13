"""The till's access token: exchanged for its device credential, renewed before it runs out."""

from sync_agent.contract import paths
from sync_agent.contract.identity import RefreshAnswer, RefreshRequest
from sync_agent.contract.tolerance import TOLERANT
from sync_agent.credentials import Credentials
from sync_agent.network.envelope import read_as
from sync_agent.ports import Clock, Transport
from sync_agent.settings import DEFAULTS, AgentSettings


class Session:
    """Holds one access token in memory; read it through `token`, which renews it."""

    def __init__(
        self,
        transport: Transport,
        credentials: Credentials,
        clock: Clock,
        settings: AgentSettings = DEFAULTS,
    ) -> None:
        self._renew_before_s = settings.renew_token_before_s
        self._transport = transport
        self._credentials = credentials
        self._clock = clock
        self._token: str | None = None
        self._good_until_s = 0.0

    async def token(self) -> str:
        """The access token, refreshed first if due. Raises AuthError if the device was revoked, or
        SyncError.
        """
        if self._token is None or self._clock.monotonic_s() >= self._good_until_s:
            asked_s = self._clock.monotonic_s()
            request = RefreshRequest(refresh_token=self._credentials.device_token, features=(TOLERANT,))
            given = await self._transport.request("POST", paths.REFRESH, body=request.to_wire())
            answer = read_as(RefreshAnswer, given, "the server's token")
            self._token = answer.access_token
            life_s = answer.expires_in
            self._good_until_s = asked_s + max(life_s - self._renew_before_s, life_s / 2)
        return self._token

    @property
    def renew_in_s(self) -> float:
        """Seconds until the current token is due for renewal."""
        return max(0.0, self._good_until_s - self._clock.monotonic_s())

    def forget(self) -> None:
        """Drop a token that the server refused: the next call fetches another."""
        self._token = None
