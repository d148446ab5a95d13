"""A second factor of people who sign in with a password: codes from an authenticator app (TOTP, RFC 6238).

A code counts once, and so does each recovery code: the row of the second factor is the lock, so that also
holds between processes. Secrets are stored encrypted, with a key from the server's signing secret; without
that file a copy of the database makes no codes. Where the file was lost, recovery codes still hold, and an
admin or the operator takes the second factor away.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import RowMapping, delete, select, update

from server_stub.errors import Refusal
from server_stub.roles import Action, may
from server_stub.services.people import shop_settings
from server_stub.store import tables as t
from server_stub.store.audit import AuditRecord
from server_stub.store.database import UnitOfWork
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.identity import SecondFactorConfirmed, SecondFactorOffer

_STEP_S = 30
_STEPS_AROUND = 1
"""Codes of the step before and after count too: a telephone's clock is not the server's."""

_RECOVERY_CODES = 10
_NONCE_BYTES = 12


@dataclass(frozen=True)
class Keys:
    """Encrypts secrets for the table. `secret` is the server's signing secret."""

    secret: bytes

    def seal(self, whose: str, plain: str) -> str:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher().encrypt(nonce, plain.encode(), whose.encode())
        return base64.b64encode(nonce + sealed).decode()

    def unseal(self, whose: str, sealed: str) -> str | None:
        """None: sealed with another key, or for somebody else."""
        raw = base64.b64decode(sealed)
        try:
            plain = self._cipher().decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], whose.encode())
        except InvalidTag:
            return None
        return plain.decode()

    def _cipher(self) -> AESGCM:
        return AESGCM(HKDF(SHA256(), 32, None, b"evertill second factor").derive(self.secret))


def require(unit: UnitOfWork, user: RowMapping, code: str | None, keys: Keys) -> None:
    """Takes the code of whoever has a second factor. The password was right.

    Raises Refusal: `second_factor_needed` without a code, `unauthorized` for a wrong or used one,
    `second_factor_missing` where the shop requires what the person has not set up.
    """
    row = _locked(unit, user["id"])
    if row is None or row["secret"] is None:
        if _is_required(unit, user):
            raise Refusal(
                ErrorCode.SECOND_FACTOR_MISSING,
                "the shop wants a second factor of managers and admins: set it up first"
                " (evertill second-factor)",
            )
        return
    if code is None:
        raise Refusal(
            ErrorCode.SECOND_FACTOR_NEEDED,
            "a code from your authenticator app is needed, or a recovery code",
        )
    if not (_takes_step(unit, row, row["secret"], code, keys) or _takes_recovery(unit, user["id"], code)):
        raise wrong_code()


def begin(unit: UnitOfWork, user: RowMapping, code: str | None, keys: Keys) -> SecondFactorOffer:
    """Offers a new secret; the former one counts until the new one is confirmed."""
    row = _row_for(unit, user["id"])
    if row["secret"] is not None:
        require(unit, user, code, keys)
    secret = pyotp.random_base32()
    _write(unit, user["id"], offered=keys.seal(_whose(unit, user["id"]), secret))
    shop = unit.rows(select(t.tenant.c.name).where(t.tenant.c.tenant_id == unit.tenant_id)).scalar_one()
    link = pyotp.TOTP(secret).provisioning_uri(name=user["username"], issuer_name=shop)
    return SecondFactorOffer(secret=secret, link=link)


def confirm(unit: UnitOfWork, user: RowMapping, code: str | None, keys: Keys) -> SecondFactorConfirmed:
    """Puts the offered secret in force, by its first code; with new recovery codes."""
    row = _row_for(unit, user["id"])
    if row["offered"] is None:
        raise Refusal(ErrorCode.PRECONDITION_FAILED, "begin first: no second factor is offered")
    # Codes of the former secret say nothing about which of the new one were taken.
    unused = {**row, "last_step": 0}
    if code is None or not _takes_step(unit, unused, row["offered"], code, keys):
        raise wrong_code()
    _write(unit, user["id"], secret=row["offered"], offered=None)
    codes = [_new_recovery_code() for _ in range(_RECOVERY_CODES)]
    _forget_recovery(unit, user["id"])
    for one in codes:
        unit.insert(
            t.recovery_code,
            {
                "tenant_id": unit.tenant_id,
                "user_id": user["id"],
                "code_hash": _recovery_hash(one),
                "used_ms": None,
            },
        )
    _record(unit, user["id"], "second_factor_confirmed")
    return SecondFactorConfirmed(recovery_codes=codes)


