"""The till's secrets: its device token and the pepper of its people's PINs, encrypted in one file.

The key is 32 bytes in the system's keyring (Windows takes too few characters for the tokens themselves).
Where there is no keyring, as on a headless Linux, it is a file that only its owner may read, and
`Credentials.key_in_file` is then true, so that the host can warn.
"""

import base64
import secrets
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import keyring
import orjson
from cryptography.fernet import Fernet, InvalidToken
from keyring.errors import KeyringError

from sync_agent import private_files
from sync_agent.errors import StoreUnavailable
from sync_agent.store.home import Home

_SERVICE = "evertill"
_NONCE_LETTERS = 64


@dataclass(frozen=True)
class Credentials:
    device_token: str
    pin_pepper: str
    insecure: bool | None = None
    """Whether these may be sent without encryption, as whoever enrolled the till asked; None: it was enrolled
    by a release that did not ask, and goes on as it was."""
    key_in_file: bool = field(default=False, compare=False)
    former_token: str | None = None
    """The predecessor of `device_token`, which holds until that was used at the server."""

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens to try, the newest first."""
        return (self.device_token,) if self.former_token is None else (self.device_token, self.former_token)


def save(home: Home, credentials: Credentials) -> Credentials:
    """Encrypt and write. Returns the credentials with where their key is stored.

    An existing key is reused, and a new key is stored before anything is encrypted with it: interrupted at
    any point, either the old or the new credentials can be read.
    """
    key = next(iter(_keys(home)), None) or Fernet.generate_key()
    key_in_file = not _store_in_keyring(home, key)
    if key_in_file:
        private_files.write(_key_file(home), key)
    private_files.write(home.secrets, _sealed(key, credentials))
    if not key_in_file:
        _key_file(home).unlink(missing_ok=True)
    return replace(credentials, key_in_file=key_in_file)


def rotate(home: Home, before: Credentials, token: str, former: str) -> Credentials:
    """Replace `before` on the disk by `token` and the predecessor that it was given for; flushed, read back.

    Interrupted at any point, either can be read. Raises StoreUnavailable or OSError, where nothing has
    changed: also if others are stored than `before`, because the till was enrolled again.
    """
    sealed = home.secrets.read_bytes()
    key = next((key for key in _keys(home) if _opened(key, sealed) == before), None)
    if key is None:
        raise StoreUnavailable("This till's credentials are not those that it began with.")
    after = replace(before, device_token=token, former_token=former)
    private_files.write(home.secrets, _sealed(key, after))
    if _opened(key, home.secrets.read_bytes()) != after:
        raise StoreUnavailable("This till's new credential could not be read back.")
    return after


def _sealed(key: bytes, credentials: Credentials) -> bytes:
    secret: dict[str, str | bool] = {
        "device_token": credentials.device_token,
        "pin_pepper": credentials.pin_pepper,
    }
    if credentials.former_token is not None:
        secret["former_token"] = credentials.former_token
    if credentials.insecure is not None:
        secret["insecure"] = credentials.insecure
    return Fernet(key).encrypt(orjson.dumps(secret))


def _opened(key: bytes, sealed: bytes) -> Credentials | None:
    try:
        secret = orjson.loads(Fernet(key).decrypt(sealed))
    except (InvalidToken, ValueError):
        return None
    return Credentials(
        secret["device_token"],
        secret["pin_pepper"],
        insecure=secret.get("insecure"),
        former_token=secret.get("former_token"),
    )


def new_nonce() -> str:
    """What tells this till's next question for a credential from that of a copy."""
    return secrets.token_hex(16)


def load(home: Home) -> Credentials | None:
    """None if the home was never enrolled. Raises StoreUnavailable if the key is gone.

    A key in a file moves into the keyring as soon as a keyring is available.
    """
    if not home.secrets.exists():
        return None
    for path in (home.secrets, _key_file(home)):
        private_files.restrict(path)  # a copy may have opened them to others
    keys = _keys(home)
    if not keys:
        raise StoreUnavailable(
            "This till's key is not in the system's keyring. Unlock the keyring, or enroll the till again."
        )
    sealed = home.secrets.read_bytes()
    for key in keys:
        found = _opened(key, sealed)
        if found is not None:
            return replace(found, key_in_file=not _is_in_keyring(home, key))
    raise StoreUnavailable(
        "This till's credentials cannot be read with the key at hand. Enroll the till again."
    )


def enrolment_nonce(home: Home) -> str:
    """What a till says beside its one-time code, so that a lost answer is given again to it alone.

    It outlives a crash: the same until `forget_nonce`.
    """
    path = home.enrolment_nonce
    with suppress(OSError, UnicodeDecodeError):
        kept = path.read_text(encoding="ascii")
        if len(kept) == _NONCE_LETTERS:
            return kept
    nonce = secrets.token_hex(_NONCE_LETTERS // 2)
    private_files.write(path, nonce.encode())
    return nonce


def forget_nonce(home: Home) -> None:
    home.enrolment_nonce.unlink(missing_ok=True)


def _is_in_keyring(home: Home, key: bytes) -> bool:
    """Whether the keyring has the key now; its file is deleted once the keyring has returned the same key."""
    if not _key_file(home).exists():
        return True
    if not _store_in_keyring(home, key):
        return False
    _key_file(home).unlink()
    return True


def _keys(home: Home) -> list[bytes]:
    """Every key that may be the right one: a move from file to keyring may have been interrupted."""
    stored = [_from_keyring(account) for account in (_account(home), _former_account(home))]
    in_file = _key_file(home).read_bytes() if _key_file(home).exists() else None
    return list(dict.fromkeys(key for key in (in_file, *stored) if key))


def _key_file(home: Home) -> Path:
    return home.path / "secrets.key"


def _account(home: Home) -> str:
    """The keyring's account name of this home: an id stored in it, since the folder may be moved."""
    mark = home.path / "secrets.id"
    if not mark.exists():
        private_files.write(mark, secrets.token_hex(16).encode())
    return mark.read_text()


def _former_account(home: Home) -> str:
    """The account name of the first releases: the folder's path."""
    return str(home.path.resolve())


def _store_in_keyring(home: Home, key: bytes) -> bool:
    try:
        keyring.set_password(_SERVICE, _account(home), base64.b64encode(key).decode())
    except KeyringError:
        return False
    return _from_keyring(_account(home)) == key


def _from_keyring(account: str) -> bytes | None:
    try:
        stored = keyring.get_password(_SERVICE, account)
        return None if stored is None else base64.b64decode(stored)
    except (KeyringError, ValueError):
        return None
