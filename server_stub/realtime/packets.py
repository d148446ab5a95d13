"""How Socket.IO packets are written and read here."""

from typing import Any

import orjson
import socketio

_UNNAMED = "(unnamed)"
_UNREADABLE = "(unreadable)"
_NOT_A_CLIENTS = frozenset({"connect", "disconnect", "*"})
_ATTACHMENTS_MAX = 16
"""Binary is refused, and to be told so its parts are gathered first: no more than these."""


class Json:
    """orjson in the shape that python-socketio asks for."""

    @staticmethod
    def dumps(value: object, **_options: object) -> str:
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str | bytes, **_options: object) -> Any:
        return orjson.loads(text)


class GuardedPacket(socketio.packet.Packet):  # type: ignore[misc]
    """Reads packets so that every event reaches the one handler that acknowledges them.

    A client that sends an event named like one of the library's own ("disconnect", "*" for all) would
    otherwise run that handler, and one whose name is no word, or that cannot be read, would run none.
    """

    data: Any

    @classmethod
    def data_is_binary(cls, _data: object) -> bool:
        """Nothing that is sent here holds bytes, and the library would look for them in every row of it."""
        return False

    def decode(self, encoded_packet: str) -> Any:
        try:
            attachments = super().decode(encoded_packet)
        except ValueError:
            if self.packet_type != socketio.packet.EVENT:
                raise
            # Its number was read before that: the sender waits for an answer to it.
            self.data = [_UNREADABLE]
            return 0
        if attachments > _ATTACHMENTS_MAX:
            raise ValueError("too many attachments")
        if self.packet_type in (socketio.packet.EVENT, socketio.packet.BINARY_EVENT):
            named = isinstance(self.data, list) and self.data and isinstance(self.data[0], str)
            if not named:
                self.data = [_UNNAMED]
            elif self.data[0] in _NOT_A_CLIENTS:
                self.data[0] = f"({self.data[0]})"
        return attachments

    def add_attachment(self, attachment: Any) -> bool:
        try:
            return bool(super().add_attachment(attachment))
        except (IndexError, KeyError, TypeError):
            # It names a part that it has not; the library would wait for it, and hear nothing else.
            self.data = [_UNREADABLE]
            return True
