"""The recipes for Windows and macOS, which only run there: what can be read of them here."""

from __future__ import annotations

import plistlib
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENDINGS = {"bitt", "soul"}
MADE_BY_THE_BUILD = ("dist", "build")


def test_the_app_for_macos_names_itself_and_its_documents() -> None:
    told = plistlib.loads((ROOT / "packaging" / "macos" / "Info.plist").read_bytes().replace(b"@VERSION@", b"1.2.3"))
    assert told["CFBundleShortVersionString"] == told["CFBundleVersion"] == "1.2.3"
    assert told["CFBundleExecutable"] == "bit-llama-studio"
    assert {ending for kind in told["CFBundleDocumentTypes"] for ending in kind["CFBundleTypeExtensions"]} == ENDINGS
    script = (ROOT / "packaging" / "macos" / "make_dmg.sh").read_text(encoding="utf-8")
    assert told["CFBundleIconFile"] in script


def test_the_installer_for_windows_finds_its_files_and_takes_back_what_it_registers() -> None:
    script = (ROOT / "packaging" / "windows" / "installer.iss").read_text(encoding="utf-8")
    named = re.findall(r"\.\.\\\.\.\\([\w\\.-]+)", script)
    assert {"LICENSE", "dist"} <= {path.split("\\")[0] for path in named}
    for path in named:
        assert path.split("\\")[0] in MADE_BY_THE_BUILD or (ROOT / path.replace("\\", "/")).exists(), path
    registered = [line for line in script.splitlines() if line.startswith("Root: HKCU")]
    assert {ending for line in registered if (ending := line.split('"')[1].split("\\.")[-1]) in ENDINGS} == ENDINGS
    roots = [line for line in registered if "shell\\open" not in line]
    assert all("uninsdeletekey" in line or "uninsdeletevalue" in line for line in roots)
    assert "PrivilegesRequired=lowest" in script
    sections = re.findall(r"^\[(\w+)\]", script, re.MULTILINE)
    assert len(sections) == len(set(sections))


def test_the_installer_asks_before_it_deletes_souls() -> None:
    script = (ROOT / "packaging" / "windows" / "installer.iss").read_text(encoding="utf-8")
    asked = script.index("MsgBox(CustomMessage('Souls'), mbConfirmation, MB_YESNO or MB_DEFBUTTON2) = IDYES")
    assert asked < script.index("DelTree(Data")
    assert "not UninstallSilent" in script[:asked]
    assert {line.split(".Souls=")[0] for line in script.splitlines() if ".Souls=" in line} == {"en", "ja"}
