"""Prints slips in a worker thread and saves them as PDFs, so that the window never waits for a printer."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.domain.slip import Slip
from app.domain.text import as_file_name
from app.services import preferences
from app.services.till import Till
from app.ui.widgets import slip_view, tasks
from app.ui.widgets.slip_view import SlipDialog
from app.ui.widgets.theme import Tone


class PrintQueue(QObject):
    """Prints one slip at a time. A window has one print queue.

    Signals:
        said(str, Tone): a failure of printing without a dialog, to show in a notice.
    """

    said = Signal(str, object)

    def __init__(self, till: Till, window: QWidget) -> None:
        super().__init__(window)
        self._till = till
        self._window = window
        self._one_at_a_time = asyncio.Lock()

    def show_slip(self, slip: Slip, *, odd: Sequence[str] = ()) -> None:
        """Show the slip in a dialog that can print and save it. `odd` is shown there and never printed."""
        dialog = SlipDialog(slip, self._window)
        if odd:
            dialog.say(" ".join(f"{words}." for words in odd), Tone.WARN)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.printWanted.connect(lambda wanted: self._start(self._print(wanted, dialog), dialog))
        dialog.pdfWanted.connect(lambda wanted: self._choose_file(wanted, dialog))
        dialog.open()

    def print_unasked(self, slip: Slip, *, open_drawer: bool) -> None:
        """Print without a dialog, where the settings say so. A failure only shows a notice."""
        chosen = preferences.read(self._till)
        if chosen.printer == "none" or not (chosen.print_receipts or open_drawer):
            return
        work = self._print_now(slip, open_drawer=open_drawer, only_drawer=not chosen.print_receipts)
        tasks.start(work, self, lambda words: self.said.emit(words, Tone.WARN))

    def open_drawer(self) -> None:
        """Open the cash drawer, where a printer is set up."""
        if preferences.read(self._till).printer != "none":
            work = self._print_now(None, open_drawer=True, only_drawer=True)
            tasks.start(work, self, lambda words: self.said.emit(words, Tone.WARN))

    async def _print_now(self, slip: Slip | None, *, open_drawer: bool, only_drawer: bool) -> None:
        # Imported at the first print: the till starts sooner without it.
        from app.printing.printer import printer_of  # noqa: PLC0415

        printer = printer_of(preferences.read(self._till), slip_view.draw_slip)
        async with self._one_at_a_time:
            if slip is None or only_drawer:
                await asyncio.to_thread(printer.kick_drawer)
            else:
                await asyncio.to_thread(printer.print_slip, slip, open_drawer=open_drawer)

    async def _print(self, slip: Slip, dialog: SlipDialog) -> None:
        dialog.say(self.tr("Printing…"), Tone.BUSY)
        await self._print_now(slip, open_drawer=False, only_drawer=False)
        _say(dialog, self.tr("Printed."), Tone.GOOD)

    def _start(self, work: tasks.Work, dialog: SlipDialog) -> None:
        tasks.start(work, dialog, lambda words: dialog.say(words, Tone.BAD))

    def _choose_file(self, slip: Slip, dialog: SlipDialog) -> None:
        chooser = QFileDialog(dialog, self.tr("Save as PDF"), as_file_name(slip.title, ".pdf"), "PDF (*.pdf)")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.fileSelected.connect(lambda path: self._start(self._save(slip, Path(path), dialog), dialog))
        chooser.open()

    async def _save(self, slip: Slip, path: Path, dialog: SlipDialog) -> None:
        try:
            await asyncio.to_thread(slip_view.save_pdf, slip, path)
        except OSError as error:
            _say(dialog, self.tr("It could not be saved: {why}").format(why=error), Tone.BAD)
            return
        _say(dialog, self.tr("Saved as {path}").format(path=path), Tone.GOOD)


def _say(dialog: SlipDialog, words: str, tone: Tone) -> None:
    """Show the result in the dialog, unless it was closed meanwhile: printing goes on without it."""
    if shiboken6.isValid(dialog):
        dialog.say(words, tone)
