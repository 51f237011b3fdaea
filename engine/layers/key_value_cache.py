"""`KeyValueCache`: the keys and values that one attention layer keeps of the tokens it has read."""

from __future__ import annotations

from torch import Tensor

BLOCK = 256
"""Tokens by which it grows."""


class KeyValueCache:
    """Keys and values of S tokens, each ``[B, K, S, d]``, in memory that grows by blocks. It is rewound by length:
    what was appended after is overwritten when more comes."""

    def __init__(self) -> None:
        self._held: Tensor | None = None  # [2, B, K, room, d]
        self.length = 0
        """S."""

    @property
    def nbytes(self) -> int:
        """Memory that is held."""
        return 0 if self._held is None else self._held.nbytes

    def append(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Keep those of T more tokens, ``[B, K, T, d]``; returns views of all S, ``[B, K, S, d]``."""
        end = self.length + key.shape[2]
        if self._held is None or end > self._held.shape[3]:
            room = -(-end // BLOCK) * BLOCK
            held = key.new_empty(2, *key.shape[:2], room, key.shape[3])
            if self._held is not None:
                held[:, :, :, : self.length] = self._held[:, :, :, : self.length]
            self._held = held
        self._held[0, :, :, self.length : end] = key
        self._held[1, :, :, self.length : end] = value
        self.length = end
        return self._held[0, :, :, :end], self._held[1, :, :, :end]

    def rewind(self, length: int) -> None:
        """Forget all but the first `length` tokens; no memory is moved."""
        assert 0 <= length <= self.length
        self.length = length
