"""One training on the disk: what it was begun with, how far it has come, where its model lies.

```text
WORKSPACE/training/NAME/
    run.json             what the person chose
    data/                the text as tokens, as `bit-llama prepare` writes it
    run/                 as `bit-llama train` writes it: metrics.jsonl, checkpoints, model
    NAME-400.bitt        the model of step 400
```
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.errors import BitLlamaError, ConfigError, Message, WorkspaceError
from engine.io import atomic
from studio.json_file import JsonFile
from studio.training.curve import CurveFile, LossCurve
from studio.training.setup import intervals

NOT_LISTED = Message("the training is not listed")
"""What holds where the file of a training cannot be used."""

_STEP = re.compile(r"step-(\d{1,12})")
_FORBIDDEN = '\\/:*?"<>|'


@dataclass(frozen=True)
class TrainingRun:
    """A training as its folder said when it was read. What comes of it later is another value for the same folder."""

    folder: Path
    source: str
    """The text that it learns."""
    begin: str
    """The model that it went on from; "" where it began with a new one."""
    size: str
    """A key of `SIZES`."""
    steps: int
    """Where it is to end."""
    arguments: tuple[str, ...]
    """Of ``bit-llama train``; those that a resumed run must repeat."""
    going: bool = False
    """Nobody stopped it: it trains, or the program ended meanwhile."""
    problem: str = ""
    """What it ended with, where that was an error."""
    checkpoint: int | None = None
    """The step of the last checkpoint; None where there is none to go on from."""
    models: tuple[Path, ...] = ()
    """The models that were exported of it, the newest first."""
    held: int = 0
    """Bytes on the disk."""
    curve: LossCurve = field(default=LossCurve(), repr=False)

    @property
    def name(self) -> str:
        """What the person called it."""
        return self.folder.name

    @property
    def step(self) -> int:
        """How far it was saved; 0 where it was not."""
        return self.checkpoint or 0

    @property
    def model(self) -> Path:
        """Where the model of the last checkpoint lies once it was exported."""
        return self.folder / f"{self.name}-{self.step}.bitt"

    def command(self) -> list[str]:
        """The command line that goes on with it, to be run in its folder: a workspace may be moved."""
        resume = ["--resume"] if self.checkpoint is not None else []
        where = ["--data", "data", "--out", "run"]
        return ["train", *where, *self.arguments, "--steps", str(self.steps), *intervals(self.steps), *resume]

    def write(self) -> None:
        """Put what was chosen on the disk. Raises `FileFormatError` where it cannot be written."""
        data = {"source": self.source, "begin": self.begin, "size": self.size, "steps": self.steps}
        more = {"arguments": list(self.arguments), "going": self.going, "problem": self.problem}
        JsonFile(self.folder / "run.json", NOT_LISTED).write(data | more)


def chosen(folder: Path) -> TrainingRun | None:
    """What the ``run.json`` of a folder says, and no more; None where there is none that can be read."""
    try:
        file = JsonFile(folder / "run.json", NOT_LISTED)
        if file.problem or not file.data:
            return None
        data = file.data
        arguments = data["arguments"]
        texts = [data["source"], data["begin"], data["size"], data["problem"], *arguments]
        if not all(isinstance(text, str) for text in texts) or int(data["steps"]) < 1:
            return None
        return TrainingRun(
            folder, data["source"], data["begin"], data["size"], int(data["steps"]), tuple(arguments),
            data["going"] is True, data["problem"],
        )  # fmt: skip
    except (BitLlamaError, KeyError, TypeError, ValueError):
        return None


def checkpoint(folder: Path) -> int | None:
    """The step of the last checkpoint of a run's folder; None where there is none, 0 where it cannot be made out."""
    try:
        text = (folder / "run" / "checkpoints" / "latest").read_text(encoding="utf-8").strip()
    except OSError:
        return None
    except ValueError:
        return 0
    found = _STEP.fullmatch(text)
    return int(found[1]) if found else 0


def settle(new: TrainingRun, folder: Path) -> TrainingRun:
    """Give a run that was prepared in one folder another, its own; returns it as it is there.

    Raises `WorkspaceError` where that folder is taken or cannot be made.
    """
    if folder.exists():
        raise WorkspaceError("There is a training called {name}.", name=folder.name)
    new.write()
    try:
        new.folder.rename(folder)
    except OSError as error:
        raise WorkspaceError("{path} cannot be made ({reason}).", path=folder, reason=error.strerror) from error
    return replace(new, folder=folder)


