"""`Head`: the map from the residual stream to the logits, in float or of whole numbers."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.ops.quantized_embedding.int8 import HEAD_BITS, QuantizedEmbedding
from engine.ops.ternary.ste import frozen_linear


class Head(nn.Linear):
    """``y = W x`` without bias.

    As made it holds float weights. `set_quantized` puts whole numbers in their place: then activations are quantised
    to 8 bits by the largest of each token, and the sums are of whole numbers, unless activations are not
    quantised in this model.

    Args:
        in_features: D.
        out_features: V.
        activation_bits: of the model; above 8 the activations of the head stay as they are.
    """

    def __init__(self, in_features: int, out_features: int, activation_bits: int = 8) -> None:
        super().__init__(in_features, out_features, bias=False)
        self._bits = HEAD_BITS if activation_bits <= HEAD_BITS else 32
        self.codes: Tensor | None
        self.scales: Tensor | None
        self.register_buffer("codes", None, persistent=False)
        self.register_buffer("scales", None, persistent=False)

    @property
    def frozen(self) -> bool:
        """Whether its weights are whole numbers."""
        return self.codes is not None

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[..., D]`` to logits ``[..., V]``."""
        if self.codes is None or self.scales is None:
            return F.linear(x, self.weight)
        return frozen_linear(x, self.codes, self.scales, self._bits)

    def set_quantized(self, embedding: QuantizedEmbedding) -> None:
        """Take a quantised matrix (V, D); the form is frozen afterwards."""
        device = self.weight.device
        self.codes = torch.from_numpy(embedding.codes()).to(device=device, dtype=torch.float32)
        self.scales = torch.from_numpy(embedding.scales.copy()).to(device=device)
        del self.weight  # float weights that nothing reads would be half of a small model's memory

    def thaw(self) -> None:
        """Make float weights of the quantised ones."""
        if self.codes is not None and self.scales is not None:
            self.weight = nn.Parameter(self.codes * self.scales[:, None])
            self.codes = self.scales = None
