"""The model computed by the native library: on the processor, straight from the packed weights, without torch."""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import functools
import os
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine import native
from engine.errors import DeviceError, Message
from engine.io.weights import ModelWeights
from engine.models.cache import ConvTail, FastWeights, State
from engine.models.config import BitLlamaConfig
from engine.models.transformer_config import TransformerConfig
from engine.runtime.aligned import aligned_zeros
from engine.runtime.base import BitLlamaRuntime, Cancel, Progress
from engine.runtime.checks import check_logits, check_threads, check_tokens
from engine.runtime.chunks import in_chunks
from engine.runtime.native_weights import NativeWeights

Floats = NDArray[np.float32]
_UNDERSTOOD = {
    "vocab_size", "hidden_dim", "num_layers", "inner_lr", "ttt_variant", "intermediate_dim", "num_heads", "head_dim",
    "conv_kernel", "activation_bits", "norm_eps", "out_norm_eps", "chat_template", "extra",
}  # fmt: skip
"""The config keys that the library knows; a model that uses another one is left to torch."""

MAX_THREADS = 8
"""More threads than this only wait for the memory."""
THREAD_WORK = 4_000_000
"""Slow weights of a model below which a second thread would cost more in meetings than it saves."""


def why_not_native(config: BitLlamaConfig) -> str | None:
    """Why the native runtime cannot compute a model of this config here, as the end of a sentence, or None."""
    reason = native.why_not()
    if reason is not None:
        return reason
    for field in dataclasses.fields(config):
        if field.name not in _UNDERSTOOD and getattr(config, field.name) != field.default:
            return Message("it does not know the config's {field}", field=field.name)
    return None


class NativeState(State):
    """The state of a BitLlama as the library works on it: each kind of cache lies side by side for all layers.

    Args:
        flush: writes the updates of the fast weights that are deferred.
        config: the model's shape.
        arrays: what it consists of; None: newborn.

    Attributes:
        pointers: where it lies, for the library; the arrays are never replaced.
    """

    def __init__(
        self,
        flush: Callable[[native.StatePointers], None],
        config: BitLlamaConfig,
        arrays: tuple[NDArray[Any], ...] | None = None,
    ) -> None:
        self._flush, self._config = flush, config
        if arrays is None:
            layers, heads, d = config.num_layers, config.num_heads, config.fast_dim
            tail, width = config.conv_kernel - 1 if config.ttt_variant == "linear" else 0, heads * d
            # Key by value, the transpose of a soul's: then no sum of the update runs across a vector.
            shapes = [(layers, heads, d, d), (layers, tail, 3 * width), (layers, native.MAX_DEFERRED + 1, 2, width)]
            arrays = (*aligned_zeros(shapes, np.float32), np.zeros(3, np.int32))
        self._arrays = arrays
        self.pointers = native.StatePointers(*(array.ctypes.data for array in arrays))
        fast, conv, deferred, ring = arrays  # in the order of `native.StatePointers`
        super().__init__(
            cache
            for layer in range(config.num_layers)
            for cache in (
                FastWeights(fast[layer], config.fast_shape, transposed=True, others=(deferred[layer], ring)),
                ConvTail(conv[layer]),
            )
        )

    def persist(self) -> list[Floats]:
        copy = NativeState(self._flush, self._config, tuple(array.copy() for array in self._arrays))
        copy._flush(copy.pointers)  # to flush the live one would change how what follows is rounded
        return State.persist(copy)

    def clear_transient(self) -> None:
        self._flush(self.pointers)  # as after loading a soul
        super().clear_transient()


class NotHere:
    """Stands for the library in a forked process."""

    def __getattr__(self, name: str) -> Any:
        return self._refuse

    def _refuse(self, *_: object) -> None:
        raise DeviceError(
            "The model was loaded before this process was forked, and the threads that compute did not come along; "
            "load it in this process, or start processes with the method spawn."
        )


