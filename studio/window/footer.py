"""The bottom bar: who computes and why, how fast, whether it learns, and when the soul was saved."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout

from studio.actions import Actions
from studio.session import Busy
from studio.translation import sentence
from studio.widgets import wording
from studio.widgets.controls import button, label
from studio.widgets.painted import Dot

HEIGHT = 30
_TOLD_MS = 6000


class Footer(QFrame):
    """Facts of the moment."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("footer")
        self.setMinimumHeight(HEIGHT)
        self._actions = actions
        self.runtime, self.speed, self.state = label(role="small"), label(role="small"), label(role="small")
        self.saved, self.told = label(role="small"), label(role="small")
        self.training = label(role="small")
        self.context = label(role="small")
        self.dot = Dot("muted")
        self.workspace = button(self.tr("workspace"), "quiet", self.tr("Open the workspace folder"))
        self.workspace.setToolTip(str(actions.session.workspace))
        self.workspace.clicked.connect(self._open_workspace)
        self.keys = button(self.tr("keys"), "quiet", self.tr("List the keys (F1)"))
        self.keys.setToolTip(self.tr("List the keys (F1)"))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 12, 0)
        row.setSpacing(22)
        row.addWidget(self.runtime)
        row.addWidget(self.speed)
        state = QHBoxLayout()
        state.setSpacing(5)
        state.addWidget(self.dot)
        state.addWidget(self.state)
        row.addLayout(state)
        row.addWidget(self.context)
        row.addWidget(self.training)
        row.addStretch(1)
        row.addWidget(self.told)
        row.addWidget(self.saved)
        pair = QHBoxLayout()
        pair.setSpacing(4)
        pair.addWidget(self.keys)
        pair.addWidget(self.workspace)
        row.addLayout(pair)
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._show_saved)
        self._clock.start()
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(_TOLD_MS)
        self._quiet.timeout.connect(lambda: self.told.setText(""))
        actions.told.connect(self.tell)
        actions.session.changed.connect(self.refresh)
        actions.session.dream_moved.connect(self.refresh)
        for signal in (actions.session.training.changed, actions.session.training.moved):
            signal.connect(self._show_training)
        self._show_training()
        self.refresh()

    def tell(self, text: str) -> None:
        """Say something for a few seconds."""
        self.told.setText(text)
        self._quiet.start()

    def refresh(self) -> None:
        """Show what the session is at."""
        session = self._actions.session
        model = session.model
        if model is not None:
            device = model.device.upper() if model.device in ("cpu", "mps") else model.device
            self.runtime.setText(f"{device} · {model.runtime}")
            self.runtime.setToolTip(sentence(model.reason))
        else:
            self.runtime.setText(self.tr("no model"))
        self.speed.setText(wording.speed(session.speed) if session.speed else "")
        self.speed.setVisible(bool(session.speed))
        self.speed.setToolTip(self.tr("Measured over the last reply"))
        self._show_context()
        texts = {
            Busy.NOTHING: ("muted", self.tr("awake") if model else self.tr("waiting for a model")),
            Busy.OPENING: ("body", self.tr("loading")),
            Busy.REPLYING: ("learn", self.tr("learning")) if session.learns else ("body", self.tr("talking")),
            Busy.WITHOUT_SOUL: ("body", self.tr("answering without the soul")),
            Busy.DREAMING: ("soul", self.tr("dreaming")),
            Busy.SOUL: ("soul", self.tr("soul")),
            Busy.COMPARING: ("soul", self.tr("comparing")),
            Busy.FORGETTING: ("soul", self.tr("forgetting")),
            Busy.CONVERTING: ("body", self.tr("converting")),
            Busy.CLOSING: ("soul", self.tr("saving the soul…")),
        }
        token, text = texts[session.busy]
        self.dot.set_token(token)
        self.state.setText(text)
        self._show_saved()

    def _show_context(self) -> None:
        soul = self._actions.session.soul
        context = soul.context if soul is not None else None
        self.context.setVisible(context is not None)
        if context is not None:
            used, size = wording.number(context.used), wording.number(context.size)
            self.context.setText(self.tr("{used} / {size} tokens").format(used=used, size=size))
            self.context.setToolTip(
                self.tr(
                    "Of the {size} tokens that the model looks back on, {used} stand in it: the system prompt, the "
                    "notes and the chat that goes on. When it is full the oldest exchanges leave it."
                ).format(size=size, used=used)
            )

    def _show_training(self) -> None:
        run = self._actions.session.training.current
        points = run.curve.points if run else ()
        self.training.setVisible(run is not None)
        if run is not None:
            share = points[-1].step / run.steps if points else 0.0
            self.training.setText(self.tr("training {n} %").format(n=int(100 * min(1.0, share))))
            self.training.setToolTip(self.tr("{name}, in Model Lab").format(name=run.name))

    def _show_saved(self) -> None:
        soul = self._actions.session.soul
        known = soul is not None and soul.saved_at > 0
        ago = wording.ago(time.time() - soul.saved_at) if soul is not None and known else ""
        self.saved.setText(self.tr("Saved {ago}").format(ago=ago) if known else "")

    def _open_workspace(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._actions.session.workspace)))
