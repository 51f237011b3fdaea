"""The first run, as a person has it: a real window on a real display, keys and clicks through the display, the bundled
model, and a restart. Told a fact, seen learning, asleep, closed, started again: remembered.

Pictures of each step are left in ``artifacts/journey``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import progress
import pytest
from PySide6.QtGui import QColor, QImage

from engine.io.soul import load_soul
from studio.theme import DARK, LIGHT

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "artifacts" / "journey"
SIZE = (1280, 800)
MISSING = [program for program in ("Xvfb", "xdotool") if not shutil.which(program)]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="drives the window through an X display"),
    pytest.mark.skipif(bool(MISSING), reason=f"{' and '.join(MISSING)} missing; `make setup-tests` installs them"),
]


@pytest.fixture
def display() -> Iterator[str]:
    """An X display of its own."""
    reading, writing = os.pipe()
    width, height = SIZE
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as told:
        number = told.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait()


class Someone:
    """Sits before the display: sees through pictures and the onlooker, acts through xdotool alone."""

    def __init__(self, display: str, workspace: Path) -> None:
        self._environ = os.environ | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "OMP_NUM_THREADS": "1"}
        command = [sys.executable, str(Path(__file__).with_name("watched_studio.py")), "--workspace", str(workspace)]
        self._studio = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
            env=self._environ,
        )  # fmt: skip

    def _ask(self, **question: Any) -> Any:
        stdin, stdout = self._studio.stdin, self._studio.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(question) + "\n")
        stdin.flush()
        answer = stdout.readline()
        assert answer, f"the Studio has ended: {self._studio.communicate()[1]}"
        return json.loads(answer)

    def _hand(self, *gestures: str) -> None:
        progress.run(["xdotool", *gestures], env=self._environ, check=True)

    def read(self) -> list[str]:
        """Everything that can be read in the window."""
        return list(self._ask(read=True))

    def sees(self, words: str) -> bool:
        """Whether these words stand somewhere in the window."""
        return any(words in text for text in self.read())

    def wait(self, condition: Callable[[], Any], what: str) -> None:
        """Until it is so."""
        try:
            progress.wait_for(condition, what, progress=self.read)
        except progress.NothingMoves as error:
            raise AssertionError(f"{error}; can read: {self.read()}") from None

    def where(self, name: str) -> dict[str, int]:
        """The place of a control that can be used."""
        self.wait(lambda: any(place["on"] for place in self._ask(find=name)), name)
        return next(place for place in self._ask(find=name) if place["on"])

    def click(self, name: str) -> None:
        place = self.where(name)
        x, y = place["x"] + place["w"] // 2, place["y"] + place["h"] // 2
        self._hand("mousemove", str(x), str(y), "sleep", "0.05", "click", "1")

    def press(self, key: str) -> None:
        self._hand("key", key)

    def type(self, text: str) -> None:
        """Type, and press Enter."""
        self._hand("type", "--delay", "8", text)
        self.press("Return")

    def picture(self, name: str) -> QImage:
        """A picture of the whole screen, kept."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}.png"
        assert self._ask(picture=str(path))
        image = QImage(str(path))
        assert (image.width(), image.height()) == SIZE
        return image

    def reply(self) -> str:
        """The newest reply, once it is whole; empty before."""
        replies = [text.removeprefix("Reply: ") for text in self.read() if text.startswith("Reply: ")]
        return replies[-1] if replies and self.sees("awake") else ""

    def leave(self) -> str:
        """Close the window by its key and wait until the program is gone; what it printed as errors."""
        self.press("ctrl+q")
        _, errors = progress.finish(self._studio)
        assert self._studio.returncode == 0, errors
        return errors

    def end(self) -> None:
        if self._studio.poll() is None:
            self._studio.kill()
            self._studio.communicate()


@pytest.fixture
def sit_down(display: str, tmp_path: Path) -> Iterator[Callable[[], Someone]]:
    people: list[Someone] = []

    def begin() -> Someone:
        people.append(Someone(display, tmp_path / "workspace"))
        return people[-1]

    yield begin
    for someone in people:
        someone.end()


def warm(image: QImage, left: int) -> int:
    """How many pixels from column `left` on are in the colour of learning."""
    ambers = [QColor(tokens.learn) for tokens in (DARK, LIGHT)]

    def near(colour: QColor) -> bool:
        seen = colour.getRgb()[:3]
        return any(sum(abs(a - b) for a, b in zip(seen, amber.getRgb(), strict=False)) < 24 for amber in ambers)

    return sum(near(image.pixelColor(x, y)) for x in range(left, image.width(), 2) for y in range(60, 500, 2))


def test_the_first_run(sit_down: Callable[[], Someone], tmp_path: Path) -> None:
    inspector = SIZE[0] - 270
    someone = sit_down()
    someone.wait(lambda: someone.sees("is new here"), "the bundled model")
    assert warm(someone.picture("1-first-start"), inspector) == 0, "nothing is being learned yet"

    someone.click("Settings")
    someone.click("Temperature")  # the likeliest words only, so that the story always ends in the same way
    someone.press("ctrl+a")
    someone.type("0")
    someone.wait(lambda: someone.sees("0.00"), "the temperature to be taken")
    someone.picture("2-settings")
    someone.press("ctrl+2")

    someone.click("Tell it something")
    someone.wait(someone.reply, "the first reply")
    assert someone.sees("tokens learned")
    assert warm(someone.picture("3-told"), inspector) > 20, "the learning strip has a line"
    someone.type("I live in Oslo.")
    someone.wait(lambda: "Oslo" in someone.reply(), "an answer to what was typed")

    someone.click("Sleep")
    someone.wait(lambda: someone.sees("left ·"), "the dream")
    someone.picture("4-dreaming")
    someone.wait(lambda: someone.sees("Last slept"), "the end of the night")
    someone.picture("5-slept")
    assert someone.leave() == ""
    soul = load_soul(next((tmp_path / "workspace").glob("souls/*/main.soul")))
    assert not list(tmp_path.rglob("*.tmp"))

    again = sit_down()
    again.wait(lambda: again.sees("The soul is awake"), "the soul to be awake again")
    assert again.sees(f"{soul.meta.level:,} tokens lived")
    again.click("What is my dog called?")
    again.wait(again.reply, "the reply of the next day")
    again.picture("6-remembered")
    assert "Bramble" in again.reply()
    again.press("ctrl+n")
    again.type("Where do I live?")
    again.wait(lambda: again.reply() and "Bramble" not in again.reply(), "the second reply")
    assert "Oslo" in again.reply()
    assert again.leave() == ""
