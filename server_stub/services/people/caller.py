"""The caller: what an access token says of its bearer."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from server_stub.errors import Refusal
from server_stub.roles import Action, may
from server_stub.services.visibility import Audience
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.streams import location_stream, tenant_stream
from sync_agent.contract.tolerance import TOLERANT

_FEATURES = frozenset({TOLERANT})
"""The features that change what is sent, over HTTP and sockets alike."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The bearer of an access token. Payloads never widen its rights."""

    tenant_id: str
    role: str
    locations: tuple[str, ...]
    user_id: str | None = None
    device_id: str | None = None
    sign_in_id: str | None = None
    """The sign-in behind the token: its family of refresh tokens. None for a till without a person."""
    expires_ms: int = 0
    address: str | None = None
    """The client's address, only for the audit trail."""
    features: frozenset[str] = frozenset()
    """The features that the client named and this server knows."""

    @property
    def id(self) -> str:
        """The user's id, or the till's if no person signed in."""
        return self.user_id or self.device_id or ""

    @property
    def is_device(self) -> bool:
        return self.user_id is None

    def with_features(self, sent: Iterable[str]) -> "Caller":
        """The same bearer, with the client's features added."""
        return replace(self, features=self.features | (_FEATURES & set(sent)))

    @property
    def audience(self) -> Audience:
        return Audience(self.is_device, TOLERANT in self.features)

    def streams(self) -> list[str]:
        """The streams that the caller may follow, the tenant's first."""
        own = (location_stream(self.tenant_id, location) for location in self.locations)
        return [tenant_stream(self.tenant_id), *own]

    def must(self, action: Action) -> None:
        if not may(self.role, action):
            raise Refusal(ErrorCode.FORBIDDEN, f"a {self.role} may not {action.words}")

    def must_follow(self, stream: str) -> None:
        if stream not in self.streams():
            raise Refusal(ErrorCode.NOT_FOUND, f"there is no stream {stream} for you")
