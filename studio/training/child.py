"""A command of this program as a process of its own, at low priority, which never outlives this one."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, Signal

from engine.errors import MESSAGE_PREFIX, Message
from studio.process import command_line
from studio.protocol import EngineFailure
from studio.translation import sentence

PREFIX = "bit-llama: "
"""What the command line puts before the sentence of an error."""
INTERRUPTED = 130


class ChildProcess(QObject):
    """A ``bit-llama`` command with ``--background``. It ends, and saves what it has to, once its input does: that is
    how it is stopped, and what happens by itself when this program is gone.

    Args:
        arguments: the command and its options.
        folder: where it runs.
    """

    said = Signal(str)
    """A line of its standard output."""

    def __init__(self, arguments: Sequence[str], folder: Path, parent: QObject) -> None:
        super().__init__(parent)
        self.stopped = False
        """Whether it was asked to stop."""
        self._errors = b""
        self._line = b""
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._process = QProcess(self)
        self._process.readyReadStandardOutput.connect(self._hear)
        self._process.readyReadStandardError.connect(self._hear_errors)
        self._process.finished.connect(self._finish)
        self._process.errorOccurred.connect(self._fail_to_start)
        self._process.setWorkingDirectory(os.fspath(folder))
        program, *first = command_line()
        self._process.start(program, [*first, *arguments, "--background"])

    @property
    def number(self) -> int:
        """The number of the process; 0 where there is none any more."""
        return int(self._process.processId())

    def stop(self) -> None:
        """Have it finish what it is at, save and end."""
        self.stopped = True
        self._process.closeWriteChannel()

    def kill(self) -> None:
        """End it where it stands."""
        self.stopped = True
        self._process.kill()

    def wait(self, seconds: float) -> None:
        """Stop it and wait, without an event loop; one that needs longer is killed."""
        self.stop()
        if self._process.state() is QProcess.ProcessState.NotRunning:
            return
        if not self._process.waitForFinished(round(seconds * 1000)):
            self.kill()
            self._process.waitForFinished(-1)

    async def end(self) -> bool:
        """Wait until it has ended; False where it was stopped before it was done.

        Raises `EngineFailure` with the sentence of the command, or with what the system says of its end.
        """
        await asyncio.shield(self._ended)
        code = self._process.exitCode()
        told = self._errors.decode("utf-8", "replace").strip()
        if self._process.error() is QProcess.ProcessError.FailedToStart:
            reason = self.tr("The program could not start its command line ({reason}). Install it again.")
            raise EngineFailure(reason.format(reason=self._process.errorString()))
        if self._process.exitStatus() is QProcess.ExitStatus.CrashExit:
            if self.stopped:
                return False
            ended = self.tr(
                "The process was ended from outside, perhaps for lack of memory. What it had saved is there."
            )
            raise EngineFailure(ended, told)
        if code == INTERRUPTED:
            return False
        if code:
            lines = [line.removeprefix(PREFIX) for line in told.splitlines() if line.startswith(PREFIX)]
            unknown = self.tr("The process ended with code {code} and said no more.").format(code=code)
            raise EngineFailure(_said(told) or (lines[-1] if lines else unknown), "" if lines else told)
        return not self.stopped

    def _hear(self) -> None:
        *lines, self._line = (self._line + self._process.readAllStandardOutput().data()).split(b"\n")
        for line in lines:
            self.said.emit(line.decode("utf-8", "replace"))

    def _hear_errors(self) -> None:
        self._errors = (self._errors + self._process.readAllStandardError().data())[-(1 << 16) :]

    def _fail_to_start(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:  # anything else is followed by its end
            self._finish()

    def _finish(self) -> None:
        self._hear_errors()
        if not self._ended.done():
            self._ended.set_result(None)


def _said(errors: str) -> str:
    """The sentence of an error in the language of the window; "" where it is not known by its parts."""
    for line in reversed(errors.splitlines()):
        if line.startswith(MESSAGE_PREFIX):
            with contextlib.suppress(ValueError):
                return sentence(Message.from_json(line.removeprefix(MESSAGE_PREFIX)))
    return ""
