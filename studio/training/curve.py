"""The curve of a run, read from its ``metrics.jsonl`` as that grows."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_RECENT = 20
"""Reports over which the pace is measured."""


@dataclass(frozen=True)
class CurvePoint:
    """One report of a run."""

    step: int
    loss: float
    """Training loss, nats per token."""
    held_out: float | None
    """Held-out loss, nats per token, where it was measured."""
    tokens_per_second: float
    seconds: float
    """Time spent training until then."""


@dataclass(frozen=True)
class LossCurve:
    """What a run has reported until now."""

    points: Sequence[CurvePoint] = ()

    @property
    def held_out(self) -> list[CurvePoint]:
        """The points at which the held-out loss was measured."""
        return [point for point in self.points if point.held_out is not None]

    @property
    def best(self) -> CurvePoint | None:
        """The point of the lowest held-out loss."""
        return min(self.held_out, key=lambda point: point.held_out or math.inf, default=None)

    @property
    def tokens_per_second(self) -> float:
        """Of the last report that had no measuring of the held-out loss in it; 0 where there is none."""
        return next((point.tokens_per_second for point in reversed(self.points) if point.held_out is None), 0.0)

    def seconds_left(self, steps: int) -> float | None:
        """Time until the step `steps` at the pace of the last reports; None before there are two."""
        recent = self.points[-_RECENT:]
        if len(recent) < 2:
            return None
        pace = (recent[-1].seconds - recent[0].seconds) / (recent[-1].step - recent[0].step)
        return pace * max(0, steps - recent[-1].step)


class CurveFile:
    """Follows one file; the file is the truth, so that a curve is there again after a restart."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._curve = LossCurve()
        self._offset = 0

    def read(self) -> LossCurve:
        """All that it holds; the same object as before where nothing was added. A torn last line waits."""
        try:
            with self._path.open("rb") as file:
                if file.seek(0, 2) < self._offset:  # a run that goes on drops what came after its checkpoint
                    self._curve, self._offset = LossCurve(), 0
                file.seek(self._offset)
                data = file.read()
        except OSError:
            return self._curve
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        if new := [point for line in whole.splitlines() if (point := _parse(line)) is not None]:
            self._curve = LossCurve(_joined(self._curve.points, new))
        return self._curve


def _joined(points: Sequence[CurvePoint], new: Sequence[CurvePoint]) -> tuple[CurvePoint, ...]:
    """Points with newer ones, which hold from their step on."""
    joined = list(points)
    for point in new:
        if joined and point.step <= joined[-1].step:
            joined = [kept for kept in joined if kept.step < point.step]
        joined.append(point)
    return tuple(joined)


def _parse(line: bytes) -> CurvePoint | None:
    try:
        entry = json.loads(line)
        held_out = entry["val_loss"]
        point = CurvePoint(
            int(entry["step"]), _finite(entry["loss"]), None if held_out is None else _finite(held_out),
            _finite(entry["tokens_per_second"]), _finite(entry["seconds"]),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, OverflowError):
        return None
    return point


def _finite(value: Any) -> float:
    if not math.isfinite(value):
        raise ValueError(value)
    return float(value)
