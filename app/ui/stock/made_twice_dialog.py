"""The manager's list of articles that are there twice: products to join, and joined ones to part."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.services.stock import made_twice
from app.services.stock.made_twice import Joined, Pair
from app.services.till import Actor, Till
from app.ui.widgets import problems
from app.ui.widgets.command_dialog import CommandDialog
from app.ui.widgets.parts import MessageLine, button, field, label
from app.ui.widgets.two_line import TwoLineList, TwoLines


class MadeTwiceDialog(CommandDialog):
    """Joins and parts products. Open it with `open()`.

    Signals:
        changed(str): what was joined or parted, in words.
    """

    changed = Signal(str)

    def __init__(self, till: Till, actor: Actor, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setObjectName("madeTwiceDialog")
        self.setWindowTitle(self.tr("Articles that are there twice"))
        self.resize(680, 620)
        self._till = till
        self._actor = actor
        self._pairs: list[Pair] = []
        self._joined: list[Joined] = []
        self._build()
        self.show_all()

    def show_all(self) -> None:
        """Read both lists again."""
        self._pairs = made_twice.pairs(self._till)
        self._joined = made_twice.joined(self._till)
        self._twice.rows.show([TwoLines(self._pair_words(pair)) for pair in self._pairs])
        self._aliases.rows.show([TwoLines(self._alias_words(alias)) for alias in self._joined])
        self.show_busy(self._commands.is_busy)

    def _pair_words(self, pair: Pair) -> str:
        return self.tr("“{first}” and “{second}” have the number {code}").format(
            first=pair.first.name, second=pair.second.name, code=pair.code
        )

    def _alias_words(self, alias: Joined) -> str:
        return self.tr("“{alias}” is “{product}”").format(alias=alias.name, product=alias.product.name)

    def _join(self) -> None:
        row = _selected(self._twice)
        if not 0 <= row < len(self._pairs):
            self._message.say_error(self.tr("Choose a line first."))
            return
        pair = self._pairs[row]
        self._commands.run(lambda: self._run_join(pair), self._message.say_error)

    async def _run_join(self, pair: Pair) -> None:
        await made_twice.join(self._till, pair, self._actor)
        words = self.tr("Joined: “{alias}” counts on “{product}” now")
        self._said(words.format(alias=pair.second.name, product=pair.first.name))

    def _part(self) -> None:
        row = _selected(self._aliases)
        if not 0 <= row < len(self._joined):
            self._message.say_error(self.tr("Choose a line first."))
            return
        alias = self._joined[row]
        self._commands.run(lambda: self._run_part(alias), self._message.say_error)

    async def _run_part(self, alias: Joined) -> None:
        with problems.at_fields({"barcode": self._barcode, "sku": self._sku}):
            await made_twice.part(
                self._till,
                alias,
                self._actor,
                barcode=self._barcode.text().strip(),
                sku=self._sku.text().strip(),
            )
        self._barcode.clear()
        self._sku.clear()
        self._said(self.tr("“{alias}” is an article of its own again").format(alias=alias.name))

    def _said(self, words: str) -> None:
        self.show_all()
        self._message.say(words)
        self.changed.emit(words)

    def show_busy(self, busy: bool) -> None:
        self._join_button.setEnabled(bool(self._pairs) and not busy)
        self._part_button.setEnabled(bool(self._joined) and not busy)
        self._close.setEnabled(not busy)

    def _build(self) -> None:
        self._twice = TwoLineList(
            "madeTwicePairs",
            self.tr("Articles that are there twice"),
            self.tr("No two products have the same number."),
        )
        self._aliases = TwoLineList(
            "madeTwiceJoined", self.tr("They are one article"), self.tr("Nothing was joined yet.")
        )
        self._barcode = field(
            "ownBarcode", self.tr("Its own barcode"), placeholder=self.tr("Its own barcode")
        )
        self._sku = field(
            "ownNumber", self.tr("Its own article number"), placeholder=self.tr("Its own article number")
        )
        self._message = MessageLine("madeTwiceMessage")
        self._join_button = button(
            self.tr("They are one article"), "joinProducts", self._join, role="primary"
        )
        self._part_button = button(self.tr("They are two articles"), "partProducts", self._part)
        self._close = button(self.tr("Close"), "madeTwiceClose", self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        same = self.tr("These products have the same number. Nothing is joined by itself.")
        layout.addWidget(label(same, "muted", wrap=True))
        layout.addWidget(self._twice, 2)
        layout.addWidget(self._join_button)
        counted = self.tr("These count on another product. They can be made two articles again.")
        layout.addWidget(label(counted, "muted", wrap=True))
        layout.addWidget(self._aliases, 2)
        row = QHBoxLayout()
        for made in (self._barcode, self._sku, self._part_button):
            row.addWidget(made)
        layout.addLayout(row)
        layout.addWidget(self._message)
        layout.addWidget(self._close)


def _selected(shown: TwoLineList) -> int:
    """The selected row; -1 without any. The focus alone selects none."""
    return next((index.row() for index in shown.selectedIndexes()), -1)
