"""What the till does with each event of the server: a table with a row for each event, handled or ignored.

A handler gets a run of consecutive events of its name and returns why the session has to end, or None. An
event that is not in the contract comes from a newer server and is not subscribed to.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sync_agent.contract import events
from sync_agent.contract.events import Notice, SessionEnded
from sync_agent.contract.streams import ChangesEvent
from sync_agent.contract.wire import Wire
from sync_agent.errors import ProtocolError
from sync_agent.network.envelope import read_as
from sync_agent.network.session import Session
from sync_agent.ports import Priority
from sync_agent.pull import Puller
from sync_agent.store import notices
from sync_agent.store.database import Store
from sync_agent.store.device import DeviceIdentity

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Listener:
    """What the handlers of one session work with."""

    store: Store
    device: DeviceIdentity
    session: Session
    puller: Puller


Handler = Callable[[Listener, Sequence[Any]], Awaitable[str | None]]


@dataclass(frozen=True)
class Handled:
    """The payload is read as the model `payload` before `handler` is called. An unreadable payload ends the
    session if the till cannot go on without it (`is_vital`); otherwise it is logged and skipped.
    """

    payload: type[Wire]
    handler: Handler
    is_vital: bool = True


@dataclass(frozen=True)
class Ignored:
    """The till does not use the event; `because` says why."""

    because: str


async def _apply_changes(listener: Listener, received: Sequence[ChangesEvent]) -> str | None:
    await listener.puller.on_changes(listener.device, received)
    return None


async def _store_notices(listener: Listener, received: Sequence[Notice]) -> str | None:
    """Store the notices of an older server, which sends them only as this event.

    A newer server's notices are rows of the stream; those have `until` and come as changes.
    """
    for notice in received:
        if notice.until is None:
            await listener.store.write(partial(notices.add_received, notice=notice), Priority.AGENT)
    return None


async def _end_session(listener: Listener, received: Sequence[SessionEnded]) -> str | None:
    listener.session.forget()
    return f"the server ended the session: {received[-1].reason}"


HANDLERS: dict[str, Handled | Ignored] = {
    events.CHANGES: Handled(ChangesEvent, _apply_changes),
    events.NOTICE: Handled(Notice, _store_notices, is_vital=False),
    events.SESSION_ENDED: Handled(SessionEnded, _end_session),
    events.INITIAL_SYNC: Ignored("the till follows its streams by cursors, and declines it"),
    events.INVENTORY_UPDATED: Ignored("the server does not send it to a client with the feature `changes`"),
    events.UPDATE_CONFIRMED: Ignored("it answers `inventory-update`, which a till does not send"),
    events.SYNC_CONFLICT: Ignored("the operation's result and the stream have the conflict"),
    events.CONFLICT_RESOLVED: Ignored("it answers `resolve-conflict`, which a till does not send"),
    events.CONFLICT_RESOLUTION_BROADCAST: Ignored("the conflict's row is in the stream"),
    events.OFFLINE_SYNC_RESULTS: Ignored("the acknowledgement of `sync-offline-queue` has the results"),
    events.USER_CONNECTED: Ignored("a till does not show presence"),
    events.USER_DISCONNECTED: Ignored("a till does not show presence"),
    events.SYNC_STATE: Ignored("a till shows its own queue, from its own database"),
}


async def handle(listener: Listener, name: str, payloads: Sequence[Any]) -> str | None:
    """Handle events of one name, in order of arrival. Returns why the session has to end, or None.

    Raises SyncError.
    """
    row = HANDLERS.get(name)
    if not isinstance(row, Handled):
        return None
    received = []
    for payload in payloads:
        try:
            received.append(read_as(row.payload, payload, f"the server's {name}"))
        except ProtocolError:
            if row.is_vital:
                raise
            log.warning("an event %s of the server cannot be read", name, exc_info=True)
    return await row.handler(listener, received) if received else None
