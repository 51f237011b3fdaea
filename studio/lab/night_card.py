"""What the next sleep will replay, and the report of the last one, with the choice to keep it or to go back."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from studio import theme
from studio.actions import Actions
from studio.lab.report import ReportView
from studio.protocol import AcceptNight, RejectNight, SleepFigures, UndoLastEvent
from studio.translation import sentence
from studio.widgets import style, wording
from studio.widgets.controls import Card, Elided, SegmentedControl, button, prose, set_locked

_ROWS = 8
_LINE_LENGTH = 160
REPORT, WAITING = range(2)


class WaitingView(QWidget):
    """A list of lines with hairlines between them."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Elided] = []
        self._rules: list[QFrame] = []
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(7)
        for _ in range(_ROWS):
            row, rule = Elided(), QFrame()
            rule.setObjectName("rule")
            lines.addWidget(row)
            lines.addWidget(rule)
            self._rows.append(row)
            self._rules.append(rule)

    @property
    def lines(self) -> list[str]:
        """The lines that are shown."""
        return [row.text() for row in self._rows if not row.isHidden()]

    def show_lines(self, lines: tuple[str, ...]) -> None:
        """Show the first of these lines."""
        for number, (row, rule) in enumerate(zip(self._rows, self._rules, strict=True)):
            there = number < len(lines)
            row.setVisible(there)
            rule.setVisible(there)
            row.setText(wording.short(lines[number], _LINE_LENGTH) if there else "")
            row.setToolTip(lines[number] if there else "")

    def mark(self, line: str | None) -> None:
        """Give the line that is being replayed the soul's colour."""
        now = wording.short(line, _LINE_LENGTH) if line is not None else None
        for row in self._rows:
            role = "dream" if now is not None and row.text() == now else ""
            if row.property("role") != role:
                style.mark(row, role=role)


class NightCard(Card):
    """Turns to the report when a night is over, and to what waits when something new does; one may turn it back."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self._actions, self._session = actions, actions.session
        self.turn = SegmentedControl([self.tr("Last night"), self.tr("Waiting")], self.tr("Shown here"))
        self.head.addStretch(1)
        self.head.addWidget(self.turn)
        self.report = ReportView()
        self.waiting = WaitingView()
        self.note = prose()
        self.keep_button = button(self.tr("Keep this soul"), "primary")
        self.keep_button.clicked.connect(lambda: actions.start(self._session.call(AcceptNight())))
        self.back_button = button(self.tr("Go back to before"))
        self.back_button.clicked.connect(self._go_back)
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        row.addWidget(self.keep_button)
        row.addWidget(self.back_button)
        row.addStretch(1)
        self.column.addWidget(self.note)
        self.column.addLayout(row)
        self.column.addSpacing(theme.GAP_XS)
        self.column.addWidget(self.report)
        self.column.addWidget(self.waiting)
        self.column.addStretch(1)
        self._known: tuple[object, object] = (None, ())
        self.turn.chosen.connect(lambda _: self._show())
        self._session.changed.connect(self.refresh)
        self._session.dream_moved.connect(self._mark)
        self.refresh()

    @property
    def lines(self) -> list[str]:
        """The lines that are shown, of what waits."""
        return self.waiting.lines if self.waiting.isVisibleTo(self) else []

    @property
    def figures(self) -> SleepFigures | None:
        """Of the night that the report tells of."""
        soul, slept = self._session.soul, self._session.last_sleep
        if soul is not None and soul.undecided is not None:
            return slept.figures if slept is not None and not slept.kept and not slept.refused else soul.undecided
        told = slept is not None and (slept.woken or slept.refused or slept.figures.messages)
        return slept.figures if slept is not None and told else None

    def refresh(self) -> None:
        """Show the session's state."""
        soul = self._session.soul
        waiting = soul.waiting if soul else ()
        told, listed = self._known
        if self.figures is not told:
            self.turn.choose(REPORT)
        elif waiting != listed and waiting:
            self.turn.choose(WAITING)
        self._known = self.figures, waiting
        self._show()

    def _show(self) -> None:
        soul, slept, figures = self._session.soul, self._session.last_sleep, self.figures
        waiting = soul.waiting if soul else ()
        undecided = soul is not None and soul.undecided is not None
        self.turn.setVisible(figures is not None and bool(waiting))
        reporting = figures is not None and (self.turn.current == REPORT or not waiting)
        self.report.setVisible(reporting)
        self.waiting.setVisible(not reporting)
        refused = slept.refused if slept is not None else ""
        kept = slept is not None and slept.kept and self._can_be_undone()
        for control in (self.keep_button, self.back_button):
            control.setVisible(reporting and (undecided or (kept and control is self.back_button)))
        locked = self._session.why_locked()
        set_locked(self.keep_button, locked, self.tr("Go on as the soul of this night; the one of before stays kept"))
        set_locked(self.back_button, locked, self.tr("The soul of before goes on, bit for bit"))
        if reporting and figures is not None:
            self.title.setText(self._title(undecided, bool(refused)))
            self.report.show_report(figures, slept if slept is not None and slept.figures is figures else None)
            self.note.set_plain(self._verdict(undecided, refused))
        else:
            self.title.setText(self.tr("Waits for sleep") if waiting else self.tr("Nothing waits for sleep"))
            self.waiting.show_lines(waiting)
            self.note.set_plain(self._waiting_words(waiting))
        self._mark()

    def _can_be_undone(self) -> bool:
        timeline = self._session.timeline
        return timeline is not None and timeline.undo == "sleep"

    def _title(self, undecided: bool, refused: bool) -> str:
        if refused:
            return self.tr("The night was refused")
        return self.tr("Sleep report: your decision") if undecided else self.tr("Sleep report")

    def _verdict(self, undecided: bool, refused: str) -> str:
        slept = self._session.last_sleep
        if refused:
            text = self.tr("The last night was refused, and the soul is as it was before: {why}")
            return text.format(why=sentence(refused))
        if undecided:
            return self.tr(
                "Nothing has changed yet: the soul of this night waits beside the one that is awake, until you decide. "
                "What you say meanwhile waits for the next night."
            )
        if slept is not None and not slept.kept:
            return self.tr("Woken before a conversation was finished: the soul is as it was before.")
        return self.tr("Learned more firmly. The soul of before is in the timeline.")

    def _waiting_words(self, waiting: tuple[str, ...]) -> str:
        if not waiting:
            return self.tr(
                "Talk a little. What you say is learned a little at once; sleep replays it to learn it firmly."
            )
        more = len(waiting) - _ROWS
        words = self.tr("And {n} more. ").format(n=wording.number(more)) if more > 0 else ""
        count = sum(len(line.split()) for line in waiting)
        return (
            words
            + self.tr("This is what you said since the last sleep, in your own words. ")
            + self.tr("{n} words in all.").format(n=wording.number(count))
        )

    def _go_back(self) -> None:
        soul = self._session.soul
        if soul is not None and soul.undecided is not None:
            self._actions.start(self._session.call(RejectNight()))
        else:
            self._actions.start(self._undo())

    async def _undo(self) -> None:
        await self._session.call(UndoLastEvent())
        self._actions.told.emit(self.tr("The soul of before the night is awake."))

    def _mark(self) -> None:
        dream = self._session.dream
        self.waiting.mark(dream.line if dream is not None and self._session.is_dreaming else None)
