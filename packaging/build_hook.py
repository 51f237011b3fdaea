"""What the package's build makes before it gathers its files: the native library and the compiled translations.

Hatchling calls this for wheels and for editable installs. Neither part stops an installation: without the library torch
computes, without the translations the window speaks English, and `bit-llama doctor` says so.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent))
import build_native
import translations

QT = "PySide6-Essentials>=6.8,<6.12"
"""Whose lrelease compiles the translations; as in the package's dependencies."""


class BuildHook(BuildHookInterface):  # type: ignore[misc]
    """Makes both, and tells the build which files came of it."""

    def dependencies(self) -> list[str]:
        """What the build needs and this machine lacks."""
        needs = [] if shutil.which("cmake") else ["cmake>=3.18"]
        if sys.platform != "win32" and not (shutil.which("ninja") or shutil.which("make")):
            needs.append("ninja")
        if translations.compiler() is None:
            needs.append(QT)
        return needs

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before the files are gathered. The translations lie among the resources, which are gathered whole."""
        reason = build_native.build(build_native.SOURCES)
        build_data["artifacts"] += [f"engine/native/{build_native.STEM}.*", f"engine/native/{build_native.NOTE}"]
        if reason is None:
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{build_native.wheel_platform()}"
        else:
            print(f"The native library was not built, so torch will compute: {reason}.", file=sys.stderr)
        if problem := translations.compile_all():
            print(f"The translations were not compiled, so the window speaks English: {problem}.", file=sys.stderr)
