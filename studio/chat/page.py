"""The chat: conversations at the left, the transcript and the composer in the middle, the inspector at the right."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from studio import theme
from studio.actions import Actions
from studio.chat.chat_files import ChatFiles
from studio.chat.composer import DIALS, MOST_CHARACTERS, Composer
from studio.chat.conversation_list import ConversationList
from studio.chat.conversations import Conversations
from studio.chat.dream import DreamCard, DreamVeil
from studio.chat.inspector import Inspector
from studio.chat.notes import NotesDialog
from studio.chat.transcript import Transcript
from studio.chat.transcript_model import TranscriptModel
from studio.chat.welcome import Welcome
from studio.protocol import EngineFailure, LogLine, Slept
from studio.session import UNNAMED, Busy
from studio.widgets import wording
from studio.widgets.dialogs import Toast


class ChatPage(QWidget):
    """Shows a `Conversations`."""

    def __init__(self, actions: Actions, chat: Conversations, files: ChatFiles) -> None:
        super().__init__()
        self.setObjectName("page")
        self._actions, self._session, self._chat = actions, actions.session, chat
        self.conversations = ConversationList(chat)
        self.transcript = Transcript()
        self.welcome = Welcome(actions)
        self.toast = Toast()
        self.dream = DreamCard(actions)
        self.composer = Composer()
        self.inspector = Inspector(actions)
        self._middle = QStackedWidget()
        self._middle.addWidget(self.welcome)
        self._middle.addWidget(self.transcript)
        self.veil = DreamVeil(self._middle)
        self._editing = ""
        """The id of what is being said otherwise."""
        self._lay_out()
        self.conversations.new_chat.connect(self.new_chat)
        self.conversations.chosen.connect(self._choose)
        self.conversations.export_wanted.connect(files.export)
        self.conversations.import_wanted.connect(files.choose_import)
        self.conversations.thrown.connect(self.throw_away)
        self.conversations.folder_unwanted.connect(self.remove_folder)
        self.welcome.suggested.connect(self.send)
        self.transcript.wished.connect(self._wish)
        self.composer.send.connect(self._send)
        self.composer.left_edit.connect(self.leave_edit)
        self.composer.draft.textChanged.connect(self._keep_draft)
        self.composer.draft.too_long.connect(self._say_too_long)
        self.composer.stop.connect(self._session.stop)
        self.composer.dial.chosen.connect(self._set_dial)
        self.composer.sleep.connect(actions.sleep)
        self.composer.notes.clicked.connect(self.show_notes)
        self._session.changed.connect(self.refresh)
        actions.settings.changed.connect(self._setting_changed)
        self._setting_changed("send_key")
        chat.shown_changed.connect(self._show)
        chat.listed_changed.connect(self.refresh)
        chat.draft_returned.connect(self._take_back)
        chat.sent.connect(self._sent)
        self._night = self._session.last_sleep
        self._session.changed.connect(self._greet)
        self._show()

    def _lay_out(self) -> None:
        foot = QVBoxLayout()
        foot.setContentsMargins(theme.GAP_L, 0, theme.GAP_L, theme.GAP_L - 2)
        foot.setSpacing(theme.GAP_S)
        for card in (self.toast, self.dream, self.composer):
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
        return self._chat.conversation

    @property
    def model(self) -> TranscriptModel:
        """The messages that are shown."""
        return self._chat.model

    def new_chat(self) -> None:
        """Show a new, empty conversation and be ready to type."""
        self._chat.new_chat()
        self.composer.draft.setFocus()

    def show_conversation(self, conversation: str) -> None:
        """Show one of the conversations of the list."""
        self._chat.show_conversation(conversation)

    def send(self, text: str) -> None:
        """Say something in the conversation that is shown."""
        self._chat.send(text)

    def _send(self, text: str) -> None:
        line, self._editing = self._editing, ""
        self.composer.set_editing(False)
        self._chat.send(text, line)

    def _wish(self, what: str, line: str, version: int) -> None:
        if what == "again":
            self._chat.again(line)
        elif what == "compare":
            self._chat.compare(line)
        elif what == "version":
            self._chat.show_version(line, version)
        else:
            self._editing = line
            self.composer.set_editing(True)
            self.composer.draft.setPlainText(self.model.message(self.model.row_of(line)).text)
            self.composer.draft.selectAll()
            self.composer.draft.setFocus()

    def _set_dial(self, number: int) -> None:
        if DIALS[number] != self.model.dial:
            self._chat.set_dial(DIALS[number])
            self.refresh()

    def _setting_changed(self, key: str) -> None:
        if key == "send_key":
            self.composer.set_send_key(self._actions.settings.get(key))
        elif key == "tint":
            self._tint()
        elif key == "use_notes":
            self.refresh()

    def _tint(self) -> None:
        wanted = self._actions.settings.get("tint")
        self.transcript.set_usual(self._session.surprise.usual if wanted else 0.0)

    @property
    def notes(self) -> tuple[LogLine, ...]:
        """What is noted in the chat that is shown, or would be if something was said in it now."""
        soul, model = self._session.soul, self.model
        if soul is None or model.dial == "temporary":
            return ()
        if model.rowCount() and soul.conversation == model.conversation:
            return soul.noted
        return soul.notable if self._actions.settings.get("use_notes") else ()

    def show_notes(self) -> NotesDialog:
        """List the notes, with the switch."""
        dialog = NotesDialog(self, self._actions.settings, self.notes)
        dialog.open()
        return dialog

    def _show_notes(self) -> None:
        soul, on = self._session.soul, self._actions.settings.get("use_notes")
        could = bool(soul is not None and soul.notable) and self.model.dial != "temporary"
        self.composer.notes.show_notes(self.notes, could and not on)
        going_on = soul is not None and soul.conversation == self.model.conversation and soul.context is not None
        self.composer.set_dropped(soul.context.dropped if soul is not None and going_on and soul.context else 0)

    def leave_edit(self) -> None:
        """Leave what was said as it is."""
        if self._editing:
            self._editing = ""
            self.composer.set_editing(False)
            self._show_draft()

    def _show_draft(self) -> None:
        """Have the composer hold what was typed in the conversation that is shown."""
        text = self._chat.drafts.get(self._chat.draft_key)
        if text != self.composer.draft.toPlainText():
            self.composer.draft.setPlainText(text)
            self.composer.draft.moveCursor(QTextCursor.MoveOperation.End)

    def _keep_draft(self) -> None:
        if not self._editing:
            self._chat.drafts.put(self._chat.draft_key, self.composer.draft.toPlainText())

    def _say_too_long(self, characters: int) -> None:
        words = self.tr(
            "{n} characters are too long for a message, which takes {most}. Save them as a .txt file and drop it here: "
            "then they are learned in the next sleep."
        )
        self._actions.fail(EngineFailure(words.format(n=f"{characters:,}", most=f"{MOST_CHARACTERS:,}")))

    def search(self) -> None:
        """Be ready to look for words."""
        self.conversations.search.setFocus()
        self.conversations.search.selectAll()

    def throw_away(self, conversation: str) -> None:
        """Put a conversation into the trash, and offer to take that back."""
        title = self._chat.title(conversation)
        shown = conversation == self._chat.conversation
        self._chat.throw_away(conversation)

        def undo() -> None:
            self._chat.meta.put_back(conversation)
            if shown:
                self._chat.show_conversation(conversation)

        words = self.tr("“{title}” is in the trash. What was learned from it stays.")
        self.toast.tell(words.format(title=title), undo)

    def remove_folder(self, folder: str) -> None:
        """Delete a folder, what is in it stays in the list; and offer to take that back."""
        if (known := self._chat.meta.folder(folder)) is not None:
            words = self.tr("The folder “{name}” is deleted; its chats are still in the list.").format(name=known.name)
            self.toast.tell(words, self._chat.meta.remove_folder(known))

    def _greet(self) -> None:
        """In the morning, one line of what the night did, and the way to its report."""
        night = self._session.last_sleep
        if night is self._night or self._session.is_dreaming:
            return
        self._night = night
        if night is not None:
            self.toast.tell(self._morning(night), self._actions.report_wanted.emit, self.tr("Report"))

    def _morning(self, night: Slept) -> str:
        if night.refused:
            return self.tr("Good morning. The night did harm and was refused: the soul is as before.")
        if not night.kept and not night.woken:
            return self.tr("Good morning. The night waits for your decision.")
        if not night.kept:
            return self.tr("Woken before anything was learned: the soul is as before.")
        learned = self.tr("Good morning. Learned more firmly: {messages}.").format(
            messages=wording.messages(len(night.messages))
        )
        if not night.probes:
            return learned
        before, after = (sum(probe.right[when] for probe in night.probes) for when in (0, 1))
        known = self.tr("Right answers: {before} of {all} before, {after} now.")
        return f"{learned} {known.format(before=before, after=after, all=len(night.probes))}"

    def _choose(self, conversation: str, row: int) -> None:
        self._chat.show_conversation(conversation)
        if row >= 0:
            self.transcript.show_row(row)

    def _take_back(self, text: str) -> None:
        if not self.composer.draft.toPlainText():  # what is typed there meanwhile is not written over
            self.composer.draft.setPlainText(text)

    def _sent(self) -> None:
        self.transcript.to_bottom()
        self.refresh()

    def _show(self) -> None:
        self.leave_edit()
        self.transcript.set_model(self._chat.model)
        self._show_draft()
        self.refresh()

    def show_transcript(self) -> None:
        """Show the messages, whether there are any or not."""
        self._middle.setCurrentWidget(self.transcript)

    def refresh(self) -> None:
        """Show what the session is at."""
        session, chat = self._session, self._chat
        dreaming, replying = session.is_dreaming, session.busy in (Busy.REPLYING, Busy.WITHOUT_SOUL)
        self._middle.setCurrentWidget(self.transcript if chat.model.rowCount() else self.welcome)
        self.veil.set_drawn(dreaming)
        name = session.soul_words
        if dreaming:
            prompt = self.tr("{name} is dreaming. Wake it up to talk.").format(name=name)
        elif session.model is None:
            prompt = session.why_silent()
        else:
            named = session.soul is not None and session.soul.name != UNNAMED
            prompt = self.tr("Tell {name} something…").format(name=name) if named else self.tr("Tell it something…")
        self.composer.set_dial(chat.model.dial, chat.model.rowCount() > 0)
        self.composer.set_state(prompt, session.why_silent(), replying, self._actions.why_awake())
        self.conversations.show_waiting(session.soul.waiting_conversations if session.soul else 0)
        self.inspector.set_learned(chat.learned)
        self._show_notes()
        self._tint()
        self.welcome.show_chat(chat.model.dial, len(chat.history))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What is typed while the focus is elsewhere in the chat, and nobody there wants it, is meant for the draft."""
        draft = self.composer.draft
        if event.text().isprintable() and event.text() and draft.isEnabled() and not draft.hasFocus():
            draft.setFocus()
            QApplication.sendEvent(draft, event)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.inspector.setVisible(self.width() >= theme.FOLD_WIDTH)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "inspector"):
            self.refresh()
