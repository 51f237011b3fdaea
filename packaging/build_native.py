"""Builds the native library into ``engine/native``: for the package's build (`build_hook.py`), or `make native`.

A machine without a C++ compiler still gets a package that works, with torch computing; the reason is left in
``engine/native/not_built.txt`` and `bit-llama doctor` tells it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "engine" / "native"
STEM = "bit_llama_native"
NOTE = "not_built.txt"
MINUTES = 10


def build(into: Path) -> str | None:
    """Compile the library into the folder `into`; None, or in a sentence why there is none now."""
    into.mkdir(parents=True, exist_ok=True)
    for old in (*into.glob(f"{STEM}.*"), into / NOTE):
        old.unlink(missing_ok=True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            _run("cmake", "-S", str(SOURCES), "-B", folder, "-DCMAKE_BUILD_TYPE=Release", *_generator())
            _run("cmake", "--build", folder, "--config", "Release", "--parallel", str(os.cpu_count() or 1))
            (built,) = (p for p in Path(folder).rglob(f"{STEM}.*") if p.suffix in (".so", ".dll", ".dylib"))
            part = into / (built.name + ".part")
            shutil.copyfile(built, part)
            part.replace(into / built.name)  # whoever has the former one open keeps it
    except (OSError, ValueError, RuntimeError, subprocess.TimeoutExpired) as error:
        reason = str(error)
        (into / NOTE).write_text(reason + "\n", encoding="utf-8")
        return reason
    return None


def _generator() -> list[str]:
    with_ninja = sys.platform != "win32" and shutil.which("ninja") and not os.environ.get("CMAKE_GENERATOR")
    return ["-G", "Ninja"] if with_ninja else []


def _run(*command: str) -> None:
    """Run a step of the build. Raises `RuntimeError` with its most telling line."""
    if shutil.which(command[0]) is None:
        raise RuntimeError(f"{command[0]} is not installed")
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=60 * MINUTES, check=False)
    if done.returncode == 0:
        return
    said = done.stdout + done.stderr
    if any(words in said for words in ("CMAKE_CXX_COMPILER", "identification is unknown", "not able to compile")):
        raise RuntimeError("no C++ compiler was found that works")
    lines = [line.strip() for line in said.splitlines() if "error" in line.lower()]
    raise RuntimeError((lines or [f"{command[0]} ended with {done.returncode}"])[0][:300])


def wheel_platform() -> str:
    """The platform of a wheel's name: on macOS the oldest system that CMake was told to build for."""
    if sys.platform == "darwin":
        from packaging.tags import mac_platforms

        oldest = os.environ.get("MACOSX_DEPLOYMENT_TARGET", "")
        version = (int(oldest.split(".")[0]), int((oldest + ".0").split(".")[1])) if oldest else None
        return next(iter(mac_platforms(version)))
    return sysconfig.get_platform().replace("-", "_").replace(".", "_")


if __name__ == "__main__":
    failure = build(Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCES)
    print(failure or "The native library was built.")
    sys.exit(failure is not None)
