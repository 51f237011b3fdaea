"""A file that the system hands over while the program runs is taken like one that is dropped on the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication
from studio_person import Person

from studio.single_instance import FileOpenEvents


def test_a_file_from_the_system_is_opened(person: Person, models: Path, qapp: QApplication) -> None:
    documents = FileOpenEvents(person.window.come_forward, qapp)
    try:
        QApplication.sendEvent(qapp, QFileOpenEvent(QUrl.fromLocalFile(str(models / "other.bitt"))))
        person.wait(lambda: person.session.model is not None)
        person.wait_idle()
        assert person.session.model is not None
        assert person.session.model.path == models / "other.bitt"
        assert not documents.eventFilter(qapp, QEvent(QEvent.Type.User))
    finally:
        qapp.removeEventFilter(documents)
        documents.deleteLater()
