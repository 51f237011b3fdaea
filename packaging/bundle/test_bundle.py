"""`make bundle-test`: runs the self-test of the finished bundle in every kind of place where people put programs.

Each place is told with its outcome, then what the bundle weighs and how long it takes to start; the exit code counts
the places that failed. Needs Linux; with Xvfb (through xvfb-run) the windows are real, without it they are drawn on no
screen, which is said.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import sizes
import start_times
from layout import NAME as PROGRAM
from layout import ROOT, SHELL

BUNDLE = ROOT / "dist" / PROGRAM
PATIENCE_S = 900


@contextmanager
def copied(folder: str = "program") -> Iterator[Path]:
    """The bundle somewhere else, its files linked and not copied."""
    with tempfile.TemporaryDirectory(dir=ROOT / "dist") as place:
        os.chmod(place, 0o755)
        target = Path(place) / folder
        shutil.copytree(BUNDLE, target, symlinks=True, copy_function=os.link)
        yield target


def run(
    program: Path, *arguments: str, cwd: Path | None = None, user: int | None = None, home: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:  # fmt: skip
    """Run a program of the bundle without anything of this checkout or its environment in reach."""
    clean = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": home or tempfile.gettempdir(), "OMP_NUM_THREADS": "1"}
    clean |= dict(environ or {})
    command = [str(program), *arguments]
    if shutil.which("xvfb-run"):
        command = ["xvfb-run", "-a", *command]
    else:
        clean["QT_QPA_PLATFORM"] = "offscreen"
    if user is not None:
        command = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *command]
    return subprocess.run(
        command, cwd=cwd or "/", env=clean, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


NOBODY = 65534
QUICK_TEST = ("--self-test", "--nap")
"""One place sees a whole night; in the others it is enough that it begins, with all that it loads."""


def another_folder() -> bool:
    """From another folder."""
    with tempfile.TemporaryDirectory() as elsewhere:
        return passed(run(BUNDLE / PROGRAM, "--self-test", cwd=Path(elsewhere)))


def another_user() -> bool:
    """As another user, who has no home and may not write to the program."""
    with copied() as program:
        return passed(run(program / PROGRAM, *QUICK_TEST, user=NOBODY, home="/nonexistent"))


def no_home() -> bool:
    """With a home that does not exist."""
    return passed(run(BUNDLE / PROGRAM, *QUICK_TEST, home="/tmp/there is no such home"))


def odd_path() -> bool:
    """In a path with spaces and Japanese."""
    with copied("プログラム と 魂") as program:
        return passed(run(program / PROGRAM, *QUICK_TEST))


def with_a_soul() -> bool:
    """With a soul handed over on the command line, made by the bundle's own command line."""
    with tempfile.TemporaryDirectory() as folder:
        soul = Path(folder) / "told.soul"
        made = chat(f"My cat is called Mia.\n/save {soul}\n/quit\n")
        if made.returncode or not soul.exists():
            print(made.stdout, made.stderr)
            return False
        done = run(BUNDLE / PROGRAM, *QUICK_TEST, str(soul))
        return passed(done) and "told.soul was handed over" in done.stdout


def as_one_file() -> bool:
    """As an AppImage, mounted where nobody may write, from a path with spaces, with the command line under its name."""
    with one_file() as image:
        shell = image.with_name(SHELL)
        shell.symlink_to(image.name)
        said = run(shell, "--version")
        return passed(run(image, *QUICK_TEST)) and said.returncode == 0 and said.stdout.startswith(SHELL)


def as_one_file_unpacked() -> bool:
    """As an AppImage where there is no FUSE, for another user."""
    with one_file() as image:
        return passed(run(image, *QUICK_TEST, user=NOBODY if os.geteuid() == 0 else None, environ=_UNPACKED))


_UNPACKED = {"APPIMAGE_EXTRACT_AND_RUN": "1"}


