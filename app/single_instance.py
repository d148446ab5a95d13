"""One window per till: a second start raises the existing window.

The lock of the home keeps the second process out; here it asks the first to show its window.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

ANSWER_MS_MAX = 1000


def ask_to_show(home: Path) -> bool:
    """Ask the process that has this home open to raise its window; whether it answered in `ANSWER_MS_MAX`."""
    socket = QLocalSocket()
    socket.connectToServer(_name(home))
    answered = socket.waitForConnected(ANSWER_MS_MAX)
    socket.abort()
    return answered


class SecondStart(QObject):
    """Calls `on_second_start` in the program that has the home open, until it is closed."""

    def __init__(self, home: Path, on_second_start: Callable[[], None]) -> None:
        super().__init__()
        self._on_second_start = on_second_start
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        QLocalServer.removeServer(_name(home))  # the socket of a killed process
        self._server.newConnection.connect(self._answer)
        self._server.listen(_name(home))

    def close(self) -> None:
        self._server.close()

    def _answer(self) -> None:
        while self._server.hasPendingConnections():
            caller = self._server.nextPendingConnection()
            caller.abort()
            caller.deleteLater()
        self._on_second_start()


def _name(home: Path) -> str:
    """A socket name unique to this home, short enough for every system."""
    return f"evertill-{hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:16]}"
