"""The optimiser of a run: which parameters it moves how, and what it remembers of each."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from engine.layers.bit_linear import BitLinear
from engine.models.bitllama import BitLlama
from engine.train.args import TrainArgs
from engine.train.distributed import ALONE, Ranks
from engine.train.muon import ORTHOGONAL, MuonAdamW


def make_optimizer(model: BitLlama, args: TrainArgs, ranks: Ranks = ALONE) -> torch.optim.Optimizer:
    """AdamW over all weights, or Muon over the ternary matrices and AdamW over the rest."""
    ternary = {id(module.weight) for module in model.modules() if isinstance(module, BitLinear)}
    by_muon = ternary if args.optimizer == "muon" else set()
    matrices = [p for p in model.parameters() if p.dim() >= 2]
    others = [p for p in model.parameters() if p.dim() < 2]
    groups: list[dict[str, Any]] = [
        {"params": [p for p in matrices if id(p) not in by_muon], "weight_decay": args.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    if not by_muon:
        return torch.optim.AdamW(groups, lr=args.lr, betas=(0.9, args.beta2), eps=1e-8)
    turned = [p for p in matrices if id(p) in by_muon]
    groups.append({"params": turned, "weight_decay": args.weight_decay, ORTHOGONAL: True})
    return MuonAdamW(groups, ranks, lr=args.lr, betas=(0.9, args.beta2), eps=1e-8)


def empty_moments(optimizer: torch.optim.Optimizer) -> list[dict[str, Tensor]]:
    """Room for what the optimiser remembers of each parameter, in its order; ``step`` has one axis, as in a file."""
    return [
        {moment: torch.zeros_like(p.detach()) for moment in moments} | {"step": torch.zeros(1)}
        for group in optimizer.param_groups
        for moments in [("exp_avg",) if group.get(ORTHOGONAL) else ("exp_avg", "exp_avg_sq")]
        for p in group["params"]
    ]
