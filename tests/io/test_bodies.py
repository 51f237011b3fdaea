"""One model keeps one meaning and one fingerprint in every kind of file, and nothing unsound is loaded or saved."""

from __future__ import annotations

import dataclasses
import json
import mmap
import shutil
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from small_bodies import CONFIGS, make_body

from engine.errors import BitLlamaError, FileFormatError
from engine.io.bitt import save_bitt
from engine.io.checkpoint import save_checkpoint
from engine.io.model_file import ModelWeights, Ternary2, fingerprint, load_weights
from engine.io.soul import Soul, save_soul
from engine.models.config import BitLlamaConfig
from engine.ops.ternary.matrix import quantize_weight
from engine.ops.ternary.ternary2 import unpack


def meaning(body: ModelWeights) -> dict[str, Any]:
    """Every tensor as the function sees it: codes and scale, or float values."""
    out: dict[str, Any] = {}
    for name, tensor in body.tensors.items():
        if isinstance(tensor, Ternary2):
            out[name] = (unpack(tensor.codes, tensor.shape[1]).tolist(), tensor.scale)
        elif body.config.tensor_specs()[name].ternary:
            codes, scale = quantize_weight(tensor)
            out[name] = (codes.tolist(), scale)
        else:
            out[name] = tensor.tolist()
    return out


def test_every_file_of_a_body_means_the_same(tmp_path: Path, body: ModelWeights) -> None:
    save_checkpoint(tmp_path / "c", body)
    save_bitt(tmp_path / "float.bitt", body, packed=False)
    save_bitt(tmp_path / "packed.bitt", load_weights(tmp_path / "c"), packed=True)
    save_checkpoint(tmp_path / "back", load_weights(tmp_path / "packed.bitt"))
    save_bitt(tmp_path / "back.bitt", load_weights(tmp_path / "packed.bitt"), packed=False)
    save_bitt(tmp_path / "again.bitt", load_weights(tmp_path / "back"), packed=True)
    for name in ("c", "c/model.safetensors", "float.bitt", "packed.bitt", "back", "back.bitt", "again.bitt"):
        loaded = load_weights(tmp_path / name)
        assert loaded.config == body.config
        assert loaded.config.extra == body.config.extra
        assert json.loads(loaded.tokenizer or "") == json.loads(body.tokenizer or "")
        assert meaning(loaded) == meaning(body), name
        assert loaded.fingerprint == body.fingerprint, name
        assert fingerprint(loaded.config, loaded.tensors) == body.fingerprint, name
        assert loaded.encoding == ("packed" if name in ("packed.bitt", "again.bitt") else "float")
    assert (tmp_path / "packed.bitt").read_bytes() == (tmp_path / "again.bitt").read_bytes()


def test_the_fingerprint_follows_the_function_and_nothing_else() -> None:
    body = make_body(CONFIGS["tied"])
    config, base = body.config, body.fingerprint

    def of(config: BitLlamaConfig = config, **changed: np.ndarray) -> str:
        return fingerprint(config, {**body.tensors, **{k.replace("__", "."): v for k, v in changed.items()}})

    same = [
        of(dataclasses.replace(config, chat_template=None)),
        of(dataclasses.replace(config, extra={"licence": "MIT"})),
        of(dataclasses.replace(config, intermediate_dim=160, head_dim=10)),  # the defaults, written out
        of(dataclasses.replace(config, conv_kernel=7)),  # the tied variant has no convolution
    ]
    assert set(same) == {base}
    embed = np.array(body.tensors["embed.weight"])
    embed[3, 3] = np.nextafter(embed[3, 3], np.float32(9))
    down = np.array(body.tensors["layers.0.ttt.down.weight"])
    down[0] = -down[0]
    scaled = np.array(body.tensors["layers.0.ttt.down.weight"]) * np.float32(1.01)
    other = [
        of(dataclasses.replace(config, inner_lr=0.2)),
        of(dataclasses.replace(config, activation_bits=32)),
        of(embed__weight=embed),
        of(layers__0__ttt__down__weight=down),
        of(layers__0__ttt__down__weight=scaled),
    ]
    assert base not in other
    assert len(set(other)) == len(other)
    tiny = np.array(body.tensors["layers.0.ttt.down.weight"])
    near = np.argwhere(np.abs(tiny) < 0.1)[:2]
    a, b = (tuple(place) for place in near)
    tiny[a], tiny[b] = np.sign(tiny[a]) * abs(tiny[b]), np.sign(tiny[b]) * abs(tiny[a])
    assert of(layers__0__ttt__down__weight=tiny) == base, "two weights that both round to zero were exchanged"


