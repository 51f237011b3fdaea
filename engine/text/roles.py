"""Who says a token: what a model with memory layers learns from, what it reads its memory for, and what is neither."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray


class TokenRole(IntEnum):
    """What memory layers do at a token. A BitLlama learns from every token and asks for none of this."""

    REPLY = 0
    """From the end of the person's message on, the reply among it: the memory is read. That of tokens of which nobody
    says more."""
    HEARD = 1
    """Content of a person's message, or a text that is to be learned: it is written, and reads nothing."""
    SILENT = 2
    """Everything else: what stands before the message, and what is read again. Neither."""


@dataclass(frozen=True)
class RoledTokens(Sequence[int]):
    """Tokens with a role each. Usable wherever tokens are, and what only knows tokens sees these.

    Attributes:
        ids: the tokens.
        roles: of each, a byte of `TokenRole`.
    """

    ids: tuple[int, ...] = ()
    roles: bytes = b""

    @classmethod
    def of(cls, ids: Iterable[int], role: TokenRole = TokenRole.REPLY) -> RoledTokens:
        """Tokens of one role. Those that have roles already keep them."""
        if isinstance(ids, RoledTokens):
            return ids
        kept = tuple(ids)
        return cls(kept, bytes([role]) * len(kept))

    def __add__(self, other: RoledTokens) -> RoledTokens:
        return RoledTokens(self.ids + other.ids, self.roles + other.roles)

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[int]:
        return iter(self.ids)

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> RoledTokens: ...
    def __getitem__(self, at: int | slice) -> int | RoledTokens:
        return RoledTokens(self.ids[at], self.roles[at]) if isinstance(at, slice) else self.ids[at]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.ids, dtype)


def role_runs(roles: bytes) -> list[tuple[TokenRole, int, int]]:
    """Neighbours of one role joined: the role, the place of the first token and that behind the last."""
    runs, start = [], 0
    for role, group in groupby(roles):
        end = start + len(list(group))
        runs.append((TokenRole(role), start, end))
        start = end
    return runs
