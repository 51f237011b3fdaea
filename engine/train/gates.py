"""Teaching the gates what is worth remembering, where the corpus says so.

A fast weight matrix of width d has room for about d things. A gate that opens for every word fills it within some d
words, and what was told before is gone; that it should open for few is a lesson which the loss on words teaches
slowly, since a gate pays only hundreds of tokens later. A corpus that marks the words to keep teaches it at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.bitllama import BitLlama
from engine.text.chat_message import KEEP, UNJUDGED


class GateTeacher:
    """The loss on the gates of the upper half of the layers; the lower half is left to what it needs for itself.

    Args:
        model: a model of the ``linear`` variant; of another one there is nothing to teach.
        weight: at 0 nothing is watched and the loss is 0.
    """

    def __init__(self, model: BitLlama, weight: float) -> None:
        layers = list(model.layers)
        linear = model.config.ttt_variant == "linear" and weight > 0
        self._rates: list[nn.Module] = [layer.ttt.rate for layer in layers[len(layers) // 2 :]] if linear else []  # type: ignore[union-attr, misc]
        self._logits: list[Tensor] = []

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Take down the gates of all that the model reads inside."""
        self._logits = []
        hooks = [rate.register_forward_hook(self._take) for rate in self._rates]
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()

    def _take(self, module: nn.Module, given: Any, logits: Tensor) -> None:
        self._logits.append(logits)

    def loss(self, worth: Tensor) -> Tensor:
        """Cross-entropy of gates against marks, in nats, averaged over judged tokens, heads and layers; 0 without any.

        Args:
            worth: marks of the tokens read last, ``[B, T]``.
        """
        judged = worth != UNJUDGED
        if not self._logits or not bool(judged.any()):
            return torch.zeros((), device=worth.device)
        logits = torch.stack(self._logits)[:, judged]
        wanted = (worth[judged] == KEEP).to(logits.dtype)[None, :, None].expand_as(logits)
        return F.binary_cross_entropy_with_logits(logits, wanted)


def count_judged(worth: np.ndarray) -> int:
    """How many tokens a corpus has judged, of marks of any shape."""
    return int((worth != UNJUDGED).sum())
