"""The recipes of the bundles: what goes in and what stays out, the system's files, the licences."""

from __future__ import annotations

import configparser
import importlib
import json
import os
import shutil
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import progress
import pytest

from engine.cli import main
from engine.io.bitt import MAGIC
from engine.version import __version__
from studio import licences, process

ROOT = Path(__file__).resolve().parents[2]
LINUX = ROOT / "packaging" / "linux"


Recipe = Callable[[str], ModuleType]


def test_what_the_bundle_brings_is_there(recipe: Recipe) -> None:
    data = recipe("contents").DATA
    assert all((ROOT / source).exists() for source, _ in data)
    assert ("resources", "resources") in data


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
        ("PySide6/Qt/plugins/platforms/libqwayland.so", True),
        ("PySide6/Qt/plugins/platforms/libqvnc.so", False),
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", False),
        ("torch/lib/libjitbackend_test.so", False),
        ("PySide6\\Qt\\plugins\\sqldrivers\\qsqlite.dll", False),
        ("PySide6/Qt/translations/qtbase_ja.qm", True),
        ("PySide6/Qt/translations/qtbase_fr.qm", False),
        ("engine/native/libbit_llama_native.so", True),
        ("resources/models/companion.bitt", True),
    ],
)
def test_only_what_is_used_goes_in(recipe: Recipe, name: str, needed: bool) -> None:
    assert recipe("contents").is_needed(name) is needed


