"""The boundary between what thinks and what computes: tokens in, float32 logits out, fast weights as numpy arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeGuard

import numpy as np

from engine.models.cache import State, TokenState
from engine.models.config import BitLlamaConfig, FastWeightsConfig
from engine.models.transformer_config import ModelConfig
from engine.runtime.checks import check_fast, check_rate_scale

Cancel = Callable[[], bool]
"""Asked between chunks and between tokens; True means: stop now."""

Progress = Callable[[int], None]
"""Called after each chunk with the tokens fed so far."""


class Cancelled(Exception):
    """The caller's `cancel` said stop.

    Raised by `Runtime.prefill` between two chunks; `fed` tokens of the call have been lived by then, the others not.
    """

    def __init__(self, fed: int) -> None:
        super().__init__(f"stopped after {fed} tokens")
        self.fed = fed


@dataclass(frozen=True)
class Capabilities:
    """What a runtime can do with its model beyond reading and writing; whoever needs one of these asks for it."""

    learns: bool
    """Whether tokens change fast weights: the model has a soul, and the runtime is a `LearningRuntime`."""
    max_context: int | None
    """Tokens that it looks back on word for word; None where nothing bounds it, since all of the past is in the fast
    weights."""
    trainable: bool
    """Whether gradients reach the fast weights: whether a soul of it can be finetuned in sleep."""


class Runtime(Protocol):
    """One model with one state. V is the vocabulary size. Not safe for use from two threads at once."""

    name: str
    """``torch`` for example: which implementation computes."""
    reason: str
    """Why this implementation on this device, in words for a person."""
    device: str
    """``cpu``, ``cuda:0``, ``mps``."""
    chunk: int
    """Tokens that `prefill` computes at once. Part of what a soul is a function of: another chunk rounds otherwise."""

    @property
    def config(self) -> ModelConfig:
        """The model's shape."""

    @property
    def capabilities(self) -> Capabilities:
        """What else it can do."""

    @property
    def state(self) -> State:
        """All that tokens change: the caches of the layers. Marks and rewinds go through it."""

    def step(self, token: int, out: np.ndarray | None = None) -> np.ndarray:
        """Feed one token; logits (V,) float32 for the next.

        With `out`, a contiguous float32 array (V,), they are written there and `out` is returned: it is the caller's.
        Without, they lie in a buffer of the runtime, valid until the next `step`: copy what is kept longer.

        Raises `ConfigError` for a token outside the vocabulary, `ValueError` for an `out` of another kind.
        """

    def prefill(
        self,
        tokens: Sequence[int],
        logits: bool = True,
        cancel: Cancel | None = None,
        progress: Progress | None = None,
    ) -> np.ndarray | None:
        """Feed tokens in chunks; logits (V,) float32 after the last one, in an array of
        their own, or None when `logits` is False or no token came.

        What has memory layers asks for the roles of `engine.text.roles.RoledTokens`: those of other sequences, and of
        `step`, are ``REPLY``.

        Raises `Cancelled` when `cancel` answers True before a chunk, `ConfigError` for a token outside the vocabulary.
        """

    def reset(self) -> None:
        """Forget everything: as newborn."""

    def reset_transient(self) -> None:
        """Keep what persists, clear the rest (the convolution's last tokens, keys and values): a new conversation."""


class LearningRuntime(Runtime, Protocol):
    """A runtime whose model takes a gradient step on its fast weights at every token that it learns from."""

    @property
    def fast_config(self) -> FastWeightsConfig:
        """The shape of the fast weights; N layers have some."""

    @property
    def rate_scale(self) -> float:
        """What the inner learning rate is multiplied by; 1 when awake. No part of the state.

        Setting it raises `ConfigError` unless 0 < value < `max_rate_scale`.
        """

    @rate_scale.setter
    def rate_scale(self, value: float) -> None: ...

    @property
    def max_rate_scale(self) -> float:
        """The bound under which every update stays stable (infinite where the layer caps the scaled rate itself)."""

    @property
    def inner_losses(self) -> np.ndarray:
        """(N,) float32: each layer's inner loss, its mean over what was learned last: a chunk, a token, or a whole
        message."""

    def read_fast(self) -> list[np.ndarray]:
        """Copies of the fast weights, one float32 array a layer, of ``fast_config.fast_shape``: `State.persist`."""

    def write_fast(self, layers: Sequence[np.ndarray]) -> None:
        """Set the fast weights and clear what is transient. Raises `SoulMismatchError` where shapes differ."""


class AttentionRuntime(Protocol):
    """What is special about a runtime with a bound on its past, `Capabilities.max_context`."""

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def state(self) -> TokenState:
        """Keys and values of its tokens."""


def looks_back(runtime: Any) -> TypeGuard[AttentionRuntime]:
    """Whether the model looks back on tokens, and how many these can be is bounded."""
    return runtime.capabilities.max_context is not None


def learns(runtime: Runtime) -> TypeGuard[LearningRuntime]:
    """Whether the model has fast weights that it learns with."""
    return runtime.capabilities.learns


class FastWeightsRuntime:
    """What all runtimes share whose model has fast weights.

    Attributes:
        state: its caches.
    """

    state: State
    _rate_scale = 1.0

    @property
    def fast_config(self) -> FastWeightsConfig:
        """See `LearningRuntime`."""
        raise NotImplementedError

    @property
    def rate_scale(self) -> float:
        return self._rate_scale

    @rate_scale.setter
    def rate_scale(self, value: float) -> None:
        self._rate_scale = check_rate_scale(value, self.fast_config)
        self._use_rate_scale()

    def _use_rate_scale(self) -> None:
        """Pass a new `rate_scale` on to what computes with it."""

    @property
    def max_rate_scale(self) -> float:
        return self.fast_config.max_rate_scale

    def read_fast(self) -> list[np.ndarray]:
        return self.state.persist()

    def write_fast(self, layers: Sequence[np.ndarray]) -> None:
        check_fast(layers, self.fast_config)
        self.state.load(layers)

    def reset(self) -> None:
        self.state.clear()

    def reset_transient(self) -> None:
        self.state.clear_transient()


class BitLlamaRuntime(FastWeightsRuntime):
    """What all runtimes of a BitLlama share: it learns from every token, and nothing bounds its past.

    Attributes:
        config: the model's shape.
    """

    capabilities = Capabilities(learns=True, max_context=None, trainable=True)
    config: BitLlamaConfig

    @property
    def fast_config(self) -> BitLlamaConfig:
        return self.config
