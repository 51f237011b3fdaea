"""Conversations out to files and in from them, and texts to be learned: asked about before anything changes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from engine.errors import BitLlamaError
from engine.io import atomic
from studio.actions import Actions
from studio.chat import transfer
from studio.chat.conversations import Conversations
from studio.protocol import EngineFailure
from studio.translation import sentence
from studio.widgets import dialogs, wording


class ChatFiles(QObject):
    """Export and import, from whatever place of the window."""

    def __init__(self, actions: Actions, conversations: Conversations) -> None:
        super().__init__(conversations)
        self._actions, self._conversations = actions, conversations

    def export(self, conversations: list[str]) -> None:
        """Ask for a file and write conversations to it, in the format that its name says."""
        chats = self._conversations.exported(conversations)
        name = chats[0].title if len(chats) == 1 else self.tr("Conversations")
        dialog = QFileDialog(self._actions.window, self.tr("Export"), str(Path.home()))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(
            [self.tr("Markdown (*.md)"), self.tr("JSON (*.json)"), self.tr("JSON lines, one message a line (*.jsonl)")]
        )
        dialog.setDefaultSuffix("md")
        dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix(kind.rpartition("*.")[2].rstrip(")")))
        dialog.selectFile("".join(c for c in name if c not in '\\/:*?"<>|').strip(" .")[:60] + ".md")
        dialog.fileSelected.connect(lambda chosen: self._write(chats, Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _write(self, chats: list[transfer.ExportedChat], path: Path) -> None:
        suffix = path.suffix.lower() if path.suffix.lower() in transfer.FORMATS else ".md"
        try:
            atomic.write_text(path, transfer.written(chats, suffix))
        except BitLlamaError as error:
            self._actions.fail(EngineFailure(sentence(error.message)))
        else:
            self._actions.told.emit(self.tr("Exported as {file}.").format(file=path.name))

    def choose_import(self) -> None:
        """Ask for a file of conversations and add them to the log."""
        self._actions.ask_for_file(
            self.tr("Import chats"), self.tr("Conversations (*.md *.json *.jsonl)"), Path.home(), self.take_in
        )

    def take_in(self, path: Path) -> None:
        """Add the conversations of a file, or a text, once the person has agreed to what that means."""
        if not self._actions.refused(self._actions.session.why_silent()):
            self._actions.start(self._ask_to_take_in(path))

    async def _ask_to_take_in(self, path: Path) -> None:
        text = path.suffix.lower() == transfer.TEXT
        disk = self._actions.session.disk
        chats = [await disk.do(transfer.read_text, path)] if text else await disk.do(transfer.read, path)
        title, words, verb = (
            self.tr("Import {conversations}?").format(conversations=wording.conversations(len(chats))),
            self.tr(
                "They join your own, and {name} learns what you said in them when it sleeps next. "
                "Until then it does not know them."
            ).format(name=self._actions.session.soul_words_inside),
            self.tr("Import"),
        )
        if text:
            title, verb = self.tr("Have {file} learned?").format(file=path.name), self.tr("Take it in")
            words = self.tr(
                "Its text becomes a chat of {messages}, as if you had said them, and {name} learns them when it "
                "sleeps next. Until then it does not know them."
            ).format(messages=wording.messages(len(chats[0].lines)), name=self._actions.session.soul_words_inside)
        dialogs.ask(self._actions.window, title, words, verb, lambda: self._actions.start(self._take_in(path, chats)))

    async def _take_in(self, path: Path, chats: list[transfer.ExportedChat]) -> None:
        if came := await self._conversations.take_in(chats):
            words = self.tr("Imported {conversations}.").format(conversations=wording.conversations(came))
        else:
            words = self.tr("All of {file} is here already.").format(file=path.name)
        self._actions.told.emit(words)
