"""``python -m tools.screenshots OUTDIR``: pictures of every view, from the real window in a workspace of its own.

Without a display it needs ``QT_QPA_PLATFORM=offscreen``. Each theme is drawn at 1280×800, at the smallest size and at
200 %, and all of it in Japanese too; with a model (the bundled one, or ``--model``) a real conversation is held and
slept on. With ``--page`` it takes the two pictures of the README instead: told, slept, and asked in a new chat. What
cannot be read in them (`tools.legible`) is printed, and the exit code is 1 then.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from qasync import QEventLoop

from studio import theme
from studio.app import build, first_model
from studio.chat.transfer import ExportedChat
from studio.lab.page import TRAINING
from studio.protocol import EngineFailure, KeepSoul, LogLine
from studio.session import Busy
from studio.settings.help import show_about, show_keys
from studio.widgets import dialogs
from studio.window.main_window import CHAT, LAB, SETTINGS, MainWindow
from tools import legible

TOLD = ("My dog is called Bramble.", "I live in Oslo.")
ASKED = ("What is my dog called?", "Where do I live?")
WORDS = ("My dog is called Bramble.", "On Sundays we sail.", "What is my dog called?")
MARKS = (
    """With a **function** that takes a `name`:

```python
def greet(name: str) -> str:
    """
    + '"""Say hello."""'
    + """
    return f"Hello, {name}!"  # and nothing more
```

1. Call it: `greet("Bramble")`
2. Read what comes back

> It answers *kindly*, whoever asks.

