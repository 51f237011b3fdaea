"""Models whose ternary matrices are held three weights in five bits: the same model in a smaller file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from assert_close import assert_close
from native_bodies import SHAPES, needs_library, random_body, with_tensors

from engine import native
from engine.cli import main
from engine.errors import FileFormatError
from engine.io.bitt import load_bitt, save_bitt
from engine.io.inspect import inspect_path
from engine.io.model_file import ModelWeights, Ternary2, fingerprint
from engine.io.packed import PACKINGS, EmbeddingForm, Packing
from engine.io.weights import as_packed
from engine.ops.ternary.ternary5in3 import Ternary5in3
from engine.runtime.native_runtime import NativeRuntime
from engine.runtime.torch_runtime import TorchRuntime

TOKENS = [5, 200, 3, 77, 4, 9, 250, 31, 8, 8, 120, 61]


def held(
    tmp_path: Path, body: ModelWeights, linears: str = "ternary5in3", embedding: EmbeddingForm | None = None
) -> ModelWeights:
    path = tmp_path / f"{linears}.bitt"
    save_bitt(path, body, packed=True, embedding=embedding, linears=linears)  # type: ignore[arg-type]
    return load_bitt(path)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_model_and_its_fingerprint_stay_the_same(tmp_path: Path, shape: str) -> None:
    body = random_body(shape)
    loaded = held(tmp_path, body)
    assert Packing.of(loaded.tensors) == Packing("ternary5in3")
    assert loaded.fingerprint == body.fingerprint == fingerprint(loaded.config, loaded.tensors)
    for name, spec in body.config.tensor_specs().items():
        if spec.ternary:
            tensor = loaded.tensors[name]
            assert isinstance(tensor, Ternary2 if name.endswith(("ttt.up.weight", "down_proj.weight")) else Ternary5in3)
            assert (as_packed(tensor).codes == as_packed(body.tensors[name]).codes).all()
    assert Packing.of(held(tmp_path, loaded, "ternary2").tensors) == Packing("ternary2")
    save_bitt(tmp_path / "again.bitt", loaded, packed=True)  # keeps its form
    assert (tmp_path / "again.bitt").read_bytes() == (tmp_path / "ternary5in3.bitt").read_bytes()


def test_a_card_says_it_and_counts_it(tmp_path: Path) -> None:
    body = random_body("linear, wide")
    ternary2, ternary5in3 = (held(tmp_path, body, linears) for linears in ("ternary2", "ternary5in3"))
    cards = [inspect_path(tmp_path / f"{linears}.bitt") for linears in ("ternary2", "ternary5in3")]
    assert "three in five bits" in cards[1].format
    assert "packed ternary weights" in cards[0].format
    saved = sum(
        ternary2.tensors[name].nbytes - ternary5in3.tensors[name].nbytes
        for name in body.tensors  # type: ignore[union-attr]
    )
    assert saved > 0
    packed = [card.facts.memory_packed_bytes for card in cards]  # type: ignore[union-attr]
    assert packed[0] - packed[1] == saved


@needs_library
@pytest.mark.parametrize("words", [None, "int8", "int5"])
@pytest.mark.parametrize("bits", [8, 16, 32])
@pytest.mark.parametrize("shape", SHAPES)
def test_both_runtimes_compute_the_same(tmp_path: Path, shape: str, bits: int, words: EmbeddingForm | None) -> None:
    loaded = held(tmp_path, random_body(shape, activation_bits=bits), embedding=words)
    assert Packing.of(loaded.tensors) == Packing("ternary5in3", words)
    theirs, ours = TorchRuntime(loaded), NativeRuntime(loaded, 2)
    ternary2 = NativeRuntime(held(tmp_path, loaded, "ternary2"), 3)
    for runtime in (theirs, ours, ternary2):
        runtime.prefill(TOKENS)
    for token in TOKENS:
        expected, logits, of_ternary2 = (runtime.step(token) for runtime in (theirs, ours, ternary2))
        assert (logits == of_ternary2).all()  # whole sums are whole sums
        if bits == 32:  # others fall on either side of a half
            assert_close("logits", logits, expected, 1e-4)


@needs_library
@pytest.mark.parametrize("shape", ["linear, wide", "tied, odd sizes"])
def test_every_instruction_set_gives_the_same_logits(tmp_path: Path, shape: str) -> None:
    loaded = held(tmp_path, random_body(shape))
    for instructions in native.instruction_sets():
        ternary5in3 = NativeRuntime(loaded, 1, instructions)
        ternary2 = NativeRuntime(held(tmp_path, loaded, "ternary2"), 1, instructions)
        for runtime in (ternary5in3, ternary2):
            runtime.prefill(TOKENS)
        for token in TOKENS:
            assert (ternary5in3.step(token) == ternary2.step(token)).all(), instructions


def test_export_offers_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, ternary5in3, ternary2 = (tmp_path / name for name in ("source.bitt", "ternary5in3.bitt", "ternary2.bitt"))
    save_bitt(source, random_body(), packed=True)
    assert main(["export", str(source), str(ternary5in3), "--linears", "ternary5in3"]) == 0
    assert "souls of its own" not in capsys.readouterr().out
    assert Packing.of(load_bitt(ternary5in3).tensors).linears == "ternary5in3"
    assert main(["export", str(ternary5in3), str(ternary2), "--linears", "ternary2"]) == 0
    assert ternary2.read_bytes() == source.read_bytes()
    for others, said in (([str(tmp_path / "folder")], "--linears are for"), ([str(ternary2), "--float"], "contradict")):
        assert main(["export", str(source), *others, "--linears", "ternary5in3"]) == 1
        assert said in capsys.readouterr().err


def test_the_encodings_that_are_read() -> None:
    assert PACKINGS["triples+bytes+fives"] == Packing("ternary5in3", "int5")
    assert PACKINGS["ternary2"] == Packing()
    assert len(set(PACKINGS.values())) == len(PACKINGS) == 6


Tensors = Mapping[str, np.ndarray]
GATE = "layers.0.mlp.gate_proj.weight"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t | {GATE: t[GATE] | 31}, "a code that no weights have"),
        (lambda t: t | {GATE: t[GATE][:, :-2]}, r"U8 \[\d+, \d+\] is needed"),
        (lambda t: t | {GATE: t[GATE][:-1]}, r"U8 \[\d+, \d+\] is needed"),
        (lambda t: t | {"layers.0.mlp.gate_proj.scale": t["layers.0.mlp.gate_proj.scale"] * np.inf}, "finite"),
    ],
)
def test_damage_is_refused_in_words(tmp_path: Path, change: Callable[[Tensors], Tensors], said: str) -> None:
    path = tmp_path / "a.bitt"
    save_bitt(path, random_body("linear, odd sizes"), packed=True, linears="ternary5in3")
    with pytest.raises(FileFormatError, match=said):
        load_bitt(with_tensors(path, change))
