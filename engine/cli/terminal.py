"""What a terminal needs: Ctrl+C as a wish, a line typed while something runs, a progress line."""

from __future__ import annotations

import shutil
import signal
import sys
from types import FrameType, TracebackType
from typing import TextIO

_CONTROL = {code: "\ufffd" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}


def printable(text: str) -> str:
    """Text that cannot move the cursor or change the terminal: control characters other than line end and tab go."""
    return text.translate(_CONTROL)


class Interrupts:
    """While this is entered, Ctrl+C sets `wanted`; a second one raises KeyboardInterrupt as usual.

    Args:
        others: more signals that are taken in the same way.
    """

    def __init__(self, *others: signal.Signals) -> None:
        self.wanted = False
        self._signals = (signal.SIGINT, *others)

    def __call__(self) -> bool:
        """For use as the engine's ``cancel``."""
        return self.wanted

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.wanted:
            raise KeyboardInterrupt
        self.wanted = True

    def __enter__(self) -> Interrupts:
        self._former = {number: signal.signal(number, self._note) for number in self._signals}
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        for number, former in self._former.items():
            signal.signal(number, former)


class ProgressLine:
    """One line on a terminal that is written over; nothing where the stream is not one."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._shown = False

    def show(self, text: str) -> None:
        """Write `text` over the former one."""
        if self._stream.isatty():
            width = shutil.get_terminal_size().columns - 1
            flat = " ".join(printable(text).split())
            self._stream.write("\r" + flat[:width].ljust(width))
            self._stream.flush()
            self._shown = True

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._stream.write("\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r")
            self._stream.flush()
            self._shown = False


if sys.platform == "win32":
    import msvcrt

    class TypedLine:
        """Polls for a line typed at the console without waiting for it."""

        def __init__(self) -> None:
            self._typed = ""

        def poll(self) -> str | None:
            """The line, once Enter was pressed."""
            while sys.stdin.isatty() and msvcrt.kbhit():
                key = msvcrt.getwche()
                if key in "\r\n":
                    line, self._typed = self._typed, ""
                    return line
                self._typed += key
            return None

else:
    import select

    class TypedLine:
        """Polls for a line typed at the terminal without waiting for it; a pipe is never read ahead."""

        def poll(self) -> str | None:
            """The line, once Enter was pressed."""
            if sys.stdin.isatty() and select.select([sys.stdin], [], [], 0)[0]:
                return sys.stdin.readline()
            return None
