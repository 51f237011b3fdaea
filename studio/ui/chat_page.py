"""The chat: conversations at the left, the transcript and the composer in the middle, the inspector at the right."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGraphicsOpacityEffect, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from studio import theme
from studio.history import History, new_conversation
from studio.messages import EngineFailure, Opened, Said
from studio.session import UNNAMED, Busy
from studio.ui.actions import Actions
from studio.ui.composer import Composer
from studio.ui.conversation_list import ConversationList
from studio.ui.inspector import Inspector
from studio.ui.sleep_panel import DreamCard
from studio.ui.transcript import Transcript
from studio.ui.transcript_model import TranscriptModel
from studio.ui.welcome import Welcome

_DIMMED = 0.45


class ChatPage(QWidget):
    """Owns which conversation is shown; one of them may be growing while another is read."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("page")
        self._actions, self._session, self._settings = actions, actions.session, actions.settings
        self.history = History()
        self._shown = TranscriptModel(new_conversation(), self)
        self._growing: TranscriptModel | None = None
        self._sending = False
        self._learned: Counter[str] = Counter()
        self.conversations = ConversationList()
        self.transcript = Transcript()
        self.welcome = Welcome(actions)
        self.dream = DreamCard(actions)
        self.composer = Composer()
        self.inspector = Inspector(actions)
        self._middle = QStackedWidget()
        self._middle.addWidget(self.welcome)
        self._middle.addWidget(self.transcript)
        self._dim = QGraphicsOpacityEffect(self._middle)
        self._dim.setOpacity(_DIMMED)
        self._dim.setEnabled(False)
        self._middle.setGraphicsEffect(self._dim)
        self._lay_out()
        self.transcript.set_model(self._shown)
        self.conversations.new_chat.connect(self.new_chat)
        self.conversations.chosen.connect(self.show_conversation)
        self.welcome.suggested.connect(self.send)
        self.composer.send.connect(self.send)
        self.composer.stop.connect(self._session.stop)
        self.composer.sleep.connect(actions.sleep)
        self._session.text_arrived.connect(self._grow)
        self._session.changed.connect(self.refresh)
        actions.opened.connect(self._opened)
        actions.soul_replaced.connect(self.new_chat)
        self.refresh()

    def _lay_out(self) -> None:
        foot = QVBoxLayout()
        foot.setContentsMargins(theme.GAP_L, 0, theme.GAP_L, theme.GAP_L - 2)
        foot.setSpacing(theme.GAP_S)
        for card in (self.dream, self.composer):
            card.setMaximumWidth(theme.TRANSCRIPT_WIDTH)
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(card, 1000)
            row.addStretch(1)
            foot.addLayout(row)
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._middle, 1)
        middle.addLayout(foot)
        page = QHBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(self.conversations)
        page.addLayout(middle, 1)
        page.addWidget(self.inspector)

    @property
    def conversation(self) -> str:
        """The conversation that is shown."""
        return self._shown.conversation

    @property
    def model(self) -> TranscriptModel:
        """The messages that are shown."""
        return self._shown

    def new_chat(self) -> None:
        """Show a new, empty conversation and be ready to type."""
        self._show(TranscriptModel(new_conversation(), self))
        self.composer.draft.setFocus()

    def show_conversation(self, conversation: str) -> None:
        """Show one of the conversations of the list."""
        if conversation == self._shown.conversation:
            return
        if self._growing is not None and self._growing.conversation == conversation:
            self._show(self._growing)
            return
        model = TranscriptModel(conversation, self)
        found = self.history.get(conversation)
        model.extend(found.lines if found else ())
        self._show(model)

    def send(self, text: str) -> None:
        """Say something in the conversation that is shown."""
        if self._sending or self._session.why_silent():
            self.composer.draft.setPlainText(text)  # nothing that was typed is lost
            return
        self._sending = True
        self._actions.start(self._say(text))

    async def _say(self, text: str) -> None:
        model = self._growing = self._shown
        model.begin_exchange(text)
        self.transcript.to_bottom()
        get = self._settings.get
        sampling = {
            "temperature": get("temperature"),
            "top_k": get("top_k"),
            "top_p": get("top_p"),
            "seed": None if get("seed") < 0 else get("seed"),
        }
        said: Said | None = None
        try:
            said = await self._session.say(text, model.conversation, get("system_prompt"), sampling, get("max_reply"))
        except EngineFailure:
            if not self.composer.draft.toPlainText():
                self.composer.draft.setPlainText(text)
            raise
        finally:
            self._sending, self._growing = False, None
            model.finish_exchange(said)
            if model is not self._shown:
                model.deleteLater()  # the history has it; another conversation is being read
            if said:
                self.history.add(said.lines)
                self._learned[model.conversation] += said.learned
            self.refresh()
            self._list()
        if said.unsaved:
            raise EngineFailure(said.unsaved)

    def _grow(self, text: str) -> None:
        if self._growing is not None:
            self._growing.append_text(text)

    def _opened(self, opened: Opened) -> None:
        self.history = History(opened.lines)
        self._learned.clear()
        self._show(TranscriptModel(new_conversation(), self))

    def _show(self, model: TranscriptModel) -> None:
        former, self._shown = self._shown, model
        self.transcript.set_model(model)
        if former is not self._growing and former is not model:
            former.deleteLater()
        self._list()
        self.refresh()

    def _list(self) -> None:
        self.conversations.show_history(self.history, self._shown.conversation)

    def refresh(self) -> None:
        """Show what the session is at."""
        session = self._session
        dreaming, replying = session.is_dreaming, session.busy is Busy.REPLYING
        self._middle.setCurrentWidget(self.transcript if self._shown.rowCount() else self.welcome)
        self._dim.setEnabled(dreaming)
        name = session.soul_words
        if dreaming:
            prompt = self.tr("{name} is dreaming. Wake it up to talk.").format(name=name)
        elif session.body is None:
            prompt = session.why_silent()
        else:
            named = session.soul is not None and session.soul.name != UNNAMED
            prompt = self.tr("Tell {name} something…").format(name=name) if named else self.tr("Tell it something…")
        self.composer.set_state(prompt, session.why_silent(), replying, self._actions.why_awake())
        self.conversations.show_waiting(session.soul.waiting_conversations if session.soul else 0)
        self.inspector.set_learned(self._learned[self._shown.conversation])
        self.welcome.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.inspector.setVisible(self.width() >= theme.FOLD_WIDTH)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "inspector"):
            self.refresh()
