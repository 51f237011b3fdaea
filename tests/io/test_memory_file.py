"""Memory files: written and read with everything checked, found where they belong, and told of."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tiny_transformer
from tiny_transformer import MEMORY

from engine.cli import main
from engine.errors import BitLlamaError, ConfigError, FileFormatError
from engine.io import memory_file
from engine.io.identity import file_identity
from engine.io.inspect import inspect_path
from engine.io.memory_file import backbone_identity, load_memory, save_memory
from engine.io.model_file import open_model
from engine.io.tensors import TensorFile, save_tensors
from engine.io.transformer_weights import TransformerWeights, load_transformer

NAME = "tiny.memory.safetensors"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_transformer.save_both(tmp_path_factory.mktemp("tiny") / "tiny")


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "model"))


def memory_of(folder: Path) -> Path | None:
    weights = open_model(folder)
    assert isinstance(weights, TransformerWeights)
    return weights.memory and weights.memory.path


def rewrite(path: Path, change: Callable[[dict[str, np.ndarray], dict[str, str]], None]) -> None:
    """Change the tensors and the metadata of a file."""
    file = TensorFile.open(path)
    tensors, metadata = {name: np.array(file.tensors[name]) for name in file.tensors}, dict(file.metadata)
    change(tensors, metadata)
    save_tensors(path, tensors, metadata)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_what_was_written_is_read(tmp_path: Path, dtype: str) -> None:
    given = tiny_transformer.memory_tensors()
    save_memory(tmp_path / NAME, MEMORY, given, "llama-1", dtype)  # type: ignore[arg-type]
    found = load_memory(tmp_path / NAME)
    assert (found.config, found.backbone, found.path) == (MEMORY, "llama-1", tmp_path / NAME)
    for name, values in given.items():
        assert found.tensors[name].dtype == np.float32
        np.testing.assert_array_equal(found.tensors[name], values.astype(dtype).astype(np.float32))
    assert found.num_parameters == sum(values.size for values in given.values())


def test_its_fingerprint_is_that_of_the_values(tmp_path: Path) -> None:
    given = {name: np.float32(np.float16(values)) for name, values in tiny_transformer.memory_tensors().items()}
    prints = set()
    for name, dtype in (("a", "float16"), ("b", "float32")):
        save_memory(tmp_path / name, MEMORY, given, "llama-1", dtype)  # type: ignore[arg-type]
        prints.add(load_memory(tmp_path / name).fingerprint)
    assert len(prints) == 1
    given["conv"] = given["conv"] + 1
    save_memory(tmp_path / "c", MEMORY, given, "llama-1")
    assert load_memory(tmp_path / "c").fingerprint not in prints


def test_what_is_no_memory_is_not_written(tmp_path: Path) -> None:
    given = tiny_transformer.memory_tensors()
    for bad in (
        {name: values for name, values in given.items() if name != "conv"},
        given | {"conv": given["conv"][:1]},
        given | {"conv": given["conv"] * 1e6},  # infinite in float16
        given | {"more": np.zeros(3, np.float32)},
    ):
        with pytest.raises(FileFormatError):
            save_memory(tmp_path / NAME, MEMORY, bad, "llama-1")
        assert not list(tmp_path.iterdir())


def _without_config(tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    del metadata["config"]


def _other_format(tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    metadata["format"] = "pt"


def _newer(tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    metadata["version"] = "2"


def _wrong_config(tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    metadata["config"] = json.dumps(json.loads(metadata["config"]) | {"depths": [3, 2]})


def _text_for_number(tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    metadata["config"] = json.dumps(json.loads(metadata["config"]) | {"depths": ["2", "3"]})


def _other_size(tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    metadata["config"] = json.dumps(json.loads(metadata["config"]) | {"key_dim": 20})


def _lost(tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    del tensors["strengths.1"]


def _nan(tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    tensors["key.weight"][3, 4] = np.nan


def _whole_numbers(tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    tensors["strengths.1"] = tensors["strengths.1"].astype(np.int32)


DAMAGE = [_without_config, _other_format, _newer, _wrong_config, _text_for_number, _other_size, _lost, _nan]
DAMAGE += [_whole_numbers]


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda one: one.__name__)
def test_what_is_wrong_is_said(folder: Path, damage: Callable[..., None]) -> None:
    rewrite(folder / NAME, damage)
    with pytest.raises(BitLlamaError) as caught:
        load_memory(folder / NAME)
    assert str(folder / NAME) in str(caught.value)
    card = inspect_path(folder / NAME)
    assert card.kind == "memory"
    assert card.problems


@pytest.mark.parametrize("length", [0, 7, 100, -100])
def test_a_truncated_file_is_refused(folder: Path, length: int) -> None:
    data = (folder / NAME).read_bytes()
    (folder / NAME).write_bytes(data[:length])
    with pytest.raises(FileFormatError):
        load_memory(folder / NAME)


def test_the_identity_is_of_the_model_and_not_of_its_file(original: Path) -> None:
    weights = load_transformer(original)
    assert weights.tokenizer is not None
    identity = backbone_identity(weights.config, weights.tokenizer)
    renamed = dataclasses.replace(weights.config, name="another", max_context=99)
    assert backbone_identity(renamed, json.dumps(json.loads(weights.tokenizer), indent=3)) == identity
    in_a_folder = dataclasses.replace(weights.config, family="mistral")  # in GGUF files it is called llama
    assert backbone_identity(in_a_folder, weights.tokenizer) == identity
    deeper = dataclasses.replace(weights.config, num_layers=weights.config.num_layers + 1)
    assert backbone_identity(deeper, weights.tokenizer) != identity
    data = json.loads(weights.tokenizer)
    *_, first, second = data["model"]["vocab"]
    vocab = data["model"]["vocab"]
    vocab[first], vocab[second] = vocab[second], vocab[first]
    assert backbone_identity(weights.config, json.dumps(data)) != identity


def test_it_is_found_in_the_folder_of_its_model(folder: Path) -> None:
    assert memory_of(folder) == folder / NAME
    (folder / "a.memory.safetensors").write_bytes(b"another model's, and damaged")
    assert memory_of(folder) == folder / NAME
    beside = folder.with_name("model.memory.safetensors")
    shutil.copy(folder / NAME, beside)
    assert memory_of(folder) == beside
    beside.unlink()
    (folder / NAME).unlink()
    assert memory_of(folder) is None


def test_that_of_another_model_is_not_taken(folder: Path, tmp_path: Path) -> None:
    (folder / NAME).unlink()
    shutil.copy(_for_another(folder, tmp_path), folder / NAME)
    assert memory_of(folder) is None
    with pytest.raises(FileFormatError, match="another model"):
        open_model(folder, memory=_for_another(folder, tmp_path))
    assert open_model(folder, memory="none").fast_config is None


def _for_another(folder: Path, tmp_path: Path) -> Path:
    """A memory that fits in its sizes but was made for another model."""
    path = tmp_path / "stranger.memory.safetensors"
    save_memory(path, MEMORY, tiny_transformer.memory_tensors(), "llama-48-4-260-0123456789abcdef")
    return path


def test_one_that_lies_too_deep_is_refused(folder: Path, tmp_path: Path) -> None:
    weights = load_transformer(folder)
    deep = dataclasses.replace(MEMORY, depths=(2, tiny_transformer.LAYERS))
    path = tiny_transformer.save_memory_for(weights, tmp_path / "deep.memory.safetensors", deep)
    with pytest.raises(FileFormatError, match="block"):
        open_model(folder, memory=path)


def test_one_comes_with_the_program(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = tmp_path / "memories"
    shipped.mkdir()
    (folder / NAME).rename(shipped / NAME)
    monkeypatch.setattr(memory_file, "resource_path", lambda name: tmp_path / name)
    assert memory_of(folder) == shipped / NAME


def test_a_memory_is_no_model_and_a_bitllama_needs_none(folder: Path) -> None:
    with pytest.raises(FileFormatError, match="--memory"):
        open_model(folder / NAME)
    from engine.resources import bundled_model

    with pytest.raises(ConfigError, match="--memory"):
        open_model(bundled_model(), memory=folder / NAME)


def test_a_memory_makes_another_model_of_it_and_leaves_its_files_as_they_are(folder: Path) -> None:
    with_memory = open_model(folder)
    without = open_model(folder, memory=None)
    assert with_memory.fingerprint != without.fingerprint == file_identity(folder)
    (folder / NAME).unlink()
    assert open_model(folder).fingerprint == without.fingerprint


def test_inspect_tells_of_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(folder), str(folder / NAME), "--json"]) == 0
    model, memory = map(json.loads, capsys.readouterr().out.splitlines())
    assert model["memory_file"] == str(folder / NAME)
    assert model["fast_weights"] == memory["fast_weights"] == MEMORY.num_fast
    assert (memory["kind"], memory["depths"], memory["problems"]) == ("memory", list(MEMORY.depths), [])
    assert main(["inspect", str(folder), "--memory", "none"]) == 0
    assert NAME not in capsys.readouterr().out
