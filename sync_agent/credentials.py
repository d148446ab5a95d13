"""The till's secrets: its device token and the pepper of its people's PINs, encrypted in one file.

The key is 32 bytes in the system's keyring (Windows takes too few characters for the tokens themselves).
Where there is no keyring, as on a headless Linux, it is a file that only its owner may read, and
`Credentials.key_in_file` is then true, so that the host can warn.
"""

import base64
import os
import secrets
import stat
from dataclasses import asdict, dataclass, field
from pathlib import Path

import keyring
import orjson
from cryptography.fernet import Fernet, InvalidToken
from keyring.errors import KeyringError

from sync_agent.errors import StoreUnavailable
from sync_agent.store.home import Home

_SERVICE = "evertill"


@dataclass(frozen=True)
class Credentials:
    device_token: str
    pin_pepper: str
    key_in_file: bool = field(default=False, compare=False)


def save(home: Home, credentials: Credentials) -> Credentials:
    """Encrypt and write. Returns the credentials with where their key is stored.

    An existing key is reused, and a new key is stored before anything is encrypted with it: interrupted at
    any point, either the old or the new credentials can be read.
    """
    key = next(iter(_keys(home)), None) or Fernet.generate_key()
    key_in_file = not _store_in_keyring(home, key)
    if key_in_file:
        _write_private(_key_file(home), key)
    secret = {name: value for name, value in asdict(credentials).items() if name != "key_in_file"}
    _write_private(home.secrets, Fernet(key).encrypt(orjson.dumps(secret)))
    if not key_in_file:
        _key_file(home).unlink(missing_ok=True)
    return Credentials(credentials.device_token, credentials.pin_pepper, key_in_file)


def load(home: Home) -> Credentials | None:
    """None if the home was never enrolled. Raises StoreUnavailable if the key is gone.

    A key in a file moves into the keyring as soon as a keyring is available.
    """
    if not home.secrets.exists():
        return None
    _make_private(home)
    keys = _keys(home)
    if not keys:
        raise StoreUnavailable(
            "This till's key is not in the system's keyring. Unlock the keyring, or enroll the till again."
        )
    sealed = home.secrets.read_bytes()
    for key in keys:
        try:
            secret = orjson.loads(Fernet(key).decrypt(sealed))
        except (InvalidToken, ValueError):
            continue
        return Credentials(secret["device_token"], secret["pin_pepper"], not _is_in_keyring(home, key))
    raise StoreUnavailable(
        "This till's credentials cannot be read with the key at hand. Enroll the till again."
    )


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
        _write_private(mark, secrets.token_hex(16).encode())
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


def _make_private(home: Home) -> None:
    """Restrict the folder to its owner; a copy may have widened its permissions."""
    for path in (home.secrets, _key_file(home)):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(0o600)


def _write_private(path: Path, content: bytes) -> None:
    """Write atomically, readable by the owner alone."""
    draft = path.with_suffix(path.suffix + ".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
