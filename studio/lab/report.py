"""The sleep report: what was known before the night and after it, as bars, and what it did in one line."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from studio import theme
from studio.protocol import ProbeResult, SleepFigures, Slept
from studio.translation import sentence
from studio.widgets import style, wording
from studio.widgets.controls import Elided, button, label, prose

_FIRST = 6
"""Probes that are shown before all are asked for."""


class ReportView(QWidget):
    """Shows a `Slept`, or bare `SleepFigures` where the program was started again since."""

    def __init__(self) -> None:
        super().__init__()
        self.known = BarTable("", self.tr("before"), self.tr("after"))
        self.probes = BarTable(self.tr("What it was asked about"), self.tr("before"), self.tr("after"))
        self.all_button = button("", "link", self.tr("Show all probes"))
        self.all_button.clicked.connect(self._show_all)
        self.words = prose()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_M)
        column.addWidget(self.known)
        column.addWidget(self.probes)
        column.addWidget(self.all_button)
        column.addWidget(self.words)
        self._probes: tuple[ProbeResult, ...] = ()
        self._all = False

    def show_report(self, figures: SleepFigures, slept: Slept | None) -> None:
        """Show what a night brought; `slept` where it was in this run of the program."""
        self._show_known(figures)
        if (found := slept.probes if slept else ()) != self._probes:
            self._probes, self._all = found, False
        self._show_probes()
        self.words.set_plain(self._words(figures, slept))

    def _show_known(self, figures: SleepFigures) -> None:
        rows: list[tuple[str, tuple[float, float], str, bool]] = []
        if figures.probes:
            before, after = (right / figures.probes for right in figures.right)
            text = self.tr("Right answers: {before} → {after} of {all}").format(
                before=figures.right[0], after=figures.right[1], all=figures.probes
            )
            rows.append((text, (before, after), self.tr("{n} % of the answers"), after >= before))
        for name, loss in ((self.tr("Your words"), figures.own_loss), (self.tr("Other talk"), figures.other_loss)):
            if all(map(math.isfinite, loss)):
                share = math.exp(-loss[0]), math.exp(-loss[1])
                rows.append((name, share, self.tr("{n} % chance for the next token"), loss[1] <= loss[0] * 1.01))
        self.known.set_rows(len(rows))
        self.known.setVisible(bool(rows))
        for (line, *bars), (name, share, unit, good) in zip(self.known.rows, rows, strict=False):
            line.setText(name)
            bars[0].show_share(share[0], "muted", self._told("before", unit, share[0]))
            bars[1].show_share(share[1], "good" if good else "bad", self._told("after", unit, share[1]))

    def _told(self, side: str, unit: str, share: float) -> str:
        name = self.tr("before") if side == "before" else self.tr("after")
        return f"{name}: {unit.format(n=wording.decimal(100 * share, 0))}"

    def _show_probes(self) -> None:
        shown = self._probes if self._all else self._probes[:_FIRST]
        self.probes.set_rows(len(shown))
        self.probes.setVisible(bool(shown))
        self.all_button.setVisible(len(self._probes) > _FIRST)
        count = wording.number(len(self._probes))
        self.all_button.setText(self.tr("Show fewer") if self._all else self.tr("Show all {n}").format(n=count))
        for (text, before, after), probe in zip(self.probes.rows, shown, strict=False):
            text.setText(f"{probe.asked} {probe.expected}")
            text.setToolTip(
                self.tr("Asked: {asked}\nRight: {expected}\nIt said: {said}").format(
                    asked=probe.asked, expected=probe.expected, said=probe.said.strip()
                )
            )
            for bar, right, chance, side in (
                (before, probe.right[0], probe.chance[0], "before"),
                (after, probe.right[1], probe.chance[1], "after"),
            ):
                token = "muted" if side == "before" else "good" if right else "bad"
                bar.show_share(chance, token, self._verdict(side, right, chance, probe.is_question))

    def _verdict(self, side: str, right: bool, chance: float, is_question: bool) -> str:
        name = self.tr("before") if side == "before" else self.tr("after")
        verdict = self.tr("right") if right else self.tr("wrong")
        if is_question:
            return f"{name}: {verdict}"
        return f"{name}: {verdict}, {self.tr('{n} % chance').format(n=wording.decimal(100 * chance, 0))}"

    def _show_all(self) -> None:
        self._all = not self._all
        self._show_probes()

    def _words(self, figures: SleepFigures, slept: Slept | None) -> str:
        facts = [
            self.tr("{messages} of {conversations}").format(
                messages=wording.messages(figures.messages), conversations=wording.conversations(slept.conversations)
            )
            if slept
            else wording.messages(figures.messages),
            wording.tokens(figures.tokens),
            self.tr("rate × {n}").format(n=wording.decimal(figures.rate, 1)),
            wording.duration(figures.seconds),
        ]
        if slept is not None and slept.woken:
            facts.append(self.tr("woken early"))
        lines = [" · ".join(facts)]
        if told := self._losses(figures):
            lines.append(told)
        if slept is not None and figures.rate < slept.rate_asked:
            lines.append(self.tr("The rate was cut: more would be unstable for this model."))
        if slept is not None and slept.note and not slept.refused:
            lines.append(sentence(slept.note))
        return "\n".join(lines)

    def _losses(self, figures: SleepFigures) -> str:
        told = []
        before, after = figures.own_loss
        if math.isfinite(before) and math.isfinite(after) and before:
            change = after / before - 1
            text = (
                self.tr("Your words are {n} % easier to foretell.")
                if change <= 0
                else self.tr("Your words are {n} % harder to foretell.")
            )
            told.append(text.format(n=wording.decimal(100 * abs(change), 1)))
        if math.isfinite(figures.drift):
            text = (
                self.tr("Other talk is {n} % harder to foretell.")
                if figures.drift > 0
                else self.tr("Other talk is {n} % easier to foretell.")
            )
            told.append(text.format(n=wording.decimal(100 * abs(figures.drift), 1)))
        return " ".join(told)


_HEIGHT, _LEAST_WIDTH = 8, 60
_STUB = 0.03
"""What is not known at all has a stub, so that it is seen that it was asked."""


class ReportBar(QWidget):
    """A share from 0 to 1 in the colour of a token."""

    def __init__(self) -> None:
        super().__init__()
        self.share, self.token = 0.0, "muted"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(2 * _LEAST_WIDTH, _HEIGHT + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_WIDTH, _HEIGHT + 2)

    def show_share(self, share: float, token: str, words: str) -> None:
        """Fill to `share`; `words` is what a screen reader says and the tooltip shows."""
        self.share, self.token = min(1.0, max(0.0, share)), token
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(0, (self.height() - _HEIGHT) / 2, self.width(), _HEIGHT)
        painter.setBrush(style.colour("raised"))
        painter.drawRoundedRect(track, _HEIGHT / 2, _HEIGHT / 2)
        filled = QRectF(track)
        filled.setWidth(max(_HEIGHT, track.width() * max(self.share, _STUB)))
        painter.setBrush(style.colour(self.token))
        painter.drawRoundedRect(filled, _HEIGHT / 2, _HEIGHT / 2)


class BarTable(QWidget):
    """Rows of a text and two bars, under a heading for each column."""

    def __init__(self, heading: str, before: str, after: str) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.GAP_L)
        self._grid.setVerticalSpacing(theme.GAP_S)
        for column, stretch in enumerate((5, 3, 3)):
            self._grid.setColumnStretch(column, stretch)
        self.heading = Elided(heading, "small")
        for column, part in enumerate((self.heading, label(before, "small"), label(after, "small"))):
            self._grid.addWidget(part, 0, column)
        self.rows: list[tuple[Elided, ReportBar, ReportBar]] = []

    def set_rows(self, rows: int) -> None:
        """Have that many rows shown."""
        while len(self.rows) < rows:
            parts = Elided(), ReportBar(), ReportBar()
            for column, part in enumerate(parts):
                self._grid.addWidget(part, len(self.rows) + 1, column)
            self.rows.append(parts)
        for number, parts in enumerate(self.rows):
            for part in parts:
                part.setVisible(number < rows)

    @property
    def texts(self) -> list[str]:
        """Of the rows that are shown."""
        return [text.text() for text, *_ in self.rows if not text.isHidden()]
