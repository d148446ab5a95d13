"""Sounds for a scan, a miss and a refusal: a clerk looks at the goods, not at the screen.

They need the optional extra `evertill[sounds]` (QtMultimedia). Without it the till beeps at misses and
refusals and is silent at scans.
"""

from importlib.resources import as_file, files
from typing import Any

from PySide6.QtCore import QObject, QUrl
from PySide6.QtWidgets import QApplication

SCANNED, MISSED, REFUSED = "scanned", "missed", "refused"

_NEEDS_NO_BEEP = frozenset({SCANNED})


class Sounds(QObject):
    """Plays the sounds while switched on."""

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
    """The sounds by name; empty where the extra is not installed."""
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
    """Make `sounds` the player that `play` uses."""
    _sounds[:] = [sounds]


def play(name: str) -> None:
    """Play a sound by name; beeps where no player is installed."""
    if _sounds:
        _sounds[0].play(name)
    elif name not in _NEEDS_NO_BEEP:
        QApplication.beep()
