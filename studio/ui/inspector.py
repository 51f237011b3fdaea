"""The column at the right of the chat: what is being learned, the soul, and how replies are chosen."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from studio import theme
from studio.surprise import RECENT
from studio.ui import wording
from studio.ui.actions import Actions
from studio.ui.learning import LearningStrip
from studio.ui.widgets import button, label, prose, scrolled

_PROMPT_LENGTH = 90


class Inspector(QFrame):
    """Facts of the soul and of the sampling, always those in force."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("inspector")
        self.setFixedWidth(theme.INSPECTOR_WIDTH)
        self._actions = actions
        self._learned = 0
        self._surprise = actions.session.surprise
        self.learned = label(role="learn")
        self.strip = LearningStrip(actions.session.surprise)
        self.figure_note = label(role="small", wrap=True)
        self.learned_note = prose()
        self.soul = prose()
        self.sampling = prose()
        self.change = button(self.tr("Change"), "link", self.tr("Change how replies are chosen"))
        inner = QWidget()
        inner.setObjectName("inner")
        area = scrolled(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(theme.GAP_XS)
        column.addWidget(label(self.tr("Learning"), "title"))
        column.addSpacing(theme.GAP_S)
        self._live = QWidget()
        live = QVBoxLayout(self._live)
        live.setContentsMargins(0, 0, 0, theme.GAP_S)
        live.setSpacing(theme.GAP_XS)
        live.addWidget(self.learned)
        live.addWidget(self.figure_note)
        live.addSpacing(theme.GAP_S)
        live.addWidget(self.strip)
        column.addWidget(self._live)
        column.addWidget(self.learned_note)
        self.tint = button("", "link", self.tr("Tint surprising words"))
        self.tint.clicked.connect(lambda: actions.settings.set("tint", not actions.settings.get("tint")))
        column.addWidget(self.tint, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(theme.GAP_L)
        column.addWidget(label(self.tr("Soul"), "title"))
        column.addSpacing(theme.GAP_XS)
        column.addWidget(self.soul)
        column.addSpacing(theme.GAP_L)
        column.addWidget(label(self.tr("Sampling"), "title"))
        column.addSpacing(theme.GAP_XS)
        column.addWidget(self.sampling)
        column.addWidget(self.change, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        actions.session.surprise.moved.connect(self._learn)
        actions.session.changed.connect(self.refresh)
        actions.settings.changed.connect(self.refresh)
        self.refresh()

    def set_learned(self, tokens: int) -> None:
        """Tokens that the soul lived in the conversation that is shown, since the program started."""
        self._learned = tokens
        self.refresh()

    def refresh(self) -> None:
        """Show what is in force."""
        self._live.setVisible(self._surprise.count > 0)
        self._show_figure()
        self.tint.setVisible(self._surprise.count > 0)
        on = self._actions.settings.get("tint")
        self.tint.setText(self.tr("Show the words plain") if on else self.tr("Show it in the words"))
        self.learned_note.set_plain(self._learning())
        self.soul.set_plain(self._soul())
        self.sampling.set_plain(self._sampling())

    def _learn(self) -> None:
        if self._live.isHidden() == (self._surprise.count > 0):
            self.refresh()
        self._show_figure()

    def _show_figure(self) -> None:
        self.learned.setText(wording.decimal(self._surprise.recent))
        self.learned.setToolTip(self.strip.toolTip())
        self.figure_note.setText(self.tr("surprise, last {n} tokens (1 is usual)").format(n=self._shown_tokens()))

    def _shown_tokens(self) -> int:
        return min(RECENT, self._surprise.count)

    def _learning(self) -> str:
        nothing = self.tr("The soul takes one small step at every token that it reads or writes. It will show here.")
        points = self.tr(
            "Each point is how wrong the fast weights were before they learned a token, against what is usual. "
            "Falling means it is getting used to what you say."
        )
        lines = [points if self._surprise.count else nothing]
        if self._learned:
            lines.append(self.tr("{tokens} learned in this chat.").format(tokens=wording.tokens(self._learned)))
        if not self._actions.settings.is_default("waking_rate"):
            rate = wording.decimal(self._actions.settings.get("waking_rate"))
            lines.append(self.tr("It learns {rate} times as strongly as usual.").format(rate=rate))
        return "\n".join(lines)

    def _soul(self) -> str:
        session, soul = self._actions.session, self._actions.session.soul
        if soul is None:
            return self.tr("No soul is awake; load a model first.")
        now = time.time()
        lines = [
            self.tr("{layers} layers · {size}").format(layers=soul.layers, size=wording.size(soul.file_bytes))
            if soul.file_bytes
            else self.tr("{layers} layers").format(layers=soul.layers),
            self.tr("{tokens} lived").format(tokens=wording.tokens(soul.level)),
            self.tr("Last slept {ago}").format(ago=wording.ago(now - soul.slept_at))
            if soul.slept_at
            else self.tr("Has not slept yet"),
        ]
        if soul.waiting:
            lines.append(self._waiting(len(soul.waiting)))
        if session.is_dreaming:
            lines[2] = self.tr("Dreaming now")
        return "\n".join(lines)

    def _waiting(self, count: int) -> str:
        if count == 1:
            return self.tr("1 message waits for sleep")
        return self.tr("{n} messages wait for sleep").format(n=wording.number(count))

    def _sampling(self) -> str:
        get = self._actions.settings.get
        top_k = self.tr("all") if get("top_k") == 0 else str(get("top_k"))
        seed = self.tr("random") if get("seed") < 0 else str(get("seed"))
        prompt = wording.short(get("system_prompt"), _PROMPT_LENGTH) or self.tr("none")
        return "\n".join(
            (
                self.tr("Temperature {t} · top-p {p}").format(
                    t=wording.decimal(get("temperature")), p=wording.decimal(get("top_p"))
                ),
                self.tr("Top-k {k} · seed {seed}").format(k=top_k, seed=seed),
                self.tr("Ways weighed: {n}").format(n=get("beams")),
                self.tr("At most {tokens}").format(tokens=wording.tokens(get("max_reply"))),
                self.tr("System prompt: {prompt}").format(prompt=prompt),
            )
        )