def test_a_stored_fingerprint_is_trusted_and_a_replaced_body_gets_its_own(tmp_path: Path, body: ModelWeights) -> None:
    claimed = ModelWeights(body.config, body.tensors, body.tokenizer, fingerprint="f" * 64)
    assert claimed.fingerprint == "f" * 64
    save_bitt(tmp_path / "a.bitt", claimed, packed=True)
    assert load_weights(tmp_path / "a.bitt").stored_fingerprint == body.fingerprint, "a false claim is not passed on"
    changed = dataclasses.replace(claimed, config=dataclasses.replace(body.config, inner_lr=0.3))
    assert changed.fingerprint not in (body.fingerprint, claimed.fingerprint)


def test_half_precision_is_a_body_of_its_own(tmp_path: Path, body: ModelWeights) -> None:
    for packed in (True, False):
        path = tmp_path / f"{packed}.bitt"
        save_bitt(path, body, packed=packed, half=True)
        loaded = load_weights(path)
        embed = np.asarray(body.tensors["embed.weight"])
        np.testing.assert_array_equal(loaded.tensors["embed.weight"], embed.astype(np.float16).astype(np.float32))
        assert loaded.fingerprint == fingerprint(loaded.config, loaded.tensors) != body.fingerprint
        assert path.stat().st_size < 0.75 * 4 * body.config.num_parameters


def test_values_too_large_for_half_precision_are_refused(tmp_path: Path, body: ModelWeights) -> None:
    tensors = dict(body.tensors)
    tensors["embed.weight"] = np.array(tensors["embed.weight"]) * np.float32(1e5)
    with pytest.raises(FileFormatError, match=r"embed\.weight.*float16"):
        save_bitt(tmp_path / "a.bitt", ModelWeights(body.config, tensors), packed=True, half=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("packed", [True, False])
def test_weights_stay_in_the_file(tmp_path: Path, body: ModelWeights, packed: bool) -> None:
    save_bitt(tmp_path / "a.bitt", body, packed)
    for tensor in load_weights(tmp_path / "a.bitt").tensors.values():
        base: Any = tensor.codes if isinstance(tensor, Ternary2) else tensor
        assert not base.flags.writeable
        while isinstance(base, np.ndarray):
            base = base.base
        assert isinstance(base, mmap.mmap)


def test_loading_checking_and_packing_do_not_hold_the_whole_model(tmp_path: Path) -> None:
    config = BitLlamaConfig(1000, 512, 5, 0.1)
    size = 4 * config.num_parameters
    save_checkpoint(tmp_path / "c", make_body(config, tokenizer=None))
    peaks: dict[str, int] = {}

    def measure(name: str, work: Callable[[], Any]) -> Any:
        tracemalloc.start()
        try:
            result = work()
            peaks[name] = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        return result

    body = measure("load", lambda: load_weights(tmp_path / "c"))
    measure("pack", lambda: save_bitt(tmp_path / "p.bitt", body, packed=True))
    packed = measure("load packed", lambda: load_weights(tmp_path / "p.bitt"))
    measure("to float", lambda: save_bitt(tmp_path / "f.bitt", packed, packed=False))
    assert size > 60_000_000
    assert peaks["load"] < 2_000_000, peaks
    assert peaks["load packed"] < 10_000_000, peaks
    assert peaks["pack"] < size / 2, peaks
    assert peaks["to float"] < size / 2, peaks


# What is refused


def rewrite(path: Path, change: Callable[[dict[str, np.ndarray]], None]) -> None:
    """Write the checkpoint file again with other tensors, by the library."""
    arrays = safetensors.numpy.load_file(path)
    change(arrays)
    safetensors.numpy.save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, path)