| who | greeting |
|---|---|
| a dog | Hello, Bramble! |
| a boat | Hello, Halcyon! |
"""
)
_SIZES = {"": (1280, 800), "-small": theme.MINIMUM_SIZE}
_SETTLE_S = 0.15
_STEPS = 20
"""Of the training: enough for a curve to be seen."""
_SCALE_MARK = "@2x"


class Photographer:
    """Walks through the window and takes a picture of every view."""

    def __init__(self, window: MainWindow, folder: Path, suffix: str) -> None:
        self.window, self.folder, self.suffix = window, folder, suffix
        self.language = ""
        self.taken: list[Path] = []
        self.problems: list[str] = []
        """What cannot be read in them."""

    async def visit(self, model: Path | None) -> None:
        """Take all pictures; with a model, talk and sleep first."""
        await self._everywhere("empty", (CHAT, LAB))
        if model is not None:
            await self.window.verbs.open_now(model)
            await self._everywhere("welcome", (CHAT,))
            await self._talk()
            await self.window.session.call(KeepSoul(note="A boat and a dog"))
            await self._sleep()
            await self._everywhere("chat", (CHAT,))
            self.window.lab.show_view(1)
            await self._everywhere("soul", (LAB,))
            await self._train()
            self.window.lab.show_view(0)
            await self._marks()
        for language in ("en", "ja"):
            await self._speak(language)
            if model is not None:
                await self._everywhere("words", (CHAT,))
                await self._dial()
                self.window.lab.show_view(1)
                await self._everywhere("sleep", (LAB,))
                self.window.lab.show_view(2)
                await self._everywhere("told", (LAB,))
                self.window.lab.show_view(TRAINING)
                await self._everywhere("training", (LAB,))
                await self._lab_dialogs()
                self.window.lab.show_view(0)
            await self._everywhere("models", (LAB,))
            await self._everywhere("settings", (SETTINGS,))
            await self._dialogs()
        await self._speak("en")

    async def remember(self, model: Path) -> None:
        """Tell it two facts, let it sleep, and ask in a new chat: one picture for each theme."""
        self.window.resize(*_SIZES[""])
        self.window.settings.set("temperature", 0.0)
        self.window.settings.set("threads", 1)  # as quick as two for a model of this size, and kind to a busy machine
        self.window.settings.set("language", "en")
        await self.window.verbs.open_now(model)
        self.window.show_tab(CHAT)
        for words in TOLD:
            await self._say(words)
        self.window.verbs.sleep()
        await self._until(Busy.DREAMING)
        await self._until(Busy.NOTHING)
        self.window.chat.new_chat()
        for words in ASKED:
            await self._say(words)
        for colours in ("dark", "light"):
            self.window.settings.set("theme", colours)
            await asyncio.sleep(_SETTLE_S)
            self._take(self.window, colours)

    async def _say(self, words: str) -> None:
        self.window.chat.send(words)
        await self._until(Busy.REPLYING)
        await self._until(Busy.NOTHING)

    def _take(self, widget: QWidget, name: str, check: bool = True) -> None:
        """One picture; with `check`, what cannot be read in it is noted."""
        place = self.folder / f"{name}.png"
        widget.grab().save(str(place))
        self.taken.append(place)
        if check:
            self.problems += [f"{place.name}: {problem}" for problem in legible.problems(widget)]

    async def _speak(self, language: str) -> None:
        page = self.window.settings_page
        before, self.language = self.language, "" if language == "en" else f"-{language}"
        self.window.settings.set("language", language)
        while self.language != before and self.window.settings_page is page:
            await asyncio.sleep(0.005)

    async def _dial(self) -> None:
        """A new chat that the soul keeps nothing of, and the chat of before again."""
        shown = self.window.talk.conversation
        self.window.chat.new_chat()
        self.window.chat.composer.dial.choose(1)
        await self._everywhere("dial", (CHAT,))
        self.window.talk.show_conversation(shown)

    async def _marks(self) -> None:
        """A conversation from a file, in a folder, with everything that a reply can hold; and a search in it."""
        lines = (LogLine("user", "How do I greet someone in Python?", "", ""), LogLine("assistant", MARKS, "", ""))
        talk = self.window.talk
        await talk.take_in([ExportedChat("", "Greetings in Python", lines)])
        talk.meta.move(talk.listed()[0], talk.meta.make_folder("Things to know").id)
        talk.show_conversation(talk.listed()[0])
        await self._everywhere("marks", (CHAT,))
        self.window.chat.conversations.search.setText("dog")
        talk.show_conversation(talk.listed()[-1])
        await asyncio.sleep(_SETTLE_S)
        await self._everywhere("search", (CHAT,))
        self.window.chat.conversations.search.clear()

    async def _dialogs(self) -> None:
        """The list of keys, a question, and an error with its details."""
        self.window.show_tab(CHAT)
        for colours in ("dark", "light"):
            self.window.settings.set("theme", colours)
            for name, notice in (
                ("keys", show_keys(self.window)),
                ("about", show_about(self.window)),
                (
                    "ask",
                    dialogs.ask(
                        self.window, "Begin a fresh soul?", "It has lived 41,208 tokens.", "Begin", lambda: None
                    ),
                ),
                ("failure", dialogs.show_failure(self.window, EngineFailure("It is damaged.", "Traceback\n  line 1"))),
            ):
                await asyncio.sleep(_SETTLE_S)
                self._take(notice, f"{name}-dialog-{colours}{self.language}{self.suffix}")
                notice.close()

    async def _lab_dialogs(self) -> None:
        """Two souls side by side, two to be blended, what forgetting costs, and the question for a name."""
        lab = self.window.lab
        first = next(item.data(0, Qt.ItemDataRole.UserRole) for item in lab.learned.items())
        for colours in ("dark", "light"):
            self.window.settings.set("theme", colours)
            for name, show in (
                ("compare", lab.soul.compare),
                ("forget", lab.learned.forget),
                ("blend", lab.soul.blend),
                ("branch", lambda: lab.soul.verbs.branch(None)),
            ):
                lab.learned.tick([first])
                dialog = show()
                await asyncio.sleep(_SETTLE_S)
                await self._until(Busy.NOTHING)
                await asyncio.sleep(_SETTLE_S)
                if dialog is not None:
                    self._take(dialog, f"{name}-dialog-{colours}{self.language}{self.suffix}", check=False)
                    dialog.reject()

    async def _talk(self) -> None:
        for number, words in enumerate(WORDS):
            self.window.chat.send(words)
            await self._until(Busy.REPLYING)
            if number == len(WORDS) - 1:
                await self._everywhere("reply", (CHAT,), settle=0.0)
            await self._until(Busy.NOTHING)

    async def _sleep(self) -> None:
        self.window.verbs.sleep()
        await self._until(Busy.DREAMING)
        await self._everywhere("dream", (CHAT,), settle=0.0)
        await self._until(Busy.NOTHING)

    async def _train(self) -> None:
        """Check a text, train on it for a moment, and leave its curve; another text stays checked."""
        trainer, text = self.window.session.training, self.window.session.workspace / "A walk.txt"
        text.write_text(" ".join(WORDS * 400), encoding="utf-8")
        for name in ("A walk", ""):
            trainer.choose(text, "")
            await trainer.check()
            if name:
                await trainer.start(name, "tiny", _STEPS)

    async def _until(self, busy: Busy) -> None:
        while self.window.session.busy is not busy:
            await asyncio.sleep(0.005)

    async def _everywhere(self, name: str, tabs: Sequence[int], settle: float = _SETTLE_S) -> None:
        """One picture for each theme and size of each of the tabs; a moment that passes is taken once."""
        themes = ("dark", "light") if settle else ("dark",)
        sizes = _SIZES if settle else {"": _SIZES[""]}
        for tab in tabs:
            self.window.show_tab(tab)
            for colours in themes:
                self.window.settings.set("theme", colours)
                for mark, size in sizes.items():
                    self.window.resize(*size)
                    await asyncio.sleep(settle)
                    view = f"{name}-{('lab', 'chat', 'settings')[tab]}"
                    # A moment that passes is dimmed, and half laid out.
                    self._take(self.window, f"{view}-{colours}{mark}{self.language}{self.suffix}", check=bool(settle))


async def _visit(window: MainWindow, folder: Path, suffix: str, model: Path | None, page: bool) -> int:
    """Take all pictures, or those of the README; returns 1 where something in them cannot be read."""
    photographer = Photographer(window, folder, suffix)
    try:
        if page and model is not None:
            await photographer.remember(model)
        else:
            await photographer.visit(model)
    finally:
        await window.session.close()
    print("\n".join(map(str, photographer.taken)))
    for problem in photographer.problems:
        print(problem, file=sys.stderr)
    return int(bool(photographer.problems))


def main(argv: Sequence[str] | None = None) -> int:
    """Take the pictures; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.screenshots", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--model", type=Path, help="a model to talk with (default: the bundled one)")
    parser.add_argument("--single", action="store_true", help="leave out the pictures at 200 %%")
    parser.add_argument("--page", action="store_true", help="take the two pictures of the README")
    arguments = parser.parse_args(argv)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    app = QApplication(sys.argv[:1])
    app.setStyle("Fusion")
    suffix = _SCALE_MARK if os.environ.get("QT_SCALE_FACTOR") == "2" else ""
    with tempfile.TemporaryDirectory() as workspace:
        window = build(Path(workspace))
        window.show()
        with QEventLoop(app) as loop:
            model = arguments.model or first_model(window.settings)
            code = loop.run_until_complete(_visit(window, arguments.folder, suffix, model, arguments.page))
    if arguments.single or arguments.page or suffix:
        return code
    again = [sys.executable, "-m", "tools.screenshots", str(arguments.folder)]
    again += ["--model", str(arguments.model)] if arguments.model else []
    return code or subprocess.run(again, env=os.environ | {"QT_SCALE_FACTOR": "2"}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
