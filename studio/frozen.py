"""What only a bundle needs: other programs that this one opens must not find its libraries and plugins."""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping

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
