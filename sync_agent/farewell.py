"""Tills that were signed out in this home: their credentials end at their servers.

A till that is signed out is moved into a folder of its own, with its credential. Until its server was told,
that credential still holds there: whoever finds the folder could use it. So the server is told at once where
it can be reached, and otherwise as soon as Evertill runs in this home again and reaches it. Until then
somebody has to end it there: a manager, or whoever runs the server.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sync_agent import credentials, private_files
from sync_agent.contract import paths
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.identity import RefreshRequest
from sync_agent.errors import AuthError, StoreError, SyncError
from sync_agent.ports import Clock, Transport
from sync_agent.store.database import peek
from sync_agent.store.device import DeviceIdentity, read_device
from sync_agent.store.home import Home

log = logging.getLogger(__name__)

_TOLD = "server-told"
_ITS_SERVER = "demonstration"
"""A demonstration shop was moved away together with its till: nobody can use the credential."""


@dataclass(frozen=True)
class SignedOutTill:
    """A till that was signed out, and whose server still has to be told."""

    folder: Path
    device: DeviceIdentity

    @property
    def revoke_command(self) -> str:
        """What whoever runs the server enters to end its credential there."""
        return (
            f"evertill server revoke-device --tenant {self.device.tenant_id} --device {self.device.device_id}"
        )


def still_to_tell(home: Home) -> list[SignedOutTill]:
    """The tills that were signed out here, oldest first, whose servers have not been told."""
    return [
        till
        for folder in sorted(home.signed_out.glob("*"))
        if not (folder / _TOLD).exists() and (till := _signed_out(folder)) is not None
    ]


def _signed_out(folder: Path) -> SignedOutTill | None:
    """None for a folder without a till, without its credential, or with its server."""
    home = Home(folder)
    if not home.database.exists() or not home.secrets.exists() or (folder / _ITS_SERVER).exists():
        return None
    try:
        with peek(home) as connection:
            device = read_device(connection)
    except StoreError as error:
        log.warning("the till that was signed out into %s cannot be read: %s", folder, error)
        return None
    return None if device is None else SignedOutTill(folder, device)


Connect = Callable[[str, bool], Transport]
"""The way to a server's URL, and whether its credential may be sent there without encryption."""


async def tell_servers(home: Home, connect: Connect, clock: Clock) -> list[SignedOutTill]:
    """Tell each server that can be reached. Returns the tills whose servers still have to be told."""
    return [till for till in still_to_tell(home) if not await _tell(till, connect, clock)]


async def _tell(till: SignedOutTill, connect: Connect, clock: Clock) -> bool:
    # The network libraries load late: a till that has nothing to tell starts without them.
    from sync_agent.network.session import Session  # noqa: PLC0415

    home = Home(till.folder)
    try:
        stored = credentials.load(home)
    except StoreError as error:
        log.info("the credential of the till that was signed out into %s is lost: %s", till.folder, error)
        return False
    if stored is None:
        return True
    transport = connect(till.device.server_url, stored.insecure is not False)
    try:
        # Without a token: a captive portal may answer instead, and must not see one.
        await transport.request("GET", paths.LIVE)
        session = Session(transport, stored, clock, rotate=partial(credentials.rotate, home))
        token = await session.token()
        body = RefreshRequest(refresh_token=session.credential).to_wire()
        await transport.request("POST", paths.LOGOUT, body=body, token=token)
    except AuthError as error:
        if error.code == ErrorCode.FORBIDDEN:
            return False  # a server of an earlier release: somebody has to end it there
        # It has ended already: it was revoked, or marked as cloned.
    except (SyncError, StoreError, OSError) as error:
        log.info("the server of the till that was signed out into %s was not told: %s", till.folder, error)
        return False
    finally:
        await transport.close()
    private_files.touch(till.folder / _TOLD)
    return True
