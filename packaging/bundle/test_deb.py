"""`make deb-test`: installs the Debian package in a system that is bare but for it, uses it, and removes it.

The system is made by debootstrap under ``build/``, once, and a copy of it is used: file types and menu entry must be
known to the desktop's own tools, the program must pass its self-test for a user who is not root, and after its removal
nothing may be left but what that user has said and taught. Needs root and Debian or Ubuntu.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from layout import NAME, ROOT, SHELL, version
from make_deb import MACHINES, depends

DIST, WORK = ROOT / "dist", ROOT / "build"
TOOLS = ("xvfb", "xauth", "libglib2.0-bin", "shared-mime-info", "desktop-file-utils", "hicolor-icon-theme")
"""What a desktop has; the package recommends or needs the rest."""

SOUL = b'{"__metadata__": {"version": "1"}}'
"""How a soul's file goes on after the length of this, which is all that a desktop looks at."""

USER = "somebody"
PATIENCE_S = 900
_OWN_BOOKS = ("var/lib/dpkg", "var/log", "var/cache", "var/lib/apt", "tmp", "root", "run", "proc", "dev", "sys")
"""Where the system keeps books of its own, which no package undoes."""


class Fault(Exception):
    """What is wrong with the package, as a sentence."""


class System:
    """A root file system; commands run in it as if it were the machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *command: str, user: str | None = None, well: bool = True) -> str:
        """What a command prints in there, errors too. Raises `Fault` where it fails and `well` is asked."""
        inside = ["runuser", "-u", user, "--", *command] if user else list(command)
        # The mounts live in a namespace of their own and are gone with the command.
        enter = (
            'mount -t proc proc "$1/proc" && mount -t tmpfs tmpfs "$1/tmp" && mount --rbind /dev "$1/dev" '
            '&& cd / && root="$1" && shift && exec chroot "$root" "$@"'
        )
        environ = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
        environ |= {"HOME": f"/home/{user}" if user else "/root", "OMP_NUM_THREADS": "1"}
        done = subprocess.run(
            ["unshare", "--mount", "--", "sh", "-c", enter, "sh", str(self.root), *inside],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=environ,
            timeout=PATIENCE_S, check=False,
        )  # fmt: skip
        if well and done.returncode:
            raise Fault(f"`{' '.join(command)}` ended with {done.returncode} in there:\n{done.stdout}")
        return done.stdout

    def files(self) -> dict[str, str]:
        """Every file, with what is in it, but for the system's own books and people's homes."""
        found = {}
        for path in self.root.rglob("*"):
            name = path.relative_to(self.root).as_posix()
            if name.startswith((*_OWN_BOOKS, "home")):
                continue
            if path.is_symlink():
                found[name] = f"-> {os.readlink(path)}"
            elif path.is_file():
                found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
            else:
                found[name] = "a folder"
        return found


def bare_system() -> Path:
    """A system with what every desktop has and what the package depends on; made at the first call, then kept."""
    root = WORK / f"bare-{platform.freedesktop_os_release()['VERSION_CODENAME']}"
    if not root.is_dir():
        making = root.with_suffix(".making")
        shutil.rmtree(making, ignore_errors=True)
        making.parent.mkdir(exist_ok=True)
        suite = root.name.removeprefix("bare-")
        subprocess.run(["debootstrap", "--variant=minbase", suite, str(making)], check=True, stdout=subprocess.DEVNULL)
        shutil.copy("/etc/resolv.conf", making / "etc" / "resolv.conf")
        system = System(making)
        system.run("apt-get", "update", "-qq")
        system.run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *TOOLS, *depends())
        system.run("useradd", "--create-home", USER)
        making.rename(root)
    return root


@contextmanager
def copied(root: Path) -> Iterator[System]:
    """A copy of a system that goes away afterwards."""
    with tempfile.TemporaryDirectory(dir=WORK) as folder:
        subprocess.run(["cp", "-a", str(root), f"{folder}/root"], check=True)
        yield System(Path(folder) / "root")


def known_to_the_desktop(system: System) -> None:
    """Both file types are recognised and opened by the program, and the menu knows it."""
    home = system.root / "home" / USER
    shutil.copy(ROOT / "resources" / "models" / "companion.bitt", home / "model.bitt")
    (home / "a body without its ending").write_bytes((home / "model.bitt").read_bytes()[:4096])
    (home / "mine.soul").write_bytes(len(SOUL).to_bytes(8, "little") + SOUL)
    for file, kind in (("model.bitt", "body"), ("a body without its ending", "body"), ("mine.soul", "soul")):
        told = system.run("gio", "info", "--attributes=standard::content-type", f"/home/{USER}/{file}", user=USER)
        if f"application/x-bit-llama-{kind}" not in told:
            raise Fault(f"{file} is not recognised: {told}")
        opener = system.run("gio", "mime", f"application/x-bit-llama-{kind}", user=USER)
        if f"{NAME}.desktop" not in opener:
            raise Fault(f"Nothing opens {file}: {opener}")
    system.run("desktop-file-validate", f"/usr/share/applications/{NAME}.desktop")
    icons = list((system.root / "usr/share/icons/hicolor").rglob(f"apps/{NAME}.*"))
    if not icons:
        raise Fault("The menu entry has no icon.")


def starts(system: System) -> None:
    """The window passes its self-test and the command line talks, for a user who is not root."""
    soul = f"/home/{USER}/cat.soul"
    typed = f"My cat is called Mia.\\n/save {soul}\\n/quit\\n"
    told = system.run("sh", "-c", f"printf '{typed}' | {SHELL} chat", user=USER)
    if not (system.root / soul.lstrip("/")).is_file():
        raise Fault(f"Talking left no soul: {told}")
    told = system.run("xvfb-run", "-a", NAME, "--self-test", "--nap", soul, user=USER)
    if "All is well." not in told or "cat.soul was handed over" not in told:
        raise Fault(told)


def main() -> int:
    """Every step in turn; 0 where all went well."""
    package = DIST / f"{NAME}_{version()}_{MACHINES[platform.machine()]}.deb"
    if os.geteuid() or not shutil.which("debootstrap") or not package.exists():
        print(f"This needs root, debootstrap, and {package} (`make bundle`).")
        return 1
    with copied(bare_system()) as system:
        before = system.files()
        shutil.copy(package, system.root / "opt" / package.name)
        try:
            system.run("dpkg", "--install", f"/opt/{package.name}")
            print("ok    it installs where nothing but its dependencies is", flush=True)
            known_to_the_desktop(system)
            print("ok    file types and menu entry are known to the desktop", flush=True)
            starts(system)
            print("ok    it starts, talks, sleeps and takes a soul, for a user who is not root", flush=True)
            souls = {path for path in (system.root / "home" / USER).rglob("*") if path.is_file()}
            system.run("dpkg", "--purge", NAME)
            (system.root / "opt" / package.name).unlink()
            after = system.files()
            if left := {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}:
                raise Fault(f"Its removal left traces: {', '.join(sorted(left)[:20])}")
            if gone := [str(path) for path in souls if not path.is_file()]:
                raise Fault(f"Its removal took what is the user's: {gone}")
            print("ok    it is removed without a trace, and what the user taught it is still there", flush=True)
        except Fault as error:
            print(f"FAIL  {error}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
