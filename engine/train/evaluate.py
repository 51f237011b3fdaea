"""Held-out loss, as a newborn and as one who has lived."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.errors import ConfigError, DataError
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


def check_held_out(
    split: Split, kind: str, context: int, limit: int = 0, flags: tuple[str, str] = ("--context-len", "--eval-tokens")
) -> None:
    """See that there is something to measure, with the arguments of `evaluate`, before anything is computed.

    Raises `ConfigError`, naming the `flags` of `context` and `limit`, where fewer tokens are to be measured than the
    smallest piece has, and `DataError` where fewer are held out. Dialogues are measured whole, whatever the window.
    """
    needed = context + 1 if kind == "text" else 2
    if len(split.tokens) < needed:
        raise DataError(
            f"{len(split.tokens)} tokens are held out, and a window of {context} tokens with the one after it needs "
            f"{needed}: lower {flags[0]}, or prepare the corpus again with a larger --val-fraction or more text."
        )
    if 0 < limit < needed:
        raise ConfigError(
            f"{flags[1]} is {limit}, and a window of {context} tokens with the one after it needs {needed}: raise "
            f"it, or lower {flags[0]}."
        )


@torch.no_grad()
def evaluate(
    model: BitLlama, split: Split, kind: str, *, context: int, limit: int = 0, fresh_only: bool = False
) -> Evaluation:
    """Loss on held-out tokens; in dialogues only on what the model itself says.

    Args:
        model: the model; its own state is not touched.
        split: held-out tokens.
        kind: ``text`` or ``dialogue``.
        context: tokens of a window that begins newborn (``text``).
        limit: at most this many tokens, from the start; 0 takes all.
        fresh_only: leave out the carried pass; its loss is then NaN.

    Raises what `check_held_out` does.
    """
    check_held_out(split, kind, context, limit)
    total = min(len(split.tokens), limit) if limit else len(split.tokens)
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
