"""What was typed and not sent yet, one text for each conversation; it outlives the window and a crash."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from engine.errors import BitLlamaError, Message
from studio.json_file import JsonFile
from studio.translation import sentence

FILE_NAME = "drafts.json"
NEW = "new"
"""The key of the conversation in which nothing was said yet: its own name is made anew at every start."""
WRITE_DELAY_MS = 1000
"""After so long without a key a draft is on the disk."""


class Drafts(QObject):
    """The drafts of a workspace. What cannot be written holds until the program ends."""

    problem = Signal(str)
    """A sentence for the person: the file could not be written."""

    def __init__(self, workspace: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = JsonFile(workspace / FILE_NAME, Message("what was typed and not sent begins anew"))
        self.problems = [self._file.problem] if self._file.problem else []
        """What could not be used of the file when it was read, one sentence each."""
        self._texts = {key: text for key, text in self._file.data.items() if isinstance(text, str) and text}
        self._told = self._dirty = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WRITE_DELAY_MS)
        self._timer.timeout.connect(self.write)

    def get(self, conversation: str) -> str:
        """What is typed in a conversation; "" for nothing."""
        return self._texts.get(conversation, "")

    def put(self, conversation: str, text: str) -> None:
        """Have `text` be what is typed there; on the disk within `WRITE_DELAY_MS`."""
        if text == self.get(conversation):
            return
        if text:
            self._texts[conversation] = text
        else:
            self._texts.pop(conversation, None)
        self._dirty = True
        self._timer.start()

    def write(self) -> None:
        """Put the drafts on the disk now. A failure is told once."""
        self._timer.stop()
        if not self._dirty:
            return
        try:
            self._file.write(dict(self._texts))
        except BitLlamaError as error:
            if not self._told:
                self._told = True
                self.problem.emit(sentence(error.message))
            return
        self._dirty = self._told = False

    def discard(self) -> None:
        """What was typed since shall not be written: everything is being deleted."""
        self._timer.stop()
        self._dirty = False
