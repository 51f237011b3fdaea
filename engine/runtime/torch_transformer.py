"""A transformer computed by torch: on CPU, CUDA or MPS, in inference mode."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional as F

from engine.errors import ConfigError, DeviceError
from engine.io.transformer_weights import TransformerWeights
from engine.models.bitllama import pick_device
from engine.models.transformer import Transformer
from engine.models.transformer_config import TransformerConfig
from engine.models.transformer_state import TransformerState
from engine.runtime.base import Cancel, Capabilities, Progress
from engine.runtime.checks import check_context, check_threads, check_tokens, logits_into
from engine.runtime.chunks import in_chunks
from engine.runtime.torch_runtime import device_reason

CHUNK = 128
"""Tokens computed at once in `prefill`: long enough for full speed, short enough to stop soon."""


class TorchTransformer:
    """`Runtime` over `Transformer`: its state is the keys and values of the tokens that were fed, and nothing else.

    Args:
        weights: of a transformer.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
        threads: CPU threads of torch in this process; None leaves them as they are.
        context: tokens that it can hold; None: `default_context`.

    Raises:
        DeviceError: the device is absent, or the model does not fit into its memory.
        ConfigError: `threads` or `context` cannot work.
    """

    name = "torch"
    chunk = CHUNK

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
        except torch.OutOfMemoryError as error:
            raise DeviceError(
                "The model does not fit into the memory of {place}; use device 'cpu'.", place=place
            ) from error
        self.device = str(self._model.device)
        self.reason = device_reason(device, place)
        self.state = TransformerState(weights.config, self._model.device, dtype)

    @property
    def config(self) -> TransformerConfig:
        return self._model.config

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(learns=False, max_context=self._context, trainable=False)

    def step(self, token: int, out: np.ndarray | None = None) -> np.ndarray:
        return logits_into(out, self._logits(self._feed(self._checked([token]))), self.config)

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
            piece = ids[start : start + self.chunk]
            logits = self._model.head(self._hidden(piece)[0])
            before = logits[:-1] if last is None else torch.cat((last, logits[:-1]))
            aimed = torch.from_numpy(piece[len(piece) - len(before) :]).to(logits.device)
            found.append(F.cross_entropy(before, aimed, reduction="none").cpu().numpy())
            last = logits[-1:]
        return np.concatenate(found) if found else np.zeros(0, np.float32)

    def reset(self) -> None:
        self.state.clear()

    def reset_transient(self) -> None:
        self.state.clear()

    def _checked(self, tokens: Sequence[int]) -> np.ndarray:
        ids = check_tokens(tokens, self.config).astype(np.int64)
        if len(self.state.tokens) + len(ids) > self._context:
            raise ConfigError("The context of {most:,} tokens is full; begin another conversation.", most=self._context)
        return ids

    @torch.inference_mode()
    def _feed(self, ids: np.ndarray) -> torch.Tensor:
        """Read (T,) tokens; the residual stream (D,) of the last one."""
        return self._hidden(ids)[0, -1]

    def _hidden(self, ids: np.ndarray) -> torch.Tensor:
        tokens = torch.from_numpy(ids).unsqueeze(0).to(self._model.device)
        hidden = self._model.hidden(tokens, len(self.state.tokens), self.state.stores)
        self.state.tokens += ids.tolist()
        return hidden

    @torch.inference_mode()
    def _logits(self, hidden: torch.Tensor) -> np.ndarray:
        return self._model.head(hidden).cpu().numpy()


def _precision(place: torch.device) -> torch.dtype:
    """A graphics card has half the memory to read in bfloat16; a processor without units for it is slower."""
    return torch.bfloat16 if place.type == "cuda" else torch.float32
