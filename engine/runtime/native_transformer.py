"""A pretrained transformer computed by the native library: on the processor, without torch."""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import native
from engine.errors import ConfigError, DeviceError, Message
from engine.io.transformer_weights import TransformerWeights
from engine.models.cache import KVCache, TokenState
from engine.models.memory_config import MemoryConfig
from engine.ops.blocks.matrix import BlockMatrix
from engine.ops.grouped_quant.matrix import REPACKED, GroupedMatrix
from engine.ops.rope.frequencies import frequencies
from engine.ops.ternary.ternary2 import Ternary2
from engine.runtime.aligned import aligned, aligned_empty
from engine.runtime.base import Cancel, Capabilities, FastWeightsRuntime, Progress
from engine.runtime.checks import check_context, check_threads
from engine.runtime.chunks import in_chunks
from engine.runtime.native_memory import NativeMemory, NativeTransformerState
from engine.runtime.native_runtime import NotHere, default_threads, leave_at_fork
from engine.text.roles import RoledTokens, TokenRole

Floats = NDArray[np.float32]

CACHE_BLOCK = 256
"""Tokens by which the memory of keys and values grows."""
ONE_REPLY = bytes([TokenRole.REPLY])
"""The role of the token of a step."""


def why_not_native_transformer(weights: TransformerWeights) -> str | None:
    """Why the native runtime cannot compute this model here, as the end of a sentence, or None."""
    reason = native.why_not()
    if reason is not None:
        return reason
    for name in weights.config.tensor_specs():
        tensor = weights.tensors[name]
        if isinstance(tensor, BlockMatrix) and tensor.layout.codes is None and tensor.layout.name not in REPACKED:
            return Message("it does not know weights of the kind {kind}", kind=tensor.layout.name)
    return None


