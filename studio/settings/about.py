"""What this program is, its version, and the licences of all that it is made of."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from engine.version import __version__
from studio import licences
from studio.widgets.dialogs import Notice


def _tr(text: str) -> str:
    return QCoreApplication.translate("About", text)


def show_about(parent: QWidget) -> Notice:
    """Open the box."""
    words = _tr(
        "Version {version}. A small language model that learns while it runs and remembers after it sleeps. "
        "Everything stays on this machine. Below is what it is made of, with every licence."
    )
    notice = Notice(parent, _tr("About Bit-Llama Studio"), words.format(version=__version__), licences.text())
    notice.offer(_tr("Close"), "primary")
    notice.open()
    return notice
