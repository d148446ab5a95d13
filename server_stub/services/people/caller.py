"""Who is speaking: what an access token says of its bearer."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from server_stub.errors import Refusal
from server_stub.roles import Action, may
from server_stub.services.visibility import Audience
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.streams import location_stream, tenant_stream
from sync_agent.contract.tolerance import TOLERANT

_FEATURES = frozenset({TOLERANT})
"""Those that change what is sent, whichever door it goes through."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The bearer of an access token. Nothing in a payload widens it."""

    tenant_id: str
    role: str
    locations: tuple[str, ...]
    user_id: str | None = None
    device_id: str | None = None
    sign_in_id: str | None = None
    """The sign-in that the token came of: the family of its refresh tokens. None for a till by itself."""
    expires_ms: int = 0
    address: str | None = None
    """Where the request came from; for the audit trail alone."""
    features: frozenset[str] = frozenset()
    """What the client said that it can do besides, as far as this server knows of it."""

    @property
    def id(self) -> str:
        """The user's id, or the till's where it speaks for itself."""
        return self.user_id or self.device_id or ""

    @property
    def is_device(self) -> bool:
        return self.user_id is None

    def with_features(self, sent: Iterable[str]) -> "Caller":
        """The same bearer, with what their client says that it can do, too."""
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
