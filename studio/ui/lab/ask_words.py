"""A dialog that asks for a few words: a name, a note."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QLineEdit, QWidget

from studio.ui.dialogs import Notice
from studio.ui.widgets import set_locked

_LONGEST = 200


class AskWords(Notice):
    """One field and a verb or two; Enter takes the last one.

    Args:
        verbs: what each button is called, and what it does with the words.
        needed: whether there must be some.
    """

    def __init__(
        self,
        parent: QWidget,
        title: str,
        text: str,
        verbs: Sequence[tuple[str, Callable[[str], None]]],
        words: str = "",
        needed: bool = True,
    ) -> None:
        super().__init__(parent, title, text)
        self.field = QLineEdit(words)
        self.field.setMaxLength(_LONGEST)
        self.field.setAccessibleName(title)
        self.field.selectAll()
        self.body.insertWidget(2, self.field)
        self.offer(self.tr("Cancel"))
        self._buttons = [self.offer(verb, then=partial(self._give, then)) for verb, then in verbs]
        self._buttons[-1].setProperty("kind", "primary")
        self._buttons[-1].setDefault(True)
        self.field.textChanged.connect(lambda: self._allow(not needed or bool(self.given)))
        self._allow(not needed or bool(self.given))
        self.field.setFocus()

    @property
    def given(self) -> str:
        """The words as they stand."""
        return " ".join(self.field.text().split())

    def _give(self, then: Callable[[str], None]) -> None:
        then(self.given)

    def _allow(self, possible: bool) -> None:
        for control in self._buttons:
            set_locked(control, "" if possible else self.tr("Write something first."))


def ask_words(
    parent: QWidget,
    title: str,
    text: str,
    *verbs: tuple[str, Callable[[str], None]],
    words: str = "",
    needed: bool = True,
) -> AskWords:
    """Open such a dialog."""
    asked = AskWords(parent, title, text, verbs, words, needed)
    asked.open()
    return asked
