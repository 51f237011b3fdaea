"""Bringing torch's libraries into the process without stopping every other thread of Python."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from pathlib import Path

_LIBRARY = {"linux": "libtorch_python.so", "darwin": "libtorch_python.dylib"}


def preload_torch() -> bool:
    """Load torch's libraries, if they are not there yet, so that ``import torch`` finds them; it is not imported.

    The import opens some hundred megabytes of libraries while it holds Python's lock, about a second in which no other
    thread can do anything: a window would stand still. Opened through ctypes, which gives the lock away, they cost the
    other threads nothing. False where there is nothing to do, or no way to do it; the import does it then.
    """
    name = _LIBRARY.get(sys.platform)
    if name is None or "torch" in sys.modules:
        return False
    found = importlib.util.find_spec("torch")
    if found is None or not found.submodule_search_locations:
        return False
    library = Path(found.submodule_search_locations[0]) / "lib" / name
    if not library.exists():
        return False
    opened = ctypes.CDLL(None).dlopen  # ctypes.CDLL(library) would keep the lock
    opened.argtypes, opened.restype = [ctypes.c_char_p, ctypes.c_int], ctypes.c_void_p
    return bool(opened(os.fsencode(library), os.RTLD_NOW))
