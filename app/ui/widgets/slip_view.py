"""A slip on the screen, as a PDF, and as an image for printers without its script's fonts."""

from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import QDialog, QHBoxLayout, QTextBrowser, QVBoxLayout, QWidget

from app.domain.slip import Centred, Pair, Rule, Slip, Weight
from app.ui.widgets.parts import MessageLine, button
from app.ui.widgets.shortcuts import BACK
from app.ui.widgets.theme import Tone
from sync_agent import private_files

if TYPE_CHECKING:
    from PIL.Image import Image

PAPER_MM = 80
PDF_DPI = 203
_SIZES = {Weight.PLAIN: "13px", Weight.STRONG: "13px", Weight.LARGE: "18px"}


def slip_html(slip: Slip, *, right_to_left: bool) -> str:
    """The slip as HTML for Qt's rich text. All text is escaped: a product's name may hold markup."""
    start, end = ("right", "left") if right_to_left else ("left", "right")
    rows = ['<table width="100%" cellspacing="0" cellpadding="1">']
    for row in slip.rows:
        match row:
            case Rule():
                rows.append('<tr><td colspan="2"><hr/></td></tr>')
            case Centred(text, weight):
                rows.append(f'<tr><td colspan="2" align="center">{_weighted(text, weight)}</td></tr>')
            case Pair(text, "", weight):
                rows.append(f'<tr><td colspan="2" align="{start}">{_weighted(text, weight)}</td></tr>')
            case Pair(text, figure, weight):
                cells = [
                    f'<td align="{start}">{_weighted(text, weight)}</td>',
                    f'<td align="{end}" style="white-space: pre">{_weighted(figure, weight)}</td>',
                ]
                # Qt's rich text does not mirror columns.
                rows.append(f"<tr>{''.join(reversed(cells) if right_to_left else cells)}</tr>")
    rows.append("</table>")
    return "".join(rows)


def _weighted(text: str, weight: Weight) -> str:
    indented = escape(text).replace("  ", "&nbsp;&nbsp;")
    bold = "font-weight: 700;" if weight is not Weight.PLAIN else ""
    return f'<span style="font-size: {_SIZES[weight]}; {bold}">{indented}</span>'


def _document(slip: Slip, width: float) -> QTextDocument:
    document = QTextDocument()
    option = QTextOption()
    right_to_left = QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft
    option.setTextDirection(
        Qt.LayoutDirection.RightToLeft if right_to_left else Qt.LayoutDirection.LeftToRight
    )
    document.setDefaultTextOption(option)
    document.setDocumentMargin(4)
    document.setDefaultStyleSheet("* { color: #000000; }")
    document.setHtml(slip_html(slip, right_to_left=right_to_left))
    document.setTextWidth(width)
    return document


def save_pdf(slip: Slip, path: Path) -> None:
    """Write the slip as a PDF of one page, as wide as receipt paper and as long as it needs to be.

    Raises OSError.
    """
    document = _document(slip, 280)
    scale = PAPER_MM / 280
    written = QBuffer()
    written.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(written)
    writer.setTitle(slip.title)
    writer.setCreator("Evertill")
    writer.setResolution(PDF_DPI)
    size = QSizeF(PAPER_MM, document.size().height() * scale + 4)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(size, QPageSize.Unit.Millimeter),
            QPageLayout.Orientation.Portrait,
            QMarginsF(0, 0, 0, 0),
        )
    )
    painter = QPainter()
    if not painter.begin(writer):
        raise OSError(f"cannot write {path}")
    dots = writer.width() / 280
    painter.scale(dots, dots)
    document.drawContents(painter)
    painter.end()
    private_files.write(path, bytes(written.data().data()))


def draw_slip(slip: Slip, dots: int) -> "Image":
    """The slip in black on white, `dots` wide. Safe in any thread."""
    from PIL import Image  # noqa: PLC0415 - only a printer needs it

    width = 280.0
    document = _document(slip, width)
    scale = dots / width
    image = QImage(dots, max(1, round(document.size().height() * scale)), QImage.Format.Format_Grayscale8)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.scale(scale, scale)
    document.drawContents(painter)
    painter.end()
    rows = bytes(image.constBits())
    stride = image.bytesPerLine()
    packed = BytesIO()
    for line in range(image.height()):
        packed.write(rows[line * stride : line * stride + image.width()])
    return Image.frombytes("L", (image.width(), image.height()), packed.getvalue())


class SlipDialog(QDialog):
    """A receipt or report to read, print or save.

    Signals:
        printWanted(Slip), pdfWanted(Slip): the owner of the dialog prints or saves it.
    """

    printWanted = Signal(object)
    pdfWanted = Signal(object)

    def __init__(self, slip: Slip, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setObjectName("slipDialog")
        self.setWindowTitle(slip.title)
        self.resize(420, 640)
        paper = QTextBrowser()
        paper.setObjectName("slipPaper")
        paper.setAccessibleName(slip.title)
        paper.setProperty("role", "paper")
        paper.setOpenLinks(False)
        right_to_left = QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft
        paper.document().setDefaultStyleSheet("* { color: #000000; }")
        paper.setHtml(slip_html(slip, right_to_left=right_to_left))
        self._message = MessageLine("slipMessage")
        close = button(BACK.after(self.tr("Close")), "slipClose", self.reject)
        print_button = button(
            self.tr("Print"), "slipPrint", lambda: self.printWanted.emit(slip), role="primary"
        )
        row = QHBoxLayout()
        row.addWidget(close)
        row.addWidget(button(self.tr("Save as PDF"), "slipPdf", lambda: self.pdfWanted.emit(slip)))
        row.addWidget(print_button, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(10)
        layout.addWidget(paper, 1)
        layout.addWidget(self._message)
        layout.addLayout(row)
        close.setFocus()

    def say(self, words: str, tone: Tone) -> None:
        self._message.say(words, tone)
