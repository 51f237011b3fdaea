"""Attention by torch's fused product, or in whole matrices where scores are capped."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    scale: float,
    window: int = 0,
    softcap: float = 0.0,
    seen: Tensor | None = None,
) -> Tensor:
    """`naive.attention`, with the same arguments and result; `seen`, bool ``[B, 1, T, S]``, says instead of order and
    window which of the S tokens each looks at."""
    tokens, kept = query.shape[2], key.shape[2]
    if seen is not None:
        if softcap:
            return _capped(query, key, value, scale, softcap, seen)
        return F.scaled_dot_product_attention(query, key, value, attn_mask=seen, scale=scale, enable_gqa=True)
    if window and kept > tokens + window - 1:  # nobody looks back further
        kept = tokens + window - 1
        key, value = key[:, :, -kept:], value[:, :, -kept:]
    plain = tokens == kept and (not window or window >= kept)
    mask = None if tokens == 1 or plain else visible(tokens, kept, window, query.device)
    if softcap:
        return _capped(query, key, value, scale, softcap, visible(tokens, kept, window, query.device))
    return F.scaled_dot_product_attention(
        query, key, value, attn_mask=mask, is_causal=plain and tokens > 1, scale=scale, enable_gqa=True
    )


def visible(tokens: int, kept: int, window: int, device: torch.device) -> Tensor:
    """Which of `kept` tokens the last `tokens` of them look at: bool ``[tokens, kept]``."""
    mine = torch.arange(kept - tokens, kept, device=device)[:, None]
    theirs = torch.arange(kept, device=device)
    seen = theirs <= mine
    return seen & (theirs > mine - window) if window else seen


def _capped(query: Tensor, key: Tensor, value: Tensor, scale: float, softcap: float, seen: Tensor) -> Tensor:
    group = query.shape[1] // key.shape[1]
    key, value = (part.repeat_interleave(group, dim=1) for part in (key, value))
    scores = softcap * torch.tanh(query @ key.transpose(-1, -2) * (scale / softcap))
    weights = scores.float().masked_fill(~seen, float("-inf")).softmax(dim=-1)
    return weights.to(value.dtype) @ value
