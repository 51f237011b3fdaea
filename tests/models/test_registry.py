"""``model_type`` chooses the architecture; a config without one is a BitLlama's."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
import tiny

from engine.errors import ConfigError
from engine.io.bitt import save_bitt
from engine.io.checkpoint import save_checkpoint
from engine.io.model_file import ModelWeights, load_weights
from engine.models.registry import ARCHITECTURES, architecture_of

FORMS = ("folder", "folder/model.safetensors", "model.bitt")


def written(folder: Path, form: str, **keys: object) -> Path:
    """A model file of that form whose config has these further keys."""
    body = tiny.body()
    config = dataclasses.replace(body.config, extra=keys)
    changed = ModelWeights(config, body.tensors, body.tokenizer)
    if form == "model.bitt":
        save_bitt(folder / form, changed, packed=True)
    else:
        save_checkpoint(folder / "folder", changed)
    return folder / form


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("keys", [{}, {"model_type": "bitllama"}])
def test_both_ways_to_say_a_bitllama_give_the_same_model(form: str, keys: dict[str, str], tmp_path: Path) -> None:
    read = load_weights(written(tmp_path, form, **keys))
    assert read.config.extra == keys
    assert read.fingerprint == tiny.body().fingerprint


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["mamba", "", None, 7, ["bitllama"]])
def test_an_unknown_one_is_refused_in_a_sentence_that_names_the_known(form: str, kind: object, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        load_weights(written(tmp_path, form, model_type=kind))
    values = refused.value.message.values
    assert str(kind) in str(refused.value)
    assert "bitllama" in values["known"]
    assert str(tmp_path) in values["where"]


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda architecture: architecture.name)
def test_everything_that_an_entry_names_is_there(architecture: object) -> None:
    assert all(callable(architecture.load(part)) for part in ("config", "folder"))  # type: ignore[attr-defined]


def test_no_model_type_belongs_to_two() -> None:
    kinds = [kind for architecture in ARCHITECTURES for kind in architecture.model_types]
    assert len(kinds) == len(set(kinds))
    assert all(architecture_of({"model_type": kind}).name for kind in kinds)


def test_a_folder_that_says_none_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "folder")
    assert "model_type" not in json.loads((path / "config.json").read_text())
    assert architecture_of({}).name == "bitllama"
