"""The program: arguments, workspace, window, then the model in the background.

The order of the start: fault handler, arguments, Qt, workspace lock, settings, window on the screen, worker with the
engine. Nothing before the window loads the engine.
"""

from __future__ import annotations

import argparse
import faulthandler
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from engine.errors import BitLlamaError
from engine.resources import resource_path
from engine.version import __version__
from studio import theme
from studio.messages import EngineFailure
from studio.session import Session, claim_workspace
from studio.settings import Settings
from studio.ui import style
from studio.ui.actions import kind_of
from studio.ui.dialogs import show_failure
from studio.ui.header import COMPANION
from studio.ui.main_window import MainWindow


def main(argv: Sequence[str] | None = None) -> int:
    """Run the Studio; returns the exit code."""
    arguments = _parser().parse_args(sys.argv[1:] if argv is None else argv)
    fault_log: TextIO | None = None
    if sys.stderr is not None:  # a windowed program on Windows has none
        faulthandler.enable()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("Bit-Llama Studio")
    app.setApplicationVersion(__version__)
    app.setStyle("Fusion")
    try:
        place = claim_workspace(arguments.workspace, arguments.portable)
        settings = Settings(place.root)
    except (EngineFailure, BitLlamaError) as error:
        style.apply("auto", theme.TEXT_BODY)
        show_failure(None, EngineFailure(str(error))).exec()
        print(error, file=sys.stderr)  # noqa: T201 (for those who started it from a shell)
        return 1
    if sys.stderr is None:
        fault_log = (place.root / "logs" / "faults.log").open("a", encoding="utf-8")
        faulthandler.enable(fault_log)
    loop = QEventLoop(app)
    session = Session(place)
    window = MainWindow(session, settings)
    window.show()
    QTimer.singleShot(0, lambda: begin(window, arguments.files))
    try:
        with loop:
            loop.run_forever()
    finally:
        session.close_now()
        settings.write()
        if fault_log is not None:
            faulthandler.disable()
            fault_log.close()
    return 0


def begin(window: MainWindow, files: Sequence[Path]) -> None:
    """Open the files of the command line, or the model of last time, or the bundled one."""
    for problem in window.settings.problems:
        window.verbs.fail(EngineFailure(problem))
    models = [path for path in files if kind_of(path) != "soul"]
    souls = [path for path in files if kind_of(path) == "soul"]
    model = models[0] if models else first_model(window.settings)
    if model is not None:
        window.verbs.start(_wake(window, model, souls))


async def _wake(window: MainWindow, model: Path, souls: Sequence[Path]) -> None:
    await window.verbs.open_now(model)
    for soul in souls[:1]:
        window.verbs.load_soul(soul)


def first_model(settings: Settings) -> Path | None:
    """The model to begin with; None where there is none."""
    last = Path(settings.get("last_model"))
    if settings.get("last_model") and last.exists():
        return last
    try:
        companion = resource_path(COMPANION)
    except BitLlamaError:
        return None
    return companion if companion.exists() else None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bit-llama-studio", description="The window of Bit-Llama.")
    parser.add_argument("files", nargs="*", type=Path, help="a model (.bitt, .safetensors, folder) and a soul (.soul)")
    parser.add_argument("--workspace", type=Path, help="the folder of memories and souls (default: your own)")
    parser.add_argument("--portable", action="store_true", help="keep the workspace beside the program")
    parser.add_argument("--version", action="version", version=__version__)
    return parser


if __name__ == "__main__":
    sys.exit(main())
