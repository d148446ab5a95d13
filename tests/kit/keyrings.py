"""The tests do not touch the user's keyring."""

import keyring
from keyring.backend import KeyringBackend
from keyring.core import load_keyring


def no_keyring() -> KeyringBackend:
    """What a machine without a keyring has: every use of it fails."""
    return load_keyring("keyring.backends.fail.Keyring")


def use_no_keyring() -> None:
    """In this process, from now on: a till's secrets go to the private file in its home."""
    keyring.set_keyring(no_keyring())