def test_no_module_that_the_program_imports_is_left_out(recipe: Recipe) -> None:
    """Every import that stands in the source, against the list of what the bundle leaves out."""
    import ast

    imported = set()
    for path in [*(ROOT / "engine").rglob("*.py"), *(ROOT / "studio").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    optional = {"triton", "readline"}  # looked for at run time, and done without
    refused = {"torch.distributed.fsdp", "torch.distributed.checkpoint"}  # see the test of `train --shard`
    left_out = set(recipe("contents").EXCLUDED_MODULES) - optional - refused
    assert not {name for name in imported if any(name == out or name.startswith(out + ".") for out in left_out)}


LEARNS = """
import importlib.abc, sys
left_out = sys.argv[1].split()
class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if any(name == out or name.startswith(out + ".") for out in left_out):
            raise ModuleNotFoundError(f"No module named {name!r}: the bundle leaves it out", name=name)
sys.meta_path.insert(0, Absent())
sys.path.insert(0, sys.argv[3])
exec(open(sys.argv[2]).read(), {"__name__": "hook"})
import numpy as np
import tiny
import torch
from engine.models.bitllama import BitLlama
from engine.runtime.soul_gradient import Lesson, SoulGradient
body = tiny.body()
model = BitLlama.from_body(body, frozen=False)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
hidden, _, _ = model.hidden(torch.zeros(1, 5, dtype=torch.long), model.init_state())
model.head(hidden).square().mean().backward()
torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
optimizer.step()
optimizer.load_state_dict(optimizer.state_dict())
layers = [np.zeros(body.config.fast_shape, np.float32) for _ in range(body.config.num_layers)]
gradient = SoulGradient(body, layers, 1e-2)
losses = [gradient.step([Lesson([1, 2, 3, 4], [1.0] * 4)]) for _ in range(3)]
assert losses[2] < losses[0], losses
print("learned")
"""


def test_training_and_sleep_need_nothing_that_is_left_out(recipe: Recipe) -> None:
    """A model is trained and a soul learns while the modules that no bundle has cannot be imported."""
    contents = recipe("contents")
    stood_in_for = {"torch._dynamo"}
    hook = ROOT / "packaging" / "bundle" / "hooks" / "without_compiler.py"
    out = " ".join(set(contents.EXCLUDED_MODULES) - stood_in_for)
    command = [sys.executable, "-c", LEARNS, out, str(hook), str(ROOT / "tests")]
    done = progress.run(command)
    assert done.stdout == "learned\n", done.stderr


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


def test_the_version_stands_in_one_place(recipe: Recipe) -> None:
    assert recipe("layout").version() == __version__
    control = recipe("make_deb").control(5_000_000, "x86_64")
    assert f"Version: {__version__}\n" in control
    assert "Installed-Size: 4882\n" in control
    assert "libxcb-cursor0" in control


@pytest.mark.skipif(sys.platform == "win32", reason="a package for Linux is laid out where there are links")
def test_the_package_lays_out_what_the_system_looks_for(tmp_path: Path, recipe: Recipe) -> None:
    bundle, icons, root = tmp_path / "bundle", tmp_path / "icons", tmp_path / "root"
    (bundle / "_internal" / "resources").mkdir(parents=True)
    (bundle / "_internal" / "resources" / "licences.txt").write_text("every licence")
    icons.mkdir()
    for program in ("bit-llama", "bit-llama-studio"):
        (bundle / program).write_text("#!/bin/sh\n")
        (bundle / program).chmod(0o700)
    (icons / "bit-llama-48.png").write_bytes(b"png")
    recipe("layout").lay_out(bundle, icons, root)
    for program in ("bit-llama", "bit-llama-studio"):
        link = root / "usr" / "bin" / program
        assert link.resolve() == root / "usr/lib/bit-llama-studio" / program
        assert link.stat().st_mode & 0o777 == 0o755
    share = root / "usr" / "share"
    assert (share / "applications/bit-llama-studio.desktop").is_file()
    assert (share / "mime/packages/bit-llama-studio.xml").is_file()
    assert (share / "icons/hicolor/48x48/apps/bit-llama-studio.png").is_file()
    assert (share / "doc/bit-llama-studio/copyright").read_text() == "every licence"


def test_the_scales_count_what_is_there_and_know_the_budget(tmp_path: Path, recipe: Recipe) -> None:
    sizes = recipe("sizes")
    folder, package = tmp_path / "bundle", tmp_path / "one.deb"
    (folder / "_internal" / "torch" / "lib").mkdir(parents=True)
    (folder / "_internal" / "torch" / "lib" / "big.so").write_bytes(bytes(3_000_000))
    (folder / "_internal" / "base.zip").write_bytes(bytes(1_000_000))
    (folder / "program").write_bytes(bytes(500_000))
    os.link(folder / "program", folder / "the same program")
    package.write_bytes(bytes(100))
    files = sizes.files_of(folder)
    assert sum(files.values()) == 4_500_000
    assert sizes.parts_of(files) == {"torch": 3_000_000, "base.zip": 1_000_000, "program": 500_000}
    told, within = sizes.report(folder, [package])
    assert within
    assert "_internal/torch/lib/big.so" in told
    sizes.BUDGET_COMPRESSED = 99
    assert not sizes.report(folder, [package])[1]
    sizes.BUDGET_COMPRESSED, sizes.BUDGET_UNPACKED = 100, 4_499_999
    assert not sizes.report(folder, [package])[1]


def test_every_package_that_is_shipped_has_its_licence_named_and_told() -> None:
    parts = licences.shipped()
    names = [part.metadata["Name"].lower() for part in parts]
    assert names[0] == "bit-llama-studio"
    assert {"torch", "numpy", "pyside6_essentials", "tokenizers", "qasync", "pygments"} <= set(names)
    assert not {"pytest", "mypy", "ruff", "pyinstaller"} & set(names), "those are tools, not shipped"
    told = licences.gather(parts, [("libexample 1", "below", "the words of libexample")])
    for part in parts:
        assert licences.licence_of(part) != "stated in its files", part.metadata["Name"]
        assert licences.texts_of(part), f"{part.metadata['Name']} brings no text of its licence"
        assert f"{part.metadata['Name']} {part.version}: " in told
    assert told.count("GNU LESSER GENERAL PUBLIC LICENSE\n") == 1, "PySide6 and shiboken6 share one text"
    assert "libexample 1: below" in told
    assert "the words of libexample" in told


def test_a_library_of_nobody_stops_the_build(tmp_path: Path, recipe: Recipe) -> None:
    bundled = recipe("bundled_licences")
    stray = tmp_path / "libstray.so"
    stray.write_bytes(b"")
    sources = tmp_path / "binaries.json"
    sources.write_text(json.dumps({"libstray.so": str(stray), "torch/a.so": str(Path(sys.prefix) / "a.so")}))
    assert bundled.system_libraries(sources) == [stray]
    with pytest.raises(bundled.Unaccounted, match=r"libstray\.so"):
        bundled.debian_licences([stray])


@pytest.mark.skipif(not shutil.which("dpkg"), reason="asks Debian's package manager")
def test_a_library_of_the_system_brings_its_licence(recipe: Recipe) -> None:
    found = recipe("bundled_licences").debian_licences([Path(shutil.which("dpkg") or "").resolve()])
    (name, _, text), *common = found
    assert name.startswith("dpkg ")
    assert "Copyright" in text
    assert any(name.startswith("GPL-2,") and "GNU GENERAL PUBLIC LICENSE" in text for name, _, text in common)


def test_only_packages_that_lie_in_the_bundle_are_listed(tmp_path: Path, recipe: Recipe) -> None:
    for name in ("numpy", "qasync"):
        (tmp_path / name).mkdir()
    (tmp_path / "typing_extensions.pyc").write_bytes(b"")
    listed = {part.metadata["Name"] for part in recipe("bundled_licences").packages_in(tmp_path)}
    assert listed == {"bit-llama-studio", "numpy", "qasync", "typing_extensions"}


def test_other_programs_are_not_given_the_bundles_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"LD_LIBRARY_PATH": "/bundle", "QT_PLUGIN_PATH": "/bundle/plugins", "HOME": "/home"}
    kept = dict(given)
    process.give_back_environment(kept)
    assert kept == given, "outside of a bundle nothing is taken"
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", "/bundle", raising=False)
    assert process.leaks(given) == ["LD_LIBRARY_PATH", "QT_PLUGIN_PATH"]
    process.give_back_environment(kept)
    assert kept == {"HOME": "/home"}
    assert not process.leaks(kept)
    mine = {"LD_LIBRARY_PATH": "/bundle:/mine", "LD_LIBRARY_PATH_ORIG": "/mine"}
    process.give_back_environment(mine)
    assert mine == {"LD_LIBRARY_PATH": "/mine"}


def test_a_bundle_says_that_it_cannot_divide_a_model(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], recipe: Recipe
) -> None:
    assert "torch.distributed.fsdp" in recipe("contents").EXCLUDED_MODULES
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert main(["train", "--data", "nowhere", "--shard"]) == 1
    assert "no bundle brings" in capsys.readouterr().err


def test_a_wheel_for_macos_is_named_by_the_oldest_system_it_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    build_native = importlib.import_module("build_native")
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr("platform.mac_ver", lambda *_: ("14.5", ("", "", ""), "arm64"))
    monkeypatch.setenv("MACOSX_DEPLOYMENT_TARGET", "12.0")
    assert build_native.wheel_platform() == "macosx_12_0_arm64"
    monkeypatch.delenv("MACOSX_DEPLOYMENT_TARGET")
    assert build_native.wheel_platform() == "macosx_14_0_arm64"
    sys.modules.pop("build_native")
