"""The head of the AppImage, around a small program: mounted, unpacked, passed on, and gone afterwards."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import progress
import pytest

needs_tools = pytest.mark.skipif(
    not (sys.platform.startswith("linux") and shutil.which("mksquashfs") and shutil.which("cc")),
    reason="packs with mksquashfs and compiles with cc; `make setup-tests` installs them",
)
needs_fuse = pytest.mark.skipif(
    not (os.access("/dev/fuse", os.R_OK | os.W_OK) and (shutil.which("fusermount3") or os.geteuid() == 0)),
    reason="FUSE cannot be used here",
)
pytestmark = needs_tools

BIG = random.Random(0).randbytes(3_000_000)

APPRUN = """#!/bin/sh
for argument in "$@"; do printf '<%s>' "$argument"; done
echo
echo "appimage=$APPIMAGE" "argv0=$ARGV0" "owd=$OWD"
echo "appdir=$APPDIR"
cat "$APPDIR/folder/link"
[ -n "$SECONDS_TO_STAY" ] && { echo staying; exec sleep "$SECONDS_TO_STAY"; }
exit 7
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An AppImage with a script, a file of 3 MB and a link in it, in a path with a space."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging" / "bundle"))
    try:
        import make_appimage
    finally:
        del sys.path[0]
    folder = tmp_path_factory.mktemp("app image")
    app = folder / "AppDir"
    (app / "folder").mkdir(parents=True)
    (app / "AppRun").write_text(APPRUN)
    (app / "AppRun").chmod(0o755)
    (app / "folder" / "big").write_bytes(BIG)
    (app / "folder" / "small").write_text("what is in it\n")
    (app / "folder" / "link").symlink_to("small")
    try:
        make_appimage.build_head(folder / "head")
    except RuntimeError as error:
        if "cannot find -l" in str(error):
            pytest.skip("the static libraries of squashfuse are not installed")
        raise
    made = folder / "a program.AppImage"
    make_appimage.pack(app, folder / "head", made, level=1)
    return made


