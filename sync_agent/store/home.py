"""A till's home: one folder with its database, its secrets and the lock against a second process."""

import contextlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from sync_agent.errors import HomeInUse, StoreUnavailable


@dataclass(frozen=True)
class Home:
    """The folder's layout, and its lock.

    The lock is the operating system's, so it ends with the process however that dies. The process id in the
    file beside it only names the holder.
    """

    path: Path
    _lock: FileLock = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StoreUnavailable(f"cannot make the folder {self.path}: {error.strerror}") from error
        object.__setattr__(self, "_lock", FileLock(self.path / "till.lock", thread_local=False))

    @property
    def database(self) -> Path:
        return self.path / "till.sqlite"

    @property
    def in_use_mark(self) -> Path:
        """Exists while a till runs here; if it exists at the start, the till did not end cleanly."""
        return self.path / "till.open"

    @property
    def checked_mark(self) -> Path:
        """Its modification time is when the database was last found intact."""
        return self.path / "till.checked"

    @property
    def damaged(self) -> Path:
        """The folder of damaged databases that were set aside."""
        return self.path / "damaged"

    @property
    def secrets(self) -> Path:
        return self.path / "secrets.bin"

    @property
    def log(self) -> Path:
        return self.path / "till.log"

    @property
    def _holder(self) -> Path:
        return self.path / "till.pid"

    def sign_out(self, stamp: str) -> Path:
        """Move the till's database and secrets into their own folder; the home is not enrolled then.

        Nothing is deleted. The store has to be closed.
        """
        folder = self.path / "signed-out" / stamp
        folder.mkdir(parents=True, mode=0o700)
        for part in (*self.path.glob("till.sqlite*"), *self.path.glob("secrets.*")):
            part.rename(folder / part.name)
        return folder

    def acquire(self) -> None:
        """Take the lock. Raises HomeInUse, which names the holder."""
        in_use = HomeInUse(
            f"Another Evertill (process {self._read_holder()}) is already working on {self.path}. "
            "Use that window, or close it first."
        )
        if self._lock.is_locked:
            raise in_use
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise in_use from error
        except OSError as error:
            raise StoreUnavailable(f"cannot lock {self.path}: {error.strerror}") from error
        # It only names the holder: a full disk must not stop a till from opening.
        with contextlib.suppress(OSError):
            self._holder.write_text(str(os.getpid()))

    def release(self) -> None:
        self._lock.release()

    def _read_holder(self) -> str:
        try:
            return self._holder.read_text() or "unknown"
        except OSError:
            return "unknown"
