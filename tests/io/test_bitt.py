"""Damage in a ``.bitt`` header or model: one sentence, the file named."""

from __future__ import annotations

import json
import re
import struct
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from small_bodies import CONFIGS, make_body

from engine.errors import BitLlamaError
from engine.io.bitt import is_bitt, load_bitt, save_bitt
from engine.io.model_file import load_weights

DOWN = "layers.0.ttt.down.weight"
SCALE = "layers.0.ttt.down.scale"
Parts = tuple[dict[str, Any], dict[str, np.ndarray]]


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    save_bitt(tmp_path / "a.bitt", make_body(CONFIGS["tied"]), packed=True)
    return tmp_path / "a.bitt"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the table of mappings is that of Linux")
def test_a_body_that_was_looked_through_takes_memory_only_where_it_is_used(tmp_path: Path) -> None:
    path = tmp_path / "a.bitt"
    config = replace(CONFIGS["tied"], vocab_size=30_000)
    save_bitt(path, make_body(config), packed=True)
    body = load_bitt(path)

    def resident() -> int:
        table = Path("/proc/self/smaps").read_text(encoding="utf-8")
        return sum(1024 * int(n) for n in re.findall(rf"{path}\nSize:.*?\nRss: +(\d+) kB", table, re.DOTALL))

    embedding = body.tensors["embed.weight"]
    assert resident() == 0
    assert isinstance(embedding, np.ndarray)
    assert embedding.sum() != 0
    assert resident() >= embedding.nbytes // 4096 * 4096  # so the table was read rightly
    assert resident() < path.stat().st_size


def take_apart(path: Path) -> Parts:
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[4:12])
    return json.loads(data[12 : 12 + length]), safetensors.numpy.load(data[12 + length :])


def put_together(path: Path, parts: Parts) -> None:
    header, arrays = json.dumps(parts[0]).encode(), {n: np.ascontiguousarray(a) for n, a in parts[1].items()}
    path.write_bytes(b"BITT" + struct.pack("<Q", len(header)) + header + safetensors.numpy.save(arrays))


def put(where: int, *keys: str, value: Any) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        target: Any = parts[where]
        for key in keys[:-1]:
            target = target[key]
        target[keys[-1]] = value

    return change


def drop(where: int, *keys: str) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        target: Any = parts[where]
        for key in keys[:-1]:
            target = target[key]
        del target[keys[-1]]

    return change


def code_three(parts: Parts) -> None:
    parts[1][DOWN][3, 2] |= 0b1100


BAD: dict[str, tuple[Callable[[Parts], None], str]] = {
    "no config": (drop(0, "config"), "lacks vocab_size"),
    "a config of text": (put(0, "config", value="tied"), "JSON object"),
    "a config of other sizes": (put(0, "config", "vocab_size", value=38), "embed.weight is 37 x 40"),
    "a million layers": (put(0, "config", "num_layers", value=1_000_000), "1000000 layers"),
    "another encoding": (put(0, "encoding", value="ternary1.6"), "ternary1.6"),
    "an encoding in a list": (put(0, "encoding", value=["float"]), "encoding"),
    "called float but packed": (put(0, "encoding", value="float"), "not in the config"),
    "no table of shapes": (drop(0, "ternary"), "'ternary'"),
    "a table in a list": (put(0, "ternary", value=[]), "'ternary'"),
    "a shape not in the table": (drop(0, "ternary", DOWN), DOWN),
    "an absurd shape": (put(0, "ternary", DOWN, value=[10, 1 << 62]), DOWN),
    "a shape that is text": (put(0, "ternary", DOWN, value="10x40"), "not two sizes"),
    "other rows": (put(0, "ternary", DOWN, value=[11, 40]), "is stored as U8 [10, 16]"),
    "other columns in as many bytes": (
        put(0, "ternary", DOWN, value=[10, 41]),
        "10 x 41 where the config means 10 x 40",
    ),
    "a table entry without a tensor": (put(0, "ternary", "ghost.weight", value=[1, 1]), "ghost.weight"),
    "codes missing": (drop(1, DOWN), DOWN),
    "scale missing": (drop(1, SCALE), DOWN),
    "two scales": (put(1, SCALE, value=np.ones(2, np.float32)), "one F32 number"),
    "scale not finite": (put(1, SCALE, value=np.array([np.nan], np.float32)), "scale nan"),
    "scale negative": (put(1, SCALE, value=np.array([-1.0], np.float32)), "scale -1.0"),
    "codes as signed bytes": (put(1, DOWN, value=np.ones((10, 16), np.int8)), "stored as I8"),
    "code three": (code_three, "code 3"),
    "fingerprint too short": (put(0, "fingerprint", value="abc"), "fingerprint"),
    "fingerprint a number": (put(0, "fingerprint", value=7), "fingerprint"),
    "a tokenizer that is a number": (put(0, "tokenizer", value=7), "tokenizer"),
    "a tokenizer that is no JSON": (put(0, "tokenizer", value="seven"), "tokenizer"),
}


@pytest.mark.parametrize("case", sorted(BAD))
def test_damage_is_one_sentence_that_names_the_file(packed: Path, case: str) -> None:
    change, words = BAD[case]
    parts = take_apart(packed)
    put_together(packed, parts)
    load_bitt(packed)  # taking it apart and putting it together does no harm
    change(parts)
    packed.unlink()
    put_together(packed, parts)
    with pytest.raises(BitLlamaError) as caught:
        load_bitt(packed)
    assert str(packed) in str(caught.value)
    assert words in str(caught.value)


def test_a_key_twice_in_the_header_is_refused(packed: Path) -> None:
    header, arrays = take_apart(packed)
    text = b'{"encoding":"float",' + json.dumps(header).encode()[1:]
    packed.unlink()
    packed.write_bytes(b"BITT" + struct.pack("<Q", len(text)) + text + safetensors.numpy.save(arrays))
    with pytest.raises(BitLlamaError, match="'encoding' stands twice"):
        load_bitt(packed)


def test_a_bitt_is_known_by_its_magic_and_not_by_its_name(packed: Path) -> None:
    assert is_bitt(packed)
    other = packed.rename(packed.with_name("a.safetensors"))
    assert load_weights(other).encoding == "packed"


def test_a_packed_tensor_takes_two_bits_a_weight(packed: Path) -> None:
    header, arrays = take_apart(packed)
    for name, (rows, cols) in header["ternary"].items():
        assert arrays[name].nbytes == rows * 16 * -(-cols // 64)


def test_a_body_without_a_tokenizer_has_null(tmp_path: Path) -> None:
    save_bitt(tmp_path / "a.bitt", make_body(CONFIGS["tied"], tokenizer=None), packed=True)
    assert take_apart(tmp_path / "a.bitt")[0]["tokenizer"] is None
    assert load_bitt(tmp_path / "a.bitt").tokenizer is None