def run(image: Path, place: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    given = {"PATH": os.environ["PATH"], "TMPDIR": str(place), **environ}
    done: subprocess.CompletedProcess[str] = progress.run([image, *arguments], cwd="/", env=given)
    return done


def becomes_empty(folder: Path) -> bool:
    return progress.wait_for(lambda: not any(folder.iterdir()), f"{folder} to be empty", still=10)


def says_what_it_should(done: subprocess.CompletedProcess[str], image: Path, place: Path) -> None:
    assert done.returncode == 7, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "<one><two words><--self-test>"
    assert lines[1] == f"appimage={image} argv0={image} owd=/"
    assert lines[2].startswith(f"appdir={place}/.")
    assert lines[3] == "what is in it"


@needs_fuse
def test_it_runs_mounted_and_leaves_nothing(image: Path, tmp_path: Path) -> None:
    done = run(image, tmp_path, "one", "two words", "--self-test")
    says_what_it_should(done, image, tmp_path)
    assert "/.mount_a program" in done.stdout
    assert not done.stderr
    assert becomes_empty(tmp_path)


@pytest.mark.parametrize("way", ["option", "environment"])
def test_it_runs_unpacked_and_leaves_nothing(image: Path, tmp_path: Path, way: str) -> None:
    option = ["--appimage-extract-and-run"] if way == "option" else []
    environ = {"APPIMAGE_EXTRACT_AND_RUN": "1"} if way == "environment" else {}
    done = run(image, tmp_path, *option, "one", "two words", "--self-test", **environ)
    says_what_it_should(done, image, tmp_path)
    assert "/.unpacked_a program" in done.stdout
    assert not any(tmp_path.iterdir())


@needs_fuse
def test_the_mount_ends_with_the_program_however_it_ends(image: Path, tmp_path: Path) -> None:
    environ = os.environ | {"TMPDIR": str(tmp_path), "SECONDS_TO_STAY": "60"}
    with subprocess.Popen([str(image)], env=environ, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        while running.stdout.readline() != "staying\n":
            pass
        (mounted,) = tmp_path.iterdir()
        assert (mounted / "folder" / "big").read_bytes() == BIG
        with pytest.raises(OSError, match="Read-only"):
            (mounted / "folder" / "new").write_text("")
        running.kill()
    assert becomes_empty(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="only root can take FUSE away")
def test_without_fuse_it_says_so_and_runs_all_the_same(image: Path, tmp_path: Path) -> None:
    hide = 'mount --bind /dev/null /dev/fuse && exec "$@"'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", hide, "sh", str(image), "one", "two words", "--self-test"],
        cwd="/", env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    says_what_it_should(done, image, tmp_path)
    assert "FUSE is not usable here, so the program is unpacked for this run" in done.stderr
    assert becomes_empty(tmp_path)


def test_a_signal_reaches_the_unpacked_program(image: Path, tmp_path: Path) -> None:
    environ = os.environ | {"TMPDIR": str(tmp_path), "SECONDS_TO_STAY": "60", "APPIMAGE_EXTRACT_AND_RUN": "1"}
    with subprocess.Popen([str(image)], env=environ, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        while running.stdout.readline() != "staying\n":
            pass
        running.terminate()
        progress.finish(running)
        assert running.returncode == 128 + signal.SIGTERM
    assert not any(tmp_path.iterdir())


def test_it_unpacks_to_the_byte(image: Path, tmp_path: Path) -> None:
    progress.run([image, "--appimage-extract"], cwd=tmp_path, check=True)
    root, packed = tmp_path / "squashfs-root", image.parent / "AppDir"
    names = sorted(path.relative_to(packed) for path in packed.rglob("*"))
    assert names == sorted(path.relative_to(root) for path in root.rglob("*"))
    assert (root / "folder" / "big").read_bytes() == (packed / "folder" / "big").read_bytes()
    assert os.readlink(root / "folder" / "link") == "small"
    assert os.access(root / "AppRun", os.X_OK)


def test_it_tells_where_its_body_is(image: Path, tmp_path: Path) -> None:
    offset = int(run(image, tmp_path, "--appimage-offset").stdout)
    data = image.read_bytes()
    assert data[offset : offset + 4] == b"hsqs"
    assert data[8:11] == b"AI\x02"
    assert "--appimage-extract-and-run" in run(image, tmp_path, "--appimage-help").stdout
    unknown = run(image, tmp_path, "--appimage-nonsense")
    assert unknown.returncode == 2
    assert "There is no option --appimage-nonsense" in unknown.stderr


def test_a_torn_download_is_told(image: Path, tmp_path: Path) -> None:
    torn, place = tmp_path / "torn.AppImage", tmp_path / "temporary"
    place.mkdir()
    data = image.read_bytes()
    for kept in (len(data) - 4096, int(run(image, place, "--appimage-offset").stdout)):
        torn.write_bytes(data[:kept])
        torn.chmod(0o755)
        done = run(torn, place)
        assert done.returncode == 127
        assert done.stderr == f"{torn} is not complete; download it again.\n"
        assert not any(place.iterdir())


def test_the_command_line_is_there_under_its_own_name(recipe: Callable[[str], ModuleType], tmp_path: Path) -> None:
    layout = recipe("layout")
    home = tmp_path / layout.HOME
    home.mkdir(parents=True)
    for program in (layout.NAME, layout.SHELL):
        (home / program).write_text(f'#!/bin/sh\necho {program} "$@"\n')
        (home / program).chmod(0o755)
    shutil.copy(layout.LINUX / "appimage" / "AppRun", tmp_path / "AppRun")
    for called, program in (("Bit Llama.AppImage", layout.NAME), ("/usr/local/bin/bit-llama", layout.SHELL)):
        done = subprocess.run(
            ["sh", str(tmp_path / "AppRun"), "--version", "a b"], env=os.environ | {"ARGV0": called},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout == f"{program} --version a b\n"
