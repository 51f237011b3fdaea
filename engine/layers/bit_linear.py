"""`BitLinear`: a linear map whose weights are ternary when they are used (BitNet b1.58, arXiv 2402.17764)."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from engine.ops.ternary import matrix, mixed
from engine.ops.ternary.fast import bit_linear
from engine.ops.ternary.ste import frozen_linear
from engine.ops.ternary.ternary2 import Ternary2


class BitLinear(nn.Module):
    """``y = (Wq . xq) * s * sx`` without bias.

    It is in one of two forms. As made, it holds float master weights and quantises them at every call, which is how
    it trains. `freeze` quantises once and drops the master weights, which is how it runs.

    Args:
        in_features: size of the last dimension of the input.
        out_features: size of the last dimension of the output.
        activation_bits: width of the quantised activations; 32 means none.
    """

    def __init__(self, in_features: int, out_features: int, activation_bits: int = 8) -> None:
        super().__init__()
        self.in_features, self.out_features, self.activation_bits = in_features, out_features, activation_bits
        weight = torch.empty(out_features, in_features)
        self.weight: nn.Parameter | None = nn.Parameter(nn.init.normal_(weight, std=in_features**-0.5))
        self.codes: Tensor | None
        self.register_buffer("codes", None, persistent=False)
        self.scale = 0.0
        self.product = torch.float32
        """In what the products of training are taken; weights, inputs and outputs are float32 whatever it is."""

    @property
    def frozen(self) -> bool:
        """Whether the weights were quantised for good."""
        return self.weight is None

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[..., in_features]`` to ``[..., out_features]``."""
        if self.weight is not None:
            return BitLinear.together(x, self)
        assert self.codes is not None
        return frozen_linear(x, self.codes, self.scale, self.activation_bits)

    @staticmethod
    def together(x: Tensor, *linears: BitLinear) -> Tensor:
        """Several linears of one input, their outputs side by side: ``[..., sum of out_features]``."""
        if any(m.frozen for m in linears):
            return torch.cat([m(x) for m in linears], dim=-1)
        weights: list[Tensor] = [m.weight for m in linears if m.weight is not None]
        if linears[0].product == torch.float32:
            return bit_linear(x, weights, linears[0].activation_bits)
        return mixed.bit_linear(x, weights, linears[0].activation_bits, linears[0].product)

    def freeze(self) -> None:
        """Quantise the weights for good, by the same rule as the packed file, so that both give the same numbers."""
        if self.weight is not None:
            codes, scale = matrix.quantize_weight(self.weight.detach().float().cpu().numpy())
            self.set_codes(codes, scale)

    def set_codes(self, codes: np.ndarray, scale: float) -> None:
        """Take ternary codes, int8 ``[out_features, in_features]``, and their scale; the form is frozen afterwards."""
        held = self.codes if self.weight is None else self.weight
        device = None if held is None else held.device
        self.codes = torch.from_numpy(codes).to(device=device, dtype=torch.float32)
        self.scale = float(scale)
        self.weight = None

    def thaw(self) -> None:
        """Make float master weights again, which quantise to exactly the same codes and scale."""
        if self.codes is not None:
            codes = self.codes.to(device="cpu", dtype=torch.int8).numpy()
            packed = Ternary2.from_codes(codes, self.scale)
            self.weight = nn.Parameter(torch.from_numpy(packed.to_float()).to(self.codes.device))
            self.codes = None