class NativeRuntime(BitLlamaRuntime):
    """`Runtime` over the native library. See `engine.runtime.base.Runtime` for what each member promises.

    Args:
        body: the slow weights; packed ones are used where the file maps them, float ones are quantised once.
        threads: CPU threads; None takes as many as this process may use and this model is worth.
        instructions: one of `engine.native.instruction_sets`; None takes the best.

    Raises:
        DeviceError: the library is absent or does not know this model's config, or memory is short.
        ConfigError: `threads` is not a whole number from 1 to 1024.
    """

    name = "native"
    device = "cpu"
    chunk = native.MAX_CHUNK
    state: NativeState

    def __init__(self, body: ModelWeights, threads: int | None = None, instructions: str | None = None) -> None:
        reason = why_not_native(body.config)
        if reason is not None:
            raise DeviceError(
                "The native runtime cannot be used, since {reason}; use the torch runtime.", reason=reason
            )
        self.config = config = body.config
        self.threads = default_threads(config) if threads is None else check_threads(threads)
        self.instructions = instructions or native.instruction_sets()[0]
        self._library: Any = native.library()
        self._weights = NativeWeights(body)
        weights = self._weights
        model = self._library.bl_create(
            weights.config, weights.layers, weights.embed, weights.norm_f, weights.head,
            self.threads, self.instructions.encode(),
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
        self._destroyed = weakref.finalize(self, self._library.bl_destroy, model)
        self._destroyed.atexit = False
        leave_at_fork(self)
        self.reason: str = Message(
            "the processor computes with the native library, {instructions} on {threads}",
            instructions=self.instructions,
            threads=Message("1 thread") if self.threads == 1 else Message("{n} threads", n=self.threads),
        )
        self.state = NativeState(self._flush, config)
        self._losses = np.zeros(config.num_layers, np.float32)
        self._losses_at = self._losses.ctypes.data  # like the state it is never replaced: looked up once
        self._vocab = config.vocab_size
        self._logits = np.empty(config.vocab_size, np.float32)
        self._io = self._step_io(self._logits)
        # Without declared types, whose check costs more than the call: a token sweeps the caches, and what Python does
        # between two of them is read from memory again.
        bl_step = self._library["bl_step"]
        bl_step.restype = None
        self._feed_token: Callable[[int], Any] = functools.partial(
            bl_step, ctypes.c_void_p(model), ctypes.pointer(self._io)
        )

    def _use_rate_scale(self) -> None:
        self._io.rate_scale = self._rate_scale

    @property
    def inner_losses(self) -> np.ndarray:
        return self._losses.copy()

    def step(self, token: int, out: Floats | None = None) -> Floats:
        if type(token) is not int or not 0 <= token < self._vocab:
            (token,) = check_tokens([token], self.config).tolist()
        if out is None:
            self._feed_token(token)
            return self._logits
        io = self._step_io(check_logits(out, self.config))
        self._library.bl_step(self._model, ctypes.addressof(io), token)
        return out

    def prefill(
        self,
        tokens: Sequence[int],
        logits: bool = True,
        cancel: Cancel | None = None,
        progress: Progress | None = None,
    ) -> np.ndarray | None:
        ids = check_tokens(tokens, self.config)
        last = None
        for piece, ends in in_chunks(ids, self.chunk, cancel, progress):
            last = self._feed(piece, int(logits and ends))
        return last[0] if logits and last is not None else None

    def score(self, tokens: Sequence[int]) -> Floats:
        """See `engine.runtime.scoring.Scores.score`."""
        ids = check_tokens(tokens, self.config)
        losses = np.zeros(max(0, len(ids) - 1), np.float32)
        for start in range(0, len(ids), self.chunk):
            piece = ids[start : start + self.chunk]
            logits = self._feed(piece, len(piece))
            after = ids[start + 1 : start + len(piece) + 1]
            logits = logits[: len(after)]
            logits -= logits.max(axis=1, keepdims=True)
            taken = logits[np.arange(len(after)), after]
            losses[start : start + len(after)] = np.log(np.exp(logits).sum(axis=1)) - taken
        return losses

    @contextlib.contextmanager
    def profiling(self) -> Iterator[dict[str, float]]:
        """While it lasts, `step` measures itself: the seconds of the first thread in each of `native.PHASES`, which
        the yielded table holds at the end."""
        seconds, table = np.zeros(len(native.PHASES)), dict.fromkeys(native.PHASES, 0.0)
        self._library.bl_profile(self._model, seconds.ctypes.data)
        try:
            yield table
        finally:
            self._library.bl_profile(self._model, None)
            table.update(zip(native.PHASES, map(float, seconds), strict=True))

    def _flush(self, pointers: native.StatePointers) -> None:
        self._library.bl_flush(self._model, pointers)

    def _step_io(self, logits: Floats | None) -> native.StepIO:
        return native.StepIO(
            self.state.pointers, self._rate_scale, None if logits is None else logits.ctypes.data, self._losses_at
        )

    def leave_to_parent(self) -> None:
        """In a process that was forked from the one that made it: what it computes with waits for threads that are not
        here, so that any call would never return. Every call raises `DeviceError` from here on."""
        self._destroyed.detach()
        self._library = NotHere()
        self._feed_token = self._library.bl_step

    def _feed(self, ids: NDArray[np.int32], rows: int) -> Floats:
        """Live through 1 to `MAX_CHUNK` tokens; the logits (rows, V) of the last `rows` of them."""
        logits = np.empty((rows, self.config.vocab_size), np.float32)
        if len(ids) == 1:  # to the bit what a step gives, whichever of the two a token came by
            io = self._step_io(logits if rows else None)
            self._library.bl_step(self._model, ctypes.addressof(io), int(ids[0]))
            return logits
        code = self._library.bl_prefill(
            self._model, self.state.pointers, ids.ctypes.data, len(ids), self._rate_scale,
            logits.ctypes.data, rows, self._losses_at,
        )  # fmt: skip
        if code:
            raise MemoryError
        return logits


def default_threads(config: BitLlamaConfig | TransformerConfig) -> int:
    """Threads that a model is worth on this machine."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdigit() and int(asked):
        return min(int(asked), MAX_THREADS)
    if config.num_parameters < THREAD_WORK:
        return 1
    affinity: Any = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return min(cores, MAX_THREADS)


class HoldsThreads(Protocol):
    """What computes with threads of its own."""

    def leave_to_parent(self) -> None:
        """Called in a process that was forked from the one that made it."""


_LIVE: weakref.WeakSet[HoldsThreads] = weakref.WeakSet()


def leave_at_fork(runtime: HoldsThreads) -> None:
    """Have `runtime.leave_to_parent` called in every process that is forked from this one while it is there."""
    _LIVE.add(runtime)


def _after_fork() -> None:
    for runtime in list(_LIVE):
        runtime.leave_to_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