def check_name(name: str) -> str:
    """A name as a folder can have it. Raises `ConfigError` where it cannot be one."""
    name = name.strip()
    if not name or name.startswith(".") or name.endswith(".") or len(name) > 60:
        raise ConfigError("A name has 1 to 60 letters and neither begins nor ends with a full stop.")
    if bad := sorted({letter for letter in name if letter in _FORBIDDEN or not letter.isprintable()}):
        raise ConfigError("A name cannot hold {letters}, since a folder is called after it.", letters=" ".join(bad))
    return name


def free_name(training: Path, wish: str) -> str:
    """A name that no training has yet, made from a file's."""
    base = "".join("-" if c in _FORBIDDEN or not c.isprintable() else c for c in wish).strip(" .")[:50] or "model"
    name, number = base, 1
    while (training / name).exists():
        number += 1
        name = f"{base}-{number}"
    return name


_DELETED = ".deleted-"


class TrainingArchive:
    """Reads them, each file once, and deletes them. Used in the disk's thread alone.

    Attributes:
        folder: where they lie, a folder each.
        new: where one is prepared.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.new = folder / ".new"
        self._curves: dict[Path, CurveFile] = {}

    def first_look(self) -> list[TrainingRun]:
        """All trainings, once what a former end of the program left behind is gone."""
        for left in (self.new, *self.folder.glob(f"{_DELETED}*")):
            shutil.rmtree(left, ignore_errors=True)
        return self.all()

    def all(self) -> list[TrainingRun]:
        """All trainings, the newest first."""
        try:
            folders = [path for path in self.folder.iterdir() if path.is_dir() and not path.name.startswith(".")]
        except OSError:
            folders = []
        runs = [self._whole(run) for folder in folders if (run := chosen(folder)) is not None]
        self._curves = {run.folder: self._curves[run.folder] for run in runs}
        return sorted(runs, key=lambda run: _changed(run.folder / "run.json"), reverse=True)

    def again(self, run: TrainingRun) -> TrainingRun:
        """A run with its checkpoint and its curve of now."""
        curve = self._curves.setdefault(run.folder, CurveFile(run.folder / "run" / "metrics.jsonl")).read()
        return replace(run, checkpoint=checkpoint(run.folder), curve=curve)

    def clear_new(self) -> None:
        """Make room to prepare one. Raises `FileFormatError` where that is not possible."""
        self.drop_new()
        atomic.make_folder(self.new)

    def drop_new(self) -> None:
        """Let go what was being prepared."""
        shutil.rmtree(self.new, ignore_errors=True)

    def put_aside(self, run: TrainingRun) -> Path:
        """Take a run out of the list; returns where it lies until it is deleted. Raises `WorkspaceError`."""
        asides = (self.folder / f"{_DELETED}{run.name}{number or ''}" for number in itertools.count())
        aside = next(path for path in asides if not path.exists())
        try:
            run.folder.rename(aside)
        except OSError as error:
            raise _cannot_delete(error, run.folder) from error
        return aside

    def delete(self, aside: Path) -> None:
        """Delete what was put aside. Raises `WorkspaceError`; what is left then is tried again at the next start."""
        try:
            shutil.rmtree(aside)
        except OSError as error:
            raise _cannot_delete(error, aside) from error

    def _whole(self, run: TrainingRun) -> TrainingRun:
        held = sum(_size(Path(place, name)) for place, _, names in os.walk(run.folder) for name in names)
        models = sorted(run.folder.glob("*.bitt"), key=_changed, reverse=True)
        return replace(self.again(run), models=tuple(models), held=held)


def _size(path: Path) -> int:
    """Bytes of a file; 0 for one that is gone, as those of a run under way may be."""
    with contextlib.suppress(OSError):
        return path.stat().st_size
    return 0


def _changed(path: Path) -> float:
    """When a file was changed last; 0 for one that is gone."""
    with contextlib.suppress(OSError):
        return path.stat().st_mtime
    return 0.0


def _cannot_delete(error: OSError, where: Path) -> WorkspaceError:
    path, reason = error.filename or where, error.strerror
    return WorkspaceError("{path}: {reason}. Delete it by hand.", path=path, reason=reason)
