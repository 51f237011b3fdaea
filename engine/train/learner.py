"""One optimiser step: the states that a segment begins with, the loss, its gradient, and the states behind it."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.bitllama import BitLlama, ModelState
from engine.train.args import TrainArgs
from engine.train.batches import Segment
from engine.train.checkpoint import LoopState
from engine.train.distributed import ALONE, Ranks, without_exchange
from engine.train.gates import GateTeacher, count_judged


class Learner(nn.Module):
    """A micro-batch's share of the step's loss, as one module, so that ranks can exchange gradients behind it."""

    def __init__(self, model: BitLlama, gate_weight: float) -> None:
        super().__init__()
        self.model, self.gate_weight = model, gate_weight
        self.gates = GateTeacher(model, gate_weight)

    def forward(
        self, tokens: Tensor, targets: Tensor, weights: Tensor, worth: Tensor, counted: float, gate_share: float,
        state: ModelState,
    ) -> tuple[Tensor, Tensor, ModelState]:  # fmt: skip
        """Read B streams of T tokens.

        Args:
            tokens, targets: int64 ``[B, T]``.
            weights: float32 ``[B, T]``, how much each target counts.
            worth: uint8 ``[B, T]``, marks for the gates.
            counted: the sum of all weights of the step, of all micro-batches and ranks.
            gate_share: this micro-batch's share of the step's loss on gates.
            state: where the streams stand.

        Returns:
            What is to be minimised, the loss on words in it (nats), and the state behind the last token, cut off.
        """
        counts = weights > 0
        with self.gates.watching():
            h, state, _ = self.model.hidden(tokens, state)
        logits = self.model.head(h[counts])  # what does not count needs no logits: the head is the largest map
        nll = F.cross_entropy(logits, targets[counts], reduction="none")
        loss = (nll * weights[counts]).sum() / counted
        return loss + self.gate_weight * self.gates.loss(worth) * gate_share, loss.detach(), state.detach()


def train_step(
    loop: LoopState, learner: nn.Module, segment: Segment, rate: float, args: TrainArgs, ranks: Ranks = ALONE
) -> float:
    """One optimiser step over all micro-batches; `loop` holds the new weights and states afterwards.

    Args:
        loop: the run; `carried` holds this rank's streams.
        learner: a `Learner` of the run's model, as `Ranks.wrap` gave it back.
        segment: what to read, this rank's part of it.
        rate: the learning rate.
        args: the dials.
        ranks: who trains together.

    Returns:
        The loss of all ranks in nats per counted token. NaN, with the weights left alone, where it or the gradient is
        not finite.
    """
    model, device = loop.model, loop.model.device
    tokens, targets, weights, worth = (
        torch.from_numpy(x).to(device) for x in (segment.tokens, segment.targets, segment.weights, segment.worth)
    )
    share, parts = ranks.share(args.batch_size), args.grad_accum
    states = take_over(loop.carried, segment, device, ranks)
    judged = np.array([count_judged(marks) for marks in np.split(segment.worth, parts)], np.float64)
    counted, *judged_by_all = ranks.totals(np.array([segment.weights.sum(dtype=np.float64), *judged]))
    gate_shares = judged / np.maximum(judged_by_all, 1) / parts
    loop.optimizer.zero_grad(set_to_none=True)
    total = torch.zeros((), device=device)
    for m, state in enumerate(states):
        rows = slice(m * share, (m + 1) * share)
        with without_exchange(learner, m < parts - 1):
            wanted, loss, state = learner(
                tokens[rows], targets[rows], weights[rows], worth[rows], max(float(counted), 1.0),
                float(gate_shares[m]), state,
            )  # fmt: skip
            (wanted * ranks.world).backward()  # gradients are averaged over the ranks, and a sum is meant
        total += loss
        loop.carried[m] = state
    norm = ranks.whole(torch.nn.utils.clip_grad_norm_(model.parameters(), args.grad_clip or math.inf))
    value = float(ranks.totals(np.array([float(total)]))[0])
    if not math.isfinite(value) or not bool(torch.isfinite(norm)):
        return math.nan
    for group in loop.optimizer.param_groups:
        group["lr"] = rate
    loop.optimizer.step()
    return value


def take_over(
    carried: list[ModelState], segment: Segment, device: torch.device, ranks: Ranks = ALONE
) -> list[ModelState]:
    """The states that the segment begins with: newborn, the stream's own, or another's as a prior soul."""
    own = bool((segment.source == range(len(segment.source))).all())
    if own and segment.carried.all() and not segment.begins.any():
        return carried

    def pick(m: int) -> ModelState:
        size = carried[m].batch * ranks.world
        rows = ranks.rows(m, size)
        keep, begins = (torch.from_numpy(x[rows]).to(device) for x in (segment.carried, segment.begins))
        # A prior soul comes from the same micro-batch, so that no state is copied between them.
        source = torch.from_numpy(segment.source[rows] % size).to(device)
        state = (carried[m] if own else ranks.gather(carried[m]).select(source)).keep(keep)
        return state.without_transient(begins)

    return [pick(m) for m in range(len(carried))]
