"""Heads that grow: a trained model with wider keys and values, which at first computes nearly what it did before.

How many things a head keeps apart is bounded by the width of its keys, and a narrow model is trained in less time.
After Chen et al. 2016, "Net2Net", arXiv 1511.05641: what is new copies what is there, so that it is of use from the
start.
"""

from __future__ import annotations

import dataclasses
import math

import torch
from torch import Tensor

from engine.errors import ConfigError
from engine.models.bitllama import BitLlama
from engine.models.config import BitLlamaConfig

FAINT = 0.1
"""Factor on the convolution of new channels. Were they silent, keys and queries would teach each other nothing."""


def wider(config: BitLlamaConfig, width: int) -> BitLlamaConfig:
    """The config with heads of `width`. Raises `ConfigError`, naming the flag, where they cannot grow so."""
    if config.ttt_variant != "linear" or config.conv_kernel == 1:
        raise ConfigError("--widen-heads needs a model of the linear variant with a convolution.")
    if width <= config.fast_dim or width % config.fast_dim:
        raise ConfigError(
            "--widen-heads {width} must be a multiple of the width that the heads have, {now}, and larger.",
            width=width,
            now=config.fast_dim,
        )
    eps = (config.out_norm_eps or config.norm_eps) * config.fast_dim / width
    return dataclasses.replace(config, head_dim=width, out_norm_eps=eps)


def widen_heads(model: BitLlama, width: int, faint: float = FAINT) -> BitLlama:
    """A model with heads of `width` on the same device; `model` is left as it is.

    The new channels of a head are those of its neighbours, made faint in their convolution; the norm over a head is
    scaled so that silence beside the old channels changes nothing. With `faint` 0 it computes what `model` does.

    Raises `ConfigError` as `wider`.
    """
    config = wider(model.config, width)
    heads, times = config.num_heads, width // model.config.fast_dim

    def grown(weight: Tensor, scale: float = 1.0) -> Tensor:
        """``[H d, ...]`` to ``[H times d, ...]``, what is new scaled."""
        apart = weight.unflatten(0, (heads, -1))
        return torch.cat([apart, *(scale * apart.roll(by, 0) for by in range(1, times))], dim=1).flatten(0, 1)

    state = dict(model.state_dict())
    for name, weight in state.items():
        layer, _, part = name.rpartition("ttt.")
        if layer and part in ("query.weight", "down.weight", "value.weight"):
            state[name] = grown(weight)
        elif layer and part == "up.weight":
            state[name] = grown(weight.T).T.contiguous()
        elif layer and part == "conv.weight":
            state[name] = torch.cat([grown(view, faint) for view in weight.chunk(3)])
        elif layer and part == "out_norm.weight":
            state[name] = weight.repeat(times) / math.sqrt(times)
    wide = BitLlama(config, device=model.device)
    wide.load_state_dict(state)
    return wide
