"""The conversations and the one that is shown: what the chat page is a view of.

It outlives the page, which is built anew when the language changes: a reply may be coming meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from studio.chat.conversation_meta import ConversationMeta
from studio.chat.drafts import NEW, Drafts
from studio.chat.history import ChatHistory, SearchHit, find, new_conversation
from studio.chat.transcript_model import Felt, TranscriptModel
from studio.chat.transfer import ExportedChat
from studio.protocol import (
    AnswerWithoutSoul,
    AskWithoutSoul,
    Dial,
    EngineFailure,
    ImportLines,
    LogLine,
    ReplyChunk,
    Said,
    Sampling,
    Say,
    SwitchVersion,
)
from studio.session import Busy, Session
from studio.settings.store import Settings
from studio.translation import sentence

TITLE_LENGTH = 80


class Conversations(QObject):
    """Owns which conversation is shown; one of them may be growing while another is read."""

    shown_changed = Signal()
    """Another conversation is shown, or another version of it."""
    listed_changed = Signal()
    """Conversations came, went, or are called otherwise."""
    draft_returned = Signal(str)
    """What was typed could not be sent; nothing of it is lost."""
    sent = Signal()
    """Something was said just now."""

    def __init__(
        self, session: Session, settings: Settings, start: Callable[[Coroutine[Any, Any, Any]], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._settings, self._start = session, settings, start
        self.history = ChatHistory()
        self.meta = ConversationMeta(session.workspace, self)
        self.drafts = Drafts(session.workspace, self)
        self.model = TranscriptModel(new_conversation(), self)
        self._results: dict[str, Said] = {}
        """What came of the replies since the program started, by their id in the log."""
        self._felt: dict[str, list[Felt]] = {}
        """What they taught, word by word, by the same id."""
        self._growing: TranscriptModel | None = None
        self._sending = False
        self._session.text_arrived.connect(self._grow)
        self._session.changed.connect(self._mark_turns)
        self._session.soul_replaced.connect(self._soul_replaced)
        self.meta.changed.connect(self.listed_changed)

    # What is shown

    @property
    def conversation(self) -> str:
        """The conversation that is shown."""
        return self.model.conversation

    @property
    def draft_key(self) -> str:
        """Which of `drafts` belongs to the conversation that is shown."""
        return self.conversation if self.model.rowCount() else NEW

    def new_chat(self) -> None:
        """Show a new, empty conversation."""
        self._show(TranscriptModel(new_conversation(), self))

    def set_dial(self, dial: Dial) -> None:
        """What the conversation that is shown leaves behind; chosen before its first message."""
        if self.model.rowCount():
            raise ValueError("the dial of a conversation is set before anything is said in it")
        self.model.dial = dial

    def show_conversation(self, conversation: str) -> None:
        """Show one of the conversations of the list."""
        if conversation == self.model.conversation:
            return
        if self._growing is not None and self._growing.conversation == conversation:
            self._show(self._growing)
            return
        model = TranscriptModel(conversation, self)
        found = self.history.get(conversation)
        model.extend(found.lines if found else (), self._results, self._felt)
        model.show_turns(self._session.turns)
        self._show(model)

    def _soul_replaced(self, lines: Sequence[LogLine] | None) -> None:
        """Another soul is awake; `lines` is what it has heard and said, None where that is as before."""
        if lines is not None:
            self.history = ChatHistory(lines)
            self._results.clear()
            self._felt.clear()
            self.listed_changed.emit()
        self.new_chat()

    def _show(self, model: TranscriptModel) -> None:
        former, self.model = self.model, model
        self.shown_changed.emit()
        if former is not self._growing and former is not model:
            former.deleteLater()

    @property
    def learned(self) -> int:
        """Tokens that the soul lived in the conversation that is shown, since the program started.

        What was taken back does not count: it is not in the soul.
        """
        found = self.history.get(self.conversation)
        known = (self._results.get(line.id) for line in (found.lines if found else ()))
        return sum(said.learned for said in known if said is not None)

    # The list

    def title(self, conversation: str) -> str:
        """The title that the person gave, else what was said first."""
        if title := self.meta.title(conversation):
            return title
        found = self.history.get(conversation)
        line = " ".join(found.first_words.split()) if found else ""
        return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1].rstrip() + "…"

    def listed(self) -> list[str]:
        """The conversations outside the trash, pinned ones first, then the newest first."""
        found = [c.id for c in self.history.newest_first() if not self.meta.in_trash(c.id)]
        return sorted(found, key=lambda conversation: not self.meta.is_pinned(conversation))

    def search(self, query: str) -> list[SearchHit]:
        """Where all words of `query` stand, titles included, in the order of `listed`."""
        found = (self.history.get(conversation) for conversation in self.listed())
        return find(((c, self.title(c.id)) for c in found if c is not None), query)

    def trash(self) -> list[str]:
        """The conversations of this soul in the trash, the newest there first."""
        return [conversation for conversation in self.meta.trash() if self.history.get(conversation) is not None]

    def throw_away(self, conversation: str) -> None:
        """Put a conversation into the trash; where it was the one shown, a new one is."""
        self.meta.throw_away(conversation)
        if conversation == self.conversation:
            self.new_chat()

    def exported(self, conversations: list[str]) -> list[ExportedChat]:
        """Conversations as they are written to a file."""
        found = (self.history.get(conversation) for conversation in conversations)
        return [ExportedChat(c.id, self.title(c.id), tuple(c.lines)) for c in found if c is not None]

    async def take_in(self, chats: list[ExportedChat]) -> int:
        """Add conversations of a file to the log; the soul learns what you said in them when it sleeps.

        What is there already is not added again: of a conversation that has grown since, only what is new. Returns how
        many conversations came or grew.
        """
        named, lines = {}, []
        known = self.history.by_first_words()
        for chat in chats:
            said = [line for line in chat.lines if line.role != "system"]
            if not said:
                continue
            thread = next((t for t in known.get(said[0].text, ()) if t.begins(said)), None)
            conversation = thread.id if thread is not None else new_conversation()
            new = said[len(thread.lines) :] if thread is not None else said
            if thread is None and chat.title:
                named[conversation] = chat.title
            lines.append([replace(line, conversation=conversation) for line in new])
        imported = await self._session.call(ImportLines(lines=tuple(line for new in lines for line in new)))
        self.history.add(imported.lines)
        self.meta.rename_all(named)
        self.listed_changed.emit()
        return sum(map(bool, lines))

    # Talking

    def send(self, text: str, instead_of: str = "") -> None:
        """Say something in the conversation that is shown; in place of what was said in line `instead_of`, if given."""
        if self._sending or self._session.why_silent():
            self.draft_returned.emit(text)
            return
        self._sending = True
        self._start(self._say(text, instead_of))

    def again(self, line: str) -> None:
        """Have what was said in `line` answered anew."""
        self.send(self.model.message(self.model.row_of(line)).text, line)

    def compare(self, line: str) -> None:
        """Have the question of the reply `line` answered without the soul as well, and shown beside it."""
        self._start(self._compare(self.model, line))

    async def _compare(self, model: TranscriptModel, line: str) -> None:
        if why := self._session.why_silent():
            raise EngineFailure(why)
        question = model.message(model.row_of(line) - 1).text
        model.show_without_soul(line, "")
        said: AnswerWithoutSoul | None = None
        try:
            said = await self._session.call(AskWithoutSoul(text=question, **self._manner()), busy=Busy.WITHOUT_SOUL)
        finally:
            if isValid(model):  # another conversation may be shown by now
                model.show_without_soul(line, said.text if said and said.text else None)

    def show_version(self, line: str, version: int) -> None:
        """Go on as another version of the exchange in which `line` was said."""
        self._start(self._switch(line, version))

    async def _switch(self, line: str, version: int) -> None:
        if why := self._session.why_silent():
            raise EngineFailure(why)
        switched = await self._session.call(SwitchVersion(line=line, version=version))
        self._replace(self.conversation, line, switched.lines)
        self.model.cut(self.model.row_of(line))
        self.model.extend(switched.lines, self._results, self._felt)
        self.model.show_turns(switched.turns)
        self.listed_changed.emit()

    async def _say(self, text: str, instead_of: str) -> None:
        model = self._growing = self.model
        model.show_turns(())
        if instead_of:
            model.cut(model.row_of(instead_of))
        model.begin_exchange(text)
        self.sent.emit()
        said: Said | None = None
        try:
            said = await self._session.call(
                Say(
                    text=text,
                    conversation=model.conversation,
                    instead_of=instead_of,
                    dial=model.dial,
                    use_notes=self._settings.get("use_notes"),
                    **self._manner(),
                ),
                busy=Busy.REPLYING,
            )
        except EngineFailure:
            self.draft_returned.emit(text)
            raise
        finally:
            self._sending, self._growing = False, None
            model.finish_exchange(said)
            if said and said.lines:
                self._take_over(said, instead_of)
                self._felt[said.lines[-1].id] = model.message(-1).felt
            elif instead_of:  # what was to be replaced is still there
                model.cut(0)
                found = self.history.get(model.conversation)
                model.extend(found.lines if found else (), self._results, self._felt)
            model.show_turns(self._session.turns)
            if model is not self.model:
                model.deleteLater()  # the history has it; another conversation is being read
            self.listed_changed.emit()
        if said.unsaved:
            raise EngineFailure(sentence(said.unsaved))

    def _take_over(self, said: Said, instead_of: str) -> None:
        conversation = said.lines[0].conversation
        if instead_of:
            self._replace(conversation, instead_of, said.lines)
        else:
            self.history.add(said.lines)
        self._results[said.lines[-1].id] = said

    def _replace(self, conversation: str, line: str, lines: Sequence[LogLine]) -> None:
        """Have `lines` stand in a conversation from `line` on."""
        found = self.history.get(conversation)
        if found is not None:
            place = next((n for n, former in enumerate(found.lines) if former.id == line), len(found.lines))
            found.replace([*found.lines[:place], *lines])

    def _manner(self) -> dict[str, Any]:
        """How replies are chosen and learned, as the settings have it now."""
        get = self._settings.get
        return {
            "system": get("system_prompt"),
            "sampling": Sampling(
                get("temperature"), get("top_k"), get("top_p"), get("beams"), None if get("seed") < 0 else get("seed")
            ),
            "max_tokens": get("max_reply"),
            "rate": get("waking_rate"),
        }

    def _mark_turns(self) -> None:
        """Events such as a sleep end what can be taken back."""
        if self._growing is None:
            self.model.show_turns(self._session.turns)

    def _grow(self, text: str, tokens: Sequence[ReplyChunk]) -> None:
        if self._growing is not None:
            self._growing.append_text(text, ((token.text, token.inner_loss) for token in tokens))
