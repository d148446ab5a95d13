"""What a screen reader hears of a window: roles, names and places, through AT-SPI on D-Bus."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.wrappers import DBusErrorResponse, unwrap_msg

ACCESSIBLE = "org.a11y.atspi.Accessible"
COMPONENT = "org.a11y.atspi.Component"
PROPERTIES = "org.freedesktop.DBus.Properties"
WAIT_S_MAX = 30.0
POLL_S = 0.1
_SENSITIVE, _SHOWING = 24, 25
"""Bits of AT-SPI's states."""

Node = tuple[str, str]


@dataclass(frozen=True)
class Heard:
    """One thing in sight. `x` and `y` are its middle, in pixels of the screen."""

    role: str
    name: str
    x: int
    y: int
    is_enabled: bool


class NotHeard(AssertionError):
    """What was waited for did not come into sight."""


class Reader:
    """Reads every window of the session's programs, anew each time it is asked."""

    def __init__(self, session_bus: str) -> None:
        session = open_dbus_connection(session_bus)
        [address] = _call(session, ("org.a11y.Bus", "/org/a11y/bus"), "org.a11y.Bus", "GetAddress")
        session.close()
        self._bus: DBusConnection = open_dbus_connection(address)

    def close(self) -> None:
        self._bus.close()

    def everything(self) -> list[Heard]:
        """All that is in sight, in the order in which it is read."""
        root = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")
        found: list[Heard] = []
        for program in self._children(root):
            try:
                found.extend(self._in_sight(program))
            except DBusErrorResponse:
                continue  # it was taken down while it was read
        return found

    def wait(self, name: str, role: str = "", *, enabled: bool = False) -> Heard:
        """The first in sight whose whole name matches the pattern. Raises NotHeard."""
        deadline = time.monotonic() + WAIT_S_MAX
        while True:
            heard = self.everything()
            for one in heard:
                if (
                    re.fullmatch(name, one.name)
                    and role in {"", one.role}
                    and (one.is_enabled or not enabled)
                ):
                    return one
            if time.monotonic() > deadline:
                told = ", ".join(sorted({f"{one.role} “{one.name}”" for one in heard if one.name}))
                raise NotHeard(f"{role or 'nothing'} “{name}” came into sight. In sight: {told}")
            time.sleep(POLL_S)  # another process decides when; there is nothing to wait on

    def after(self, name: str) -> str:
        """What is read right after a label: its figure."""
        self.wait(name)
        heard = [one for one in self.everything() if one.name]
        place = next(place for place, one in enumerate(heard) if re.fullmatch(name, one.name))
        return heard[place + 1].name

    def _in_sight(self, node: Node) -> Iterator[Heard]:
        [role] = _call(self._bus, node, ACCESSIBLE, "GetRoleName")
        if role != "application":
            [states] = _call(self._bus, node, ACCESSIBLE, "GetState")
            if not states[0] >> _SHOWING & 1:
                return
            [(x, y, width, height)] = _call(self._bus, node, COMPONENT, "GetExtents", "u", (0,))
            [(_, name)] = _call(self._bus, node, PROPERTIES, "Get", "ss", (ACCESSIBLE, "Name"))
            enabled = bool(states[0] >> _SENSITIVE & 1)
            yield Heard(role, name, x + width // 2, y + height // 2, enabled)
        for child in self._children(node):
            yield from self._in_sight(child)

    def _children(self, node: Node) -> list[Node]:
        [children] = _call(self._bus, node, ACCESSIBLE, "GetChildren")
        return list(children)


def _call(
    bus: DBusConnection, node: Node, interface: str, method: str, signature: str | None = None, body: Any = ()
) -> Any:
    to = DBusAddress(node[1], node[0], interface)
    return unwrap_msg(bus.send_and_get_reply(new_method_call(to, method, signature, body)))
