"""What forgetting costs, then forgetting itself, with its progress and a way to stop it."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QProgressBar, QWidget

from studio.actions import Actions
from studio.protocol import EngineFailure, ForgetCost, ForgetMessages, PlanForgetting
from studio.session import Busy
from studio.widgets import wording
from studio.widgets.controls import button, set_locked
from studio.widgets.dialogs import Notice


class ForgetDialog(Notice):
    """Asks for the cost when it opens; nothing happens before its verb is pressed."""

    def __init__(self, parent: QWidget, actions: Actions, ids: tuple[str, ...]) -> None:
        super().__init__(parent, self.tr("Forget for good?"), self.tr("Measuring what it costs…"))
        self._actions, self._session, self._ids = actions, actions.session, ids
        self.cost: ForgetCost | None = None
        self.pinned_too = QCheckBox(self.tr("Delete pinned entries that have lived it, too"))
        self.pinned_too.hide()
        self.pinned_too.toggled.connect(self._plan)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("How far forgetting has come"))
        self.bar.hide()
        self.body.insertWidget(2, self.pinned_too)
        self.body.insertWidget(3, self.bar)
        self.cancel_button = self.offer(self.tr("Cancel"))
        self.stop_button = button(self.tr("Stop"))
        self.stop_button.clicked.connect(self._session.stop)
        self.stop_button.hide()
        self.row.addWidget(self.stop_button)
        self.forget_button = button(self.tr("Forget it"), "primary")
        self.forget_button.clicked.connect(self._forget)
        self.row.addWidget(self.forget_button)
        self._session.job_moved.connect(lambda share: self.bar.setValue(round(1000 * share)))
        set_locked(self.forget_button, self.tr("Measuring what it costs…"))
        self._plan()

    def reject(self) -> None:
        """Closing the dialog while it forgets stops that."""
        if self.bar.isVisible():
            self._session.stop()
        else:
            super().reject()

    def _plan(self) -> None:
        self._actions.start(self._plan_now())

    async def _plan_now(self) -> None:
        try:
            self.cost = await self._session.call(PlanForgetting(ids=self._ids, pinned_too=self.pinned_too.isChecked()))
        except EngineFailure as failure:
            self.words.set_plain(str(failure))
            set_locked(self.forget_button, self.tr("It cannot be done."))
            return
        self.pinned_too.setVisible(self.cost.stale > 0 or self.pinned_too.isChecked())
        self.words.set_plain(self._told(self.cost))
        set_locked(self.forget_button, "")

    def _told(self, cost: ForgetCost) -> str:
        lines = [
            self.tr("{messages} leave the log, replies among them.").format(messages=wording.messages(cost.messages))
        ]
        if cost.souls:
            start = self.tr("from its birth") if cost.from_birth else self.tr("from the last entry before")
            lines.append(
                self.tr(
                    "The soul is made anew without them, {start}: exchanges to live again: {turns}, nights: {nights}, "
                    "{tokens}, about {time}."
                ).format(
                    start=start,
                    turns=wording.number(cost.turns),
                    nights=wording.number(cost.nights),
                    tokens=wording.tokens(cost.tokens),
                    time=wording.duration(cost.seconds),
                )
            )
        else:
            lines.append(self.tr("No soul has lived them."))
        if cost.deleted:
            lines.append(
                self.tr("Entries of the timeline that have lived them go: {n}.").format(n=wording.number(cost.deleted))
            )
        if cost.stale:
            lines.append(self.tr("Pinned ones stay, and are marked: {n}.").format(n=wording.number(cost.stale)))
        lines.append(self.tr("This cannot be undone. Copies that you wrote elsewhere are not touched."))
        return "\n".join(lines)

    def _forget(self) -> None:
        for part in (self.forget_button, self.cancel_button, self.pinned_too):
            part.hide()
        self.bar.show()
        self.stop_button.show()
        self._actions.start(self._forget_now())

    async def _forget_now(self) -> None:
        try:
            forgot = await self._session.call(
                ForgetMessages(ids=self._ids, pinned_too=self.pinned_too.isChecked()), busy=Busy.FORGETTING
            )
        finally:
            self.bar.hide()
            self.reject()
        self._actions.told.emit(
            self.tr("Forgotten.") if forgot.done else self.tr("Stopped. Everything is as it was before.")
        )