class NativeTransformerRuntime(FastWeightsRuntime):
    """`Runtime` of a transformer over the native library; its state is the keys and values of what was fed, in float16.
    With a memory beside it, it is a `LearningRuntime`, whose state has the fast weights, too.

    Args:
        weights: of a transformer, with its memory or without one; quantised ones are repacked, others are held as
            float32.
        threads: CPU threads; None takes as many as this process may use and this model is worth.
        context: tokens that it looks back on; None: what the model says, `default_context`.
        instructions: one of `engine.native.instruction_sets`; None takes the best.

    Raises:
        DeviceError: the library is absent or does not know the model's weights, or memory is short.
        ConfigError: `threads` or `context` cannot work.
    """

    name = "native"
    device = "cpu"
    chunk = native.MAX_CHUNK
    state: NativeTransformerState

    def __init__(
        self,
        weights: TransformerWeights,
        threads: int | None = None,
        context: int | None = None,
        instructions: str | None = None,
    ) -> None:
        reason = why_not_native_transformer(weights)
        if reason is not None:
            raise DeviceError(
                "The native runtime cannot be used, since {reason}; use the torch runtime.", reason=reason
            )
        self.config = config = weights.config
        self.threads = default_threads(config) if threads is None else check_threads(threads)
        self.instructions = instructions or native.instruction_sets()[0]
        learns = weights.memory is not None
        self.capabilities = Capabilities(learns=learns, max_context=check_context(context, config), trainable=learns)
        self._library: Any = native.library()
        self._weights = made = _LibraryWeights(weights)
        self._memory = memory = None if weights.memory is None else NativeMemory(weights.memory)
        model = self._library.bl_transformer_create(
            ctypes.addressof(made.shape), made.layers, made.embed, made.norm_f, made.head,
            None if memory is None else ctypes.addressof(memory.parts), self.threads, self.instructions.encode(),
        )  # fmt: skip
        if not model:
            raise DeviceError(
                "The native runtime cannot start {threads} threads with the instructions {instructions}: "
                "memory is short, or this processor lacks them.",
                threads=self.threads,
                instructions=self.instructions,
            )
        self._model = model
        # Not at exit: another thread may be computing still, and the process takes everything with it.
        self._destroyed = weakref.finalize(self, self._library.bl_transformer_destroy, model)
        self._destroyed.atexit = False
        leave_at_fork(self)
        self.reason: str = Message(
            "the processor computes with the native library, {instructions} on {threads}",
            instructions=self.instructions,
            threads=Message("1 thread") if self.threads == 1 else Message("{n} threads", n=self.threads),
        )
        self._caches = [KVCache(self._allocate, CACHE_BLOCK) for _ in range(config.num_layers)]
        self.state = NativeTransformerState(self._caches, memory, self._complete)
        self._addresses = (ctypes.c_void_p * config.num_layers)()
        self._logits = np.empty(config.vocab_size, np.float32)

    @property
    def weight_bytes(self) -> int:
        """Memory of the weights as they are held."""
        return self._weights.nbytes + (0 if self._memory is None else self._memory.weight_bytes)

    @property
    def fast_config(self) -> MemoryConfig:
        """See `LearningRuntime`. Raises `ConfigError` where there is no memory."""
        return self._learning.config

    @property
    def inner_losses(self) -> Floats:
        return self._learning.inner_losses

    def _use_rate_scale(self) -> None:
        self._learning.rate_scale = self._rate_scale

    @property
    def _learning(self) -> NativeMemory:
        if self._memory is None:
            raise ConfigError("This model has no memory of its own, so it cannot learn.")
        return self._memory

    def step(self, token: int, out: Floats | None = None) -> Floats:
        if out is not None and (
            out.dtype != np.float32 or out.shape != self._logits.shape or not out.flags.c_contiguous
        ):
            raise ValueError(f"logits go into a float32 array of {self._logits.size}, not {out.dtype} {out.shape}")
        logits = self._logits if out is None else out
        self._feed(self._checked([token]), ONE_REPLY, logits, 1)
        return logits

    def prefill(
        self,
        tokens: Sequence[int],
        logits: bool = True,
        cancel: Cancel | None = None,
        progress: Progress | None = None,
    ) -> np.ndarray | None:
        ids, roles, read = self._checked(tokens), RoledTokens.of(tokens).roles, 0
        last = np.empty(self.config.vocab_size, np.float32) if logits and len(ids) else None
        for piece, ends in in_chunks(ids, self.chunk, cancel, progress):
            self._feed(piece, roles[read : read + len(piece)], last if ends else None, 1)
            read += len(piece)
        return last

    def score(self, tokens: Sequence[int]) -> Floats:
        """See `engine.runtime.scoring.Scores.score`."""
        ids, roles = self._checked(tokens), RoledTokens.of(tokens).roles
        losses = np.zeros(max(0, len(ids) - 1), np.float32)
        for start in range(0, len(ids), self.chunk):
            piece = ids[start : start + self.chunk]
            logits = np.empty((len(piece), self.config.vocab_size), np.float32)
            self._feed(piece, roles[start : start + len(piece)], logits, len(piece))
            after = ids[start + 1 : start + len(piece) + 1]
            logits = logits[: len(after)]
            logits -= logits.max(axis=1, keepdims=True)
            taken = logits[np.arange(len(after)), after]
            losses[start : start + len(after)] = np.log(np.exp(logits).sum(axis=1)) - taken
        return losses

    def _checked(self, tokens: Sequence[int]) -> NDArray[np.int32]:
        ids = np.asarray(tokens, dtype=np.int64).reshape(-1)
        bad = ids[(ids < 0) | (ids >= self.config.vocab_size)]
        if bad.size:
            raise ConfigError(
                "Token {token} is outside the vocabulary of {size}.", token=int(bad[0]), size=self.config.vocab_size
            )
        most = self.capabilities.max_context
        assert most is not None
        if len(self._caches[0]) + len(ids) > most:
            raise ConfigError("The context of {most:,} tokens is full; begin another conversation.", most=most)
        return ids.astype(np.int32)

    def _allocate(self, rows: int) -> NDArray[np.float16]:
        """Memory for keys and values of so many tokens of one layer."""
        self._moved = True
        return aligned_empty((rows, 2, self.config.num_kv_heads * self.config.head_dim), np.float16)

    def leave_to_parent(self) -> None:
        """See `NativeRuntime.leave_to_parent`."""
        self._destroyed.detach()
        self._library = NotHere()

    def _complete(self) -> None:
        """Have the memory write what it heard and did not write yet."""
        if self._memory is not None and self._memory.heard.count:
            self._library.bl_memory_write(self._model, ctypes.addressof(self._memory.io()))

    def _feed(self, ids: NDArray[np.int32], roles: bytes, logits: Floats | None, rows: int) -> None:
        """Read 1 to `MAX_CHUNK` tokens of these roles; logits (rows, V) of the last `rows` of them where they are asked
        for."""
        start, count = len(self._caches[0]), len(ids)
        for cache in self._caches:
            cache.extend(count, _leave)
        if self._moved:
            for i, cache in enumerate(self._caches):
                self._addresses[i] = cache.rows.ctypes.data
            self._moved = False
        code = self._library.bl_transformer_feed(
            self._model, ids.ctypes.data, count, start, self._addresses,
            None if logits is None else logits.ctypes.data, 0 if logits is None else rows,
            None if self._memory is None else ctypes.addressof(self._memory.io(roles)),
        )  # fmt: skip
        if code:
            TokenState.truncate(self.state, start)  # what the memory heard waits on
            raise MemoryError("There is not enough memory to read on.")
        self.state.tokens += ids.tolist()


