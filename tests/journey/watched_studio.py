"""The Studio as it is started by a person, with somebody looking over the shoulder: run by `test_first_run.py`.

``python watched_studio.py ARGUMENTS`` is ``bit-llama-studio ARGUMENTS``, and answers questions on standard input, one
JSON object a line: where a control is, what can be read in the window, a picture of the screen. It never acts: clicks
and keys come from outside, through the display.
"""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QLabel, QLineEdit, QWidget

from studio.chat.message_rows import MessageRow
from studio.launch import main
from studio.widgets.controls import Prose

CONTROLS = (QAbstractButton, QAbstractSpinBox)


class Onlooker(QObject):
    """Answers in the thread of the window."""

    asked = Signal(dict)

    def __init__(self) -> None:
        super().__init__()
        self.asked.connect(self.answer, Qt.ConnectionType.QueuedConnection)

    def listen(self) -> None:
        """Pass questions on, from a thread of its own."""
        for line in sys.stdin:
            self.asked.emit(json.loads(line))

    def answer(self, question: dict[str, Any]) -> None:
        """Answer one question on standard output."""
        answer: Any = None
        if "find" in question:
            controls = [widget for widget in _visible() if isinstance(widget, CONTROLS)]
            answer = [_place(control) for control in controls if control.accessibleName() == question["find"]]
        elif "read" in question:
            answer = [text for widget in _visible() if (text := _name(widget))]
        elif "picture" in question:
            answer = QGuiApplication.primaryScreen().grabWindow(0).save(question["picture"])
        print(json.dumps(answer), flush=True)


def _visible() -> list[QWidget]:
    """What can be seen, in the order in which one reads."""
    seen = (w for w in QApplication.allWidgets() if w.isVisible() and not w.visibleRegion().isEmpty())
    return sorted(seen, key=lambda widget: (place := _place(widget))["y"] * 10_000 + place["x"])


def _name(widget: QWidget) -> str:
    if isinstance(widget, Prose):
        return widget.plain
    if isinstance(widget, (QLabel, QLineEdit)):
        return widget.text()
    if isinstance(widget, (QAbstractButton, MessageRow)):
        return widget.accessibleName()
    return ""


def _place(widget: QWidget) -> dict[str, Any]:
    corner = widget.mapToGlobal(QPoint(0, 0))
    return {"x": corner.x(), "y": corner.y(), "w": widget.width(), "h": widget.height(), "on": widget.isEnabled()}


if __name__ == "__main__":
    onlooker = Onlooker()
    threading.Thread(target=onlooker.listen, daemon=True).start()
    sys.exit(main(sys.argv[1:]))
