"""Muon, an optimiser of matrices: each step turns all directions of a matrix by about the same amount.

Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks"; the size of a step as in Liu et al. 2025,
"Muon is Scalable for LLM Training", arXiv 2502.16982, so that AdamW's learning rates and decays serve it too.
torch's own (`torch.optim.Muon`) goes matrix by matrix in bfloat16, which is slow where a processor has no units for it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import torch
from torch import Tensor

from engine.train.distributed import ALONE, Ranks

ORTHOGONAL = "orthogonal"
"""Key of a group of parameters: whether Muon moves it."""

_MOMENTUM = 0.95
_QUINTIC = 3.4445, -4.7750, 2.0315
"""The iteration's coefficients, which lift small singular values fast and leave all between about 0.7 and 1.2."""
_STEPS = 5


class MuonAdamW(torch.optim.AdamW):
    """Muon for the groups marked with `ORTHOGONAL`, AdamW for the others.

    Ranks that train together have the same gradients, so they divide the work of Muon among them. A parameter that it
    moves has one moment, ``exp_avg``, and AdamW's count of steps, ``step``.
    """

    def __init__(self, groups: list[dict[str, Any]], ranks: Ranks = ALONE, **settings: Any) -> None:
        assert ranks.mesh is None, "a part of a matrix has no directions of its own"
        super().__init__(groups, **settings)
        self._ranks = ranks

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Move all parameters; the gradients of the orthogonal groups are used up."""
        assert closure is None, "the gradient is computed before"
        for group in self.param_groups:
            if group.get(ORTHOGONAL):
                self._turn(group)
        super().step()

    def _turn(self, group: dict[str, Any]) -> None:
        alike: defaultdict[tuple[int, int], list[tuple[Tensor, Tensor]]] = defaultdict(list)
        for p in group["params"]:
            if p.grad is None:
                continue
            state = self.state[p]
            if not state:
                state |= {"step": torch.tensor(0.0), "exp_avg": torch.zeros_like(p)}
            state["step"] += 1
            average = state["exp_avg"].lerp_(p.grad, 1 - _MOMENTUM)
            update = p.grad.lerp(average, _MOMENTUM)  # Nesterov's look ahead
            p.grad = None  # AdamW passes over what has no gradient
            p, update = (p.T, update.T) if p.shape[0] > p.shape[1] else (p, update)
            alike[p.shape[0], p.shape[1]].append((p, update))
        rate = group["lr"]
        for (_, longer), pairs in alike.items():
            turned = self._ranks.divided(orthogonalize, torch.stack([update for _, update in pairs]))
            for (p, _), direction in zip(pairs, turned, strict=True):
                p.mul_(1 - rate * group["weight_decay"]).add_(direction, alpha=-0.2 * rate * longer**0.5)


def orthogonalize(x: Tensor) -> Tensor:
    """About the nearest matrix with orthonormal rows, by five steps of a Newton-Schulz iteration.

    Args:
        x: ``[N, R, C]``, R no greater than C.

    Returns:
        ``[N, R, C]``: the singular vectors of `x`, with singular values near 1.
    """
    a, b, c = _QUINTIC
    x = x / x.norm(dim=(-2, -1), keepdim=True).clamp(min=1e-7)
    for _ in range(_STEPS):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x
