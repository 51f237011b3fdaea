"""The layers of a BitLlama: `RMSNorm`, `BitLinear`, `SwiGLU`, `TTTLayer`."""

from engine.layers.bit_linear import BitLinear
from engine.layers.mlp import SwiGLU
from engine.layers.norm import RMSNorm
from engine.layers.ttt import TTTLayer

__all__ = ["BitLinear", "RMSNorm", "SwiGLU", "TTTLayer"]
