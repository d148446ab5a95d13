"""Access tokens: JWT of one algorithm, signed with a secret that lives in the server's home."""

import os
import secrets
from pathlib import Path
from typing import Any

import jwt

from server_stub.clock import Clock, Ids
from server_stub.errors import Refusal
from server_stub.services.caller import Caller
from sync_agent.contract.codes import ErrorCode

_ALGORITHM = "HS256"
_ISSUER = _AUDIENCE = "evertill"
_REQUIRED = ["iss", "aud", "sub", "tid", "role", "locs", "jti", "iat", "exp", "typ"]


def secret_of(path: Path) -> bytes:
    """The server's signing secret; made at the first start, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(32))
        file.flush()
        os.fsync(file.fileno())
    return path.read_bytes()


class AccessTokens:
    """Issues and reads access tokens. What a token says is all that the server believes of its bearer."""

    def __init__(self, secret: bytes, lifetime_s: int, clock: Clock, ids: Ids) -> None:
        self._secret = secret
        self._clock = clock
        self._ids = ids
        self.lifetime_s = lifetime_s

    def issue(self, caller: Caller) -> str:
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
            "exp": now_s + self.lifetime_s,
            "typ": "access",
        }
        if caller.device_id is not None:
            claims["did"] = caller.device_id
        return jwt.encode(claims, self._secret, algorithm=_ALGORITHM)

    def read(self, token: str) -> Caller:
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                issuer=_ISSUER,
                # The server's own clock decides, so that a test can move it.
                options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False},
            )
        except jwt.PyJWTError as error:
            raise Refusal(ErrorCode.UNAUTHORIZED, "this token does not hold; sign in") from error
        if claims["typ"] != "access":
            raise Refusal(ErrorCode.UNAUTHORIZED, "not an access token")
        if claims["exp"] * 1000 <= self._clock.now_ms():
            raise Refusal(ErrorCode.TOKEN_EXPIRED, "this token has run out; refresh it")
        by_device = claims["role"] == "device"
        return Caller(
            tenant_id=claims["tid"],
            role=claims["role"],
            locations=tuple(claims["locs"]),
            user_id=None if by_device else claims["sub"],
            device_id=claims.get("did"),
            expires_ms=claims["exp"] * 1000,
        )
