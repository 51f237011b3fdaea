"""``bit-llama-studio --self-test``: the finished program tries itself, in a workspace that is thrown away.

What it proves is that everything which a bundle must bring is there and works together: Qt with its plugins, the native
library, the bundled model, torch for deep sleep, icons and translations. It fails where the native library is missing,
and where anything at all is printed that is not its own: a warning of Qt, of Python, or of a library.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QMessageLogContext, QObject, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from engine.errors import BitLlamaError
from engine.resources import COMPANION, resource_path
from engine.version import __version__
from studio import process, translation
from studio.app import build
from studio.protocol import DreamProgress, EngineFailure, LoadSoul, OpenModel, ResetSoul, Sampling, SaveSoul, Say, Sleep
from studio.session import Busy
from studio.window.main_window import CHAT, LAB, SETTINGS, MainWindow

TOLD, ASKED = "My dog is called Bramble.", "What is my dog called?"
_SAMPLING = Sampling(temperature=0.0, top_k=0, top_p=1.0, beams=1, seed=1)
_SETTLE_S = 0.1
_NAP = 0.5
"""Part of the night after which a nap ends."""
_HARMLESS = ("This plugin does not support",)
"""What Qt's screenless platform says of itself; it tells nothing about the program."""


class Fault(Exception):
    """What is wrong with the program, as a sentence."""


class SelfTest:
    """One walk through the program; `say` hears of each thing that works, with `nap` the night is a short one."""

    def __init__(self, window: MainWindow, folder: Path, say: Callable[[str], None], nap: bool) -> None:
        self.window, self.session, self.folder, self.say, self.nap = window, window.session, folder, say, nap

    async def walk(self, souls: list[Path]) -> None:
        """Everything in turn. Raises `Fault` at the first thing that is wrong."""
        await self._load()
        for soul in souls:
            await self.session.call(LoadSoul(path=soul))
            self.say(f"the soul {soul.name} was handed over and loaded: level {self._level()}")
        await self._talk()
        await self._sleep()
        await self._keep()
        await self._look()
        if leaks := process.leaks():
            raise Fault(f"Programs opened from here would load parts of the bundle: {', '.join(leaks)}.")

    async def _load(self) -> None:
        opened = await self.session.call(OpenModel(path=resource_path(COMPANION)), busy=Busy.OPENING)
        if opened.problems:
            raise Fault(" ".join(opened.problems))
        if opened.model.runtime != "native":
            raise Fault(f"The native library does not compute: {opened.model.reason}")
        if "torch" in sys.modules:
            raise Fault("Loading the model imported torch, which the native library should make needless.")
        self.say(f"the bundled model is loaded: {opened.model.parameters:,} weights; {opened.model.reason}")

    def _level(self) -> int:
        if self.session.soul is None:
            raise Fault("The model has no soul.")
        return self.session.soul.level

    async def _talk(self) -> None:
        before = self._level()
        for words in (TOLD, ASKED):
            said = await self.session.call(
                Say(text=words, conversation="self-test", system="", sampling=_SAMPLING, max_tokens=30),
                busy=Busy.REPLYING,
            )
            if not said.lines[-1].text.strip() or said.unsaved:
                raise Fault(f"To {words!r} the reply is {said.lines[-1].text!r}. {said.unsaved}")
            self.say(f"{words} -> {said.lines[-1].text.strip()} ({said.tokens_per_second:,.0f} tokens/s)")
        if self._level() <= before:
            raise Fault(f"Talking left the soul at level {before}; it learned nothing.")

    async def _sleep(self) -> None:
        if self.nap:
            self.session.dream_moved.connect(self._wake_from_nap)
        slept = await self.session.call(Sleep(rate=1.0), busy=Busy.DREAMING)
        ended = (slept.kept and slept.messages) or slept.refused  # woken early it may have drifted, and says so
        if not ended or slept.woken != self.nap:
            raise Fault(f"The sleep did not end as it should: {slept}.")
        if "torch" not in sys.modules:
            raise Fault("The sleep went without torch, so it was no deep sleep.")
        told = "knew {0} of {2} things, now {1}".format(*slept.figures.right, slept.figures.probes)
        self.say(f"slept {slept.figures.seconds:.1f} s: {'woken from its nap' if self.nap else told}")

    def _wake_from_nap(self, told: DreamProgress) -> None:
        if told.fraction >= _NAP and "torch" in sys.modules:
            self.session.stop()

    async def _keep(self) -> None:
        first, second = self.folder / "first.soul", self.folder / "second.soul"
        await self.session.call(SaveSoul(path=first))
        level = self._level()
        await self.session.call(ResetSoul())
        if self._level() != 0:
            raise Fault("A fresh soul is not at level 0.")
        await self.session.call(LoadSoul(path=first))
        await self.session.call(SaveSoul(path=second))
        if self._level() != level or _weights(first) != _weights(second):
            raise Fault("A soul that was saved and loaded again is another.")
        self.say(
            f"the soul was saved, reset and loaded again, bit for bit: level {level}, {first.stat().st_size:,} bytes"
        )

    async def _look(self) -> None:
        """Open every tab in both languages and both themes; each must paint more than one colour."""
        for language in ("en", "ja"):
            page = self.window.settings_page
            self.window.settings.set("language", language)
            while language == "ja" and self.window.settings_page is page:
                await asyncio.sleep(0.005)
            for theme in ("light", "dark"):
                self.window.settings.set("theme", theme)
                for tab, name in ((CHAT, "chat"), (LAB, "lab"), (SETTINGS, "settings")):
                    self.window.show_tab(tab)
                    await asyncio.sleep(_SETTLE_S)
                    picture = self.window.grab().toImage().scaled(160, 100)
                    colours = {picture.pixel(x, y) for x in range(160) for y in range(100)}
                    if len(colours) < 20:
                        raise Fault(f"The tab {name} shows {len(colours)} colours ({language}, {theme}); it is empty.")
        translation.apply("en")
        self.say("every tab opens, in English and Japanese, light and dark")


