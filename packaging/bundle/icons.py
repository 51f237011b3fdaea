"""The program's icon in the forms that each system wants, drawn from one SVG."""

from __future__ import annotations

import os
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "resources" / "icons" / "bit-llama.svg"
SIZES = (16, 32, 48, 64, 128, 256, 512)


def make_icons(folder: Path) -> None:
    """Write ``bit-llama-N.png`` for every size, ``bit-llama.ico`` and ``bit-llama.icns`` into `folder`."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QSize
    from PySide6.QtGui import QGuiApplication, QImage, QImageReader

    app = QGuiApplication.instance() or QGuiApplication(["icons"])
    folder.mkdir(parents=True, exist_ok=True)
    drawn: dict[int, QImage] = {}
    for size in SIZES:
        reader = QImageReader(str(SOURCE))
        reader.setScaledSize(QSize(size, size))
        drawn[size] = reader.read()
        targets = [folder / f"bit-llama-{size}.png"]
        if size == 256:
            targets += [folder / "bit-llama.ico", folder / "bit-llama.icns"]
        for target in targets:
            if not drawn[size].save(str(target)):
                raise RuntimeError(f"Qt could not write {target}: {reader.errorString()}")
    del app
