"""What a terminal needs: signals as wishes, a line typed while something runs, pasted lines, a progress line."""

from __future__ import annotations

import shutil
import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import Any, TextIO

_CONTROL = {code: "\ufffd" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}


def printable(text: str) -> str:
    """Text that cannot move the cursor or change the terminal: control characters other than line end and tab go."""
    return text.translate(_CONTROL)


_ENDINGS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))


def endings() -> list[signal.Signals]:
    """The signals by which a service manager, a closed terminal, a broken connection or a log-off ends this program in
    good order, without those that whoever started it has switched off, as nohup does."""
    return [number for number in _ENDINGS if signal.getsignal(number) is not signal.SIG_IGN]


class Terminated(BaseException):
    """One of the signals of `endings` came; everything is put in order on the way out.

    Attributes:
        code: the exit code of a program that ends by the signal, as shells have it.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = 128 + number


class Endings:
    """While this is entered, each signal of `endings` raises `Terminated`, once: one that follows must not disturb what
    the first has begun. Nothing happens outside the main thread, where signals do not arrive."""

    def __init__(self) -> None:
        self._came = False
        self._former: dict[signal.Signals, Any] = {}

    def _end(self, number: int, frame: FrameType | None) -> None:
        if not self._came:
            self._came = True
            raise Terminated(number)

    def __enter__(self) -> Endings:
        if threading.current_thread() is threading.main_thread():
            self._former = {number: signal.signal(number, self._end) for number in endings()}
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        for number, former in self._former.items():
            signal.signal(number, former)


class Interrupts:
    """While this is entered, Ctrl+C sets `wanted`, and so does each signal of `endings`; a second Ctrl+C raises
    KeyboardInterrupt as usual.

    Args:
        ends: whether a signal of `endings` goes on to end the program when this is left; where it does not, the program
            ends by itself.
    """

    def __init__(self, ends: bool = True) -> None:
        self.wanted = False
        self._ends = ends
        self._ending: int | None = None

    def __call__(self) -> bool:
        """For use as the engine's ``cancel``."""
        return self.wanted

    def _note(self, number: int, frame: FrameType | None) -> None:
        if number != signal.SIGINT:  # a closed terminal sends several, and what is being saved is to be saved
            self._ending = number
        elif self.wanted:
            raise KeyboardInterrupt
        self.wanted = True

    def __enter__(self) -> Interrupts:
        self._former = {number: signal.signal(number, self._note) for number in (signal.SIGINT, *endings())}
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        for number, former in self._former.items():
            signal.signal(number, former)
        if self._ending is not None and self._ends:
            signal.raise_signal(self._ending)


def without_mark(text: str) -> str:
    """Text from a file or a pipe without the byte order mark that some programs put before it."""
    return text.removeprefix("\ufeff")


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
    import time

    def input_waits(seconds: float = 0.0) -> bool:
        """Whether something more was typed or pasted, waiting so long for it."""
        end = time.monotonic() + seconds
        while not msvcrt.kbhit():
            if time.monotonic() >= end:
                return False
            time.sleep(0.005)
        return True

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

    def input_waits(seconds: float = 0.0) -> bool:
        """Whether something more was typed or pasted, waiting so long for it."""
        return bool(select.select([sys.stdin], [], [], seconds)[0])

    class TypedLine:
        """Polls for a line typed at the terminal without waiting for it; a pipe is never read ahead."""

        def poll(self) -> str | None:
            """The line, once Enter was pressed."""
            if sys.stdin.isatty() and input_waits():
                return sys.stdin.readline()
            return None