@contextmanager
def one_file() -> Iterator[Path]:
    """A link to the AppImage, in a path with a space. Raises `FileNotFoundError` where none was built."""
    images = list(BUNDLE.parent.glob("*.AppImage"))
    if len(images) != 1:
        raise FileNotFoundError(f"There are {len(images)} AppImages in {BUNDLE.parent}; run `make bundle`.")
    with tempfile.TemporaryDirectory(dir=BUNDLE.parent) as place:
        os.chmod(place, 0o755)
        image = Path(place) / "Bit-Llama Studio.AppImage"
        os.link(images[0], image)
        yield image


def trains() -> bool:
    """A body is trained, two steps of it, with what of torch was taken along, in one process and in two."""
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "text.txt"
        text.write_text("The tide comes in at noon and goes out at dusk. " * 200, encoding="utf-8")
        prepared = run(BUNDLE / SHELL, "prepare", str(text), "--out", f"{folder}/data", "--vocab-size", "300")
        small = ("--dim", "64", "--layers", "1", "--steps", "2", "--batch-size", "2", "--context-len", "32")
        done = [prepared]
        for kind in ((), ("--distributed", "2", "--device", "cpu")):
            target = f"{folder}/run{len(done)}"
            done.append(run(BUNDLE / SHELL, "train", "--data", f"{folder}/data", "--out", target, *small, *kind))
        well = not any(one.returncode for one in done) and all(
            Path(folder, f"run{n}", "model").is_dir() for n in (1, 2)
        )
        if not well:
            print(*(one.stdout + one.stderr for one in done))
        return well


def without_the_native_library() -> bool:
    """Without the native library it must fail, and name it."""
    with copied() as program:
        for library in program.rglob("*bit_llama_native*"):
            library.unlink()
        done = run(program / PROGRAM, *QUICK_TEST)
        return done.returncode == 1 and "native library" in done.stdout


def chat(typed: str) -> subprocess.CompletedProcess[str]:
    """The terminal chat of the bundle, in a workspace of its own."""
    with tempfile.TemporaryDirectory() as place:
        return subprocess.run(
            [str(BUNDLE / SHELL), "chat", "--workspace", f"{place}/workspace"], input=typed, text=True,
            capture_output=True, timeout=PATIENCE_S, check=False, env={"PATH": "/usr/bin:/bin", "HOME": place},
        )  # fmt: skip


def command_line() -> bool:
    """The command line knows its installation to be sound, and talks."""
    doctor = run(BUNDLE / SHELL, "doctor")
    said = chat("Hello\n/quit\n")
    if doctor.returncode or said.returncode:
        print(doctor.stdout, doctor.stderr, said.stdout, said.stderr)
    return doctor.returncode == 0 and said.returncode == 0


PLACES = (
    another_folder, command_line, trains, with_a_soul, no_home, odd_path, as_one_file, as_one_file_unpacked,
    without_the_native_library, another_user,
)  # fmt: skip


def passed(done: subprocess.CompletedProcess[str]) -> bool:
    """Whether a self-test went well; what it said is printed where it did not."""
    if done.returncode or "All is well." not in done.stdout:
        print(done.stdout, done.stderr)
        return False
    return True


def main() -> int:
    """Every place in turn; the number of those that failed."""
    if not (BUNDLE / PROGRAM).exists():
        print(f"There is no bundle in {BUNDLE}; run `make bundle` first.")
        return 1
    print("in real windows, under Xvfb" if shutil.which("xvfb-run") else "drawn on no screen: Xvfb is not installed")
    failed = 0
    for place in PLACES:
        if place is another_user and os.geteuid():
            print("skipped:", place.__doc__, "(only root can become another user)")
            continue
        started = time.monotonic()
        try:
            well = place()
        except (OSError, subprocess.TimeoutExpired) as error:
            print(error)
            well = False
        failed += not well
        print(f"{'ok  ' if well else 'FAIL'}  {place.__doc__}  {time.monotonic() - started:.0f} s", flush=True)
    print()
    sizes.main()
    if shutil.which("Xvfb"):
        print()
        start_times.main([])
    return failed


if __name__ == "__main__":
    sys.exit(main())
