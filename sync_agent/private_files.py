"""Private files and folders: nobody but their owner reads them, from the moment that they exist.

A till's home has PIN verifiers with their pepper and every sale, a server's has password hashes and the
signing secret, and an export has what it was made from. So each is created with its mode, 0600 for a file and
0700 for a folder: a mode that is set afterwards leaves a moment in which the file can be opened. `begin` sets
the umask too, for what a library creates. `mend` restricts what an earlier release left open.

Till, agent and server all create their files here. On Windows a file has the access list of its folder, which
in a user's profile names that user alone, and modes mean nothing.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from fnmatch import fnmatch
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, Literal

FILE_MODE = 0o600
FOLDER_MODE = 0o700
_OTHERS = 0o077
_EVERYBODY = 0o006
_HAS_MODES = os.name == "posix"


def begin() -> None:
    """Set the umask of this process: called once, where a command begins."""
    os.umask(_OTHERS)


# --- creating ----------------------------------------------------------------------------------------


def make_folder(path: Path) -> None:
    """Make the folder, and those above it that are missing, all private. Raises OSError.

    A folder that is there already is left as it is.
    """
    missing = []
    for folder in (path, *path.parents):
        if folder.exists():
            break
        missing.append(folder)
    for folder in reversed(missing):
        with suppress(FileExistsError):  # another process may start at the same time
            folder.mkdir(FOLDER_MODE)
    if not path.is_dir():
        raise NotADirectoryError(20, "it is a file, not a folder", str(path))


def open_text(path: Path, mode: Literal["w", "a"]) -> TextIOWrapper:
    """`open` for writing UTF-8, where a file that this creates is private. Raises OSError."""
    return open(path, mode, encoding="utf-8", opener=_opener)


def open_bytes(path: Path, mode: Literal["wb", "xb"] = "wb") -> BinaryIO:
    """`open` for writing bytes, where a file that this creates is private. Raises OSError."""
    return open(path, mode, opener=_opener)


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags, FILE_MODE)


def touch(path: Path) -> None:
    """As `Path.touch`. Raises OSError."""
    path.touch(FILE_MODE)


def write(path: Path, content: bytes) -> None:
    """Write a private file whole and synced to disk, in the place of what was there. Raises OSError."""
    with replacing(path) as file:
        file.write(content)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A new private file, synced and put in the place of `path` when the block ends; dropped if it raises.

    In a folder that others may write to, such as /tmp, nothing that was put there before is written into.
    Raises OSError. A device or a pipe is written to directly.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as device:
            yield device
        return
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    try:
        # "x": fails where somebody else has put a file or a link there since.
        with open_bytes(draft, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _flush_folder(path.parent)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def _flush_folder(folder: Path) -> None:
    """Make a renaming survive a power cut, where folders can be flushed: a till's credential that was used at
    the server must not be the former one again.
    """
    if not _HAS_MODES:
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def prepare_database(path: Path) -> None:
    """Before SQLite opens `path`: create it private, or restrict the file and its journals.

    SQLite would create it for everybody; its -wal, -shm and -journal files get the mode of the file. What
    fails here is left to SQLite, which reports it. An existing file is never opened: closing it would release
    the locks that SQLite's connections of this process hold on it.
    """
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))
    except OSError:
        restrict(path)
        file = path.resolve()
        for suffix in ("-wal", "-shm", "-journal"):
            restrict(file.with_name(file.name + suffix))


# --- mending -----------------------------------------------------------------------------------------


def mend(home: Path, ours: Sequence[str]) -> list[Path]:
    """Restrict a home and what is in it to their owner; returns what others can still read.

    `ours` are patterns of the names that a home has. A file of another name is none of our business, and the
    folder itself is left as it is where it is another user's, or visibly more than a home: the user's own
    folder, /tmp, or one with folders of others in it. Nothing is raised: a till starts on a file system
    without modes, too.
    """
    if not _HAS_MODES:
        return []
    entries = _entries(home)
    parts = [entry for entry in entries if any(fnmatch(entry.name, pattern) for pattern in ours)]
    foreign = [entry for entry in entries if entry not in parts and entry.is_dir(follow_symlinks=False)]
    left = [] if _is_a_home(home, foreign) and restrict(home.resolve()) else [home]
    for part in parts:
        path = Path(part.path)
        if not restrict(path):
            left.append(path)
        elif part.is_dir(follow_symlinks=False):
            for folder, folders, files in os.walk(path):
                left += [inner for name in folders + files if not restrict(inner := Path(folder, name))]
    return [path for path in left if is_exposed(path)]


def is_exposed(path: Path) -> bool:
    """Whether other users of this computer may read or change it, or list the folder."""
    try:
        return _HAS_MODES and bool(stat.S_IMODE(path.stat().st_mode) & _OTHERS)
    except OSError:
        return False


def is_open_secret(path: Path) -> bool:
    """Whether everybody on this computer may read or change a secret's file that somebody named.

    Its folders count: in a private one it is private. A group's right is a choice, as for a TLS key. So is a
    mode on a file system that is mounted to be read alone, as a container's secrets are: it says who reads
    the file in the container, and not who does where it comes from. Nothing is mended, because other programs
    may read the file as well.
    """
    if not _HAS_MODES:
        return False
    try:
        file = path.resolve(strict=True)
        if not file.stat().st_mode & _EVERYBODY or os.statvfs(file).f_flag & os.ST_RDONLY:
            return False
        return all(folder.stat().st_mode & stat.S_IXOTH for folder in file.parents)
    except OSError:
        return False


def open_secret_words(path: Path) -> str:
    """The warning about an open secret, in English, for logs and commands."""
    return f"everybody on this computer can use {path}, and a secret is in it. As its owner: chmod o= {path}"


def exposed_words(path: Path) -> str:
    """The warning about what `mend` had to leave, in English, for logs and commands."""
    advice = f"chmod {'go= ' if path.is_file() else '700 '}{path}"
    return (
        f"other users of this computer can read {path}, and it could not be made private here. As its owner:"
        f" {advice}; on a file system without modes, mount it for one user or use another folder."
    )


def _entries(folder: Path) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _is_a_home(folder: Path, foreign: Sequence["os.DirEntry[str]"]) -> bool:
    """Whether the folder is for the home alone, so that its mode is the home's to decide."""
    try:
        is_shared = bool(folder.stat().st_mode & stat.S_ISVTX)
        is_personal = folder.resolve() == Path.home().resolve()
    except (OSError, RuntimeError):
        return False
    return not is_shared and not is_personal and all(entry.name == "lost+found" for entry in foreign)


def restrict(path: Path) -> bool:
    """Take every right of others from what is ours. False where they still have one.

    A link is followed where it is ours and leads to a file: nobody else can have made it.
    """
    if not _HAS_MODES:
        return True
    try:
        link = path.lstat()
        found = path.stat()
        mode = stat.S_IMODE(found.st_mode)
        if not mode & _OTHERS:
            return True
        is_link = stat.S_ISLNK(link.st_mode)
        if {link.st_uid, found.st_uid} != {os.geteuid()} or (is_link and not stat.S_ISREG(found.st_mode)):
            return False
        path.chmod(mode & ~_OTHERS)
        return not stat.S_IMODE(path.stat().st_mode) & _OTHERS
    except FileNotFoundError:
        return True  # a journal that SQLite has deleted meanwhile
    except OSError:
        return False
