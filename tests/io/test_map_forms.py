"""Bodies whose ternary matrices are held three weights in five bits: the same model in a smaller file."""

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
from engine.io.model_file import Body, PackedTernary, fingerprint
from engine.io.packed import PACKINGS, Packing, WordForm
from engine.io.weights import as_packed
from engine.ops.ternary.triples import TripleTernary
from engine.runtime.native_runtime import NativeRuntime
from engine.runtime.torch_runtime import TorchRuntime

TOKENS = [5, 200, 3, 77, 4, 9, 250, 31, 8, 8, 120, 61]


def held(tmp_path: Path, body: Body, maps: str = "triples", words: WordForm | None = None) -> Body:
    path = tmp_path / f"{maps}.bitt"
    save_bitt(path, body, packed=True, words=words, maps=maps)  # type: ignore[arg-type]
    return load_bitt(path)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_model_and_its_fingerprint_stay_the_same(tmp_path: Path, shape: str) -> None:
    body = random_body(shape)
    loaded = held(tmp_path, body)
    assert Packing.of(loaded.tensors) == Packing("triples")
    assert loaded.fingerprint == body.fingerprint == fingerprint(loaded.config, loaded.tensors)
    for name, spec in body.config.tensor_specs().items():
        if spec.ternary:
            tensor = loaded.tensors[name]
            assert isinstance(
                tensor, PackedTernary if name.endswith(("ttt.up.weight", "down_proj.weight")) else TripleTernary
            )
            assert (as_packed(tensor).codes == as_packed(body.tensors[name]).codes).all()
    assert Packing.of(held(tmp_path, loaded, "fours").tensors) == Packing("fours")
    save_bitt(tmp_path / "again.bitt", loaded, packed=True)  # keeps its form
    assert (tmp_path / "again.bitt").read_bytes() == (tmp_path / "triples.bitt").read_bytes()


def test_a_card_says_it_and_counts_it(tmp_path: Path) -> None:
    body = random_body("linear, wide")
    fours, triples = (held(tmp_path, body, maps) for maps in ("fours", "triples"))
    cards = [inspect_path(tmp_path / f"{maps}.bitt") for maps in ("fours", "triples")]
    assert "ternary weights as triples" in cards[1].format
    assert "packed ternary weights" in cards[0].format
    saved = sum(
        fours.tensors[name].nbytes - triples.tensors[name].nbytes
        for name in body.tensors  # type: ignore[union-attr]
    )
    assert saved > 0
    packed = [card.facts.memory_packed_bytes for card in cards]  # type: ignore[union-attr]
    assert packed[0] - packed[1] == saved


@needs_library
@pytest.mark.parametrize("words", [None, "bytes", "fives"])
@pytest.mark.parametrize("bits", [8, 16, 32])
@pytest.mark.parametrize("shape", SHAPES)
def test_both_runtimes_compute_the_same(tmp_path: Path, shape: str, bits: int, words: WordForm | None) -> None:
    loaded = held(tmp_path, random_body(shape, activation_bits=bits), words=words)
    assert Packing.of(loaded.tensors) == Packing("triples", words)
    theirs, ours = TorchRuntime(loaded), NativeRuntime(loaded, 2)
    fours = NativeRuntime(held(tmp_path, loaded, "fours"), 3)
    for runtime in (theirs, ours, fours):
        runtime.prefill(TOKENS)
    for token in TOKENS:
        expected, logits, of_fours = (runtime.step(token) for runtime in (theirs, ours, fours))
        assert (logits == of_fours).all()  # whole sums are whole sums
        if bits == 32:  # others fall on either side of a half
            assert_close("logits", logits, expected, 1e-4)


@needs_library
@pytest.mark.parametrize("shape", ["linear, wide", "tied, odd sizes"])
def test_every_instruction_set_gives_the_same_logits(tmp_path: Path, shape: str) -> None:
    loaded = held(tmp_path, random_body(shape))
    for instructions in native.instruction_sets():
        triples = NativeRuntime(loaded, 1, instructions)
        fours = NativeRuntime(held(tmp_path, loaded, "fours"), 1, instructions)
        for runtime in (triples, fours):
            runtime.prefill(TOKENS)
        for token in TOKENS:
            assert (triples.step(token) == fours.step(token)).all(), instructions


def test_export_offers_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, triples, fours = (tmp_path / name for name in ("source.bitt", "triples.bitt", "fours.bitt"))
    save_bitt(source, random_body(), packed=True)
    assert main(["export", str(source), str(triples), "--maps", "triples"]) == 0
    assert "souls of its own" not in capsys.readouterr().out
    assert Packing.of(load_bitt(triples).tensors).maps == "triples"
    assert main(["export", str(triples), str(fours), "--maps", "fours"]) == 0
    assert fours.read_bytes() == source.read_bytes()
    for others, said in (([str(tmp_path / "folder")], "--maps are for"), ([str(fours), "--float"], "contradict")):
        assert main(["export", str(source), *others, "--maps", "triples"]) == 1
        assert said in capsys.readouterr().err


def test_the_encodings_that_are_read() -> None:
    assert PACKINGS["triples+bytes+fives"] == Packing("triples", "fives")
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
    save_bitt(path, random_body("linear, odd sizes"), packed=True, maps="triples")
    with pytest.raises(FileFormatError, match=said):
        load_bitt(with_tensors(path, change))
