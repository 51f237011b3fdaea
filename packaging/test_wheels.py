"""`make wheel-test`: the source distribution, and the wheels that are built from it with a compiler and without one.

Each wheel is installed without this checkout in reach (its dependencies are those installed here) and talks; the
recipes that only run elsewhere are looked at by the tools that know their form. Needs the extra ``release``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WHEELS = ROOT / "dist" / "wheels"
NO_COMPILER = {"CXX": "/nonexistent/c++", "CC": "/nonexistent/cc"}
BROUGHT = (
    "engine/_resources/models/companion.bitt",
    "engine/_resources/translations/ja.qm",
    "studio/widgets/icons/copy.svg",
)
SHELL_SCRIPTS = ("packaging/macos/make_dmg.sh", "packaging/linux/appimage/AppRun", ".ci/run")


class Fault(Exception):
    """What is wrong, as a sentence."""


def run(*command: str | Path, cwd: Path | None = None, typed: str = "", **environ: str) -> str:
    """What a command prints, given what is typed. Raises `Fault` where it fails."""
    given = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "BIT_LLAMA"))} | environ
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        input=typed, text=True, errors="replace", check=False,
    )  # fmt: skip
    if done.returncode:
        raise Fault(f"`{' '.join(map(str, command))}` ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def source_distribution() -> Path:
    """Build it, and see that it brings all that a build needs and nothing that was built."""
    shutil.rmtree(WHEELS, ignore_errors=True)
    run(sys.executable, "-m", "build", "--sdist", "--outdir", WHEELS, ROOT)
    (found,) = WHEELS.glob("*.tar.gz")
    with tarfile.open(found) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    needed = {"engine/native/CMakeLists.txt", "engine/native/src/api.h", "packaging/build_hook.py", "pyproject.toml"}
    needed |= {"packaging/build_native.py", "packaging/translations.py", "resources/translations/ja.ts"}
    needed |= {"resources/models/companion.bitt", "LICENSE"}
    if needed - names:
        raise Fault(f"{found.name} lacks {', '.join(sorted(needed - names))}.")
    if built := [name for name in names if "bit_llama_native." in name or name.startswith(("tests/", "tools/"))]:
        raise Fault(f"{found.name} brings what it should not: {', '.join(sorted(built)[:5])}.")
    return found


def wheel(source: Path, kind: str, **environ: str) -> Path:
    """Build a wheel from the source distribution, and see that it brings its files."""
    folder = WHEELS / kind
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, source, **environ)
    (found,) = folder.glob("*.whl")
    names = zipfile.ZipFile(found).namelist()
    if missing := [name for name in BROUGHT if name not in names]:
        raise Fault(f"{found.name} lacks {', '.join(missing)}.")
    if sources := [name for name in names if name.startswith(("engine/native/src", "tests/", "tools/", "packaging/"))]:
        raise Fault(f"{found.name} brings sources: {', '.join(sources[:5])}.")
    libraries = [name for name in names if name.startswith("engine/native/bit_llama_native.")]
    if (kind == "native") != (len(libraries) == 1) or (kind == "native") == found.name.endswith("-py3-none-any.whl"):
        raise Fault(f"{found.name}, built {kind}, has {libraries or 'no library'}.")
    return found


@contextmanager
def installed(made: Path) -> Iterator[Path]:
    """The folder of the programs of an environment in which the wheel is installed; of this one it has the rest."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, symlinks=os.name != "nt")
        base = {"base": folder, "platbase": folder}
        packages = Path(sysconfig.get_path("purelib", vars=base))
        (packages / "the_rest.pth").write_text(sysconfig.get_path("purelib") + "\n")
        programs = Path(sysconfig.get_path("scripts", vars=base))
        python = programs / ("python.exe" if os.name == "nt" else "python")
        run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", made)
        yield programs


def talks(made: Path, computes: str) -> None:
    """The installed wheel finds its resources, computes as it should, and learns."""
    with installed(made) as programs, tempfile.TemporaryDirectory() as place:
        doctor = run(programs / "bit-llama", "doctor", "--workspace", f"{place}/workspace", cwd=Path(place))
        if computes not in doctor or str(ROOT / "engine") in doctor:
            raise Fault(f"{made.name}, installed, says of itself:\n{doctor}")
        soul = Path(place) / "first.soul"
        typed = f"My cat is called Mia.\n/save {soul}\n/quit\n"
        run(programs / "bit-llama", "chat", "--workspace", f"{place}/workspace", cwd=Path(place), typed=typed)
        if not soul.is_file():
            raise Fault(f"{made.name}, installed, talked and kept no soul.")


def recipes() -> None:
    """The workflow, the shell scripts and the recipe of the wheels are what their tools take."""
    workflows = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    run("shellcheck", *SHELL_SCRIPTS, cwd=ROOT)
    for system, architectures in (("linux", "x86_64,aarch64"), ("macos", "x86_64,arm64"), ("windows", "AMD64")):
        command = ("cibuildwheel", "--platform", system, "--archs", architectures, "--print-build-identifiers")
        if len(told := run(*command, ROOT).split()) != len(architectures.split(",")):
            raise Fault(f"For {system} cibuildwheel would build {told}.")


def main() -> int:
    """Every step in turn; 0 where all went well."""
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    try:
        source = source_distribution()
        print(f"ok    {source.name} brings what a build needs", flush=True)
        made = wheel(source, "native")
        print(f"ok    {made.name}, built from it with a compiler, brings the library and the resources", flush=True)
        talks(made, "bit_llama_native.")
        print("ok    installed, it talks with the native library", flush=True)
        made = wheel(source, "plain", **NO_COMPILER)
        print(f"ok    {made.name}, built from it without a compiler, says why it has no library", flush=True)
        talks(made, "no C++ compiler was found")
        print("ok    installed, it talks with torch", flush=True)
        recipes()
        print("ok    workflow, shell scripts and the recipe of the wheels are in their form", flush=True)
    except Fault as error:
        print(f"FAIL  {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
