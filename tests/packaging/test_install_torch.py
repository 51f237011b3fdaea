"""Which PyTorch a new environment gets."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging"))
install_torch = importlib.import_module("install_torch")

PIP = """
import sys
asked = sys.argv[1:]
with open({log!r}, "a") as log:
    print(*asked, file=log)
sys.exit("--index-url" in asked and {fails})
"""


@pytest.fixture
def pip(tmp_path: Path) -> list[str]:
    """A pip that notes what it is asked for and reaches no index but its own."""
    script = tmp_path / "pip.py"
    script.write_text(PIP.format(log=str(tmp_path / "asked"), fails=True))
    return [sys.executable, str(script)]


def asked(tmp_path: Path) -> list[str]:
    return (tmp_path / "asked").read_text().splitlines()


@pytest.mark.parametrize(
    ("choice", "platform", "card", "index"),
    [
        ("auto", "linux", False, install_torch.CPU_INDEX),
        ("auto", "linux", True, None),
        ("cpu", "linux", True, install_torch.CPU_INDEX),
        ("plain", "linux", False, None),
        ("auto", "win32", True, None),
        ("auto", "darwin", False, None),
        ("https://example.org/cu130", "win32", True, "https://example.org/cu130"),
    ],
)
def test_the_build_for_processors_unless_there_is_a_card(
    choice: str, platform: str, card: bool, index: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install_torch, "has_card", lambda: card)
    assert install_torch.index_for(choice, platform) == index


def test_where_its_index_cannot_be_reached_the_plain_way_is_taken_and_said(
    pip: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(install_torch, "index_for", lambda choice: install_torch.CPU_INDEX)
    assert install_torch.install("cpu", pip) == 0
    first, second = asked(tmp_path)
    assert install_torch.CPU_INDEX in first
    assert "--retries 0" in first
    assert second == f"install {install_torch.requirement()}"
    assert install_torch.CPU_INDEX in capfd.readouterr().out


def test_an_index_that_was_named_is_not_passed_over(pip: list[str], tmp_path: Path) -> None:
    assert install_torch.install("https://example.org/cu130", pip) == 1
    assert len(asked(tmp_path)) == 1


def test_another_choice_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert install_torch.main(["gpu"]) == 2
    assert "'gpu'" in capsys.readouterr().err


def test_it_asks_for_the_version_of_the_project() -> None:
    import tomllib

    project = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert install_torch.requirement() in project["project"]["dependencies"]
