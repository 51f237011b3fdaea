"""The program: arguments, workspace, window, then the model in the background.

The order of the start: fault handler, arguments, Qt, workspace lock (or the window that has it comes forward),
settings, what a crash left behind, window on the screen, and only then the worker loads the engine. Nothing before the
window needs torch.
"""

from __future__ import annotations

import argparse
import faulthandler
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from engine.cli.terminal import endings
from engine.errors import BitLlamaError
from engine.resources import resource_path
from engine.version import __version__
from studio import crash, process, single_instance, theme, translation
from studio.garbage import GarbageCollector
from studio.protocol import EngineFailure
from studio.session import Session, claim_workspace, default_model, workspace_path
from studio.settings.store import Settings
from studio.single_instance import FileOpenEvents
from studio.widgets import style
from studio.widgets.dialogs import show_failure
from studio.window.main_window import MainWindow
from studio.window.opening import kind_of

SWITCH_S = 0.001
"""After how long the worker gives Python's lock to the window that waits for it. A frame takes it some ten times: with
Python's own 5 ms, a worker that computes in Python would cost it several frames' time."""


def main(arguments: argparse.Namespace, on_showing: Callable[[MainWindow], object] | None = None) -> int:
    """Open the window and run until it is closed; returns the exit code.

    `arguments` are those of `studio.launch.parser`. `on_showing` gets the window just before it is shown, for those
    who measure it.
    """
    if sys.stderr is not None:  # a windowed program on Windows has none
        faulthandler.enable()
    sys.setswitchinterval(SWITCH_S)
    app = QApplication(sys.argv[:1])
    process.give_back_environment()
    garbage = GarbageCollector(app)
    app.setApplicationName("Bit-Llama Studio")
    app.setApplicationVersion(__version__)
    app.setStyle("Fusion")
    app.setDesktopFileName("bit-llama-studio")
    app.setWindowIcon(QIcon(str(resource_path("icons/bit-llama.svg"))))
    try:
        window = build(arguments.workspace, arguments.portable)
    except (EngineFailure, BitLlamaError) as error:
        if single_instance.hand_over(workspace_path(arguments.workspace, arguments.portable), arguments.files):
            garbage.stop()
            return 0  # it is open already, and came forward
        if sys.stderr is not None:
            print(error, file=sys.stderr)  # noqa: T201 (for those who started it from a shell)
        translation.apply("auto")
        style.apply("auto", theme.TEXT_BODY)
        show_failure(None, EngineFailure(translation.sentence(error.args[0]))).exec()
        garbage.stop()
        return 1
    logs = window.session.workspace / "logs"
    former = crash.left_behind(logs)
    recorder = crash.CrashRecorder(logs)
    instance = single_instance.SingleInstance(window.session.workspace)
    instance.started_again.connect(window.come_forward)
    FileOpenEvents(window.come_forward, app)
    window.defect_met.connect(recorder.note)
    loop = QEventLoop(app)
    if on_showing is not None:
        on_showing(window)
    window.show()
    QTimer.singleShot(0, lambda: begin(window, arguments.files))
    if former is not None:
        QTimer.singleShot(0, lambda: window.verbs.show_crash(former))
    sys.excepthook = window.show_defect
    for number in (signal.SIGINT, *endings()):  # Ctrl+C in the shell closes as the window's own button does
        signal.signal(number, lambda *_: window.close())
    try:
        with loop:
            loop.run_forever()
    finally:
        garbage.stop()
        sys.excepthook = sys.__excepthook__
        instance.close()
        window.session.close_now()
        window.settings.write()
        window.talk.drafts.write()
    recorder.close()
    return 0


def build(workspace: Path | None, portable: bool = False) -> MainWindow:
    """The window, not yet shown, over a workspace that is locked for it.

    Raises `EngineFailure` for a workspace that is in use or cannot be used.
    """
    place = claim_workspace(workspace, portable)
    settings = Settings(place.root)
    return MainWindow(Session(place), settings)


def begin(window: MainWindow, files: Sequence[Path] = ()) -> None:
    """Open the files of the command line, or the model of last time, or that of the first run; offer to go on with what
    was left going."""
    talk = window.talk
    problems = window.settings.problems + talk.meta.problems + talk.drafts.problems
    for problem in filter(None, (window.language_problem, *problems)):
        window.verbs.fail(EngineFailure(translation.sentence(problem)))
    models = [path for path in files if kind_of(path) in ("model", "")]
    souls = [path for path in files if kind_of(path) == "soul"]
    reopened = first_model(window.settings) if window.settings.get("reopen") else None
    model = models[0].absolute() if models else reopened
    if model is not None:
        window.verbs.start(_wake(window, model, souls))
    window.verbs.start(window.lab.train.verbs.offer_to_go_on())


async def _wake(window: MainWindow, model: Path, souls: Sequence[Path]) -> None:
    await window.verbs.open_now(model)
    for soul in souls[:1]:
        window.verbs.load_soul(soul.absolute())


def first_model(settings: Settings) -> Path | None:
    """The model to begin with: that of last time, else the one that the workspace begins with; None where there is
    none."""
    last = Path(settings.get("last_model"))
    if settings.get("last_model") and last.exists():
        return last
    return default_model(settings.path.parent)
