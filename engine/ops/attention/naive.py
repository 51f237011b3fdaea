"""Attention as its formula stands: the truth that every fast form is tested against."""

from __future__ import annotations

import torch
from torch import Tensor


def attention(query: Tensor, key: Tensor, value: Tensor, scale: float, window: int = 0, softcap: float = 0.0) -> Tensor:
    """What each token reads from itself and the tokens before it.

    Args:
        query: ``[B, H, T, d]``, of the last T of S tokens.
        key, value: ``[B, K, S, d]`` with S >= T; query head h reads the key head h // (H / K).
        scale: what q·k is multiplied by.
        window: tokens that are looked back on, the token's own included; 0: all.
        softcap: c of ``c tanh(score / c)``; 0: none.

    Returns:
        ``[B, H, T, d]``.
    """
    heads, tokens, kept = query.shape[1], query.shape[2], key.shape[2]
    group = heads // key.shape[1]
    out = torch.empty_like(query)
    for head in range(heads):
        for token in range(tokens):
            end = kept - tokens + token + 1
            start = max(0, end - window) if window else 0
            keys, values = (part[:, head // group, start:end] for part in (key, value))
            scores = torch.einsum("bd,bsd->bs", query[:, head, token], keys) * scale
            if softcap:
                scores = softcap * torch.tanh(scores / softcap)
            out[:, head, token] = torch.einsum("bs,bsd->bd", scores.float().softmax(dim=-1).to(values.dtype), values)
    return out
