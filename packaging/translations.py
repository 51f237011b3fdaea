"""Keeps the translation files in step with the program: ``python packaging/translations.py``, and compiles them.

Finds every text that the Studio shows (``self.tr``, ``_tr``, ``QT_TRANSLATE_NOOP``; in the engine ``Message`` and the
sentences of errors), adds what is new to each ``resources/translations/*.ts`` as unfinished, drops what is gone, and
compiles them to the ``.qm`` that the program loads; with ``--compile`` it does only that, as the package's build does.
The files are in Qt's own format and can be edited by hand or with Qt Linguist.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "resources" / "translations"
ERRORS = {
    "ConfigError", "DataError", "DeviceError", "EngineFailure", "FetchError", "FileFormatError", "SoulMismatchError",
    "TrainingError", "WorkspaceError", "_Fault",
}  # fmt: skip
"""Exceptions that take their sentence, and the values in it, themselves."""


def texts(*folders: Path) -> set[tuple[str, str]]:
    """Every text of the program, with its context: the class, or the name that the module gives."""
    found: set[tuple[str, str]] = set()
    folders = folders or (ROOT / "studio", ROOT / "engine")
    for path in sorted(path for folder in folders for path in folder.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        module = next(_contexts(tree), "")
        imports = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        for owner, call in _calls(tree, ""):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            constants = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
            if name == "tr" and constants:
                found.add((owner, constants[0]))
            elif name == "_tr" and constants:
                found.add((module, constants[0]))
            elif (name == "Message" and "engine.errors" in imports) or name in ERRORS:
                found.update(("Engine", text) for text in constants[:1])
            elif name == "QT_TRANSLATE_NOOP" and len(constants) > 1:
                found.add((constants[0], constants[1]))
    return found


def _contexts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "translate":
            continue
        if isinstance(node.args[0], ast.Constant):
            yield node.args[0].value


def _calls(node: ast.AST, owner: str) -> Iterator[tuple[str, ast.Call]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield owner, child
        yield from _calls(child, child.name if isinstance(child, ast.ClassDef) else owner)


def read(path: Path) -> dict[tuple[str, str], str]:
    """The translations of a file; "" for one that is not there yet."""
    found = {}
    for context in ET.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            done = translation is not None and translation.get("type") != "unfinished"
            key = (context.findtext("name", ""), message.findtext("source", ""))
            found[key] = (translation.text or "") if translation is not None and done else ""
    return found


def write(path: Path, language: str, translations: dict[tuple[str, str], str]) -> None:
    """Write a file in Qt's format, ordered so that changes are easy to see."""
    root = ET.Element("TS", version="2.1", language=language)
    for name in sorted({context for context, _ in translations}):
        context = ET.SubElement(root, "context")
        ET.SubElement(context, "name").text = name
        for source in sorted(text for owner, text in translations if owner == name):
            message = ET.SubElement(context, "message")
            ET.SubElement(message, "source").text = source
            translated = translations[name, source]
            translation = ET.SubElement(message, "translation", {} if translated else {"type": "unfinished"})
            translation.text = translated
    ET.indent(root, "    ")
    body = ET.tostring(root, encoding="unicode")
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8")


def compiler() -> Path | None:
    """Qt's ``lrelease``: the one in PySide6, else one on the path; None where there is neither."""
    found = importlib.util.find_spec("PySide6")
    for folder in (found.submodule_search_locations or ()) if found else ():
        program = Path(folder) / ("lrelease.exe" if sys.platform == "win32" else "lrelease")
        if program.exists():
            return program
    on_path = shutil.which("lrelease") or shutil.which("pyside6-lrelease")
    return Path(on_path) if on_path else None


def compile_all(folder: Path = FOLDER) -> str | None:
    """Compile every ``.ts`` to a ``.qm`` beside it; None, or in a sentence why that cannot be done."""
    program = compiler()
    if program is None:
        return "Qt's lrelease was not found; it comes with PySide6-Essentials"
    for source in sorted(folder.glob("*.ts")):
        part = source.with_suffix(f".{os.getpid()}.part")
        command = [str(program), "-silent", str(source), "-qm", str(part)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"lrelease could not be run: {error}"
        if done.returncode or not part.exists():
            return f"lrelease refused {source.name}: {(done.stderr or done.stdout).strip()}"
        os.replace(part, source.with_suffix(".qm"))  # a program that has the former one open keeps it
    return None


def is_compiled(folder: Path = FOLDER) -> bool:
    """Whether every ``.ts`` has a ``.qm`` that is not older."""
    pairs = [(source, source.with_suffix(".qm")) for source in folder.glob("*.ts")]
    return all(made.exists() and made.stat().st_mtime >= source.stat().st_mtime for source, made in pairs)


def main(arguments: Sequence[str] = ()) -> int:
    """Bring every file up to date, say what is still to be translated, and compile; 1 where that cannot be done."""
    if "--compile" not in arguments:
        update()
    if problem := compile_all():
        print(f"The translations were not compiled: {problem}.")
    return int(problem is not None)


def update() -> None:
    """Bring every ``.ts`` up to date."""
    wanted = texts()
    for path in sorted(FOLDER.glob("*.ts")):
        known = read(path)
        by_text = {source: translated for (_, source), translated in known.items() if translated}
        write(path, path.stem, {key: known.get(key) or by_text.get(key[1], "") for key in wanted})
        missing = sorted(key for key, translated in read(path).items() if not translated)
        print(f"{path.name}: {len(wanted)} texts, {len(missing)} to translate")
        for context, source in missing:
            print(f"  {context}: {source}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
