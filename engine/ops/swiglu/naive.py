"""``silu(gate) * up`` as it stands (Shazeer 2020, arXiv 2002.05202): the truth that the fused form is held against."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def swiglu(both: Tensor) -> Tensor:
    """``silu(gate) * up``, ``[..., M]``, of gate and up side by side, ``[..., 2 M]``."""
    gate, up = both.chunk(2, dim=-1)
    return F.silu(gate) * up