def end(unit: UnitOfWork, user: RowMapping, code: str | None, keys: Keys) -> None:
    """Takes one's own second factor away, by a code of it; not where the shop requires one."""
    if _is_required(unit, user):
        raise Refusal(
            ErrorCode.PRECONDITION_FAILED, "the shop wants a second factor: begin again to change it"
        )
    require(unit, user, code, keys)
    if reset(unit, user["id"]):
        _record(unit, user["id"], "second_factor_ended")


def reset(unit: UnitOfWork, user_id: str) -> bool:
    """Takes a second factor away; False where there is none."""
    row = _locked(unit, user_id)
    if row is None or (row["secret"] is None and row["offered"] is None):
        return False
    _write(unit, user_id, secret=None, offered=None)
    _forget_recovery(unit, user_id)
    return True


def wrong_code() -> Refusal:
    return Refusal(ErrorCode.UNAUTHORIZED, "wrong tenant, name, password or code")


def _is_required(unit: UnitOfWork, user: RowMapping) -> bool:
    if not may(user["role"], Action.ENROLL_DEVICE):
        return False
    settings = shop_settings.load(unit, unit.tenant_id)
    return any(settings.value("require_second_factor", place) for place in (None, *user["locations"]))


def _takes_step(unit: UnitOfWork, row: Mapping[Any, Any], sealed: str, code: str, keys: Keys) -> bool:
    """Whether it is the app's code of now, or of a step around, and later than any that was taken."""
    secret = keys.unseal(_whose(unit, row["user_id"]), sealed)
    typed = code.replace(" ", "")
    if secret is None or not typed.isascii():
        return False
    totp, now = pyotp.TOTP(secret), unit.now_ms // 1000 // _STEP_S
    for step in range(now - _STEPS_AROUND, now + _STEPS_AROUND + 1):
        if step > row["last_step"] and secrets.compare_digest(totp.generate_otp(step), typed):
            _write(unit, row["user_id"], last_step=step)
            return True
    return False


def _takes_recovery(unit: UnitOfWork, user_id: str, code: str) -> bool:
    of = t.recovery_code.c
    own = (
        (of.tenant_id == unit.tenant_id)
        & (of.user_id == user_id)
        & (of.code_hash == _recovery_hash(code))
        & of.used_ms.is_(None)
    )
    if unit.rows(select(of.code_hash).where(own)).first() is None:
        return False
    unit.execute(update(t.recovery_code).where(own).values(used_ms=unit.now_ms))
    _record(unit, user_id, "recovery_code_used")
    return True


def _locked(unit: UnitOfWork, user_id: str) -> RowMapping | None:
    of = t.second_factor.c
    query = select(t.second_factor).where(of.tenant_id == unit.tenant_id, of.user_id == user_id)
    return unit.rows(query.with_for_update()).mappings().first()


def _row_for(unit: UnitOfWork, user_id: str) -> RowMapping:
    """The person's row, made if absent. Two at once wait for each other."""
    unit.lock_words([f"second-factor {user_id}"])
    if _locked(unit, user_id) is None:
        unit.insert(
            t.second_factor,
            {
                "tenant_id": unit.tenant_id,
                "user_id": user_id,
                "secret": None,
                "offered": None,
                "last_step": 0,
            },
        )
    row = _locked(unit, user_id)
    assert row is not None, "made just now"
    return row


def _write(unit: UnitOfWork, user_id: str, **values: str | int | None) -> None:
    of = t.second_factor.c
    unit.execute(
        update(t.second_factor).where(of.tenant_id == unit.tenant_id, of.user_id == user_id).values(**values)
    )


def _forget_recovery(unit: UnitOfWork, user_id: str) -> None:
    of = t.recovery_code.c
    unit.execute(delete(t.recovery_code).where(of.tenant_id == unit.tenant_id, of.user_id == user_id))


def _new_recovery_code() -> str:
    """80 bits, in four groups: long enough to be stored as a plain hash."""
    letters = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def _recovery_hash(code: str) -> str:
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def _whose(unit: UnitOfWork, user_id: str) -> str:
    return f"{unit.tenant_id}\n{user_id}"


def _record(unit: UnitOfWork, user_id: str, did: str) -> None:
    unit.audit(
        AuditRecord(
            kind="administration",
            outcome="applied",
            actor_id=user_id,
            resource_type="user",
            resource_id=user_id,
            detail={"did": did},
        )
    )
