"""``bit-llama bench frames``: does the window stay smooth, and how soon is it there?

The real window over the real worker in a workspace of its own, with the bundled model or ``--model``. A frame is one
paint of a small widget that asks for the next paint 16 ms later; the gap between two of them is what a person would see
as a hitch. The start is that of new processes: from before the process is made until the first paint is on the display,
and until something can be said. All of it in a process of its own (``python -m tools.bench.frames``).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget
from qasync import QEventLoop

from engine.errors import ConfigError
from studio import launch
from studio.app import SWITCH_S, build, first_model
from studio.app import main as studio_main
from studio.chat.transcript_model import TranscriptModel
from studio.garbage import GarbageCollector
from studio.protocol import LogLine
from studio.session import FRAME_MS
from studio.window.main_window import CHAT, MainWindow

P99_MS, WORST_MS = 33.0, 100.0
VISIBLE_S, READY_S = 1.0, 4.0
"""What is asked for, on two cores."""
STARTS = 5
MODULE = "tools.bench.frames"
CHECKOUT = Path(__file__).resolve().parents[2]
TOLD = ("My dog is called Bramble.", "I live in Oslo.", "My cat is called Fern.", "On Sundays we sail.")
MESSAGES = 10_000
_STEPS = 500
"""Of the training, which is stopped before: so few that every step is reported."""
_LONG = "It was a long walk along the river, and **everything** was green. " * 6


class Pulse(QWidget):
    """Paints itself once a frame and notes when."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setFixedSize(2, 2)
        self.times: list[float] = []
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self.update)
        self._timer.start()
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        self.times.append(time.perf_counter())

    async def watch(self, work: Callable[[], Awaitable[object]]) -> list[float]:
        """The gaps between the frames in milliseconds while `work` goes on."""
        self.times.clear()
        await work()
        return [(later - former) * 1000 for former, later in zip(self.times, self.times[1:], strict=False)]


