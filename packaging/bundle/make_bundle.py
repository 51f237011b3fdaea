"""`make bundle`: builds the folder with both programs for this system, and from it what people download.

On Linux that is an AppImage and a Debian package, on Windows an archive; installers for Windows and macOS are made from
the folder by their own recipes. Prints what each part weighs and fails where the whole is over its budget. Needs the
extra ``bundle``, and on Linux the packages that `packaging/system_libraries.py` lists for building.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

import bundled_licences
import sizes
from contents import is_to_strip
from first_run import fetch_first_model
from icons import make_icons
from layout import NAME, version

ROOT = Path(__file__).resolve().parents[2]
DIST, WORK = ROOT / "dist", ROOT / "build" / "bundle"
FOLDER = DIST / NAME

sys.path.insert(0, str(ROOT / "packaging"))
import build_native  # noqa: E402 (beside this folder)
import system_libraries  # noqa: E402
import translations  # noqa: E402


def main() -> int:
    """Build everything; 0 where all of it is there and within the budget."""
    started = time.monotonic()
    linux = sys.platform.startswith("linux")
    if linux and (missing := system_libraries.missing_for_bundles()):
        print(f"A bundle is not built without these packages of Debian: {' '.join(missing)}.")
        return 1
    if reason := build_native.build(build_native.SOURCES):
        print(f"The native library was not built: {reason}. No bundle goes without it.")
        return 1
    if reason := translations.compile_all():
        print(f"The translations were not compiled: {reason}. No bundle goes without them.")
        return 1
    fetch_first_model(WORK / "models")
    make_icons(WORK / "icons")
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(DIST), "--workpath", str(WORK), str(Path(__file__).with_name("bit_llama.spec"))]
    if subprocess.run(command, check=False).returncode:
        return 1
    _told("the folder", started)
    try:
        packages = _linux() if linux else _elsewhere()
    except (bundled_licences.Unaccounted, RuntimeError, OSError, subprocess.CalledProcessError) as error:
        print(error)
        return 1
    _told("all", started)
    report, within = sizes.report(FOLDER, packages)
    print("\n" + report)
    return int(not within)


def _linux() -> list[Path]:
    """Strip, tell the licences, and make the packages; returns them."""
    from make_appimage import libraries_of_head, make_appimage
    from make_deb import make_deb

    for library in FOLDER.rglob("*"):
        if is_to_strip(library.relative_to(FOLDER).as_posix()) and not library.is_symlink():
            subprocess.run(["strip", "--strip-unneeded", str(library)], check=True)
    bundled_licences.write(FOLDER / "_internal", WORK / "binaries.json", libraries_of_head())
    make = (make_appimage, make_deb)
    return [recipe(FOLDER, WORK / "icons", DIST, platform.machine()) for recipe in make]


def _elsewhere() -> list[Path]:
    """Tell the licences; on Windows an archive for those who want no installer."""
    bundled_licences.write(FOLDER / "_internal", WORK / "binaries.json")
    if sys.platform != "win32":
        return []
    name = f"{NAME}-{version()}-windows-{platform.machine().lower()}"
    return [Path(shutil.make_archive(str(DIST / name), "zip", DIST, FOLDER.name))]


def _told(what: str, started: float) -> None:
    print(f"{what}: built after {(time.monotonic() - started) / 60:.1f} minutes", flush=True)


if __name__ == "__main__":
    sys.exit(main())
