"""Gradient descent on the fast weights of a memory alone: replies are read from them through the frozen model.

What the backbone makes of a question, and of all before it, does not depend on the memory; it is computed once a night
(`engine.train.memory.frozen`), so that a step costs the upper blocks of the tokens that read.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from engine.sleep.backbone import Backbone
from engine.train.memory.frozen import FrozenReply
from engine.train.memory.reading import ReplyBatch, divergence

BETAS = (0.9, 0.95)
LARGEST_GRADIENT = 1.0
"""The gradient of one step is shortened to this length."""
ORDINARY_WEIGHT = 3.0
"""Of the divergence from the untouched model, beside the loss of what is taught."""


class MemoryDescent:
    """Fast weights under Adam.

    Args:
        backbone: through which the gradient comes.
        fast: where to start, ``[H, dv, dk]``.
        l2_to_start: weight of the squared distance from the start, beside the loss.
    """

    def __init__(self, backbone: Backbone, fast: NDArray[np.float32], l2_to_start: float) -> None:
        self._backbone = backbone
        self._start = torch.from_numpy(np.array(fast, np.float32))
        self._leaf = self._start.clone().requires_grad_()
        self._l2_to_start = l2_to_start
        self._optimizer = torch.optim.Adam([self._leaf], lr=1.0, betas=BETAS)

    @property
    def fast(self) -> NDArray[np.float32]:
        """A copy of the fast weights as they stand."""
        return self._leaf.detach().numpy().copy()

    def step(self, taught: Sequence[FrozenReply], ordinary: Sequence[FrozenReply], learning_rate: float) -> list[float]:
        """One step; a step whose gradient is not finite is not taken.

        Args:
            taught: replies that are to be given.
            ordinary: replies that are to stay as likely as they are without a memory.
            learning_rate: of Adam.

        Returns:
            For each of the taught the loss of its worst token before the step, in nats.
        """
        batch = ReplyBatch([*taught, *ordinary])
        logits = self._logits(batch)
        ours = batch.owner < len(taught)
        losses = F.cross_entropy(logits[ours], batch.targets[ours], reduction="none")
        loss = losses.mean() if len(losses) else logits.new_zeros(())
        if ordinary:
            loss = loss + ORDINARY_WEIGHT * divergence(self._backbone.model, ordinary, logits[~ours]).mean()
        if self._l2_to_start:
            loss = loss + self._l2_to_start * (self._leaf - self._start).square().sum()
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_([self._leaf], LARGEST_GRADIENT)
        if bool(torch.isfinite(norm)):
            for group in self._optimizer.param_groups:
                group["lr"] = learning_rate
            self._optimizer.step()
        found, owners = losses.detach(), batch.owner[ours]
        return [float(found[owners == row].max()) for row in range(len(taught))]

    def _logits(self, batch: ReplyBatch) -> Tensor:
        return self._backbone.model.head(batch.read(self._backbone.model, self._backbone.memory, self._leaf))


@torch.inference_mode()
def ordinary_loss(backbone: Backbone, replies: Sequence[FrozenReply], fast: NDArray[np.float32]) -> float:
    """How surprised a soul is by what the untouched model replied to ordinary requests, in nats a token."""
    batch = ReplyBatch(replies)
    h = batch.read(backbone.model, backbone.memory, torch.from_numpy(np.array(fast, np.float32)))
    return float(F.cross_entropy(backbone.model.head(h), batch.targets))