class FrameScenes:
    """What the window is made to do."""

    def __init__(self, window: MainWindow, model: Path, seconds: float) -> None:
        self.window, self.model, self.seconds = window, model, seconds

    async def idle(self) -> None:
        await asyncio.sleep(min(2.0, self.seconds))

    async def loading(self) -> None:
        """The model again and again, the engine's first import among it."""
        await self._repeat(lambda: self.window.verbs.open_now(self.model))

    async def generating(self) -> None:
        """Long replies, the learning strip drawn beside them."""
        self.window.settings.set("temperature", 1.5)  # a reply that wanders is a long one
        await self._repeat(lambda: self._say("Tell me everything about the sea and the night."))
        self.window.settings.reset("temperature")

    async def sleeping(self) -> None:
        """A whole night in a chat that shows the dream."""
        for words in TOLD:
            await self._say(words)
        self.window.verbs.sleep()
        await self._until_idle()

    async def training(self) -> None:
        """A model trained beside a reply, its curve drawn meanwhile."""
        trainer, text = self.window.session.training, self.window.session.workspace / "text.txt"
        text.write_text("\n".join(f"Day {n}. {_LONG}" for n in range(200)), encoding="utf-8")
        self.window.show_training()
        trainer.choose(text, "")
        await trainer.check()
        run = asyncio.ensure_future(trainer.start("text", "tiny", _STEPS))
        while not run.done() and not (trainer.current and trainer.current.curve.points):
            await asyncio.sleep(0.02)
        await self._repeat(lambda: self._say("What is my dog called?"))
        self.window.show_training()
        await asyncio.sleep(self.seconds)
        trainer.stop()
        await run
        self.window.show_tab(CHAT)

    async def scrolling(self) -> None:
        """Through 10,000 messages: as a wheel does, and by the page."""
        model = TranscriptModel("long", self.window)
        lines = [LogLine("user", f"And what was on day {n}?", "", "long") for n in range(MESSAGES)]
        lines[1::2] = [LogLine("assistant", f"Day {n}. {_LONG}", "", "long") for n in range(1, MESSAGES, 2)]
        model.extend(lines)
        transcript = self.window.chat.transcript
        transcript.set_model(model)
        self.window.chat.show_transcript()
        bar = transcript.verticalScrollBar()
        for step in (-120, -bar.pageStep(), -bar.maximum() // 50):
            bar.setValue(bar.maximum())
            began = time.perf_counter()
            while time.perf_counter() - began < self.seconds / 3 and bar.value() > 0:
                bar.setValue(bar.value() + step)
                await asyncio.sleep(FRAME_MS / 1000)
        transcript.set_model(self.window.chat.model)
        model.deleteLater()
        self.window.chat.refresh()

    async def turning_pages(self) -> None:
        """From tab to tab."""
        for number in range(max(4, int(self.seconds * 4))):
            self.window.show_tab(number % 3)
            await asyncio.sleep(0.25)
        self.window.show_tab(CHAT)

    async def _say(self, words: str) -> None:
        self.window.chat.send(words)
        await self._until_idle()

    async def _until_idle(self) -> None:
        await asyncio.sleep(0)
        while self.window.session.why_silent():
            await asyncio.sleep(0.02)

    async def _repeat(self, work: Callable[[], Awaitable[object]]) -> None:
        began = time.perf_counter()
        while time.perf_counter() - began < self.seconds:
            await work()


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def _frames(window: MainWindow, model: Path, seconds: float) -> dict[str, dict[str, float]]:
    pulse, scene, found = Pulse(window), FrameScenes(window, model, seconds), {}
    window.show_tab(CHAT)
    try:
        for name, work in (
            ("loading", scene.loading),
            ("idle", scene.idle),
            ("generating", scene.generating),
            ("sleeping", scene.sleeping),
            ("training", scene.training),
            ("turning pages", scene.turning_pages),
            ("10,000 messages", scene.scrolling),
        ):
            gaps = await pulse.watch(work)
            found[name] = {"frames": len(gaps), "p99_ms": percentile(gaps, 0.99), "worst_ms": max(gaps)}
    finally:
        await window.session.close()
    return found


class FirstSight(QObject):
    """In a process that was just started: notes when the window is painted and when something can be said."""

    def __init__(self, window: MainWindow, began: float) -> None:
        super().__init__(window)
        self._window, self._began = window, began
        self._seen = 0.0
        window.pages.installEventFilter(self)
        window.session.changed.connect(self._ready)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self._seen:
            self._seen = time.monotonic()
            QTimer.singleShot(0, self, self._painted)  # once this paint is on the display
        return False

    def _painted(self) -> None:
        self._report = {"visible_s": time.monotonic() - self._began, "torch": "torch" in sys.modules}

    def _ready(self) -> None:
        if self._window.chat.composer.draft.isEnabled() and self._window.session.model is not None:
            self._window.session.changed.disconnect(self._ready)
            print(json.dumps(self._report | {"ready_s": time.monotonic() - self._began}), flush=True)
            QTimer.singleShot(0, self._window.close)


def _start(workspace: Path, model: Path) -> dict[str, float]:
    """One start of the Studio; the figures of `FirstSight`."""
    began = time.monotonic()
    command = [sys.executable, "-m", MODULE, "--began", repr(began), "--model", str(model)]
    done = subprocess.run([*command, "--workspace", str(workspace)], capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def run_in_new_process(args: argparse.Namespace) -> int:
    """Measure in a process whose main thread is the window's; its exit code. Raises `ConfigError` for nothing to do."""
    if args.starts < 1 or not args.seconds > 0:
        raise ConfigError("--starts and --seconds must be more than nothing; nothing can be measured otherwise.")
    command = [sys.executable, "-m", MODULE, "--seconds", str(args.seconds), "--starts", str(args.starts)]
    if args.model is not None:
        command += ["--model", str(args.model)]
    path = os.pathsep.join([str(CHECKOUT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.run(command, env=os.environ | {"PYTHONPATH": path}, check=False).returncode


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; returns 0 where everything asked for is reached, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="bit-llama bench frames", description=__doc__)
    parser.add_argument("--model", type=Path, help="a model to talk with (default: the bundled one)")
    parser.add_argument("--seconds", type=float, default=6.0, help="of each scene (default: 6)")
    parser.add_argument("--starts", type=int, default=STARTS, help=f"of which the median counts (default: {STARTS})")
    parser.add_argument("--began", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--workspace", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if launch.why_no_window():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if arguments.began is not None:
        given = ["--workspace", str(arguments.workspace), str(arguments.model)]
        return studio_main(launch.parser().parse_args(given), lambda window: FirstSight(window, arguments.began))
    with tempfile.TemporaryDirectory() as folder:
        starts = []
        sys.setswitchinterval(SWITCH_S)
        app = QApplication(sys.argv[:1])
        app.setStyle("Fusion")
        garbage = GarbageCollector(app)
        window = build(Path(folder) / "frames")
        model = arguments.model or first_model(window.settings)
        if model is None:
            raise SystemExit("The bundled model is missing; name one with --model.")
        for _ in range(arguments.starts + 1):  # the first brings the files into memory
            starts.append(_start(Path(folder) / "starts", model))
        window.show()
        with QEventLoop(app) as loop:
            scenes = loop.run_until_complete(_frames(window, model, arguments.seconds))
        garbage.stop()
    return _report(starts[1:], scenes)


def _report(starts: list[dict[str, float]], scenes: dict[str, dict[str, float]]) -> int:
    platform = QApplication.platformName()
    visible, ready = (statistics.median(start[key] for start in starts) for key in ("visible_s", "ready_s"))
    torch = any(start["torch"] for start in starts)
    smooth = all(scene["p99_ms"] < P99_MS and scene["worst_ms"] < WORST_MS for scene in scenes.values())
    print(f"frames on {platform}, {os.cpu_count()} processors; asked: 99 % under {P99_MS:g} ms, all under {WORST_MS:g}")
    print(f"{'':<18}{'frames':>8}{'99 % under':>14}{'worst':>12}")
    for name, scene in scenes.items():
        print(f"{name:<18}{scene['frames']:>8}{scene['p99_ms']:>11.1f} ms{scene['worst_ms']:>9.1f} ms")
    said = "with torch imported" if torch else "without torch"
    print(f"window visible after {visible:.2f} s (asked: {VISIBLE_S:g}), {said}")
    print(f"ready to chat after {ready:.2f} s (asked: {READY_S:g}); medians of {len(starts)} starts")
    reached = smooth and not torch and visible <= VISIBLE_S and ready <= READY_S
    figures = {"visible_s": visible, "ready_s": ready, "torch_before_window": torch, "scenes": scenes}
    print(json.dumps({"bench": "frames", "platform": platform, "reached": reached, **figures}))
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
