"""Two souls made into one: which is blended into the soul of now, and how much of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from studio import theme
from studio.actions import Actions
from studio.lab import timeline_words
from studio.lab.timeline_layout import NOW
from studio.protocol import BlendSouls
from studio.settings.editors import WheelGuard
from studio.widgets import wording
from studio.widgets.controls import Picker, label, set_locked
from studio.widgets.dialogs import Notice

_HALF = 50


class BlendDialog(Notice):
    """Says what will happen before it does; nothing happens before its verb is pressed."""

    def __init__(self, parent: QWidget, actions: Actions, chosen: str) -> None:
        super().__init__(parent, self.tr("Blend two souls"), "")
        self._actions, self._session = actions, actions.session
        guard = WheelGuard(self)
        self.second = Picker()
        self.second.setAccessibleName(self.tr("The soul that is blended in"))
        self.second.view().setAccessibleName(self.tr("The soul that is blended in"))
        self.second.installEventFilter(guard)
        self.share = QSlider(Qt.Orientation.Horizontal)
        self.share.setRange(1, 99)
        self.share.setPageStep(10)
        self.share.setValue(_HALF)
        self.share.setAccessibleName(self.tr("How much of it"))
        self.share.installEventFilter(guard)
        self.mine, self.other = label(role="small"), label(role="small")
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_M)
        row.addWidget(self.mine)
        row.addWidget(self.share, 1)
        row.addWidget(self.other)
        self.body.insertWidget(1, self.second)
        self.body.insertLayout(2, row)
        self.offer(self.tr("Cancel"))
        self.blend_button = self.offer(self.tr("Blend"), "primary", self._blend)
        self._fill(chosen)
        self.second.currentIndexChanged.connect(self.refresh)
        self.share.valueChanged.connect(self.refresh)
        self._session.changed.connect(self.refresh)
        self.refresh()
        self.share.setFocus()

    def _fill(self, chosen: str) -> None:
        timeline = self._session.timeline
        for mate in timeline.souls if timeline else ():
            if not mate.awake:
                name = timeline_words.called(mate.name)
                self.second.addItem(self.tr("{name}, as it is now").format(name=name), (mate.name, name))
        for moment in reversed(timeline.moments if timeline else ()):
            if timeline and (moment.id != timeline.now or timeline.lives_on):
                told = f"{timeline_words.title(moment)} · {timeline_words.when(moment.when)}"
                self.second.addItem(told, (moment.id, told))
        for place in range(self.second.count()):
            if self.second.itemData(place)[0] == chosen != NOW:
                self.second.setCurrentIndex(place)

    def refresh(self) -> None:
        """Show what would happen."""
        share = self.share.value()
        self.mine.setText(self.tr("{n} % now").format(n=wording.number(100 - share)))
        self.other.setText(self.tr("{n} % of it").format(n=wording.number(share)))
        name = self.second.currentData()[1] if self.second.count() else ""
        self.words.set_plain(
            self.tr(
                "The soul goes on as the mean of two: {mine} % of what it is now and {other} % of “{name}”. What only "
                "one of them has learned becomes weaker and may be lost. Both are kept, and Undo takes it back.\n"
                "What either has lived until now cannot be forgotten in the blend: for that, go back to before it."
            ).format(mine=wording.number(100 - share), other=wording.number(share), name=name)
        )
        set_locked(self.blend_button, self._session.why_silent())

    def _blend(self) -> None:
        self._actions.start(self._blend_now(self.second.currentData()[0], self.share.value() / 100))

    async def _blend_now(self, second: str, share: float) -> None:
        await self._session.call(BlendSouls(second=second, share=share))
        self._actions.told.emit(self.tr("Blended. Undo takes it back."))
