"""DESIGN's formulas for the tied model, written again in float64 numpy from the text alone, token by token.

It shares no code with the engine: it reads tensors by their names in a checkpoint, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

Array = np.ndarray


def rms_norm(x: Array, weight: Array, eps: float = 1e-5) -> Array:
    return x / np.sqrt(np.mean(x * x) + eps) * weight


def bit_linear(x: Array, weight: Array, bits: int) -> Array:
    s = np.mean(np.abs(weight))
    wq = np.clip(np.round(weight / s), -1, 1)
    if bits == 32:
        return wq @ x * s
    largest = float(2 ** (bits - 1) - 1)
    absmax = np.max(np.abs(x))
    if absmax == 0:
        return np.zeros(len(weight))
    sx = absmax / largest
    xq = np.clip(np.round(x / sx), -largest, largest)
    return (wq @ xq) * s * sx


def silu(x: Array) -> Array:
    return x / (1 + np.exp(-x))


class TiedReference:
    """A tied BitLlama of N layers; `w` holds the fast weights, one (d, d) matrix a layer."""

    def __init__(self, tensors: Mapping[str, Array], layers: int, inner_lr: float, bits: int) -> None:
        self.t = {name: np.asarray(value, np.float64) for name, value in tensors.items()}
        self.layers, self.inner_lr, self.bits = layers, inner_lr, bits
        d = self.t["layers.0.ttt.down.weight"].shape[0]
        self.w = [np.zeros((d, d)) for _ in range(layers)]

    def step(self, token: int) -> Array:
        """Logits (V,) after reading one token."""
        h = self.t["embed.weight"][token]
        for i in range(self.layers):
            h = h + self._ttt(i, rms_norm(h, self.t[f"layers.{i}.norm1.weight"]))
            h = h + self._mlp(i, rms_norm(h, self.t[f"layers.{i}.norm2.weight"]))
        return self.t["lm_head.weight"] @ rms_norm(h, self.t["norm_f.weight"])

    def _ttt(self, i: int, x: Array) -> Array:
        f = bit_linear(x, self.t[f"layers.{i}.ttt.down.weight"], self.bits)
        k = f / (np.sqrt(np.sum(f * f)) + 1e-6)
        p = self.w[i] @ k
        self.w[i] = self.w[i] - self.inner_lr * np.outer(p - k, k)
        return bit_linear(p, self.t[f"layers.{i}.ttt.up.weight"], self.bits)

    def _mlp(self, i: int, x: Array) -> Array:
        gate = bit_linear(x, self.t[f"layers.{i}.mlp.gate_proj.weight"], self.bits)
        up = bit_linear(x, self.t[f"layers.{i}.mlp.up_proj.weight"], self.bits)
        return bit_linear(silu(gate) * up, self.t[f"layers.{i}.mlp.down_proj.weight"], self.bits)
