"""The boundary between what thinks and what computes: tokens in, float32 logits out, fast weights as numpy arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from engine.models.config import BitLlamaConfig

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


class Runtime(Protocol):
    """One body with one recurrent state. V is the vocabulary size, N the number of layers.

    Not safe for use from two threads at once. Every token fed changes the fast weights: reading is learning.
    """

    name: str
    """``torch`` for example: which implementation computes."""
    reason: str
    """Why this implementation on this device, in words for a person."""
    device: str
    """``cpu``, ``cuda:0``, ``mps``."""
    chunk: int
    """Tokens that `prefill` computes at once. Part of what a soul is a function of: another chunk rounds otherwise."""

    @property
    def config(self) -> BitLlamaConfig:
        """The body's shape."""

    @property
    def rate_scale(self) -> float:
        """What the inner learning rate is multiplied by; 1 when awake.

        Setting it raises `ConfigError` unless 0 < value < `max_rate_scale`.
        """

    @rate_scale.setter
    def rate_scale(self, value: float) -> None: ...

    @property
    def max_rate_scale(self) -> float:
        """The bound under which every update stays stable (infinite where the layer caps the scaled rate itself)."""

    @property
    def inner_losses(self) -> np.ndarray:
        """(N,) float32: each layer's inner loss, its mean over the last chunk or the value of the last token."""

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

        Raises `Cancelled` when `cancel` answers True before a chunk, `ConfigError` for a token outside the vocabulary.
        """

    def read_fast(self) -> list[np.ndarray]:
        """Copies of the fast weights, one float32 array of ``config.fast_shape`` a layer."""

    def write_fast(self, layers: Sequence[np.ndarray]) -> None:
        """Set the fast weights and clear what is transient. Raises `SoulMismatchError` where shapes differ."""

    def reset(self) -> None:
        """Forget everything: fast weights zero, nothing transient."""

    def reset_transient(self) -> None:
        """Keep the fast weights, clear the rest (the convolution's last tokens): a new conversation begins."""

    def snapshot(self) -> Any:
        """The whole state, transient included, unaffected by what is fed later."""

    def restore(self, snapshot: Any) -> None:
        """Back to a `snapshot`, bit for bit; the snapshot stays usable."""
