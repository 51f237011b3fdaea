"""The model computed by torch: on CPU, CUDA or MPS, in inference mode."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional as F

from engine.errors import DeviceError, Message
from engine.io.model_file import ModelWeights
from engine.layers.ttt import LayerState
from engine.models.bitllama import BitLlama, ModelState, pick_device
from engine.models.cache import ConvTail, FastWeights, State
from engine.models.config import BitLlamaConfig
from engine.runtime.base import BitLlamaRuntime, Cancel, Progress
from engine.runtime.checks import check_threads, check_tokens, logits_into
from engine.runtime.chunks import in_chunks

CHUNK = 128
"""Tokens computed at once in `TorchRuntime.prefill`: long enough for full speed, short enough to stop soon."""


class TorchState(State):
    """The state of a BitLlama in torch: values that every chunk replaces, so that a mark copies nothing.

    Args:
        config: the model's shape.
        newborn: the first values, of one stream.
    """

    def __init__(self, config: BitLlamaConfig, newborn: ModelState) -> None:
        self._fast = [FastWeights(layer.fast, config.fast_shape, in_place=False) for layer in newborn.layers]
        self._conv = [ConvTail(layer.conv, in_place=False) for layer in newborn.layers]
        super().__init__(cache for pair in zip(self._fast, self._conv, strict=True) for cache in pair)

    @property
    def model_state(self) -> ModelState:
        """As `BitLlama` takes it and gives it back."""
        return ModelState([LayerState(f.values, c.values) for f, c in zip(self._fast, self._conv, strict=True)])

    @model_state.setter
    def model_state(self, state: ModelState) -> None:
        for fast, conv, layer in zip(self._fast, self._conv, state.layers, strict=True):
            fast.replace(layer.fast)
            conv.replace(layer.conv)


class TorchRuntime(BitLlamaRuntime):
    """`Runtime` over `BitLlama`. See `engine.runtime.base.Runtime` for what each member promises.

    Args:
        body: the slow weights.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
        threads: CPU threads of torch in this process; None leaves them as they are.

    Raises:
        DeviceError: the device is absent, or the model does not fit into its memory.
        ConfigError: `threads` is not a positive number.
    """

    name = "torch"
    chunk = CHUNK
    state: TorchState

    def __init__(self, body: ModelWeights, device: str = "auto", threads: int | None = None) -> None:
        if threads is not None:
            torch.set_num_threads(check_threads(threads))
        place = pick_device(device)
        self.reason = device_reason(device, place)
        try:
            self._model = BitLlama.from_body(body, place)
        except torch.OutOfMemoryError as error:
            raise DeviceError(
                "The model does not fit into the memory of {place}; use device 'cpu'.", place=place
            ) from error
        self.device = str(self._model.device)
        self.config = self._model.config
        self.state = TorchState(self.config, self._model.init_state())
        self._losses: list[torch.Tensor] = []

    @property
    def inner_losses(self) -> np.ndarray:
        if not self._losses:
            return np.zeros(self.config.num_layers, dtype=np.float32)
        return torch.stack([loss.mean() for loss in self._losses]).float().cpu().numpy()

    def step(self, token: int, out: np.ndarray | None = None) -> np.ndarray:
        logits = self._logits(self._feed(self._checked([token])))
        return logits_into(out, logits, self.config)

    def prefill(
        self,
        tokens: Sequence[int],
        logits: bool = True,
        cancel: Cancel | None = None,
        progress: Progress | None = None,
    ) -> np.ndarray | None:
        ids = self._checked(tokens)
        last = None
        for piece, _ in in_chunks(ids, self.chunk, cancel, progress):
            last = self._feed(piece)
        return self._logits(last) if logits and last is not None else None

    @torch.inference_mode()
    def score(self, tokens: Sequence[int]) -> np.ndarray:
        """See `engine.runtime.scoring.Scores.score`."""
        ids, found, last = self._checked(tokens), [], None
        for start in range(0, len(ids), self.chunk):
            piece = torch.from_numpy(ids[start : start + self.chunk]).to(self._model.device)
            logits = self._model.head(self._hidden(piece)).float()
            before = logits[:-1] if last is None else torch.cat((last, logits[:-1]))
            found.append(F.cross_entropy(before, piece[len(piece) - len(before) :], reduction="none").cpu().numpy())
            last = logits[-1:]
        return np.concatenate(found) if found else np.zeros(0, np.float32)

    def _checked(self, tokens: Sequence[int]) -> np.ndarray:
        return check_tokens(tokens, self.config).astype(np.int64)

    @torch.inference_mode()
    def _feed(self, ids: np.ndarray) -> torch.Tensor:
        """Live through (T,) tokens; the residual stream (D,) of the last one."""
        return self._hidden(torch.from_numpy(ids).to(self._model.device))[-1]

    def _hidden(self, tokens: torch.Tensor) -> torch.Tensor:
        """Live through tokens ``[T]``; the residual stream ``[T, D]``."""
        hidden, after, self._losses = self._model.hidden(tokens[None], self.state.model_state, self._rate_scale)
        self.state.model_state = after
        return hidden[0]

    @torch.inference_mode()
    def _logits(self, hidden: torch.Tensor) -> np.ndarray:
        return self._model.head(hidden).float().cpu().numpy()


def device_reason(asked: str, place: torch.device) -> str:
    """Why torch computes at `place` where `asked` was asked for, in words."""
    if place.type == "cuda":
        return Message("the graphics card {card} computes", card=torch.cuda.get_device_name(place))
    if place.type == "mps":
        return Message("the Apple graphics processor computes")
    if str(asked) != "auto":
        return Message("the processor computes, as asked")
    built = torch.version.cuda is not None
    without = Message("no CUDA card was found") if built else Message("this torch was built without CUDA")
    return Message("the processor computes, since {without}", without=without)
