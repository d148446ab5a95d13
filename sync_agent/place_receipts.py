"""Reads the receipts of the till's location: all that its tills refund, newest first, and single older ones.

The till can sell before any of it: pages are read one after another beside selling, and go on where they
stopped. ARCHITECTURE.md, "Streams".
"""

import asyncio
import logging
from functools import partial

from sync_agent.contract import paths
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.receipts import ReceiptsPage
from sync_agent.contract.streams import location_stream
from sync_agent.errors import SyncError
from sync_agent.network.reader import Reader, RequestRefused
from sync_agent.ports import Clock, Priority
from sync_agent.settings import AgentSettings
from sync_agent.store import shop_settings
from sync_agent.store.database import Store
from sync_agent.store.device import DeviceIdentity
from sync_agent.store.replica import receipts

log = logging.getLogger(__name__)


class PlaceReceipts:
    def __init__(self, store: Store, reader: Reader, clock: Clock, settings: AgentSettings) -> None:
        self._store = store
        self._reader = reader
        self._clock = clock
        self._settings = settings
        self._server: object = None
        self._ask_again_s = 0.0

    def note_server(self, described: object) -> None:
        """Note how the server describes itself: after an update it may have what it lacked before."""
        if described != self._server:
            self._server = described
            self._ask_again_s = 0.0

    async def read_copy(self, device: DeviceIdentity) -> None:
        """Read the pages that this till does not have yet: as far back as the shop refunds by now.

        A server that has no receipts is asked again after `lacking_s`. Raises SyncError; what was read stays.
        """
        stream = location_stream(device.tenant_id, device.location_id)
        while self._clock.monotonic_s() >= self._ask_again_s:
            with self._store.reading() as connection:
                progress = receipts.progress(connection, stream)
                days = shop_settings.confirmed(connection, "refund_days", device.location_id)
            if progress.complete and progress.days >= days:
                return
            try:
                page = await self._page(device, progress.page_token)
            except RequestRefused as error:
                if error.code == ErrorCode.NOT_FOUND:
                    log.info("this server has no receipts of the location: %s", error)
                    self._ask_again_s = self._clock.monotonic_s() + self._settings.lacking_s
                    return
                # The page token is not one of this server's any more.
                await self._store.write(partial(receipts.read_again, stream=stream), Priority.AGENT)
                raise
            stored = partial(receipts.store_page, stream=stream, page=page, after=progress, days=days)
            await self._store.write(stored, Priority.AGENT)
            await asyncio.sleep(self._settings.history_page_pause_s)

    async def ask(self, device: DeviceIdentity, receipt_number: str) -> None:
        """Ask for a receipt by its number, and store the answer. Never raises SyncError: whoever waits sees
        the connection's state.
        """
        try:
            page = await self._reader.fetch(
                paths.RECEIPTS, ReceiptsPage, locationId=device.location_id, number=receipt_number
            )
        except SyncError as error:
            log.info("a receipt could not be asked for: %s", error)
            return
        await self._store.write(
            partial(receipts.store_answer, receipt_number=receipt_number, page=page), Priority.AGENT
        )

    async def _page(self, device: DeviceIdentity, page_token: str | None) -> ReceiptsPage:
        return await self._reader.fetch(
            paths.RECEIPTS, ReceiptsPage, locationId=device.location_id, pageToken=page_token
        )