def set_value(name: str, value: float) -> Callable[[dict[str, np.ndarray]], None]:
    def change(arrays: dict[str, np.ndarray]) -> None:
        arrays[name].reshape(-1)[5] = value

    return change


def replace(name: str, make: Callable[[np.ndarray], np.ndarray]) -> Callable[[dict[str, np.ndarray]], None]:
    def change(arrays: dict[str, np.ndarray]) -> None:
        arrays[name] = make(arrays[name])

    return change


WRONG: dict[str, tuple[Callable[[dict[str, np.ndarray]], Any], str]] = {
    "missing": (lambda a: a.pop("norm_f.weight"), "1 tensor is missing: norm_f.weight"),
    "unexpected": (lambda a: a.update(extra=np.ones(3, np.float32)), "not in the config: extra"),
    "wrong shape": (
        replace("layers.1.ttt.up.weight", lambda a: a.T),
        "layers.1.ttt.up.weight is 10 x 40 where the config means 40 x 10",
    ),
    "integers": (replace("embed.weight", lambda a: a.astype(np.int32)), "embed.weight is int32 where float32"),
    "NaN": (set_value("embed.weight", np.nan), "embed.weight: its weights hold NaN or infinite"),
    "infinity": (
        set_value("layers.0.mlp.up_proj.weight", -np.inf),
        "layers.0.mlp.up_proj.weight: its weights hold NaN",
    ),
    "too large for float32": (
        replace("norm_f.weight", lambda a: a.astype(np.float64) * 1e300),
        "norm_f.weight: its weights hold NaN or infinite",
    ),
    "a layer less": (
        lambda a: [a.pop(name) for name in list(a) if name.startswith("layers.1.")],
        "the config says 2 layers, but the tensors are for 1",
    ),
}


@pytest.mark.parametrize("case", sorted(WRONG))
def test_tensors_that_contradict_the_config_are_named(tmp_path: Path, case: str) -> None:
    change, words = WRONG[case]
    save_checkpoint(tmp_path, make_body(CONFIGS["tied"]))
    rewrite(tmp_path / "model.safetensors", change)
    with pytest.raises(FileFormatError) as caught:
        load_weights(tmp_path)
    assert str(tmp_path / "model.safetensors") in str(caught.value)
    assert words in str(caught.value)


