"""Access tokens: JWTs of one algorithm, signed with a secret from the server's home."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import jwt
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from server_stub.clock import Clock, Ids
from server_stub.errors import Refusal
from server_stub.services.people.caller import Caller
from sync_agent import private_files
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.identity import Role
from sync_agent.contract.tolerance import Open
from sync_agent.contract.wire import Id

_ALGORITHM = "HS256"
_SECRET_BYTES = 32
_ISSUER = _AUDIENCE = "evertill"
_REQUIRED = ["iss", "aud", "sub", "tid", "role", "locs", "jti", "iat", "exp", "typ"]


class UnusableSecret(Exception):
    """The file of the signing secret is too short or unreadable; the server does not start."""


def secret_of(path: Path) -> bytes:
    """The server's signing secret; created at the first start, readable only by its owner.

    Created atomically, so processes that start at once agree on one secret.
    """
    if not path.exists():
        private_files.make_folder(path.parent)
        _make_secret(path)
    secret = path.read_bytes()
    if len(secret) < _SECRET_BYTES:
        raise UnusableSecret(
            f"{path} holds {len(secret)} bytes where the signing secret has at least {_SECRET_BYTES}:"
            " put the right file there, or remove it for a new secret, which signs everybody out"
        )
    return secret


def _make_secret(path: Path) -> None:
    # mkstemp creates the file for its owner only, and only one process can create the link.
    handle, draft = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink()


class _Claims(BaseModel):
    """The claims of an access token, each strictly typed."""

    model_config = ConfigDict(strict=True, extra="ignore")

    sub: Id
    tid: Id
    role: Open[Role]
    locs: tuple[Id, ...] = Field(strict=False)
    did: Id | None = None
    fam: Id | None = None
    feat: tuple[str, ...] = Field(default=(), strict=False)
    exp: int
    typ: Literal["access"]

    @model_validator(mode="after")
    def _a_till_names_itself(self) -> "_Claims":
        if self.role == "device" and self.did != self.sub:
            raise ValueError("a till's token names the till")
        return self


class AccessTokens:
    """Issues and reads access tokens. The server believes nothing of a bearer but its token's claims."""

    def __init__(self, secret: bytes, lifetime_s: int, clock: Clock, ids: Ids) -> None:
        self._secret = secret
        self._clock = clock
        self._ids = ids
        self.lifetime_s = lifetime_s

    def lifetime_until_s(self, ends_ms: int | None) -> int:
        """How long a token that is issued now lasts, in seconds: no longer than the sign-in behind it."""
        if ends_ms is None:
            return self.lifetime_s
        return min(self.lifetime_s, max(0, (ends_ms - self._clock.now_ms()) // 1000))

    def issue(self, caller: Caller, lifetime_s: int | None = None) -> str:
        now_s = self._clock.now_ms() // 1000
        claims: dict[str, Any] = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": caller.id,
            "tid": caller.tenant_id,
            "role": caller.role,
            "locs": list(caller.locations),
            "jti": self._ids.new(),
            "iat": now_s,
            "exp": now_s + (self.lifetime_s if lifetime_s is None else lifetime_s),
            "typ": "access",
        }
        if caller.device_id is not None:
            claims["did"] = caller.device_id
        if caller.sign_in_id is not None:
            claims["fam"] = caller.sign_in_id
        if caller.features:
            claims["feat"] = sorted(caller.features)
        return jwt.encode(claims, self._secret, algorithm=_ALGORITHM)

    def read(self, token: str) -> Caller:
        try:
            decoded = jwt.decode(
                token,
                self._secret,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                issuer=_ISSUER,
                # Checked below by the server's clock, which tests can move.
                options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False},
            )
        except jwt.PyJWTError as error:
            raise Refusal(ErrorCode.UNAUTHORIZED, "this token does not hold; sign in") from error
        try:
            claims = _Claims.model_validate(decoded)
        except ValidationError as error:
            raise Refusal(ErrorCode.UNAUTHORIZED, "not an access token of this server") from error
        if claims.exp * 1000 <= self._clock.now_ms():
            raise Refusal(ErrorCode.TOKEN_EXPIRED, "this token has run out; refresh it")
        by_device = claims.role == "device"
        return Caller(
            tenant_id=claims.tid,
            role=claims.role,
            locations=claims.locs,
            user_id=None if by_device else claims.sub,
            device_id=claims.did,
            sign_in_id=claims.fam,
            expires_ms=claims.exp * 1000,
            features=frozenset(claims.feat),
        )
