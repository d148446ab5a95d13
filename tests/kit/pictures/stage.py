"""A fresh shop and a window over it, for one picture."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QLocale, QSize
from PySide6.QtWidgets import QDialog

from app.ui.widgets.tasks import all_ended
from app.ui.window.bridge import Bridge
from app.ui.window.main_window import MainWindow
from sync_agent.events import ConnectionState, StateChanged
from tests.kit.accounts import OfficeServer
from tests.kit.agents import SilentAgent
from tests.kit.feed import PEPPER
from tests.kit.offline_shop import ALICE, OfflineShop
from tests.kit.pictures.scenes import Stage, furnish

T = TypeVar("T")


@contextmanager
def stage_of(
    loop: asyncio.AbstractEventLoop,
    folder: Path,
    locale: QLocale,
    size: QSize,
    spoil: Callable[[OfflineShop], object] = lambda _shop: None,
) -> Iterator[Stage]:
    """A fresh shop and window for each picture, so that none depends on another. `spoil` changes the shop."""
    shop = OfflineShop(folder)

    def run(work: Coroutine[Any, Any, T]) -> T:
        return loop.run_until_complete(work)

    with closing(shop):
        furnish(shop, run)
        spoil(shop)
        bridge = Bridge()
        stop = shop.store.listen(bridge.post_changed)
        bridge.post_event(StateChanged(ConnectionState.OFFLINE, shop.clock.now_ms() - 60_000))
        office = OfficeServer(shop.clock.now_ms)
        window = MainWindow(shop.till, bridge, SilentAgent(), PEPPER, locale=locale, account=lambda: office)
        window.resize(size)
        window.show()
        window.welcome(ALICE)
        stage = Stage(window, shop, run)
        stage.settle()
        try:
            yield stage
        finally:
            for dialog in window.findChildren(QDialog):
                dialog.reject()
            stage.settle()
            run(all_ended())
            stop()
            window.close()
            window.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
