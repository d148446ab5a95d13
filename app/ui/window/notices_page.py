"""The page of notices: the till's own while unread, and the shop's until their end date."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.services import notices
from app.services.notices import NoticeLine
from app.ui.page.base import Page
from app.ui.page.changes import MergedChange
from app.ui.page.context import PageContext
from app.ui.page.requests import GoBack
from app.ui.widgets import tasks
from app.ui.widgets.parts import MessageLine, button, card, label, scrolling
from app.ui.widgets.shortcuts import BACK


class NoticesPage(Page):
    """Lists notices as plain text, newest first, with sender and time. Esc, or Back, leaves it."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        frame, layout = card("notices")
        layout.setContentsMargins(28, 22, 28, 22)
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Notices"), "title"))
        head.addStretch(1)
        self._back = button(BACK.after(self.tr("Back")), "noticesBack", self._leave)
        head.addWidget(self._back)
        layout.addLayout(head)
        self._message = MessageLine("noticesMessage")
        layout.addWidget(self._message)
        self._area = scrolling(QWidget(), "noticeList", self.tr("Notices"))
        layout.addWidget(self._area, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(14, 14, 14, 14)
        outer.addWidget(frame)

    def begin(self) -> None:
        self._show()
        self._back.setFocus()

    def refresh(self, change: MergedChange) -> None:
        if change.touches("notices"):
            self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if BACK.is_pressed(event):
            self._leave()
        else:
            super().keyPressEvent(event)

    def _leave(self) -> None:
        self._context.ask(GoBack())

    def _show(self) -> None:
        lines = notices.listed(self._till)
        inner = QWidget()
        rows = QVBoxLayout(inner)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(14)
        for number, line in enumerate(lines):
            rows.addLayout(self._row(number, line))
        if not lines:
            rows.addWidget(label(self.tr("There are no notices."), "muted"))
        rows.addStretch(1)
        self._area.setWidget(inner)  # deletes the former content
        inner.setAutoFillBackground(False)

    def _row(self, number: int, line: NoticeLine) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(16)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(label(self._head(line), "muted"))
        words = label(line.words, name=f"notice{number}", wrap=True, is_whole=True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        texts.addWidget(words)
        row.addLayout(texts, 1)
        if line.is_read:
            row.addWidget(_read_mark(self.tr("Read")))
        else:
            mark = button(self.tr("I have read it"), f"noticeRead{number}", lambda: self._mark_read(line))
            mark.setAccessibleDescription(line.words)
            row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _head(self, line: NoticeLine) -> str:
        when = self._formatter.moment(line.at_ms, self._till.clock.now_ms())
        return f"{line.sender or self.tr('This till')} · {when}"

    def _mark_read(self, line: NoticeLine) -> None:
        tasks.start(notices.mark_read(self._till, line, self._actor), self, self._message.say_error)


def _read_mark(words: str) -> QLabel:
    mark = label(words, "muted")
    mark.setAlignment(Qt.AlignmentFlag.AlignTop)
    return mark
