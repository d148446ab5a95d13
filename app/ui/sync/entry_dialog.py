"""All about an entry of the queue: attempts, what blocks it, what it blocks, and its payload."""

import orjson
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.services.sync.refused import AttemptView, EntryDetails
from app.services.till import Till
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import button, label
from app.ui.widgets.plain_text import PlainText, on_screen
from app.ui.widgets.shortcuts import BACK
from app.ui.widgets.theme import Tone
from app.ui.widgets.two_line import TwoLineList, TwoLines


class EntryDialog(QDialog):
    """Shows the details of an entry, read-only."""

    def __init__(
        self, till: Till, details: EntryDetails, formatter: Formatter, parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("entryDialog")
        self.setWindowTitle(on_screen(details.title))
        self.resize(760, 600)
        self._till = till
        self._formatter = formatter
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(label(details.title, "title", wrap=True))
        layout.addWidget(label(details.detail, "muted", wrap=True))
        for words in self._facts(details):
            layout.addWidget(label(words, wrap=True))
        layout.addWidget(label(self.tr("Attempts"), "heading"))
        layout.addWidget(self._timeline(details), 2)
        layout.addWidget(label(self.tr("What is sent"), "heading"))
        layout.addWidget(self._payload(details), 3)
        row = QHBoxLayout()
        row.addStretch(1)
        close = button(BACK.after(self.tr("Close")), "entryClose", self.reject)
        row.addWidget(close)
        layout.addLayout(row)
        close.setFocus()

    def _facts(self, details: EntryDetails) -> list[str]:
        facts = []
        if details.error:
            facts.append(details.error)
        if details.waits_for:
            words = self.tr("Waits for: {entries}")
            facts.append(words.format(entries=", ".join(details.waits_for)))
        if details.blocks:
            words = self.tr("Waiting behind it: {entries}")
            facts.append(words.format(entries=", ".join(details.blocks)))
        if details.next_attempt_ms is not None:
            words = self.tr("Will try again at {time}")
            facts.append(words.format(time=self._formatter.time(details.next_attempt_ms)))
        if details.end_reason:
            words = self.tr("Ended by {person}: {reason}")
            facts.append(words.format(person=details.ended_by or "", reason=details.end_reason))
        return facts

    def _timeline(self, details: EntryDetails) -> QWidget:
        shown = TwoLineList("attempts", self.tr("Attempts"), self.tr("It was not tried yet.")).only_to_read()
        now_ms = self._till.clock.now_ms()
        rows = [
            self._attempt(number, attempt, now_ms) for number, attempt in enumerate(details.attempts, start=1)
        ]
        shown.rows.show(rows)
        return shown

    def _attempt(self, number: int, attempt: AttemptView, now_ms: int) -> TwoLines:
        took = "" if attempt.ended_ms is None else f"{attempt.ended_ms - attempt.began_ms} ms"
        moment = self._formatter.moment(attempt.began_ms, now_ms)
        return TwoLines(
            first=f"{number}. {moment} · {self._outcome(attempt.outcome)}",
            second=" · ".join(
                part for part in (attempt.route, took, attempt.code, attempt.request_id) if part
            ),
            remark=attempt.detail or "",
            tone=Tone.PLAIN if attempt.outcome == "applied" else Tone.WARN,
        )

    def _outcome(self, outcome: str | None) -> str:
        texts = {
            None: self.tr("no answer: the till ended meanwhile"),
            "applied": self.tr("taken by the server"),
            "no_answer": self.tr("no answer"),
            "refused": self.tr("refused"),
            "rejected": self.tr("refused"),
            "conflict": self.tr("two sides disagree"),
            "blocked": self.tr("waits for an earlier decision"),
            "deferred": self.tr("later"),
            "quarantined": self.tr("with the manager"),
        }
        return texts.get(outcome, outcome or "")

    def _payload(self, details: EntryDetails) -> PlainText:
        payload = PlainText()
        payload.setPlainText(orjson.dumps(details.payload, option=orjson.OPT_INDENT_2).decode())
        payload.setObjectName("payload")
        payload.setAccessibleName(self.tr("What is sent"))
        payload.setReadOnly(True)
        payload.setTabChangesFocus(True)
        payload.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        payload.setLineWrapMode(PlainText.LineWrapMode.NoWrap)
        return payload
