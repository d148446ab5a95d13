"""The shift: float, money paid in and out, X report, cashing up (Z report), what the server received."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import DomainError
from app.domain.money import parse_amount
from app.domain.rights import Right
from app.domain.shift import ShiftTotals
from app.domain.vocabulary.payment_methods import PAYMENT_METHODS, method_of
from app.domain.vocabulary.transaction_kinds import SALE, TRANSACTION_KINDS
from app.services.cash import drawer, reports, shifts
from app.services.cash.shifts import ShiftView
from app.services.sync import conflicts, queue
from app.ui.page.base import Page
from app.ui.page.changes import MergedChange
from app.ui.page.context import PageContext
from app.ui.widgets import problems, tasks, theme
from app.ui.widgets.parts import MessageLine, Pages, amount_field, button, card, label, rule
from app.ui.widgets.reason_field import ReasonField
from app.ui.widgets.shortcuts import BACK
from app.ui.widgets.theme import Tone
from app.ui.widgets.two_line import TwoLineList, TwoLines

OPENING, RUNNING, MOVING, CLOSING = range(4)


class ShiftPage(Page):
    """The current step on the left, earlier shifts on the right."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._print_queue = context.print_queue
        self._shift: ShiftView | None = None
        self._totals = ShiftTotals(0)
        self._past: Sequence[ShiftView] = ()
        self._pays_in = True
        self._build()

    def begin(self) -> None:
        """The page was opened."""
        self._read()
        self._show_step(OPENING if self._shift is None else RUNNING)

    def refresh(self, change: MergedChange) -> None:
        if self.isVisible() and change.touches("sales", "shifts", "outbox", "conflicts"):
            self._read()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._read()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if BACK.is_pressed(event) and self._steps.currentIndex() in {MOVING, CLOSING}:
            self._show_step(RUNNING)
        else:
            super().keyPressEvent(event)

    # --- display ---

    def _read(self) -> None:
        self._shift = shifts.current(self._till)
        if self._shift is not None:
            self._totals = shifts.totals(self._till, self._shift.id)
            self._show_totals(self._shift)
            self._show_difference()
            self._show_unsent()
        step = self._steps.currentIndex()
        if self._shift is None and step != OPENING:
            self._show_step(OPENING)
        elif self._shift is not None and step == OPENING:
            self._show_step(RUNNING)
        self._show_past()

    def _show_step(self, step: int) -> None:
        self._steps.setCurrentIndex(step)
        focus: QWidget = (self._float, self._close_button, self._amount, self._counted)[step]
        focus.setFocus()

    def _show_totals(self, shift: ShiftView) -> None:
        now_ms = self._till.clock.now_ms()
        opened = self._formatter.moment(shift.opened_ms, now_ms)
        facts = [self.tr("Opened {time} by {person}").format(time=opened, person=shift.opened_by)]
        if self._totals.uncounted:
            facts.append(reports.uncounted_in_words(self._totals.uncounted))
        self._facts.setText("\n".join(facts))
        while (item := self._sums.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for row, (title, amount_minor, role) in enumerate(self._sum_rows()):
            figure = label(self._formatter.money(amount_minor), role)
            figure.setFont(theme.tabular(figure.font()))
            self._sums.addWidget(label(title, role), row, 0)
            self._sums.addWidget(figure, row, 1, Qt.AlignmentFlag.AlignRight)

    def _sum_rows(self) -> list[tuple[str, int, str]]:
        sums = self._totals
        rows: list[tuple[str, int, str]] = []
        for kind in TRANSACTION_KINDS.all():
            of_kind = sums.of(kind.code)
            if kind.turnover and (of_kind.count or kind.code == SALE):
                rows.append((kind.in_report(of_kind.count), kind.turnover * of_kind.total_minor, ""))
        rows.append((self.tr("Turnover"), sums.net_minor, "heading"))
        rows += [
            (
                self.tr("of it: {method}").format(method=method_of(method).name),
                sums.by_method[method],
                "muted",
            )
            for method in PAYMENT_METHODS.in_order(sums.by_method)
        ]
        rows.append((self.tr("Float"), sums.float_minor, ""))
        for kind in TRANSACTION_KINDS.all():
            of_kind = sums.of(kind.code)
            if kind.drawer and not kind.turnover and of_kind.count:
                rows.append((kind.in_report(of_kind.count), kind.drawer * of_kind.total_minor, ""))
        rows.append((self.tr("Cash expected in the drawer"), sums.expected_minor, "heading"))
        return rows

    def _show_unsent(self) -> None:
        counts = queue.counts(self._till)
        lines = []
        if counts.waiting:
            unsent = self.tr("%n entry(ies) not sent yet.", "", counts.waiting)
            rest = self.tr("You can close the shift; the report will say “not yet confirmed”.")
            lines.append(f"{unsent} {rest}")
        undecided = [conflict for conflict in conflicts.open_conflicts(self._till) if not conflict.decided]
        if undecided:
            titles = ", ".join(conflict.title for conflict in undecided[:3]) + (
                " …" if len(undecided) > 3 else ""
            )
            still = self.tr("%n conflict(s) still to be decided: {titles}.", "", len(undecided))
            lines.append(still.format(titles=titles))
        if counts.attention:
            lines.append(self.tr("Needs attention: %n refused entry(ies).", "", counts.attention))
        self._unsent.setText("\n".join(lines))
        self._unsent.setVisible(bool(lines))

    def _show_past(self) -> None:
        self._past = shifts.past(self._till)
        self._list.rows.show([self._past_row(shift) for shift in self._past])

    def _past_row(self, shift: ShiftView) -> TwoLines:
        state = shifts.server_state(self._till, shift.id)
        difference = shift.difference_minor or 0
        tone = Tone.GOOD if state.is_complete and not state.disagrees else Tone.WARN
        return TwoLines(
            first=f"{self._formatter.full_moment(shift.closed_ms or 0)} · {shift.closed_by}",
            second="",
            figure=self._formatter.signed_money(difference) if difference else self.tr("no difference"),
            remark=reports.state_text(state),
            tone=tone,
            figure_tone=Tone.BAD if difference else Tone.PLAIN,
        )

    def _show_difference(self) -> None:
        try:
            counted_minor = parse_amount(self._counted.text(), self._formatter.currency)
        except DomainError:
            self._difference.setText("")
            self._reason.hide()
            return
        difference = counted_minor - self._totals.expected_minor
        if difference == 0:
            self._difference.setText(self.tr("That is what should be there."))
            theme.restyle(self._difference, tone=Tone.GOOD)
        else:
            words = self.tr("{amount} is missing.") if difference < 0 else self.tr("{amount} too much.")
            self._difference.setText(words.format(amount=self._formatter.money(abs(difference))))
            theme.restyle(self._difference, tone=Tone.BAD)
        self._reason.setVisible(difference != 0)

    # --- commands ---

    def _typed(self, line: QLineEdit) -> int:
        """The amount typed into `line`, in minor units. Raises AtField."""
        with problems.at(line):
            return parse_amount(line.text(), self._formatter.currency)

    @tasks.command
    async def _open(self) -> None:
        float_minor = self._typed(self._float)
        with problems.at_fields({"amount": self._float}):
            await shifts.open_shift(self._till, float_minor, self._signed_in)
        self._float.clear()
        self._message.say(self.tr("The shift is open. Good selling!"), Tone.GOOD, for_ms=6000)
        self._read()

    def _ask_move(self, *, pays_in: bool) -> None:
        self._pays_in = pays_in
        self._move_title.setText(self.tr("Pay money in") if pays_in else self.tr("Pay money out"))
        title = self.tr("Pay in") if pays_in else self.tr("Pay out")
        self._move_button.setText(title)
        self._move_button.setAccessibleName(title)
        self._amount.clear()
        self._move_reason.clear_reason()
        self._message.clear()
        self._show_step(MOVING)

    @tasks.command
    async def _move(self) -> None:
        amount_minor, reason, actor = self._typed(self._amount), self._move_reason.reason, self._signed_in
        with problems.at_fields({"amount": self._amount, "reason": self._move_reason}):
            drawer.check_move(self._till, amount_minor, reason)
        if self._pays_in:
            await drawer.pay_in(self._till, amount_minor, actor, reason)
            words = self.tr("{amount} paid in.")
        else:
            approver = await self._approvals.ask(actor, Right.PAY_OUT)
            await drawer.pay_out(self._till, amount_minor, actor, reason, approved_by=approver)
            words = self.tr("{amount} paid out.")
        self._print_queue.open_drawer()
        self._show_step(RUNNING)
        self._read()
        self._message.say(words.format(amount=self._formatter.money(amount_minor)), Tone.GOOD, for_ms=6000)

    def _ask_close(self) -> None:
        self._counted.clear()
        self._reason.clear_reason()
        self._message.clear()
        self._show_difference()
        self._show_step(CLOSING)

    @tasks.command
    async def _close(self) -> None:
        counted_minor = self._typed(self._counted)
        reason = self._reason.currentText() if self._reason.isVisible() else ""
        with problems.at_fields({"amount": self._counted, "reason": self._reason}):
            closed = await shifts.close_shift(self._till, counted_minor, self._signed_in, reason)
        self._read()
        self._message.say(self.tr("The shift is closed."), Tone.GOOD, for_ms=10_000)
        self._show_z(closed)

    def _show_x(self) -> None:
        if self._shift is not None:
            self._print_queue.show_slip(
                reports.x_report(self._till, self._shift, self._totals, self._formatter)
            )

    def _show_z(self, shift: ShiftView) -> None:
        totals = shifts.totals(self._till, shift.id)
        state = shifts.server_state(self._till, shift.id)
        self._print_queue.show_slip(reports.z_report(self._till, shift, totals, state, self._formatter))

    # --- the page ---

    def _build(self) -> None:
        self._message = MessageLine("shiftMessage")
        self._steps = Pages()
        for step in (self._opening(), self._running(), self._moving(), self._closing()):
            self._steps.addWidget(step)
        left_frame, left = card()
        left.addWidget(self._message)
        left.addWidget(self._steps, 1)
        self._list = TwoLineList(
            "pastShifts", self.tr("Earlier shifts"), self.tr("Closed shifts will be listed here.")
        )
        self._list.chosen.connect(lambda row: self._show_z(self._past[row]))
        right_frame, right = card()
        right.addWidget(label(self.tr("Earlier shifts"), "heading"))
        right.addWidget(self._list, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.setSpacing(14)
        layout.addWidget(left_frame, 1)
        layout.addWidget(right_frame, 1)

    def _opening(self) -> QWidget:
        self._float = amount_field("shiftFloat", self.tr("Float in the drawer"), self._open)
        step, layout = _step()
        layout.addWidget(label(self.tr("Open the shift"), "title"))
        hint = self.tr(
            "Count what lies in the drawer. Selling does not wait for it: "
            "what is sold before is taken into the shift."
        )
        layout.addWidget(label(hint, "muted", wrap=True))
        layout.addWidget(label(self.tr("Float in the drawer"), "muted"))
        layout.addWidget(self._float)
        layout.addWidget(button(self.tr("Open the shift"), "shiftOpen", self._open, role="primary"))
        layout.addStretch(1)
        return step

    def _running(self) -> QWidget:
        self._facts = label(role="muted", name="shiftFacts", wrap=True)
        self._sums = QGridLayout()
        self._sums.setVerticalSpacing(6)
        self._sums.setColumnStretch(0, 1)
        self._close_button = button(
            self.tr("Close the shift…"), "shiftClose", self._ask_close, role="primary"
        )
        step, layout = _step()
        layout.addWidget(label(self.tr("The shift so far"), "title"))
        layout.addWidget(self._facts)
        layout.addWidget(rule())
        layout.addLayout(self._sums)
        layout.addStretch(1)
        row = QHBoxLayout()
        row.addWidget(button(self.tr("Paid in…"), "paidIn", lambda: self._ask_move(pays_in=True)), 1)
        row.addWidget(button(self.tr("Paid out…"), "paidOut", lambda: self._ask_move(pays_in=False)), 1)
        row.addWidget(button(self.tr("X report…"), "xReport", self._show_x), 1)
        layout.addLayout(row)
        layout.addWidget(self._close_button)
        return step

    def _moving(self) -> QWidget:
        self._move_title = label(role="title", name="moveTitle")
        self._amount = amount_field("moveAmount", self.tr("Amount"), self._move)
        self._move_reason = ReasonField(
            "moveReason",
            self.tr("Reason"),
            (self.tr("Change from the bank"), self.tr("To the bank"), self.tr("Small purchase")),
        )
        self._move_button = button("", "moveMoney", self._move, role="primary")
        step, layout = _step()
        layout.addWidget(self._move_title)
        layout.addWidget(label(self.tr("Amount"), "muted"))
        layout.addWidget(self._amount)
        layout.addWidget(label(self.tr("Reason"), "muted"))
        layout.addWidget(self._move_reason)
        layout.addStretch(1)
        row = QHBoxLayout()
        row.addWidget(button(BACK.after(self.tr("Back")), "moveBack", lambda: self._show_step(RUNNING)))
        row.addWidget(self._move_button, 1)
        layout.addLayout(row)
        return step

    def _closing(self) -> QWidget:
        self._counted = amount_field("shiftCounted", self.tr("Cash counted in the drawer"), self._close)
        self._counted.textChanged.connect(lambda _text: self._show_difference())
        self._difference = label(role="heading", name="shiftDifference", wrap=True)
        self._reason = ReasonField(
            "shiftReason",
            self.tr("Reason of the difference"),
            (self.tr("Wrong change given"), self.tr("A note is missing"), self.tr("Not known")),
        )
        self._unsent = label(name="shiftUnsent", wrap=True)
        self._unsent.setProperty("tone", Tone.WARN)
        step, layout = _step()
        layout.addWidget(label(self.tr("Cash up"), "title"))
        layout.addWidget(label(self.tr("Cash counted in the drawer"), "muted"))
        layout.addWidget(self._counted)
        layout.addWidget(self._difference)
        layout.addWidget(self._reason)
        layout.addWidget(self._unsent)
        layout.addStretch(1)
        row = QHBoxLayout()
        row.addWidget(button(BACK.after(self.tr("Back")), "closeBack", lambda: self._show_step(RUNNING)))
        row.addWidget(button(self.tr("Close the shift"), "shiftCloseNow", self._close, role="primary"), 1)
        layout.addLayout(row)
        return step


def _step() -> tuple[QWidget, QVBoxLayout]:
    step = QWidget()
    layout = QVBoxLayout(step)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(10)
    return step, layout
