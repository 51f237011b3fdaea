"""Finds the system libraries that Qt needs on Linux and, where it may, installs the Debian packages that hold them.

`python packaging/system_libraries.py` lists what is missing; with ``--install`` it installs it, as root or through
sudo without a password. With ``--tests`` also what the tests and the pictures of the window need, with ``--bundles``
what building and testing bundles needs. On other systems Qt brings all that it needs.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys

LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
"""Shared libraries of Qt's windows on Linux, and the Debian packages that hold them."""

TOOLS = {
    "cc": "gcc",
    "strip": "binutils",
    "dpkg-deb": "dpkg",
    "mksquashfs": "squashfs-tools",
    "fusermount3": "fuse3",
    "debootstrap": "debootstrap",
    "xvfb-run": "xvfb",
}
"""Programs that bundles are built and tested with, and their Debian packages."""

STATIC = {
    "c": "libc6-dev",
    "squashfuse_ll": "libsquashfuse-dev",
    "fuse3": "libfuse3-dev",
    "zstd": "libzstd-dev",
    "lzma": "liblzma-dev",
    "lz4": "liblz4-dev",
    "z": "zlib1g-dev",
}
"""Static libraries in the head of the AppImage, and the Debian packages that hold them."""

PROGRAMS = {"Xvfb": "xvfb", "xdotool": "xdotool"}
"""A display without a screen, and hands for it: for the test that drives a real window."""

JAPANESE_FONT = "fonts-noto-cjk"


def missing(tests: bool = False) -> list[str]:
    """Debian packages of the libraries that cannot be loaded; with `tests` also of what only tests need."""
    packages = []
    for library, package in LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            packages.append(package)
    if not shutil.which("fc-match"):
        packages += ["fontconfig", "fonts-dejavu-core"]
    if tests:
        packages += [package for program, package in PROGRAMS.items() if not shutil.which(program)]
        fonts = ["fc-list", ":lang=ja", "family"]
        if not shutil.which("fc-list") or not subprocess.run(fonts, capture_output=True, check=False).stdout.strip():
            packages.append(JAPANESE_FONT)
    return packages


def missing_for_bundles() -> list[str]:
    """Debian packages that building and testing bundles needs and this machine lacks."""
    packages = [package for tool, package in TOOLS.items() if not shutil.which(tool)]
    for library, package in STATIC.items():
        command = ["cc", f"-print-file-name=lib{library}.a"]
        found = shutil.which("cc") and subprocess.run(command, capture_output=True, text=True, check=False).stdout
        if not found or not os.path.isabs(found.strip()):  # a library that is not there is answered with its bare name
            packages.append(package)
    return packages


def install(packages: list[str]) -> bool:
    """Install Debian packages; False where that is not possible here."""
    if not shutil.which("apt-get"):
        return False
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if sudo and not shutil.which("sudo"):
        return False
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        if subprocess.run([*sudo, "apt-get", *command], env=environment, stdout=subprocess.DEVNULL).returncode:
            return False
    return True


def main() -> int:
    """0 where nothing is missing any more; 1 otherwise, with the command to type."""
    if not sys.platform.startswith("linux"):
        return 0
    tests, bundles = "--tests" in sys.argv[1:], "--bundles" in sys.argv[1:]
    packages = missing(tests) + (missing_for_bundles() if bundles else [])
    if packages and "--install" in sys.argv[1:]:
        print("Installing system packages:", " ".join(packages), flush=True)
        if install(packages):
            packages = missing(tests) + (missing_for_bundles() if bundles else [])
    if packages:
        print("System packages are missing; install them with: apt-get install", " ".join(packages))
    return int(bool(packages))


if __name__ == "__main__":
    sys.exit(main())
