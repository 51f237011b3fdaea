"""The licences of everything that comes with the program: from the list in a bundle, else from what is installed."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

from engine.errors import BitLlamaError
from engine.resources import resource_path

PROGRAM = "bit-llama-studio"
BUNDLED = "licences.txt"
"""The resource that a bundle carries, made by `gather` when it is built."""

_FILES = re.compile(r"(licen[sc]e|copying|notice|copyright)[^/]*$", re.IGNORECASE)
_NO_TEXT = (".py", ".pyc", ".json", ".html")
_RULE = "=" * 80


def text() -> str:
    """What the program is made of, and every licence."""
    try:
        bundled = resource_path(BUNDLED)
        if bundled.is_file():
            return bundled.read_text(encoding="utf-8")
    except (BitLlamaError, OSError):
        pass  # an installation without resources still has its packages
    return gather()


def shipped(package: str = PROGRAM) -> list[metadata.Distribution]:
    """What `package` needs, by name, itself first. A requirement that is not installed is not shipped either."""
    found: dict[str, metadata.Distribution] = {}
    waiting = [package]
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        for line in found[name].requires or ():
            if "extra ==" not in line:
                waiting.append(re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0])
    first = [found.pop(package)] if package in found else []
    return first + [found[name] for name in sorted(found)]


def licence_of(part: metadata.Distribution) -> str:
    """The name of its licence as its author states it."""
    about = part.metadata
    stated = next(iter(about.get_all("License-Expression") or about.get_all("License") or [""])).strip().split("\n")[0]
    if not stated or len(stated) > 100:
        classes = part.metadata.get_all("Classifier") or ()
        stated = ", ".join(line.split(" :: ")[-1] for line in classes if line.startswith("License")) or stated[:100]
    return stated or "stated in its files"


def texts_of(part: metadata.Distribution) -> list[str]:
    """The texts of its licence files."""
    texts = []
    for file in part.files or ():
        if _FILES.search(str(file)) and file.suffix not in _NO_TEXT:
            path = Path(str(file.locate()))
            if path.is_file():
                texts.append(path.read_text(encoding="utf-8", errors="replace").strip())
    return texts


def gather() -> str:
    """A list of all that is shipped, and after it the text of every licence."""
    parts = shipped()
    lines = [f"Python {sys.version.split()[0]}: PSF-2.0"]
    lines += [f"{part.metadata['Name']} {part.version}: {licence_of(part)}" for part in parts]
    for part in parts:
        for licence in texts_of(part):
            lines += ["", _RULE, f"{part.metadata['Name']} {part.version}", _RULE, "", licence]
    library = Path(sys.base_prefix) / "lib" / f"python3.{sys.version_info[1]}"
    for place in (Path(sys.base_prefix) / "LICENSE.txt", library / "LICENSE.txt"):
        if place.is_file():
            lines += ["", _RULE, "Python", _RULE, "", place.read_text(encoding="utf-8", errors="replace").strip()]
            break
    return "\n".join(lines) + "\n"