def test_nothing_unsound_is_saved_over_what_is_sound(tmp_path: Path, body: ModelWeights) -> None:
    save_checkpoint(tmp_path / "c", body)
    save_bitt(tmp_path / "a.bitt", body, packed=True)
    tensors = {name: np.array(tensor) for name, tensor in body.tensors.items()}
    tensors["lm_head.weight"][1, 1] = np.nan
    for save in (
        lambda b: save_checkpoint(tmp_path / "c", b),
        lambda b: save_bitt(tmp_path / "a.bitt", b, packed=True),
        lambda b: save_bitt(tmp_path / "a.bitt", b, packed=False),
    ):
        with pytest.raises(FileFormatError, match=r"lm_head\.weight"):
            save(ModelWeights(body.config, tensors, body.tokenizer))
    assert load_weights(tmp_path / "c").fingerprint == body.fingerprint
    assert load_weights(tmp_path / "a.bitt").fingerprint == body.fingerprint


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ('{"vocab_size": 37, "hidden_dim": 44, "num_layers": 2, "inner_lr": 0.1}', "44"),
        ('{"vocab_size": 37, "hidden_dim": 40, "num_layers": 1000000, "inner_lr": 0.1}', "1000000 layers"),
        ('{"vocab_size": 37, "hidden_dim": 40, "num_layers": 2, "inner_lr": 3}', "inner_lr"),
        ('{"vocab_size": 37, "hidden_dim": 40, "num_layers": 2, "inner_lr": 1e999}', "not valid JSON"),
        ('{"vocab_size": 37, "hidden_dim": 40, "num_layers": 2, "inner_lr": NaN}', "NaN"),
        ('{"vocab_size": 37, "hidden_dim": 40, "num_layers": 2, "inner_lr": ' + "9" * 400 + "}", "64 bits"),
        ('{"vocab_size": 37, "vocab_size": 38}', "stands twice"),
        ('{"vocab_size": 37}', "lacks hidden_dim"),
        ("[" * 100_000, "nested"),
        ("", "not valid JSON"),
        ("\udcff", "not UTF-8"),
    ],
)
def test_a_config_that_cannot_be_is_refused(tmp_path: Path, config: str, words: str) -> None:
    save_checkpoint(tmp_path, make_body(CONFIGS["tied"]))
    (tmp_path / "config.json").write_bytes(config.encode("utf-8", "surrogateescape"))
    with pytest.raises(BitLlamaError) as caught:
        load_weights(tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert words in str(caught.value)


def test_a_tokenizer_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    large = json.dumps({"model": {"type": "BPE", "vocab": {f"t{i}": i for i in range(38)}}})
    for tokenizer, words in ((large, "38 entries"), ("not JSON", "not valid JSON")):
        with pytest.raises(FileFormatError, match=words):
            save_checkpoint(tmp_path / "c", make_body(CONFIGS["tied"], tokenizer))
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize(
    "tokenizer",
    [
        "{}",
        '{"model": 1}',
        '{"model": {"vocab": true}, "added_tokens": 3}',
        '{"model": {"vocab": {"a": "b"}}}',
        '{"model": {"type": [], "vocab": [["a", -1.5]]}, "added_tokens": [1, {"id": null}]}',
    ],
)
def test_a_tokenizer_that_cannot_be_counted_is_left_to_its_own_room(tmp_path: Path, tokenizer: str) -> None:
    save_bitt(tmp_path / "a.bitt", make_body(tokenizer=tokenizer), packed=True)
    assert json.loads(load_weights(tmp_path / "a.bitt").tokenizer or "") == json.loads(tokenizer)


def test_places_without_a_body(tmp_path: Path, body: ModelWeights, soul: Soul) -> None:
    save_checkpoint(tmp_path / "c", body)
    save_soul(tmp_path / "a.soul", soul)
    (tmp_path / "empty").mkdir()
    (tmp_path / "many").mkdir()
    for name in ("a", "b"):
        shutil.copy(tmp_path / "c" / "model.safetensors", tmp_path / "many" / f"{name}.safetensors")
    (tmp_path / "bare.safetensors").write_bytes((tmp_path / "c" / "model.safetensors").read_bytes())
    (tmp_path / "wrong.bitt").write_bytes(b"BITS" + bytes(100))
    (tmp_path / "zero.bitt").write_bytes(b"")
    (tmp_path / "magic.bitt").write_bytes(b"BITT")
    (tmp_path / "long.bitt").write_bytes(b"BITT" + struct.pack("<Q", 1 << 62) + bytes(100))
    (tmp_path / "text.txt").write_text("Once upon a time there was a model.")
    (tmp_path / "folder.bitt").mkdir()
    for name, words in {
        "nowhere": "no file",
        "empty": "not a checkpoint folder",
        "many": "holds 2 .safetensors files",
        "bare.safetensors": "no config.json beside",
        "a.soul": "is a soul, not a model",
        "wrong.bitt": "not a .bitt file: it begins with b'BITS'",
        "zero.bitt": "empty",
        "magic.bitt": "truncated",
        "long.bitt": "claims 4,611,686,018,427,387,904 bytes",
        "text.txt": "tensor header claims",
        "folder.bitt": "not a checkpoint folder",
    }.items():
        with pytest.raises(FileFormatError) as caught:
            load_weights(tmp_path / name)
        assert words in str(caught.value), name
        assert str(tmp_path / name) in str(caught.value), name


def test_a_checkpoint_without_a_tokenizer_does_not_keep_the_former_one(tmp_path: Path, body: ModelWeights) -> None:
    save_checkpoint(tmp_path, body)
    save_checkpoint(tmp_path, ModelWeights(body.config, body.tensors))
    assert load_weights(tmp_path).tokenizer is None


def test_a_body_may_be_saved_over_the_file_it_is_mapped_from(tmp_path: Path, body: ModelWeights) -> None:
    save_checkpoint(tmp_path / "c", body)
    save_checkpoint(tmp_path / "c", load_weights(tmp_path / "c"))
    assert load_weights(tmp_path / "c").fingerprint == body.fingerprint
