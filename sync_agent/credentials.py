"""The till's secrets: its device token and the pepper of its people's PINs, encrypted in one file.

The key is 32 bytes in the system's keyring (Windows takes too few characters for the tokens themselves).
Where there is no keyring, as on a headless Linux, it is a file that only its owner may read, and
`Credentials.key_in_file` tells the host to say so.
"""

import base64
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

import keyring
import orjson
from cryptography.fernet import Fernet, InvalidToken
from keyring.errors import KeyringError

from sync_agent.errors import StoreUnavailable
from sync_agent.store.home import Home

_SERVICE = "evertill"

KEY_IN_FILE_WARNING = (
    "This system has no keyring, so the key to this till's credentials lies in a file that only its owner "
    "may read. Whoever can read this folder can be this till."
)


@dataclass(frozen=True)
class Credentials:
    device_token: str
    pin_pepper: str
    key_in_file: bool = field(default=False, compare=False)


def save(home: Home, credentials: Credentials) -> Credentials:
    """Encrypt and write. The answer says where the key is kept."""
    key = Fernet.generate_key()
    key_in_file = not _keep_in_keyring(home, key)
    if key_in_file:
        _write_private(_key_file(home), key)
    secret = {name: value for name, value in asdict(credentials).items() if name != "key_in_file"}
    _write_private(home.secrets, Fernet(key).encrypt(orjson.dumps(secret)))
    return Credentials(credentials.device_token, credentials.pin_pepper, key_in_file)


def load(home: Home) -> Credentials | None:
    """None where the home was never enrolled. Raises StoreUnavailable where the key is gone."""
    if not home.secrets.exists():
        return None
    key_in_file = _key_file(home).exists()
    key = _key_file(home).read_bytes() if key_in_file else _from_keyring(home)
    if key is None:
        raise StoreUnavailable(
            "This till's key is not in the system's keyring. Unlock the keyring, or enroll the till again."
        )
    try:
        secret = orjson.loads(Fernet(key).decrypt(home.secrets.read_bytes()))
    except (InvalidToken, ValueError) as error:
        raise StoreUnavailable(
            "This till's credentials cannot be read with the key at hand. Enroll the till again."
        ) from error
    return Credentials(secret["device_token"], secret["pin_pepper"], key_in_file)


def _key_file(home: Home) -> Path:
    return home.path / "secrets.key"


def _account(home: Home) -> str:
    return str(home.path.resolve())


def _keep_in_keyring(home: Home, key: bytes) -> bool:
    try:
        keyring.set_password(_SERVICE, _account(home), base64.b64encode(key).decode())
        return _from_keyring(home) == key
    except KeyringError:
        return False


def _from_keyring(home: Home) -> bytes | None:
    try:
        stored = keyring.get_password(_SERVICE, _account(home))
    except KeyringError:
        return None
    return None if stored is None else base64.b64decode(stored)


def _write_private(path: Path, content: bytes) -> None:
    """Whole or not at all, and readable by its owner alone."""
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
