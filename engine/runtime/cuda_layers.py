"""The layers of a model that lie on a card: packed weights, their state, one token by fused kernels, many in chunks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.io.weights import ModelWeights, as_packed
from engine.layers.ttt import MAX_LINEAR_RATE
from engine.models.cache import Cache, ConvTail, FastWeights
from engine.models.config import BitLlamaConfig
from engine.ops.delta_rule import chunk
from engine.ops.delta_rule import triton as rule
from engine.ops.qkv import triton as qkv_triton
from engine.ops.qkv.naive import activate, next_tail, unit
from engine.ops.quantize import triton as quantize
from engine.ops.quantize.naive import Quantized
from engine.ops.quantized_embedding import triton as quantized_embedding
from engine.ops.quantized_embedding.int8 import HEAD_BITS, QuantizedEmbedding
from engine.ops.ternary import triton as ternary
from engine.ops.ttt_step import triton as step
from engine.runtime.cuda_device import CudaDevice


@dataclass(frozen=True, eq=False)
class Product:
    """Ternary linears of one input, one below the other."""

    codes: Tensor
    """uint8 ``[rows, bytes]``; see `engine.ops.ternary.ternary2`."""
    scale: Tensor
    """Float32 ``[rows]``."""

    @classmethod
    def load(cls, card: CudaDevice, body: ModelWeights, *names: str) -> Product:
        """From the tensors of these names."""
        linears = [as_packed(body.tensors[name]) for name in names]
        scales = [np.full(len(m.codes), m.scale, np.float32) for m in linears]
        return cls(card.load(np.concatenate([m.codes for m in linears])), card.load(np.concatenate(scales)))

    def __call__(self, x: Quantized) -> Tensor:
        """``[tokens, rows]``."""
        out = torch.empty(x.whole.shape[0], self.codes.shape[0], device=x.whole.device)
        ternary.multiply(x.whole, x.scale, self.codes, self.scale, out)
        return out

    def onto(self, h: Tensor, x: Quantized) -> None:
        """Add to the residual stream ``[tokens, rows]``."""
        ternary.multiply(x.whole, x.scale, self.codes, self.scale, h, add=True)


class CudaHead:
    """The final norm and the head, in float32 or as a table of whole numbers, a byte each.

    Args:
        card: where.
        body: the slow weights.
    """

    def __init__(self, card: CudaDevice, body: ModelWeights) -> None:
        self.eps = body.config.norm_eps
        self.norm = card.load(np.array(body.tensors["norm_f.weight"], np.float32))
        head = body.tensors["lm_head.weight"]
        self.scale: Tensor | None = None
        if isinstance(head, QuantizedEmbedding):
            self.weight, self.scale = card.load(head.codes()), card.load(head.scales)
        else:
            self.weight = card.load(np.array(head, np.float32))

    @staticmethod
    def room(body: ModelWeights) -> int:
        """What the head takes on a card."""
        head, rows = body.tensors["lm_head.weight"], body.config.vocab_size
        return rows * (
            body.config.hidden_dim + 4 if isinstance(head, QuantizedEmbedding) else 4 * body.config.hidden_dim
        )

    def __call__(self, h: Tensor, out: Tensor) -> Tensor:
        """Logits of the residual stream ``[T, D]``, into ``out [T, V]``."""
        if self.scale is None:
            return torch.mm(F.rms_norm(h, self.norm.shape, self.norm, self.eps), self.weight.T, out=out)
        x = quantize.norm(h, self.norm, self.eps, HEAD_BITS)
        quantized_embedding.multiply(x.whole, x.scale, self.weight, self.scale, out)
        return out


class _Slot(ConvTail):
    """Where in their rings all convolutions write next: transient, too."""

    def __init__(self, slot: Tensor, first: int) -> None:
        super().__init__(slot)
        self._first = first

    def clear(self) -> None:
        self.values.fill_(self._first)


class CudaBuffers:
    """What the layers on the card carry from token to token. The memory stays, the values change in place.

    Args:
        config: the model's shape.
        layers: how many of its layers lie on the card.
        device: where.
    """

    def __init__(self, config: BitLlamaConfig, layers: int, device: torch.device) -> None:
        heads, d = config.num_heads, config.fast_dim
        self.kernel = config.conv_kernel if config.ttt_variant == "linear" else 1
        width = 3 * heads * d if config.ttt_variant == "linear" else 0
        self.fast_shape = config.fast_shape
        self.fast = torch.zeros(layers, heads, d, d, device=device)
        self.ring = torch.zeros(layers, self.kernel, width, device=device)
        self.slot = torch.zeros(1, dtype=torch.int32, device=device)
        self.rate = torch.ones(1, device=device)
        self.parts = torch.stack([step.loss_room(heads, d, device) for _ in range(layers)])
        self.losses = torch.zeros(layers, device=device)
        self.clear_transient()

    def clear_transient(self) -> None:
        """Forget the last tokens of the convolution."""
        self.ring.zero_()
        self.slot.fill_(self.kernel - 1)

    def caches(self) -> Iterator[Cache]:
        """Views of it, as the caches of the layers; `ConvTail` needs the slot beside its ring."""
        for fast, ring in zip(self.fast, self.ring, strict=True):
            yield FastWeights(fast, self.fast_shape)
            yield ConvTail(ring)
        yield _Slot(self.slot, self.kernel - 1)

    def live(self, fast: list[Tensor], tails: list[Tensor], losses: list[Tensor]) -> None:
        """Take what a chunk made of every layer, all of it or, where memory ran out before, nothing."""
        for i, (matrix, tail, loss) in enumerate(zip(fast, tails, losses, strict=True)):
            self.fast[i].copy_(matrix)
            self.ring[i, : self.kernel - 1].copy_(tail)
            self.losses[i].copy_(loss)
        self.slot.fill_(self.kernel - 1)


class CudaLayer:
    """One block on a card.

    Args:
        card: where.
        body: the slow weights.
        index: which layer of the model.
    """

    def __init__(self, card: CudaDevice, body: ModelWeights, index: int) -> None:
        self.config = body.config
        at = f"layers.{index}."

        def floats(name: str) -> Tensor:
            return card.load(np.array(body.tensors[at + name], np.float32))

        self.norm1, self.norm2 = floats("norm1.weight"), floats("norm2.weight")
        self.up = Product.load(card, body, at + "ttt.up.weight")
        self.gates = Product.load(card, body, at + "mlp.gate_proj.weight", at + "mlp.up_proj.weight")
        self.down = Product.load(card, body, at + "mlp.down_proj.weight")
        self.conv: Tensor | None = None
        if self.config.ttt_variant == "tied":
            self.qkv = Product.load(card, body, at + "ttt.down.weight")
            return
        self.qkv = Product.load(card, body, *(at + f"ttt.{view}.weight" for view in ("query", "down", "value")))
        self.rate_weight, self.rate_bias = floats("ttt.rate.weight"), floats("ttt.rate.bias")
        self.out_norm = floats("ttt.out_norm.weight")
        self.out_eps = self.config.out_norm_eps or self.config.norm_eps
        if self.config.conv_kernel > 1:
            self.conv = floats("ttt.conv.weight")

    def step(self, h: Tensor, state: CudaBuffers, i: int) -> None:
        """One token: ``h [1, D]`` and layer `i` of the state change in place."""
        c = self.config
        x = quantize.norm(h, self.norm1, c.norm_eps, c.activation_bits)
        qkv = self.qkv(x)[0]
        read = torch.empty(1, c.num_heads * c.fast_dim, device=h.device)
        fast, parts = state.fast[i], state.parts[i]
        if c.ttt_variant == "tied":
            step.tied(qkv, fast, read[0], parts, c.inner_lr, state.rate)
        else:
            step.linear(
                qkv, x.floats[0], self.conv, state.ring[i], state.slot, self.rate_weight, self.rate_bias,
                fast, read[0], parts, state.rate,
            )  # fmt: skip
        self._after(h, read)

    def chunk(self, h: Tensor, state: CudaBuffers, i: int) -> tuple[Tensor, Tensor, Tensor]:
        """Many tokens: ``h [T, D]`` changes in place; the layer's new fast weights, tail and mean loss are returned."""
        c = self.config
        x = quantize.norm(h, self.norm1, c.norm_eps, c.activation_bits)
        qkv, tail = self.qkv(x), step.tail_of(state.ring[i], state.slot)
        if c.ttt_variant == "tied":
            q = k = v = unit(qkv)[None]
            rate = (c.inner_lr * state.rate).expand(1, len(qkv))
        else:
            if self.conv is None:
                (q,), (k,), (v,) = activate(qkv[None], c.num_heads)
            else:
                (q,), (k,), (v,) = qkv_triton.qkv(qkv[None], tail[None], self.conv, c.num_heads)
            tail = next_tail(qkv[None], tail[None])[0]
            rate = torch.sigmoid(F.linear(x.floats, self.rate_weight, self.rate_bias)).T
            rate = (rate * state.rate).clamp(max=MAX_LINEAR_RATE)
        form = rule.delta_rule if c.fast_dim <= rule.MAX_DIM else chunk.delta_rule  # its check was that of the runtime
        result = form(q[None], k[None], v[None], rate[None], state.fast[i][None], read_after=c.ttt_variant == "linear")
        self._after(h, result.output[0].transpose(0, 1).flatten(1).contiguous())
        return result.state[0], tail, result.loss.mean()

    def _after(self, h: Tensor, read: Tensor) -> None:
        """From the readings of the heads ``[T, H d]`` to the end of the block."""
        c = self.config
        if c.ttt_variant == "tied":
            quantized = Quantized(read, *ternary.quantize_activations(read, c.activation_bits))
        else:
            quantized = quantize.norm(read, self.out_norm, self.out_eps, c.activation_bits)
        self.up.onto(h, quantized)
        x = quantize.norm(h, self.norm2, c.norm_eps, c.activation_bits)
        self.down.onto(h, quantize.gate(self.gates(x), c.activation_bits))
