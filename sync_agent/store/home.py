"""A till's home: one folder with its database, its secrets and the lock against a second process.

The folder and all that is in it are private (`sync_agent.private_files`).
"""

import contextlib
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from sync_agent import private_files
from sync_agent.errors import HomeInUse, StoreUnavailable

log = logging.getLogger(__name__)

_OURS = (
    "till.*",
    "till-*.backup.*",
    "secrets.*",
    "signed-out",
    "damaged",
    "exports",
    "crashes",
    "demonstration",
)
"""The names in a home, as patterns. What a host program puts beside them is its own."""


@dataclass(frozen=True)
class Home:
    """The folder's layout, and its lock.

    The lock is the operating system's, so it ends with the process however that dies. The process id in the
    file beside it only names the holder.
    """

    path: Path
    exposed: tuple[Path, ...] = field(init=False, repr=False, compare=False)
    """What other users of the computer can read, and could not be made private: another user's, or on a file
    system without modes."""
    _lock: FileLock = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            private_files.make_folder(self.path)
        except OSError as error:
            raise StoreUnavailable(f"cannot make the folder {self.path}: {error.strerror}") from error
        object.__setattr__(self, "exposed", tuple(private_files.mend(self.path, _OURS)))
        lock = FileLock(self.path / "till.lock", mode=private_files.FILE_MODE, thread_local=False)
        object.__setattr__(self, "_lock", lock)
        self.warn_of_readers()

    def warn_of_readers(self) -> None:
        """Log a warning for each path that other users of the computer can read."""
        for path in self.exposed:
            log.warning("%s", private_files.exposed_words(path))

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
    def signed_out(self) -> Path:
        """The folder of the tills that were signed out here, a folder each."""
        return self.path / "signed-out"

    @property
    def secrets(self) -> Path:
        return self.path / "secrets.bin"

    @property
    def enrolment_nonce(self) -> Path:
        """Exists while a till is being enrolled by a code: whoever has it may ask for the answer again."""
        return self.path / "secrets.nonce"

    @property
    def log(self) -> Path:
        return self.path / "till.log"

    @property
    def _holder(self) -> Path:
        return self.path / "till.pid"

    def sign_out(self, stamp: str) -> Path:
        """Move the till's database and secrets into their own folder; the home is not enrolled then.

        Nothing is deleted, and its credential holds until the server is told (`sync_agent.farewell`). The
        store has to be closed.
        """
        folder = self.signed_out / stamp
        private_files.make_folder(folder)
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
        with contextlib.suppress(OSError), private_files.open_text(self._holder, "w") as holder:
            holder.write(str(os.getpid()))

    def release(self) -> None:
        self._lock.release()

    def _read_holder(self) -> str:
        try:
            return self._holder.read_text() or "unknown"
        except OSError:
            return "unknown"
