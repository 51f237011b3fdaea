"""Held-out loss, as a newborn and as one who has lived."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.errors import DataError
from engine.models.bitllama import BitLlama, ModelState
from engine.train.data import Split

STREAM_CHUNK = 1024
"""Tokens of a long pass that go through the model at once; it does not change the result."""


@dataclass(frozen=True)
class Evaluation:
    """Mean negative log likelihood in nats per token."""

    fresh: float
    """Every window of `context` tokens (text) or every document (dialogue) begins newborn."""
    carried: float
    """One pass over everything, whose state is never reset."""
    tokens: int
    """Tokens predicted in the carried pass."""


@torch.no_grad()
def evaluate(
    model: BitLlama, split: Split, kind: str, *, context: int, limit: int = 0, fresh_only: bool = False
) -> Evaluation:
    """Loss on held-out tokens; in dialogues only on what the model itself says.

    Args:
        model: the body; its own state is not touched.
        split: held-out tokens.
        kind: ``text`` or ``dialogue``.
        context: tokens of a window that begins newborn (``text``).
        limit: at most this many tokens, from the start; 0 takes all.
        fresh_only: leave out the carried pass; its loss is then NaN.

    Raises:
        DataError: there are too few held-out tokens.
    """
    total = min(len(split.tokens), limit) if limit else len(split.tokens)
    if total < context + 1:
        raise DataError(f"There are {total} held-out tokens, fewer than one window of {context}; hold out more.")
    ids = torch.from_numpy(split.tokens[:total].astype(np.int64)).to(model.device)
    said = torch.from_numpy((split.mask[:total] > 0).astype(np.float32)).to(model.device)
    if kind == "text":
        fresh = _fresh_windows(model, ids, context)
    else:
        fresh = _fresh_documents(model, ids, said, split.docs)
    if fresh_only:
        return Evaluation(fresh, float("nan"), total - 1)
    return Evaluation(fresh, _stream(model, ids, said), total - 1)


def _losses(model: BitLlama, block: Tensor, state: ModelState) -> tuple[Tensor, ModelState]:
    logits, state = model(block[:, :-1], state)
    return F.cross_entropy(logits.flatten(0, 1), block[:, 1:].flatten(), reduction="none").view(len(block), -1), state


def _fresh_windows(model: BitLlama, ids: Tensor, context: int) -> float:
    count = (len(ids) - 1) // context
    starts = torch.arange(count, device=ids.device)[:, None] * context
    windows = ids[starts + torch.arange(context + 1, device=ids.device)]
    losses = [_losses(model, part, model.init_state(len(part)))[0].double().sum() for part in windows.split(64)]
    return float(sum(losses)) / (count * context)


def _fresh_documents(model: BitLlama, ids: Tensor, said: Tensor, docs: np.ndarray) -> float:
    bounds = [int(start) for start in docs if start < len(ids)] + [len(ids)]
    summed, weight = 0.0, 0.0
    for start, end in itertools.pairwise(bounds):
        if end - start < 2:
            continue
        losses, _ = _losses(model, ids[None, start:end], model.init_state())
        counts = said[start + 1 : end]
        summed += float((losses[0] * counts).double().sum())
        weight += float(counts.sum())
    return summed / max(weight, 1.0)


def _stream(model: BitLlama, ids: Tensor, said: Tensor) -> float:
    state, summed, weight = model.init_state(), 0.0, 0.0
    for start in range(0, len(ids) - 1, STREAM_CHUNK):
        block = ids[None, start : start + STREAM_CHUNK + 1]
        losses, state = _losses(model, block, state)
        counts = said[start + 1 : start + block.shape[1]]
        summed += float((losses[0] * counts).double().sum())
        weight += float(counts.sum())
    return summed / max(weight, 1.0)
