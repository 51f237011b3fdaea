"""What a file is to the Studio, and dropping one anywhere on the window, with a word on what will happen before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio import theme
from studio.actions import Actions
from studio.chat import transfer
from studio.protocol import MODEL_FILES, model_name
from studio.settings import presets
from studio.widgets import style
from studio.widgets.controls import label

CORPORA = (transfer.TEXT, ".jsonl")
"""What a model is trained on."""


def kind_of(path: Path) -> str:
    """``model``, ``soul``, ``chats``, ``text``, ``preset``, or empty for what the Studio cannot open."""
    suffix = path.suffix.lower()
    if suffix == ".soul":
        return "soul"
    if suffix in transfer.FORMATS:
        return "chats"
    if suffix in (transfer.TEXT, presets.SUFFIX):
        return "text" if suffix == transfer.TEXT else "preset"
    if suffix in MODEL_FILES or (path.is_dir() and (path / "config.json").exists()):
        return "model"
    return ""


def is_corpus(path: Path) -> bool:
    """Whether a path can be trained on: a text, dialogues, or a folder that is no model."""
    return path.suffix.lower() in CORPORA or (path.is_dir() and kind_of(path) != "model")


def dropped_path(mime: QMimeData) -> Path | None:
    """The one local file or folder that is being dragged; None for anything else."""
    urls = mime.urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None


class DropVeil(QWidget):
    """Lies over the window while a file is dragged on it."""

    def __init__(self, parent: QWidget, actions: Actions, trains: Callable[[Path], bool]) -> None:
        """`trains` says whether a path, dropped now, is a text to train on."""
        super().__init__(parent)
        self._actions, self._trains = actions, trains
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.words, self.detail = label(role="heading"), label(role="muted", wrap=True)
        for text in (self.words, self.detail):
            text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setSpacing(theme.GAP_S)
        column.addStretch(1)
        column.addWidget(self.words)
        column.addWidget(self.detail)
        column.addStretch(1)
        self.hide()

    def offer(self, path: Path | None) -> bool:
        """Say what a drop of `path` would do; False where it would do nothing."""
        kind = kind_of(path) if path else ""
        session = self._actions.session
        needs_soul = kind in ("soul", "chats", "text")
        why = session.why_silent() if needs_soul else "" if kind == "preset" else session.why_locked()
        if path is not None and self._trains(path):
            kind, why = "corpus", session.training.why_busy()
        if path is None or not kind:
            self.words.setText(self.tr("That cannot be opened here"))
            self.detail.setText(
                self.tr(
                    "Drop a model (a .gguf or .bitt file, a Hugging Face folder), a soul (.soul), exported chats, a "
                    "text to learn (.txt) or a preset."
                )
            )
        elif why:
            self.words.setText(self.tr("Not now"))
            self.detail.setText(why)
        elif kind == "corpus":
            self.words.setText(self.tr("Train on {name}").format(name=path.name))
            self.detail.setText(self.tr("It is checked first; nothing starts by itself."))
        elif kind == "soul":
            self.words.setText(self.tr("Go on as the soul {name}").format(name=path.stem))
            self.detail.setText(self.tr("The soul of now is kept."))
        elif kind == "chats":
            self.words.setText(self.tr("Import the chats of {name}").format(name=path.name))
            self.detail.setText(self.tr("They are learned in the next sleep. You are asked first."))
        elif kind == "text":
            self.words.setText(self.tr("Have {name} learned").format(name=path.name))
            self.detail.setText(self.tr("Its words are learned in the next sleep. You are asked first."))
        elif kind == "preset":
            self.words.setText(self.tr("Take over the preset {name}").format(name=path.stem))
            self.detail.setText(self.tr("You see what it changes first."))
        else:
            self.words.setText(self.tr("Load the model {name}").format(name=model_name(path)))
            self.detail.setText(self.tr("Its own soul comes back with it; the one of now is saved first."))
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.raise_()
        self.show()
        return bool(path and kind and not why)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(style.colour("bg"))
        veil.setAlpha(235)
        painter.fillRect(self.rect(), veil)
        pen = QPen(style.colour("soul"), 2, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        frame = QRectF(self.rect()).adjusted(18, 18, -18, -18)
        painter.drawRoundedRect(frame, theme.RADIUS_CARD, theme.RADIUS_CARD)