def _weights(soul: Path) -> str:
    """A digest of the tensors of a soul file, without its name and dates."""
    data = soul.read_bytes()
    return hashlib.sha256(data[8 + int.from_bytes(data[:8], "little") :]).hexdigest()


@contextmanager
def listening() -> Iterator[list[str]]:
    """Takes down all that is printed to standard error, by whatever library, and all that Qt and Python remark on."""
    heard: list[str] = []

    def on_qt(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        if kind != QtMsgType.QtDebugMsg and not text.startswith(_HARMLESS):
            heard.append(f"Qt: {text}")

    former = qInstallMessageHandler(on_qt)
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as file, warnings.catch_warnings():
        warnings.simplefilter("default")  # those that are hidden from people too
        os.dup2(file.fileno(), 2)
        try:
            yield heard
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
            qInstallMessageHandler(former)
            file.seek(0)
            heard += [line for line in file.read().decode("utf-8", "replace").splitlines() if line.strip()]


def main(files: list[Path], nap: bool = False) -> int:
    """Run the test and print what was found; 0 where all is well, else 1."""
    problem = ""
    if sys.stderr is None:  # a windowed program on Windows has neither
        sys.stderr = sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (open until the end)

    def say(text: str) -> None:
        print(f"ok    {text}", flush=True)  # noqa: T201 (a command)

    say(f"Bit-Llama Studio {__version__}, {'bundled' if getattr(sys, 'frozen', False) else 'from source'}")
    with listening() as heard, tempfile.TemporaryDirectory() as folder:
        app = QApplication.instance() or QApplication(sys.argv[:1])
        assert isinstance(app, QApplication)
        app.setStyle("Fusion")
        process.give_back_environment()
        try:
            problem = _run(app, Path(folder), files, say, nap)
        except (EngineFailure, BitLlamaError, Fault) as error:
            problem = str(error)
    for line in [problem] if problem else []:
        print(f"FAIL  {line}")  # noqa: T201
    for line in heard:
        print(f"FAIL  it printed: {line}")  # noqa: T201
    print("The self-test failed." if problem or heard else "All is well.", flush=True)  # noqa: T201
    return int(bool(problem or heard))


def _run(app: QApplication, folder: Path, files: list[Path], say: Callable[[str], None], nap: bool) -> str:
    window = build(folder / "workspace")
    window.show()
    problem = ""

    async def walk() -> None:
        nonlocal problem
        try:
            await SelfTest(window, folder, say, nap).walk([file.absolute() for file in files if file.suffix == ".soul"])
        except (EngineFailure, BitLlamaError, Fault) as error:
            problem = str(error)
        except Exception:  # a fault of the program, which is what is looked for
            problem = traceback.format_exc()
        finally:
            await window.session.close(even_unsaved=True)

    with QEventLoop(app) as loop:
        loop.run_until_complete(walk())
    window.settings.write()
    window.close()
    return problem


WINDOW, READY = "window", "ready"
"""The lines that are printed."""


class StartTimes(QObject):
    """Watches `window`, which is not shown yet, until a model is loaded in it; then the window closes."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._seen, self._ready = window, False, False
        window.winId()  # makes the window of the system, which is what is exposed
        handle = window.windowHandle()
        assert handle is not None
        handle.installEventFilter(self)
        window.session.soul_replaced.connect(lambda _: self._loaded())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The first exposure is answered by painting; what is posted now comes after that."""
        if event.type() == QEvent.Type.Expose and isinstance(watched, QWindow) and watched.isExposed():
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._painted)
        return False

    def _painted(self) -> None:
        self._seen = True
        print(WINDOW, flush=True)  # noqa: T201 (what was asked for)
        self._end()

    def _loaded(self) -> None:
        self._ready = True
        self._end()

    def _end(self) -> None:
        if self._seen and self._ready:
            print(READY, flush=True)  # noqa: T201
            self._window.close()
