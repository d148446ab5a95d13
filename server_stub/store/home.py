"""The server's home: the folder of its database and its signing secret, private from the beginning."""

from pathlib import Path

from sync_agent import private_files

_OURS = ("server.sqlite3*", "token-secret*")


def prepare_home(home: Path) -> list[str]:
    """Make the folder, or restrict what is there to its owner; warnings about what could not be restricted.

    Raises OSError where the folder cannot be made.
    """
    private_files.make_folder(home)
    return [private_files.exposed_words(path) for path in private_files.mend(home, _OURS)]
