"""What is left of a program that ended unexpectedly: a file in the workspace's ``logs``, shown at the next start.

While the Studio runs it keeps ``running-PID.log`` open: Python's fault handler writes there when the process dies, and
defects that were caught are noted there. A proper end removes it. Nothing is ever sent anywhere.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

from engine.version import __version__

KEPT = 10
"""Reports of former crashes that stay in the folder."""
_RULE = "--\n"


@dataclass(frozen=True)
class CrashReport:
    """A former run that did not end properly."""

    path: Path
    """Where its report is kept now."""
    trace: str
    """What was written as it died; empty where it was ended from outside."""
    text: str
    """The whole report."""


class CrashRecorder:
    """Keeps the file of this run. The workspace must be locked for it.

    Where the file cannot be made, faults go to the standard error output, if there is one, as before.
    """

    def __init__(self, logs: Path) -> None:
        self._file: TextIO | None = None
        self._path = logs / f"running-{os.getpid()}.log"
        with contextlib.suppress(OSError):
            self._file = self._path.open("w", encoding="utf-8", buffering=1)
            now = datetime.now(UTC).isoformat(timespec="seconds")
            self._file.write(f"Bit-Llama Studio {__version__}, Python {platform.python_version()}\n")
            self._file.write(f"{platform.platform()}, started {now}\n{_RULE}")
            faulthandler.enable(self._file)

    def note(self, text: str) -> None:
        """Write down a defect that was caught, in case the program does not live on."""
        if self._file is not None:
            with contextlib.suppress(OSError, ValueError):
                self._file.write(text)

    def close(self) -> None:
        """The program ends properly: nothing is left behind."""
        if self._file is not None:
            faulthandler.disable()
            with contextlib.suppress(OSError):  # on a full disk, what was not written yet
                self._file.close()
            self._file = None
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)

    def __enter__(self) -> CrashRecorder:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        if kind is None:
            self.close()


def left_behind(logs: Path) -> CrashReport | None:
    """The newest run that did not end properly, None where all did.

    Call it with the workspace locked, before this run has its `CrashRecorder`. Its file gets a name that tells
    the time, so that it is found only once; the newest `KEPT` stay.
    """
    newest: CrashReport | None = None
    with contextlib.suppress(OSError):
        for path in sorted(logs.glob("running-*.log"), key=lambda path: path.stat().st_mtime):
            text = path.read_text(encoding="utf-8", errors="replace")
            when = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            kept = logs / f"crash-{when:%Y%m%dT%H%M%SZ}-{path.stem.removeprefix('running-')}.log"
            path.replace(kept)
            newest = CrashReport(kept, text.partition(_RULE)[2].strip(), text)
        for old in sorted(logs.glob("crash-*.log"))[:-KEPT]:
            old.unlink()
    return newest
