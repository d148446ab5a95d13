"""A till's secrets: encrypted under a key in the keyring, or in a private file, and never lost on the way."""

import contextlib
import stat
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError, KeyringLocked

from sync_agent import credentials, private_files
from sync_agent.credentials import Credentials
from sync_agent.errors import StoreUnavailable
from sync_agent.store.home import Home
from tests.kit.keyrings import use_no_keyring

SECRET = Credentials("device-token-of-this-till", "pepper")
OTHER = Credentials("another-token", "pepper")
WINDOWS_CHARACTERS_MAX = 1280


class MemoryKeyring(KeyringBackend):
    """A real backend that stores what it is given, and can be locked."""

    priority = 1

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked("locked")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise KeyringError("locked")
        assert len(password) <= WINDOWS_CHARACTERS_MAX
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "till")


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    before, memory = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(before)


def on_disk(home: Home) -> bytes:
    return b"".join(path.read_bytes() for path in home.path.iterdir() if path.is_file())


def test_with_a_keyring_no_key_and_no_secret_lies_in_the_folder(home: Home, ring: MemoryKeyring) -> None:
    assert credentials.save(home, SECRET).key_in_file is False
    assert not (home.path / "secrets.key").exists()
    assert SECRET.device_token.encode() not in on_disk(home)
    assert credentials.load(home) == SECRET


def test_without_a_keyring_the_key_is_in_a_private_file_and_it_is_said(home: Home) -> None:
    use_no_keyring()
    assert credentials.save(home, SECRET).key_in_file is True
    for name in ("secrets.key", "secrets.bin"):
        assert stat.S_IMODE((home.path / name).stat().st_mode) == 0o600
    assert SECRET.device_token.encode() not in on_disk(home)
    loaded = credentials.load(home)
    assert loaded is not None
    assert loaded.key_in_file


def test_files_that_were_opened_to_others_are_made_private_again(home: Home) -> None:
    use_no_keyring()
    credentials.save(home, SECRET)
    (home.path / "secrets.key").chmod(0o644)
    credentials.load(home)
    assert stat.S_IMODE((home.path / "secrets.key").stat().st_mode) == 0o600


def test_the_key_moves_into_a_keyring_that_appears_later(home: Home, ring: MemoryKeyring) -> None:
    ring.locked = True
    assert credentials.save(home, SECRET).key_in_file is True
    ring.locked = False
    loaded = credentials.load(home)
    assert loaded == SECRET
    assert not (home.path / "secrets.key").exists()
    assert credentials.load(home) == SECRET


def test_a_locked_keyring_is_said_in_words_and_nothing_is_lost(home: Home, ring: MemoryKeyring) -> None:
    credentials.save(home, SECRET)
    ring.locked = True
    with pytest.raises(StoreUnavailable, match="Unlock the keyring"):
        credentials.load(home)
    ring.locked = False
    assert credentials.load(home) == SECRET


def test_a_folder_that_was_moved_keeps_its_key(home: Home, ring: MemoryKeyring, tmp_path: Path) -> None:
    credentials.save(home, SECRET)
    home.path.rename(tmp_path / "elsewhere")
    assert credentials.load(Home(tmp_path / "elsewhere")) == SECRET


def test_a_key_that_an_earlier_release_kept_by_the_folders_path_is_found(
    home: Home, ring: MemoryKeyring
) -> None:
    credentials.save(home, SECRET)
    [(service, account)] = ring.kept
    ring.kept = {(service, str(home.path.resolve())): ring.kept[service, account]}
    (home.path / "secrets.id").unlink()
    assert credentials.load(home) == SECRET


def test_two_tills_of_one_machine_have_a_key_each(ring: MemoryKeyring, tmp_path: Path) -> None:
    for name, secret in (("one", SECRET), ("two", OTHER)):
        credentials.save(Home(tmp_path / name), secret)
    assert len(set(ring.kept.values())) == 2
    assert credentials.load(Home(tmp_path / "one")) == SECRET


class _Stops(Exception):
    pass


@pytest.mark.parametrize("step", range(1, 6))
def test_a_change_that_is_interrupted_leaves_the_old_or_the_new(
    home: Home, ring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Each write of a file, to the keyring, and each removal is a step."""
    ring.locked = True
    credentials.save(home, SECRET)
    ring.locked = False
    left = [step]

    def counted(name: str, owner: object) -> None:
        real = getattr(owner, name)

        def stepping(*arguments: object, **named: object) -> object:
            left[0] -= 1
            if left[0] == 0:
                raise _Stops
            return real(*arguments, **named)

        monkeypatch.setattr(owner, name, stepping)

    counted("write", private_files)
    counted("_store_in_keyring", credentials)
    counted("unlink", Path)
    with contextlib.suppress(_Stops):
        credentials.save(home, OTHER)
    monkeypatch.undo()
    assert credentials.load(home) in (SECRET, OTHER)
