"""A real window offscreen, over a real store, on a qasync loop that a test runs as far as it needs."""

import asyncio
import contextlib
import gc
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import qasync
from PySide6.QtCore import QCoreApplication, QEvent, QLocale
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.widgets import language, theme
from app.ui.widgets.tasks import all_ended
from app.ui.window.bridge import Bridge
from app.ui.window.main_window import MainWindow
from tests.kit.agents import SilentAgent
from tests.kit.feed import PEPPER
from tests.kit.homes import new_server_home
from tests.kit.offline_shop import ALICE, OfflineShop
from tests.kit.processes import ServerProcess, demo_server
from tests.kit.windows import Keyboard, Loop


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform says this of what only a screen could do; it says nothing about ours."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))


@pytest.fixture(autouse=True)
def _windows_die_in_this_thread(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[None]:
    """As in the program: no thread but this one collects what is left of a closed window."""
    gc.disable()
    yield
    # pytest holds the test's arguments, its window among them, for longer than this fixture.
    request.node.funcargs.clear()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    gc.enable()


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[Loop]:
    theme.apply_theme(qapp)
    language.apply_language(qapp, "en")
    made = qasync.QEventLoop(qapp)
    asyncio.set_event_loop(made)
    yield Loop(made)
    # Tasks that a window started end first: each scan, for example, stores the cart in progress.
    with contextlib.suppress(TimeoutError):
        Loop(made).run(all_ended())
    with warnings.catch_warnings():
        # qasync cleans up its own executor threads and timers.
        warnings.simplefilter("ignore", ResourceWarning)
        made.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """The demonstration's shop; its home is the folder "server"."""
    new_server_home(tmp_path / "server")
    made = demo_server(tmp_path / "server")
    made.start()
    yield made
    made.kill()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[OfflineShop]:
    made = OfflineShop(tmp_path / "till")
    yield made
    made.close()


@pytest.fixture
def bridge(qapp: QApplication, shop: OfflineShop) -> Iterator[Bridge]:
    made = Bridge()
    stop = shop.store.listen(made.post_changed)
    yield made
    stop()


@pytest.fixture
def agent() -> SilentAgent:
    return SilentAgent()


@pytest.fixture
def window(loop: Loop, shop: OfflineShop, bridge: Bridge, agent: SilentAgent, qtbot: QtBot) -> MainWindow:
    """Open, with nobody signed in."""
    made = MainWindow(shop.till, bridge, agent, PEPPER, locale=QLocale("en_GB"))
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitActive(made)
    return made


@pytest.fixture
def selling(window: MainWindow) -> MainWindow:
    """As `window`, with Alice signed in."""
    window.welcome(ALICE)
    return window


@pytest.fixture
def keys(shop: OfflineShop) -> Keyboard:
    return Keyboard(shop.clock)
