"""Passwords, PINs and random tokens: generating, hashing and comparing. No database."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from sync_agent.contract.identity import pin_material

_HASHER = PasswordHasher()
_REFRESH, _DEVICE = "evr", "evd"
_PARTS = 3
_CODE_ROUNDS = 1000
"""A third of a millisecond."""


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


def pin_matches(verifier: str | None, pepper: str, user_id: str, pin: str) -> bool:
    """Checks a PIN at the server. Takes as long where there is none."""
    return password_matches(verifier, pin_material(pepper, user_id, pin))


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


def code_hash(plain_code: str) -> str:
    """The stored form of a one-time code. It has no salt of its own, because the code is all that a row is
    found by.

    Quick, so that strangers who send codes cost as little as any request: whoever reads the database has
    2**69 hashes to make within the minutes that a code holds.
    """
    return hashlib.pbkdf2_hmac("sha256", plain_code.encode(), b"evertill one-time code", _CODE_ROUNDS).hex()


def nonce_hash(nonce: str) -> str:
    return hashlib.sha256(nonce.encode()).hexdigest()


def device_token_of(tenant_id: str, code_hash: str, nonce: str, secret: bytes) -> str:
    """A till's credential, derived from the code and the nonce that it asked with: asked again, the same."""
    digest = hmac.new(secret, f"enrol:{code_hash}:{nonce}".encode(), hashlib.sha256).digest()
    return f"{_DEVICE}_{tenant_id}_{digest.hex()}"


@dataclass(frozen=True, slots=True)
class TillToken:
    """What a till's rotated credential says, its signature verified."""

    device_id: str
    generation: int


def successor_of_till(token: str, device_id: str, generation: int, nonce: str, secret: bytes) -> str:
    """The successor of a till's credential: the same for the same nonce, another for each other asker."""
    tenant_id = tenant_of(token) or ""
    salt = hmac.new(secret, f"till-salt:{token}:{nonce}".encode(), hashlib.sha256).hexdigest()[:32]
    named = f"{generation}.{device_id.encode().hex()}.{salt}"
    return f"{_DEVICE}_{tenant_id}_{named}.{_signature(tenant_id, named, secret)}"


def read_till_token(token: str, secret: bytes) -> TillToken | None:
    """None for a till's first credential, which names nothing, and for what was not signed by `secret`."""
    named, _, signature = token.rpartition("_")[2].rpartition(".")
    parts = named.split(".")
    tenant_id = tenant_of(token)
    if tenant_id is None or not is_device_token(token) or len(parts) != _PARTS:
        return None
    expected = _signature(tenant_id, named, secret)
    if not hmac.compare_digest(signature.encode(), expected.encode()):
        return None
    generation, device, _salt = parts
    return TillToken(bytes.fromhex(device).decode(), int(generation))


def _signature(tenant_id: str, named: str, secret: bytes) -> str:
    return hmac.new(secret, f"till:{tenant_id}:{named}".encode(), hashlib.sha256).hexdigest()


def token_hash(token: str) -> str:
    """The stored form of a token. Tokens are long and random, so a plain hash is safe."""
    return hashlib.sha256(token.encode()).hexdigest()
