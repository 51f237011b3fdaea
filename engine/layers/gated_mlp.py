"""`GatedMLP`: the feed-forward half of a transformer's block (Shazeer 2020, arXiv 2002.05202)."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from engine.layers.norm import RMSNorm
from engine.layers.projection import Projection
from engine.models.transformer_config import Activation, TransformerConfig


class GatedMLP(nn.Module):
    """``down_proj(act(gate_proj(x)) * up_proj(x))``, with a norm before the last map where the family has one."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        width, inner, bias, bits = config.hidden_dim, config.intermediate_dim, config.mlp_bias, config.activation_bits
        self.activation = config.activation
        self.gate_proj = Projection(width, inner, bias, bits)
        self.up_proj = Projection(width, inner, bias, bits)
        self.down_proj = Projection(inner, width, bias, bits)
        self.sub_norm = RMSNorm(inner, config.norm_eps) if config.sub_norms else None

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[..., D]`` to ``[..., D]``."""
        inner = activate(self.gate_proj(x), self.activation) * self.up_proj(x)
        return self.down_proj(inner if self.sub_norm is None else self.sub_norm(inner))


def activate(x: Tensor, activation: Activation) -> Tensor:
    """SiLU, GELU by its tanh form, or the squared ReLU, element by element."""
    if activation == "silu":
        return F.silu(x)
    if activation == "gelu_tanh":
        return F.gelu(x, approximate="tanh")
    return F.relu(x).square()
