"""Encoding and decoding of Socket.IO packets."""

from typing import Any

import orjson
import socketio

_UNNAMED = "(unnamed)"
_UNREADABLE = "(unreadable)"
_NOT_A_CLIENTS = frozenset({"connect", "disconnect", "*"})
_ATTACHMENTS_MAX = 16
"""Binary payloads are refused, but their attachments must be gathered to do so: at most this many."""


class Json:
    """orjson with the interface that python-socketio expects."""

    @staticmethod
    def dumps(value: object, **_options: object) -> str:
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str | bytes, **_options: object) -> Any:
        return orjson.loads(text)


class GuardedPacket(socketio.packet.Packet):  # type: ignore[misc]
    """Decodes packets so that every event reaches the one handler that acknowledges them.

    Otherwise an event named like one of the library's own ("disconnect", or "*" for all) would run that
    handler, and an event with an invalid name, or one that is unreadable, would run none.
    """

    data: Any

    @classmethod
    def data_is_binary(cls, _data: object) -> bool:
        """Always false: nothing sent here holds bytes, and the library would search every row for some."""
        return False

    def decode(self, encoded_packet: str) -> Any:
        try:
            attachments = super().decode(encoded_packet)
        except ValueError:
            if self.packet_type != socketio.packet.EVENT:
                raise
            # Its packet number was read already: the sender waits for an acknowledgement.
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
            # It refers to an attachment that it does not have; the library would wait for it and block
            # everything else.
            self.data = [_UNREADABLE]
            return True
