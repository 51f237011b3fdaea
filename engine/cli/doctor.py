"""``bit-llama doctor``: what this machine and this installation have, and what is wrong."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from engine.cli import backends, options
from engine.errors import BitLlamaError, WorkspaceError
from engine.resources import resource_path
from engine.version import __version__

Line = tuple[str, str, bool]
"""What, how it is, whether that is well."""

WRITTEN = 4 << 20
"""Bytes written to see whether the workspace can be."""

PACKAGES = ("numpy", "tokenizers", "jinja2", "platformdirs", "PySide6-Essentials", "qasync")


def add_parser(commands: Any) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("doctor", help="check this installation", description=__doc__)
    options.add_workspace(parser)
    options.add_device(parser)
    parser.set_defaults(run=run, model=None)


def run(args: argparse.Namespace) -> int:
    """Print the findings; 1 when one of them is a problem."""
    well = True
    parts: tuple[Callable[[argparse.Namespace], Iterator[Line]], ...]
    parts = (_program, _translations, _torch, _workspace, _model)
    for part in parts:
        for name, text, good in part(args):
            print(f"{'ok ' if good else 'BAD'}  {name:<11} {text}", flush=True)
            well = well and good
    print("All is well." if well else "Something is wrong; see the lines marked BAD.")
    return 0 if well else 1


def _program(args: argparse.Namespace) -> Iterator[Line]:
    yield "program", f"bit-llama {__version__}, in {Path(__file__).resolve().parents[2]}", True
    python = f"{platform.python_version()} ({sys.executable}) on {platform.platform()}"
    yield "python", python, sys.version_info >= (3, 11)
    yield "processor", f"{os.cpu_count()} logical cores, {platform.machine()}", True
    for package in PACKAGES:
        try:
            yield "package", f"{package} {metadata.version(package)}", True
        except metadata.PackageNotFoundError:
            yield "package", f"{package} is not installed", False


def _translations(args: argparse.Namespace) -> Iterator[Line]:
    """Each language of the window has a file that the build compiled."""
    for source in sorted(resource_path("translations").glob("*.ts")):
        made = source.with_suffix(".qm")
        how = f"{made.name} is there" if made.exists() else (
            f"{made.name} was not compiled, so the window speaks English; install the program again"
        )  # fmt: skip
        yield "language", how, made.exists()


def _torch(args: argparse.Namespace) -> Iterator[Line]:
    try:
        torch = importlib.import_module("torch")
        pick_device = importlib.import_module("engine.models.bitllama").pick_device
    except (ImportError, OSError) as error:
        yield "torch", f"cannot be imported: {error}", False
        return
    yield "torch", f"{torch.__version__}, {torch.get_num_threads()} threads", True
    for name, text in backends.describe():
        yield name, text, True  # most machines lack one
    if args.device != "auto":
        try:
            pick_device(args.device)
        except BitLlamaError as error:
            yield "device", str(error), False


def _workspace(args: argparse.Namespace) -> Iterator[Line]:
    try:
        workspace = options.open_workspace(args)
    except BitLlamaError as error:
        yield "workspace", str(error), False
        return
    try:
        _try_to_write(workspace.root)
        free = shutil.disk_usage(workspace.root).free
    except OSError as error:
        why = error.strerror or str(error)
        yield "workspace", f"{workspace.root} cannot be written: {why}. Free some space, or take another folder.", False
        return
    yield "workspace", f"{workspace.root} can be written, {free / 1e9:,.1f} GB are free", True
    try:
        workspace.lock().release()
    except WorkspaceError as error:
        yield "workspace", str(error), True  # as it should be while the Studio is open


def _try_to_write(folder: Path) -> None:
    """Write as much as saving a soul takes, to the disk, and remove it. Raises `OSError`."""
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(WRITTEN))
        file.flush()
        os.fsync(file.fileno())


def _model(args: argparse.Namespace) -> Iterator[Line]:
    from engine.io.inspect import inspect_path

    try:
        card = inspect_path(options.model_path(args))
    except BitLlamaError as error:
        yield "model", str(error), False
        return
    yield "model", f"{card.path}, {card.format}", not card.problems
    for problem in card.problems:
        yield "model", problem, False
