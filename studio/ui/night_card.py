"""What the next sleep will replay, what is being replayed now, and what the last sleep did."""

from __future__ import annotations

import math

from PySide6.QtWidgets import QFrame, QVBoxLayout

from studio.messages import Slept
from studio.ui import style, wording
from studio.ui.actions import Actions
from studio.ui.widgets import Card, Elided, prose

_ROWS = 8
_LINE_LENGTH = 160


class NightCard(Card):
    """A list of lines with hairlines between them, and one sentence under it."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self._actions = actions
        self._rows: list[Elided] = []
        self._rules: list[QFrame] = []
        lines = QVBoxLayout()
        lines.setSpacing(7)
        for _ in range(_ROWS):
            row, rule = Elided(), QFrame()
            rule.setObjectName("rule")
            lines.addWidget(row)
            lines.addWidget(rule)
            self._rows.append(row)
            self._rules.append(rule)
        self.note = prose()
        self.column.addSpacing(4)
        self.column.addLayout(lines)
        self.column.addWidget(self.note)
        self.column.addStretch(1)
        actions.session.changed.connect(self.refresh)
        actions.session.dream_moved.connect(self._mark)
        self.refresh()

    @property
    def lines(self) -> list[str]:
        """The lines that are shown."""
        return [row.text() for row in self._rows if not row.isHidden()]

    def refresh(self) -> None:
        """Show the session's state."""
        session, soul = self._actions.session, self._actions.session.soul
        waiting, report = soul.waiting if soul else (), session.last_sleep
        if waiting:
            self.title.setText(self.tr("Waits for sleep"))
            self._list(waiting)
            more = len(waiting) - _ROWS
            words = self.tr("And {n} more. ").format(n=wording.number(more)) if more > 0 else ""
            self.note.set_plain(words + self.tr("This is what you said since the last sleep, in your own words."))
        elif report is not None and report.kept:
            self.title.setText(self.tr("Sleep report"))
            self._list(report.messages)
            self.note.set_plain(self._report(report))
        else:
            self.title.setText(self.tr("Nothing waits for sleep"))
            self._list(())
            self.note.set_plain(
                self.tr("Talk a little. What you say is learned a little at once; sleep replays it to learn it firmly.")
            )
        if report is not None and report.refused:
            refused = self.tr("The last night was refused, and the soul is as it was before: {why}")
            self.note.set_plain(refused.format(why=report.refused))
        elif report is not None and not report.kept:
            self.note.set_plain(self.tr("Woken before a conversation was finished: the soul is as it was before."))
        self._mark()

    def _list(self, lines: tuple[str, ...]) -> None:
        for number, (row, rule) in enumerate(zip(self._rows, self._rules, strict=True)):
            there = number < len(lines)
            row.setVisible(there)
            rule.setVisible(there)
            row.setText(wording.short(lines[number], _LINE_LENGTH) if there else "")
            row.setToolTip(lines[number] if there else "")

    def _mark(self) -> None:
        """Give the line that is being replayed the soul's colour."""
        dream = self._actions.session.dream
        now = wording.short(dream.line, _LINE_LENGTH) if dream and self._actions.session.is_dreaming else None
        for row in self._rows:
            role = "dream" if now is not None and row.text() == now else ""
            if row.property("role") != role:
                style.mark(row, role=role)

    def _probes(self, report: Slept) -> str:
        """What the questions before and after the night say; empty where none were asked."""
        if not report.known_after[1]:
            return ""
        known = self.tr("Knew {before} of {all} before, {after} of {all} after.").format(
            before=report.known_before[0], after=report.known_after[0], all=report.known_after[1]
        )
        if not math.isfinite(report.drift):
            return known + "\n"
        percent = wording.decimal(abs(report.drift) * 100, 1)
        other = (
            self.tr("Other text is {n} % harder to foretell.")
            if report.drift > 0
            else self.tr("Other text is {n} % easier to foretell.")
        )
        return f"{known} {other.format(n=percent)}\n"

    def _report(self, report: Slept) -> str:
        facts = [
            self.tr("{messages} of {conversations}").format(
                messages=wording.messages(len(report.messages)),
                conversations=wording.conversations(report.conversations),
            ),
            wording.tokens(report.tokens),
            self.tr("rate × {n}").format(n=wording.decimal(report.rate, 1)),
            wording.duration(report.seconds),
        ]
        if report.woken:
            facts.append(self.tr("woken early"))
        text = " · ".join(facts) + "\n" + self._probes(report)
        if report.rate < report.rate_asked:
            text += self.tr("The rate was cut: more would be unstable for this model. ")
        return text + self.tr("Replayed and learned more firmly. The soul of before is kept in the workspace.")
