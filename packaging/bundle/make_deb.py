"""A Debian package from the bundle: menu entry, icons, file types, both programs on the path.

No script runs at install or removal: the triggers of the system take up menu entries, icons and file types. What the
person has said and what was learned lies in the home folder and is not touched.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from layout import NAME, ROOT, lay_out, version

MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}

sys.path.insert(0, str(ROOT / "packaging"))
import system_libraries  # noqa: E402 (beside this folder)


def depends() -> list[str]:
    """The packages of Debian that the program cannot do without."""
    return ["libc6", *sorted(set(system_libraries.LIBRARIES.values()))]


def control(installed_bytes: int, machine: str) -> str:
    """The package's description."""
    return (
        f"Package: {NAME}\nVersion: {version()}\nSection: science\nPriority: optional\n"
        f"Architecture: {MACHINES[machine]}\nMaintainer: Bit-Llama Studio <noreply@localhost>\n"
        f"Installed-Size: {installed_bytes // 1024}\nDepends: {', '.join(depends())}\n"
        "Recommends: shared-mime-info, desktop-file-utils, hicolor-icon-theme\n"
        "Description: language model that learns while it runs\n"
        " A desktop program for a small language model with ternary weights. It takes a\n"
        " learning step at every word it reads and remembers after it sleeps. All of it\n"
        " stays on the machine.\n"
    )


def make_deb(bundle: Path, icons: Path, into: Path, machine: str) -> Path:
    """Build the package; returns its path."""
    root = into.parent / "build" / "deb"
    shutil.rmtree(root, ignore_errors=True)
    lay_out(bundle, icons, root)
    size = sum(file.stat().st_size for file in root.rglob("*") if file.is_file() and not file.is_symlink())
    (root / "DEBIAN").mkdir()
    (root / "DEBIAN" / "control").write_text(control(size, machine), encoding="utf-8")
    package = into / f"{NAME}_{version()}_{MACHINES[machine]}.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z15", "--build", str(root), str(package)],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    shutil.rmtree(root)
    return package
