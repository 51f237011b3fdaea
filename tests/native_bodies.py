"""Models for the tests of the native library, and the mark of tests that need it."""

from __future__ import annotations

import contextlib
import mmap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny
import torch

from engine import native
from engine.io.model_file import ModelWeights, Ternary2
from engine.io.tensors import TensorFile, read_header, save_tensors

needs_library = pytest.mark.skipif(native.why_not() is not None, reason=f"no native library: {native.why_not()}")


@contextlib.contextmanager
def empty_is_nan() -> Iterator[None]:
    """While it lasts torch fills memory that nothing was written to yet, so that a result left unwritten is found."""
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(False)


SHAPES: dict[str, dict[str, Any]] = {
    "tied": {"ttt_variant": "tied"},
    "linear": {"ttt_variant": "linear"},
    "tied, odd sizes": {"ttt_variant": "tied", "hidden_dim": 44, "head_dim": 13, "intermediate_dim": 71},
    "linear, odd sizes": {
        "ttt_variant": "linear", "hidden_dim": 50, "num_heads": 3, "head_dim": 17, "intermediate_dim": 133,
        "conv_kernel": 3, "vocab_size": 263, "out_norm_eps": 0.5,
    },
    "linear, no convolution": {"ttt_variant": "linear", "conv_kernel": 1},
    "linear, wide": {"ttt_variant": "linear", "hidden_dim": 192, "num_heads": 2, "head_dim": 96, "norm_eps": 1e-3},
}  # fmt: skip


def random_body(shape: str = "linear", seed: int = 0, packed: bool = True, **changes: Any) -> ModelWeights:
    """A random model of one of `SHAPES`, with a tokenizer; no tensor has its initial value."""
    sizes = SHAPES[shape] | changes
    config = tiny.config(sizes.pop("ttt_variant"), **sizes)
    rng = np.random.default_rng(seed)
    tensors: dict[str, Any] = {}
    for name, spec in config.tensor_specs().items():
        values = rng.standard_normal(spec.shape).astype(np.float32)
        if "norm" in name:
            values = 1 + values / 4
        elif name != "embed.weight":
            values *= np.float32(spec.shape[-1] ** -0.5)
        tensors[name] = Ternary2.from_float(values) if spec.ternary and packed else values
    return ModelWeights(config, tensors, tiny.tokenizer_json(), encoding="packed" if packed else "float")


def with_tensors(path: Path, change: Callable[[dict[str, np.ndarray]], Mapping[str, np.ndarray]]) -> Path:
    """A file beside this ``.bitt``, with its header and with other tensors."""
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    _, start = read_header(mapped, path, 4, len(mapped), "header")
    changed = path.with_name("changed.bitt")
    with changed.open("wb") as file:
        file.write(mapped[:start])
        save_tensors(file, change(dict(TensorFile.read(mapped, path, start).tensors)))
    return changed
