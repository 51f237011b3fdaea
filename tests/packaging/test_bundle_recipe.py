"""The recipes of the bundles: what goes in and what stays out, the system's files, the licences."""

from __future__ import annotations

import configparser
import importlib
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from types import ModuleType

import pytest

from engine.formats.bitt import MAGIC
from engine.version import __version__
from studio import licences

ROOT = Path(__file__).resolve().parents[2]
LINUX = ROOT / "packaging" / "linux"


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The modules of ``packaging/bundle``, importable."""
    monkeypatch.syspath_prepend(str(ROOT / "packaging" / "bundle"))
    return importlib.import_module("contents")


def test_what_the_bundle_brings_is_there(recipe: ModuleType) -> None:
    for source, _ in recipe.DATA:
        made_when_built = source.startswith("build/")
        assert made_when_built or (ROOT / source).exists(), source
    assert ("resources", "resources") in recipe.DATA


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("libtorch_cpu.so", True),
        ("torch/lib/libtorch_cpu.so", True),
        ("torch/include/ATen/ATen.h", False),
        ("torch/_VF.pyi", False),
        ("PySide6/Qt/lib/libQt6Widgets.so.6", True),
        ("PySide6/Qt/lib/libQt6Quick.so.6", False),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6\\Qt\\plugins\\sqldrivers\\qsqlite.dll", False),
        ("PySide6/Qt/translations/qtbase_ja.qm", True),
        ("PySide6/Qt/translations/qtbase_fr.qm", False),
        ("engine/native/libbit_llama_native.so", True),
        ("resources/models/companion.bitt", True),
    ],
)
def test_only_what_is_used_goes_in(recipe: ModuleType, name: str, needed: bool) -> None:
    assert recipe.is_needed(name) is needed


def test_no_module_that_the_program_imports_is_left_out(recipe: ModuleType) -> None:
    """Every import that stands in the source, against the list of what the bundle leaves out."""
    import ast

    imported = set()
    for path in [*(ROOT / "engine").rglob("*.py"), *(ROOT / "studio").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    optional = {"triton"}  # a graphics card's compiler, looked for at run time
    left_out = set(recipe.EXCLUDED_MODULES) - optional
    assert not {name for name in imported if any(name == out or name.startswith(out + ".") for out in left_out)}


def test_the_menu_entry_and_the_file_types_belong_together() -> None:
    entry = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    entry.optionxform = str  # type: ignore[assignment,method-assign]
    entry.read(LINUX / "bit-llama-studio.desktop", encoding="utf-8")
    desktop = entry["Desktop Entry"]
    assert desktop["Exec"] == "bit-llama-studio %F"
    space = {"m": "http://www.freedesktop.org/standards/shared-mime-info"}
    types = ET.parse(LINUX / "bit-llama-studio.xml").getroot().findall("m:mime-type", space)
    assert set(desktop["MimeType"].strip(";").split(";")) == {found.get("type") for found in types}
    globs = [glob.get("pattern") for found in types for glob in found.findall("m:glob", space)]
    assert globs == ["*.bitt", "*.soul"]
    (magic,) = [match.get("value") for found in types for match in found.findall("m:magic/m:match", space)]
    assert magic is not None
    assert magic.encode() == MAGIC


def test_the_version_stands_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "packaging" / "bundle"))
    make_deb = importlib.import_module("make_deb")
    assert make_deb.version() == __version__
    assert f"Version: {__version__}\n" in make_deb.control(5_000_000, "x86_64")
    assert "Installed-Size: 4882\n" in make_deb.control(5_000_000, "x86_64")


@pytest.mark.skipif(sys.platform == "win32", reason="a Debian package is laid out where there are links")
def test_the_package_lays_out_what_the_system_looks_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "packaging" / "bundle"))
    make_deb = importlib.import_module("make_deb")
    bundle, icons, root = tmp_path / "bundle", tmp_path / "icons", tmp_path / "root"
    bundle.mkdir()
    icons.mkdir()
    for program in ("bit-llama", "bit-llama-studio"):
        (bundle / program).write_text("#!/bin/sh\n")
        (bundle / program).chmod(0o700)
    (icons / "bit-llama-48.png").write_bytes(b"png")
    make_deb.lay_out(bundle, icons, root)
    for program in ("bit-llama", "bit-llama-studio"):
        link = root / "usr" / "bin" / program
        assert link.resolve() == root / "usr/lib/bit-llama-studio" / program
        assert link.stat().st_mode & 0o777 == 0o755
    share = root / "usr" / "share"
    assert (share / "applications/bit-llama-studio.desktop").is_file()
    assert (share / "mime/packages/bit-llama-studio.xml").is_file()
    assert (share / "icons/hicolor/48x48/apps/bit-llama-studio.png").is_file()


def test_every_package_that_is_shipped_has_its_licence_named_and_told() -> None:
    parts = licences.shipped()
    names = [part.metadata["Name"].lower() for part in parts]
    assert names[0] == "bit-llama-studio"
    assert {"torch", "numpy", "pyside6_essentials", "tokenizers", "safetensors", "qasync", "pygments"} <= set(names)
    assert not {"pytest", "mypy", "ruff", "pyinstaller"} & set(names), "those are tools, not shipped"
    told = licences.gather()
    for part in parts:
        assert licences.licence_of(part) != "stated in its files", part.metadata["Name"]
        assert f"{part.metadata['Name']} {part.version}: " in told
    with_text = [part for part in parts if licences.texts_of(part)]
    assert len(with_text) > len(parts) * 0.7
