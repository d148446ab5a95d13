"""Diagnostics of sending: plots, live events, failed deliveries, and the support bundle."""

import pyqtgraph as pg
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.services.sync import diagnostics
from app.services.sync.diagnostics import Minute
from app.services.till import Till
from app.ui.page.event_log import EventLog
from app.ui.widgets import theme
from app.ui.widgets.formatting import Formatter
from app.ui.widgets.parts import button, label
from app.ui.widgets.theme import Tone
from app.ui.widgets.two_line import TwoLineList, TwoLines

REDRAWN_EVERY_MS = 2_000


class DiagnosticsView(QWidget):
    """Signals:
    bundleWanted(): write a support bundle.
    """

    bundleWanted = Signal()

    def __init__(self, till: Till, formatter: Formatter, events: EventLog) -> None:
        super().__init__()
        self.setObjectName("diagnostics")
        self._till = till
        self._formatter = formatter
        self._events = events
        self._plots: dict[str, pg.PlotDataItem] = {}
        self._canvases: list[pg.PlotWidget] = []
        self._build()
        events.noted.connect(self._show_events)
        self._timer = QTimer(self)
        self._timer.setInterval(REDRAWN_EVERY_MS)
        self._timer.timeout.connect(self.redraw)

    def redraw(self) -> None:
        """Read the figures again and redraw the plots."""
        minutes = diagnostics.minutes(self._till)
        ages = [(minute.at_ms - minutes[-1].at_ms) / 60_000 for minute in minutes]
        for name, values in _series(minutes).items():
            self._plots[name].setData(ages, values)
        self._show_troubles()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._colour()
        self.redraw()
        self._show_events()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _show_events(self) -> None:
        if self.isVisible():
            latest = self._events.latest()
            self._live.rows.show([TwoLines(words, self._formatter.time(at_ms)) for at_ms, words in latest])

    def _show_troubles(self) -> None:
        now_ms = self._till.clock.now_ms()
        self._errors.rows.show(
            [
                TwoLines(
                    first=(
                        f"{self._formatter.moment(trouble.at_ms, now_ms)} · {self._outcome(trouble.outcome)}"
                    ),
                    second=f"{trouble.route} · {trouble.request_id}",
                    figure=self.tr("%n entry(ies)", "", trouble.operations),
                    remark=trouble.detail,
                    tone=Tone.WARN,
                )
                for trouble in diagnostics.troubles(self._till)
            ]
        )

    def _outcome(self, outcome: str) -> str:
        return self.tr("no answer") if outcome == "no_answer" else self.tr("not taken")

    def _build(self) -> None:
        plots = QGridLayout()
        plots.setSpacing(8)
        for place, (name, words) in enumerate(
            (
                ("sent", self.tr("Entries sent a minute")),
                ("latency", self.tr("Answer time, ms")),
                ("retries", self.tr("Sent again, and failed deliveries")),
                ("conflicts", self.tr("Conflicts that came up")),
            )
        ):
            plots.addWidget(self._plot(name, words), place // 2, place % 2)
        self._live = TwoLineList(
            "liveEvents", self.tr("Live events"), self.tr("What happens from now on is listed here.")
        ).only_to_read()
        self._errors = TwoLineList(
            "troubles", self.tr("Troubles"), self.tr("Nothing went wrong in what is kept.")
        ).only_to_read()
        lists = QVBoxLayout()
        lists.setSpacing(6)
        lists.addWidget(label(self.tr("Live events"), "heading"))
        lists.addWidget(self._live, 1)
        lists.addWidget(label(self.tr("Troubles"), "heading"))
        lists.addWidget(self._errors, 1)
        lists.addWidget(button(self.tr("Support bundle…"), "supportBundle", self.bundleWanted.emit))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(plots, 3)
        layout.addLayout(lists, 2)

    def _plot(self, name: str, title: str) -> QWidget:
        canvas = pg.PlotWidget()
        canvas.setObjectName(f"plot-{name}")
        canvas.setAccessibleName(title)
        canvas.setMinimumSize(180, 120)
        canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        canvas.setMouseEnabled(x=False, y=False)
        canvas.hideButtons()
        canvas.setMenuEnabled(False)
        canvas.setLimits(yMin=0)
        canvas.getPlotItem().setContentsMargins(0, 10, 6, 0)  # room for the topmost label
        self._plots[name] = canvas.plot([], [], stepMode=None)
        self._canvases.append(canvas)
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(label(title, "small"))
        layout.addWidget(canvas, 1)
        return holder

    def _colour(self) -> None:
        """Apply the current theme's colours to the plots."""
        colours = theme.tokens()
        for canvas in self._canvases:
            canvas.setBackground(colours["surface"])
            for side in ("left", "bottom"):
                axis = canvas.getAxis(side)
                axis.setPen(pg.mkPen(colours["strong_border"]))
                axis.setTextPen(pg.mkPen(colours["muted"]))
        for line in self._plots.values():
            line.setPen(pg.mkPen(colours["accent"], width=2))


def _series(minutes: list[Minute]) -> dict[str, list[float]]:
    return {
        "sent": [minute.sent for minute in minutes],
        "latency": [minute.latency_ms or 0.0 for minute in minutes],
        "retries": [minute.retries + minute.failed for minute in minutes],
        "conflicts": [minute.conflicts for minute in minutes],
    }
