"""Random damage to sound files: each either loads or is refused in words, and nothing else ever happens."""

from __future__ import annotations

import itertools
import json
import random
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_transformer
from small_bodies import CONFIGS, make_body

from engine.errors import BitLlamaError
from engine.io.bitt import save_bitt
from engine.io.checkpoint import save_checkpoint
from engine.io.inspect import inspect_path
from engine.io.memory_file import SUFFIX, load_memory, save_memory
from engine.io.model_file import load_weights
from engine.io.soul import Soul, load_soul, new_meta, save_soul
from engine.models.memory_config import MEMORY_V1

ROUNDS = 150
PACKED = ["packed.bitt", "triples.bitt", "fives.bitt"]
MEMORY = "a.memory.safetensors"
NAMES = [
    *PACKED,
    "float.bitt",
    "a.soul",
    "of_memory.soul",
    MEMORY,
    "model.safetensors",
    "config.json",
    "tokenizer.json",
]
ODD: list[Any] = [
    None,
    True,
    -1,
    0,
    1,
    3.5,
    2**63,
    10**40,
    "",
    "x",
    "F64",
    [],
    [0],
    [0, 0],
    [2**62, 4],
    {},
    {"a": 1},
    [[[]]],
]


def damaged(data: bytes, dice: random.Random) -> bytes:
    """Flip bits, cut, repeat or overwrite; most of it near the start, where the lengths and headers are."""
    out = bytearray(data)
    reach = min(len(out), dice.choice([16, 200, 3000, len(out)]))
    for _ in range(dice.choice([1, 1, 2, 8])):
        at = dice.randrange(reach)
        kind = dice.randrange(5)
        if kind == 0:
            out[at] ^= 1 << dice.randrange(8)
        elif kind == 1:
            out[at] = dice.choice(b'0123456789-{}[]",:\x00\xff')
        elif kind == 2:
            del out[at : at + dice.choice([1, 8, 100])]
        elif kind == 3:
            out[at:at] = out[at : at + dice.choice([1, 8, 100])]
        else:
            out[at : at + 8] = dice.choice([b"\xff" * 8, b"\0" * 8, b"\0\0\xc0\x7f" * 2])
        reach = max(1, min(reach, len(out)))
        if not out:
            break
    if dice.random() < 0.2:
        del out[dice.randrange(len(out) + 1) :]
    return bytes(out)


def replaced(value: Any, dice: random.Random) -> Any:
    """A copy of JSON `value` with one node, at any depth, replaced by an odd one or dropped."""
    if isinstance(value, (dict, list)) and value and dice.random() < 0.85:
        key: Any = dice.choice(list(value)) if isinstance(value, dict) else dice.randrange(len(value))
        copy: Any = dict(value) if isinstance(value, dict) else list(value)
        if dice.random() < 0.1:
            del copy[key]
        else:
            copy[key] = replaced(value[key], dice)
        return copy
    return dice.choice(ODD)


def with_header(data: bytes, at: int, dice: random.Random) -> bytes:
    """`data` with the JSON header, whose length stands at byte `at`, changed but still JSON."""
    (length,) = struct.unpack("<Q", data[at : at + 8])
    header = json.dumps(replaced(json.loads(data[at + 8 : at + 8 + length]), dice)).encode()
    return data[:at] + struct.pack("<Q", len(header)) + header + data[at + 8 + length :]


def with_config(data: bytes, dice: random.Random) -> bytes:
    """A memory file with its config changed but still JSON."""
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    about = header["__metadata__"]
    about["config"] = json.dumps(replaced(json.loads(about["config"]), dice))
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data[8 + length :]


def survives(folder: Path, name: str, variants: Iterator[bytes], load: Callable[[Path], Any]) -> tuple[int, int]:
    """Load and inspect each variant of a file; returns how many loaded and how many were refused."""
    loaded = refused = 0
    for number, data in enumerate(itertools.islice(variants, ROUNDS)):
        suffix = SUFFIX if name == MEMORY else Path(name).suffix
        place = folder / f"{number}{suffix}"  # a new file each time: the former may still be mapped
        if suffix in (".bitt", ".soul", SUFFIX):
            path = file = place
        else:
            path, file = place, place / name
            place.mkdir()
            for part in (folder / "sound").iterdir():
                (place / part.name).symlink_to(part)
            file.unlink()
        file.write_bytes(data)
        try:
            load(path)
            loaded += 1
        except BitLlamaError:
            refused += 1
            assert not inspect_path(path).ok
        else:
            inspect_path(path)
    return loaded, refused


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", NAMES)
def test_damage_loads_or_is_refused_in_words(tmp_path: Path, name: str, seed: int) -> None:
    body = make_body(CONFIGS[("tied", "linear")[seed]])
    save_checkpoint(tmp_path / "sound", body)
    save_bitt(tmp_path / "packed.bitt", body, packed=True)
    save_bitt(tmp_path / "triples.bitt", body, packed=True, linears="ternary5in3")
    save_bitt(tmp_path / "fives.bitt", body, packed=True, embedding="int5")
    save_bitt(tmp_path / "float.bitt", body, packed=False)
    layers = [np.ones(body.config.fast_shape, np.float32)] * 2
    save_soul(tmp_path / "a.soul", Soul(layers, new_meta(body.fingerprint, 5, "Mika", None, [{"event": "save"}])))
    kept = new_meta("b" * 64, 5, schema=MEMORY_V1)
    save_soul(tmp_path / "of_memory.soul", Soul([np.ones(tiny_transformer.MEMORY.fast_shape, np.float32)], kept))
    save_memory(tmp_path / MEMORY, tiny_transformer.MEMORY, tiny_transformer.memory_tensors(), "llama-1")
    source = tmp_path / name if (tmp_path / name).exists() else tmp_path / "sound" / name
    data, dice = source.read_bytes(), random.Random(f"{name}{seed}")

    def variants() -> Iterator[bytes]:
        while True:
            yield damaged(data, dice)
            if name.endswith(".json"):
                yield json.dumps(replaced(json.loads(data), dice)).encode()
            elif name == MEMORY and dice.random() < 0.5:
                yield with_config(data, dice)
            else:
                yield with_header(data, 4 if name.endswith(".bitt") else 0, dice)

    load = {"a.soul": load_soul, "of_memory.soul": load_soul, MEMORY: load_memory}.get(name, load_weights)
    loaded, refused = survives(tmp_path, name, variants(), load)
    assert refused > ROUNDS / 10, "the damage is too mild to test anything"
    if name in (*PACKED, "float.bitt", "model.safetensors"):
        assert loaded > 0, "the damage is too heavy to get past the first check"
