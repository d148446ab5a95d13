"""Counting by scanning: a scan adds 1, a quantity can be typed, and a count can be paused."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import DomainError, ImplausibleCounts
from app.domain.quantity import format_quantity, one_unit, parse_quantity
from app.services.stock import catalogue, count_sessions
from app.services.stock.catalogue import ProductView, SharedCode
from app.services.stock.count_sessions import CountedLine, SessionView
from app.services.till import Actor, Till
from app.ui.widgets import problems, sounds, tasks
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import MessageLine, Pages, button, field, figure_field, label
from app.ui.widgets.plain_text import PlainButton
from app.ui.widgets.shortcuts import BACK
from app.ui.widgets.theme import Tone
from app.ui.widgets.two_line import TwoLineList, TwoLines
from app.ui.widgets.which_product import WhichProduct, codes_and_price

CHOOSING, COUNTING, FINISHING, ASKING = range(4)


class CountPanel(QFrame):
    """Signals:
    left(): back to the stock list; the count stays open.
    """

    left = Signal()

    def __init__(self, till: Till, formatter: Formatter, run_on_page: tasks.Run) -> None:
        super().__init__()
        self._run_on_page = run_on_page
        self.setObjectName("countPanel")
        self.setProperty("role", "card")
        self._till = till
        self._formatter = formatter
        self._actor: Actor | None = None
        self._session: SessionView | None = None
        self._sessions: Sequence[SessionView] = ()
        self._lines: Sequence[CountedLine] = ()
        self._asked: SharedCode | None = None
        self._waiting: list[str] = []
        self._build()

    @property
    def is_counting(self) -> bool:
        """Whether a scan counts."""
        return self._session is not None and self._steps.currentIndex() in {COUNTING, ASKING}

    def run(self, work: Callable[[], tasks.Work]) -> None:
        """Run a command that begins or ends a count, through the page.

        Scans and typed quantities do not run here: of two in quick succession neither may be dropped.
        """
        self._run_on_page(work, self._say_refused)

    def set_actor(self, actor: Actor) -> None:
        self._actor = actor

    def ask(self) -> None:
        """Ask which count: a new one, or one that is open."""
        self._message.clear()
        self._leave_question()
        self._show_sessions()
        self._steps.setCurrentIndex(CHOOSING)
        self._name.setFocus()

    def take_scan(self, code: str) -> None:
        """Add 1 of the scanned product. Scans wait while it is asked which product a code means."""
        if self._asked is not None:
            self._waiting.append(code)
            return
        try:
            product = catalogue.by_code(self._till, code)
        except SharedCode as shared:
            self._ask_which(shared)
            return
        if product is None:
            self._say_not_counted(self.tr("No product has the code {code}. It was not counted."), code)
        else:
            self._take(product)

    def _take(self, product: ProductView) -> None:
        if self._session is not None:
            work = self._add(self._session.id, product)
            tasks.start(work, self, self._say_refused)

    def _say_not_counted(self, words: str, code: str) -> None:
        sounds.play(sounds.MISSED)
        self._message.say(words.format(code=code), Tone.BAD)

    def _ask_which(self, shared: SharedCode) -> None:
        self._asked = shared
        sounds.play(sounds.MISSED)
        self._message.clear()
        self._steps.setCurrentIndex(ASKING)
        self._which.ask(shared)

    def _answer_which(self, product: ProductView | None) -> None:
        """The product that was meant, or None for none; then the scans that waited."""
        if self._asked is None:
            return
        code, self._asked = self._asked.code, None
        self._steps.setCurrentIndex(COUNTING)
        self._list.setFocus()
        if product is None:
            words = self.tr("It was not said which product has the code {code}. It was not counted.")
            self._say_not_counted(words, code)
        else:
            self._take(product)
        waiting, self._waiting = self._waiting, []
        for waited in waiting:
            self.take_scan(waited)

    def _leave_question(self) -> None:
        """The panel was left while it asked which product a code means: what was scanned is not counted."""
        if self._asked is None:
            return
        codes = [self._asked.code, *self._waiting]
        self._asked, self._waiting = None, []
        words = self.tr("These codes were not counted: {code}.")
        self._say_not_counted(words, ", ".join(codes))

    def refresh(self) -> None:
        """Stock levels or counts changed."""
        if self._steps.currentIndex() == CHOOSING:
            self._show_sessions()
        elif self._session is not None:
            self._show_lines()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not BACK.is_pressed(event):
            super().keyPressEvent(event)
        elif self._steps.currentIndex() == FINISHING:
            self._steps.setCurrentIndex(COUNTING)
        else:
            self._pause()

    # --- which count ---

    def _show_sessions(self) -> None:
        self._sessions = count_sessions.open_sessions(self._till)
        now_ms = self._till.clock.now_ms()
        self._open.rows.show(
            [
                TwoLines(
                    session.name,
                    f"{self._formatter.moment(session.began_ms, now_ms)} · {session.person}",
                    self.tr("%n product(s)", "", session.products),
                )
                for session in self._sessions
            ]
        )

    @tasks.command
    async def _begin(self) -> None:
        if self._actor is None:
            return
        is_full = self._scopes.checkedId() == 1
        name = self._name.text().strip()
        if not name:
            name = self.tr("Whole shop") if is_full else self.tr("Shelf")
        with problems.at_fields({"name": self._name}):
            session_id = await count_sessions.begin(self._till, name, self._actor, is_full=is_full)
        self._name.clear()
        self._go_on(session_id)

    def _go_on(self, session_id: str) -> None:
        self._session = next(
            session for session in count_sessions.open_sessions(self._till) if session.id == session_id
        )
        self._title.setText(self._session.name)
        self._message.clear()
        self._show_lines()
        self._steps.setCurrentIndex(COUNTING)
        self._list.setFocus()

    def _pause(self) -> None:
        self._session = None
        self.left.emit()

    # --- counting ---

    async def _add(self, session_id: str, product: ProductView) -> None:
        await count_sessions.add(self._till, session_id, product.id, one_unit(product.unit))
        sounds.play(sounds.SCANNED)
        self._message.clear()
        self._show_lines()
        self._choose(product.id)

    def _show_lines(self) -> None:
        if self._session is None:
            return
        chosen = self._chosen()
        self._lines = count_sessions.lines(self._till, self._session.id)
        self._list.rows.show([self._row(line) for line in self._lines])
        different = sum(1 for line in self._lines if line.difference)
        counted = self.tr("%n product(s) counted", "", len(self._lines))
        differ = self.tr("%n different from the figure here", "", different)
        self._sum.setText(f"{counted} · {differ}")
        if chosen is not None:
            self._choose(chosen.product.id)
        elif self._lines:
            self._list.setCurrentIndex(self._list.rows.index(0))

    def _row(self, line: CountedLine) -> TwoLines:
        unit = line.product.unit
        expected = self._formatter.quantity(line.expected, unit)
        return TwoLines(
            first=line.product.name,
            second=self.tr("expected {quantity}").format(quantity=expected),
            figure=self._formatter.quantity(line.quantity, unit),
            remark=self._formatter.signed(line.difference, unit) if line.difference else "",
            tone=Tone.WARN,
        )

    def _chosen(self) -> CountedLine | None:
        row = self._list.currentIndex().row()
        return self._lines[row] if 0 <= row < len(self._lines) else None

    def _choose(self, product_id: str) -> None:
        for row, line in enumerate(self._lines):
            if line.product.id == product_id:
                self._list.setCurrentIndex(self._list.rows.index(row))
                self._quantity.setText(format_quantity(line.quantity, line.product.unit))
                return

    def _show_chosen(self) -> None:
        line = self._chosen()
        self._quantity.setEnabled(line is not None)
        if line is not None:
            self._quantity.setText(format_quantity(line.quantity, line.product.unit))
            self._quantity.setFocus()
            self._quantity.selectAll()

    def _set_quantity(self) -> None:
        line = self._chosen()
        if line is None or self._session is None:
            return
        try:
            with problems.at(self._quantity):
                quantity = parse_quantity(self._quantity.text(), line.product.unit)
        except DomainError as error:
            problems.show(error, self._message.say_error)
            return
        tasks.start(self._set(self._session.id, line.product.id, quantity), self, self._say_refused)

    async def _set(self, session_id: str, product_id: str, quantity: int) -> None:
        with problems.at_fields({"quantity": self._quantity}):
            await count_sessions.set_counted(self._till, session_id, product_id, quantity)
        self._show_lines()
        self._choose(product_id)
        self._list.setFocus()

    def _remove(self) -> None:
        line = self._chosen()
        if line is not None and self._session is not None:
            tasks.start(self._take_out(self._session.id, line.product.id), self, self._say_refused)

    async def _take_out(self, session_id: str, product_id: str) -> None:
        await count_sessions.remove(self._till, session_id, product_id)
        self._show_lines()

    # --- the end ---

    def _ask_finish(self) -> None:
        if self._session is None:
            return
        different = [line for line in self._lines if line.difference]
        sentences = [
            self.tr("%n product(s) counted.", "", len(self._lines)),
            self.tr("%n figure(s) will change.", "", len(different)),
        ]
        if self._session.is_full:
            left = count_sessions.uncounted(self._till, self._session.id)
            if left:
                sentences.append(
                    self.tr("%n product(s) with stock were not counted; they stay as they are.", "", left)
                )
        self._outcome.setText(" ".join(sentences))
        self._steps.setCurrentIndex(FINISHING)
        self._finish_button.setFocus()

    @tasks.command
    async def _finish(self) -> None:
        if self._session is None or self._actor is None:
            return
        try:
            done = await count_sessions.finish(self._till, self._session.id, self._actor)
        except ImplausibleCounts as refused:
            self._mend(refused.product_ids[0])
            raise
        self._session = None
        self.ask()
        words = self.tr("Counted: %n product(s).", "", done.counted)
        changed = self.tr("%n figure(s) changed.", "", done.different)
        self._message.say(f"{words} {changed}", Tone.GOOD)

    def _mend(self, product_id: str) -> None:
        """Go back to a line whose quantity was refused."""
        self._show_lines()
        self._steps.setCurrentIndex(COUNTING)
        self._choose(product_id)
        self._show_chosen()

    @tasks.command
    async def _give_up(self) -> None:
        if self._session is None:
            return
        await count_sessions.abandon(self._till, self._session.id)
        self._session = None
        self.ask()

    def _say_refused(self, words: str) -> None:
        sounds.play(sounds.REFUSED)
        self._message.say_error(words)

    # --- the panel ---

    def _build(self) -> None:
        self._message = MessageLine("countPanelMessage")
        self._steps = Pages()
        self._which = WhichProduct("count", codes_and_price)
        self._which.chosen.connect(self._answer_which)
        self._which.left.connect(lambda: self._answer_which(None))
        for step in (self._choosing(), self._counting(), self._finishing(), self._which):
            self._steps.addWidget(step)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.addWidget(self._message)
        layout.addWidget(self._steps, 1)

    def _choosing(self) -> QWidget:
        self._name = field("countName", self.tr("Name of the count, like Shelf 3"))
        self._name.setPlaceholderText(self._name.accessibleName())
        self._name.returnPressed.connect(self._begin)
        self._scopes = QButtonGroup(self)
        scopes = QHBoxLayout()
        for number, title, name in (
            (0, self.tr("A shelf"), "countShelf"),
            (1, self.tr("Everything"), "countAll"),
        ):
            made = PlainButton(title)
            made.setObjectName(name)
            made.setAccessibleName(title)
            made.setProperty("role", "choice")
            made.setCheckable(True)
            made.setAutoDefault(False)
            made.setChecked(number == 0)
            self._scopes.addButton(made, number)
            scopes.addWidget(made, 1)
        self._open = TwoLineList("openCounts", self.tr("Counts that rest"), self.tr("No count is under way."))
        self._open.chosen.connect(lambda row: self._go_on(self._sessions[row].id))
        step, layout = _step()
        layout.addWidget(label(self.tr("Count by scanning"), "title"))
        layout.addWidget(self._name)
        layout.addLayout(scopes)
        layout.addWidget(button(self.tr("Begin to count"), "countBegin", self._begin, role="primary"))
        layout.addWidget(label(self.tr("Go on with"), "muted"))
        layout.addWidget(self._open, 1)
        layout.addWidget(button(BACK.after(self.tr("Back")), "countBack", self._pause))
        return step

    def _counting(self) -> QWidget:
        self._title = label(role="title", name="countTitle")
        self._sum = label(role="small", name="countSum", wrap=True)
        self._list = TwoLineList("counted", self.tr("Counted"), self.tr("Scan what lies here."))
        self._list.chosen.connect(lambda _row: self._show_chosen())
        self._quantity = figure_field("countedQuantity", self.tr("Quantity"))
        self._quantity.returnPressed.connect(self._set_quantity)
        step, layout = _step()
        layout.addWidget(self._title)
        layout.addWidget(self._sum)
        layout.addWidget(self._list, 1)
        row = QHBoxLayout()
        row.addWidget(self._quantity, 1)
        row.addWidget(button(self.tr("Set"), "countSet", self._set_quantity, role="choice"))
        row.addWidget(button(self.tr("Take out"), "countTakeOut", self._remove, role="choice"))
        layout.addLayout(row)
        buttons = QHBoxLayout()
        buttons.addWidget(button(BACK.after(self.tr("Pause")), "countPause", self._pause))
        buttons.addWidget(button(self.tr("Finish…"), "countFinish", self._ask_finish, role="primary"), 1)
        layout.addLayout(buttons)
        return step

    def _finishing(self) -> QWidget:
        self._outcome = label(name="sessionOutcome", wrap=True)
        self._finish_button = button(self.tr("Set the figures"), "countWrite", self._finish, role="primary")
        step, layout = _step()
        layout.addWidget(label(self.tr("Finish the count"), "title"))
        layout.addWidget(self._outcome)
        hint = self.tr("What is sold until then is taken into account.")
        layout.addWidget(label(hint, "muted", wrap=True))
        layout.addStretch(1)
        layout.addWidget(button(self.tr("Forget this count"), "countGiveUp", self._give_up))
        row = QHBoxLayout()
        row.addWidget(
            button(BACK.after(self.tr("Back")), "finishBack", lambda: self._steps.setCurrentIndex(COUNTING))
        )
        row.addWidget(self._finish_button, 1)
        layout.addLayout(row)
        return step


def _step() -> tuple[QWidget, QVBoxLayout]:
    step = QWidget()
    layout = QVBoxLayout(step)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(10)
    return step, layout
