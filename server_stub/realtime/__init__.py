"""The socket side: events in, acknowledgements out, and the rooms that hear of changes."""

from server_stub.realtime.sockets import Realtime

__all__ = ["Realtime"]
