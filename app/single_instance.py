"""One window for a till: who starts it again gets the window that stands, in front.

The lock of the home keeps a second program out; this is how that one asks the first to show itself.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

ANSWER_MS_MAX = 1000


def ask_to_show(home: Path) -> bool:
    """Ask the program that has this home open to come to the front; whether one answered."""
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
        QLocalServer.removeServer(_name(home))  # what a program that was killed left behind
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
    """A name for this home that no other has, short enough for every system's limit."""
    return f"evertill-{hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:16]}"
