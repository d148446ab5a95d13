"""One sound for a scan, another for a miss: a clerk looks at the goods, not at the screen.

The sounds come with the optional extra `evertill[sounds]` (QtMultimedia); without it the till beeps at what
went wrong, and is silent otherwise.
"""

from importlib.resources import as_file, files
from typing import Any

from PySide6.QtCore import QObject, QUrl
from PySide6.QtWidgets import QApplication

SCANNED, MISSED, REFUSED = "scanned", "missed", "refused"

_NEEDS_NO_BEEP = frozenset({SCANNED})


class Sounds(QObject):
    """Plays them while it is switched on; made once for the program."""

    def __init__(self, parent: QObject, *, on: bool = True) -> None:
        super().__init__(parent)
        self._on = on
        self._effects: dict[str, Any] = _effects(self)

    def set_on(self, on: bool) -> None:
        self._on = on

    def play(self, name: str) -> None:
        effect = self._effects.get(name)
        if not self._on:
            return
        if effect is not None:
            effect.play()
        elif name not in _NEEDS_NO_BEEP:
            QApplication.beep()


def _effects(parent: QObject) -> dict[str, Any]:
    """The sounds by name; none where the extra is not installed."""
    try:
        from PySide6.QtMultimedia import QSoundEffect  # noqa: PLC0415 - an optional extra
    except ImportError:
        return {}
    effects: dict[str, Any] = {}
    for name in (SCANNED, MISSED, REFUSED):
        with as_file(files("resources") / "sounds" / f"{name}.wav") as path:
            effect = QSoundEffect(parent)
            effect.setSource(QUrl.fromLocalFile(str(path)))
            effects[name] = effect
    return effects


_sounds: list[Sounds] = []


def install(sounds: Sounds) -> None:
    """Play through these from now on."""
    _sounds[:] = [sounds]


def play(name: str) -> None:
    """Play one of the sounds; a beep where nothing is installed."""
    if _sounds:
        _sounds[0].play(name)
    elif name not in _NEEDS_NO_BEEP:
        QApplication.beep()
