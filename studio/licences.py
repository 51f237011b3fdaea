"""The licences of everything that comes with the program: from the list in a bundle, else from what is installed."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from engine.errors import BitLlamaError
from engine.resources import resource_path

PROGRAM = "bit-llama-studio"
BUNDLED = "licences.txt"
"""The resource that a bundle carries, made by `gather` when it is built."""

STANDARD = {"LGPL-3.0": ("GPL-3.0", "LGPL-3.0"), "Apache": ("Apache-2.0",)}
"""Word in the name of a licence: resources that hold its text, for packages that name it and bring none."""

QT = (
    "Qt and PySide6 are used under the LGPL, version 3, unchanged. Their libraries are files of their own, which may "
    "be replaced by others of the same interface; their sources are at https://code.qt.io."
)

_FILES = re.compile(r"(licen[sc]e|copying|notice|copyright)[^/]*$", re.IGNORECASE)
_NO_TEXT = (".py", ".pyc", ".json", ".html", ".h")
_RULE = "=" * 80


def text() -> str:
    """What the program is made of, and every licence."""
    try:
        bundled = resource_path(BUNDLED)
        if bundled.is_file():
            return bundled.read_text(encoding="utf-8")
    except (BitLlamaError, OSError):
        pass  # an installation without resources still has its packages
    return gather(shipped())


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
    """The texts of its licence files, or those of the licence that it names. Empty where neither is to be had."""
    texts = []
    for file in part.files or ():
        if _FILES.search(str(file)) and file.suffix not in _NO_TEXT:
            path = Path(str(file.locate()))
            if path.is_file():
                texts.append(path.read_text(encoding="utf-8", errors="replace").strip())
    if not texts:
        for word, names in STANDARD.items():
            if word in licence_of(part):
                texts = [resource_path(f"licences/{name}.txt").read_text(encoding="utf-8").strip() for name in names]
                break
    return texts


def gather(parts: Sequence[metadata.Distribution], others: Sequence[tuple[str, str, str]] = ()) -> str:
    """A list of all that is shipped, and after it the text of every licence, each text once.

    Args:
        parts: the Python packages.
        others: name, licence, and text of what is no Python package.
    """
    told = [(f"Python {sys.version.split()[0]}", "PSF-2.0", [_python_licence()])]
    told += [(f"{part.metadata['Name']} {part.version}", licence_of(part), texts_of(part)) for part in parts]
    told += [(name, licence, [words]) for name, licence, words in others]
    lines = [f"{name}: {licence}" for name, licence, _ in told] + ["", QT]
    owners: dict[str, list[str]] = {}
    for name, _, texts in told:
        for licence_text in filter(None, texts):
            owners.setdefault(licence_text, []).append(name)
    for licence_text, names in owners.items():
        lines += ["", _RULE, ", ".join(dict.fromkeys(names)), _RULE, "", licence_text]
    return "\n".join(lines) + "\n"


def _python_licence() -> str:
    library = Path(sys.base_prefix) / "lib" / f"python3.{sys.version_info[1]}"
    for place in (Path(sys.base_prefix) / "LICENSE.txt", library / "LICENSE.txt"):
        if place.is_file():
            return place.read_text(encoding="utf-8", errors="replace").strip()
    return ""
