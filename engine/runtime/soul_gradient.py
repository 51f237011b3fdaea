"""Gradient descent on the fast weights alone, through the frozen body: what a soul must be for given dialogues.

The soul W is where every dialogue starts, and the body learns on within it as it does when awake; Adam (Kingma and Ba
2014, arXiv 1412.6980) moves W against the gradient of the dialogues' loss. Test-time training's inner loop stays as it
is: this is the outer loop (Sun et al. 2024, arXiv 2407.04620) with the start of the fast weights as its only variable.

The boundary speaks numpy; torch is imported by whoever makes a `SoulGradient`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.errors import ConfigError
from engine.formats.body import Body
from engine.layers.ttt import LayerState
from engine.model import BitLlama
from engine.state import ModelState

BETAS = (0.9, 0.95)
LARGEST_GRADIENT = 1.0
"""The gradient of one step is shortened to this length."""


@dataclass(frozen=True)
class Lesson:
    """A dialogue that begins with the soul alone, in tokens, and how much each token's loss counts."""

    ids: Sequence[int]
    """T tokens."""
    weights: Sequence[float]
    """T weights, of which the first is never used; 0 where a token is only heard."""
    line: str = ""
    """What it is about, for a person."""


class SoulGradient:
    """Fast weights under descent.

    Args:
        body: the slow weights; not changed.
        layers: where to start, one float32 array of ``config.fast_shape`` a layer.
        learning_rate: Adam's.
        stay: weight of the squared distance from the start (a proximal term) beside the mean loss.
        device: as `BitLlama.from_body` takes it.
        threads: CPU threads of torch in this process; None leaves them as they are.

    Raises `ConfigError` for a learning rate or a weight that cannot be.
    """

    def __init__(
        self,
        body: Body,
        layers: Sequence[np.ndarray],
        learning_rate: float,
        stay: float = 0.0,
        device: str = "cpu",
        threads: int | None = None,
    ) -> None:
        if not 0 < learning_rate < 1 or not 0 <= stay < float("inf"):
            raise ConfigError(f"A learning rate of {learning_rate!r} with {stay!r} to stay cannot be used; see sleep.")
        if threads is not None:
            torch.set_num_threads(threads)
        self._model = BitLlama.from_body(body, device, frozen=False).requires_grad_(False)
        shape = self._model.init_state().layers[0].fast.shape[1:]
        self._leaves = [
            torch.tensor(layer, dtype=torch.float32, device=self._model.device).view(1, *shape).requires_grad_()
            for layer in layers
        ]
        self._start = [leaf.detach().clone() for leaf in self._leaves]
        self._stay = stay
        self._optimizer = torch.optim.Adam(self._leaves, lr=learning_rate, betas=BETAS)

    def step(self, lessons: Sequence[Lesson]) -> float:
        """One step on a batch of lessons; returns their mean loss before it, in nats per counted token.

        A step whose gradient is not finite is not taken.
        """
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
        chosen = weights[:, 1:][counts]
        loss = (losses * chosen).sum() / chosen.sum().clamp_min(1e-9)
        away = torch.stack([(a - b).square().sum() for a, b in zip(self._leaves, self._start, strict=True)]).sum()
        self._optimizer.zero_grad(set_to_none=True)
        (loss + self._stay * away).backward()
        norm = torch.nn.utils.clip_grad_norm_(self._leaves, LARGEST_GRADIENT)
        if bool(torch.isfinite(norm)):
            self._optimizer.step()
        return float(loss.detach())

    def set_learning_rate(self, value: float) -> None:
        """Use `value` from the next step on."""
        for group in self._optimizer.param_groups:
            group["lr"] = value

    def layers(self) -> list[np.ndarray]:
        """The fast weights as they stand: float32 copies in the body's ``config.fast_shape``."""
        shape = self._model.config.fast_shape
        return [leaf.detach()[0].cpu().numpy().reshape(shape).copy() for leaf in self._leaves]


def _side_by_side(lessons: Sequence[Lesson], device: torch.device) -> tuple[Tensor, Tensor]:
    """Tokens int64 and weights float32, ``[B, T]``, filled up with token 0 of weight 0."""
    longest = max(len(lesson.ids) for lesson in lessons)
    tokens = np.zeros((len(lessons), longest), np.int64)
    weights = np.zeros((len(lessons), longest), np.float32)
    for row, lesson in enumerate(lessons):
        tokens[row, : len(lesson.ids)] = lesson.ids
        weights[row, : len(lesson.ids)] = lesson.weights
    return torch.from_numpy(tokens).to(device), torch.from_numpy(weights).to(device)
