"""The models at hand and what is known of each: scanned again when a folder changes, looked into one by one."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import shiboken6
from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from engine.errors import FileFormatError
from engine.resources import COMPANION, first_model, resource_path
from studio.actions import Actions
from studio.lab import model_folders
from studio.protocol import EngineFailure, InspectModel, ModelDetails, model_name
from studio.session import Busy

LOOKED_INTO_BYTES = 1_000_000_000
"""A larger BitLlama is looked into only when that is asked for: every weight is read. Of others only headers are."""
_SETTLE_MS = 300
_WATCHED = 200

State = tuple[int, int]


class ModelCatalogue(QObject):
    """Outlives the pages; looks into models while one that shows them is visible. Nothing is copied, nothing loaded."""

    changed = Signal()

    def __init__(self, actions: Actions, parent: QObject) -> None:
        super().__init__(parent)
        self._actions, self._session = actions, actions.session
        self.paths: list[Path] = []
        self._elsewhere: list[Path] = []
        self._searching = False
        self._cards: dict[Path, tuple[State, ModelDetails]] = {}
        self._viewer: QWidget | None = None
        self._looking = False
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._something_changed)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self.rescan)
        actions.settings.changed.connect(self._setting_changed)
        self._session.changed.connect(self._take_souls)
        self._session.changed.connect(self._look)
        self._session.timeline_moved.connect(self._take_souls)
        self._session.training.listed.connect(self.rescan)
        self._session.fetching.fetched.connect(self._fetched)
        self._session.fetching.failed.connect(actions.fail)
        self.rescan()

    def card(self, path: Path) -> ModelDetails | None:
        """What is known of a model as it lies there now; None where it was not looked into."""
        known = self._cards.get(path)
        return known[1] if known is not None and known[0] == _state(path) else None

    @property
    def trainable(self) -> list[Path]:
        """Those that a training can begin from: no transformers."""
        cards = {path: self.card(path) for path in self.paths if path.suffix.lower() != ".gguf"}
        return [path for path, card in cards.items() if card is None or not (card.family or card.problems)]

    def shown_in(self, viewer: QWidget) -> None:
        """These models are looked at from now on."""
        self._viewer = viewer
        self.rescan()
        self.search_elsewhere()

    def search_elsewhere(self) -> None:
        """Find the models of other programs, where the person wants that, in the thread for the disk."""
        if not self._actions.settings.get("other_programs"):
            self._elsewhere = []
            self.rescan()
        elif not self._searching:
            self._searching = True
            folders = list(map(str, model_folders.folders_of_programs()))
            self._session.disk.begin(self._found_elsewhere, find_models, folders, model_folders.DEPTH)

    def _found_elsewhere(self, done: Future[list[Path]]) -> None:
        self._searching = False
        found = done.result()
        if found != self._elsewhere and self._actions.settings.get("other_programs"):
            self._elsewhere = found
            self.rescan()

    def rescan(self) -> None:
        """Find the models again."""
        found = list(dict.fromkeys([*known_models(self._actions), *self._elsewhere]))
        changed = found != self.paths or any(self.card(path) is None for path in found if path in self._cards)
        self.paths = found
        self._watch()
        if changed:
            self.changed.emit()
        self._look()

    def look_into(self, path: Path) -> None:
        """Look into one model now, however large it is."""
        self._actions.start(self._look_into(path))

    def _fetched(self, path: Path) -> None:
        self._actions.told.emit(self.tr("{model} is here.").format(model=model_name(path)))
        self.rescan()

    def _take_souls(self) -> None:
        """Of the model that is loaded it is known at any time which souls fit."""
        model, timeline = self._session.model, self._session.timeline
        if model is None or timeline is None:
            return
        souls, stale = tuple(mate.name for mate in timeline.souls), False
        for path, (state, card) in self._cards.items():
            if card.fingerprint == model.fingerprint and card.souls != souls:
                self._cards[path], stale = (state, replace(card, souls=souls)), True
        if stale:
            self.changed.emit()

    def _setting_changed(self, key: str) -> None:
        if key in ("model_folders", "recent_models"):
            self.rescan()
        elif key == "other_programs":
            self.search_elsewhere()

    def _something_changed(self) -> None:
        self._settle.start()

    def _watch(self) -> None:
        folders = {path.parent for path in self.paths} | {path for path in self.paths if path.is_dir()}
        level = [Path(folder) for folder in self._actions.settings.get("model_folders")]
        for _ in range(DEPTH + 1):
            folders |= set(level[:_WATCHED])
            level = [below for folder in level[:_WATCHED] for below in _folders_in(folder)]
        wanted = {str(folder) for folder in sorted(folders)[:_WATCHED] if folder.is_dir()}
        watched = set(self._watcher.directories())
        if gone := sorted(watched - wanted):
            self._watcher.removePaths(gone)
        if new := sorted(wanted - watched):
            self._watcher.addPaths(new)

    def _look(self) -> None:
        """Look into the next model that is not known, while nothing else is done."""
        viewer = self._viewer
        visible = viewer is not None and shiboken6.isValid(viewer) and viewer.isVisible()
        if self._looking or not visible or self._session.busy is not Busy.NOTHING:
            return
        todo = [path for path in self.paths if self.card(path) is None and is_quickly_known(path)]
        if todo:
            self._actions.start(self._look_into(todo[0]))

    async def _look_into(self, path: Path) -> None:
        self._looking = True
        try:
            state = _state(path)
            with contextlib.suppress(EngineFailure):  # the program is closing
                self._cards[path] = state, await self._session.call(InspectModel(path=path), busy=None)
        finally:
            self._looking = False
        self.changed.emit()
        self._look()


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return [*path.glob("*.safetensors"), *(path / name for name in ("config.json", "tokenizer.json"))]
    return [path]


def _state(path: Path) -> State:
    """Size and time of the last change: another one is another model."""
    size = changed = 0
    for file in _files(path):
        with contextlib.suppress(OSError):
            found = file.stat()
            size, changed = size + found.st_size, max(changed, found.st_mtime_ns)
    return size, changed


def is_quickly_known(path: Path) -> bool:
    """Whether a model can be looked into unasked: its headers are enough, or it is small."""
    return path.suffix.lower() == ".gguf" or _state(path)[0] <= LOOKED_INTO_BYTES or _is_transformer(path)


def _is_transformer(path: Path) -> bool:
    """Whether a folder says that it is no BitLlama."""
    try:
        data = json.loads((path / "config.json").read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(data, dict) and data.get("model_type", "bitllama") != "bitllama"


def _folders_in(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError:
        return []


DEPTH = 2
"""Folders within a named one that are looked into."""
MOST = 500
"""Folders looked into altogether: a home folder, named by mistake, must not hold the window up."""


_NO_MODEL = re.compile(r"mmproj|(?!.*-00001-of-)(?=.*-\d{5}-of-\d{5}\.gguf$)", re.IGNORECASE)
"""GGUF files that are none by themselves: what reads pictures for a model, and later parts of one."""
_WEIGHTS = ("model.safetensors", "model.safetensors.index.json")


def is_model(path: Path) -> bool:
    """Whether a path looks like a model: a ``.bitt``, a ``.gguf``, or a folder with a config and weights."""
    if path.suffix.lower() in (".bitt", ".gguf"):
        return path.is_file() and not _NO_MODEL.match(path.name)
    return (path / "config.json").is_file() and any((path / name).is_file() for name in _WEIGHTS)


def find_models(folders: Iterable[str], depth: int = DEPTH) -> list[Path]:
    """The models in these folders, so many folders deep, by name; folders that cannot be read are passed over."""
    models: dict[Path, None] = {}
    left = MOST
    for folder in folders:
        level = [Path(folder)]
        for _ in range(depth + 1):
            below: list[Path] = []
            for place in level[:left]:
                entries = sorted(_entries(place))
                models |= dict.fromkeys(path for path in (place, *entries) if is_model(path))
                below += [path for path in entries if path.is_dir() and not path.name.startswith(".")]
            left -= len(level[:left])
            level = below
    return sorted(models, key=lambda path: model_name(path).casefold())


def _entries(folder: Path) -> Iterator[Path]:
    try:
        yield from folder.iterdir()
    except OSError:
        return


def known_models(actions: Actions) -> list[Path]:
    """The models opened lately, those of the program, those trained here and those in the person's folders, as far as
    they are still there."""
    paths = [Path(path) for path in actions.settings.get("recent_models")]
    with contextlib.suppress(FileFormatError):
        paths += [first for first in [first_model()] if first is not None]
        paths.append(resource_path(COMPANION))
    paths += actions.session.training.models()
    paths += find_models(actions.settings.get("model_folders"))
    return [path for path in dict.fromkeys(paths) if path.exists()]
