"""Passwords, PINs and random tokens: generating, hashing and comparing. No database."""

import hashlib
import hmac
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from sync_agent.contract.identity import pin_material

_HASHER = PasswordHasher()
_REFRESH, _DEVICE = "evr", "evd"


def hash_password(password: str) -> str:
    return _HASHER.hash(password)


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe(16))


def password_matches(password_hash: str | None, password: str) -> bool:
    """Verifies a password. Takes as long for an unknown user (None), so that timing does not reveal which
    users exist.
    """
    try:
        return _HASHER.verify(password_hash or _nobodys_hash(), password) and password_hash is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def pin_verifier(pepper: str, user_id: str, pin: str) -> str:
    """The verifier against which an enrolled till checks a PIN while the server is away."""
    return _HASHER.hash(pin_material(pepper, user_id, pin))


def new_refresh_token(tenant_id: str) -> str:
    return f"{_REFRESH}_{tenant_id}_{secrets.token_hex(32)}"


def new_device_token(tenant_id: str) -> str:
    return f"{_DEVICE}_{tenant_id}_{secrets.token_hex(32)}"


def tenant_of(token: str) -> str | None:
    """The tenant that a token names, between its kind and its random end; None if malformed. Proves
    nothing.
    """
    kind, _, rest = token.partition("_")
    tenant_id, _, random = rest.rpartition("_")
    return tenant_id if kind in (_REFRESH, _DEVICE) and tenant_id and random else None


def new_pepper() -> str:
    return secrets.token_urlsafe(24)


def is_device_token(token: str) -> bool:
    return token.startswith(f"{_DEVICE}_")


def successor_of(token: str, secret: bytes) -> str:
    """The successor of a refresh token, derived from it: repeated refreshes give the same one."""
    digest = hmac.new(secret, b"refresh:" + token.encode(), hashlib.sha256).digest()
    return f"{_REFRESH}_{tenant_of(token)}_{digest.hex()}"


def token_hash(token: str) -> str:
    """The stored form of a token. Tokens are long and random, so a plain hash is safe."""
    return hashlib.sha256(token.encode()).hexdigest()
