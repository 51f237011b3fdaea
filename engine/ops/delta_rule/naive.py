"""The delta rule token by token: the truth that every fast form is tested against."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class DeltaRuleResult(NamedTuple):
    """What an update over T tokens gives."""

    output: Tensor
    """Readings of shape ``[B, H, T, dv]``."""
    state: Tensor
    """Fast weights after the last token, ``[B, H, dv, dk]``."""
    loss: Tensor
    """Inner loss ``|W k - v|^2 / 2`` of each token before its update, ``[B, H, T]``, without gradient."""


def delta_rule(
    q: Tensor, k: Tensor, v: Tensor, rate: Tensor, state: Tensor, *, read_after: bool = True
) -> DeltaRuleResult:
    """``W <- W - rate (W k - v) k^T`` at every token, read with q.

    Args:
        q: queries of shape ``[B, H, T, dk]``.
        k: keys of shape ``[B, H, T, dk]``, of length at most 1.
        v: values of shape ``[B, H, T, dv]``.
        rate: inner learning rate of shape ``[B, H, T]``, between 0 and 2 for a stable update.
        state: fast weights of shape ``[B, H, dv, dk]``; not changed in place.
        read_after: read W after the token's own update (True) or before it (False).

    Returns:
        A `DeltaRuleResult`.
    """
    outputs, losses = [], []
    for t in range(k.shape[2]):
        key, query = k[:, :, t, :, None], q[:, :, t, :, None]
        error = state @ key - v[:, :, t, :, None]
        before = state
        state = state - rate[:, :, t, None, None] * error @ key.transpose(-1, -2)
        outputs.append(((state if read_after else before) @ query).squeeze(-1))
        losses.append(error.detach().square().sum(dim=(-1, -2)) / 2)
    return DeltaRuleResult(torch.stack(outputs, dim=2), state, torch.stack(losses, dim=2))
