"""Other programs that this one starts: its own command line, and what a bundle must not pass on to them."""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping
from pathlib import Path

SEARCHED = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "QT_PLUGIN_PATH", "QML2_IMPORT_PATH")
"""Where programs look for libraries and plugins."""


def give_back_environment(environ: MutableMapping[str, str] = os.environ) -> None:
    """Take the bundle's folders out of the environment, once Qt has found its plugins.

    The start of the bundle puts them there for itself. A browser or a file manager opened from the window would load
    them too, and Qt's of another version make it fail.
    """
    if not getattr(sys, "frozen", False):
        return
    for name in SEARCHED:
        former = environ.pop(f"{name}_ORIG", None)  # as PyInstaller keeps it
        environ.pop(name, None)
        if former:
            environ[name] = former


def leaks(environ: MutableMapping[str, str] = os.environ) -> list[str]:
    """Variables of `SEARCHED` that name a folder of the bundle."""
    inside = getattr(sys, "_MEIPASS", None)
    return [name for name in SEARCHED if inside and str(inside) in environ.get(name, "")]


def command_line() -> list[str]:
    """How the command line of this program is started: in a bundle it is a program of its own, beside this one."""
    if getattr(sys, "frozen", False):
        return [str(Path(sys.executable).with_name("bit-llama" + Path(sys.executable).suffix))]
    return [sys.executable, "-m", "engine.cli"]
