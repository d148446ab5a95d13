"""A command in a process that watches itself: `python -m tests.kit.watched REPORT FOLDER MODULE words…`.

Before every connect, chmod, rename and removal, and every open but that of a module, it looks at all files
below FOLDER, and writes down those that other users of the computer may use at that moment. So a file that is
made private after it was made is found, by the chmod. The umask is 0 and cannot be changed, as on a file
system whose access lists override it: what is private was created so.
"""

import atexit
import os
import runpy
import stat
import sys
from pathlib import Path

_EVENTS = frozenset(
    {"open", "os.chmod", "os.mkdir", "os.rename", "os.remove", "os.link", "os.utime", "os.truncate"}
    | {"sqlite3.connect", "sqlite3.connect/handle", "fcntl.flock", "fcntl.lockf", "socket.connect"}
)


class _Watch:
    def __init__(self, report: Path, folder: Path) -> None:
        self._report = report
        self._folder = folder
        self._looking = False
        self._found: set[str] = set()

    def on_audit(self, event: str, arguments: tuple[object, ...]) -> None:
        if event in _EVENTS and not self._looking and not _is_of_a_module(arguments):
            self.look(event)

    def look(self, event: str) -> None:
        self._looking = True
        try:
            for folder, folders, files in os.walk(self._folder):
                for name in folders + files:
                    self._note(Path(folder, name), event)
        finally:
            self._looking = False

    def _note(self, path: Path, event: str) -> None:
        try:
            mode = stat.S_IMODE(path.lstat().st_mode)
        except FileNotFoundError:
            return
        line = f"{path.relative_to(self._folder)} is {mode:o}"
        if mode & 0o077 and not path.is_symlink() and line not in self._found:
            self._found.add(line)
            with self._report.open("a") as report:
                report.write(f"{line}, seen at {event}\n")


def _is_of_a_module(arguments: tuple[object, ...]) -> bool:
    return bool(arguments) and str(arguments[0]).endswith((".py", ".pyc", ".so"))


def main() -> None:
    report, folder, module, *words = sys.argv[1:]
    os.umask(0)
    os.umask = lambda _mask: 0
    watch = _Watch(Path(report), Path(folder))
    sys.addaudithook(watch.on_audit)
    atexit.register(watch.look, "the end")
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
