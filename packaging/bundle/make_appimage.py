"""An AppImage from the bundle: one file that runs without being installed.

It is the head in ``packaging/linux/appimage/runtime.c``, compiled without dependencies, and behind it a squashfs with
the bundle and what a desktop wants to know of it. Needs mksquashfs, a C compiler, and the static libraries of
squashfuse.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from layout import LINUX, NAME, lay_out, version

SOURCES = LINUX / "appimage"
LIBRARIES = ("squashfuse_ll", "squashfuse", "fuse3", "zstd", "lzma", "lz4", "z", "pthread")
"""Linked into the head, each before those that it needs."""

MAGIC_AT, MAGIC = 8, b"AI\x02"
"""In the unused end of the ELF identification: an AppImage of type 2."""

BLOCK = 256 * 1024
"""Bytes that are unpacked at once. Larger ones pack a little better and make every page that is missing dearer."""


def libraries_of_head() -> list[Path]:
    """The files of `LIBRARIES`, as the compiler finds them."""
    told = [
        subprocess.run(["cc", f"-print-file-name=lib{name}.a"], capture_output=True, text=True, check=True).stdout
        for name in LIBRARIES
    ]
    return [Path(path.strip()).resolve() for path in told]


def build_head(target: Path) -> None:
    """Compile the head. Raises `RuntimeError` with the compiler's words where that fails."""
    command = ["cc", "-Os", "-static", "-Wall", "-Wextra", "-D_FILE_OFFSET_BITS=64", "-s", "-o", str(target)]
    command += [str(SOURCES / "runtime.c"), *(f"-l{library}" for library in LIBRARIES)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"The head of the AppImage could not be compiled: {done.stderr.strip()}")
    data = bytearray(target.read_bytes())
    data[MAGIC_AT : MAGIC_AT + len(MAGIC)] = MAGIC
    target.write_bytes(data)


def pack(folder: Path, head: Path, target: Path, level: int = 15) -> None:
    """Put `head` before the packed `folder`, which must hold an ``AppRun``."""
    packed = target.with_suffix(".squashfs")
    command = ["mksquashfs", str(folder), str(packed), "-noappend", "-all-root", "-no-xattrs", "-quiet", "-no-progress"]
    command += ["-comp", "zstd", "-Xcompression-level", str(level), "-b", str(BLOCK)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with target.open("wb") as image, packed.open("rb") as body:
        image.write(head.read_bytes())
        shutil.copyfileobj(body, image, 1 << 20)
    packed.unlink()
    target.chmod(0o755)


def make_appimage(bundle: Path, icons: Path, into: Path, machine: str) -> Path:
    """Build the AppImage; returns its path."""
    folder = into.parent / "build" / "appimage"
    shutil.rmtree(folder, ignore_errors=True)
    lay_out(bundle, icons, folder / "AppDir")
    top = folder / "AppDir"
    shutil.copyfile(SOURCES / "AppRun", top / "AppRun")
    (top / "AppRun").chmod(0o755)
    (top / f"{NAME}.desktop").symlink_to(f"usr/share/applications/{NAME}.desktop")
    (top / f"{NAME}.png").symlink_to(f"usr/share/icons/hicolor/256x256/apps/{NAME}.png")
    (top / ".DirIcon").symlink_to(f"{NAME}.png")
    build_head(folder / "head")
    image = into / f"{NAME}-{version()}-{machine}.AppImage"
    pack(top, folder / "head", image)
    shutil.rmtree(folder)
    return image
