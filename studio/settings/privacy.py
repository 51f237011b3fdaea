"""What the Studio keeps of a person, where, and how all of it is deleted. Nothing of it ever leaves the machine."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import shiboken6
from PySide6.QtCore import QCoreApplication, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from engine.errors import WorkspaceError
from studio import theme
from studio.session import Session
from studio.settings.declarations import QT_TRANSLATE_NOOP
from studio.widgets import dialogs, wording
from studio.widgets.controls import Card, Facts, button, label, prose, set_locked


@dataclass(frozen=True)
class KeptKind:
    """One kind of thing that is kept. Its text is a source string of the translation context ``Privacy``."""

    text: str
    patterns: tuple[str, ...]
    """Files and folders in the workspace."""


KINDS = (
    KeptKind(QT_TRANSLATE_NOOP("Privacy", "What was said"), ("memories", "conversations*.json", "drafts*.json")),
    KeptKind(QT_TRANSLATE_NOOP("Privacy", "Souls"), ("souls", "unfinished")),
    KeptKind(QT_TRANSLATE_NOOP("Privacy", "Copies from before updates"), ("backups",)),
    KeptKind(QT_TRANSLATE_NOOP("Privacy", "Trained models and their texts"), ("training",)),
    KeptKind(QT_TRANSLATE_NOOP("Privacy", "Settings"), ("settings*.json", "workspace.json")),
    KeptKind(QT_TRANSLATE_NOOP("Privacy", "Crash reports"), ("logs/crash-*.log",)),
)
"""All that a workspace holds, apart from its lock."""


def held(root: Path, kind: KeptKind) -> tuple[int, int]:
    """How many files of a kind there are, and their bytes."""
    found = [path for pattern in kind.patterns for path in root.glob(pattern)]
    files = [path for place in found for path in (place.rglob("*") if place.is_dir() else (place,)) if path.is_file()]
    return len(files), sum(path.stat().st_size for path in files)


def all_held(root: Path) -> dict[KeptKind, tuple[int, int]]:
    """What `held` says of each kind."""
    return {kind: held(root, kind) for kind in KINDS}


def delete_all(root: Path) -> None:
    """Delete everything of `KINDS`; what else lies in the folder stays. Nothing may hold the workspace.

    Raises `WorkspaceError` for what cannot be deleted; the rest is gone then.
    """
    left: list[str] = []
    for kind in KINDS:
        for place in (path for pattern in kind.patterns for path in root.glob(pattern)):
            try:
                if place.is_dir() and not place.is_symlink():
                    shutil.rmtree(place)
                else:
                    place.unlink()
            except OSError as error:
                left.append(f"{error.filename or place}: {error.strerror}")
    if left:
        raise WorkspaceError("Not everything could be deleted: {left}. Delete it by hand.", left="; ".join(left))


class PrivacyCard(Card):
    """What is kept of the person and where, the way to it, and the way to delete all of it."""

    delete_wanted = Signal()
    """The person wants everything deleted; it is still to be asked about."""

    def __init__(self, session: Session) -> None:
        super().__init__(self.tr("Privacy"))
        self._session = session
        self.facts = Facts()
        self.column.addWidget(
            prose(
                self.tr("Everything is kept in this folder of yours and nowhere else. Nothing is ever sent anywhere.")
                + "\n"
                + str(session.workspace)
            )
        )
        self.column.addWidget(self.facts)
        self.open_button = button(self.tr("Open the folder"))
        self.open_button.clicked.connect(self._open)
        self.delete_button = button(self.tr("Delete everything…"), "danger")
        self.delete_button.clicked.connect(self.delete_wanted)
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        row.addWidget(self.open_button)
        row.addStretch(1)
        row.addWidget(self.delete_button)
        self.column.addSpacing(theme.GAP_S)
        self.column.addLayout(row)
        session.changed.connect(self._lock)
        self._lock()
        for kind in KINDS:
            self.facts.set(QCoreApplication.translate("Privacy", kind.text), self.tr("being counted"))

    def refresh(self) -> None:
        """Count anew."""
        self._session.disk.begin(self._counted, all_held, self._session.workspace)

    def _counted(self, done: Future[dict[KeptKind, tuple[int, int]]]) -> None:
        if not shiboken6.isValid(self):  # made anew meanwhile, in another language
            return
        for kind, (files, size) in done.result().items():
            name = QCoreApplication.translate("Privacy", kind.text)
            many = self.tr("1 file") if files == 1 else self.tr("{n} files").format(n=wording.number(files))
            self.facts.set(name, f"{many} · {wording.size(size)}" if files else self.tr("nothing"))

    def _lock(self) -> None:
        set_locked(self.delete_button, self._session.why_locked())

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._session.workspace)))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()


def _tr(text: str) -> str:
    return QCoreApplication.translate("DeleteAll", text)


def ask_to_delete(parent: QWidget, then: Callable[[], None]) -> dialogs.Notice:
    """Ask for a typed word before everything is deleted; `then` deletes it."""
    word = _tr("DELETE")
    notice = dialogs.Notice(
        parent,
        _tr("Delete everything?"),
        _tr(
            "All conversations, all souls with all that they learned, settings and crash reports are deleted for good. "
            "There is no way back. The Studio closes then. Copies that you saved elsewhere stay."
        ),
    )
    field = QLineEdit()
    field.setAccessibleName(_tr("The word that confirms"))
    notice.body.insertWidget(2, label(_tr("Type {word} to confirm.").format(word=word)))
    notice.body.insertWidget(3, field)
    notice.offer(_tr("Cancel"))
    last = notice.offer(_tr("Delete everything"), "danger", then)
    why = _tr("Type the word first.")
    set_locked(last, why)
    field.textChanged.connect(lambda text: set_locked(last, "" if text.strip() == word else why))
    notice.open()
    field.setFocus()
    return notice