class _LibraryWeights:
    """A transformer's weights as the library wants them; keeps alive what the pointers point to."""

    def __init__(self, weights: TransformerWeights) -> None:
        c = weights.config
        self._weights, self._kept = weights, list[Any]()
        self.nbytes = 0
        self.shape = native.TransformerShape(
            c.vocab_size, c.hidden_dim, c.num_layers, c.num_heads, c.num_kv_heads, c.head_dim, c.intermediate_dim,
            c.rotary_dim, native.ACTIVATIONS[c.activation], c.norm_eps, c.embedding_scale, c.score_scale,
            c.attention_softcap, c.logit_softcap,
        )  # fmt: skip
        self.embed = self._matrix("embed")
        self.head = self.embed if c.tied_head else self._matrix("lm_head")
        self.norm_f = self._floats("norm_f.weight")
        self.layers = (native.TransformerLayer * c.num_layers)()
        rules: dict[Any, tuple[int, float]] = {}
        for i, layer in enumerate(self.layers):
            rule = c.layer_rope(i)
            if rule not in rules:
                turns, amplitude = frequencies(rule[0], c.rotary_dim, rule[1])
                rules[rule] = self._pointer(np.ascontiguousarray(turns, np.float32)), amplitude
            self._fill(layer, f"layers.{i}.")
            layer.frequencies, layer.amplitude = rules[rule]
            layer.window = c.layer_window(i)

    def _fill(self, layer: native.TransformerLayer, prefix: str) -> None:
        for field, part in _MATRICES.items():
            setattr(layer, field, self._matrix(prefix + part))
        for field, part in _NORMS.items():
            if f"{prefix}{part}.weight" in self._weights.tensors:
                setattr(layer, field, self._floats(f"{prefix}{part}.weight"))

    def _matrix(self, part: str) -> native.Matrix:
        tensor = self._weights.tensors[f"{part}.weight"]
        bias = f"{part}.bias"
        matrix = self._held(tensor)
        matrix.rows, matrix.cols = tensor.shape
        matrix.bias = self._floats(bias) if bias in self._weights.tensors else None
        return matrix

    def _held(self, tensor: Any) -> native.Matrix:
        """Kind, scale and place of a matrix."""
        if isinstance(tensor, BlockMatrix) and tensor.layout.name in REPACKED:
            grouped = GroupedMatrix.from_blocks(tensor)
            kind = native.GROUPS[grouped.bits, grouped.is_super]
            return native.Matrix(kind=kind, scale=1.0, data=self._pointer(aligned(grouped.tiles)))
        ternary = tensor.to_ternary() if isinstance(tensor, BlockMatrix) else tensor
        if isinstance(ternary, Ternary2) and self._weights.config.activation_bits == 8:
            codes = self._pointer(np.ascontiguousarray(ternary.codes))
            return native.Matrix(kind=native.TERNARY2, scale=ternary.scale, data=codes)
        floats = tensor if isinstance(tensor, np.ndarray) else tensor.to_float()
        return native.Matrix(kind=native.FLOATS, scale=1.0, data=self._pointer(_contiguous(floats)))

    def _floats(self, name: str) -> int:
        return self._pointer(_contiguous(self._weights.tensors[name]))

    def _pointer(self, array: NDArray[Any]) -> int:
        self._kept.append(array)
        self.nbytes += array.nbytes
        return int(array.ctypes.data)


_MATRICES = {
    "q": "attention.q_proj", "k": "attention.k_proj", "v": "attention.v_proj", "o": "attention.o_proj",
    "gate": "mlp.gate_proj", "up": "mlp.up_proj", "down": "mlp.down_proj",
}  # fmt: skip
_NORMS = {
    "norm1": "norm1", "norm2": "norm2", "post_norm1": "post_norm1", "post_norm2": "post_norm2",
    "q_norm": "attention.q_norm", "k_norm": "attention.k_norm",
    "attention_norm": "attention.sub_norm", "mlp_norm": "mlp.sub_norm",
}  # fmt: skip
"""Fields of `bl_transformer_layer` and the tensors that belong there."""


def _contiguous(values: Any) -> Floats:
    return np.ascontiguousarray(values, np.float32)


def _leave(place: np.ndarray) -> None:
    """The library writes there."""
