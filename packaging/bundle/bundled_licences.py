"""What lies in the finished bundle, and under which licences: Python packages, and libraries of the builder's system.

Every library must be accounted for; one whose licence nobody can name stops the build.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import first_run

from studio import licences

DOCUMENTS = Path("/usr/share/doc")
_COMMON = re.compile(r"/usr/share/common-licenses/([A-Za-z0-9.-]*[A-Za-z0-9])")


class Unaccounted(Exception):
    """Something in the bundle has no known licence; the message names it."""


def packages_in(folder: Path) -> list[metadata.Distribution]:
    """The Python packages that the program needs of which something lies in the bundle's `folder`."""
    return [part for part in licences.shipped() if part.metadata["Name"] == licences.PROGRAM or _lies_in(part, folder)]


def _lies_in(part: metadata.Distribution, folder: Path) -> bool:
    tops = {file.parts[0] for file in part.files or () if file.parts[0] not in ("..", "__pycache__")}
    names = {Path(top).stem if top.endswith(".py") else top for top in tops if ".dist-info" not in top}
    return any((folder / name).exists() or (folder / f"{name}.pyc").exists() for name in names)


def system_libraries(sources: Path) -> list[Path]:
    """Where those libraries of the bundle came from that belong to neither Python nor a Python package.

    Args:
        sources: the spec's list, JSON: path in the bundle to path it was taken from.
    """
    own = [Path(prefix).resolve() for prefix in (sys.prefix, sys.base_prefix, Path(__file__).parents[2])]
    found = {Path(taken).resolve() for taken in json.loads(sources.read_text(encoding="utf-8")).values()}
    return sorted(path for path in found if not any(path.is_relative_to(prefix) for prefix in own))


def debian_licences(libraries: Iterable[Path]) -> list[tuple[str, str, str]]:
    """Name and version, where the licence is stated, and its text, of the Debian packages that hold `libraries`.

    Raises `Unaccounted` for one that belongs to no package, or whose package says nothing.
    """
    found: dict[str, tuple[str, str, str]] = {}
    for library in libraries:
        package = _owner(library)
        if package is None:
            raise Unaccounted(f"{library} is in the bundle, and belongs to no package whose licence could be told.")
        words = DOCUMENTS / package / "copyright"
        if not words.is_file():
            raise Unaccounted(f"{library} is in the bundle; its package {package} has no {words}.")
        version = _output("dpkg-query", "-W", "-f", "${Version}", package)
        text = words.read_text(encoding="utf-8", errors="replace").strip()
        found[package] = (f"{package} {version} (a library of Debian)", "below", text)
    named = {name for _, _, text in found.values() for name in _COMMON.findall(text)}
    common = {name: Path("/usr/share/common-licenses", name) for name in sorted(named)}
    texts = {name: path.read_text(encoding="utf-8").strip() for name, path in common.items() if path.is_file()}
    return [found[package] for package in sorted(found)] + [
        (f"{name}, which the above refer to", "below", text) for name, text in texts.items()
    ]


def _owner(library: Path) -> str | None:
    """The package that a file belongs to; it may be registered without the ``/usr`` that merged systems add."""
    found = library.resolve()
    for path in (found, Path("/", *found.parts[2:])):
        if told := _output("dpkg", "-S", str(path)):
            return told.split(":")[0].split(",")[0]
    return None


def _output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def write(folder: Path, sources: Path, more: Iterable[Path] = ()) -> Path:
    """Write the list of the bundle in `folder` into it; `more` are libraries linked into its packages. Returns it.

    Raises `Unaccounted`.
    """
    parts = packages_in(folder)
    for part in parts:
        if not licences.texts_of(part):
            raise Unaccounted(f"{part.metadata['Name']} is in the bundle, and brings no text of its licence.")
    others = first_run.licence(folder)
    if sys.platform.startswith("linux"):  # elsewhere Python's and Qt's installers bring all that they need
        others += debian_licences([*system_libraries(sources), *more])
    target = folder / "resources" / licences.BUNDLED
    target.write_text(licences.gather(parts, others), encoding="utf-8")
    return target
