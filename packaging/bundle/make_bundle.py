"""`make bundle`: builds the folder with both programs for this system, and on Linux a package for Debian from it.

It prints what each part weighs and fails where the whole is over its budget. Needs the extra ``bundle``.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tarfile
import time
from collections import Counter
from pathlib import Path

from contents import BUDGET_COMPRESSED, BUDGET_UNPACKED
from icons import make_icons

ROOT = Path(__file__).resolve().parents[2]
DIST, WORK = ROOT / "dist", ROOT / "build" / "bundle"
FOLDER = DIST / "bit-llama-studio"
LARGEST = 12

sys.path.insert(0, str(ROOT / "packaging"))
import build_native  # noqa: E402 (beside this folder)

from studio import licences  # noqa: E402 (the project, which is installed)


def main() -> int:
    """Build everything; 0 where all of it is there and within the budget."""
    started = time.monotonic()
    if reason := build_native.build(build_native.SOURCES):
        print(f"The native library was not built: {reason}. No bundle goes without it.")
        return 1
    make_icons(WORK / "icons")
    (WORK / "licences.txt").write_text(licences.gather(), encoding="utf-8")
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(DIST), "--workpath", str(WORK), str(Path(__file__).with_name("bit_llama.spec"))]
    if subprocess.run(command, check=False).returncode:
        return 1
    archive = _compress()
    if sys.platform.startswith("linux"):
        from make_deb import make_deb

        print("Debian package:", make_deb(FOLDER, WORK / "icons", DIST))
    return _weigh(archive, time.monotonic() - started)


def _compress() -> Path:
    """The folder as one archive to download: zip for Windows, tar.xz elsewhere."""
    name = f"bit-llama-studio-{sys.platform}-{platform.machine().lower()}"
    if sys.platform == "win32":
        return Path(shutil.make_archive(str(DIST / name), "zip", DIST, FOLDER.name))
    path = DIST / f"{name}.tar.xz"
    if shutil.which("xz") and shutil.which("tar"):  # both cores, and faster than Python's own
        subprocess.run(
            ["tar", "-C", str(DIST), "-I", "xz -T0 -6", "-cf", str(path), FOLDER.name],
            check=True,
        )
    else:
        with tarfile.open(path, "w:xz") as archive:
            archive.add(FOLDER, FOLDER.name)
    return path


def _weigh(archive: Path, seconds: float) -> int:
    """Print the sizes; 1 where a budget is exceeded."""
    inside = FOLDER / "_internal"
    parts: Counter[str] = Counter()
    total = 0
    for file in FOLDER.rglob("*"):
        if file.is_file() and not file.is_symlink():
            size = file.stat().st_size
            total += size
            parts[file.relative_to(inside).parts[0] if inside in file.parents else file.name] += size
    print(f"\n{'part':<34}{'MB':>8}")
    for name, size in parts.most_common(LARGEST):
        print(f"{name:<34}{size / 1e6:>8.1f}")
    packed = archive.stat().st_size
    print(f"{'all, unpacked':<34}{total / 1e6:>8.1f}   (at most {BUDGET_UNPACKED / 1e6:.0f})")
    print(f"{archive.name:<34}{packed / 1e6:>8.1f}   (at most {BUDGET_COMPRESSED / 1e6:.0f})")
    print(f"built in {seconds / 60:.1f} minutes")
    return int(total > BUDGET_UNPACKED or packed > BUDGET_COMPRESSED)


if __name__ == "__main__":
    sys.exit(main())
