"""What speed is measured against: models of a given size, the bytes that a token must touch, the memory's bandwidth."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from engine import native
from engine.errors import BitLlamaError
from engine.io.model_file import ModelWeights
from engine.io.packed import EMBED, LinearForm, Packing
from engine.models.config import BitLlamaConfig
from engine.runtime.aligned import aligned
from engine.runtime.base import Runtime

PLAIN = Packing()
"""Two bits a weight, and the rest in float."""
READ_BYTES = 1 << 28
"""Memory read to measure the bandwidth: more than any processor's cache."""
LARGEST_ERROR = 1e-4
"""Relative root-mean-square error of logits that the gate allows."""


def random_body(config: BitLlamaConfig, seed: int = 1, packing: Packing = PLAIN, sure: float = 1.0) -> ModelWeights:
    """A packed model of random weights: as costly as a trained one, and it says nothing. Its arrays are aligned as
    those of a file that was written here.

    `packing` is how it is held; `sure` is the standard deviation of its logits.
    """
    rng = np.random.default_rng(seed)
    tensors: dict[str, Any] = {}
    for name, spec in config.tensor_specs().items():
        if spec.ternary:
            codes = rng.integers(-1, 2, spec.shape, np.int8)
            matrix = packing.matrix(name).from_codes(codes, spec.shape[1] ** -0.5)
            tensors[name] = dataclasses.replace(matrix, codes=aligned(matrix.codes))
        elif "norm" in name:
            tensors[name] = np.ones(spec.shape, np.float32)
        else:
            tensors[name] = rng.standard_normal(spec.shape, np.float32) * np.float32(spec.shape[-1] ** -0.5)
            if name == "lm_head.weight":
                tensors[name] *= np.float32(sure)
            if form := packing.tables.get(name):
                table = form.from_float(tensors[name])
                tensors[name] = dataclasses.replace(table, stored=aligned(table.stored), scales=aligned(table.scales))
            else:
                tensors[name] = aligned(tensors[name])
    return ModelWeights(config, tensors, encoding="packed")


def fastest_linears() -> LinearForm:
    """The form of ternary matrices that this processor reads faster."""
    usable = native.why_not() is None
    return "ternary5in3" if usable and native.instruction_sets()[0].startswith("AVX-512") else "ternary2"


def token_bytes(config: BitLlamaConfig, packing: Packing = PLAIN, deferred: int = 1) -> int:
    """Bytes that computing one token must at least touch: packed weights, head, a row of the embedding, and fast
    weights, read at each token and written at one of `deferred`."""
    fast = 4 * config.num_layers * int(np.prod(config.fast_shape))
    total = fast + fast // deferred
    for name, spec in config.tensor_specs().items():
        rows = 1 if name == EMBED else spec.shape[0]
        if spec.ternary:
            total += int(np.prod(packing.matrix(name).stored_shape(*spec.shape)))
        elif form := packing.tables.get(name):
            total += rows * (4 + form.stored_width(spec.shape[1]))
        else:
            total += 4 * rows * int(np.prod(spec.shape[1:]))
    return total


def read_bandwidth(threads: int, size: int = READ_BYTES) -> float | None:
    """Bytes a second at which `threads` threads read `size` bytes over and over, from memory or from the caches that
    hold so many, at the best of several times; None without the native library."""
    if native.why_not() is not None:
        return None
    seconds = float(native.library().bl_read_seconds(size, threads, 5 * max(1, READ_BYTES // size)))
    return size / seconds if seconds > 0 else None


def check_same(body: ModelWeights, tokens: list[int], threads: int | None) -> float:
    """The gate before a measurement: the native runtime gives torch's logits; returns the largest error found.

    It compares with unquantised activations, since those of 8 bits can be rounded either way. Raises `BitLlamaError`
    where the error is above `LARGEST_ERROR`.
    """
    from engine.runtime.select import create_runtime

    smooth = ModelWeights(dataclasses.replace(body.config, activation_bits=32), body.tensors, encoding=body.encoding)
    pair: list[Runtime] = [create_runtime(smooth, "cpu", name, threads) for name in ("native", "torch")]
    found = []
    for piece in ([tokens[0]], tokens):
        mine, reference = (runtime.prefill(piece) for runtime in pair)
        assert mine is not None
        assert reference is not None
        found.append(float(np.linalg.norm(mine - reference) / np.linalg.norm(reference)))
        mine, reference = (runtime.step(tokens[0]) for runtime in pair)
        found.append(float(np.linalg.norm(mine - reference) / np.linalg.norm(reference)))
    worst = max(found)
    if not worst <= LARGEST_ERROR:
        raise BitLlamaError(
            f"The native runtime's logits differ from torch's by {worst:.2g}, so nothing is measured; report this."
        )
    return worst
