"""The base class of dialogs that run a command."""

from PySide6.QtWidgets import QDialog, QWidget

from app.ui.widgets import tasks


class CommandDialog(QDialog):
    """Runs commands one at a time (`_commands`), and cannot be cancelled while one runs.

    A closed dialog is deleted: what a command says when it ends would have nowhere to go.

    `acts_for_a_person`: it holds somebody's sign-in or secrets, so it is closed when nobody is there
    (`give_up`).
    """

    acts_for_a_person = False

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._commands = tasks.Commands(self)
        self._commands.busyChanged.connect(self.show_busy)

    def show_busy(self, busy: bool) -> None:
        """Hook: a command has begun or ended. A failure is shown after this."""

    def give_up(self) -> None:
        """Close it, whatever it does and shows."""
        super().reject()

    def reject(self) -> None:
        """Cancel, Esc, or the window's own close button."""
        if not self._commands.is_busy:
            super().reject()
