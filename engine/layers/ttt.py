"""`TTTLayer`: a layer whose hidden state is itself a linear model, trained by one gradient step at every token.

Source: Sun et al. 2024, "Learning to (Learn at Test Time)", arXiv 2407.04620; the update is the delta rule.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.layers.bit_linear import BitLinear
from engine.layers.norm import RMSNorm
from engine.models.config import BitLlamaConfig
from engine.native import training
from engine.ops.delta_rule import naive
from engine.ops.delta_rule.fast import fast_form
from engine.ops.qkv.fast import qkv_form
from engine.ops.qkv.naive import next_tail, split_heads, unit

MAX_LINEAR_RATE = 1.0
"""A scaled rate of the ``linear`` variant is cut here: at 1 a token's value is stored whole, above it overshoots."""


@dataclass
class LayerState:
    """What one TTT layer carries from token to token, for B streams."""

    fast: Tensor
    """Fast weights, float32 ``[B, H, d, d]`` (value by key)."""
    conv: Tensor
    """Inputs of the convolution for its last K - 1 tokens, ``[B, K - 1, 3 H d]``; of width 0 without one."""

    @classmethod
    def fresh(cls, config: BitLlamaConfig, batch: int, device: torch.device | str) -> LayerState:
        """A newborn state: all zero."""
        heads, d = config.num_heads, config.fast_dim
        width = 3 * heads * d if config.ttt_variant == "linear" else 0
        return cls(
            torch.zeros(batch, heads, d, d, device=device),
            torch.zeros(batch, config.conv_kernel - 1, width, device=device),
        )

    def map(self, function: Callable[[Tensor], Tensor]) -> LayerState:
        """Apply `function` to every tensor."""
        return LayerState(function(self.fast), function(self.conv))


class TTTLayer(nn.Module):
    """Fast weights in place of attention; constant memory and constant cost per token.

    ``tied``: one view ``k`` of the input is key, value and query; read before the update.
    ``linear``: query, key and value are projections of their own, passed through a short causal depthwise convolution;
    H heads; a learned rate per token and head; read after the update; an RMSNorm over each head's output.

    Args:
        config: the sizes; see `BitLlamaConfig`.
    """

    def __init__(self, config: BitLlamaConfig) -> None:
        super().__init__()
        self.config = config
        dim, heads, bits = config.hidden_dim, config.num_heads, config.activation_bits
        width = heads * config.fast_dim
        self.down = BitLinear(dim, width, bits)
        self.up = BitLinear(width, dim, bits)
        if config.ttt_variant == "linear":
            self.query = BitLinear(dim, width, bits)
            self.value = BitLinear(dim, width, bits)
            self.rate = nn.Linear(dim, heads)
            nn.init.zeros_(self.rate.weight)
            nn.init.constant_(self.rate.bias, math.log(config.inner_lr / (1 - config.inner_lr)))
            self.out_norm = RMSNorm(config.fast_dim, config.out_norm_eps or config.norm_eps)
            if config.conv_kernel > 1:
                self.conv = CausalConv(3 * width, config.conv_kernel)

    def forward(self, x: Tensor, state: LayerState, rate_scale: float = 1.0) -> tuple[Tensor, LayerState, Tensor]:
        """Read `x`, learning at every token.

        Args:
            x: normed inputs of shape ``[B, T, D]``.
            state: where the B streams stand; not changed.
            rate_scale: factor on the inner learning rate; 1 is the rate that the body was trained with.

        Returns:
            Outputs ``[B, T, D]``, the new state, and the inner loss of each token before its update, ``[B, T]``,
            averaged over heads, without gradient.
        """
        if self.config.ttt_variant == "tied":
            q = k = v = unit(split_heads(self.down(x), self.config.num_heads))
            rate = torch.full_like(k[..., 0], self.config.inner_lr * rate_scale)
            conv = state.conv
        else:
            qkv = BitLinear.together(x, self.query, self.down, self.value)
            weight = self.conv.weight if self.config.conv_kernel > 1 else None
            q, k, v = qkv_form(qkv, state.conv, weight)(qkv, state.conv, weight, self.config.num_heads)
            conv = next_tail(qkv, state.conv)
            rate = torch.sigmoid(self.rate(x)).transpose(1, 2)
            if rate_scale != 1.0:
                rate = (rate * rate_scale).clamp(max=MAX_LINEAR_RATE)
        takes = training.takes(q, k, v, rate, state.fast)
        rule = naive.delta_rule if x.shape[1] == 1 else fast_form(x.device, self.config.fast_dim, takes)
        read_after = self.config.ttt_variant == "linear"
        out, fast, loss = rule(q, k, v, rate, state.fast, read_after=read_after)
        out = out.transpose(1, 2)
        if self.config.ttt_variant == "linear":
            out = self.out_norm(out)
        return self.up(out.flatten(2)), LayerState(fast, conv), loss.mean(dim=1)


class CausalConv(nn.Module):
    """The weight of a depthwise convolution over the last `kernel` tokens, the current one included.

    Args:
        channels: number of independent channels.
        kernel: tokens that it sees.
    """

    def __init__(self, channels: int, kernel: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(nn.init.uniform_(torch.empty(channels, kernel), -(kernel**-0.5), kernel**-0.5))
