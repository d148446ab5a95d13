"""Draws every scene in each theme, language and size into build/gallery, and says what lacks room.

python -m tests.gallery [--only NAME] [--look NAME] [--into FOLDER]
"""

import argparse
import asyncio
import os
import sys
import tempfile
from dataclasses import dataclass
from itertools import product
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from app.ui.widgets.language import apply_language
from app.ui.widgets.theme import Theme, apply_theme
from tests.kit.pictures.cut_text import cut_texts
from tests.kit.pictures.scenes import SCENES
from tests.kit.pictures.stage import stage_of

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
