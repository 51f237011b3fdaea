"""A model's weights as the native library wants them: where they lie, in the file or beside it."""

from __future__ import annotations

import numpy as np

from engine import native
from engine.io.packed import EMBED, HEAD, Packing
from engine.io.weights import ModelWeights, as_matrix
from engine.ops.quantized_embedding.int5 import Int5Embedding
from engine.ops.quantized_embedding.int8 import QuantizedEmbedding
from engine.ops.ternary.ternary5in3 import Ternary5in3
from engine.runtime.aligned import aligned_zeros


class NativeWeights:
    """A model's weights as the library wants them; keeps alive what the pointers point to."""

    def __init__(self, body: ModelWeights) -> None:
        c = body.config
        self._body = body
        self._kept: list[np.ndarray] = []
        self._packing = Packing.of(body.tensors)
        self._small = self._gathered()
        linear = c.ttt_variant == "linear"
        self.config = native.Config(
            c.vocab_size, c.hidden_dim, c.num_layers, c.num_heads, c.fast_dim, c.mlp_dim,
            c.conv_kernel if linear else 1, c.activation_bits, linear, c.inner_lr, c.norm_eps,
            c.out_norm_eps or c.norm_eps,
        )  # fmt: skip
        self.embed, self.head = map(self._table, (EMBED, HEAD))
        self.norm_f = self._floats("norm_f.weight")
        self.layers = (native.Layer * c.num_layers)()
        for i, layer in enumerate(self.layers):
            self._fill(layer, f"layers.{i}.")

    def _fill(self, layer: native.Layer, prefix: str) -> None:
        ternary = {"key": "ttt.down", "up": "ttt.up", "gate": "mlp.gate_proj", "mlp_up": "mlp.up_proj"}
        ternary |= {"mlp_down": "mlp.down_proj", "query": "ttt.query", "value": "ttt.value"}
        floats = {"norm1": "norm1.weight", "norm2": "norm2.weight", "conv": "ttt.conv.weight"}
        floats |= {"rate_weight": "ttt.rate.weight", "rate_bias": "ttt.rate.bias", "out_norm": "ttt.out_norm.weight"}
        for field, name in ternary.items():
            if f"{prefix}{name}.weight" in self._body.tensors:
                setattr(layer, field, self._ternary(f"{prefix}{name}.weight"))
        for field, name in floats.items():
            if prefix + name in self._body.tensors:
                setattr(layer, field, self._floats(prefix + name))

    def _table(self, name: str) -> native.Table:
        tensor = self._body.tensors[name]
        if not isinstance(tensor, QuantizedEmbedding):
            return native.Table(floats=self._pointer(np.ascontiguousarray(tensor, np.float32)))
        stored, scales = (self._pointer(np.ascontiguousarray(part)) for part in (tensor.stored, tensor.scales))
        return native.Table(**{"int5" if isinstance(tensor, Int5Embedding) else "int8": stored}, scales=scales)

    def _gathered(self) -> dict[str, np.ndarray]:
        """Norms, convolutions and rates side by side: in the file they lie in many pages, of which little is read."""
        specs = self._body.config.tensor_specs()
        given = {
            name: tensor.T if "conv" in name else tensor
            for name, tensor in self._body.tensors.items()
            if isinstance(tensor, np.ndarray) and name not in (EMBED, HEAD) and not specs[name].ternary
        }
        copies = aligned_zeros([tensor.shape for tensor in given.values()], np.float32)
        for copy, tensor in zip(copies, given.values(), strict=True):
            copy[...] = tensor
        return dict(zip(given, copies, strict=True))

    def _floats(self, name: str) -> int:
        return self._pointer(self._small[name])

    def _ternary(self, name: str) -> native.Ternary:
        packed = as_matrix(self._body.tensors[name], self._packing.matrix(name))
        codes = self._pointer(np.ascontiguousarray(packed.codes))
        return native.Ternary(codes, packed.scale, isinstance(packed, Ternary5in3))

    def _pointer(self, array: np.ndarray) -> int:
        self._kept.append(array)
        return int(array.ctypes.data)
