"""How the bundle lies in a Linux system: below ``usr`` of a package, an AppImage, or a root file system."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME, SHELL = "bit-llama-studio", "bit-llama"
LINUX = ROOT / "packaging" / "linux"
HOME = Path("usr") / "lib" / NAME
"""Where the bundle itself lies."""


def version() -> str:
    """The program's version, from its one place."""
    found = re.search(r'__version__ = "([^"]+)"', (ROOT / "engine" / "version.py").read_text(encoding="utf-8"))
    assert found, "engine/version.py names no version"
    return found[1]


def lay_out(bundle: Path, icons: Path, root: Path) -> None:
    """Put the bundle, links to both programs, menu entry, file types, icons and licences where a system looks for them.

    The bundle's files are linked where the disk allows it, not copied.
    """
    shutil.copytree(bundle, root / HOME, symlinks=True, copy_function=_link)
    (root / "usr" / "bin").mkdir(parents=True)
    for program in (NAME, SHELL):
        (root / "usr" / "bin" / program).symlink_to(f"../lib/{NAME}/{program}")
    share = root / "usr" / "share"
    for source, target in (
        (LINUX / f"{NAME}.desktop", share / "applications" / f"{NAME}.desktop"),
        (LINUX / f"{NAME}.xml", share / "mime" / "packages" / f"{NAME}.xml"),
        (ROOT / "resources" / "icons" / "bit-llama.svg", share / "icons/hicolor/scalable/apps" / f"{NAME}.svg"),
        (bundle / "_internal" / "resources" / "licences.txt", share / "doc" / NAME / "copyright"),
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
