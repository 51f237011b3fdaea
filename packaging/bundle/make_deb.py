"""A Debian package from the bundle: menu entry, icons, file types, both programs on the path.

No script runs at install or removal: the triggers of the system take up menu entries, icons and file types. What the
person has said and what was learned lies in the home folder and is not touched.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = "bit-llama-studio"
LINUX = ROOT / "packaging" / "linux"
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}

sys.path.insert(0, str(ROOT / "packaging"))
import system_libraries  # noqa: E402 (beside this folder)


def version() -> str:
    """The program's version, from its one place."""
    found = re.search(r'__version__ = "([^"]+)"', (ROOT / "engine" / "version.py").read_text(encoding="utf-8"))
    assert found, "engine/version.py names no version"
    return found[1]


def control(installed_bytes: int, machine: str) -> str:
    """The package's description."""
    needs = ", ".join(sorted(set(system_libraries.LIBRARIES.values())))
    return (
        f"Package: {NAME}\nVersion: {version()}\nSection: science\nPriority: optional\n"
        f"Architecture: {MACHINES[machine]}\nMaintainer: Bit-Llama Studio <noreply@localhost>\n"
        f"Installed-Size: {installed_bytes // 1024}\nDepends: libc6, {needs}\n"
        "Recommends: shared-mime-info, desktop-file-utils, hicolor-icon-theme\n"
        "Description: language model that learns while it runs\n"
        " A desktop program for a small language model with ternary weights. It takes a\n"
        " learning step at every word it reads and remembers after it sleeps. All of it\n"
        " stays on the machine.\n"
    )


def lay_out(bundle: Path, icons: Path, root: Path) -> None:
    """The files as they will lie under ``/``. The bundle's are linked where the disk allows it, not copied."""
    home = root / "usr" / "lib" / NAME
    shutil.copytree(bundle, home, symlinks=True, copy_function=_link)
    (root / "usr" / "bin").mkdir(parents=True)
    for program in (NAME, "bit-llama"):
        (root / "usr" / "bin" / program).symlink_to(f"../lib/{NAME}/{program}")
    share = root / "usr" / "share"
    for source, target in (
        (LINUX / f"{NAME}.desktop", share / "applications" / f"{NAME}.desktop"),
        (LINUX / f"{NAME}.xml", share / "mime" / "packages" / f"{NAME}.xml"),
        (ROOT / "resources" / "icons" / "bit-llama.svg", share / "icons/hicolor/scalable/apps" / f"{NAME}.svg"),
        (ROOT / "LICENSE", share / "doc" / NAME / "copyright"),
        *(
            (icon, share / f"icons/hicolor/{size}x{size}/apps" / f"{NAME}.png")
            for icon in sorted(icons.glob("bit-llama-*.png"))
            if (size := icon.stem.rsplit("-", 1)[1])
        ),
    ):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    for path in root.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _link(source: str, target: str) -> None:
    try:
        Path(target).hardlink_to(source)
    except OSError:
        shutil.copy2(source, target)


def make_deb(bundle: Path, icons: Path, into: Path) -> Path:
    """Build the package; returns its path."""
    import platform

    machine = platform.machine()
    root = into.parent / "build" / "deb"
    shutil.rmtree(root, ignore_errors=True)
    lay_out(bundle, icons, root)
    size = sum(file.stat().st_size for file in root.rglob("*") if file.is_file() and not file.is_symlink())
    (root / "DEBIAN").mkdir()
    (root / "DEBIAN" / "control").write_text(control(size, machine), encoding="utf-8")
    package = into / f"{NAME}_{version()}_{MACHINES[machine]}.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zxz", "-z6", "--threads-max=2", "--build", str(root), str(package)],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    shutil.rmtree(root)
    return package
