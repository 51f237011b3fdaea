"""`SwiGLU`, the feed-forward half of a block (Shazeer 2020, arXiv 2002.05202)."""

from __future__ import annotations

from torch import Tensor, nn

from engine.layers.bit_linear import BitLinear
from engine.ops.swiglu.fast import swiglu


class SwiGLU(nn.Module):
    """``down_proj(silu(gate_proj(x)) * up_proj(x))`` with ternary linears.

    Args:
        hidden_dim: D, width of input and output.
        intermediate_dim: width between the linears.
        activation_bits: see `BitLinear`.
    """

    def __init__(self, hidden_dim: int, intermediate_dim: int, activation_bits: int = 8) -> None:
        super().__init__()
        self.gate_proj = BitLinear(hidden_dim, intermediate_dim, activation_bits)
        self.up_proj = BitLinear(hidden_dim, intermediate_dim, activation_bits)
        self.down_proj = BitLinear(intermediate_dim, hidden_dim, activation_bits)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[..., D]`` to ``[..., D]``."""
        return self.down_proj(swiglu(BitLinear.together(x, self.gate_proj, self.up_proj)))
