"""The tint of surprise: the more wrong the fast weights were before they learned a word, the more amber it has."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QColor, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextEdit

from studio import theme
from studio.transcript_model import Felt
from studio.ui import style

MOST = 0.34
"""Share of amber on the background at the strongest; more would cost the text its contrast."""
FULL = 3.0
"""Times the usual from which on it is strongest."""
_MARKS = "*_~`#>"
"""Of Markdown: in a reply's text, not in what is drawn."""


def strength(loss: float, usual: float) -> float:
    """How strong a token is tinted: 0 up to the usual loss, 1 from `FULL` times the usual on."""
    return min(1.0, max(0.0, (loss / usual - 1.0) / (FULL - 1.0))) if usual > 0 else 0.0


def colour(share: float) -> QColor:
    """The background of a word of this strength, on the background of the transcript."""
    tokens = style.tokens()
    return QColor(theme.blend(tokens.learn, tokens.bg, MOST * share))


def tint(document: QTextDocument, felt: Sequence[Felt], usual: float) -> list[QTextEdit.ExtraSelection]:
    """The tinted places of a drawn reply. Pieces are found in their order; what Markdown has eaten is passed over."""
    drawn, place = document.toPlainText(), 0
    found: list[QTextEdit.ExtraSelection] = []
    for piece, loss in felt:
        words = piece.strip().strip(_MARKS)
        at = drawn.find(words, place) if words else -1
        if at < 0:
            continue
        place = at + len(words)
        share = strength(loss, usual)
        if share > 0:
            selection = QTextEdit.ExtraSelection()
            cursor = QTextCursor(document)
            cursor.setPosition(at)
            cursor.setPosition(place, QTextCursor.MoveMode.KeepAnchor)
            selection.cursor = cursor
            selection.format.setBackground(colour(share))
            found.append(selection)
    return found
