"""A transformer computed by torch: on CPU, CUDA or MPS, in inference mode."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional as F

from engine.errors import ConfigError, DeviceError
from engine.io.transformer_weights import TransformerWeights
from engine.layers.memory import Memory
from engine.models.bitllama import pick_device
from engine.models.memory_config import MemoryConfig
from engine.models.memory_state import LiveMemory
from engine.models.transformer import Transformer
from engine.models.transformer_config import TransformerConfig
from engine.models.transformer_state import TransformerState
from engine.runtime.base import Cancel, Capabilities, FastWeightsRuntime, Progress
from engine.runtime.checks import check_context, check_threads, check_tokens, logits_into
from engine.runtime.chunks import in_chunks
from engine.runtime.torch_runtime import device_reason
from engine.text.roles import RoledTokens, TokenRole

CHUNK = 128
"""Tokens computed at once in `prefill`: long enough for full speed, short enough to stop soon."""
ONE_REPLY = bytes([TokenRole.REPLY])
"""The role of the token of a step."""


class TorchTransformer(FastWeightsRuntime):
    """`Runtime` over `Transformer`: its state is the keys and values of the tokens that were fed; with a memory beside
    it, it is a `LearningRuntime`, whose state has the fast weights, too.

    Args:
        weights: of a transformer, with its memory or without one.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
        threads: CPU threads of torch in this process; None leaves them as they are.
        context: tokens that it can hold; None: `default_context`.

    Raises:
        DeviceError: the device is absent, or the model does not fit into its memory.
        ConfigError: `threads` or `context` cannot work.
    """

    name = "torch"
    chunk = CHUNK
    state: TransformerState

    def __init__(
        self, weights: TransformerWeights, device: str = "auto", threads: int | None = None, context: int | None = None
    ) -> None:
        if threads is not None:
            torch.set_num_threads(check_threads(threads))
        self._context = check_context(context, weights.config)
        place = pick_device(device)
        dtype = _precision(place)
        try:
            self._model = Transformer.from_weights(weights, place, dtype)
            self._memory = _live_memory(weights, place)
        except torch.OutOfMemoryError as error:
            raise DeviceError(
                "The model does not fit into the memory of {place}; use device 'cpu'.", place=place
            ) from error
        self.device = str(self._model.device)
        self.reason = device_reason(device, place)
        self.state = TransformerState(weights.config, self._model.device, dtype, self._memory)

    @property
    def config(self) -> TransformerConfig:
        return self._model.config

    @property
    def capabilities(self) -> Capabilities:
        learns = self._memory is not None
        return Capabilities(learns=learns, max_context=self._context, trainable=learns)

    @property
    def fast_config(self) -> MemoryConfig:
        """See `LearningRuntime`. Raises `ConfigError` where there is no memory."""
        return self._learning.config

    @property
    def inner_losses(self) -> np.ndarray:
        return self._learning.inner_losses

    def _use_rate_scale(self) -> None:
        self._learning.rate_scale = self._rate_scale

    @property
    def _learning(self) -> LiveMemory:
        if self._memory is None:
            raise ConfigError("This model has no memory of its own, so it cannot learn.")
        return self._memory

    def step(self, token: int, out: np.ndarray | None = None) -> np.ndarray:
        return logits_into(out, self._logits(self._feed(self._checked([token]), ONE_REPLY)), self.config)

    def prefill(
        self,
        tokens: Sequence[int],
        logits: bool = True,
        cancel: Cancel | None = None,
        progress: Progress | None = None,
    ) -> np.ndarray | None:
        ids, roles = self._checked(tokens), RoledTokens.of(tokens).roles
        last = None
        read = 0
        for piece, _ in in_chunks(ids, self.chunk, cancel, progress):
            last = self._feed(piece, roles[read : read + len(piece)])
            read += len(piece)
        return self._logits(last) if logits and last is not None else None

    @torch.inference_mode()
    def score(self, tokens: Sequence[int]) -> np.ndarray:
        """See `engine.runtime.scoring.Scores.score`."""
        ids, found, last = self._checked(tokens), [], None
        roles = RoledTokens.of(tokens).roles
        for start in range(0, len(ids), self.chunk):
            piece = ids[start : start + self.chunk]
            logits = self._model.head(self._hidden(piece, roles[start : start + len(piece)])[0])
            before = logits[:-1] if last is None else torch.cat((last, logits[:-1]))
            aimed = torch.from_numpy(piece[len(piece) - len(before) :]).to(logits.device)
            found.append(F.cross_entropy(before, aimed, reduction="none").cpu().numpy())
            last = logits[-1:]
        return np.concatenate(found) if found else np.zeros(0, np.float32)

    def _checked(self, tokens: Sequence[int]) -> np.ndarray:
        ids = check_tokens(tokens, self.config).astype(np.int64)
        if len(self.state.tokens) + len(ids) > self._context:
            raise ConfigError("The context of {most:,} tokens is full; begin another conversation.", most=self._context)
        return ids

    @torch.inference_mode()
    def _feed(self, ids: np.ndarray, roles: bytes) -> torch.Tensor:
        """Read (T,) tokens of these roles; the residual stream (D,) of the last one."""
        return self._hidden(ids, roles)[0, -1]

    def _hidden(self, ids: np.ndarray, roles: bytes) -> torch.Tensor:
        tokens = torch.from_numpy(ids).unsqueeze(0).to(self._model.device)
        if self._memory is not None:
            self._memory.begin(self._model.embed(tokens[0]), roles)
        hidden = self._model.hidden(tokens, len(self.state.tokens), self.state.stores, self._memory)
        self.state.tokens += ids.tolist()
        return hidden

    @torch.inference_mode()
    def _logits(self, hidden: torch.Tensor) -> np.ndarray:
        return self._model.head(hidden).cpu().numpy()


def _live_memory(weights: TransformerWeights, place: torch.device) -> LiveMemory | None:
    """The memory in float32, whatever the transformer computes in."""
    if weights.memory is None:
        return None
    with torch.inference_mode():
        return LiveMemory(Memory.from_tensors(weights.memory.config, weights.memory.tensors).to(place))


def _precision(place: torch.device) -> torch.dtype:
    """A graphics card has half the memory to read in bfloat16; a processor without units for it is slower."""
    return torch.bfloat16 if place.type == "cuda" else torch.float32
