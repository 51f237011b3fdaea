"""Gradient descent on the fast weights alone, through the frozen model: what a soul must be for given dialogues.

The soul W is where every dialogue starts, and the model learns on within it as it does when awake; Adam (Kingma and Ba
2014, arXiv 1412.6980) moves W against the gradient of the dialogues' loss. Test-time training's inner loop stays as it
is: this is the outer loop (Sun et al. 2024, arXiv 2407.04620) with the start of the fast weights as its only variable.

The boundary speaks numpy; torch is imported by whoever makes a `SoulGradient`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.errors import ConfigError
from engine.io.model_file import ModelWeights
from engine.layers.ttt import LayerState
from engine.models.bitllama import BitLlama, ModelState
from engine.runtime.lesson import Lesson

BETAS = (0.9, 0.95)
TOGETHER = 2048
"""Tokens that are computed side by side."""
LARGEST_GRADIENT = 1.0
"""The gradient of one step is shortened to this length."""


class Taken(NamedTuple):
    """What a step found, before it was taken."""

    loss: float
    """Mean loss in nats per counted token, each counted by its weight."""
    losses: list[np.ndarray]
    """For each lesson, float32 ``[T]``: the loss of each token, 0 where it does not count."""


class SoulGradient:
    """Fast weights under descent.

    Args:
        body: the slow weights; not changed.
        layers: where to start, one float32 array of ``config.fast_shape`` a layer.
        learning_rate: Adam's.
        l2_to_start: weight of the squared distance from the start (a proximal term) beside the mean loss.
        device: as `BitLlama.from_body` takes it.
        threads: CPU threads of torch in this process; None leaves them as they are.

    Raises `ConfigError` for a learning rate or a weight that cannot be.
    """

    def __init__(
        self,
        body: ModelWeights,
        layers: Sequence[np.ndarray],
        learning_rate: float,
        l2_to_start: float = 0.0,
        device: str = "cpu",
        threads: int | None = None,
    ) -> None:
        if not 0 < learning_rate < 1 or not 0 <= l2_to_start < float("inf"):
            raise ConfigError(f"A learning rate of {learning_rate!r} with l2_to_start={l2_to_start!r} cannot work.")
        if threads is not None:
            torch.set_num_threads(threads)
        self._model = BitLlama.from_body(body, device, frozen=False).requires_grad_(False)
        shape = self._model.init_state().layers[0].fast.shape[1:]
        self._leaves = [
            torch.tensor(layer, dtype=torch.float32, device=self._model.device).view(1, *shape).requires_grad_()
            for layer in layers
        ]
        self._start = [leaf.detach().clone() for leaf in self._leaves]
        self._l2_to_start = l2_to_start
        self._optimizer = torch.optim.Adam(self._leaves, lr=learning_rate, betas=BETAS)

    def step(self, lessons: Sequence[Lesson]) -> Taken:
        """One step on a batch of lessons, which need not be of like length; returns their losses before it.

        A step whose gradient is not finite is not taken.
        """
        total = max(sum(sum(max(w, 0.0) for w in lesson.weights[1:]) for lesson in lessons), 1e-9)
        self._optimizer.zero_grad(set_to_none=True)
        found: list[np.ndarray] = [np.zeros(0, np.float32)] * len(lessons)
        loss = 0.0
        for part in _alike(lessons):
            some, losses = self._backward([lessons[number] for number in part], total)
            loss += some
            for number, row in zip(part, losses, strict=True):
                found[number] = row[: len(lessons[number].ids)]
        if self._l2_to_start:
            away = torch.stack([(a - b).square().sum() for a, b in zip(self._leaves, self._start, strict=True)]).sum()
            (self._l2_to_start * away).backward()
        norm = torch.nn.utils.clip_grad_norm_(self._leaves, LARGEST_GRADIENT)
        if bool(torch.isfinite(norm)):
            self._optimizer.step()
        return Taken(loss, found)

    def _backward(self, lessons: Sequence[Lesson], total: float) -> tuple[float, np.ndarray]:
        """Add the gradient of these lessons' losses, divided by `total`; returns that loss, and each token's own."""
        tokens, weights = _side_by_side(lessons, self._model.device)
        fresh = self._model.init_state(len(lessons))
        state = ModelState(
            [
                LayerState(leaf.expand(len(lessons), -1, -1, -1), layer.conv)
                for leaf, layer in zip(self._leaves, fresh.layers, strict=True)
            ]
        )
        hidden, _, _ = self._model.hidden(tokens[:, :-1], state)
        counts = weights[:, 1:] > 0
        losses = F.cross_entropy(self._model.head(hidden[counts]).float(), tokens[:, 1:][counts], reduction="none")
        loss = (losses * weights[:, 1:][counts]).sum() / total
        loss.backward()
        each = torch.zeros_like(weights)
        each[:, 1:][counts] = losses.detach()
        return float(loss.detach()), each.cpu().numpy()

    def set_learning_rate(self, value: float) -> None:
        """Use `value` from the next step on."""
        for group in self._optimizer.param_groups:
            group["lr"] = value

    def layers(self) -> list[np.ndarray]:
        """The fast weights as they stand: float32 copies in the model's ``config.fast_shape``."""
        shape = self._model.config.fast_shape
        return [leaf.detach()[0].cpu().numpy().reshape(shape).copy() for leaf in self._leaves]


def _alike(lessons: Sequence[Lesson]) -> list[list[int]]:
    """Numbers of lessons of like length that are computed together, so that little is filled up."""
    parts: list[list[int]] = [[]]
    for number in sorted(range(len(lessons)), key=lambda n: len(lessons[n].ids)):
        if parts[-1] and (len(parts[-1]) + 1) * len(lessons[number].ids) > TOGETHER:
            parts.append([])
        parts[-1].append(number)
    return parts


def _side_by_side(lessons: Sequence[Lesson], device: torch.device) -> tuple[Tensor, Tensor]:
    """Tokens int64 and weights float32, ``[B, T]``, filled up with token 0 of weight 0."""
    longest = max(len(lesson.ids) for lesson in lessons)
    tokens = np.zeros((len(lessons), longest), np.int64)
    weights = np.zeros((len(lessons), longest), np.float32)
    for row, lesson in enumerate(lessons):
        tokens[row, : len(lesson.ids)] = lesson.ids
        weights[row, : len(lesson.ids)] = lesson.weights
    return torch.from_numpy(tokens).to(device), torch.from_numpy(weights).to(device)
