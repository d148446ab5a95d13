"""The Socket.IO side: events, acknowledgements, and the rooms of streams."""

from server_stub.realtime.sockets import Realtime

__all__ = ["Realtime"]
