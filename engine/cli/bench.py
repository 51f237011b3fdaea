"""``bit-llama bench``: measurements, which are part of a checkout and of no installed package (``tools/bench``)."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import Any

from engine.errors import ConfigError

CHECKOUT = Path(__file__).resolve().parents[2]
"""The folder that holds the package `engine`: the project's own where this is a checkout or was installed from one as
editable."""


def add_parser(commands: Any) -> None:
    """Add this command to the parser: every bench where they lie beside the package, else one that says so."""
    if (CHECKOUT / "tools" / "bench" / "commands.py").is_file():
        if "tools.bench" not in sys.modules:  # before any other package of that name
            sys.path.insert(0, str(CHECKOUT))
        importlib.import_module("tools.bench.commands").add_parser(commands)
        return
    parser = commands.add_parser("bench", help="measure a model (in a checkout of the project)")
    parser.parse_known_args = _take_anything


def _take_anything(args: object, namespace: argparse.Namespace | None = None) -> tuple[argparse.Namespace, list[str]]:
    """Parse nothing, so that the one sentence is said whatever bench was asked for."""
    return argparse.Namespace(run=_say_where), []


def _say_where(args: argparse.Namespace) -> int:
    raise ConfigError(
        "The benches are not part of an installed bit-llama; in a checkout of the project, after pip install -e . "
        "there, the same command runs them."
    )
