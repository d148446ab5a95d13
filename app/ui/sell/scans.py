"""Scans at the sell page.

Those during a command, or while it is asked which product a code means, wait for its end. Codes that added
nothing are listed.
"""

from PySide6.QtCore import QObject, Signal

from app.services.stock import catalogue
from app.services.stock.catalogue import SharedCode
from app.services.till import Till
from app.ui.widgets import sounds
from app.ui.widgets.parts import MessageLine
from app.ui.widgets.theme import Tone


class Scans(QObject):
    """Shows the codes of no product on `message` until it is closed by hand: those goods are in the bag and
    not on the bill.

    Signals:
    found(ProductView): the product of a scanned code.
    shared(SharedCode): several products have the scanned code.
    """

    found = Signal(object)
    shared = Signal(object)

    def __init__(self, till: Till, message: MessageLine) -> None:
        super().__init__(message)
        self._till = till
        self._message = message
        self._waiting: list[str] = []
        self._missed: list[str] = []
        self._asked: SharedCode | None = None
        self._unanswered = False
        """Whether one of the missed codes has products, and it was not said which."""
        message.closed.connect(self._forget_missed)

    def wait(self, code: str) -> None:
        """Put a scan off until a command has ended."""
        self._waiting.append(code)

    def waited(self) -> list[str]:
        """The codes that were put off, in their order, to be handled now."""
        codes, self._waiting = self._waiting, []
        return codes

    def take(self, code: str) -> None:
        """Handle a scan now."""
        try:
            product = catalogue.by_code(self._till, code)
        except SharedCode as shared:
            sounds.play(sounds.MISSED)
            self.shared.emit(shared)
            return
        if product is None:
            self._say_missed(code)
            return
        sounds.play(sounds.SCANNED)
        self.found.emit(product)

    def ask(self, shared: SharedCode) -> None:
        """It is asked which product a code means."""
        self._asked = shared

    def answered(self) -> None:
        """It was said which product is meant."""
        self._asked = None

    def give_up(self) -> None:
        """Whatever is asked is not answered: the code added nothing."""
        if self._asked is not None:
            code, self._asked = self._asked.code, None
            self._unanswered = True
            self._say_missed(code)

    def clear_message(self) -> None:
        """Clear the message line, unless it lists missed codes."""
        if not self._missed:
            self._message.clear()

    def close_message(self) -> None:
        """Clear the message line, with the missed codes."""
        self._forget_missed()
        self._message.clear()

    def _say_missed(self, code: str) -> None:
        self._missed.append(code)
        if len(self._missed) > 1 and self._unanswered:
            words = self.tr("These codes were not added: {codes}.")
        elif len(self._missed) > 1:
            words = self.tr("No product has these codes: {codes}. They were not added.")
        elif self._unanswered:
            words = self.tr("It was not said which product has the code {codes}. It was not added.")
        else:
            words = self.tr("No product has the code {codes}. It was not added.")
        self._message.say(words.format(codes=", ".join(self._missed)), Tone.BAD)
        sounds.play(sounds.MISSED)

    def _forget_missed(self) -> None:
        self._missed.clear()
        self._unanswered = False
