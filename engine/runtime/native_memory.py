"""The memory beside a transformer as the native library takes it: its slow weights, and what it carries.

The library writes fast weights where they lie, and a mark of them copies nothing: they are copied before the library
may write, which it does once a message.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import native
from engine.io.memory_file import MemoryWeights
from engine.models.cache import FastWeights, KVCache, TokenState
from engine.models.memory_config import FIRST_STRENGTH, PIECE, MemoryConfig
from engine.runtime.aligned import BOUNDARY, aligned, aligned_zeros
from engine.text.roles import TokenRole

Floats = NDArray[np.float32]
_ONLY_HEARD = bytes([TokenRole.HEARD])
_UNKNOWN = -1.0
"""How much fast weights hold that the library did not write: it computes this when it is needed."""


class UnwrittenMessage:
    """The message that a memory is hearing, and the topic of the one that was written last: transient.

    Args:
        config: of the memory.

    Attributes:
        seen: what is seen of tokens, ``[PIECE, F]``, of which the first `count` are heard and not yet written.
        tokens: which tokens these are.
        topic: of the message that was written last, with what it adds to queries and to the gate of reading,
            ``[F + H dk + G]``.
    """

    persists = False

    def __init__(self, config: MemoryConfig) -> None:
        echo = config.num_heads * config.key_dim + config.gate_dim
        self.seen, self.topic = aligned_zeros([(PIECE, config.feature_dim), (config.feature_dim + echo,)], np.float32)
        self.tokens, self._count = np.zeros(PIECE, np.int32), np.zeros(1, np.int32)

    @property
    def count(self) -> int:
        """Tokens that are heard and not yet written."""
        return int(self._count[0])

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """Everything, in the order of `native.MemoryStatePointers`; never replaced."""
        return self.seen, self.topic, self.tokens, self._count

    @property
    def nbytes(self) -> int:
        return sum(array.nbytes for array in self.arrays)

    def mark(self) -> tuple[NDArray[Any], ...]:
        return self.seen[: self.count].copy(), self.tokens[: self.count].copy(), self.topic.copy()

    def rewind(self, mark: tuple[NDArray[Any], ...]) -> None:
        seen, tokens, topic = mark
        self._count[0] = count = len(tokens)
        self.seen[:count], self.tokens[:count], self.topic[:] = seen, tokens, topic

    def clear(self) -> None:
        self.drop()
        self.topic[:] = 0

    def drop(self) -> None:
        """Let go of what was not written."""
        self._count[0] = 0

    def persist(self) -> Floats:
        raise TypeError("UnwrittenMessage is transient")

    def load(self, values: Floats) -> None:
        raise TypeError("UnwrittenMessage is transient")


class NativeMemory:
    """A memory at work beside one stream.

    Args:
        memory: its slow weights; those that float16 holds exactly are held so, others as float32.

    Attributes:
        fast, heard: what it carries.
        rate_scale: factor on the rate of writing.
        parts: its weights, for the library.
        weight_bytes: memory that they take.
    """

    def __init__(self, memory: MemoryWeights) -> None:
        self.config = config = memory.config
        (newborn,) = aligned_zeros([config.fast_shape], np.float32)
        self.fast = FastWeights(newborn, config.fast_shape, in_place=False)
        self.heard = UnwrittenMessage(config)
        self.rate_scale = 1.0
        self._tensors, self._kept = memory.tensors, list[Any]()
        self.weight_bytes = 0
        self.parts = self._made_parts()
        self._loss, self._lived = np.zeros(1, np.float32), np.full(1, _UNKNOWN, np.float32)
        self._placed: Floats | None = None
        addresses = (array.ctypes.data for array in self.heard.arrays)
        state = native.MemoryStatePointers(None, self._lived.ctypes.data, *addresses)
        self._io = native.MemoryIO(state, None, self._loss.ctypes.data, 1.0)

    @property
    def inner_losses(self) -> Floats:
        """The mean loss of the tokens of the message that was written last, ``(1,)``; 0 before the first."""
        return self._loss.copy()

    def io(self, roles: bytes = b"") -> native.MemoryIO:
        """What the library reads and writes while tokens of these roles are fed, or with none while what was heard is
        written. It is valid until the next call."""
        if self._writes(roles):
            self.fast.replace(aligned(self.fast.values))
        fast = self.fast.values
        if fast is not self._placed:
            if fast.ctypes.data % BOUNDARY:
                fast = aligned(fast)
                self.fast.replace(fast)
            self._placed, self._io.state.fast = fast, fast.ctypes.data
            self._lived[0] = _UNKNOWN
        self._io.roles = roles
        self._io.rate_scale = self.rate_scale
        return self._io

    def _writes(self, roles: bytes) -> bool:
        """Whether a message will be complete."""
        others = roles.strip(_ONLY_HEARD) or not roles
        heard = self.heard.count + roles.count(TokenRole.HEARD)
        return heard > 0 and (bool(others) or heard >= PIECE)

    def _made_parts(self) -> native.MemoryParts:
        c, t = self.config, self._tensors
        ports = (native.MemoryDepth * len(c.depths))(
            *(
                native.MemoryDepth(
                    self._matrix(t[f"outs.{at}.weight"]),
                    self._matrix(t[f"gates.{at}.weight"], t[f"gates.{at}.bias"]),
                    self._matrix(t[f"adapters.{at}.0.weight"], t[f"adapters.{at}.0.bias"]),
                    self._matrix(t[f"adapters.{at}.2.weight"]),
                    self._matrix(t[f"adapter_gates.{at}.weight"], t[f"adapter_gates.{at}.bias"]),
                    self._floats(t[f"strengths.{at}"]),
                    self._floats(t[f"adapters.{at}.2.bias"]),
                    FIRST_STRENGTH * norm,
                )
                for at, norm in enumerate(c.stream_norms)
            )
        )
        blocks = [np.array(numbers, np.int32) for numbers in (c.sources, c.depths)]
        self._kept += [ports, *blocks]
        return native.MemoryParts(
            c.num_heads, c.key_dim, c.value_dim, c.gate_dim, c.adapter_dim, c.hidden_dim, len(c.sources), len(c.depths),
            *(numbers.ctypes.data for numbers in blocks),
            self._matrix(t["key.weight"], t["key.bias"]),
            self._matrix(t["query.weight"], t["query.bias"] + t["topic_query.bias"]),
            self._matrix(t["topic_key.weight"], t["topic_key.bias"]), self._matrix(t["topic_query.weight"]),
            self._matrix(t["value.weight"]), self._floats(t["pool.weight"]), self._floats(t["conv"].T),
            self._gate("write_gate"), self._gate("read_gate"), ctypes.addressof(ports),
        )  # fmt: skip

    def _gate(self, name: str) -> native.MemoryGate:
        first, seen = self._tensors[f"{name}.0.weight"], self.config.feature_dim
        return native.MemoryGate(
            self._matrix(first[:, :seen], self._tensors[f"{name}.0.bias"]),
            self._matrix(first[:, seen:]),
            self._matrix(self._tensors[f"{name}.2.weight"], self._tensors[f"{name}.2.bias"]),
        )

    def _matrix(self, values: NDArray[Any], bias: NDArray[Any] | None = None) -> native.Matrix:
        with np.errstate(over="ignore"):
            halves = values.astype(np.float16)
        exact = bool((halves == values).all())
        kind, held = (native.HALVES, halves) if exact else (native.FLOATS, values.astype(np.float32))
        return native.Matrix(
            kind, *values.shape, 1.0, self._pointer(aligned(held)), None if bias is None else self._floats(bias)
        )

    def _floats(self, values: NDArray[Any]) -> int:
        return self._pointer(aligned(values.astype(np.float32)))

    def _pointer(self, array: NDArray[Any]) -> int:
        self._kept.append(array)
        self.weight_bytes += array.nbytes
        return int(array.ctypes.data)


class NativeTransformerState(TokenState):
    """Keys and values of one stream, and what its memory carries.

    A message that is being heard is complete when the fast weights are asked for or a conversation ends.

    Args:
        layers: keys and values.
        memory: of the model; None: it has none.
        write: has the memory write what it heard and did not write yet.
    """

    def __init__(self, layers: Sequence[KVCache], memory: NativeMemory | None, write: Callable[[], None]) -> None:
        super().__init__(layers, [] if memory is None else [memory.fast, memory.heard])
        self._memory, self._write = memory, write

    def clear_transient(self) -> None:
        self._write()
        super().clear_transient()

    def truncate(self, length: int) -> None:
        self._write()
        super().truncate(length)

    def persist(self) -> list[Floats]:
        self._write()
        return super().persist()

    def load(self, layers: Sequence[Floats]) -> None:
        if self._memory is not None:
            self._memory.heard.drop()
        super().load(layers)
