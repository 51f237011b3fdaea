"""`Projection`: the linear map of a transformer, with float weights or with ternary ones."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.ops.ternary.ste import frozen_linear


class Projection(nn.Module):
    """``y = W x + b``, as loaded from a file.

    Args:
        in_features: size of the last dimension of the input.
        out_features: size of the last dimension of the output.
        bias: whether b is there.
        activation_bits: of the input where the weights are ternary; 32: not quantised.
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = False, activation_bits: int = 32) -> None:
        super().__init__()
        self.activation_bits = activation_bits
        self.weight: nn.Parameter | None = nn.Parameter(torch.empty(out_features, in_features))
        self.bias = nn.Parameter(torch.empty(out_features)) if bias else None
        self.codes: Tensor | None
        self.register_buffer("codes", None, persistent=False)
        self.scale = 1.0

    def set_codes(self, codes: np.ndarray, scale: float) -> None:
        """Take ternary codes, int8 ``[out_features, in_features]``, in place of float weights."""
        self.weight = None
        self.codes = torch.from_numpy(codes).float()
        self.scale = scale

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[..., in_features]`` to ``[..., out_features]``."""
        if self.codes is None:
            assert self.weight is not None
            return F.linear(x, self.weight, self.bias)
        y = frozen_linear(x, self.codes, self.scale, self.activation_bits)
        return y if self.bias is None else y + self.bias
