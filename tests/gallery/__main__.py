"""Draws every scene in each theme, language and size into build/gallery, and says what lacks room.

python -m tests.gallery [--only NAME] [--look NAME] [--into FOLDER]
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, QSize
from PySide6.QtWidgets import QApplication, QDialog
from qasync import QEventLoop

from app.ui.widgets.language import apply_language
from app.ui.widgets.tasks import running_count
from app.ui.widgets.theme import Theme, apply_theme
from app.ui.window.bridge import Bridge
from app.ui.window.main_window import MainWindow
from sync_agent.events import ConnectionState, StateChanged
from tests.benchmarks.no_agent import NoAgent
from tests.gallery.cut_text import cut_texts
from tests.gallery.scenes import SCENES, Stage, furnish
from tests.ui.shop import ALICE, PEPPER, Shop

SMALL, LARGE = QSize(1024, 768), QSize(1920, 1080)


@dataclass(frozen=True)
class Look:
    theme: Theme
    language: str
    size: QSize

    @property
    def name(self) -> str:
        return f"{self.theme}-{self.language}-{self.size.width()}x{self.size.height()}"


LOOKS = (
    *(Look(*one) for one in product((Theme.LIGHT, Theme.DARK), ("en", "ar"), (SMALL, LARGE))),
    Look(Theme.CONTRAST, "en", SMALL),
    Look(Theme.LIGHT, "es", SMALL),
)
"""English reads from the left, Arabic from the right; Spanish has the longest words."""


@contextmanager
def stage_of(loop: QEventLoop, folder: Path, locale: Any, size: QSize) -> Iterator[Stage]:
    """A fresh shop and window for each picture, so that none depends on another."""
    shop = Shop(folder)

    def run(work: Any) -> Any:
        return loop.run_until_complete(work)

    with closing(shop):
        furnish(shop, run)
        bridge = Bridge()
        stop = shop.store.listen(bridge.post_changed)
        bridge.post_event(StateChanged(ConnectionState.OFFLINE, shop.clock.now_ms() - 60_000))
        window = MainWindow(shop.till, bridge, NoAgent(), PEPPER, locale=locale)
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
            while running_count():
                stage.settle()
            stop()
            window.close()
            window.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", help="scenes whose name holds this")
    parser.add_argument("--look", help="looks whose name holds this")
    parser.add_argument("--into", type=Path, default=Path("build/gallery"))
    arguments = parser.parse_args()
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    loop = QEventLoop(app)
    asyncio.set_event_loop(loop)
    drawn = cut = 0
    for look in LOOKS:
        if arguments.look and arguments.look not in look.name:
            continue
        apply_theme(app, look.theme)
        locale = apply_language(app, look.language)
        folder = arguments.into / look.name
        folder.mkdir(parents=True, exist_ok=True)
        for name, scene in SCENES.items():
            if arguments.only and arguments.only not in name:
                continue
            with (
                tempfile.TemporaryDirectory() as home,
                stage_of(loop, Path(home), locale, look.size) as stage,
            ):
                shown = scene(stage)
                stage.settle()
                shown.grab().save(str(folder / f"{name}.png"))
                drawn += 1
                for words in cut_texts(shown, look.size):
                    cut += 1
                    print(f"{look.name}/{name}: cut: {words}")
    print(f"{drawn} pictures in {arguments.into}; texts that lack room: {cut}")
    return 1 if cut else 0


if __name__ == "__main__":
    sys.exit(main())
