"""The column at the right of the chat: what is being learned, the soul, and how replies are chosen."""

from __future__ import annotations

import time

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from studio import theme
from studio.actions import Actions
from studio.session.surprise import RECENT, Surprise
from studio.widgets import style, wording
from studio.widgets.controls import button, label, prose, scrolled

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
        self._context = QWidget()
        context = QVBoxLayout(self._context)
        context.setContentsMargins(0, 0, 0, theme.GAP_L)
        context.setSpacing(theme.GAP_S)
        context.addWidget(label(self.tr("Context"), "title"))
        self.context_bar = QProgressBar()
        self.context_bar.setTextVisible(False)
        self.context_bar.setAccessibleName(self.tr("How full the context is"))
        self.context_words = prose()
        context.addWidget(self.context_words)
        context.addWidget(self.context_bar)
        column.addWidget(self._context)
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
        self._show_context()
        self.sampling.set_plain(self._sampling())

    def _show_context(self) -> None:
        soul = self._actions.session.soul
        context = soul.context if soul is not None else None
        self._context.setVisible(context is not None)
        if context is None:
            return
        self.context_bar.setRange(0, context.size)
        self.context_bar.setValue(min(context.used, context.size))
        used, size = wording.number(context.used), wording.number(context.size)
        words = self.tr("{used} of {size} tokens").format(used=used, size=size)
        if context.dropped:
            words += "\n" + self.tr("{n} exchanges have left it").format(n=wording.number(context.dropped))
        self.context_words.set_plain(words)

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
        if self._actions.session.model is not None and not self._actions.session.can_learn:
            return self.tr("This model has no memory: it learns nothing, and knows only what stands in this chat.")
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
        if not session.can_learn:
            return self.tr("None: a soul is what a memory has learned.")
        now = time.time()
        lines = [
            " · ".join([wording.layers(soul.layers), *([wording.size(soul.file_bytes)] if soul.file_bytes else [])]),
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


_HEIGHT = 72
_LEAST_TOP = 2.0
"""The strip reaches at least to twice the usual, so that a quiet stretch looks quiet."""


class LearningStrip(QWidget):
    """Draws a `Surprise`; the newest token is at the right."""

    def __init__(self, surprise: Surprise) -> None:
        super().__init__()
        self.surprise = surprise
        self.setMinimumHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Surprise of the last tokens"))
        surprise.moved.connect(self._moved)
        self._moved()

    def _moved(self) -> None:
        self.setAccessibleDescription(wording.decimal(self.surprise.recent))
        self.setToolTip(
            self.tr(
                "Surprise is the inner loss of a token, that is how wrong the fast weights were before they learned "
                "it, divided by the mean over all tokens since this soul was woken ({usual} until now). "
                "The figure is the mean of the last {n} tokens; the dashed line is 1, the usual."
            ).format(usual=wording.loss(self.surprise.usual), n=RECENT)
        )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, bottom = float(self.width()), float(self.height()) - 1.5
        values = self.surprise.relative
        top = max([_LEAST_TOP, *values])
        room = bottom - theme.GAP_S

        def height(value: float) -> float:
            return bottom - 3 - value / top * room

        painter.setPen(QPen(style.colour("line"), 1))
        painter.drawLine(QPointF(0, bottom), QPointF(width, bottom))
        if len(values) < 2:
            return
        painter.setPen(QPen(style.colour("line"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(0, height(1.0)), QPointF(width, height(1.0)))
        step = width / (len(values) - 1)
        painter.setPen(QPen(style.colour("learn"), 1.5))
        painter.drawPolyline(QPolygonF([QPointF(i * step, height(value)) for i, value in enumerate(values)]))
