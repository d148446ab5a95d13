"""A text as a QR code, which a scanner or a telephone reads from the screen."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

QUIET_ZONE = 4
"""Empty modules around the code, as the standard has it."""


class QrPicture(QWidget):
    """Dark on white in every theme, with its quiet zone: many scanners read nothing else.

    The text is in no tool tip and no accessible name: it stands beside the picture, readable.
    """

    def __init__(self, name: str, title: str, side_px: int) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._side = side_px
        self._modules: list[list[bool]] = []
        self.setFixedSize(self._side, self._side)

    def show_text(self, text: str) -> None:
        """Draw this text; "" draws nothing."""
        self._modules = modules_of(text) if text else []
        self.update()

    @property
    def is_empty(self) -> bool:
        return not self._modules

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._modules:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("white"))
        across = len(self._modules) + 2 * QUIET_ZONE
        # Whole pixels a module: edges that fall between two pixels are grey, and read badly.
        ratio = self.devicePixelRatio()
        module = max(1, int(self._side * ratio) // across)
        painter.scale(1 / ratio, 1 / ratio)
        start = (int(self._side * ratio) - module * across) // 2 + module * QUIET_ZONE
        for row, modules in enumerate(self._modules):
            for column, is_dark in enumerate(modules):
                if is_dark:
                    square = QRect(start + column * module, start + row * module, module, module)
                    painter.fillRect(square, QColor(Qt.GlobalColor.black))
        painter.end()


def modules_of(text: str) -> list[list[bool]]:
    """The code without its quiet zone, row by row."""
    from qrcode.constants import ERROR_CORRECT_M  # noqa: PLC0415 - for these dialogs alone
    from qrcode.main import QRCode  # noqa: PLC0415

    code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.get_matrix()]
