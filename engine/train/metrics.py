"""What a run tells about itself while it trains: `TrainStatus`, the meter that fills it, and ``metrics.jsonl``."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import FileFormatError
from engine.io import atomic


@dataclass(frozen=True)
class TrainStatus:
    """Where a run stands, for the person who watches it; also a line of ``metrics.jsonl``."""

    step: int
    steps: int
    loss: float
    """Training loss, nats per token, averaged over the last `log_interval` steps."""
    val_loss: float | None
    """Held-out loss with newborn fast weights, on the steps where it was measured."""
    val_carried: float | None
    """Held-out loss of one pass that is never reset (text)."""
    learning_rate: float
    tokens_per_second: float
    seconds: float
    """Time spent training, earlier parts of a resumed run included."""
    seconds_left: float


class TrainingMeter:
    """Loss and speed of the steps since the last report.

    Args:
        seconds: time spent in earlier parts of the run.
    """

    def __init__(self, seconds: float) -> None:
        self._started = time.monotonic() - seconds
        self._restart()

    def _restart(self) -> None:
        self._losses: list[float] = []
        self._tokens, self._from = 0, time.monotonic()

    @property
    def seconds(self) -> float:
        """Time spent training so far, earlier parts of the run included."""
        return time.monotonic() - self._started

    def count(self, loss: float, tokens: int) -> None:
        """Take down a step: its loss in nats per token and how many tokens all ranks read."""
        self._losses.append(loss)
        self._tokens += tokens

    def report(
        self, step: int, steps: int, rate: float, val_loss: float | None = None, val_carried: float | None = None
    ) -> TrainStatus:
        """What was counted since the last report, of at least one step; counting starts anew."""
        elapsed = max(time.monotonic() - self._from, 1e-9)
        losses = self._losses
        status = TrainStatus(
            step, steps, sum(losses) / len(losses), val_loss, val_carried, rate, self._tokens / elapsed,
            self.seconds, elapsed / len(losses) * (steps - step),
        )  # fmt: skip
        self._restart()
        return status


class MetricsFile:
    """``metrics.jsonl``: a line per report; at a resume, lines after the checkpoint are dropped.

    Args:
        path: the file.
        step: how many steps of the run are done.
        writes: False on the ranks that leave the file to another.
    """

    def __init__(self, path: Path, step: int, writes: bool = True) -> None:
        self.path, self.last_loss, self.writes = path, math.nan, writes
        if not writes:
            return
        kept = []
        if path.is_file():
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                entry = _parse(line)
                if entry is not None and entry["step"] <= step:
                    kept.append(line)
        atomic.write_text(path, "".join(line + "\n" for line in kept))

    def write(self, status: TrainStatus) -> None:
        """Append a report. Raises `FileFormatError` where it cannot be written."""
        self.last_loss = status.loss
        if not self.writes:
            return
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(vars(status)) + "\n")
        except OSError as error:
            raise FileFormatError(
                "Could not write {path}: {why}. Free some space and start it again, with --resume where it has saved a "
                "checkpoint.",
                path=self.path,
                why=error.strerror or error,
            ) from error


def _parse(line: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and isinstance(entry.get("step"), int) else None
